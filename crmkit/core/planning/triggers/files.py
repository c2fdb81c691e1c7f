"""Files that come in, and callbacks that lead to another."""

from collections.abc import Iterator
from datetime import datetime

from crmkit.core.planning.triggers.trigger import Trigger
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Card, Customer


def files(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every file, at its collection, else when it was written; a merged one counts for its survivor."""
    for file in snapshot[Customer]:
        at = file.collected_at or file.created_at or run.now
        person = snapshot.person(file.id)
        if person is not None:
            yield Trigger(file.id, person.id, at.astimezone(run.now.tzinfo), source=file.source)


def undated(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Files of which nobody knows since when they are there count from today, every day."""
    return ((one.id, run.now) for one in snapshot[Customer] if not (one.collected_at or one.created_at))


def finished(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every callback that reached the person, at the time of that call, unless its order or card is gone."""
    calls = {call.id: call for call in snapshot[Call]}
    gone = snapshot.ledgers.keys() - {ledger.order.id for ledger in snapshot.standing_orders}
    gone |= {card.id for card in snapshot[Card] if card.state}
    for callback in snapshot[Callback]:
        call = calls.get(callback.call)
        reached = callback.state == "done" and call is not None and call.outcome == "reached"
        if call is not None and reached and callback.about not in gone:
            at = call.at.astimezone(run.now.tzinfo)
            yield Trigger(callback.id, callback.customer, at, purpose=callback.purpose, about=callback.about)
