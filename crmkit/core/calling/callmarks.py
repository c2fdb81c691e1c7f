"""What is to be looked at in a call: derived from it, never stored, so that a changed rule holds for old calls too.

Only calls that we make are marked: who calls us may do so at any hour, and talk as long as they like (DOMAIN 4).
"""

from collections.abc import Iterable

from crmkit.core.calendar.hours import Timetable
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.records import Call

MARKS = {
    "quiet-hours": N_("{id} was made in quiet hours, at {time:%H:%M}"),
    "long": N_("{id}, the first call with this person, took {length}: more than {minutes} minutes"),
}


def marks(run: Run, call: Call, timetable: Timetable, *, first: bool) -> tuple[str, ...]:
    """The keys of MARKS that `call` bears: begun in quiet hours; a `first` call over `calls.screening_minutes`."""
    if call.direction == "in":
        return ()
    begun = call.at.astimezone(run.now.tzinfo)
    most = run.settings.calls.screening_minutes * 60
    found = {
        "quiet-hours": timetable.opening.next_open(begun) != begun,
        "long": first and call.duration is not None and call.duration > most,
    }
    return tuple(mark for mark, borne in found.items() if borne)


def told(run: Run, call: Call, timetable: Timetable, *, first: bool) -> list[str]:
    """Each mark of `call` as a sentence."""
    length = f"{(call.duration or 0) // 60}:{(call.duration or 0) % 60:02}"
    return [
        _(MARKS[mark]).format(
            id=call.id,
            time=call.at.astimezone(run.now.tzinfo),
            length=length,
            minutes=run.settings.calls.screening_minutes,
        )
        for mark in marks(run, call, timetable, first=first)
    ]


def first_calls(calls: Iterable[Call]) -> frozenset[str]:
    """The ids of the calls at which each person was reached for the first time."""
    first: dict[str, Call] = {}
    for call in calls:
        if call.outcome == "reached":
            first[call.customer] = min(first.get(call.customer, call), call, key=lambda one: (one.at, one.id))
    return frozenset(call.id for call in first.values())
