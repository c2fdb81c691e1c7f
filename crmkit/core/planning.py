"""Planning callbacks from the table of rules in `archive.toml` (DOMAIN 4).

A planned callback follows from its rule and its trigger alone: its id, its key and its due time do not depend on when
or where the planner runs. So planning again adds nothing, a missed day is caught up, and two operators who plan
offline make the same record. A callback planned late keeps the time at which it was due: that it is late stays visible.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec

from crmkit.core.hours import Calendar, Opening, Timetable
from crmkit.core.reach import barred
from crmkit.core.run import Run
from crmkit.core.spans import Span, day_after, parse_span
from crmkit.core.triggers import TRIGGERS, Book, Trigger, screened
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback
from crmkit.records.base import derived_id
from crmkit.records.change import Change
from crmkit.records.settings import CallbackRule
from crmkit.records.work import PURPOSES

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Rule:
    """A rule of the settings with its texts read."""

    row: CallbackRule
    span: Span
    latest: Span | None
    at: time | None


def plan(run: Run, calendar: Calendar, book: Book) -> Change:
    """Every callback that the rules ask for and that is not planned yet.

    Counts: `planned`, `unchanged` (planned before), `moved` (the holidays of its year became known), and what was
    left out by reason: the keys of `reach.REASONS`, `screened`, `same-day` (another of that purpose is due on the same
    day), `too-old` (due before `callback.horizon_days`). Raises InvalidError for a rule that cannot be read.
    """
    return _Planner(run, calendar, book).plan()


class _Planner:
    """The state of one planning run."""

    def __init__(self, run: Run, calendar: Calendar, book: Book) -> None:
        self.run = run
        self.timetable = Timetable(Opening.parse(run.settings.hours.open), calendar)
        self.book = book
        self.horizon = run.now - timedelta(days=run.settings.callback.horizon_days)
        self.by_plan = {callback.plan: callback for callback in book.callbacks if callback.plan}
        self.days = {_day_key(callback, run.now) for callback in book.callbacks}
        self.screened = screened(book)
        self.load = Counter(callback.owner for callback in book.callbacks if not callback.state)
        self.counts = Counter({"planned": 0, "unchanged": 0})
        self.puts: list[Callback] = []

    def plan(self) -> Change:
        rules = [_read(row) for row in self.run.settings.callback.rules if not row.off]
        for kind in dict.fromkeys(rule.row.trigger for rule in rules):
            of_kind = [rule for rule in rules if rule.row.trigger == kind]
            for trigger in sorted(TRIGGERS[kind](self.book), key=lambda trigger: (trigger.at, trigger.id)):
                for rule in of_kind:
                    if _applies(rule.row, trigger):
                        self._apply(rule, trigger)
        return Change(
            puts=tuple(self.puts),
            ids=tuple(callback.id for callback in self.puts),
            counts=dict(self.counts),
            notes=tuple(self._unknown_years()),
        )

    def _apply(self, rule: _Rule, trigger: Trigger) -> None:
        key = f"{rule.row.name}:{trigger.id}"
        due = due_at(rule, trigger, self.timetable)
        known = self.by_plan.get(key)
        if known is not None:
            self._keep(known, due)
            return
        provisional = rule.row.day_off != "keep" and not self.timetable.calendar.knows(due.date())
        callback = Callback(
            id=derived_id(Callback.letter, _month(trigger.id), key),
            customer=trigger.customer,
            purpose=rule.row.purpose,
            due_at=due,
            priority=rule.row.priority,
            reason=rule.row.name,
            about=trigger.about,
            plan=key,
            provisional=provisional,
        )
        left_out = self._left_out(callback)
        self.counts[left_out or "planned"] += 1
        if not left_out:
            self._put(msgspec.structs.replace(callback, owner=self._owner(callback, rule.row.role)))

    def _keep(self, known: Callback, due: datetime) -> None:
        """A planned callback stays as it is, unless only now the holidays of its year are known."""
        if known.provisional and not known.state and not known.attempt and self.timetable.calendar.knows(due.date()):
            self.counts["moved"] += 1
            self.puts.append(msgspec.structs.replace(known, due_at=due, provisional=False))
        else:
            self.counts["unchanged"] += 1

    def _left_out(self, callback: Callback) -> str:
        customer = self.book.customers.get(callback.customer)
        if customer is None:
            return "merged"
        if callback.due_at < self.horizon:
            return "too-old"
        if callback.purpose == "screening" and callback.customer in self.screened:
            return "screened"
        if _day_key(callback, self.run.now) in self.days:
            return "same-day"
        return barred(customer, callback.purpose)

    def _put(self, callback: Callback) -> None:
        self.puts.append(callback)
        self.load[callback.owner] += 1
        self.days.add(_day_key(callback, self.run.now))

    def _unknown_years(self) -> Iterator[str]:
        for year in sorted({callback.due_at.year for callback in self.puts if callback.provisional}):
            note = _("the public holidays of {year} are not known yet: its callbacks are provisional, see calendar/")
            yield note.format(year=year)

    def _owner(self, callback: Callback, role: str) -> str:
        """The file's owner; else whoever of that role has the fewest open callbacks; else nobody."""
        codes = [staff.code for staff in self.book.staff if role in staff.roles and not staff.left]
        by_turn = min(codes, key=lambda code: (self.load[code], code), default="")
        return self.book.customers[callback.customer].owner or by_turn


