"""One step after the other is taken with a plan: visits, money, its end (docs.md: Plans)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from crmkit.core.calendar.hours import Calendar
from crmkit.core.fields import in_yuan, one_of
from crmkit.core.plans import meters, slots
from crmkit.core.plans.balance import Balance
from crmkit.core.plans.course import WHY, PlanCourse, Visiting, course, machine, missing_reports
from crmkit.core.plans.meters import MeterReading
from crmkit.core.plans.money import due_invoices, settlement
from crmkit.core.plans.refunds import CAUSES, RefundLine, refund_of
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Plan, Step, Visit
from crmkit.records.change import Change
from crmkit.records.plan import ADVICES, CONDITIONS, UNIT_OUTCOMES
from crmkit.records.step import Charge

DURING = ("report", "settle", "use", "meter", "train", "end", "freeze", "thaw")  # not before the plan begins
REVIEWS = ("renew", "end", "undecided")
PARTIES = ("customer", "ours")
LAST_WEEK = timedelta(days=7)


def take(
    run: Run, calendar: Calendar, present: PlanCourse, what: str, at: datetime, *,
    k: int | None = None, by: str = "", note: str = "", codes: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None, charges: tuple[Charge, ...] = (), until: datetime | None = None,
    visit: str = "", card: str = "",
) -> Change:  # fmt: skip
    """One more step of a plan, which happened `at`. InvalidError where it cannot have happened then."""
    step = a_step(
        run, present, what, at, k=k, by=by, note=note, codes=codes, numbers=numbers, charges=charges, until=until,
        visit=visit, card=card,
    )  # fmt: skip
    return taken(run, calendar, present, (step,))


def a_step(
    run: Run, present: PlanCourse, what: str, at: datetime, *,
    k: int | None = None, by: str = "", note: str = "", codes: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None, charges: tuple[Charge, ...] = (), until: datetime | None = None,
    visit: str = "", card: str = "",
) -> Step:  # fmt: skip
    """A step that is not taken yet."""
    given = {**({"k": k} if k is not None else {}), **(numbers or {})}
    return Step(
        id=run.id_for(Step),
        customer=present.plan.customer,
        about=present.plan.id,
        what=what,
        at=at,
        recorded_at=run.now,
        by=by or run.by,
        noted_by=run.by if by and by != run.by else "",
        seq=len(present.steps) + 1,
        note=note,
        until=until,
        codes={name: value for name, value in (codes or {}).items() if value},
        numbers={name: value for name, value in given.items() if value or name in ("due", "hours")},
        charges=charges,
        visit=visit,
        card=card,
    )


def course_after(run: Run, calendar: Calendar, present: PlanCourse, change: Change) -> PlanCourse:
    """How a plan stands once the steps of `change` are taken."""
    steps = (record for record in change.puts if isinstance(record, Step))
    return course(present.plan, [*present.steps, *steps], calendar, run.now, present.units)


def taken(run: Run, calendar: Calendar, present: PlanCourse, steps: Sequence[Step]) -> Change:
    """`steps` of a plan, with what helps to find it. InvalidError for the first that does not fit."""
    for step in steps:
        day = present.day(step.at)
        if step.at > run.now:
            raise InvalidError(_("{day} lies in the future").format(day=day))
        if step.what in DURING and day < present.plan.starts_on:
            raise InvalidError(
                _("{day} is before the plan, which begins on {start}").format(day=day, start=present.plan.starts_on)
            )
    after = course(present.plan, [*present.steps, *steps], calendar, run.now, present.units)
    known = {misfit.step.id for misfit in present.misfits}
    new = [misfit for misfit in after.misfits if misfit.step.id not in known]
    if new:
        k = new[0].step.numbers.get("k")
        where = present.plan.id if k is None else f"{present.plan.id}:{k}"
        raise InvalidError(
            f"{where}: {_(WHY[new[0].why])}",
            _("what happened so far: crmkit plan show {id}").format(id=present.plan.id),
        )
    return Change(puts=(*steps, found_by(run, calendar, after)), ids=(present.plan.id,), counts={"added": len(steps)})


def found_by(run: Run, calendar: Calendar, present: PlanCourse) -> Plan:
    """The plan with what helps to find it."""
    plan = present.plan
    days = [day for day, _what in coming(run, calendar, present)]
    over = present.closing is not None or (present.ends_on is not None and present.ends_on < present.today)
    return msgspec.structs.replace(
        plan, next_on=min(days, default=None), ended_on=present.today if over and not days else None
    )


def coming(run: Run, calendar: Calendar, present: PlanCourse) -> list[tuple[date, str]]:
    """Everything of a plan that is due, on which day.

    Visits to make, or to report on, by their number; invoices, the review of its end, a refund.
    """
    days = [(one.planned_on, str(one.k)) for one in present.open_slots if one.planned_on is not None]
    days += [(one.done_on, str(one.k)) for one in present.slots if one.state == "made" and one.done_on is not None]
    days += [(due, f"invoice:{one.k}") for one, due in due_invoices(present)]
    review = review_on(run, calendar, present)
    if review is not None:
        days.append((review, "review"))
    due = refund_due_on(run, present)
    if due is not None:
        days.append((due, "refund"))
    return sorted(days)


def review_on(run: Run, calendar: Calendar, present: PlanCourse) -> date | None:
    """The workday on which the end of a plan is talked about; None where it was, or where there is no end."""
    settled = present.closing is not None or present.of("notice", "review")
    if present.ends_on is None or settled or present.state == "used-up":
        return None
    return max(present.plan.starts_on, calendar.previous_workday(days_before_end(run, present, present.ends_on)))


def days_before_end(run: Run, present: PlanCourse, ends_on: date) -> date:
    """The day on which a plan that ends on `ends_on` is to be talked about, be it a workday or not.

    Of a plan no longer than the days before its end, a month card, that is in its last week.
    """
    start, day = present.plan.starts_on, ends_on - timedelta(days=run.settings.plan.review_days)
    return day if day > start else max(start, ends_on - LAST_WEEK)


def refund_due_on(run: Run, present: PlanCourse) -> date | None:
    """The day by which what is left has to be paid back; None where nothing is."""
    if present.closing is None or not present.balance.refund_due:
        return None
    return present.day(present.closing.at) + timedelta(days=run.settings.plan.refund_days)


def slot_of(present: PlanCourse, k: int | None) -> Visiting:
    """The date with that number; without one the next that is open. InvalidError where there is none."""
    if k is None:
        if not present.open_slots:
            raise InvalidError(_("{id} has no visit to be made").format(id=present.plan.id))
        return present.open_slots[0]
    one = present.slot(k)
    if one is None:
        raise InvalidError(
            _("{id} has no visit {k}").format(id=present.plan.id, k=k),
            _("its dates: crmkit plan slots {id}").format(id=present.plan.id),
        )
    return one


def must_lie_within(present: PlanCourse, one: Visiting, day: date, over: str) -> None:
    """Raise InvalidError for a day outside the plan, and without a reason in `over` for one outside the window."""
    last = present.ends_on
    if day < present.plan.starts_on or (last is not None and day > last):
        raise InvalidError(
            _("{day} is not within the plan, {first} to {last}").format(
                day=day, first=present.plan.starts_on, last=last or "…"
            )
        )
    if not one.is_within(day) and not over:
        raise InvalidError(
            _("{day} is outside the window of visit {k}, {first} to {last}").format(
                day=day, k=one.k, first=one.window_from, last=one.window_to
            ),
            _("a day within it, or say why: --over REASON"),
        )


def move(run: Run, calendar: Calendar, present: PlanCourse, k: int | None, to: datetime, over: str) -> Change:
    """One visit on another day; every other one stays where it is."""
    one, day = slot_of(present, k), present.day(to)
    if day < present.today:
        raise InvalidError(_("{day} is past").format(day=day))
    must_lie_within(present, one, day, over)
    return take(run, calendar, present, "move", run.now, k=one.k, until=to, note=over)


def skip(run: Run, calendar: Calendar, present: PlanCourse, k: int | None, reason: str) -> Change:
    """A visit that is not made, as agreed. InvalidError without a reason."""
    if not reason.strip():
        raise InvalidError(_("why is the visit left out?"), _("--reason TEXT"))
    return take(run, calendar, present, "skip", run.now, k=slot_of(present, k).k, note=reason.strip())


def report(
    run: Run, calendar: Calendar, present: PlanCourse, k: int | None, at: datetime, *,
    condition: str = "", cards: Sequence[str] = (), finding: str = "", advice: str = "", by: str = "",
    outcome: str = "", waited: int = 0, charges: tuple[Charge, ...] = (), timed: bool = True,
) -> Change:  # fmt: skip
    """What became of the units at a visit; without `cards` of every unit of which nothing is written down yet.

    `outcome` is one of UNIT_OUTCOMES; one that was done needs `condition` and `advice`. `waited` are minutes; they and
    `charges` go into the settlement. What is written down already changes nothing; without `timed` whenever it was.
    InvalidError for a code that is none.
    """
    one = slot_of(present, k)
    outcome = one_of("outcome", outcome, UNIT_OUTCOMES) or "done"
    if outcome == "done":
        condition = one_of("condition", condition, CONDITIONS, needed=True)
        advice = one_of("advice", advice, ADVICES) or ("none" if condition == "good" else condition)
        codes = {"condition": condition, "advice": advice}
    elif condition or advice:
        raise InvalidError(
            _("a unit that was not maintained has no condition and no advice"), _("--finding TEXT says why")
        )
    else:
        codes = {"outcome": outcome}
    if outcome == "skipped" and not finding.strip():
        raise InvalidError(_("why is the unit left out?"), _("--finding TEXT"))
    lacking = sorted(missing_reports(present, one))
    named = {present.unit_of(card): card for card in cards}
    steps, told = list[Step](), not cards and not lacking  # every unit has its report already
    for place, unit in enumerate(named or lacking or sorted({*one.reports, *one.unmade})):
        card = present.stood(named.get(unit, unit), present.day(at))
        first = told or not place  # waiting and parts are of the visit: with several units they are written down once
        step = a_step(
            run, present, "report", at, k=one.k, by=by, note=finding, card=card, codes=codes,
            numbers={"waited": waited} if first else {}, charges=charges if first else (),
        )  # fmt: skip
        had = one.reports.get(unit) or one.unmade.get(unit)
        if had is None or not _says_the_same(had, step, timed=timed):
            steps.append(step)
        elif told:  # the same once more
            return Change(ids=(present.plan.id,))
    if told and len(steps) > 1:
        raise InvalidError(
            _("{slot}: every unit has its report").format(slot=f"{present.plan.id}:{one.k}"),
            _("--card NUMBER: what was found there after all"),
        )
    return taken(run, calendar, present, steps) if steps else Change(ids=(present.plan.id,))


def visited(run: Run, calendar: Calendar, present: PlanCourse, visit: Visit) -> Change:
    """What became of the appointment of a visit: made, moved, or given up, so that another one is agreed.

    Of a prepaid card the visit is used with it. InvalidError where that cannot be.
    """
    one = next((slot for slot in present.slots if slot.visit == visit.id), None)
    if one is None:
        return Change()
    if visit.state == "done":
        at = visit.finished_at or visit.ends_at
        if present.balance.kind in ("visits", "money"):
            return Change() if one.used else use(run, calendar, present, at, k=one.k, visit=visit.id, by=visit.by)
        return take(run, calendar, present, "made", at, k=one.k, by=visit.by, visit=visit.id)
    if one.state != "booked":
        return Change()
    if visit.state:
        return take(run, calendar, present, "unbook", run.now, k=one.k, visit=visit.id, codes={"visit": visit.state})
    if present.day(visit.begins_at) == one.planned_on:
        return Change()
    return take(run, calendar, present, "book", run.now, k=one.k, until=visit.begins_at, visit=visit.id)


def _says_the_same(had: Step, step: Step, *, timed: bool) -> bool:
    def said(one: Step) -> object:
        used = sorted((charge.code, charge.quantity) for charge in one.charges)
        return one.codes, one.note, one.numbers, used, one.at if timed else None

    return said(had) == said(step)


def settle(
    run: Run, calendar: Calendar, present: PlanCourse, k: int, at: datetime, *,
    unavailable: Sequence[str] = (), waited: int = 0, charges: tuple[Charge, ...] = (),
) -> Change:  # fmt: skip
    """The money of one visit, once. `waited` are minutes; a unit has a report, or was not made available.

    What was written down of its units, waiting and parts, is part of it; `waited` is put in the place of theirs.
    """
    one = slot_of(present, k)
    unavailable = list(dict.fromkeys(map(present.unit_of, unavailable)))
    if one.reports.keys() & set(unavailable):
        raise InvalidError(
            _("{slot}: a unit that has its report was made available").format(slot=f"{present.plan.id}:{k}"),
            _("what was found there: crmkit plan show {id}").format(id=present.plan.id),
        )
    told = [*one.reports.values(), *one.unmade.values()]
    theirs = {card for card, step in one.unmade.items() if step.codes["outcome"] == "unavailable"}
    unavailable = [*unavailable, *sorted(theirs - set(unavailable))]
    waited = waited or sum(max(0, step.numbers.get("waited", 0)) for step in told)
    charges = (*(charge for step in told for charge in step.charges), *charges)
    sum_up = settlement(present, one, unavailable, waited, charges, run.settings.plan.free_in_warranty)
    return take(
        run, calendar, present, "settle", at, k=one.k, charges=charges,
        codes={"unavailable": " ".join(unavailable)},
        numbers={
            "done": sum_up.done, "free": sum_up.free, "unavailable": sum_up.unavailable, "waited": waited,
            "waiting": sum_up.waiting, "amount": sum_up.total,
        },
    )  # fmt: skip


def meter(
    run: Run, calendar: Calendar, present: PlanCourse, at: datetime, hours: int, *, card: str, replaced: bool
) -> Change:  # fmt: skip
    """A reading of a unit's meter. InvalidError where it falls, unless the meter was exchanged."""
    card = present.stood(card, present.day(at))
    this = machine(present, card, present.day(at))
    own = [step for step in present.of("meter") if machine(present, step.card, present.day(step.at)) == this]
    since = [step for step in own if step.at <= at]
    until = [step for step in own if step.at > at]
    if not replaced:  # a reading is compared with those of the same meter
        place = next((n for n, step in enumerate(until) if step.numbers.get("replaced")), len(until))
        before, later = (
            next((MeterReading(step.at, step.numbers.get("hours", 0)) for step in some), None)
            for some in (reversed(since), until[:place])
        )
        meters.must_lie_between(before, MeterReading(at, hours), later)
    numbers = {"hours": hours, "replaced": int(replaced)}
    change = take(run, calendar, present, "meter", at, card=card, numbers=numbers)
    after = course_after(run, calendar, present, change)
    notes = [*_counted_from(present, after, this[0]), *_moved(present, after)]
    if replaced and own and present.day(own[-1].at) < present.day(at):
        notes.append(
            _(
                "the old meter was read last on {day}, {hours} h; what it showed in the end: --reading H --at DATE"
            ).format(day=present.day(own[-1].at), hours=own[-1].numbers.get("hours", 0))
        )
    return msgspec.structs.replace(change, notes=tuple(notes))


