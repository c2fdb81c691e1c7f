"""An event on Saturday 2026-12-05 at 9:00, with guests who have numbers as operator LN writes them."""

from crmkit.core.numbers.invitation_numbers import next_number
from crmkit.records import Event, Invitation, Order
from tests.core import desk

EVENT_ID = "G2611-00000001"
DAY = desk.at("2026-12-05 08:40")
AFTER = desk.at("2026-12-06 10:00")


def an_event(**fields: object) -> Event:
    """The event 1205A, until 11:30."""
    known: dict[str, object] = {
        "id": EVENT_ID,
        "code": "1205A",
        "name": "科普会",
        "starts_at": desk.at("2026-12-05 09:00"),
        "ends_at": desk.at("2026-12-05 11:30"),
    }
    return Event(**(known | fields))


def a_guest(number: int = 1, **fields: object) -> Invitation:
    """The invitation of customer `number` to that event."""
    known: dict[str, object] = {
        "id": f"N2611-{number:08}",
        "event_id": EVENT_ID,
        "customer": f"C2611-{number:08}",
        "number": next_number("1205A-LN", [f"1205A-LN{number - 1:03}-X"]),
    }
    return Invitation(**(known | fields))


def an_order(number: int, guest: int, **fields: object) -> Order:
    """What a customer bought at that event, for 1,000 yuan."""
    known: dict[str, object] = {
        "id": f"O2612-{number:08}",
        "customer": f"C2611-{guest:08}",
        "ordered_on": DAY.date(),
        "event_id": EVENT_ID,
        "total": 100_000,
    }
    return Order(**(known | fields))
