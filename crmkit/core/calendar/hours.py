"""When people may be called: quiet hours, working days and public holidays (docs.md: Calls)."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Self

import msgspec

from crmkit.errors import InvalidError
from crmkit.i18n import _

_RANGE = re.compile("([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_NOON = 12 * 60
_DAY = timedelta(days=1)


class Opening(msgspec.Struct, frozen=True):
    """The hours of a day outside quiet hours, as (start, end) in minutes of the day; the end minute is quiet again."""

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, texts: Iterable[str], key: str = "hours.open") -> Self:
        """From settings such as `["08:00-12:30", "14:30-20:00"]`: in order, at least one. InvalidError names `key`."""
        ranges = tuple(_minutes(text, key) for text in texts)
        if not ranges or any(before[1] > after[0] for before, after in pairwise(ranges)):
            raise InvalidError(
                _("{key} needs at least one range, in order and without overlap").format(key=key),
                _('write for example ["08:00-12:30", "14:30-20:00"]'),
            )
        return cls(ranges)

    @property
    def first(self) -> time:
        """The first open minute of a day."""
        return _time(self.ranges[0][0])

    def next_open(self, moment: datetime) -> datetime:
        """`moment` itself where it is open, else the next open minute, at the latest tomorrow's first."""
        minute = moment.hour * 60 + moment.minute
        for start, end in self.ranges:
            if minute < start:
                return datetime.combine(moment, _time(start), moment.tzinfo)
            if minute < end:
                return moment
        return datetime.combine(moment + _DAY, self.first, moment.tzinfo)

    def other_half(self, moment: datetime) -> datetime:
        """The next day's other half: its first open minute after noon for a morning, before noon for an afternoon."""
        starts = [start for start, _end in self.ranges if (start >= _NOON) == (moment.hour * 60 < _NOON)]
        return datetime.combine(moment + _DAY, _time(starts[0]) if starts else self.first, moment.tzinfo)


class _Year(msgspec.Struct, forbid_unknown_fields=True):
    """One `calendar/YYYY.json`: public holidays (放假) and make-up workdays (调休), each day with its occasion."""

    year: int
    holidays: dict[str, str]
    workdays: dict[str, str]


class Calendar(msgspec.Struct, frozen=True):
    """Public holidays of the known years; in any other year only the week's days off are off."""

    years: frozenset[int] = frozenset()
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}
    weekdays: frozenset[int] = frozenset(range(5))  # on which there is work; 0 = Monday

    @classmethod
    def from_json(cls, documents: Mapping[str, object], weekdays: Iterable[int] = range(5)) -> Self:
        """From the decoded files of `calendar/`, by their names: one year each. InvalidError names file and value."""
        holidays: dict[date, str] = {}
        workdays: dict[date, str] = {}
        years = set()
        for file, document in documents.items():
            try:
                year = msgspec.convert(document, _Year)
            except msgspec.ValidationError as error:
                raise InvalidError(_("{file}: {problem}").format(file=file, problem=error)) from None
            if year.year in years:
                raise InvalidError(_("{file}: the year {year} is there twice").format(file=file, year=year.year))
            years.add(year.year)
            holidays |= {_day_of(text, year, file): name for text, name in year.holidays.items()}
            workdays |= {_day_of(text, year, file): name for text, name in year.workdays.items()}
            for day in sorted(holidays.keys() & workdays.keys()):
                raise InvalidError(_("{file}: {day} is both a holiday and a workday").format(file=file, day=day))
        return cls(frozenset(years), holidays, workdays, frozenset(weekdays))

    def knows(self, day: date) -> bool:
        """Whether the holidays of that year are known; what is planned by a year that is not is provisional."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """The weekdays with work and the make-up workdays, without public holidays."""
        return day in self.workdays or (day.weekday() in self.weekdays and day not in self.holidays)

    def next_workday(self, day: date) -> date:
        """`day` itself if it is a workday, else the first one after it."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def previous_workday(self, day: date) -> date:
        """`day` itself if it is a workday, else the last one before it."""
        while not self.is_workday(day):
            day -= _DAY
        return day


class Timetable(msgspec.Struct, frozen=True):
    """Opening hours and calendar of one archive."""

    opening: Opening
    calendar: Calendar

    def allowed(self, moment: datetime, today: date) -> datetime:
        """`moment` moved out of quiet hours, then to a working day, same time of day; `today` is taken as one."""
        moment = self.opening.next_open(moment)
        if moment.date() == today:
            return moment
        return datetime.combine(self.calendar.next_workday(moment.date()), moment.timetz())


def _minutes(text: str, key: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if match:
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
        start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        if from_minute < 60 and to_minute < 60 and start < end <= 24 * 60:
            return start, end
    raise InvalidError(
        _("{key}: '{text}' is not a range of hours").format(key=key, text=text[:40]), _("write for example 08:00-12:30")
    )


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _day_of(text: str, year: _Year, file: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidError(
            _("{file}: {text} is no date").format(file=file, text=text[:40]), _("write it as 2026-10-01")
        ) from None
    if day.year != year.year:
        raise InvalidError(_("{file}: {day} is not in the year {year}").format(file=file, day=day, year=year.year))
    return day