def _counted_from(present: PlanCourse, after: PlanCourse, unit: str) -> Iterator[str]:
    """From what a unit's hours are counted that were read for the first time, or the first time since its exchange."""
    had = {one.at for one in present.readings.get(unit, ())}
    new = [one.at for one in after.readings[unit] if one.known_at[0] == meters.ALWAYS and one.at not in had]
    for at in new[-1:]:
        yield _("counted from {hours} h on {day}; if it showed something else then: --reading H --at {day}").format(
            hours=0, day=at.date()
        )


def _moved(present: PlanCourse, after: PlanCourse) -> Iterator[str]:
    """Which dates a reading moved, and why; of a booked visit, whether its hours are reached before it."""
    before = {one.k: one.due_on for one in present.slots}
    for one in after.slots:
        slot = f"{present.plan.id}:{one.k}"
        why = one.reached if one.state == "booked" else one.by_hours
        if one.state == "booked" and one.planned_on and why is not None and why.on < one.planned_on:
            yield _("{slot} stays on {day}, but its {hours} h are reached on {on}").format(
                slot=slot, day=one.planned_on, hours=why.hours, on=why.on
            )
        elif one.state == "planned" and one.k in before and before[one.k] != one.due_on:
            yield _("{slot} is due on {day}, not {before}: {why}").format(
                slot=slot, day=one.due_on, before=before[one.k], why=basis(one)
            )


