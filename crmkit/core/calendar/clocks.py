"""A clock that runs from a start until a length has passed, and stands still while it is paused (docs.md: Cards).

All promises on cards, tickets and plans are computed here. A clock counts working time where one is given, else real
time. Pauses are half-open: [from, until). Running time itself is counted, stretch by stretch; a pause is never added to
a start or a due time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from crmkit.core.calendar.spans import between, in_zone, later, utc
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.records.card import CLOCKS, Promises

Pause = tuple[datetime, datetime | None]  # from, until; None where it goes on
LONGEST = 10_000_000  # hours: a thousand years; what another program wrote may be more than a date can hold
_NONE = timedelta()


class Stretch(NamedTuple):
    """A part of the account of a clock."""

    begins: datetime
    ends: datetime
    what: str  # running, waiting, or closed: no working time
    counted: timedelta  # that the clock ran in it


def due(
    start: datetime, length: timedelta, pauses: Iterable[Pause] = (), working: WorkingTime | None = None
) -> datetime | None:
    """The first moment by which the running time since `start` reaches `length`; None while a pause goes on before it.

    A pause that begins then or later changes nothing.
    """
    if length <= _NONE:
        return start
    left = length
    for begins, ends in _runs(start, None, pauses):
        ran = None if ends is None else _ran(begins, ends, working)
        if ran is None or left <= ran:
            return working.add(begins, left) if working else later(begins, left)
        left -= ran
    return None


def running(
    start: datetime, until: datetime, pauses: Iterable[Pause] = (), working: WorkingTime | None = None
) -> timedelta:
    """How long the clock ran from `start` to `until`; not at all where `until` comes first."""
    return sum((_ran(begins, ends or until, working) for begins, ends in _runs(start, until, pauses)), _NONE)


def stretches(
    start: datetime, until: datetime, pauses: Iterable[Pause] = (), working: WorkingTime | None = None
) -> list[Stretch]:
    """The account of a clock from `start` to `until` without gaps; what it counted adds up to `running`."""
    found: list[Stretch] = []
    last = start
    for begins, ends in _runs(start, until, pauses):
        end = ends or until
        _add(found, last, begins, "waiting", _NONE)
        last = begins
        if working:
            for opens, closes in working.ranges(begins, end):
                _add(found, last, opens, "closed", _NONE)
                _add(found, opens, closes, "running", between(opens, closes))
                last = closes
            _add(found, last, end, "closed", _NONE)
        else:
            _add(found, begins, end, "running", between(begins, end))
        last = end
    _add(found, last, until, "waiting", _NONE)
    return found


def lengths(promises: Promises) -> dict[str, timedelta]:
    """How long each clock of a card runs."""
    return {clock: timedelta(hours=max(-LONGEST, min(getattr(promises, clock), LONGEST))) for clock in CLOCKS}


def deadlines(promises: Promises, reported: datetime, work: WorkingTime) -> dict[str, datetime]:
    """By when each promise of a card is to be kept for what was reported then; by the clock that the card names."""
    ends = {
        clock: due(reported, length, (), work if clock in promises.working else None)
        for clock, length in lengths(promises).items()
    }
    return {clock: end for clock, end in ends.items() if end is not None}


def _runs(
    start: datetime, until: datetime | None, pauses: Iterable[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """When the clock is not paused, from `start` to `until`; the last run has no end where there is no `until`."""
    last = utc(start)
    end = utc(until) if until is not None else None
    for begins, ends in sorted(((utc(a), b and utc(b)) for a, b in pauses), key=lambda pause: pause[0]):
        if end is not None and begins >= end:
            break
        if ends is not None and ends <= begins:
            continue
        if begins > last:
            yield in_zone(last, start.tzinfo), in_zone(begins, start.tzinfo)
        if ends is None:
            return
        last = max(last, ends)
    if end is None or last < end:
        yield in_zone(last, start.tzinfo), end and in_zone(end, start.tzinfo)


def _ran(begins: datetime, ends: datetime, working: WorkingTime | None) -> timedelta:
    return working.elapsed(begins, ends) if working else max(between(begins, ends), _NONE)


def _add(found: list[Stretch], begins: datetime, ends: datetime, what: str, counted: timedelta) -> None:
    if between(begins, ends) > _NONE:
        found.append(Stretch(begins, ends, what, counted))
