"""The dates of a plan: the k-th is a function of the anchor and of k, never of the date before it (docs.md: Plans).

So a month's end stays a month's end, a date that was moved moves no other, and two clones that plan offline agree.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from crmkit.core.calendar.hours import Calendar
from crmkit.core.calendar.spans import months_after
from crmkit.errors import InvalidError
from crmkit.i18n import _

_EVERY = re.compile("([1-9][0-9]{0,4})(d|w|m|y|h)")
_DAY = timedelta(days=1)


class Every(NamedTuple):
    """How often: calendar months, days, or hours of a meter; one of the three."""

    months: int = 0
    days: int = 0
    hours: int = 0


class Slot(NamedTuple):
    """One date of a plan."""

    k: int  # counted from 1
    due_on: date  # by the rule
    planned_on: date  # moved off days without work
    window_from: date
    window_to: date


def parse_every(text: str) -> Every:
    """Read `3m`, `1y`, `2w`, `10d` or `500h`. Raises InvalidError."""
    match = _EVERY.fullmatch(text.strip())
    if match is None:
        raise InvalidError(
            _("{value} is no interval").format(value=text[:40]), _("write for example 1m, 3m, 1y, 2w, 10d or 500h")
        )
    number, unit = int(match[1]), match[2]
    if unit == "h":
        return Every(hours=number)
    if unit in "my":
        return Every(months=number * (12 if unit == "y" else 1))
    return Every(days=number * (7 if unit == "w" else 1))


def nth(anchor: date, every: Every, k: int) -> date:
    """The day k intervals after the anchor, the last day of a shorter month. An interval of hours has no such day."""
    return months_after(anchor, every.months * k) if every.months else anchor + every.days * k * _DAY


def spread(first: date, last: date, visits: int, calendar: Calendar) -> list[Slot]:
    """So many visits over the days from `first` to `last`, both counted: each is due when its equal part is over."""
    days = (last - first).days + 1
    ends = [first + timedelta(days=days * k // visits) for k in range(visits + 1)]
    return [
        Slot(k, ends[k], max(ends[k - 1], calendar.previous_workday(ends[k] - _DAY)), ends[k - 1], ends[k] - _DAY)
        for k in range(1, visits + 1)
    ]


def on_a_workday(due: date, calendar: Calendar) -> date:
    """`due`, moved off a day without work: to the next workday, but back where that would be in another month."""
    after = calendar.next_workday(due)
    return after if (after.year, after.month) == (due.year, due.month) else calendar.previous_workday(due)


def slots(anchor: date, every: Every, end: date, calendar: Calendar, *, first: date | None = None) -> Iterator[Slot]:
    """The slots of a plan from its anchor up to its last day `end`.

    The first is one interval after the anchor, or `first`, from which the others are then counted. Of a whole year
    four visits a quarter apart are four: the last is due when the year is over, and is made on its last workday. The
    window of each reaches half an interval to either side, and within the plan.
    """
    begin, k = (anchor, 1) if first is None else (first, 0)
    until = end if first is not None or end == date.max else end + _DAY
    before, due = nth(begin, every, k - 1), nth(begin, every, k)
    while due <= until:
        after = nth(begin, every, k + 1)
        window_from = max(anchor, before + (due - before) // 2 + _DAY)
        window_to = min(end, due + (after - due) // 2)
        yield Slot(
            k if first is None else k + 1, due, _within(due, window_from, window_to, calendar), window_from, window_to
        )
        before, due, k = due, after, k + 1


def _within(due: date, first: date, last: date, calendar: Calendar) -> date:
    """The workday for what is due then, in its window; where the window has none, its last day."""
    planned = on_a_workday(due, calendar)
    if planned > last:
        planned = calendar.previous_workday(last)
    if planned < first:
        planned = calendar.next_workday(first)
    return planned if first <= planned <= last else last


def notice_until(end: date, days: int) -> date:
    """The last day on which a notice of so many days ends the plan on `end`."""
    return end - timedelta(days=days)


def earliest_end(received: date, end: date, days: int) -> date:
    """When a plan ends of which notice was received then: on its own end where it came in time, else after its days."""
    return max(end, received + timedelta(days=days))


def invoice_due(settled: date) -> date:
    """A month after the settlement; the last day of a shorter month."""
    return months_after(settled, 1)


class Next(NamedTuple):
    """When a unit is due again: on a day, or at so many hours, whichever comes first."""

    on: date | None
    at_hours: int | None


def next_after(done_on: date, done_at_hours: int, every: Iterable[Every]) -> Next:
    """The next date of a plan by hours as well as by the calendar, whose cycle begins anew with each visit."""
    days = [nth(done_on, one, 1) for one in every if not one.hours]
    hours = [done_at_hours + one.hours for one in every if one.hours]
    return Next(min(days, default=None), min(hours, default=None))