def basis(one: Visiting) -> str:
    """Why a visit is due on its day: 500 h at 9.6 h a day since 2026-02-10, or by the calendar."""
    found = one.by_hours
    if found is None:
        return _("by the calendar")
    return _("{hours} h at {pace} h a day since {day}").format(
        hours=found.hours, pace=f"{found.a_day:.1f}", day=found.since.at.date()
    )


def contract_year(plan: Plan, day: date) -> tuple[date, date]:
    """The first day of the contract year in which `day` lies, and that of the next."""
    years = max(0, day.year - plan.starts_on.year)
    if slots.nth(plan.starts_on, slots.Every(months=12), years) > day:
        years -= 1
    year = slots.Every(months=12)
    return slots.nth(plan.starts_on, year, max(0, years)), slots.nth(plan.starts_on, year, max(0, years) + 1)


def train(run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *, charged: int, note: str = "") -> Change:
    """A training of the customer's people: one in a contract year is free. InvalidError for a second one."""
    first, after = contract_year(present.plan, present.day(at))
    had = [step for step in present.of("train") if first <= present.day(step.at) < after]
    if any(not step.numbers.get("taken") for step in had) and not charged:
        raise InvalidError(
            _("the free training of this contract year was on {day}; the next is free from {after}").format(
                day=present.day(had[0].at), after=after
            ),
            _("one that is paid for: --charge YUAN"),
        )
    return take(run, calendar, present, "train", at, numbers={"taken": charged}, note=note)


