"""The rules of the settings: when one applies and when its callback is due (docs.md: Calls)."""

from datetime import date, datetime, time, timedelta

import msgspec

from crmkit.core.calendar.dates import time_of_day
from crmkit.core.calendar.hours import Timetable
from crmkit.core.calendar.spans import Span, day_after, parse_span
from crmkit.core.planning.triggers import TRIGGERS, Trigger
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.rows import CallbackRule
from crmkit.records.settings import EventSettings, Settings
from crmkit.records.work import PURPOSES

SCREENING = "screening"  # the purpose of a file's first call


class Rule(msgspec.Struct, frozen=True):
    """A rule of the settings with its texts read."""

    row: CallbackRule
    due: Span
    limits: tuple[Span, ...]  # after the trigger's day, whatever day that is: the shortest of them counts
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
        """The key of the callback of this rule and trigger."""
        return ":".join([self.row.name, trigger.id, *([trigger.day.isoformat()] if trigger.day else [])])

    def deadline(self, trigger: Trigger, timetable: Timetable) -> date:
        """The last day on which the call is in time; hours outside `hours.open` before it do not count.

        A day off ends the term on the next working day only with `day_off = "next"`, and never after `latest`.
        """
        row = self.row
        dated = bool(row.needs) or trigger.day is not None
        start = self._start(trigger) if dated else timetable.opening.next_open(trigger.at).date()
        day = day_after(start, self.due)
        if row.day_off == "next":
            day = timetable.calendar.next_workday(day)
        return min(day, *(day_after(self._start(trigger), limit) for limit in self.limits), date.max)

    def due_at(self, trigger: Trigger, timetable: Timetable) -> datetime:
        """When it is due: never before the trigger or in quiet hours, and not after the `deadline` for a day off.

        A day off (unless kept) moves it to the next working day if that keeps the deadline, else to the last working
        day before the deadline, else onto that day itself.
        """
        at = self.at or timetable.opening.first
        moment = _from(trigger, day_after(self._start(trigger), self.due), at, timetable)
        if self.row.day_off == "keep":
            last = min((day_after(self._start(trigger), limit) for limit in self.limits), default=date.max)
            return moment if moment.date() <= last else _from(trigger, last, at, timetable)
        calendar, deadline = timetable.calendar, self.deadline(trigger, timetable)
        later = _from(trigger, calendar.next_workday(moment.date()), at, timetable)
        if later.date() <= deadline or moment.date() > deadline:  # late from the beginning: as soon as there is work
            return later
        workday = calendar.previous_workday(deadline)
        earlier = _from(trigger, workday, at, timetable)
        return earlier if earlier.date() == workday else _from(trigger, deadline, at, timetable)

    def until_at(self, trigger: Trigger, timetable: Timetable) -> datetime | None:
        """The end of its window, after which the call is useless; of a day, its last open hour. None = no end."""
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
    return [_read(row, run.settings) for row in run.settings.callback.rules if not row.off]


def _from(trigger: Trigger, day: date, at: time, timetable: Timetable) -> datetime:
    return timetable.opening.next_open(max(datetime.combine(day, at, trigger.at.tzinfo), trigger.at))


def _read(row: CallbackRule, settings: Settings) -> Rule:
    for value, choices in ((row.trigger, tuple(TRIGGERS)), (row.purpose, PURPOSES)):
        if value not in choices:
            raise InvalidError(
                _("callback rule {rule}: there is no {value}").format(rule=row.name, value=value),
                _("one of: {choices}").format(choices=", ".join(choices)),
            )
    due = _days(row, row.due)
    limits = [_days(row, row.latest)] if row.latest else []
    if row.purpose == SCREENING:
        limits.append(Span(settings.screening.max_days, "d"))
    event = settings.event
    at = _clock(row, row.at, event) if row.at else None
    ends_on_a_day = row.until.startswith(("+", "-"))
    until = (_days(row, row.until) if ends_on_a_day else _clock(row, row.until, event)) if row.until else None
    return Rule(row, due, tuple(limits), at, until)


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
