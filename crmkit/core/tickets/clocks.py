"""The clocks of a ticket and what became of each promise (docs.md: Tickets).

Each cycle has the four clocks of the card, which stand still while we wait for the customer. A time that was promised
with a step is a fifth one: it was agreed, so that no wait moves it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from crmkit.core.calendar.clocks import Pause, Stretch, due, lengths, running, stretches
from crmkit.core.calendar.spans import between
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.tickets.course import Course, Cycle
from crmkit.records import Step
from crmkit.records.card import CLOCKS

VERDICTS = ("open", "waiting", "kept", "late", "breached")
PROMISED = "promised"
KEEPS = ("work", "replace", "solve", "cancel")  # steps by which a promised time is kept


class TicketClock(NamedTuple):
    """One clock of one cycle."""

    clock: str  # one of CLOCKS, or PROMISED
    cycle: int
    due_at: datetime | None  # None while a wait goes on and it has not run out
    stopped_at: datetime | None
    verdict: str  # one of VERDICTS: late = stopped too late, breached = run out and not stopped
    left: timedelta  # below zero: by how much it ran over, waits not counted

    @property
    def runs(self) -> bool:
        """Whether it can still be kept or broken, or is broken and not stopped yet."""
        return self.stopped_at is None


def clocks(course: Course, now: datetime, working: WorkingTime | None) -> list[TicketClock]:
    """Every clock of every cycle as it stands at `now`; `working` is needed where a promise counts working time."""
    return [clock for cycle in course.cycles for clock in _of_cycle(course, cycle, now, working)]


def next_at(course: Course, now: datetime, working: WorkingTime | None) -> datetime | None:
    """When the next clock that still runs will have run out, or had; None where all stand still."""
    ends = [clock.due_at for clock in clocks(course, now, working) if clock.runs and clock.due_at is not None]
    return min(ends, default=None) if not closed(course) else None


def closed(course: Course) -> bool:
    """Whether no clock can run any more: solved and confirmed, or cancelled."""
    return course.now.state == "cancelled" or (course.now.state == "solved" and course.now.confirmed)


def account(
    course: Course, clock: TicketClock, now: datetime, working: WorkingTime | None
) -> list[Stretch]:  # fmt: skip
    """The account of `clock` stretch by stretch until it was stopped, else until `now`; none of a promised time."""
    cycle = course.cycles[clock.cycle - 1]
    if clock.clock == PROMISED:
        return []
    start, until = (moment.astimezone(now.tzinfo) for moment in (cycle.start, clock.stopped_at or now))
    return stretches(start, until, cycle.pauses, _counting(course, clock.clock, working))


def _of_cycle(
    course: Course, cycle: Cycle, now: datetime, working: WorkingTime | None
) -> Iterator[TicketClock]:  # fmt: skip
    long = lengths(course.ticket.promises)
    start = cycle.start.astimezone(now.tzinfo)  # a stored time has the offset of its day, not the rules of a zone
    for clock in CLOCKS:
        counting = _counting(course, clock, working)
        stopped = cycle.stops.get(clock)
        until = stopped or now
        end = due(start, long[clock], _cut(cycle.pauses, stopped), counting)
        ran = running(start, until, cycle.pauses, counting)
        over = course.now.state == "cancelled" or course.now.number > cycle.number
        verdict = _verdict(end, stopped, now, waiting=cycle.waiting and not over)
        yield TicketClock(clock, cycle.number, end, stopped, verdict, long[clock] - ran)
    for step, kept in _promises(cycle):
        end = step.until
        if end is not None:
            verdict = _verdict(end, kept, now, waiting=False)
            yield TicketClock(PROMISED, cycle.number, end, kept, verdict, between(kept or now, end))


def _verdict(end: datetime | None, stopped: datetime | None, now: datetime, *, waiting: bool) -> str:
    if stopped is not None:
        return "kept" if end is None or stopped <= end else "late"
    if end is not None and now > end:
        return "breached"
    return "waiting" if waiting else "open"


def _cut(pauses: list[Pause], stopped: datetime | None) -> list[Pause]:
    """The pauses until a clock was stopped, after which nothing moves it."""
    if stopped is None:
        return pauses
    return [(begins, min(ends or stopped, stopped)) for begins, ends in pauses if begins < stopped]


def _promises(cycle: Cycle) -> Iterator[tuple[Step, datetime | None]]:
    """The steps that promised a time, each with the moment at which that was kept; not those changed before it came."""
    made = [step for step in cycle.taken if step.until is not None]
    for number, step in enumerate(made):
        after = [one for one in cycle.taken[cycle.taken.index(step) + 1 :] if one.what in KEEPS]
        kept = min((one.at for one in after), default=None)
        later = made[number + 1] if number + 1 < len(made) else None
        if later is None or (step.until is not None and min(step.until, kept or step.until) < later.at):
            yield step, kept


def _counting(course: Course, clock: str, working: WorkingTime | None) -> WorkingTime | None:
    return working if clock in course.ticket.promises.working else None
