"""`crmkit order pay`, `refund`, `return`, `goods-back`: money and goods after the order was placed."""

from typing import Annotated

import typer

from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.options import Amount, At, Counted, Day, Item, Method, Note, OrderId, Reason, Receipt
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.run import Run
from crmkit.core.selling import payments, returns
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_record
from crmkit.queries.ledgers import with_stage
from crmkit.queries.open_records import named_as
from crmkit.queries.orders import moment_at, moment_on, owed, same_receipt, standing, the_order, to_pay
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card, Order, Payment, Return
from crmkit.records.change import Change


@writer(
    _("A payment. Example: crmkit order pay O2611-7k3q9xab --amount 98 --receipt 0042"),
    many="order",
    counted="paid",
    shared=("method", "counted", "at"),
    then=with_callbacks,
)
def pay(
    ctx: Context,
    order: OrderId,
    amount: Amount,
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    at: At = "",
    note: Note = "",
    key: Key = "",
) -> Change:
    """Write down a payment."""
    archive, typed = ctx.archive, {"amount": amount, "method": method, "receipt": receipt, "note": note}

    def paid(run: Run) -> Change:
        ledger = the_order(archive, order, to_pay)
        tender = payments.read_tender(run, typed, moment_at(run, at), counted=counted)
        return payments.pay(run, ledger, tender, same_receipt(archive, receipt))

    return once(ctx, Payment, key, paid, order=named_as(archive, Order, order))


@writer(
    _("Money paid back. Example: crmkit order refund O2611-7k3q9xab --amount 98"),
    many="order",
    counted="refunded",
    shared=("method", "counted", "at"),
    then=with_callbacks,
)
def refund(
    ctx: Context,
    order: OrderId,
    amount: Amount,
    back: Annotated[str, typer.Option("--return", metavar="ID", help=_("The return that it settles."))] = "",
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    at: At = "",
    note: Note = "",
    key: Key = "",
) -> Change:
    """Write down what was paid back."""
    archive, typed = ctx.archive, {"amount": amount, "method": method, "receipt": receipt, "note": note}
    settled = find_record(archive, Return, back) if back else None

    def refunded(run: Run) -> Change:
        ledger = the_order(archive, order, owed)
        tender = payments.read_tender(run, typed, moment_at(run, at), counted=counted)
        return payments.refund(run, ledger, tender, settled, same_receipt(archive, receipt))

    return once(ctx, Payment, key, refunded, order=named_as(archive, Order, order), back=settled.id if settled else "")


@writer(
    _("Goods given back. Example: crmkit order return O2611-7k3q9xab --item HX1:1"),
    many="order",
    counted="returned",
    shared=("everything", "reason", "on"),
    then=with_callbacks,
)
def return_(
    ctx: Context,
    order: OrderId,
    item: Item = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Everything that is left."))] = False,
    reason: Reason = "",
    on: Day = "",
    key: Key = "",
) -> Change:
    """Write down that goods are given back; once the no-reason window is over only with a reason."""
    if everything == bool(item):
        raise UsageError(_("say what comes back: --item CODE:QTY, or --all"))
    archive = ctx.archive

    def taken_back(run: Run) -> Change:
        ledger = the_order(archive, order, standing)
        units = returns.read_units(ledger.order, item or ())
        cards = archive.of(Card, ledger.order.customer)
        change = returns.take_back(run, calendar_of(archive), ledger, units, reason, moment_on(run, on), cards)
        return with_stage(archive, ledger.order.customer, change)

    return once(ctx, Return, key, taken_back, order=named_as(archive, Order, order))


@writer(
    _("The goods are here. Example: crmkit order goods-back J2611-7k3q9xab"),
    many="back",
    counted="goods-back",
    shared=("on",),
)
def goods_back(
    ctx: Context,
    back: Annotated[str, typer.Argument(metavar="RETURN", help=_("Id of the return."))],
    on: Day = "",
) -> Change:
    """Write down that the goods of a return are here."""
    return returns.goods_back(ctx.run, find_record(ctx.archive, Return, back), moment_on(ctx.run, on).date())
