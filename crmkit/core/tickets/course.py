"""The course of a ticket: which step may follow which, and how it stands after all of them (docs.md: Tickets).

Nothing of it is stored. A ticket that was never really solved is opened again and runs through the table once more, in
a cycle of its own; what came of the cycle before stands. Two operators who did not know of each other may both write
down what only one of them could do: both steps are kept, the first counts, the other one is a misfit.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.clocks import Pause
from crmkit.records import Step, Ticket
from crmkit.records.step import in_order

OPEN = ("open", "replied", "arranged")
STATES = (*OPEN, "solved", "closed", "cancelled")
ANSWERS = ("solved", "on_time", "attitude", "skill", "charged")  # to the five questions, before a ticket is closed
TRIES = 3  # days on which nobody was reached, after which a ticket is closed without an answer


NEXT: Mapping[str, tuple[str, ...]] = {  # the steps one of which comes next, by state
    "open": ("reply", "visit", "solve"),
    "replied": ("solution", "visit", "solve"),
    "arranged": ("work", "solve"),
    "solved": ("follow-up",),
}


class TicketMove(NamedTuple):
    """What a step does."""

    states: tuple[str, ...]  # in which it may be taken
    to: str = ""  # the state that is reached by it at least
    stops: tuple[str, ...] = ()  # clocks


TABLE: Mapping[str, TicketMove] = {
    "reply": TicketMove(OPEN, "replied", ("reply",)),
    "promise": TicketMove(OPEN),
    "hand": TicketMove(OPEN),
    "accept": TicketMove(OPEN),
    "solution": TicketMove(OPEN, "arranged", ("reply", "solution")),
    "visit": TicketMove(OPEN, "arranged", ("reply", "solution")),
    "work": TicketMove(OPEN, "arranged", ("reply", "solution")),
    "wait": TicketMove(OPEN),
    "resume": TicketMove(OPEN),
    "replace": TicketMove(OPEN, "solved", ("reply", "solution", "solved")),
    "solve": TicketMove(OPEN, "solved", ("reply", "solution", "solved")),
    "follow-up": TicketMove(("solved",)),
    "refund": TicketMove((*OPEN, "solved", "cancelled")),
    "reopen": TicketMove(("solved",)),
    "cancel": TicketMove(OPEN, "cancelled", ("reply", "solution", "solved", "follow_up")),
}


class Cycle(msgspec.Struct):
    """One round: from the report, or from the moment at which it was opened again."""

    number: int
    start: datetime
    state: str = "open"
    stops: dict[str, datetime] = {}  # when each clock was stopped
    pauses: list[Pause] = []
    taken: list[Step] = []  # the steps that fitted
    misfits: list[Step] = []  # those that did not
    done: Step | None = None  # by which it was solved
    answers: dict[str, str | int] = {}  # of the customer who was asked afterwards
    tries: set[object] = set()  # days on which nobody was reached to be asked
    closing: Step | None = None  # after which nothing more was to be asked

    @property
    def waiting(self) -> bool:
        """Whether it waits for the customer now."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def confirmed(self) -> bool:
        """Whether nothing more is to be asked: all was answered, she would not answer, or is not reached."""
        told = self.answers.get("outcome") == "refused" or all(name in self.answers for name in ANSWERS)
        return told or len(self.tries) >= TRIES


class Course(msgspec.Struct, frozen=True):
    """A ticket with its steps, in the order of time, and its cycles."""

    ticket: Ticket
    steps: tuple[Step, ...]
    cycles: tuple[Cycle, ...]

    @property
    def now(self) -> Cycle:
        """The last cycle."""
        return self.cycles[-1]

    @property
    def misfits(self) -> list[Step]:
        """The steps that contradict others: two operators wrote them down without knowing of each other."""
        return [step for cycle in self.cycles for step in cycle.misfits]

    @property
    def cause(self) -> str:
        """The cause that was found last; "" where none was."""
        return self.said("cause")

    @property
    def fault(self) -> str:
        """The code of the fault: as found, else as reported."""
        return self.said("fault") or self.ticket.fault

    @property
    def coverage(self) -> str:
        """What covers it: as decided later, else as it was on the day of the report."""
        return self.said("coverage") or self.ticket.coverage

    @property
    def worker(self) -> str:
        """Who does it: whoever was named last, else who took it down."""
        return self.worker_at(None)

    def worker_at(self, moment: datetime | None) -> str:
        """Who had it at `moment`, None = by now: what was done then is theirs, whoever gets it later.

        A step that contradicts others gives it to nobody.
        """
        named = (
            step.by
            for step in self._latest()
            if step.what in ("hand", "visit", "work", "solve") and step.by and (moment is None or step.at <= moment)
        )
        return next(named, self.ticket.by)

    @property
    def replaced(self) -> bool:
        """Whether another unit took the place of the faulty one."""
        return any(cycle.done is not None and cycle.done.what == "replace" for cycle in self.cycles)

    def said(self, code: str) -> str:
        """The last value of a code among the steps that fitted; "" where there is none."""
        return next((step.codes[code] for step in self._latest() if step.codes.get(code)), "")

    def of(self, *whats: str) -> list[Step]:
        """The steps that are one of `whats`."""
        return [step for step in self.steps if step.what in whats]

    def _latest(self) -> Iterator[Step]:
        """The steps that fitted, the last one first."""
        return (step for cycle in reversed(self.cycles) for step in reversed(cycle.taken))


