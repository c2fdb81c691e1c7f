"""What comes back: birthdays, wedding days and festivals, and the next contact after the last.

See docs.md: Calls, Customers.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from zlib import crc32

from crmkit.core.calendar.occasions import BIRTHDAY, FESTIVAL, WEDDING, Occasion, festivals, occurrences
from crmkit.core.calendar.spans import parse_span
from crmkit.core.planning.triggers.trigger import Trigger, start
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Customer, Message, Visit

YEARLY = ("birthday", "wedding", "festival")  # kinds of triggers
DAYS = {"d": 1, "w": 7, "m": 31}  # at most, by the unit of a span
DAYS_OFF = 14  # so far a rule may move a call off days without work


def birthdays(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every birthday within the horizon."""
    yield from _ungreeted(run, snapshot, lambda one: occurrences(BIRTHDAY, one.birthday, *_window(run)))


def weddings(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every wedding day within the horizon."""
    yield from _ungreeted(run, snapshot, lambda one: occurrences(WEDDING, one.wedding_day, *_window(run)))


def holidays(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every festival within the horizon, for every customer."""
    days = festivals(run.settings.occasion.festivals, *_window(run))
    yield from _ungreeted(run, snapshot, lambda _one: days)


def contacts(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Each customer's latest contact: a call that was answered or a visit, else the collection of the file."""
    latest = {
        one.id: (one.collected_at or one.created_at or run.now).astimezone(run.now.tzinfo)
        for one in snapshot.customers.values()
    }
    talks = [(call.customer, call.at) for call in snapshot[Call] if call.outcome == "reached"]
    talks += [
        (visit.customer, visit.finished_at or visit.ends_at) for visit in snapshot[Visit] if visit.state == "done"
    ]
    for name, at in talks:
        person = snapshot.person(name)
        if person is not None:
            latest[person.id] = max(latest[person.id], at.astimezone(run.now.tzinfo))
    for customer, at in latest.items():
        yield Trigger(customer, customer, at, day=at.date(), recurs=True, grade=snapshot.customers[customer].grade)


def awaited(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Every customer, for the day on which an occasion that is beyond the horizon today can be one to plan.

    All would come on one day where all were looked at on one: some are looked at up to half of that time earlier.
    """
    rows = [row for row in run.settings.callback.rules if row.trigger in YEARLY and not row.off]
    spans = [parse_span(text) for row in rows for text in (row.due, row.latest) if text]
    lead = max(abs(one.number) * DAYS.get(one.unit, 0) for one in spans) + DAYS_OFF
    days = run.settings.callback.horizon_days - run.settings.callback.ahead_days - lead
    for customer in snapshot.customers:
        spread = crc32(customer.encode()) % max(1, days // 2)
        yield customer, run.now + timedelta(days=max(0, days - spread))


def _ungreeted(
    run: Run, snapshot: Snapshot, days_of: Callable[[Customer], Iterable[Occasion]]
) -> Iterator[Trigger]:  # fmt: skip
    """The occasions of every customer for which no message was sent: a person is greeted once."""
    senders = ((snapshot.person(message.customer), message.occasion) for message in snapshot[Message])
    horizon = timedelta(days=run.settings.callback.horizon_days)
    greeted = {(person.id, occasion) for person, occasion in senders if person is not None}

    @cache  # of a festival the same for everybody: made and kept once
    def term(day: date) -> tuple[datetime, datetime]:
        return start(run, day), start(run, day + horizon + timedelta(days=1))

    for customer in snapshot.customers.values():
        for occasion in days_of(customer):
            if (customer.id, occasion.key) not in greeted:
                at, ends = term(occasion.day)
                yield Trigger(
                    customer.id, customer.id, at, day=occasion.day, recurs=True,
                    name=occasion.name.removeprefix(FESTIVAL), grade=customer.grade, ends=ends,
                )  # fmt: skip


def _window(run: Run) -> tuple[date, date]:
    """As far back as anything is planned, and as far ahead: a clock set back cancels nothing."""
    horizon = timedelta(days=run.settings.callback.horizon_days)
    return run.now.date() - horizon, run.now.date() + horizon
