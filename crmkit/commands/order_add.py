"""`crmkit order add`: one order from flags, or many from JSON lines."""

from typing import Annotated, Any

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.common import DryRun, Force, Format, get_session, written
from crmkit.commands.event_lookup import find_event
from crmkit.commands.finding import find_customer
from crmkit.commands.lines import Batch, Lines, RejectedLines
from crmkit.commands.order_lookup import (
    Counted,
    Item,
    Method,
    Receipt,
    find_product,
    moment_on,
    same_receipt,
    visits_of_day,
)
from crmkit.commands.work import moment_of, timetable_of, with_callbacks
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.records.change import Change, together

Text = tuple[str, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order to place, as typed in flags or in a JSON line."""

    customer: str = ""
    item: Text = ()
    discount: Text = ()
    terms: str = ""
    deposit: str = ""
    pay: str = ""
    method: str = ""
    receipt: str = ""
    counted: bool = False
    channel: str = ""
    event: str = ""
    on: str = ""
    collect_at: str = ""
    expected: str = ""
    invoice: bool = False
    risk: str = ""
    risk_sign: str = ""
    address: str = ""
    note: str = ""


def register(app: typer.Typer) -> None:
    """Give the noun `order` this verb."""
    app.command(
        "add", help=_("Place an order. Example: crmkit order add --customer 13900541731 --item HX1:2 --deposit 100")
    )(add)


def add(
    ctx: typer.Context,
    lines: Lines = "",
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    item: Item = None,
    discount: Annotated[
        list[str] | None, typer.Option("--discount", metavar="CODE=YUAN:REASON", help=_("Taken off that item."))
    ] = None,
    terms: Annotated[str, typer.Option("--terms", help=_("full, deposit or collection; else as paid."))] = "",
    deposit: Annotated[str, typer.Option("--deposit", metavar="YUAN", help=_("Paid now, the rest later."))] = "",
    pay: Annotated[str, typer.Option("--pay", metavar="YUAN", help=_("Paid now; with --terms full all of it."))] = "",
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    channel: Annotated[str, typer.Option("--channel", help=_("shop, event, visit, phone ..."))] = "",
    event: Annotated[str, typer.Option("--event", metavar="CODE", help=_("Placed at that event."))] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("By default today."))] = "",
    collect_at: Annotated[
        str, typer.Option("--collect-at", metavar="TIME", help=_("Appointment to collect the balance."))
    ] = "",
    expected: Annotated[str, typer.Option("--expected", metavar="DATE", help=_("When goods should arrive."))] = "",
    invoice: Annotated[bool, typer.Option("--invoice", help=_("The customer asked for an invoice."))] = False,
    risk: Annotated[str, typer.Option("--risk", help=_("Of a return: none, low, medium or high."))] = "",
    risk_sign: Annotated[str, typer.Option("--risk-sign", help=_("The sign that was seen."))] = "",
    address: Annotated[str, typer.Option("--address", help=_("Where to deliver, if not as on file."))] = "",
    note: Annotated[str, typer.Option("--note")] = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Place one order, or with `-` as many as standard input has lines."""
    typed = Request(
        customer=customer, item=tuple(item or ()), discount=tuple(discount or ()), terms=terms, deposit=deposit,
        pay=pay, method=method, receipt=receipt, counted=counted, channel=channel, event=event, on=on,
        collect_at=collect_at, expected=expected, invoice=invoice, risk=risk, risk_sign=risk_sign, address=address,
        note=note,
    )  # fmt: skip
    if lines and typed != Request():
        raise UsageError(_("either - or the flags of one order"))
    batch = Batch(lines, rejects, force=force) if lines else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        placed: list[Change] = []
        if batch:
            batch.each(lambda line: placed.append(_place(archive, run, _request(line))))
        else:
            placed.append(_place(archive, run, typed))
        change = with_callbacks(archive, run, together(*placed))
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts({"added": 0, **change.counts}))
        done = session.commit(archive, run, change, "order add")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


def _request(line: dict[str, Any]) -> Request:
    try:
        return msgspec.convert(line, Request)
    except msgspec.ValidationError as problem:
        raise InvalidError(_("not an order to place: {problem}").format(problem=problem)) from None


def _place(archive: Archive, run: Run, request: Request) -> Change:
    from crmkit.core import collection, orders, payments, pricing

    if not request.customer:
        raise InvalidError(_("the {field} is missing").format(field="customer"), _("name it: --customer ID|PHONE"))
    person = find_customer(archive, request.customer)
    items = pricing.lines(
        run,
        [pricing.read_item(text) for text in request.item],
        [pricing.read_discount(text) for text in request.discount],
        lambda text: find_product(archive, text),
    )
    fields = {
        "terms": request.terms or ("deposit" if request.deposit else ""), "channel": request.channel,
        "ordered_on": request.on, "expected_on": request.expected, "invoice": "yes" if request.invoice else "",
        "risk": request.risk, "risk_sign": request.risk_sign, "address": request.address, "note": request.note,
    }  # fmt: skip
    event = find_event(archive, request.event).id if request.event else ""
    order = orders.draft(run, person, items, fields, event)
    paid = {"method": request.method, "receipt": request.receipt}
    tender = payments.at_once(
        run, order, paid, moment_on(run, request.on),
        deposit=request.deposit, pay=request.pay, counted=request.counted,
    )  # fmt: skip
    change = orders.place(run, person, order, tender, same_receipt(archive, request.receipt))
    if request.collect_at:
        begins = moment_of(run, timetable_of(archive), request.collect_at)
        change = collection.with_collection(run, change, person, begins, visits_of_day(archive, run, begins))
    return change