def course(ticket: Ticket, steps: Iterable[Step]) -> Course:
    """How `ticket` stands after `steps`, which are its own, in any order."""
    ordered = in_order(steps)
    cycles = [Cycle(1, ticket.reported_at)]
    openings: dict[int, Step] = {}
    for step in ordered:
        if step.what == "reopen" and step.cycle > 1:
            openings.setdefault(step.cycle, step)
    numbers = sorted({1, *openings})
    for number in numbers:
        if number > 1:
            _open_again(cycles, openings[number])
        for step in ordered:
            # a cycle whose opening is not there (it was taken back, a program wrote nonsense) is the one before it
            if max(n for n in numbers if n <= max(step.cycle, 1)) == number and step is not openings.get(number):
                _take(cycles[-1], step)
    return Course(ticket, tuple(ordered), tuple(cycles))


def all_fit(ticket: Ticket, steps: Iterable[Step]) -> bool:
    """Whether the course of `ticket` has no misfits: where it was not opened again, what its steps are tells.

    That was found out before of most others: 3 µs a ticket, where its course takes 8.
    """
    ordered = in_order(steps)
    if ordered and (ordered[0].at < ticket.reported_at or any(step.cycle > 1 for step in ordered)):
        return not course(ticket, ordered).misfits
    return _fit_in_order(tuple(step.what for step in ordered))


@lru_cache(4096)
def _fit_in_order(whats: tuple[str, ...]) -> bool:
    """Whether steps of these kinds fit, one after the other, in the first cycle."""
    start = datetime.min
    cycle = Cycle(1, start)
    for what in whats:
        _take(cycle, Step(customer="", about="", what=what, at=start, recorded_at=start))
    return not cycle.misfits


def fits(cycle: Cycle, step: Step) -> bool:
    """Whether `step` may be taken where `cycle` stands."""
    move = TABLE.get(step.what)
    if move is None or cycle.state not in move.states or step.at < cycle.start:
        return False
    if step.what in ("wait", "resume"):
        return cycle.waiting == (step.what == "resume")
    return step.what != "reopen"  # which begins a cycle


def _open_again(cycles: list[Cycle], step: Step) -> None:
    before = cycles[-1]
    # whoever says that it is not solved was spoken to
    before.stops.setdefault("follow_up", step.at)
    opened = Cycle(before.number + 1, step.at)
    (opened.taken if before.state == "solved" else opened.misfits).append(step)
    cycles.append(opened)


def _take(cycle: Cycle, step: Step) -> None:
    if not fits(cycle, step):
        cycle.misfits.append(step)
        return
    cycle.taken.append(step)
    move = TABLE[step.what]
    if move.to and (move.to not in OPEN or OPEN.index(move.to) > OPEN.index(cycle.state)):
        cycle.state = move.to
    for clock in move.stops:
        cycle.stops.setdefault(clock, step.at)
    if step.what == "wait":
        cycle.pauses.append((step.at, None))
    if cycle.waiting and (step.what == "resume" or cycle.state not in OPEN):
        cycle.pauses[-1] = (cycle.pauses[-1][0], step.at)
    if cycle.state == "solved" and cycle.done is None:
        cycle.done = step
    if step.what == "follow-up":
        _asked(cycle, step)


def _asked(cycle: Cycle, step: Step) -> None:
    if step.codes.get("outcome", "reached") not in ("reached", "refused"):
        cycle.tries.add(step.at.date())
    else:
        cycle.stops.setdefault("follow_up", step.at)
        cycle.answers |= {**step.codes, **step.numbers}
    if cycle.closing is None and cycle.confirmed:
        cycle.closing = step
