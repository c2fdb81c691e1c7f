"""Events (docs.md: Events): whom we invited, who came, what they bought. All count on the day of the event."""

from collections.abc import Iterable, Iterator

from crmkit.core.events.events import attended, stands, state_of
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.snapshot import Snapshot
from crmkit.records import Event, Invitation, Order


def in_period(events: Iterable[Event], period: Period) -> dict[str, Event]:
    """Event id → event, of those that start in the period and were not cancelled."""
    return {one.id: one for one in events if one.cancelled_at is None and one.starts_at in period}


def held(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Events of the period, their invitations that stand, and the orders placed at them.

    events; invited, invitations-delivered, invitations-accepted, invitations-declined, attended, absent; of the guests
    who came: old-guests (had bought before they were invited), new-guests, guest-buyers (ordered at the event);
    event-orders with their totals.
    """
    events = in_period(snapshot[Event], period)
    for event in events.values():
        yield Fact("events", event.id, period.day(event.starts_at))
    orders = [one for one in snapshot[Order] if one.event_id in events and one.cancelled_at is None]
    for order in orders:
        day = period.day(events[order.event_id].starts_at)
        yield Fact("event-orders", order.id, day, order.by, amount=order.total or 0)
    bought = {(order.event_id, order.customer) for order in orders}
    for one in snapshot[Invitation]:
        if one.event_id not in events or not stands(one):
            continue
        event = events[one.event_id]
        came = attended(one)
        measures = {
            "invited": True,
            "invitations-delivered": one.delivered_at is not None,
            "invitations-accepted": one.answer == "accepted",
            "invitations-declined": one.answer == "declined",
            "attended": came,
            "absent": state_of(one, event, period.now) == "absent",
            "old-guests": came and one.buyer,
            "new-guests": came and not one.buyer,
            "guest-buyers": came and (event.id, one.customer) in bought,
        }
        for measure, counts in measures.items():
            if counts:
                yield Fact(measure, one.id, period.day(event.starts_at), one.by)
