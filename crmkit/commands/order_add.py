"""`crmkit order add`: an order, with what is paid at once and the appointment to collect the rest."""

from typing import Annotated

import typer

from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.options import (
    Anyway,
    AtEvent,
    Counted,
    Day,
    Expected,
    Item,
    Method,
    Note,
    Overlap,
    Receipt,
    Where,
    Who,
    Whom,
    closed,
)
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.core.selling import collection, orders, payments, pricing
from crmkit.i18n import _
from crmkit.queries.events import find_event
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.orders import moment_on, same_receipt
from crmkit.queries.work import moment_of, named_customer, open_visits_on, timetable_of, with_callbacks
from crmkit.records import Order
from crmkit.records.change import Change
from crmkit.records.order import TERMS


@writer(
    _("Place an order. Example: crmkit order add --customer 13900541731 --item HX1:2 --deposit 100"),
    many="customer",
    counted="added",
    shared=("event", "on", "channel", "method", "counted", "terms"),
    then=with_callbacks,
)
def add(
    ctx: Context,
    customer: Who = "",
    whom: Whom = "",
    item: Item = None,
    discount: Annotated[
        list[str] | None, typer.Option("--discount", metavar="CODE=YUAN:REASON", help=_("Taken off that item."))
    ] = None,
    terms: Annotated[str, typer.Option("--terms", help=closed(TERMS))] = "",
    deposit: Annotated[str, typer.Option("--deposit", metavar="YUAN", help=_("Paid now, the rest later."))] = "",
    pay: Annotated[str, typer.Option("--pay", metavar="YUAN", help=_("Paid now; with --terms full all of it."))] = "",
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    channel: Annotated[str, typer.Option("--channel", help=_("shop, event, visit, phone ..."))] = "",
    event: AtEvent = "",
    on: Day = "",
    collect_at: Annotated[
        str, typer.Option("--collect-at", metavar="TIME", help=_("Appointment to collect the balance."))
    ] = "",
    anyway: Anyway = False,
    overlap: Overlap = False,
    expected: Expected = "",
    invoice: Annotated[bool, typer.Option("--invoice", help=_("The customer asked for an invoice."))] = False,
    risk: Annotated[str, typer.Option("--risk", help=_("Of a return: none, low, medium or high."))] = "",
    risk_sign: Annotated[str, typer.Option("--risk-sign", help=_("The sign that was seen."))] = "",
    address: Where = "",
    note: Note = "",
    key: Key = "",
) -> Change:
    """Place an order."""
    archive = ctx.archive
    person = find_customer(archive, named_customer(customer, whom))
    event_id = find_event(archive, event).id if event else ""
    typed = {
        "terms": terms or ("deposit" if deposit else ""), "channel": channel, "ordered_on": on,
        "expected_on": expected, "invoice": "yes" if invoice else "", "risk": risk, "risk_sign": risk_sign,
        "address": address, "note": note,
    }  # fmt: skip

    def placed(run: Run) -> Change:
        items = pricing.lines(
            run,
            [pricing.read_item(text) for text in item or ()],
            [pricing.read_discount(text) for text in discount or ()],
            lambda text: find_product(archive, text),
        )
        paid = {"method": method, "receipt": receipt}
        amount = "deposit" if deposit else "pay"
        with fields.named_as({"ordered_on": "on", "expected_on": "expected", "amount": amount}):
            order = orders.draft(run, person, items, typed, event_id)
            tender = payments.at_once(
                run, order, paid, moment_on(run, on), deposit=deposit, pay=pay, counted=counted
            )  # fmt: skip
        change = orders.place(run, person, order, tender, same_receipt(archive, receipt))
        if not collect_at:
            return change
        begins = moment_of(run, timetable_of(archive), collect_at)
        others = open_visits_on(archive, run, begins.date())
        return collection.with_collection(run, change, person, begins, others=others, anyway=anyway, overlap=overlap)

    return once(ctx, Order, key, placed)
