"""`crmkit order pay`, `refund`, `return`, `goods-back`: money and goods after the order was placed."""

from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.keys import Key, Keys
from crmkit.commands.kit.options import Amount, At, Counted, Day, Item, Method, OrderId, Receipt
from crmkit.commands.kit.verbs import verb
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_record
from crmkit.queries.ledgers import with_stage
from crmkit.queries.orders import find_order, moment_at, moment_on, same_receipt
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card, Payment, Return
from crmkit.records.change import Change

Note = Annotated[str, typer.Option("--note")]


@verb(_("A payment. Example: crmkit order pay O2611-7k3q9xab --amount 98 --receipt 0042"))
def pay(
    ctx: typer.Context,
    order: OrderId,
    amount: Amount,
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    at: At = "",
    note: Note = "",
    key: Key = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down a payment."""
    from crmkit.core.selling import payments

    with changing(ctx, "order pay", dry_run, fmt) as (archive, run, decide):
        typed = {"amount": amount, "method": method, "receipt": receipt, "note": note}

        def paid(run: Run) -> Change:
            tender = payments.read_tender(run, typed, moment_at(run, at), counted=counted)
            return payments.pay(run, ledger, tender, same_receipt(archive, receipt))

        ledger = find_order(archive, order)
        asked = {**typed, "order": ledger.order.id, "at": at, "counted": counted}
        change = Keys(archive, run, Payment, "order pay").once(key, asked, paid)
        decide(with_callbacks(archive, run, change))


@verb(_("Money paid back. Example: crmkit order refund O2611-7k3q9xab --amount 98"))
def refund(
    ctx: typer.Context,
    order: OrderId,
    amount: Amount,
    back: Annotated[str, typer.Option("--return", metavar="ID", help=_("The return that it settles."))] = "",
    method: Method = "",
    receipt: Receipt = "",
    counted: Counted = False,
    at: At = "",
    note: Note = "",
    key: Key = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down what was paid back."""
    from crmkit.core.selling import payments

    with changing(ctx, "order refund", dry_run, fmt) as (archive, run, decide):
        typed = {"amount": amount, "method": method, "receipt": receipt, "note": note}

        def refunded(run: Run) -> Change:
            tender = payments.read_tender(run, typed, moment_at(run, at), counted=counted)
            return payments.refund(run, ledger, tender, settled, same_receipt(archive, receipt))

        ledger = find_order(archive, order)
        settled = find_record(archive, Return, back) if back else None
        about = {"order": ledger.order.id, "return": settled.id if settled else ""}
        asked = {**typed, **about, "at": at, "counted": counted}
        change = Keys(archive, run, Payment, "order refund").once(key, asked, refunded)
        decide(with_callbacks(archive, run, change))


@verb(_("Goods given back. Example: crmkit order return O2611-7k3q9xab --item HX1:1"))
def return_(
    ctx: typer.Context,
    order: OrderId,
    item: Item = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Everything that is left."))] = False,
    reason: Annotated[str, typer.Option("--reason", help=_("Needed once the no-reason window is over."))] = "",
    on: Day = "",
    key: Key = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down that goods are given back."""
    from crmkit.core.selling import returns

    if everything == bool(item):
        raise UsageError(_("say what comes back: --item CODE:QTY, or --all"))
    with changing(ctx, "order return", dry_run, fmt) as (archive, run, decide):
        ledger = find_order(archive, order)
        units = returns.read_units(ledger.order, item or ())
        cards = archive.of(Card, ledger.order.customer)
        asked = {"order": ledger.order.id, "units": units, "reason": reason, "on": on}
        change = Keys(archive, run, Return, "order return").once(
            key,
            asked,
            lambda run: returns.take_back(run, calendar_of(archive), ledger, units, reason, moment_on(run, on), cards),
        )
        decide(with_callbacks(archive, run, with_stage(archive, ledger.order.customer, change)))


@verb(_("The goods are here. Example: crmkit order goods-back J2611-7k3q9xab"))
def goods_back(
    ctx: typer.Context,
    back: Annotated[str, typer.Argument(metavar="RETURN", help=_("Id of the return."))],
    on: Day = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down that the goods of a return are here."""
    from crmkit.core.selling import returns

    with changing(ctx, "order goods-back", dry_run, fmt) as (archive, run, decide):
        decide(returns.goods_back(run, find_record(archive, Return, back), moment_on(run, on).date()))
