"""Everything to do by the end of a day, of every kind, fetched for `core.due`."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from crmkit.archive.archive import Archive
from crmkit.core import due
from crmkit.core.run import Run
from crmkit.i18n import N_
from crmkit.queries.assigning import waiting
from crmkit.queries.work import customer_of, customers, end_of
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Conflict,
    Customer,
    Decision,
    Event,
    Fault,
    HeaderMap,
    Intake,
    Invitation,
    Mark,
    Merge,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Record,
    Return,
    Site,
    Staff,
    Step,
    Ticket,
    Touch,
    Visit,
)  # fmt: skip
from crmkit.records.conflict import OPEN
from crmkit.records.ticket import OPEN_LAST
from crmkit.records.work import utc_key


class Day(NamedTuple):
    """What there is to look at, and what was told of it so far."""

    archive: Archive
    run: Run
    day: date
    told: set[str]  # ids of the callbacks
    calls: list[Callback]  # that are due
    shared: list[str]  # ids of the customers with a number that another has too
    held: list[str]  # ids of the customers with a number on which another refused something
    people: dict[str, Customer]  # all of these
    who: Callable[[str], Customer]


def items_on(archive: Archive, run: Run, day: date) -> Iterator[due.Item]:
    """Everything to do by the end of `day`, kind by kind; of kinds that there are none of, nothing is imported."""
    calls = archive.between(Callback, "due:", f"due:{utc_key(end_of(day, run))}")
    shared, held = archive.ids("shared:"), archive.index.ids_sharing("refused", "phone")
    # all at once: kind by kind half of their shards would be read twice or more, a twelfth of `due`
    people = customers(archive, {*(one.customer for one in calls), *shared, *held})
    asked = Day(archive, run, day, set(), calls, shared, held, people, customer_of(archive, people))
    for _record_type, part in WORK:
        yield from part(asked)


def attention(archive: Archive, run: Run) -> dict[str, int]:
    """How much waits for somebody, by what it is; counted in the index, so that no record is read."""
    today = utc_key(end_of(run.now.date() - timedelta(days=1), run))
    tomorrow = utc_key(end_of(run.now.date(), run))
    return {
        N_("overdue_callbacks"): len(archive.index.ids_between("due:", f"due:{today}")),
        N_("todays_callbacks"): len(archive.index.ids_between(f"due:{today}", f"due:{tomorrow}")),
        N_("overdue_visits"): len(archive.index.ids_between("visit:", f"visit:{today}")),
        N_("todays_visits"): len(archive.index.ids_between(f"visit:{today}", f"visit:{tomorrow}")),
        N_("tickets_today"): len(archive.index.ids_between("ticket:", f"ticket:{tomorrow}")),
        N_("never_answered"): len(archive.index.ids("stopped:")),
        N_("unassigned"): len(archive.index.ids("unassigned:")),
        N_("shared_numbers"): len(archive.index.ids("shared:")),
        N_("conflicts"): len(archive.index.ids(OPEN)),
    }


def _overdue(asked: Day) -> Iterator[due.Item]:
    """The screenings that should have been made before today, and those of `day` that nobody planned."""
    archive, run, day, told, *_rest = asked
    oldest = run.now - timedelta(days=archive.settings.callback.horizon_days)
    new = archive.between(Customer, f"new:{utc_key(oldest)}", f"new:{utc_key(run.now)}")
    if new:
        from crmkit.core.assigning.screening import unscreened
        from crmkit.labels import label
        from crmkit.queries.work import timetable_of

        late = [one for one in unscreened(run, timetable_of(archive), new) if one.last_day <= day]
        for item in due.screenings(late, lambda file: archive.of(Callback, file), end_of(day, run), label):
            told.add(item.id)
            yield item


def _callbacks(asked: Day) -> Iterator[due.Item]:
    """The calls that are due and were not told as late screenings."""
    from crmkit.labels import label

    calls = [one for one in asked.calls if one.id not in asked.told]
    yield from due.callbacks(asked.run, calls, asked.who, label)


def _unanswered(asked: Day) -> Iterator[due.Item]:
    from crmkit.labels import label

    yield from due.unanswered(asked.run, asked.archive.find(Callback, "stopped:"), asked.who, label)


def _unassigned(asked: Day) -> Iterator[due.Item]:
    yield from due.unassigned(asked.run, waiting(asked.archive))


def _shared(asked: Day) -> Iterator[due.Item]:
    yield from due.shared(asked.run, (asked.people[one] for one in asked.shared if one in asked.people))


def _held(asked: Day) -> Iterator[due.Item]:
    yield from due.held(asked.run, (asked.people[one] for one in asked.held if one in asked.people))


def _rechecks(asked: Day) -> Iterator[due.Item]:
    """The numbers of the day to ask for a second time."""
    archive, run, day, *_rest = asked
    begin, end = utc_key(end_of(day - timedelta(days=1), run)), utc_key(end_of(day, run))
    collected = archive.between(Customer, f"new:{begin}", f"new:{end}")
    if collected:
        from crmkit.core.collecting import recheck

        answered = {customer.id for customer in collected if archive.of(PhoneCheck, customer.id)}
        yield from due.rechecks(recheck.due(run, collected, answered))


def _tickets(asked: Day) -> Iterator[due.Item]:
    """The promises that run out by the end of the day or are broken, and money that is to be paid back."""
    archive, run, day, *_rest = asked
    if archive.index.ids_between("ticket:", "ticket;"):
        from crmkit.labels import label
        from crmkit.queries.tickets import fault_name, open_tickets, standings, still_owing

        found = [*open_tickets(archive, end_of(day, run)), *still_owing(archive)]
        each = (
            (
                one.course.ticket,
                fault_name(archive, one.course.fault),
                one.customer,
                one.course.worker,
                one.runs_out(),
                one.money.refund_due,
            )
            for one in standings(archive, run, found)
        )
        yield from due.tickets(run, each, label)


def _plans(asked: Day) -> Iterator[due.Item]:
    """The visits of plans that are due and have no appointment, ends to be talked about, refunds to be paid."""
    archive, run, day, *_rest = asked
    if archive.index.ids_between("plan:", f"plan:{day + timedelta(days=1)}"):
        from crmkit.core.plans.taking import coming
        from crmkit.labels import label
        from crmkit.queries.plans import due_by
        from crmkit.queries.work import calendar_of

        calendar = calendar_of(archive)
        each = (
            (one, asked.who(one.plan.customer), [due for due in coming(run, calendar, one) if due[0] <= day])
            for one in due_by(archive, run, day)
        )
        yield from due.plans(run, each, label)


def _complaints(asked: Day) -> Iterator[due.Item]:
    """The complaints of which something is to be done by the end of the day, and those for which no day was set."""
    archive, run, day, *_rest = asked
    waiting = archive.between(Complaint, "complaint:", f"complaint:{utc_key(end_of(day, run))}")
    waiting += archive.find(Complaint, f"complaint:{OPEN_LAST}")
    if waiting:
        from crmkit.labels import label
        from crmkit.queries.complaints import hearing_of

        yield from due.complaints(run, [hearing_of(archive, one) for one in waiting], asked.who, label)


def _visits(asked: Day) -> Iterator[due.Item]:
    """The appointments that begin before `end`."""
    archive, run, day, *_rest = asked
    end = utc_key(end_of(day, run))
    agreed = archive.between(Visit, "visit:", f"visit:{end}")
    if agreed:
        from crmkit.labels import label
        from crmkit.queries.visits import stops_of

        stops, _left_out = stops_of(archive, run, agreed)
        yield from due.visits(run, stops, label)


def _events(asked: Day) -> Iterator[due.Item]:
    """The events of the next day."""
    archive, run, day, *_rest = asked
    soon = _starting(archive, run, day, 1)
    if soon:
        from crmkit.queries.events import guests_of

        yield from due.events(soon, lambda event: guests_of(archive, event))


def _invitations(asked: Day) -> Iterator[due.Item]:
    """The invitations to hand over to the events of the next days."""
    archive, run, day, *_rest = asked
    later = _starting(archive, run, day, archive.settings.event.deliver_days)
    if later:
        from crmkit.queries.events import guests_of

        yield from due.invitations(run, later, lambda event: guests_of(archive, event), asked.who)


def _starting(archive: Archive, run: Run, day: date, days: int) -> list[Event]:
    """The events that start from now on, until so many days after `day`."""
    end = end_of(day + timedelta(days=days), run)
    return archive.between(Event, f"starts:{utc_key(run.now)}", f"starts:{utc_key(end)}")


def _recycle_notices(asked: Day) -> Iterator[due.Item]:
    """The files that pass on to somebody else soon."""
    archive, run, *_rest = asked
    if archive.index.holds(Assignment.kind):
        from crmkit.queries.assigning import passing_on_soon

        yield from due.recycle_notices(passing_on_soon(archive, run), run.now.tzinfo)


def _by_grade(asked: Day) -> Iterator[due.Item]:
    """The letters and visits that became due by `day`, within `cadence.due_days`; all are in `customer cadence`.

    They are found by the days on which the last one can have been, or the file was collected.
    """
    archive, run, day, *_rest = asked
    from crmkit.core.care import cadence

    kept: dict[str, tuple[type[Visit | Message], str]] = {"visit": (Visit, "visited"), "letter": (Message, "letter")}
    people: dict[str, Customer] = {}
    for grade, what, first, last in cadence.last_days(run, day):
        begin, end = utc_key(end_of(first - timedelta(days=1), run)), utc_key(end_of(last, run))
        record_type, key = kept[what]
        found = archive.between(Customer, f"graded:{grade}:{begin}", f"graded:{grade}:{end}")
        had = archive.between(record_type, f"{key}:{begin}", f"{key}:{end}")
        people |= {one.id: one for one in (*found, *(asked.who(record.customer) for record in had))}
    if people:
        visits = [visit for file in people for visit in archive.of(Visit, file)]
        letters = [message for file in people for message in archive.of(Message, file)]
        dues = cadence.due(run, people.values(), cadence.care(run, visits, letters), day)
        since = day - timedelta(days=run.settings.cadence.due_days)
        yield from due.cadences(run, (one for one in dues if one.due_on > since))


# What there is to do, in the order in which it is told, each with the record type that it is about ...
WORK: tuple[tuple[type[Record], Callable[[Day], Iterator[due.Item]]], ...] = (
    (Customer, _overdue),
    (Customer, _rechecks),
    (Ticket, _tickets),
    (Complaint, _complaints),
    (Plan, _plans),
    (Callback, _callbacks),
    (Visit, _visits),
    (Event, _events),
    (Invitation, _invitations),
    (Callback, _unanswered),
    (Customer, _unassigned),
    (Customer, _recycle_notices),
    (Customer, _by_grade),
    (Customer, _shared),
    (Customer, _held),
)
# ... and those with which there is nothing to do by themselves.
NOTHING_DUE: frozenset[type[Record]] = frozenset(
    (Touch, PhoneCheck, Decision, Merge, Call, Card, Order, Staff, Site, Product, HeaderMap, Intake, Conflict,
     Assignment, Payment, Return, Message, Note, Mark, Fault, Step)
)  # fmt: skip
