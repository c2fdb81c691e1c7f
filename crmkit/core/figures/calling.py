"""Callbacks, calls, messages, and the care that a staff member took of people (docs.md: Calls, Customers, Figures)."""

from collections.abc import Iterable, Iterator
from datetime import date

from crmkit.core.calendar.hours import Timetable
from crmkit.core.calling import calls
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.figures.screening import purposes
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Message, Order, Visit
from crmkit.records.work import OUTCOMES

# Care asks nothing of the person: a message, a call for one of these that reached them, a courtesy visit; or whatever
# is planned for somebody who has bought.
CARE_CALLS = ("greeting", "thanks", "cadence")
CARE_VISIT = "courtesy"


def finished(snapshot: Snapshot) -> dict[str, Call]:
    """Callback id → the call that finished it."""

    def found() -> dict[str, Call]:
        made = {call.id: call for call in snapshot[Call]}
        return {one.id: made[one.call] for one in snapshot[Callback] if one.state == "done" and one.call in made}

    return snapshot.once("finished callbacks", found)


def first_calls(snapshot: Snapshot) -> frozenset[str]:
    """The ids of the calls at which each person was reached for the first time."""
    return snapshot.once("first calls", lambda: calls.first_calls(snapshot[Call]))


def on_time(callback: Callback, call: Call | None, period: Period) -> bool:
    """Whether a callback was done by the end of the day on which it was due."""
    return call is not None and period.day(call.at) <= period.day(callback.due_at)


def planned(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Callbacks due in the period, by result; `finished`: done in the period, whenever they were due.

    One that is done counts for whoever called, any other for its owner.
    """
    done = finished(snapshot)
    for one in snapshot[Callback]:
        call = done.get(one.id)
        who = (call.by if call is not None else "") or one.owner
        if call is not None and call.at in period:
            yield Fact("finished", one.id, period.day(call.at), who)
        if one.due_at not in period:
            continue
        measures = {
            "planned": True,
            "cancelled": one.state == "cancelled",
            "due": one.state != "cancelled",
            "done": one.state == "done",
            "on-time": on_time(one, call, period),
            "overdue": not one.state and one.due_at < period.now,
        }
        for measure, counts in measures.items():
            if counts:
                yield Fact(measure, one.id, period.day(one.due_at), who)


def called(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterator[Fact]:
    """Calls, each also under its outcome and its marks.

    first-calls (at which a person was reached for the first time), long (of those: over `calls.screening_minutes`),
    quiet-hours (begun by us outside `hours.open`).
    """
    first = first_calls(snapshot)
    for one in snapshot[Call]:
        if one.at in period:
            marked = calls.marks(run, one, timetable, first=one.id in first)
            known = {one.outcome} & set(OUTCOMES)  # another program may have written anything
            for measure in ("calls", *known, *(["first-calls"] if one.id in first else ()), *marked):
                yield Fact(measure, one.id, period.day(one.at), one.by)


def sent(messages: Iterable[Message], period: Period) -> Iterator[Fact]:
    """Messages handed to the gateway, each a contact of the staff member who sent it (docs.md: Customers)."""
    for one in messages:
        if one.at in period:
            yield Fact("messages", one.id, period.day(one.at), one.by)


def cared(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Care contacts: messages, courtesy visits made, planned calls that reached the person.

    A planned call is one if it was for CARE_CALLS, or if the person had bought by then: every callback to an old
    customer is care.
    """
    bought: dict[str, date] = {}
    for order in snapshot[Order]:
        if order.cancelled_at is None:
            bought[order.customer] = min(bought.get(order.customer, order.ordered_on), order.ordered_on)
    for message in snapshot[Message]:
        if message.at in period:
            yield Fact("care", message.id, period.day(message.at), message.by)
    planned_for = purposes(snapshot)
    for call in snapshot[Call]:
        if call.callback not in planned_for or call.outcome != "reached" or call.at not in period:
            continue
        day = period.day(call.at)
        if planned_for[call.callback] in CARE_CALLS or bought.get(call.customer, date.max) <= day:
            yield Fact("care", call.id, day, call.by)
    for visit in snapshot[Visit]:
        if visit.begins_at in period and visit.state == "done" and visit.purpose == CARE_VISIT:
            yield Fact("care", visit.id, period.day(visit.begins_at), visit.by)
