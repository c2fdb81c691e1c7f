"""The course of a plan: how it, each of its dates and its balance stand after all of its steps (docs.md: Plans).

Nothing of it is stored. Two operators who did not know of each other may both write down what only one of them could
do (the same visit used twice): both steps are kept, the first counts, the other one is a misfit.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.hours import Calendar
from crmkit.core.calendar.spans import months_after
from crmkit.core.plans import meters
from crmkit.core.plans import slots as dates
from crmkit.core.plans.balance import Balance, balance
from crmkit.core.plans.meters import Forecast, MeterReading
from crmkit.core.plans.slots import Every
from crmkit.core.plans.units import Unit
from crmkit.errors import InvalidError
from crmkit.i18n import N_
from crmkit.records import Plan, Step
from crmkit.records.plan import UNIT_OUTCOMES
from crmkit.records.step import in_order

MOST_SLOTS = 600  # of one plan
MOST_MONTHS = 1200
AFTER_THE_END = timedelta(days=30)  # until then somebody is asked for visits that were not made in time
OPEN_ENDED_DAYS = 400  # so far ahead are the dates of a plan without an end known
OPEN = ("planned", "booked", "missed")
SERVED = ("active", "ending")  # states in which a plan covers what its units need
SLOT_STATES = (*OPEN, "made", "done", "settled", "unavailable", "skipped", "cancelled")
STATES = (
    "upcoming", "active", "frozen", "ending", "ended", "renewed", "used-up", "expired", "transferred", "refunding",
    "refunded",
)  # fmt: skip
_DAY = timedelta(days=1)
# steps that no plan takes once it was ended, refunded or handed on
WHILE_OPEN = (
    "book", "unbook", "move", "skip", "made", "report", "meter", "use", "top-up", "freeze", "thaw", "train", "review",
    "notice", "end", "transfer", "renew", "work-order", "materials", "check", "live", "team", "contact",
)  # fmt: skip
KNOWN = (*WHILE_OPEN, "settle", "invoice", "adjust", "refund")
# of these, what one that was renewed does not take either: it goes on to its last day
NOT_RENEWED = ("freeze", "review", "notice", "transfer", "renew")
NOT_FROZEN = ("book", "move", "made", "report", "freeze", "use", "top-up", "transfer")
NOT_OVER = ("freeze", "train", "notice", "end")  # once the last day is past


class Misfit(NamedTuple):
    """A step that contradicts others, and why."""

    step: Step
    why: str  # one of WHY


WHY = {
    "closed": N_("the plan is over"),
    "no-slot": N_("the plan has no date of that number"),
    "slot-over": N_("that visit is done, skipped or cancelled"),
    "not-done": N_("that visit was not made, or not every unit has its report"),
    "settled": N_("that visit is settled already"),
    "not-settled": N_("that visit is not settled"),
    "invoiced": N_("that visit is invoiced already"),
    "there": N_("a unit that has its report was made available"),
    "used": N_("that visit was used already"),
    "used-up": N_("nothing is left on the card"),
    "fell": N_("the meter showed more before"),
    "overdrawn": N_("more was used than there was"),
    "booked": N_("that visit is agreed on twice"),
    "frozen": N_("the card is frozen"),
    "not-frozen": N_("the card is not frozen"),
    "refunded": N_("the card was paid back already"),
    "too-much": N_("that is more than is to be paid back"),
    "unknown": N_("no plan has such a step"),
}


class Visiting(msgspec.Struct):
    """One date of a plan, and what became of it."""

    k: int
    due_on: date | None  # None: by hours of a meter that nobody can foretell
    planned_on: date | None
    window_from: date
    window_to: date
    provisional: bool = False  # it moves with the meter, or with the visit before it
    by_hours: Forecast | None = None  # why it is due then, where the meter comes before the calendar
    reached: Forecast | None = None  # the same by every reading that there is; of a booked visit its date stays
    by_rule: date | None = None  # `planned_on` before anybody moved it
    state: str = "planned"  # one of SLOT_STATES
    visit: str = ""
    reports: dict[str, Step] = {}  # by unit: its card today; "" for a plan without cards
    unmade: dict[str, Step] = {}  # the same of those not made available, or left out
    done_on: date | None = None
    settled: Step | None = None
    used: Step | None = None
    invoiced: Step | None = None
    over: Step | None = None  # by which it was skipped

    @property
    def amount(self) -> int | None:
        """What it came to, in fen; None before it is settled."""
        return None if self.settled is None else self.settled.numbers.get("amount", 0)

    def is_within(self, day: date) -> bool:
        """Whether `day` lies in its window."""
        return self.window_from <= day <= self.window_to

    @property
    def kept(self) -> bool:
        """Whether it was made within its window."""
        if self.done_on is None:
            return False
        return self.window_from <= self.done_on <= self.last_on

    @property
    def last_on(self) -> date:
        """The last day on which it is in time: of its window, or the later one that was agreed on."""
        return max(self.window_to, self.planned_on or self.window_to)


class PlanCourse(msgspec.Struct, dict=True):
    """A plan with its steps, in the order of time, and how it stands."""

    plan: Plan
    steps: tuple[Step, ...]
    units: tuple[Unit, ...]
    today: date
    zone: tzinfo | None
    slots: list[Visiting] = []
    misfits: list[Misfit] = []
    taken: list[Step] = []
    readings: dict[str, list[MeterReading]] = {}  # by unit, added up over exchanged meters
    fallen: set[str] = set()  # ids of the readings that lie below the one before
    ends_on: date | None = None
    by_hours: bool = False  # its hours were reached before its months
    closing: Step | None = None  # by which it was ended, refunded, renewed or handed on
    frozen: date | None = None  # since when
    balance: Balance = msgspec.field(default_factory=Balance)

    @cached_property
    def by_card(self) -> dict[str, Unit]:
        """Each unit by every card that stands, or stood, for it."""
        return {card: unit for unit in self.units for card in (unit.card, *(one.card for one in unit.earlier))}

    def unit_of(self, card: str) -> str:
        """The card that stands today for the unit of `card` (ids); `card` itself where the plan has no such unit."""
        return self.by_card[card].card if card in self.by_card else card

    def stood(self, card: str, day: date) -> str:
        """The card that stood on `day` for the unit of `card` (ids)."""
        return self.by_card[card].stood(card, day) if card in self.by_card else card

    def day(self, moment: datetime) -> date:
        """The local day of `moment`."""
        return moment.astimezone(self.zone).date()

    def of(self, *whats: str) -> list[Step]:
        """The steps that fitted and are one of `whats`."""
        return [step for step in self.taken if step.what in whats]

    @property
    def uses(self) -> list[Step]:
        """The uses that stand, without those that were taken back."""
        taken_back = {step.codes.get("use") for step in self.of("adjust")}
        return [step for step in self.of("use") if step.id not in taken_back]

    def slot(self, k: int) -> Visiting | None:
        """The date of that number; None where there is none."""
        return next((one for one in self.slots if one.k == k), None)

    @property
    def visited(self) -> int:
        """How many units a visit goes to: those that stand; one for a plan without cards."""
        return max(1, sum(not unit.void for unit in self.units))

    @property
    def open_slots(self) -> list[Visiting]:
        """The visits that are still to be made, while the plan stands and is not frozen: as many as are paid for."""
        closed = self.closing is not None and self.closing.what != "renew"
        too_late = self.ends_on is not None and self.today > self.ends_on + AFTER_THE_END
        if self.frozen or closed or too_late:
            return []
        found = [one for one in self.slots if one.state in OPEN]
        if self.balance.kind == "visits":
            return found[: max(0, -(-self.balance.left // self.visited))]
        return [] if self.balance.kind == "money" and self.balance.left <= 0 else found

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.closing is not None:
            if self.closing.what == "refund":
                return "refunding" if self.balance.refund_due else "refunded"
            return {"renew": "renewed", "transfer": "transferred"}.get(self.closing.what, "ended")
        if self.frozen:
            return "frozen"
        never_lapses = self.plan.named and self.balance.kind == "money"
        over = self.ends_on is not None and self.today > self.ends_on and not never_lapses
        if self.plan.mode == "prepaid" and self.balance.kind != "days":
            if self.balance.left <= 0 and self.balance.issued:
                return "used-up"
            return "expired" if over else self._begun()
        if over:
            return "ended"
        return "ending" if self.of("notice") else self._begun()

    def _begun(self) -> str:
        return "upcoming" if self.today < self.plan.starts_on else "active"


def course(
    plan: Plan, steps: Iterable[Step], calendar: Calendar, now: datetime, units: Sequence[Unit] = ()
) -> PlanCourse:  # fmt: skip
    """How `plan` stands on the day of `now` after `steps`, which are its own, in any order."""
    found = PlanCourse(plan, tuple(in_order(steps)), tuple(units), now.date(), now.tzinfo)
    _read_meters(found)
    _set_end(found)
    _lay_out(found, calendar)
    for step in found.steps:
        why = _misfit(found, step)
        if why:
            found.misfits.append(Misfit(step, why))
        else:
            found.taken.append(step)
            _apply(found, step)
    found.balance = _balance(found)
    _settle_states(found)
    return found


def covers(present: PlanCourse, card: str) -> bool:
    """Whether the unit of that card (id; "" for one without) is served by the plan on the day as of which it stands.

    Of a plan without units those of its customer are, but not of a company's service contract, which is about no
    goods. A frozen, used up or ended one serves nobody.
    """
    unit = present.by_card.get(card)
    if present.plan.cards:
        return unit is not None and not unit.void and present.state in SERVED
    return present.plan.mode != "service" and present.state in SERVED


def _balance(found: PlanCourse) -> Balance:
    return balance(found.plan, found.taken, found.day, found.today, _last(found.plan), _frozen_days(found))


def intervals(plan: Plan) -> list[Every]:
    """How often, as far as it can be read."""
    found = []
    for text in plan.every:
        try:
            found.append(dates.parse_every(text))
        except InvalidError:  # another program wrote it
            continue
    return found


def _last(plan: Plan) -> date | None:
    """The last day by its months; None without an end."""
    if plan.last_on is not None:
        return plan.last_on
    if not 0 < plan.months <= MOST_MONTHS or plan.starts_on.year + plan.months // 12 >= date.max.year - 1:
        return None
    return months_after(plan.starts_on, plan.months) - _DAY


def _read_meters(found: PlanCourse) -> None:
    start = datetime.combine(found.plan.starts_on, datetime.min.time(), found.zone)
    read = [(step, *machine(found, step.card, found.day(step.at))) for step in found.steps if step.what == "meter"]
    found.readings, found.fallen = meters.added_up(read, start)


def machine(present: PlanCourse, card: str, day: date) -> tuple[str, date | None]:
    """The unit of `card`, and since when it is the machine that was there on `day`; None = from the start."""
    card = present.stood(card, day)
    unit = present.by_card.get(card)
    return (card, None) if unit is None else (unit.card, unit.begun(card))


def _set_end(found: PlanCourse) -> None:
    """The last day: by its months, its hours, a notice, or as it was ended; what was frozen is added."""
    plan, last = found.plan, _last(found.plan)
    frozen = _frozen_days(found)
    if last is not None and frozen:
        last += timedelta(days=frozen)
    if plan.until_hours is not None:
        reached = [meters.ended_on(some[0].hours + plan.until_hours, some) for some in found.readings.values()]
        first = min(filter(None, reached), default=date.max)
        if first < (last or date.max):
            last, found.by_hours = first, True
    for step in found.steps:
        if step.what == "notice":
            received, days = found.day(step.at), max(0, min(step.numbers.get("days", 0), 3660))
            last = dates.earliest_end(received, last or received, days)
        if step.what == "end":
            last = min(found.day(step.at), last) if last else found.day(step.at)
    found.ends_on = last


def _frozen_days(found: PlanCourse) -> int:
    """How many days the card lay frozen until today."""
    since, total, last = None, 0, _last(found.plan)
    for step in found.steps:
        if step.what == "freeze" and since is None and not _is_past(last, total, found.day(step.at)):
            since = found.day(step.at)
        elif step.what == "thaw" and since is not None:
            total, since = total + (found.day(step.at) - since).days, None
    return total if since is None else total + max(0, (found.today - since).days)


def _is_past(last: date | None, frozen: int, day: date) -> bool:
    """Whether a term that ends on `last`, and rested so many days, is over on `day`."""
    return last is not None and (day - last).days > frozen


def _lay_out(found: PlanCourse, calendar: Calendar) -> None:
    """The dates by the rule alone, moved by hand where a step says so."""
    plan, every = found.plan, intervals(found.plan)
    last = _last(plan)
    if last is not None and found.ends_on is not None:
        last = max(last, found.ends_on) if not found.by_hours else last
    if last is None:
        last = max(found.today, plan.starts_on)
        last = min(last, date.max - timedelta(days=OPEN_ENDED_DAYS + 1)) + timedelta(days=OPEN_ENDED_DAYS)
    most = min(MOST_SLOTS, _most_visits(found)) if _most_visits(found) else MOST_SLOTS
    if any(one.hours for one in every):
        found.slots = _by_hours(found, every, last, most, calendar)
    elif every:
        step = min(every, key=lambda one: one.months * 30 + one.days)
        found.slots = [Visiting(*one) for one in islice(_safe(plan, step, last, calendar), most)]
    elif plan.mode != "prepaid" and 0 < plan.visits <= MOST_SLOTS and _last(plan) is not None:
        spread = dates.spread(plan.starts_on, last, plan.visits, calendar)
        found.slots = [Visiting(*one) for one in spread]
    for one in found.slots:
        one.by_rule = one.planned_on
        one.provisional |= one.due_on is not None and not calendar.knows(one.due_on)


def _safe(plan: Plan, every: Every, last: date, calendar: Calendar) -> Iterable[dates.Slot]:
    try:
        yield from dates.slots(plan.starts_on, every, last, calendar, first=plan.first_on)
    except (OverflowError, ValueError):  # beyond the last year that there is
        return


def _most_visits(found: PlanCourse) -> int:
    """How many dates there can be at most; 0 = as many as fit."""
    plan = found.plan
    if plan.mode != "prepaid":
        return max(0, plan.visits)
    added = sum(step.numbers.get("units", 0) + step.numbers.get("bonus", 0) for step in found.steps)
    return max(0, plan.visits + plan.bonus + added) if plan.visits > 0 else 0


class _Fixed(NamedTuple):
    """What is certain of a visit: which readings were known when its date was fixed, and when it was made."""

    known_at: tuple[datetime, int] | None = None
    made_on: date | None = None
    left_out: bool = False  # `made_on` is when that was agreed


def _fixed(found: PlanCourse) -> dict[int, _Fixed]:
    """By number: a visit that is booked or made keeps the date that it had then, whatever is read later."""
    given_back = {step.codes.get("use") for step in found.steps if step.what == "adjust"}
    fixed: dict[int, _Fixed] = {}
    for step in found.steps:
        k = step.numbers.get("k", 0)
        had, written = fixed.get(k, _Fixed()), (step.recorded_at, step.seq)
        if step.what in ("book", "move") and had.made_on is None:
            fixed[k] = had._replace(known_at=written)
        elif step.what == "unbook" and had.made_on is None:
            fixed.pop(k, None)
        elif step.what in ("report", "use", "skip", "made") and step.id not in given_back:
            fixed[k] = _Fixed(had.known_at or written, found.day(step.at), step.what == "skip")
    return fixed


def _by_hours(found: PlanCourse, every: list[Every], last: date, most: int, calendar: Calendar) -> list[Visiting]:
    """Whichever comes first, months or hours; the cycle begins anew with each visit, so later dates are provisional.

    Of a visit that is not booked, the date follows from all readings.
    """
    plan, fixed = found.plan, _fixed(found)
    by_calendar = [one for one in every if not one.hours]
    laid: list[Visiting] = []
    begun, certain, ahead = plan.starts_on, True, False  # the day from which the cycle runs
    for k in range(1, most + 1):
        made, by_hours, reached = fixed.get(k, _Fixed()).made_on, None, None
        try:
            on = dates.next_after(begun, 0, by_calendar).on
            on = plan.first_on if k == 1 and plan.first_on else on
            if certain:
                reached = _foretold(found, every, begun, _Fixed(), ahead=ahead)
                by_hours = _foretold(found, every, begun, fixed[k], ahead=ahead) if k in fixed else reached
        except (OverflowError, ValueError):  # beyond the last year that there is
            break
        if by_hours is not None and (on is None or by_hours.on < on):
            on = by_hours.on
        else:
            by_hours = None
        if on is None:
            laid.append(Visiting(k, None, None, begun, last, provisional=True))
            break
        if on > last + _DAY:
            break
        half = max(1, (on - begun).days // 2)
        first, to = max(plan.starts_on, on - timedelta(days=half)), min(last, on + timedelta(days=half))
        planned = min(max(dates.on_a_workday(on, calendar), first), to)
        laid.append(Visiting(k, on, planned, first, to, provisional=k not in fixed, by_hours=by_hours, reached=reached))
        certain = certain and made is not None
        begun, ahead = made or on, False
        if fixed.get(k, _Fixed()).left_out and begun < on:  # beforehand: the next one is counted from its date
            begun, ahead = on, True
        if not certain and not by_calendar:
            break
    return laid


def _foretold(
    found: PlanCourse, every: Sequence[Every], begun: date, fixed: _Fixed, *, ahead: bool
) -> Forecast | None:  # fmt: skip
    """When the first of the units reaches its hours after the visit of the day `begun`; None where nobody can tell.

    Of a visit that is `fixed`, by the readings that were known then; `ahead` where nobody can have read a meter on
    the day `begun` yet.
    """
    forecasts, hours_on = [], meters.expected_on if ahead else meters.hours_on
    for readings in found.readings.values():
        known = [
            one
            for one in readings
            if (fixed.known_at is None or one.known_at <= fixed.known_at)
            and (fixed.made_on is None or one.at.date() <= fixed.made_on)
        ]
        after = dates.next_after(begun, hours_on(readings, begun), every).at_hours
        if known and after is not None:
            forecasts.append(meters.reaches(known, after))
    return min(filter(None, forecasts), key=lambda one: one.on, default=None)


def _misfit(found: PlanCourse, step: Step) -> str:
    """Why `step` does not fit, a key of WHY; "" where it does."""
    closed = found.closing is not None and (step.what in NOT_RENEWED or found.closing.what != "renew")
    if closed and step.what in WHILE_OPEN:
        return "closed"
    if step.what in NOT_FROZEN and found.frozen:
        return "frozen"
    if step.what in NOT_OVER and _is_past(_last(found.plan), _frozen_days(found), found.day(step.at)):
        prepaid = found.plan.mode == "prepaid" and step.what == "end"  # what is left of it was looked at
        if not prepaid:
            return "closed"
    if step.what == "refund":
        return _misfit_refund(found, step)
    if step.what == "freeze":
        left = _balance(found)
        return "used-up" if left.kind != "days" and left.left <= 0 else ""
    if step.what == "thaw":
        return "" if found.frozen else "not-frozen"
    if step.what == "meter":
        return "fell" if step.id in found.fallen else ""
    if step.what == "use":
        return _misfit_use(found, step)
    if step.what in ("book", "unbook", "move", "skip", "made", "report", "settle", "invoice"):
        return _misfit_slot(found, step)
    return "" if step.what in KNOWN else "unknown"


def _misfit_use(found: PlanCourse, step: Step) -> str:
    if "k" in step.numbers:
        one = found.slot(step.numbers["k"])
        if one is None:
            return "no-slot"
        if one.used is not None:
            return "used"
        if one.state in ("skipped", "cancelled"):
            return "slot-over"
    return "used" if step.visit and any(one.visit == step.visit for one in found.uses) else ""


def _misfit_refund(found: PlanCourse, step: Step) -> str:
    if "due" in step.numbers:
        if found.closing is not None:
            return "refunded" if found.closing.what == "refund" else "closed"
        return ""
    if found.closing is None or found.closing.what != "refund":
        return "unknown"
    due = found.closing.numbers.get("due", 0)
    paid = sum(one.numbers.get("paid", 0) for one in found.of("refund"))
    return "too-much" if paid + step.numbers.get("paid", 0) > due else ""


def _misfit_slot(found: PlanCourse, step: Step) -> str:
    one = found.slot(step.numbers.get("k", 0))
    if one is None:
        return "no-slot"
    if step.what in ("book", "unbook", "move", "skip"):
        return "" if one.state in ("planned", "booked") else "slot-over"
    if step.what in ("made", "report"):
        over = one.over is not None or one.settled is not None or one.used is not None
        return "slot-over" if over else ""
    if step.what == "settle":
        if one.settled is not None:
            return "settled"
        theirs = set(map(found.unit_of, step.codes.get("unavailable", "").split()))
        if not found.units and step.numbers.get("unavailable"):
            theirs = {""}  # all of it
        if theirs:
            theirs.add("")  # of units that were all exchanged since, nothing is missing
        if theirs & set(one.reports):
            return "there"
        return "" if one.state != "skipped" and missing_reports(found, one) <= theirs else "not-done"
    if one.settled is None:
        return "not-settled"
    return "invoiced" if one.invoiced is not None else ""


def missing_reports(found: PlanCourse, one: Visiting) -> set[str]:
    """The units of which nothing is written down, by their cards today; of a plan without cards "" for all of it."""
    needed = {unit.card for unit in found.units if not unit.void or unit.card in one.reports} or {""}
    return needed - set(one.reports) - set(one.unmade)


def _apply(found: PlanCourse, step: Step) -> None:
    day = found.day(step.at)
    if step.what in ("end", "renew", "transfer") or (step.what == "refund" and "due" in step.numbers):
        found.closing = step
    if step.what == "freeze":
        found.frozen = day
    if step.what == "thaw":
        found.frozen = None
    if step.what == "adjust":
        _give_back(found, step.codes.get("use", ""))
    one = found.slot(step.numbers["k"]) if "k" in step.numbers else None
    if one is None:
        return
    if step.what == "book":
        one.visit, one.state = step.visit, "booked"
        if step.until is not None:
            one.planned_on = found.day(step.until)
    elif step.what == "unbook":
        one.visit, one.state, one.planned_on = "", "planned", one.by_rule
    elif step.what == "made":
        one.visit, one.done_on = step.visit or one.visit, one.done_on or day
        one.state = "made" if one.state in OPEN else one.state
    elif step.what == "move" and step.until is not None:
        one.planned_on = found.day(step.until)
    elif step.what == "skip":
        one.state, one.over = "skipped", step
    elif step.what == "report":
        _apply_report(found, one, step)
    elif step.what == "settle":
        one.settled, one.state = step, "settled" if step.numbers.get("done") else "unavailable"
    elif step.what == "invoice":
        one.invoiced = step
    elif step.what == "use":
        one.used, one.done_on, one.state = step, one.done_on or day, "settled"


def _give_back(found: PlanCourse, use: str) -> None:
    """The visit that was used with the step `use` is open again."""
    for one in found.slots:
        if one.used is not None and one.used.id == use:
            one.used, one.done_on, one.state = None, None, "booked" if one.visit else "planned"


def _apply_report(found: PlanCourse, one: Visiting, step: Step) -> None:
    """What became of a unit, the last word on it: its condition, or that it was not made available or left out."""
    unit = found.unit_of(step.card)
    one.reports.pop(unit, None)
    one.unmade.pop(unit, None)
    (one.unmade if step.codes.get("outcome") else one.reports)[unit] = step
    made = [found.day(other.at) for other in found.of("made") if other.numbers.get("k") == one.k]
    one.done_on = min([*made, *(found.day(report.at) for report in one.reports.values())], default=None)
    if missing_reports(found, one):
        return
    if one.reports:
        one.state = "done"
    else:
        was_there = any(other.codes["outcome"] == UNIT_OUTCOMES[1] for other in one.unmade.values())
        one.state = "unavailable" if was_there else "skipped"


def _settle_states(found: PlanCourse) -> None:
    """What became of the dates for which no step says so: missed, or cancelled with the plan or with its units."""
    closed = found.closing is not None and found.closing.what != "renew"
    until = found.day(found.closing.at) if closed and found.closing is not None else found.today
    gone = bool(found.units) and all(unit.void for unit in found.units)
    for one in found.slots:
        if one.state not in ("planned", "booked") or one.planned_on is None:
            continue
        if one.last_on < until:
            one.state = "missed"
        elif gone or closed or (found.ends_on is not None and one.planned_on > found.ends_on):
            one.state = "cancelled"
