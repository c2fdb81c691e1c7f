"""Everything to do by the end of a day, of every kind, fetched for `core.due`."""

from collections.abc import Iterator
from datetime import date, timedelta

from crmkit.archive.archive import Archive
from crmkit.core import due as work
from crmkit.core.run import Run
from crmkit.queries.assigning import waiting
from crmkit.queries.finding import sharing_refused
from crmkit.queries.work import customer_of, end_of
from crmkit.records import Assignment, Callback, Customer, Event, Message, PhoneCheck, Visit
from crmkit.records.work import utc_key


def items_on(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """Everything to do by the end of `day`, kind by kind; of kinds that there are none of, nothing is imported."""
    from crmkit.labels import label

    who = customer_of(archive)
    end = utc_key(end_of(day, run))
    overdue = list(_overdue(archive, run, day))
    told = {item.id for item in overdue}
    planned = [one for one in archive.between(Callback, "due:", f"due:{end}") if one.id not in told]
    yield from overdue
    yield from _rechecks(archive, run, day)
    yield from work.callbacks(run, planned, who, label)
    yield from _visits(archive, run, end)
    yield from _events(archive, run, day)
    yield from work.unanswered(run, archive.find(Callback, "stopped:"), who, label)
    yield from work.unassigned(run, waiting(archive))
    yield from _recycle_notices(archive, run)
    yield from _by_grade(archive, run, day)
    yield from work.shared(run, archive.find(Customer, "shared:"))
    yield from work.held(run, sharing_refused(archive))


def _overdue(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """The screenings that should have been made before today, and those of `day` that nobody planned."""
    oldest = run.now - timedelta(days=archive.settings.callback.horizon_days)
    new = archive.between(Customer, f"new:{utc_key(oldest)}", f"new:{utc_key(run.now)}")
    if new:
        from crmkit.core.assigning.screening import unscreened
        from crmkit.labels import label
        from crmkit.queries.work import timetable_of

        late = [one for one in unscreened(run, timetable_of(archive), new) if one.last_day <= day]
        yield from work.screenings(late, lambda file: archive.of(Callback, file), end_of(day, run), label)


def _rechecks(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """The numbers of the day to ask for a second time."""
    begin, end = utc_key(end_of(day - timedelta(days=1), run)), utc_key(end_of(day, run))
    collected = archive.between(Customer, f"new:{begin}", f"new:{end}")
    if collected:
        from crmkit.core.collecting import recheck

        asked = {customer.id for customer in collected if archive.of(PhoneCheck, customer.id)}
        yield from work.rechecks(recheck.due(run, collected, asked))


def _visits(archive: Archive, run: Run, end: str) -> Iterator[work.Item]:
    """The appointments that begin before `end`."""
    agreed = archive.between(Visit, "visit:", f"visit:{end}")
    if agreed:
        from crmkit.labels import label
        from crmkit.queries.visits import stops_of

        stops, _left_out = stops_of(archive, run, agreed)
        yield from work.visits(run, stops, label)


def _events(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """The events of the next days, and the invitations to hand over."""
    soon = _starting(archive, run, day, 1)
    later = _starting(archive, run, day, archive.settings.event.deliver_days)
    if soon or later:
        from crmkit.queries.events import guests_of

        yield from work.events(soon, lambda event: guests_of(archive, event))
        yield from work.invitations(run, later, lambda event: guests_of(archive, event), customer_of(archive))


def _starting(archive: Archive, run: Run, day: date, days: int) -> list[Event]:
    """The events that start from now on, until so many days after `day`."""
    end = end_of(day + timedelta(days=days), run)
    return archive.between(Event, f"starts:{utc_key(run.now)}", f"starts:{utc_key(end)}")


def _recycle_notices(archive: Archive, run: Run) -> Iterator[work.Item]:
    """The files that pass on to somebody else soon."""
    if archive.index.holds(Assignment.kind):
        from crmkit.queries.assigning import passing_on_soon

        yield from work.recycle_notices(passing_on_soon(archive, run), run.now.tzinfo)


def _by_grade(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """The letters and visits that became due by `day`, within `cadence.due_days`; all are in `customer cadence`.

    They are found by the days on which the last one can have been, or the file was collected.
    """
    from crmkit.core.care import cadence

    who = customer_of(archive)
    kept: dict[str, tuple[type[Visit | Message], str]] = {"visit": (Visit, "visited"), "letter": (Message, "letter")}
    people: dict[str, Customer] = {}
    for what, first, last in cadence.last_days(run, day):
        begin, end = utc_key(end_of(first - timedelta(days=1), run)), utc_key(end_of(last, run))
        record_type, key = kept[what]
        found = archive.between(Customer, f"graded:{begin}", f"graded:{end}")
        had = archive.between(record_type, f"{key}:{begin}", f"{key}:{end}")
        people |= {one.id: one for one in (*found, *(who(record.customer) for record in had))}
    if people:
        visits = [visit for file in people for visit in archive.of(Visit, file)]
        letters = [message for file in people for message in archive.of(Message, file)]
        dues = cadence.due(run, people.values(), cadence.care(run, visits, letters), day)
        since = day - timedelta(days=run.settings.cadence.due_days)
        yield from work.cadences(run, (one for one in dues if one.due_on > since))
