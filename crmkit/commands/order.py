"""`crmkit order`: orders (订单). Placing is in `order_add`, money and returns in `order_pay`, then `order_delivery`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit.options import (
    AtEvent,
    ByStaff,
    OfCustomer,
    OrderId,
    ProductName,
    Sets,
    Since,
    Unsets,
    Until,
    closed,
)
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core.accounts import STATES
from crmkit.core.selling import orders
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.events import find_event
from crmkit.queries.finding import find_customer, find_product, staff_code
from crmkit.queries.ledgers import ledgers_of
from crmkit.queries.orders import in_words, listed, shown, standing, the_order
from crmkit.queries.work import calendar_of, customer_of, with_callbacks
from crmkit.records import Product
from crmkit.records.change import Change
from crmkit.result import Row

COLUMNS = ("id", "ordered_on", "name", "items", "total", "paid", "balance", "refund_owed", "state", "run_out_on", "by")


@listing(_("List orders. Example: crmkit order list --balance --since 2026-11-01"), COLUMNS)
def list_(
    ctx: Context,
    state: Annotated[str, typer.Option("--state", help=closed(STATES, "order-"))] = "",
    balance: Annotated[bool, typer.Option("--balance", help=_("With an open balance."))] = False,
    owed: Annotated[bool, typer.Option("--refund-owed", help=_("With money to be paid back."))] = False,
    since: Since = "",
    until: Until = "",
    customer: OfCustomer = "",
    product: ProductName = "",
    event: AtEvent = "",
    by: ByStaff = "",
) -> Iterable[Row]:
    """List orders in the order of their days."""
    state = one_of(state, STATES, _("there is no state {value}"), "order-", field="state")
    archive, run = ctx.archive, ctx.run
    code = find_product(archive, product).code if product else ""
    seller = staff_code(archive, by, "--by") if by else ""
    first, last = ctx.session.days(since, until, run.now)
    event_id = find_event(archive, event).id if event else ""
    holder = find_customer(archive, customer).id if customer else ""
    file_of = customer_of(archive)
    products = {one.code: one for one in archive.all(Product)}
    found = [
        ledger
        for ledger in ledgers_of(archive, holder)
        if state in ("", ledger.account.state)
        and (not balance or ledger.account.balance)
        and (not owed or ledger.account.refund_owed)
        and first <= ledger.order.ordered_on <= last
        and code in ("", *(item.product for item in ledger.order.items))
        and event_id in ("", ledger.order.event_id)
        and seller in ("", ledger.order.by)
    ]
    found.sort(key=lambda ledger: (ledger.order.ordered_on, ledger.order.id))
    calendar = calendar_of(archive)
    return [listed(run, calendar, ledger, file_of(ledger.order.customer), products) for ledger in found]


@showing(_("Everything about one order. Example: crmkit order show O2611-7k3q9xab"))
def show(ctx: Context, order: OrderId) -> Row:
    """Show one order."""
    item = shown(ctx.archive, ctx.run, the_order(ctx.archive, order, standing))
    return in_words(item) if ctx.fmt == "table" else item


@writer(
    _("Change fields. Example: crmkit order edit O2611-7k3q9xab --set risk=high"),
    many="order",
    counted="updated",
    shared=("sets", "unsets"),
    then=with_callbacks,
)
def edit(ctx: Context, order: OrderId, sets: Sets = None, unsets: Unsets = None) -> Change:
    """Change fields of an order; its items and what was paid stay as they are."""
    found = the_order(ctx.archive, order, standing).order
    return orders.edit(ctx.run, found, sets or (), unsets or ())
