"""What the order commands share: finding orders and receipts, showing how an order stands."""

from collections.abc import Callable, Mapping
from datetime import datetime, time

from crmkit.archive.archive import Archive
from crmkit.core.accounts import CLOSED, Ledger, return_until, run_out_on
from crmkit.core.calendar.dates import parse_day, parse_moment
from crmkit.core.calendar.hours import Calendar
from crmkit.core.run import Run
from crmkit.i18n import N_
from crmkit.queries.finding import holder_of
from crmkit.queries.ledgers import ledger_of
from crmkit.queries.open_records import find_open
from crmkit.queries.work import calendar_of
from crmkit.records import Card, Customer, Order, Payment, Product, Return
from crmkit.records.typed import Code, fen
from crmkit.result import Row, row

NOT_IN_PARTS = ("customer", "order", "created_at", "updated_at")


Waits = Callable[[Ledger], bool]


def the_order(archive: Archive, text: str, waits: Waits) -> Ledger:
    """The order by id, or the one alone of a customer that `waits`, with its payments and returns.

    Raises NotFoundError, AmbiguousError.
    """
    return ledger_of(archive, find_open(archive, Order, text, lambda order: waits(ledger_of(archive, order))))


def standing(ledger: Ledger) -> bool:
    """Whether anything of it stands."""
    return ledger.account.state not in CLOSED


def to_pay(ledger: Ledger) -> bool:
    """Whether something is still to be paid, or the amount is not known."""
    return standing(ledger) and ledger.account.balance != 0


def owed(ledger: Ledger) -> bool:
    """Whether money is to be paid back."""
    return bool(ledger.account.refund_owed)


def to_deliver(ledger: Ledger) -> bool:
    """Whether the customer has not got the goods yet."""
    return standing(ledger) and ledger.order.delivered_on is None


def to_send(ledger: Ledger) -> bool:
    """Whether the goods are not on their way yet."""
    return to_deliver(ledger) and ledger.order.sent_on is None


def to_confirm(ledger: Ledger) -> bool:
    """Whether phone and address were not asked again yet."""
    return to_deliver(ledger) and ledger.order.confirmed_at is None


def same_receipt(archive: Archive, number: str) -> list[Payment]:
    """The payments that bear this receipt number; none for an empty one."""
    return archive.find(Payment, f"receipt:{number.strip().casefold()}") if number.strip() else []


def moment_on(run: Run, text: str) -> datetime:
    """The moment of something done on the day `text`: now, if that is today or "", else its first minute."""
    day = parse_day(text, run.now) if text else run.now.date()
    return run.now if day == run.now.date() else datetime.combine(day, time(), run.now.tzinfo)


def moment_at(run: Run, text: str) -> datetime:
    """The moment that `text` names, "" being now; a day alone is its first minute."""
    return parse_moment(text, run.now, time()) if text else run.now


def listed(
    run: Run, calendar: Calendar, ledger: Ledger, holder: Customer, products: Mapping[str, Product]
) -> Row:  # fmt: skip
    """An order as its row: how it stands today, with its payments and returns; `holder` is the customer's file."""
    order, stands = ledger.order, ledger.account
    runs_out = run_out_on(order, ledger.returns, products)
    return row(
        order,
        customer=holder.id,
        name=holder.name,
        state=Code(stands.state, "order-"),
        paid=fen(stands.paid),
        refunded=fen(stands.refunded),
        returned=fen(stands.returned),
        balance=fen(stands.balance),
        refund_owed=fen(stands.refund_owed),
        run_out_on=runs_out.isoformat() if runs_out else None,
        return_until=return_until(run, calendar, order).isoformat(),
        payments=[_part(payment) for payment in ledger.payments],
        returns=[_part(back) for back in ledger.returns],
    )


def shown(archive: Archive, run: Run, ledger: Ledger) -> Row:
    """Everything about one order: also the service cards of its customer for its products."""
    order = ledger.order
    holder = holder_of(archive, order.customer)
    codes = {item.product for item in order.items if item.product}
    products = {code: product for code in codes for product in archive.find(Product, f"product:{code.casefold()}")}
    cards = [card.number for card in archive.of(Card, holder.id) if card.product in codes]
    return {**listed(run, calendar_of(archive), ledger, holder, products), N_("cards"): cards}


def in_words(item: Row) -> Row:
    """An order of `shown` for people to read: payments and returns as one line each."""
    from crmkit.core.fields import in_yuan
    from crmkit.labels import label

    def paid(one: Row) -> str:
        method = label(f"pay-{one['method']}") if one["method"] else ""
        said = (label(one["what"]), in_yuan(one["amount"]), method, one["receipt"], one["by"], one["id"])
        return " · ".join(filter(None, (one["at"][:10], *said)))

    def back(one: Row) -> str:
        goods = ", ".join(f"{unit['name'] or unit['product']} × {unit['quantity']}" for unit in one["items"])
        said = (one["asked_at"][:10], goods, in_yuan(one["refund"]), one["reason"], one["id"])
        return " · ".join(filter(None, said))

    return {**item, "payments": [paid(p) for p in item["payments"]], "returns": [back(r) for r in item["returns"]]}


def _part(record: Payment | Return) -> Row:
    """A payment or a return within its order."""
    return {name: value for name, value in row(record).items() if name not in NOT_IN_PARTS}
