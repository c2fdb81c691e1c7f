"""Plans: visits kept, and by whose fault not; renewals; prepaid cards sold, used, paid back, owed (docs.md: Plans)."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta

from crmkit.core.calendar.hours import Calendar
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.figures.service import steps_of
from crmkit.core.plans.course import PlanCourse, Visiting, course
from crmkit.core.plans.units import units_of
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Plan, Step

LEDGER = {  # of a prepaid card: what a line of its ledger counts for
    "issue": "prepaid-sold", "top-up": "prepaid-sold", "use": "prepaid-used", "adjust": "prepaid-used",
    "list-price": "prepaid-used",
}  # fmt: skip


def kept(snapshot: Snapshot, period: Period, run: Run, calendar: Calendar) -> Iterator[Fact]:
    """The visits of plans whose window ended in the period, and the plans that ended in it.

    plan-slots: those that we had to make; plan-kept: made within their window; plan-missed: by our fault not;
    plan-theirs: the unit was not available; plan-skipped: by agreement. plans-ended, of them plans-renewed. In fen:
    prepaid-sold, prepaid-used, prepaid-refunded, and prepaid-owed (what is left at the end of the period).
    """
    received = handed_on(snapshot)
    for present in courses(snapshot, period, run, calendar):
        plan = present.plan
        for one in ended_in(present, period):
            identifier, day = f"{plan.id}:{one.k}", one.window_to
            for measure in measures(present, one):
                yield Fact(measure, identifier, day, _by(one) or plan.by)
        if present.ends_on is not None and present.ends_on in period and present.state != "transferred":
            yield Fact("plans-ended", plan.id, present.ends_on, plan.by)
            if present.closing is not None and present.closing.what == "renew":
                yield Fact("plans-renewed", plan.id, present.ends_on, plan.by)
        for measure, amount in money(present, period, received).items():
            yield Fact(measure, plan.id, period.last, plan.by, amount=amount)


def courses(snapshot: Snapshot, period: Period, run: Run, calendar: Calendar) -> list[PlanCourse]:
    """Every plan sold by the end of the period, as it stood then: what was written down later for it counts in it."""
    end = datetime.combine(period.last, time(23, 59), run.now.tzinfo)
    now = min(end, run.now)
    return snapshot.once(f"plans on {period.last}, {now}", lambda: _courses(snapshot, period, calendar, now))


def _courses(snapshot: Snapshot, period: Period, calendar: Calendar, now: datetime) -> list[PlanCourse]:
    steps = steps_of(snapshot)
    cards = {card.id: card for card in snapshot[Card]}
    found = []
    for plan in snapshot[Plan]:
        sold = plan.paid_on or (period.day(plan.created_at) if plan.created_at else plan.starts_on)
        if min(sold, plan.starts_on) <= period.last:
            units = units_of(filter(None, map(cards.get, plan.cards)), cards.get)
            by_then = (step for step in steps.get(plan.id, ()) if not period.ends_before(step.at))
            found.append(course(plan, by_then, calendar, now, units))
    return found


def ended_in(present: PlanCourse, period: Period) -> Iterable[Visiting]:
    """The visits whose window ended in the period, on a day that is over."""
    over = present.today - timedelta(days=1)
    return (
        one for one in present.slots if one.window_to in period and (one.window_to <= over or one.done_on is not None)
    )


def measures(present: PlanCourse, one: Visiting) -> tuple[str, ...]:
    """What a visit whose window ended counts for."""
    if one.state == "unavailable":
        return ("plan-theirs",)
    if one.state == "skipped":
        return ("plan-skipped",)
    if one.state == "cancelled":
        return ()
    return ("plan-slots", "plan-kept") if one.kept else ("plan-slots", "plan-missed")


def handed_on(snapshot: Snapshot) -> set[str]:
    """The ids of the cards that hold what was left of somebody else's."""
    return {step.codes.get("successor", "") for step in snapshot[Step] if step.what == "transfer"}


def money(present: PlanCourse, period: Period, received: Collection[str]) -> dict[str, int]:
    """Of a prepaid card, in fen, without what is nothing.

    What was handed on (`received`: the cards that got it) was sold once, with the first card.
    """
    found: dict[str, int] = {}
    for line in present.balance.entries:
        measure = LEDGER.get(line.what)
        if line.what == "issue" and present.plan.id in received:
            continue
        if measure and line.on in period:
            found[measure] = found.get(measure, 0) + (line.value if measure == "prepaid-sold" else -line.value)
    if present.balance.kind:  # what is decided is owed until it is paid, be it months later
        paid_back = (step for step in present.of("refund") if present.day(step.at) in period)
        found["prepaid-refunded"] = sum(step.numbers.get("paid", 0) for step in paid_back)
        found["prepaid-owed"] = present.balance.value_left
    return {measure: amount for measure, amount in found.items() if amount}


def _by(one: Visiting) -> str:
    return next((step.by for step in one.reports.values() if step.by), one.used.by if one.used is not None else "")
