"""What a visit of a contract costs, and what a plan is worth beside its written terms (docs.md: Plans)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from crmkit.core.plans.course import PlanCourse, Visiting, machine
from crmkit.core.plans.slots import invoice_due
from crmkit.core.tickets.charges import amount
from crmkit.records.step import Charge

UNNAMED_MONTHS = 36  # a card of money that is made out to nobody is valid for three years at least


class Settlement(NamedTuple):
    """What one visit comes to."""

    done: int  # units
    free: int  # of them, within their warranty
    unavailable: int
    waited: int  # minutes
    visits: int  # fen, of the units done
    waiting: int
    parts: int

    @property
    def total(self) -> int:
        """All of it, in fen."""
        return self.visits + self.waiting + self.parts


def settlement(
    present: PlanCourse,
    one: Visiting,
    unavailable: Iterable[str],
    waited: int,
    charges: Iterable[Charge],
    most_free: int,
) -> Settlement:
    """What the visit `one` comes to: so much for each unit that was done, and for each hour of waiting.

    The first `most_free` visits to a unit within its warranty cost nothing. A part of a fen is the customer's.
    """
    done = [card for card in one.reports if card not in set(unavailable)]
    free = sum(_is_free(present, card, one, most_free) for card in done)
    fee = present.plan.waiting_fee * waited // 60
    parts = sum(map(amount, charges))
    return Settlement(
        len(done), free, len(set(unavailable)), waited, present.plan.price * (len(done) - free), fee, parts
    )


def _is_free(present: PlanCourse, card: str, one: Visiting, most_free: int) -> bool:
    """Whether the visit is one of the first so many of that unit within its warranty."""
    step = one.reports[card]
    unit, day = present.by_card.get(card), present.day(step.at)
    until = unit.warranty(present.stood(step.card, day)) if unit is not None else None
    if until is None or day > until:
        return False
    this = machine(present, step.card, day)  # one that took the place of another has a warranty of its own
    before = [other for other in present.slots if other.k < one.k and other.settled is not None]
    reports = [other.reports[card] for other in before if card in other.reports]
    return sum(machine(present, had.card, present.day(had.at)) == this for had in reports) < most_free


def due_invoices(present: PlanCourse) -> list[tuple[Visiting, date]]:
    """The visits that are settled and not invoiced, each with the day by which its invoice is due."""
    return [
        (one, due)
        for one in present.slots
        if one.invoiced is None and one.amount and (due := invoice_on(present, one)) is not None
    ]


def invoice_on(present: PlanCourse, one: Visiting) -> date | None:
    """A month after the settlement; None before it."""
    return None if one.settled is None else invoice_due(present.day(one.settled.at))


class Audited(NamedTuple):
    """Something about a plan that somebody must look at."""

    what: str  # one of AUDITS
    amount: int | None = None  # fen
    on: date | None = None
    claim: str = ""  # of a service contract, without proof


AUDITS = (
    "no-terms", "above-limit", "expired-with-balance", "refund-overdue", "overdrawn", "conflict", "invoice-overdue",
    "no-report", "short-term", "unproven",
)  # fmt: skip


def audit(present: PlanCourse, limit: int, refund_by: date | None) -> list[Audited]:
    """What of it is not in order; `limit` is the most that a prepaid card may hold, in fen."""
    plan, found, left = present.plan, list[Audited](), present.balance
    standing = present.closing is None and present.state not in ("ended", "used-up")
    if not plan.terms and standing:
        found.append(Audited("no-terms"))
    if standing and left.value_left > limit:
        found.append(Audited("above-limit", left.value_left))
    if standing and left.kind == "money" and not plan.named and 0 < plan.months < UNNAMED_MONTHS:
        found.append(Audited("short-term", left.value_left, present.ends_on))
    if present.state == "expired" and left.value_left > 0:
        found.append(Audited("expired-with-balance", left.value_left, present.ends_on))
    if left.refund_due and refund_by is not None and refund_by < present.today:
        found.append(Audited("refund-overdue", left.refund_due, refund_by))
    if left.left < 0:
        found.append(Audited("overdrawn"))
    if present.misfits:
        found.append(Audited("conflict", None, present.day(present.misfits[0].step.at)))
    silent = [one for one in present.slots if one.state == "made"]
    if silent:
        found.append(Audited("no-report", None, silent[0].done_on))
    late = [(one, due) for one, due in due_invoices(present) if due < present.today]
    if late:
        found.append(Audited("invoice-overdue", sum(one.amount or 0 for one, _due in late), late[0][1]))
    if standing:
        found += [Audited("unproven", claim=one.claim) for one in plan.strengths if not one.proofs]
    return found
