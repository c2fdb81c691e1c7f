"""Orders, what was paid and what came back, service cards (docs.md: Orders, Cards, Figures). Amounts are fen.

Orders count on the day they were placed, with their account as it stood at the end of the period: what happened later
belongs to later periods, so a month gives the same figures whenever it is counted. Payments, refunds and returns count
on their own day, whenever the order was placed. A cancelled order counts only as given up. What is owed, to us or by
us, is that of all orders, however old.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from crmkit.core.accounts import Ledger
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Payment, Return


def standing(snapshot: Snapshot, period: Period) -> Iterator[Ledger]:
    """The orders placed by the end of the period, each with what had happened to it by then."""

    def by_then(moment: datetime) -> bool:
        return not period.ends_before(moment)

    for one in snapshot.ledgers.values():
        order = one.order
        if order.ordered_on > period.last:
            continue
        payments = tuple(payment for payment in one.payments if by_then(payment.at))
        returns = tuple(back for back in one.returns if by_then(back.asked_at))
        cancelled = order.cancelled_at is None or by_then(order.cancelled_at)
        if cancelled and len(payments) == len(one.payments) and len(returns) == len(one.returns):
            yield one  # whose account may be known already
        else:
            yield Ledger(order if cancelled else msgspec.structs.replace(order, cancelled_at=None), payments, returns)


def charged_by_customer(snapshot: Snapshot) -> dict[str, int]:
    """Customer id → what was charged for all priced orders that were not cancelled, less returns."""
    return snapshot.once("charged by customer", lambda: _charged(snapshot.ledgers.values()))


def _charged(ledgers: Iterable[Ledger]) -> dict[str, int]:
    charged: dict[str, int] = {}
    for ledger in ledgers:
        order, amount = ledger.order, ledger.account.charged
        if order.cancelled_at is None and amount is not None:
            charged[order.customer] = charged.get(order.customer, 0) + amount
    return charged


def issued(cards: Iterable[Card], period: Period) -> Iterator[Fact]:
    """Service cards issued."""
    for card in cards:
        if card.created_at is not None and card.created_at in period:
            yield Fact("cards", card.id, period.day(card.created_at), card.issued_by)


def sold(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Orders placed in the period and how each stood at its end, and what was owed then for all orders.

    orders; priced (those whose amount is known, with the sum of the amounts); returned (something came back: what had
    been charged for it); revenue (what remains charged); given-up (cancelled, counted apart). Of all orders: balances
    (still to be paid), owed (still to be paid back, for cancelled ones as well).
    """
    for ledger in standing(snapshot, period):
        order, one = ledger.order, ledger.account
        stands = order.cancelled_at is None
        due = {"balances": one.balance or None, "owed": one.refund_owed or None}
        amounts = (
            due
            if order.ordered_on not in period
            else {
                "orders": 0 if stands else None,
                "given-up": None if stands else 0,
                "priced": one.total if stands else None,
                "returned": (one.returned if stands else 0) or None,
                "revenue": one.charged if stands else None,
                **due,
            }
        )
        for measure, amount in amounts.items():
            if amount is not None:
                yield Fact(measure, order.id, order.ordered_on, order.by, amount=amount)


def paid(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Payments and refunds of the period; deposits: the first payments of orders on those terms."""
    deposits = deposits_of(snapshot)
    for one in snapshot[Payment]:
        if one.at not in period:
            continue
        measures = (
            ("payments", *(["deposits"] if one.id in deposits else ())) if one.what == "payment" else ("refunds",)
        )
        for measure in measures:
            yield Fact(measure, one.id, period.day(one.at), one.by, amount=one.amount)


def deposits_of(snapshot: Snapshot) -> frozenset[str]:
    """The ids of the payments that are deposits."""

    def found() -> frozenset[str]:
        first = (ledger.deposit for ledger in snapshot.ledgers.values())
        return frozenset(one.id for one in first if one is not None)

    return snapshot.once("deposits", found)


def returned_goods(returns: Iterable[Return], period: Period) -> Iterator[Fact]:
    """Returns asked for in the period with what was charged for the goods; within: in the no-reason window."""
    for one in returns:
        if one.asked_at in period:
            amount = sum(item.amount for item in one.items)
            for measure in ("returns", *(["within"] if one.within else ())):
                yield Fact(measure, one.id, period.day(one.asked_at), one.by, amount=amount)
