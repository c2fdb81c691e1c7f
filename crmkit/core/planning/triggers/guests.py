"""Guests of an event, before it and after it (docs.md: Calls, Events)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from crmkit.core.events import events
from crmkit.core.events.event_figures import not_bought
from crmkit.core.planning.triggers.trigger import Trigger
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Event, Invitation


def invitations(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every invitation to an event to come that was not declined, on the day of the event.

    Its dates are all that day: `unanswered` and `undelivered` while that is so, `coming` for whoever is to be
    reminded the evening before.
    """
    coming = {event.id: event for event in snapshot[Event] if events.state_on(event, run.now) == "coming"}
    for guest in snapshot[Invitation]:
        event = coming.get(guest.event_id)
        if event is None or not events.expected(guest):
            continue
        day = event.starts_at.astimezone(run.now.tzinfo).date()
        needs = {
            "unanswered": not guest.answer,
            "undelivered": guest.delivered_at is None,
            "coming": events.reminded(guest),
        }
        at = (guest.created_at or run.now).astimezone(run.now.tzinfo)
        dates = {name: day for name, holds in needs.items() if holds}
        yield Trigger(guest.id, guest.customer, at, day=day, about=guest.id, by=guest.by, dates=dates)


def attendances(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every guest who came to an event that is over and bought nothing there, at its end.

    An event that ends at midnight, as one without an end does, belongs to the day before.
    """
    guests: dict[str, list[Invitation]] = defaultdict(list)
    for guest in snapshot[Invitation]:
        guests[guest.event_id].append(guest)
    orders = [ledger.order for ledger in snapshot.standing_orders]
    for event in snapshot[Event]:
        if events.state_on(event, run.now) == "held":
            at = (events.over_at(event, run.now) - timedelta(seconds=1)).astimezone(run.now.tzinfo)
            for guest in not_bought(event, guests[event.id], orders):
                yield Trigger(guest.id, guest.customer, at, about=guest.id, by=guest.by)


def awaited(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Every guest of an event to come, for its end: until then it is one thing, after it another."""
    coming = {event.id: event for event in snapshot[Event] if events.state_on(event, run.now) == "coming"}
    for guest in snapshot[Invitation]:
        if guest.event_id in coming:
            yield guest.customer, events.over_at(coming[guest.event_id], run.now) if guest.created_at else run.now