def use(
    run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *,
    k: int | None = None, visit: str = "", units: int = 0, amount: int = 0, note: str = "", by: str = "",
) -> Change:  # fmt: skip
    """So much of a prepaid card is used. InvalidError beyond what is left, and for a plan that is no such card."""
    left = must_be_prepaid(present)
    if left.kind == "days":
        raise InvalidError(_("{id} is paid for by its term; nothing of it is used up").format(id=present.plan.id))
    if left.kind == "money":
        used = amount or present.plan.price * (units or max(1, len(present.units)))
        if not used:
            raise InvalidError(_("how much of the money card was used?"), _("--amount YUAN"))
    elif amount:
        raise InvalidError(_("{id} is a card of visits, not of money").format(id=present.plan.id), _("--units N"))
    else:
        used = units or max(1, len(present.units))
    slot, day = None if k is None else slot_of(present, k), present.day(at)
    notes: tuple[str, ...] = ()
    if slot is not None and not slot.is_within(day):
        notes = (
            _("{slot} is used on {day}, outside its window, {first} to {last}").format(
                slot=f"{present.plan.id}:{k}", day=day, first=slot.window_from, last=slot.window_to
            ),
        )
    change = take(run, calendar, present, "use", at, k=k, visit=visit, numbers={"units": used}, note=note, by=by)
    if used > left.left:
        raise InvalidError(
            _("{left} left on {id}, not {used}").format(
                left=_quantity(left, left.left), id=present.plan.id, used=_quantity(left, used)
            ),
            _("crmkit plan top-up {id} adds to it").format(id=present.plan.id),
        )
    return msgspec.structs.replace(change, notes=notes)


