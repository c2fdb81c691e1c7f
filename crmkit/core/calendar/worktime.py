"""Working time: the week's hours, without public holidays and with make-up workdays (docs.md: Calls, Cards).

Promises in working hours are computed here: the next working moment, so many hours later, the working time between two
moments. Lengths are real time, also on days when clocks are put forward or back.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Self

import msgspec

from crmkit.core.calendar.hours import Calendar, Opening
from crmkit.core.calendar.spans import between, later, real
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.settings import HoursSettings

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SEARCHED = 400  # days without any working time, after which there is none


class WorkingTime(msgspec.Struct, frozen=True):
    """The working hours of an archive."""

    usual: Opening  # of a make-up workday, and of each weekday without hours of its own
    week: Mapping[int, Opening]  # weekdays (0 = Monday) with hours of their own
    calendar: Calendar

    @classmethod
    def of(cls, hours: HoursSettings, calendar: Calendar) -> Self:
        """From `[hours]` and the public holidays. Raises InvalidError for hours that make no sense."""
        return cls(Opening.parse(hours.working, "hours.working"), _own(hours), calendar)

    def add(self, moment: datetime, length: timedelta) -> datetime:
        """The first moment by which `length` (zero or more) of working time has passed since `moment`."""
        end, left = moment, length
        ranges = self._ranges(moment)
        while left > timedelta():
            begins, ends = next(ranges)
            start = max(moment, begins)
            worked = min(between(start, ends), left)
            end, left = later(start, worked), left - worked
        return end

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; none where `end` comes first."""
        return sum((between(begins, ends) for begins, ends in self.ranges(start, end)), timedelta())

    def ranges(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every range of working time between `start` and `end`, in order, cut at both."""
        for begins, ends in self._ranges(start):
            if begins >= end:
                break
            yield max(begins, start), min(ends, end)

    def _ranges(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every range of working time that ends after `moment`, in order. InvalidError where there never is any."""
        day, empty = moment.date(), 0
        while empty < _SEARCHED:
            found = [range_ for range_ in self._on(day, moment) if range_[1] > moment]
            empty = 0 if found else empty + 1
            yield from found
            day += _DAY
        raise InvalidError(_("there is no working time after {day}: see hours and calendar/").format(day=moment.date()))

    def _on(self, day: date, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        if self.calendar.is_workday(day):
            made_up = day in self.calendar.workdays
            opening = self.usual if made_up else self.week.get(day.weekday(), self.usual)
            midnight = datetime.combine(day, time(), moment.tzinfo)
            for first, last in opening.ranges:
                yield real(midnight + timedelta(minutes=first)), real(midnight + timedelta(minutes=last))


def weekdays(hours: HoursSettings) -> frozenset[int]:
    """The weekdays (0 = Monday) on which there is work: all but those that `hours.week` gives no hours.

    Raises InvalidError for hours that make no sense.
    """
    own = _own(hours)
    return frozenset(n for n, day in enumerate(DAYS) if n in own or getattr(hours.week, day) is None)


def _own(hours: HoursSettings) -> dict[int, Opening]:
    """The weekdays with working hours of their own."""
    given = {number: getattr(hours.week, day) for number, day in enumerate(DAYS)}
    return {n: Opening.parse(ranges, f"hours.week.{DAYS[n]}") for n, ranges in given.items() if ranges}