def due_at(rule: _Rule, trigger: Trigger, timetable: Timetable) -> datetime:
    """When the callback of `rule` is due: never before the trigger, in quiet hours, or (unless kept) on a day off."""
    start = trigger.dates[rule.row.needs] if rule.row.needs else trigger.at.date()
    day = day_after(start, rule.span)
    if rule.row.day_off == "previous":
        earlier = timetable.calendar.previous_workday(day)
        day = earlier if earlier >= trigger.at.date() else day
    moment = _from(trigger, day, rule.at or timetable.opening.first, timetable)
    if rule.row.day_off != "keep":
        workday = timetable.calendar.next_workday(moment.date())
        if workday != moment.date():
            moment = _from(trigger, workday, rule.at or timetable.opening.first, timetable)
    last = day_after(start, rule.latest) if rule.latest else date.max
    return moment if moment.date() <= last else _from(trigger, last, timetable.opening.first, timetable)


def _from(trigger: Trigger, day: date, at: time, timetable: Timetable) -> datetime:
    return timetable.opening.next_open(max(datetime.combine(day, at, trigger.at.tzinfo), trigger.at))


def _applies(row: CallbackRule, trigger: Trigger) -> bool:
    return (
        (not row.sources or trigger.source in row.sources)
        and (not row.after_purpose or trigger.purpose == row.after_purpose)
        and (not row.needs or row.needs in trigger.dates)
    )


def _read(row: CallbackRule) -> _Rule:
    for value, choices in ((row.trigger, tuple(TRIGGERS)), (row.purpose, PURPOSES)):
        if value not in choices:
            raise InvalidError(
                _("callback rule {rule}: there is no {value}").format(rule=row.name, value=value),
                _("one of: {choices}").format(choices=", ".join(choices)),
            )
    try:
        at = datetime.strptime(row.at, "%H:%M").time() if row.at else None
        spans = [parse_span(text) for text in ([row.due, row.latest] if row.latest else [row.due])]
    except (ValueError, InvalidError):
        spans = []
    if not spans or not all(span.of_days for span in spans):
        raise InvalidError(
            _("callback rule {rule}: due, latest or at cannot be read").format(rule=row.name),
            _('write for example due = "+2d", latest = "+4d", at = "18:00"'),
        )
    return _Rule(row, spans[0], spans[1] if row.latest else None, at)


def _month(identifier: str) -> datetime:
    """The month in which a record was made, from its id: unlike its dates, the id is never corrected."""
    return datetime.strptime(identifier[1:5], "%y%m")


def _day_key(callback: Callback, now: datetime) -> tuple[str, str, date]:
    return callback.customer, callback.purpose, callback.due_at.astimezone(now.tzinfo).date()