def give_back(run: Run, calendar: Calendar, present: PlanCourse, step: str, reason: str) -> Change:
    """A use that was none: what it took comes back, once. InvalidError where there is no such use."""
    had = [one for one in present.uses if one.id == step]
    if not had:
        raise InvalidError(_("{step} is no use of {id} that stands").format(step=step, id=present.plan.id))
    units = had[0].numbers.get("units", 0)
    return take(
        run, calendar, present, "adjust", run.now, codes={"use": step}, numbers={"units": units}, note=reason
    )  # fmt: skip


def top_up(
    run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *,
    paid: int, visits: int = 0, bonus: int = 0, amount: int = 0, bonus_amount: int = 0, over: str = "",
) -> Change:  # fmt: skip
    """More is paid onto a prepaid card: for `visits`, or on one of money for an `amount`, with some on top.

    InvalidError for visits on a card of money and the other way round, and above the legal limit without a reason in
    `over`.
    """
    left = must_be_prepaid(present)
    if left.kind == "money" and (visits or bonus):
        raise InvalidError(
            _("{id} is a card of money, not of visits").format(id=present.plan.id),
            _("--amount YUAN"),
        )
    if left.kind == "visits" and (amount or bonus_amount):
        raise InvalidError(_("{id} is a card of visits, not of money").format(id=present.plan.id), _("--visits N"))
    units = amount or paid if left.kind == "money" else visits
    if left.kind == "days" or not units or not paid:
        raise InvalidError(
            _("how much is paid, and for how much?"), _("--paid YUAN, and --visits N for a card of visits")
        )
    must_stay_below(run, present.plan.named, left.value_left + paid, over)
    numbers = {"paid": paid, "units": units, "bonus": bonus or bonus_amount}
    return take(run, calendar, present, "top-up", at, numbers=numbers, note=over)


