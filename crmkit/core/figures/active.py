"""What rates are counted by: customers active and units in service when a period began (docs.md: Figures).

Of a period without a beginning there are none.
"""

from datetime import date, timedelta

from crmkit.core.calendar.spans import months_after
from crmkit.core.figures.counting import Period
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Order, Step, Visit

MONTHS = 12  # within which somebody bought or was served
SERVED = ("work", "solve", "replace", "report", "use")  # steps of tickets and plans at which a customer is served


def customers_active(snapshot: Snapshot, period: Period) -> list[str]:
    """The ids of the customers who bought or were served in the MONTHS before the period."""
    if period.first == date.min:
        return []
    return active_between(snapshot, period, months_after(period.first, -MONTHS), period.first)


def active_between(snapshot: Snapshot, period: Period, since: date, before: date) -> list[str]:
    """The ids of those who bought or were served from `since` on, before the day `before`."""
    found: dict[str, None] = {}
    within = Period(since, before - timedelta(days=1), period.now)
    for order in snapshot[Order]:
        if order.ordered_on in within:
            gone = order.cancelled_at is not None and period.day(order.cancelled_at) < before
            if not gone:
                found[order.customer] = None
    for step in snapshot[Step]:
        if step.what in SERVED and step.at in within:
            found[step.customer] = None
    for visit in snapshot[Visit]:
        if visit.state == "done" and visit.begins_at in within:
            found[visit.customer] = None
    people = (snapshot.person(identifier) for identifier in found)
    return list(dict.fromkeys(person.id for person in people if person is not None))


def units_in_service(snapshot: Snapshot, period: Period) -> list[str]:
    """The ids of the cards that stood when the period began: bought before it, and not replaced or void yet."""
    if period.first == date.min:
        return []
    made = {card.id: card.created_at for card in snapshot[Card]}

    def bought(card: Card) -> date | None:
        return card.bought_on or (period.day(card.created_at) if card.created_at is not None else None)

    def gone(card: Card) -> bool:
        at = made.get(card.replaced_by) or card.updated_at
        return bool(card.state) and (at is None or period.begins_after(at))

    return [card.id for card in snapshot[Card] if (day := bought(card)) and day < period.first and not gone(card)]
