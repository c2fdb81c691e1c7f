"""Whether the files of a period were screened in time (docs.md: Files, Figures)."""

from collections.abc import Callable

from crmkit.core.assigning.screening import PURPOSE, last_day
from crmkit.core.calendar.hours import Timetable
from crmkit.core.people.reach import barred
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Customer

SPOKEN = ("reached", "declined")  # outcomes of a call at which the person was spoken with
STATES = ("in-time", "late")


def screenings(snapshot: Snapshot, run: Run, timetable: Timetable) -> Callable[[Customer], str]:
    """A look-up: file → one of STATES, "" for one that is not to be judged.

    A file is screened by the first call that spoke with the person and was planned as a screening, or not planned. It
    is late if that call came after its last day (`screening.last_day`), or if that day passed without one. Left out:
    files whose last day is still to come, that may not be called, or that got a stage in another way.
    """
    called, last_of = snapshot.once("screening calls", lambda: _first_calls(snapshot)), last_day(run, timetable)

    def of(one: Customer) -> str:
        call = called.get(one.id)
        if one.merged_into or (call is None and (one.stage or barred(run, one, PURPOSE))):
            return ""
        last = last_of(one)
        day = (call.at if call else run.now).astimezone(run.now.tzinfo).date()
        return STATES[day > last] if last is not None and (call is not None or last < day) else ""

    return of


def purposes(snapshot: Snapshot) -> dict[str, str]:
    """Callback id → what it is for."""
    return snapshot.once("purposes", lambda: {one.id: one.purpose for one in snapshot[Callback]})


def _first_calls(snapshot: Snapshot) -> dict[str, Call]:
    """Customer id → the call by which the file was screened."""
    planned = purposes(snapshot)
    first: dict[str, Call] = {}
    for call in snapshot[Call]:
        screening = not call.callback or planned.get(call.callback) == PURPOSE
        if call.outcome in SPOKEN and screening and (call.customer not in first or call.at < first[call.customer].at):
            first[call.customer] = call
    return first