def limit_of(run: Run, named: bool) -> int:
    """The most that a prepaid card may hold, in fen."""
    return 100 * (run.settings.plan.named_limit if named else run.settings.plan.unnamed_limit)


def must_stay_below(run: Run, named: bool, value: int, over: str) -> None:
    """Raise InvalidError for a card that would hold more than the law allows, without a reason in `over`."""
    if value > limit_of(run, named) and not over:
        raise InvalidError(
            _("{value} would be on the card; the most is {limit}").format(
                value=in_yuan(value), limit=in_yuan(limit_of(run, named))
            ),
            _("where a filed exception allows it: --over REASON"),
        )


def refund_lines(present: PlanCourse, cause: str, on: date) -> list[RefundLine]:
    """The calculation of what is given back, line by line. InvalidError as `refunds.refund_of`."""
    left = must_be_prepaid(present)
    cause = one_of("cause", cause, CAUSES, needed=True)
    if not left.open and left.refund_due:
        raise InvalidError(
            _("{id}: the refund is reckoned already, {amount} is to be paid").format(
                id=present.plan.id, amount=in_yuan(left.refund_due)
            ),
            _("--amount YUAN without --cause pays it"),
        )
    if not left.open:
        refunded = present.closing is not None and present.closing.what == "refund"
        raise InvalidError(f"{present.plan.id}: {_(WHY['refunded' if refunded else 'closed'])}")
    return refund_of(left.lots, cause, on, basis=present.plan.basis or "share")


def refund(
    run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *, cause: str, paid: int, note: str = ""
) -> Change:  # fmt: skip
    """The card is taken back: what is due is fixed, and the unused visits leave the plan."""
    cause = one_of("cause", cause, CAUSES, needed=True)
    due = refund_lines(present, cause, present.day(at))[-1].amount
    if paid > due:
        raise _too_much(present, due, paid)
    numbers = {"due": due, "paid": paid}
    return take(run, calendar, present, "refund", at, codes={"cause": cause}, numbers=numbers, note=note)


