"""`crmkit order add`: one order from flags, or many from JSON lines."""

from typing import Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.keys import Key, Keys
from crmkit.commands.kit.lines import BatchLines, Line, Lines, RejectedLines, converted
from crmkit.commands.kit.notices import say_appointments
from crmkit.commands.kit.options import Anyway, Counted, Item, Method, Overlap, Receipt
from crmkit.commands.kit.verbs import verb
from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries.events import find_event
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.orders import moment_on, same_receipt
from crmkit.queries.work import moment_of, open_visits_on, timetable_of, with_callbacks
from crmkit.records import Order, Payment, Visit
from crmkit.records.change import Change, together

Text = tuple[str, ...]


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    anyway: bool = False
    overlap: bool = False
    expected: str = ""
    invoice: bool = False
    risk: str = ""
    risk_sign: str = ""
    address: str = ""
    note: str = ""
    key: str = ""


@verb(_("Place an order. Example: crmkit order add --customer 13900541731 --item HX1:2 --deposit 100"))
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
    anyway: Anyway = False,
    overlap: Overlap = False,
    expected: Annotated[str, typer.Option("--expected", metavar="DATE", help=_("When goods should arrive."))] = "",
    invoice: Annotated[bool, typer.Option("--invoice", help=_("The customer asked for an invoice."))] = False,
    risk: Annotated[str, typer.Option("--risk", help=_("Of a return: none, low, medium or high."))] = "",
    risk_sign: Annotated[str, typer.Option("--risk-sign", help=_("The sign that was seen."))] = "",
    address: Annotated[str, typer.Option("--address", help=_("Where to deliver, if not as on file."))] = "",
    note: Annotated[str, typer.Option("--note")] = "",
    rejects: RejectedLines = None,
    key: Key = "",
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Place one order, or with `-` as many as standard input has lines."""
    typed = OrderRequest(
        customer=customer, item=tuple(item or ()), discount=tuple(discount or ()), terms=terms, deposit=deposit,
        pay=pay, method=method, receipt=receipt, counted=counted, channel=channel, event=event, on=on,
        collect_at=collect_at, anyway=anyway, overlap=overlap, expected=expected, invoice=invoice, risk=risk,
        risk_sign=risk_sign, address=address, note=note, key=key,
    )  # fmt: skip
    if lines and typed != OrderRequest():
        raise UsageError(_("either - or the flags of one order"))
    batch = BatchLines(lines, rejects, force=force) if lines else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        till = OrderBatch(archive, run)
        if batch:
            batch.each(lambda line: till.place(_request(line)))
        else:
            till.place(typed)
        change = with_callbacks(archive, run, till.change())
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts({"added": 0, **change.counts}))
        done = session.commit(archive, run, change, "order add")
    if not batch:
        say_appointments(session, run, change)
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


def _request(line: Line) -> OrderRequest:
    return converted(line, OrderRequest, _("not an order to place: {problem}"))


class OrderBatch:
    """The orders that one run places; each sees the receipts and the appointments of those before it."""

    def __init__(self, archive: Archive, run: Run) -> None:
        self.archive = archive
        self.run = run
        self._changes: list[Change] = []
        self._payments: list[Payment] = []
        self._visits: list[Visit] = []
        self._keys = Keys(archive, run, Order, "order add")

    def place(self, request: OrderRequest) -> None:
        """Place one order; the errors are those of what it calls, and leave nothing behind."""
        placed = self._keys.once(request.key, msgspec.structs.asdict(request), lambda run: self._placed(run, request))
        self._changes.append(placed)
        self._payments += [record for record in placed.puts if isinstance(record, Payment)]
        self._visits += [record for record in placed.puts if isinstance(record, Visit)]

    def change(self) -> Change:
        """Everything placed so far as one change."""
        return together(*self._changes)

    def _placed(self, run: Run, request: OrderRequest) -> Change:
        from crmkit.core.selling import collection, orders, payments, pricing

        archive = self.archive
        if not request.customer:
            raise InvalidError(_("the {field} is missing").format(field="customer"), _("name it: --customer ID|PHONE"))
        person = find_customer(archive, request.customer)
        items = pricing.lines(
            run,
            [pricing.read_item(text) for text in request.item],
            [pricing.read_discount(text) for text in request.discount],
            lambda text: find_product(archive, text),
        )
        typed = {
            "terms": request.terms or ("deposit" if request.deposit else ""), "channel": request.channel,
            "ordered_on": request.on, "expected_on": request.expected, "invoice": "yes" if request.invoice else "",
            "risk": request.risk, "risk_sign": request.risk_sign, "address": request.address, "note": request.note,
        }  # fmt: skip
        event = find_event(archive, request.event).id if request.event else ""
        paid = {"method": request.method, "receipt": request.receipt}
        amount = "deposit" if request.deposit else "pay"
        with fields.named_as({"ordered_on": "on", "expected_on": "expected", "amount": amount}):
            order = orders.draft(run, person, items, typed, event)
            tender = payments.at_once(
                run, order, paid, moment_on(run, request.on),
                deposit=request.deposit, pay=request.pay, counted=request.counted,
            )  # fmt: skip
        change = orders.place(run, person, order, tender, self._with_receipt(request.receipt))
        if not request.collect_at:
            return change
        begins = moment_of(run, timetable_of(archive), request.collect_at)
        others = [*open_visits_on(archive, run, begins.date()), *self._visits]
        return collection.with_collection(
            run, change, person, begins, others=others, anyway=request.anyway, overlap=request.overlap
        )

    def _with_receipt(self, number: str) -> list[Payment]:
        """The payments that bear this receipt number, stored or taken in by this run."""
        wanted = number.strip().casefold()
        taken = [one for one in self._payments if wanted and one.receipt.casefold() == wanted]
        return [*same_receipt(self.archive, number), *taken]
