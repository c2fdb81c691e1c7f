"""Plans that were sold, their visits to come and what these came to, and their ends (docs.md: Plans)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crmkit.core.calendar.hours import Calendar
from crmkit.core.planning.triggers.trigger import Trigger, start
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Plan, Step

if TYPE_CHECKING:
    from crmkit.core.plans.course import PlanCourse

AHEAD = timedelta(days=120)  # a plan of which nothing is due before has nothing to call about
NO_HOLIDAYS = Calendar()  # the rule moves the call off a day without work


def sold(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every plan that was sold within the horizon and stands; not one that was handed on to somebody."""
    oldest = run.now.date() - timedelta(days=run.settings.callback.horizon_days)
    new = {plan.id: plan for plan in snapshot[Plan] if _sold_on(run, plan) >= oldest}
    if not new:
        return
    handed_on, gone = set(), set()
    for step in snapshot[Step]:
        if step.what == "transfer":
            handed_on.add(step.codes.get("successor", ""))
        if step.about in new and step.what in ("refund", "end", "transfer"):
            gone.add(step.about)
    for plan in new.values():
        if plan.id not in handed_on | gone:
            on = _sold_on(run, plan)
            ends = start(run, on + timedelta(days=run.settings.callback.horizon_days + 1))
            yield Trigger(plan.id, plan.customer, start(run, on), about=plan.id, by=plan.by, ends=ends)


def undated(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Plans of which nobody knows when they were sold count from today, every day."""
    return ((one.customer, run.now) for one in snapshot[Plan] if not (one.paid_on or one.created_at))


def _sold_on(run: Run, plan: Plan) -> date:
    """When it was paid, else when it was written down."""
    return plan.paid_on or (plan.created_at or run.now).astimezone(run.now.tzinfo).date()


def balances(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every settled visit of a plan that is not invoiced yet, with the day `invoice_on` by which that is due."""
    for present in _standing(run, snapshot):
        plan = present.plan
        from crmkit.core.plans.money import due_invoices

        for one, due in due_invoices(present):
            yield Trigger(
                f"{plan.id}:{one.k}", plan.customer, start(run, plan.starts_on), recurs=True, about=plan.id, by=plan.by,
                dates={"invoice_on": due},
            )  # fmt: skip


def visits(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every visit of a plan that is to be made and has no appointment yet, with the day `visit_on`."""
    for present in _standing(run, snapshot):
        plan = present.plan
        for one in present.open_slots:
            if one.state == "planned" and one.planned_on is not None:
                yield Trigger(
                    f"{plan.id}:{one.k}", plan.customer, start(run, plan.starts_on), recurs=True, about=plan.id,
                    by=plan.by, dates={"visit_on": one.planned_on},
                    ends=start(run, _day_after(one.last_on)),
                )  # fmt: skip


def ends(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every plan whose end was not talked about yet, with the days `ends_on` and `review_on`."""
    for present in _standing(run, snapshot):
        plan = present.plan
        from crmkit.core.plans.taking import days_before_end

        talked = present.closing is not None or present.of("notice", "review") or present.state == "used-up"
        if present.ends_on is not None and present.ends_on >= present.today and not talked:
            yield Trigger(
                plan.id, plan.customer, start(run, plan.starts_on), recurs=True, about=plan.id, by=plan.by,
                dates={"ends_on": present.ends_on, "review_on": days_before_end(run, present, present.ends_on)},
                ends=start(run, _day_after(present.ends_on)) if present.frozen is None else run.now,
            )  # fmt: skip


def awaited(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Every plan of which nothing is due soon, for the day on which it is looked at."""
    for one in snapshot[Plan]:
        if one.ended_on is None and one.next_on is not None and one.next_on > run.now.date() + AHEAD:
            yield one.customer, start(run, one.next_on - AHEAD)


def _day_after(day: date) -> date:
    return min(day, date.max - timedelta(days=2)) + timedelta(days=1)


def _standing(run: Run, snapshot: Snapshot) -> Sequence["PlanCourse"]:
    """The plans of which something is due soon, as they stand."""
    return snapshot.once("standing plans", lambda: tuple(_courses(run, snapshot)))


def _courses(run: Run, snapshot: Snapshot) -> Iterator["PlanCourse"]:
    plans = [
        one
        for one in snapshot[Plan]
        if one.ended_on is None and one.next_on is not None and one.next_on <= run.now.date() + AHEAD
    ]
    if not plans:
        return
    from crmkit.core.plans.course import course
    from crmkit.core.plans.units import units_of

    wanted = {plan.id for plan in plans}
    steps: dict[str, list[Step]] = {}
    for step in snapshot[Step]:
        if step.about in wanted:
            steps.setdefault(step.about, []).append(step)
    cards = {card.id: card for card in snapshot[Card]}
    for plan in plans:
        units = units_of(filter(None, map(cards.get, plan.cards)), cards.get)
        yield course(plan, steps.get(plan.id, ()), NO_HOLIDAYS, run.now, units)