def pay_back(run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *, paid: int, note: str = "") -> Change:
    """Money of a refund is paid. InvalidError where nothing, or less, is due."""
    due = must_be_prepaid(present).refund_due
    if present.closing is None or present.closing.what != "refund":
        raise InvalidError(
            _("for what reason is {id} paid back?").format(id=present.plan.id),
            _("--cause ours, customer or seven-days"),
        )
    if not due:
        raise InvalidError(f"{present.plan.id}: {_(WHY['refunded'])}")
    if not paid:
        raise InvalidError(_("how much is paid back?"), _("--amount YUAN"), field="amount")
    if paid > due:
        raise _too_much(present, due, paid)
    return take(run, calendar, present, "refund", at, numbers={"paid": paid}, note=note)


def _too_much(present: PlanCourse, due: int, paid: int) -> InvalidError:
    return InvalidError(
        _("{amount} is to be paid back for {id}, not {paid}").format(
            amount=in_yuan(due), id=present.plan.id, paid=in_yuan(paid)
        )
    )


def review(run: Run, calendar: Calendar, present: PlanCourse, *, outcome: str, note: str) -> Change:
    """What came of the talk about the end. InvalidError for a plan without an end of which something is left."""
    if present.ends_on is None and present.state != "used-up":
        raise InvalidError(_("{id} has no end to talk about").format(id=present.plan.id))
    outcome = one_of("outcome", outcome, REVIEWS, needed=True)
    return take(run, calendar, present, "review", run.now, codes={"outcome": outcome}, note=note)


def notice(run: Run, calendar: Calendar, present: PlanCourse, received: datetime, *, party: str, note: str) -> Change:
    """A written notice was received; it ends the plan on its own end, or after its days."""
    party = one_of("by", party, PARTIES) or "customer"
    if present.of("notice"):
        raise InvalidError(
            _("notice was given already, on {day}").format(day=present.day(present.of("notice")[0].at)),
            _("crmkit plan show {id}").format(id=present.plan.id),
        )
    change = take(
        run, calendar, present, "notice", received, codes={"party": party},
        numbers={"days": run.settings.plan.notice_days}, note=note,
    )  # fmt: skip
    after = course_after(run, calendar, present, change)
    return msgspec.structs.replace(
        change, notes=(_("{id} ends on {day}").format(id=present.plan.id, day=after.ends_on),)
    )


def end(run: Run, calendar: Calendar, present: PlanCourse, at: datetime, *, reason: str) -> Change:
    """The plan is over; what is still open of it is cancelled, what was done stays."""
    if not reason.strip():
        raise InvalidError(_("why does it end?"), _("--reason TEXT"))
    if present.balance.open and present.balance.value_left > 0 and present.balance.kind != "days":
        raise InvalidError(
            _("{amount} is left on {id}").format(amount=in_yuan(present.balance.value_left), id=present.plan.id),
            _("crmkit plan refund {id} --cause ours pays it back").format(id=present.plan.id),
        )
    change = take(run, calendar, present, "end", at, note=reason.strip())
    after = course_after(run, calendar, present, change)
    gone = sum(one.state == "cancelled" for one in after.slots) - sum(one.state == "cancelled" for one in present.slots)
    return msgspec.structs.replace(change, counts={**change.counts, "cancelled": gone})


def must_be_prepaid(present: PlanCourse) -> Balance:
    """The balance of a prepaid card. InvalidError for a plan of another mode."""
    if not present.balance.kind:
        raise InvalidError(_("{id} is not a prepaid card").format(id=present.plan.id))
    return present.balance


def _quantity(left: Balance, units: int) -> str:
    return in_yuan(units) if left.kind == "money" else _("{n} visits").format(n=units)
