"""Planning callbacks from the table of rules in `archive.toml` (docs.md: Calls).

Id, key and due time of a planned callback follow from its rule and its trigger alone, not from when or where the
planner runs. So planning again adds nothing, a missed day is caught up, and two operators who plan offline write the
same record. A callback planned late keeps its original due time: that it is late stays visible.

A planned callback that nobody has touched follows its trigger: cancelled when the reason is gone, reopened when it is
back, moved when the trigger's day moved.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zlib import crc32

import msgspec

from crmkit.core.calendar.hours import Calendar, Opening, Timetable
from crmkit.core.calendar.spans import later
from crmkit.core.findings import Findings
from crmkit.core.people.reach import barred, unwanted
from crmkit.core.planning.rules import Rule, active
from crmkit.core.planning.triggers import AWAITED, TRIGGERS, Trigger
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import _
from crmkit.records import Call, Callback, Staff
from crmkit.records.base import derived_id, month_of
from crmkit.records.change import Change
from crmkit.records.work import TWIN

GONE = "plan:gone"  # why the planner cancelled it: its reason is gone
LAPSED = "plan:lapsed"  # its window ended before it was made
REFUSED = "do-not-contact"
DECEASED = "deceased"
BY_PLANNER = (GONE, LAPSED, DECEASED)
STILL_PLANNED = ("", "stopped")  # states of a callback that is still to be made


def plan(
    run: Run, calendar: Calendar, snapshot: Snapshot, *, load: Mapping[str, int] | None = None,
    findings: Findings | None = None,
) -> Change:  # fmt: skip
    """New callbacks that the rules ask for, and changes of those planned before.

    Recurring ones are planned `callback.ahead_days` ahead, so that the open list stays short.

    Counts: `planned`, `unchanged` (planned before), `moved` (the trigger's day moved, or the holidays of its year
    became known), `cancelled` (the reason is gone, the person refused, or its window is over), `reopened` (the reason
    is back), and what was left out by reason: the keys of `reach.REASONS`, `screened`, `same-day` (another of that
    purpose is due on the same day), `too-old` (due before `callback.horizon_days`), `lapsed` (its window is over, and
    it does not come back). Raises InvalidError for a rule that cannot be read.

    `load` is the number of open callbacks by owner, where `snapshot` does not hold them all; `findings` takes what was
    found of each customer.
    """
    return _Planner(run, calendar, snapshot, load, findings).plan()


class _Planner:
    """The state of one planning run."""

    def __init__(
        self, run: Run, calendar: Calendar, snapshot: Snapshot, load: Mapping[str, int] | None,
        findings: Findings | None,
    ) -> None:  # fmt: skip
        self.run = run
        self.findings = findings
        self.timetable = Timetable(Opening.parse(run.settings.hours.open), calendar)
        self.snapshot = snapshot
        self.horizon = run.now - timedelta(days=run.settings.callback.horizon_days)
        self.ahead = run.now + timedelta(days=run.settings.callback.ahead_days)
        self.rules = active(run)
        self.wanted = list(_wanted(self.rules, run, snapshot))
        self.by_plan = {callback.plan: callback for callback in snapshot[Callback] if callback.plan}
        self.stale = self._stale()
        standing = [one for one in snapshot[Callback] if one.id not in self.stale and not _as_if_never_planned(one)]
        self.days = {_day_key(callback, run.now) for callback in standing}
        self.need_no_screening = _need_no_screening(snapshot)
        self.screened = {*self.need_no_screening, *(one.customer for one in standing if one.purpose == "screening")}
        open_ones = (one.owner for one in snapshot[Callback] if not one.state)
        self.load = Counter(open_ones if load is None else load)
        self.counts = Counter({"planned": 0, "unchanged": 0})
        self.puts: list[Callback] = []
        self.terms: dict[tuple[str, datetime, date | None], tuple[datetime, datetime | None]] = {}

    def plan(self) -> Change:
        for callback in self.stale.values():
            self._close(callback, GONE)
        for rule, trigger in self.wanted:
            self._apply(rule, trigger)
        if self.findings is not None:
            self._await()
        return Change(
            puts=tuple(self.puts),
            ids=tuple(callback.id for callback in self.puts),
            counts=dict(self.counts),
            notes=tuple(self._unknown_years()),
        )

    def _await(self) -> None:
        """When triggers may come into being, of each customer."""
        kinds = (rule.row.trigger for rule in self.rules)
        for awaited in dict.fromkeys(AWAITED[kind] for kind in kinds):
            for customer, moment in awaited(self.run, self.snapshot):
                self._holds_until(customer, moment)

    def _stale(self) -> dict[str, Callback]:
        """Open callbacks, by id, whose rule is active but has no reason for them any more."""
        keys = {rule.key(trigger) for rule, trigger in self.wanted}
        names = {rule.row.name for rule in self.rules}
        return {
            one.id: one
            for one in self.by_plan.values()
            if one.state in STILL_PLANNED and one.plan.partition(":")[0] in names and one.plan not in keys
        }

    def _apply(self, rule: Rule, trigger: Trigger) -> None:
        key = rule.key(trigger)
        known = self.by_plan.get(key)
        due, until = self._term(rule, trigger)
        if known is None and trigger.recurs and (due > self.ahead or _over(until, self.run.now)):
            if not _over(until, self.run.now):
                self._holds_until(trigger.customer, due - (self.ahead - self.run.now))
            return
        if known is None and not trigger.recurs and due < self.horizon:
            self._count(trigger.customer, "too-old")
            return
        for moment in (trigger.ends, until):
            if moment is not None and moment > self.run.now:
                self._holds_until(trigger.customer, moment)
        person = self.snapshot.person(trigger.customer)
        callback = Callback(
            id=derived_id(Callback.letter, _month(trigger), key),
            customer=person.id if person else trigger.customer,
            purpose=rule.row.purpose,
            due_at=due,
            priority=rule.row.priority,
            reason=trigger.name or rule.row.name,
            about=trigger.about,
            plan=key,
            planned_for=due,
            until=until,
            provisional=rule.row.day_off != "keep" and not self.timetable.calendar.knows(due.date()),
        )
        if known is not None:
            self._keep(known, callback)
            return
        left_out = self._left_out(callback)
        self._count(trigger.customer, left_out or "planned")
        if left_out and not trigger.recurs:
            self._holds_until(trigger.customer, later(due, self.run.now - self.horizon + timedelta(seconds=1)))
        if not left_out:
            self._put(msgspec.structs.replace(callback, owner=self._owner(callback, rule.row.role, trigger.by)))

    def _term(self, rule: Rule, trigger: Trigger) -> tuple[datetime, datetime | None]:
        """When the callback is due, and the end of its window; of an occasion the same for all who have it that day."""
        if not trigger.name or rule.row.needs:
            return rule.due_at(trigger, self.timetable), rule.until_at(trigger, self.timetable)
        key = (rule.row.name, trigger.at, trigger.day)
        if key not in self.terms:
            self.terms[key] = rule.due_at(trigger, self.timetable), rule.until_at(trigger, self.timetable)
        return self.terms[key]

    def _keep(self, known: Callback, wanted: Callback) -> None:
        """Update a callback planned before; `wanted` is what its rule asks for now."""
        why = self._overtaken(known, wanted.customer) if known.state in STILL_PLANNED else ""
        if why:
            self._close(known, why)
        elif known.closing in (GONE, DECEASED) and not self._left_out(wanted):
            self._count(known.customer, "reopened")
            self._put(_following(known, wanted))
        elif _untouched(known) and (known.due_at, known.provisional) != (wanted.due_at, wanted.provisional):
            self._count(known.customer, "moved")
            self.puts.append(_following(known, wanted))
        else:
            self._count(known.customer, "unchanged")

    def _overtaken(self, callback: Callback, customer: str) -> str:
        """Why a planned callback is cancelled although its trigger stands; "" = it stays."""
        person = self.snapshot.person(customer)
        if person is not None and person.deceased:
            return DECEASED
        if person is not None and unwanted(person, callback.purpose):
            return REFUSED
        if callback.purpose == "screening" and customer in self.need_no_screening:
            return GONE
        return LAPSED if _over(callback.until, self.run.now) else ""

    def _close(self, callback: Callback, why: str) -> None:
        self._count(callback.customer, "cancelled")
        self.puts.append(msgspec.structs.replace(callback, state="cancelled", closing=why))

    def _left_out(self, callback: Callback) -> str:
        if callback.purpose == "screening" and callback.customer in self.screened:
            return "screened"
        if _day_key(callback, self.run.now) in self.days:
            return "same-day"
        person = self.snapshot.person(callback.customer)
        why = barred(self.run, person, callback.purpose) if person else "merged"
        if why == "on-hold":  # by what others refused, who may take it back
            self._holds_until(callback.customer, self.run.now)
        return why or ("lapsed" if _over(callback.until, max(self.run.now, callback.due_at)) else "")

    def _count(self, customer: str, name: str) -> None:
        self.counts[name] += 1
        if self.findings is not None:
            self.findings.count(self._living(customer), name)

    def _holds_until(self, customer: str, moment: datetime) -> None:
        if self.findings is not None:
            self.findings.holds_until(self._living(customer), moment)

    def _living(self, customer: str) -> str:
        person = self.snapshot.person(customer)
        return person.id if person else customer

    def _put(self, callback: Callback) -> None:
        self.puts.append(callback)
        self.load[callback.owner] += 1
        self.days.add(_day_key(callback, self.run.now))
        if callback.purpose == "screening":
            self.screened.add(callback.customer)

    def _unknown_years(self) -> Iterator[str]:
        for year in sorted({callback.due_at.year for callback in self.puts if callback.provisional}):
            note = _("the public holidays of {year} are not known yet: its callbacks are provisional, see calendar/")
            yield note.format(year=year)

    def _owner(self, callback: Callback, role: str, by: str) -> str:
        """The file's owner; else who sold, visited or invited; else whoever of that role has the fewest open callbacks.

        Ties are broken by a hash of the callback: a command sees one customer's callbacks only, and would give
        everything to the first.
        """
        present = {staff.code: staff for staff in self.snapshot[Staff] if not staff.left}
        codes = [code for code, staff in present.items() if role in staff.roles]
        by_turn = min(codes, key=lambda code: (self.load[code], crc32(f"{code} {callback.id}".encode())), default="")
        return self.snapshot.customers[callback.customer].owner or (by if by in present else "") or by_turn


def _wanted(rules: Sequence[Rule], run: Run, snapshot: Snapshot) -> Iterator[tuple[Rule, Trigger]]:
    """Every one of `rules` with each trigger it applies to; by kind of trigger, in order of time."""
    for kind in dict.fromkeys(rule.row.trigger for rule in rules):
        of_kind = [rule for rule in rules if rule.row.trigger == kind]
        # of a festival there is a trigger for everybody, and a rule for a few: the others are not kept to be sorted
        found = (
            (rule, trigger) for trigger in TRIGGERS[kind](run, snapshot) for rule in of_kind if rule.applies(trigger)
        )
        yield from sorted(found, key=lambda one: (one[1].at, one[1].id))


def _need_no_screening(snapshot: Snapshot) -> frozenset[str]:
    """The customers who need no screening any more: screened, lost, or spoken with."""
    spoken = {call.customer for call in snapshot[Call] if call.outcome == "reached"}
    return frozenset(spoken | {one.id for one in snapshot.customers.values() if one.stage in ("screened", "lost")})


def _as_if_never_planned(callback: Callback) -> bool:
    """Whether it was cancelled without a person having decided so."""
    return callback.closing in BY_PLANNER or callback.closing.startswith(TWIN)


def _over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _untouched(callback: Callback) -> bool:
    """Whether nobody changed it since; without `planned_for` (old records), whether it is provisional."""
    as_planned = callback.planned_for == callback.due_at if callback.planned_for else callback.provisional
    return as_planned and not callback.state and not callback.attempt


def _following(known: Callback, wanted: Callback) -> Callback:
    """`known`, open and due as `wanted` is."""
    return msgspec.structs.replace(
        known, state="", closing="", due_at=wanted.due_at, planned_for=wanted.planned_for, until=wanted.until,
        provisional=wanted.provisional,
    )  # fmt: skip


def _month(trigger: Trigger) -> datetime:
    """The month of its id: of the trigger's own day, else of the record's id, which never changes."""
    if trigger.day is not None:
        return datetime.combine(trigger.day, time())
    record, _colon, _unit = trigger.id.partition(":")  # of an order's product: the order
    return datetime.fromisoformat(f"{month_of(record)}-01")


def _day_key(callback: Callback, now: datetime) -> tuple[str, str, date]:
    """By the day for which it was planned: tried again later, it is still the call of that day."""
    due = callback.planned_for or callback.due_at
    return callback.customer, callback.purpose, due.astimezone(now.tzinfo).date()
