"""Meters of hours: when one reaches a number of hours, reckoned from its readings and explained by them.

Between two readings a meter runs evenly; after the last it goes on at the pace of the latest ones. So a reading that
comes late says when the hours were reached, not when somebody looked.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Step

PACE = timedelta(days=7)  # readings that say how fast a meter runs lie so far apart
ALWAYS = datetime.min.replace(tzinfo=UTC)
_A_DAY = 24  # hours; no meter runs faster


class MeterReading(NamedTuple):
    """What a meter of hours showed."""

    at: datetime
    hours: int
    known_at: tuple[datetime, int] = (ALWAYS, 0)  # when it was written down, and after how many other steps


class Forecast(NamedTuple):
    """When a meter reaches a number of hours, and from which two readings that is reckoned."""

    on: date
    a_day: float  # hours; 0 where a single reading says it
    since: MeterReading
    last: MeterReading
    hours: int = 0  # that are reached


def from_zero(start: datetime, readings: Sequence[MeterReading]) -> list[MeterReading]:
    """`readings` of one meter in order, with 0 at the start where nobody read it then.

    A meter cannot run more than 24 hours a day: one that shows more was no new one, and counts from its first reading.
    """
    ordered = sorted(readings, key=lambda one: (one.at, one.hours))
    first = ordered[0]
    days = (first.at.date() - start.date()).days
    return [MeterReading(start, 0), *ordered] if days > 0 and first.hours <= _A_DAY * days else ordered


def added_up(
    steps: Iterable[tuple[Step, str, date | None]], start: datetime
) -> tuple[dict[str, list[MeterReading]], set[str]]:  # fmt: skip
    """The readings of each unit, added up over exchanged meters and units: hours go on from where the old one stood.

    With each step come the unit, and since when that is the machine which was there (None = from the `start`). Also
    the ids of the steps that lie below the one before.
    """
    found: dict[str, list[MeterReading]] = {}
    offsets: dict[str, int] = {}
    begun: dict[str, date | None] = {}
    fallen: set[str] = set()
    for step, unit, since in steps:
        before, hours = found.setdefault(unit, []), step.numbers.get("hours", 0)
        stood = before[-1].hours if before else 0
        if step.numbers.get("replaced"):
            offsets[unit] = stood
        elif since is not None and since != begun.get(unit):
            first = MeterReading(step.at, hours)
            zero = from_zero(datetime.combine(since, datetime.min.time(), start.tzinfo), [first])[0]
            offsets[unit] = stood - zero.hours
            if zero is not first:
                at = max(zero.at, before[-1].at) if before else zero.at
                before.append(zero._replace(at=at, hours=stood))
        begun[unit] = since
        hours += offsets.get(unit, 0)
        if before and hours < before[-1].hours:
            fallen.add(step.id)
        else:
            before.append(MeterReading(step.at, hours, (step.recorded_at, step.seq)))
    return {unit: from_zero(start, readings) for unit, readings in found.items()}, fallen


def reaches(readings: Sequence[MeterReading], target: int) -> Forecast | None:
    """When a meter reaches, or reached, `target` hours; `readings` are in order.

    None where too little is known to tell, or where it stands still.
    """
    place = next((n for n, one in enumerate(readings) if one.hours >= target), None)
    if place is not None:
        last = readings[place]
        between = forecast([readings[max(0, place - 1)], last], target)
        return between or Forecast(last.at.date(), 0.0, last, last, target)
    apart = [one for one in readings if readings[-1].at - one.at >= PACE]
    return forecast([*apart[-1:], *readings[-1:]], target)


def forecast(readings: Sequence[MeterReading], target: int) -> Forecast | None:
    """The day on which the meter reaches `target` hours, at the pace from the first reading to the last.

    None with fewer than two readings or where it stands still.
    """
    if len(readings) < 2 or readings[-1].hours <= readings[0].hours:
        return None
    since, last = readings[0], readings[-1]
    days = (last.at.date() - since.at.date()).days
    if days <= 0:
        return None
    gained, left = last.hours - since.hours, max(0, target - since.hours)
    # a part of a day's hours is reached on that day
    return Forecast(since.at.date() + timedelta(days=-(-left * days // gained)), gained / days, since, last, target)


def hours_on(readings: Sequence[MeterReading], day: date) -> int:
    """What the meter showed by the end of `day`: as read, else between the readings around it, else as read last."""
    before = [one for one in readings if one.at.date() <= day]
    after = [one for one in readings if one.at.date() > day]
    if not before:
        return after[0].hours if after else 0
    last = before[-1]
    days = (day - last.at.date()).days
    if not after or not days:
        return last.hours
    return last.hours + (after[0].hours - last.hours) * days // (after[0].at.date() - last.at.date()).days


def expected_on(readings: Sequence[MeterReading], day: date) -> int:
    """What the meter will show by the end of `day`, after the last reading at the pace of the latest a week apart."""
    last = readings[-1]
    apart = [one for one in readings if last.at - one.at >= PACE]
    ahead = (day - last.at.date()).days
    if not apart or ahead <= 0:
        return hours_on(readings, day)
    return last.hours + (last.hours - apart[-1].hours) * ahead // (last.at.date() - apart[-1].at.date()).days


def must_lie_between(before: MeterReading | None, reading: MeterReading, after: MeterReading | None) -> None:
    """Raises InvalidError where `reading` does not lie between the ones of the same meter around it."""
    if before is not None and reading.hours < before.hours:
        raise InvalidError(
            _("{hours} h is less than the {before} h of {day}").format(
                hours=reading.hours, before=before.hours, day=before.at.date()
            ),
            _("read it again; a new meter is said with --meter-replaced"),
        )
    if after is not None and reading.hours > after.hours:
        raise InvalidError(
            _("{hours} h is more than the {after} h of {day}").format(
                hours=reading.hours, after=after.hours, day=after.at.date()
            )
        )


def ended_on(until_hours: int, readings: Iterable[MeterReading]) -> date | None:
    """The day of the first reading that has reached the hours at which a plan ends; None where none has."""
    return min((one.at.date() for one in readings if one.hours >= until_hours), default=None)
