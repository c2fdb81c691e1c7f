"""The rows of the table of callback plans, read: when a rule applies and when its callback is due (DOMAIN 4)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crmkit.clock import time_of_day
from crmkit.core.calendar.hours import Timetable
from crmkit.core.calendar.spans import Span, day_after, parse_span
from crmkit.core.planning.triggers import TRIGGERS, Trigger
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.rows import CallbackRule
from crmkit.records.settings import EventSettings
from crmkit.records.work import PURPOSES


@dataclass(frozen=True)
class Rule:
    """A rule of the settings with its texts read."""

    row: CallbackRule
    due: Span
    latest: Span | None
    at: time | None
    until: Span | time | None

    def applies(self, trigger: Trigger) -> bool:
        """Whether the rule is about this trigger of its kind."""
        row = self.row
        return (
            (not row.sources or trigger.source in row.sources)
            and (not row.grades or trigger.grade in row.grades)
            and (not row.after_purpose or trigger.purpose == row.after_purpose)
            and (not row.needs or row.needs in trigger.dates)
            and (row.late == "call" or day_after(self._start(trigger), self.due) >= trigger.at.date())
        )

    def key(self, trigger: Trigger) -> str:
        """What tells the callback of this rule and this trigger from every other."""
        return ":".join([self.row.name, trigger.id, *([trigger.day.isoformat()] if trigger.day else [])])

    def due_at(self, trigger: Trigger, timetable: Timetable) -> datetime:
        """When it is due: never before the trigger, in quiet hours, or (unless kept) on a day off."""
        start = self._start(trigger)
        day = day_after(start, self.due)
        if self.row.day_off == "previous":
            earlier = timetable.calendar.previous_workday(day)
            day = earlier if earlier >= trigger.at.date() else day
        first = timetable.opening.first
        moment = _from(trigger, day, self.at or first, timetable)
        if self.row.day_off != "keep":
            workday = timetable.calendar.next_workday(moment.date())
            if workday != moment.date():
                moment = _from(trigger, workday, self.at or first, timetable)
        last = day_after(start, self.latest) if self.latest else date.max
        return moment if moment.date() <= last else _from(trigger, last, first, timetable)

    def until_at(self, trigger: Trigger, timetable: Timetable) -> datetime | None:
        """The end of its window, after which it serves nobody; of a day its last open hour. None = there is no end."""
        if self.until is None:
            return None
        day = day_after(self._start(trigger), self.due)
        if isinstance(self.until, time):
            return datetime.combine(day, self.until, trigger.at.tzinfo)
        last = datetime.combine(day_after(day, self.until), time(), trigger.at.tzinfo)
        return last + timedelta(minutes=timetable.opening.ranges[-1][1])

    def _start(self, trigger: Trigger) -> date:
        return trigger.dates[self.row.needs] if self.row.needs else trigger.day or trigger.at.date()


def active(run: Run) -> list[Rule]:
    """The rules of the settings that are not switched off. InvalidError names the one that cannot be read."""
    return [_read(row, run.settings.event) for row in run.settings.callback.rules if not row.off]


def _from(trigger: Trigger, day: date, at: time, timetable: Timetable) -> datetime:
    return timetable.opening.next_open(max(datetime.combine(day, at, trigger.at.tzinfo), trigger.at))


def _read(row: CallbackRule, event: EventSettings) -> Rule:
    for value, choices in ((row.trigger, tuple(TRIGGERS)), (row.purpose, PURPOSES)):
        if value not in choices:
            raise InvalidError(
                _("callback rule {rule}: there is no {value}").format(rule=row.name, value=value),
                _("one of: {choices}").format(choices=", ".join(choices)),
            )
    due = _days(row, row.due)
    latest = _days(row, row.latest) if row.latest else None
    at = _clock(row, row.at, event) if row.at else None
    ends_on_a_day = row.until.startswith(("+", "-"))
    until = (_days(row, row.until) if ends_on_a_day else _clock(row, row.until, event)) if row.until else None
    return Rule(row, due, latest, at, until)


def _days(row: CallbackRule, text: str) -> Span:
    try:
        span = parse_span(text)
    except InvalidError:
        raise _unreadable(row, text) from None
    if not span.of_days:
        raise _unreadable(row, text)
    return span


def _clock(row: CallbackRule, text: str, event: EventSettings) -> time:
    """The time of day in `text`, or in the key of `[event]` that it names."""
    named = {"eve_from": event.eve_from, "eve_until": event.eve_until}
    try:
        at = time_of_day(named.get(text, text))
    except InvalidError:
        at = None
    if at is None:
        raise _unreadable(row, text)
    return at


def _unreadable(row: CallbackRule, text: str) -> InvalidError:
    return InvalidError(
        _("callback rule {rule}: {value} cannot be read").format(rule=row.name, value=repr(text[:40])),
        _('write for example due = "+2d", latest = "+4d", at = "18:00", until = "20:00"'),
    )
