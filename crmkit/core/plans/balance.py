"""What of a prepaid card is left: a ledger that adds up at every moment (docs.md: Plans).

Principal and bonus are kept apart; principal is used first, and of several payments the earliest. What was used is
worth its share of what was paid, so that value = paid - used - paid back holds after each line.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from crmkit.core.plans.refunds import Prepaid, share_used
from crmkit.records import Plan, Step
from crmkit.records.plan import MODES

PREPAID = MODES[1]


class LedgerLine(NamedTuple):
    """One line of the ledger."""

    on: date
    what: str  # issue, bonus, top-up, use, adjust, refund, transfer
    step: str  # id; "" for what was sold with the plan
    units: int  # visits, fen of a money card, days of a time card; below zero where they leave it
    left: int  # of principal and bonus, after it; below zero where two used the last one
    value: int  # in fen
    value_left: int


class Balance(msgspec.Struct, frozen=True):
    """How a prepaid card stands."""

    kind: str = ""  # visits, money or days; "" = nothing was paid beforehand
    lots: tuple[Prepaid, ...] = ()  # the payments, of each what of it was used
    entries: tuple[LedgerLine, ...] = ()
    issued: int = 0  # units of principal and bonus
    bonus: int = 0  # of them
    used: int = 0
    paid: int = 0  # fen
    refund_due: int = 0  # what is still to be paid back
    refunded: int = 0
    open: bool = True  # not paid back and not handed on

    @property
    def left(self) -> int:
        """Units that are left; below zero where more was used than there was."""
        return self.issued - self.used if self.open else 0

    @property
    def bonus_left(self) -> int:
        """Of what is left, what was given on top: it is used after what was paid for."""
        return max(0, min(self.bonus, self.left))

    @property
    def used_value(self) -> int:
        """What was used, at its share of what was paid."""
        return sum(map(share_used, self.lots))

    @property
    def value_left(self) -> int:
        """What is left of what was paid, in fen: owed to the customer as visits, or as money."""
        return self.paid - self.used_value if self.open else self.refund_due


class _Ledger(msgspec.Struct):
    lots: list[Prepaid] = []
    entries: list[LedgerLine] = []
    used: int = 0
    paid_back: int = 0

    def add(self, on: date, what: str, step: str, units: int, *, out: int = 0) -> None:
        """A line for what was just done; `out` is money that left the card."""
        self.paid_back += out
        shared = _shared(self.lots, self.used)
        value = sum(lot.paid for lot in self.lots) - sum(map(share_used, shared)) - self.paid_back
        before = self.entries[-1].value_left if self.entries else 0
        left = (self.entries[-1].left if self.entries else 0) + units
        self.entries.append(LedgerLine(on, what, step, units, left, value - before, value))


def balance(
    plan: Plan, taken: Iterable[Step], day: Callable[[datetime], date], today: date, last: date | None, frozen: int = 0
) -> Balance:
    """The ledger of `plan` after the steps that fitted, in the order of time; empty where nothing is paid beforehand.

    `last` is the last day of a card for a term, which lay frozen for so many days.
    """
    kind, first = _first(plan, last)
    if first is None:
        return Balance()
    ledger = _Ledger([first])
    ledger.add(first.paid_on, "issue", "", first.units)
    if first.bonus:
        ledger.add(first.paid_on, "bonus", "", first.bonus)
    due = refunded = 0
    is_open = True
    for step in taken:
        on, numbers = day(step.at), step.numbers
        if step.what == "top-up" and numbers.get("units", 0) > 0:
            lot = Prepaid(
                numbers.get("paid", 0), on, numbers["units"], max(0, numbers.get("bonus", 0)), 0, first.list_price
            )
            ledger.lots.append(lot)
            ledger.add(on, "top-up", step.id, lot.units + lot.bonus)
        elif step.what in ("use", "adjust") and kind != "days":
            units = numbers.get("units", 0)
            ledger.used = max(0, ledger.used + (units if step.what == "use" else -units))
            ledger.add(on, step.what, step.id, -units if step.what == "use" else units)
        elif step.what in ("transfer", "refund") and ("due" in numbers or step.what == "transfer"):
            if kind == "days":
                ledger.used = _days_used(first, on, frozen)
                ledger.add(on, "use", "", -ledger.used)
            due, is_open = numbers.get("due", 0), False
            whole = ledger.entries[-1].value_left
            ledger.add(on, step.what, step.id, -ledger.entries[-1].left, out=due if step.what == "refund" else whole)
            if ledger.entries[-1].value_left:  # what was used cost more at the list price than its share
                ledger.add(on, "list-price", step.id, 0, out=ledger.entries[-1].value_left)
        if step.what == "refund":
            refunded += numbers.get("paid", 0)
    if kind == "days" and is_open:
        ledger.used = _days_used(first, today, frozen)
    shared = tuple(_shared(ledger.lots, ledger.used))
    return Balance(
        kind=kind,
        lots=shared,
        entries=tuple(ledger.entries),
        issued=sum(lot.units + lot.bonus for lot in shared),
        bonus=sum(lot.bonus for lot in shared),
        used=ledger.used,
        paid=sum(lot.paid for lot in shared),
        refund_due=max(0, due - refunded),
        refunded=refunded,
        open=is_open,
    )


def _first(plan: Plan, last: date | None) -> tuple[str, Prepaid | None]:
    """What was paid for when the plan was sold."""
    if plan.mode != PREPAID:
        return "", None
    paid_on = plan.paid_on or plan.starts_on
    if plan.amount > 0:
        return "money", Prepaid(plan.paid, paid_on, plan.amount, max(0, plan.bonus_amount), 0, 1)
    if plan.visits > 0:
        return "visits", Prepaid(plan.paid, paid_on, plan.visits, max(0, plan.bonus), 0, plan.list_price)
    if last is not None and last >= plan.starts_on:
        return "days", Prepaid(plan.paid, plan.starts_on, (last - plan.starts_on).days + 1, 0, 0, 0)
    return "", None


def _days_used(lot: Prepaid, on: date, frozen: int) -> int:
    """Whole days of the term that are over on `on`, without those on which the card was frozen."""
    return max(0, min(lot.units, (on - lot.paid_on).days - frozen))


def _shared(lots: Iterable[Prepaid], used: int) -> list[Prepaid]:
    """`lots` with what of each was used, the earliest first; what goes beyond all of them is used of the last."""
    found = []
    for lot in lots:
        taken = min(used, lot.units + lot.bonus)
        used -= taken
        found.append(Prepaid(lot.paid, lot.paid_on, lot.units, lot.bonus, taken, lot.list_price))
    return found
