"""`crmkit order`: orders (订单). Placing is in `order_add`, money and returns in `order_pay`, delivery: `order_way`."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session
from crmkit.commands.kit.options import OrderId
from crmkit.commands.kit.options import Sets as Set
from crmkit.commands.kit.options import Unsets as Unset
from crmkit.commands.kit.verbs import verb
from crmkit.core.accounts import STATES
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.events import find_event
from crmkit.queries.finding import find_customer, find_product, find_record, staff_code
from crmkit.queries.ledgers import ledgers_of
from crmkit.queries.orders import find_order, in_words, listed, shown
from crmkit.queries.work import calendar_of, customer_of, with_callbacks
from crmkit.records import Order, Product

COLUMNS = ("id", "ordered_on", "name", "items", "total", "paid", "balance", "refund_owed", "state", "run_out_on", "by")


@verb(_("List orders. Example: crmkit order list --balance --since 2026-11-01"))
def list_(
    ctx: typer.Context,
    state: Annotated[str, typer.Option("--state", help=" ".join(STATES))] = "",
    balance: Annotated[bool, typer.Option("--balance", help=_("With an open balance."))] = False,
    owed: Annotated[bool, typer.Option("--refund-owed", help=_("With money to be paid back."))] = False,
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=_("Ordered on that day or later."))] = "",
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    product: Annotated[str, typer.Option("--product", metavar="PRODUCT", help=_("Code or name."))] = "",
    event: Annotated[str, typer.Option("--event", metavar="CODE", help=_("Placed at that event."))] = "",
    by: Annotated[str, typer.Option("--by", metavar="STAFF", help=_("Sold by."))] = "",
    fmt: Listed = "",
) -> None:
    """List orders in the order of their days."""
    state = one_of(state, STATES, _("there is no state {value}"))
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        code = find_product(archive, product).code if product else ""
        seller = staff_code(archive, by, "--by") if by else ""
        first = session.first_day(since, run.now) if since else None
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
            and (first is None or ledger.order.ordered_on >= first)
            and code in ("", *(item.product for item in ledger.order.items))
            and event_id in ("", ledger.order.event_id)
            and seller in ("", ledger.order.by)
        ]
        found.sort(key=lambda ledger: (ledger.order.ordered_on, ledger.order.id))
        calendar = calendar_of(archive)
        rows = [listed(run, calendar, ledger, file_of(ledger.order.customer), products) for ledger in found]
    render.rows(rows, COLUMNS, fmt)


@verb(_("Everything about one order. Example: crmkit order show O2611-7k3q9xab"))
def show(ctx: typer.Context, order: OrderId, fmt: Format = "") -> None:
    """Show one order."""
    session = get_session(ctx)
    with session.reading() as archive:
        item = shown(archive, session.run(archive), find_order(archive, order))
    render.one(in_words(item) if fmt == "table" else item, fmt)


@verb(_("Change fields. Example: crmkit order edit O2611-7k3q9xab --set risk=high"))
def edit(
    ctx: typer.Context,
    order: OrderId,
    sets: Set = None,
    unsets: Unset = None,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Change fields of an order; its items and what was paid stay as they are."""
    from crmkit.core.selling.orders import edit as edited

    with changing(ctx, "order edit", dry_run, fmt) as (archive, run, decide):
        change = edited(run, find_record(archive, Order, order), sets or (), unsets or ())
        decide(with_callbacks(archive, run, change))
