"""The account of an order: what is charged, paid, owed and left to use, from its payments and returns.

See docs.md: Orders.

Nothing of this is stored: it is computed from all payments and returns, whichever operator entered them. Always true
(fen; `charged` is None where an imported order has no amount):

    charged = total - returned, never below zero; zero once the order is cancelled
    balance - refund_owed = charged - (paid - refunded), one of the two being zero
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import msgspec

from crmkit.core.calendar.hours import Calendar
from crmkit.core.run import Run
from crmkit.records import Card, Customer, Order, Payment, Product, Return
from crmkit.records.order import OrderItem, ReturnedItem

CLOSED = ("returned", "cancelled")  # states of an account: nothing of the order stands
STATES = ("unpriced", "open", "part-paid", "paid", "part-returned", "returned", "cancelled")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How an order stands; amounts in fen."""

    total: int | None  # None where it is not known
    paid: int
    refunded: int
    returned: int  # what was charged for the units that came back
    charged: int | None  # what the customer has to pay in all; None where the total is not known
    balance: int | None  # what is still to be paid; None where the total is not known
    refund_owed: int  # what is to be paid back
    state: str  # one of STATES


class Ledger(msgspec.Struct, frozen=True, dict=True):
    """An order with everything that was paid for it and that came back."""

    order: Order
    payments: tuple[Payment, ...] = ()
    returns: tuple[Return, ...] = ()

    @property
    def deposit(self) -> Payment | None:
        """The first payment of an order that was sold on a deposit; None where there is none."""
        received = [one for one in self.payments if one.what == "payment"] if self.order.terms == "deposit" else []
        return min(received, key=lambda payment: (payment.at, payment.id), default=None)

    @cached_property
    def account(self) -> Account:
        """How it stands."""
        return account(self.order, self.payments, self.returns)


def ledgers(orders: Iterable[Order], payments: Iterable[Payment], returns: Iterable[Return]) -> Iterator[Ledger]:
    """Each order with its own `payments` and `returns`, sorted by time."""
    paid: dict[str, list[Payment]] = {}
    back: dict[str, list[Return]] = {}
    for payment in sorted(payments, key=lambda payment: (payment.at, payment.id)):
        paid.setdefault(payment.order, []).append(payment)
    for one in sorted(returns, key=lambda one: (one.asked_at, one.id)):
        back.setdefault(one.order, []).append(one)
    for order in orders:
        yield Ledger(order, tuple(paid.get(order.id, ())), tuple(back.get(order.id, ())))


def account(order: Order, payments: Iterable[Payment] = (), returns: Iterable[Return] = ()) -> Account:
    """The account of `order`; `payments` and `returns` are its own, in any order."""
    made = list(payments)
    back = list(returns)
    paid = sum(one.amount for one in made if one.what == "payment")
    refunded = sum(one.amount for one in made if one.what == "refund")
    returned = sum(item.amount for one in back for item in one.items)
    charged = _charged(order, returned)
    open_amount = charged - (paid - refunded) if charged is not None else None
    return Account(
        total=order.total,
        paid=paid,
        refunded=refunded,
        returned=returned,
        charged=charged,
        balance=max(open_amount, 0) if open_amount is not None else None,
        refund_owed=max(-open_amount, 0) if open_amount is not None else 0,
        state=_state(order, back, paid - refunded, open_amount),
    )


def is_still_buyer(present: Iterable[Ledger], cards: Iterable[Card]) -> bool:
    """Whether one customer is still a buyer: an order stands, or a card for a product that is in no order."""
    known = list(present)
    if any(ledger.account.state not in CLOSED for ledger in known):
        return True
    gone = {item.product for ledger in known for item in ledger.order.items}
    return any(not card.state and card.product not in gone for card in cards)


def no_longer_buyer(customer: Customer, *, spoken: bool = False) -> Customer:
    """A buyer's file once nothing bought stands: back to the stage before, grade C.

    That stage is "screened" where the file has an owner or the person was `spoken` with, else new.
    """
    if customer.stage != "buyer":
        return customer
    stage = "screened" if customer.owner or spoken else ""
    return msgspec.structs.replace(customer, stage=stage, grade="C" if customer.grade else "")


def received_on(order: Order) -> date:
    """The day the customer has the goods: the delivery, else the latest day they are expected."""
    days = (order.ordered_on, order.sent_on, order.expected_on)
    return order.delivered_on or max(day for day in days if day is not None)


def return_until(run: Run, calendar: Calendar, order: Order) -> date:
    """The last day of the no-reason window (`order.return_days`); the day the goods came is not counted.

    Where that is no working day, it is the first working day after it (Civil Code, Article 203).
    """
    return calendar.next_workday(received_on(order) + timedelta(days=run.settings.order.return_days))


def runs_out(order: Order, quantity: int, product: Product | None) -> date | None:
    """The day on which `quantity` units are used up at the product's `daily_use`; None where that is not known."""
    if product is None or not product.daily_use or quantity <= 0:
        return None
    try:
        return received_on(order) + timedelta(days=int(quantity / Decimal(str(product.daily_use))))
    except OverflowError:
        return None


def run_out_on(order: Order, returns: Iterable[Return], products: Mapping[str, Product]) -> date | None:
    """The last day on which something of the order is left to use; `products` by code.

    Returned goods do not count. None for a cancelled order, and where no product has a daily use.
    """
    if order.cancelled_at is not None:
        return None
    left = units_kept(order, returns)
    days = [runs_out(order, left[unit_of(item)], products.get(item.product)) for item in order.items]
    return max((day for day in days if day is not None), default=None)


def unit_of(item: OrderItem | ReturnedItem) -> str:
    """What tells the units of an order apart: the product's code, else its name."""
    return item.product or item.name


def units_kept(order: Order, returns: Iterable[Return]) -> Counter[str]:
    """How many units of each product (`unit_of`) the customer still has; never below zero."""
    units = Counter[str]()
    for item in order.items:
        units[unit_of(item)] += item.quantity
    for back in (item for one in returns for item in one.items):
        units[unit_of(back)] = max(units[unit_of(back)] - back.quantity, 0)
    return units


def _charged(order: Order, returned: int) -> int | None:
    if order.cancelled_at is not None:
        return 0
    return None if order.total is None else max(order.total - returned, 0)


def _state(order: Order, returns: list[Return], received: int, open_amount: int | None) -> str:
    if order.cancelled_at is not None:
        return "cancelled"
    if returns:
        return "part-returned" if any(units_kept(order, returns).values()) else "returned"
    if open_amount is None:
        return "unpriced"
    if open_amount <= 0:
        return "paid"
    return "part-paid" if received else "open"
