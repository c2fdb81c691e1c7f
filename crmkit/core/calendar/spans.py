"""Spans of time as settings and people write them: `+3h`, `+2d`, `-1w`, `+1m`."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from crmkit.errors import InvalidError
from crmkit.i18n import _

SHORTEST = 28  # days of a month: a day up to here is in each of them
_SPAN = re.compile(r"([+-][0-9]{1,4})(min|h|d|w|m)")


class Span(NamedTuple):
    """A signed number of minutes (`min`), hours (`h`), days (`d`), weeks (`w`) or calendar months (`m`)."""

    number: int
    unit: str

    @property
    def of_days(self) -> bool:
        """Whether it moves a day; minutes and hours move a moment only."""
        return self.unit in ("d", "w", "m")


def parse_span(text: str) -> Span:
    """Read `+2d`, `-30d`, `+1m`, `+3h`, `+45min`; the sign is part of it. Raises InvalidError for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise InvalidError(
            _("'{text}' is not a span of time").format(text=text[:40]), _("write for example +3h, +2d, -1w or +1m"),
            value=text,
        )  # fmt: skip
    return Span(int(match[1]), match[2])


def day_after(day: date, span: Span) -> date:
    """The day `span` (days, weeks or months) after `day`; 31 January and one month is the last day of February."""
    if not span.of_days:
        raise InvalidError(_("{number:+}{unit} is not a number of days").format(number=span.number, unit=span.unit))
    if span.unit == "m":
        return months_after(day, span.number)
    return day + timedelta(days=span.number * (7 if span.unit == "w" else 1))


def months_after(anchor: date, months: int) -> date:
    """The day of the anchor in the month `months` later, the last day of a shorter month.

    Counted from the anchor each time, the day comes back: 31 January, 28 February, 31 March.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = anchor.day if anchor.day <= SHORTEST else min(anchor.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def moment_after(moment: datetime, span: Span) -> datetime:
    """The moment `span` after `moment`: hours count on the clock of the world, days keep the time of day."""
    if span.of_days:
        return real(datetime.combine(day_after(moment.date(), span), moment.timetz()))
    return later(moment, timedelta(minutes=span.number * (60 if span.unit == "h" else 1)))


def later(moment: datetime, length: timedelta) -> datetime:
    """The moment `length` of real time after `moment`, also where clocks are put forward or back between them."""
    try:
        return in_zone(utc(moment) + length, moment.tzinfo)
    except OverflowError:  # what another program wrote may lie in the year 9999
        return datetime.max.replace(tzinfo=moment.tzinfo) if length > timedelta() else moment


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; in the first and the last hours that a date can hold, where it has none, the nearest."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    """`moment` in `zone`; as it is in the first and the last hours that a date can hold."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def between(start: datetime, end: datetime) -> timedelta:
    """The real time from `start` to `end`; below zero where `end` comes first."""
    return utc(end) - utc(start)


def real(moment: datetime) -> datetime:
    """`moment` as clocks show it: one that is skipped when they are put forward comes as much later."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
