"""The guests of an event, to check in at the door: a table to fill in, and a list to print with codes to scan."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crmkit.core.events.events import state_of
from crmkit.core.people.reach import number_or_why
from crmkit.labels import label, yes
from crmkit.records import Customer, Event, Invitation
from crmkit.records.settings import Settings
from crmkit.sheets.read.staff_sheets import GUESTS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.invitations import when
from crmkit.sheets.write.staff_sheets import staff_book


def seat_list(
    event: Event, guests: Sequence[Invitation], people: Mapping[str, Customer], settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """`guests` in this order; `people` are their customers by id of the invitation."""
    title = " ".join(part for part in (event.code, event.name, when(event, made_at), event.place) if part)
    rows = [_row(event, guest, people[guest.id], made_at) for guest in guests]
    return staff_book(GUESTS, rows, title, settings, made_at)


def _row(event: Event, guest: Invitation, person: Customer, now: datetime) -> dict[str, object]:
    came = guest.attended_at is not None
    return {
        "placed": guest.seat, "number": guest.number, "name": person.name, "dial": number_or_why(person, label),
        "invited_with": guest.came if came else guest.companions, "state": label(state_of(guest, event, now)),
        "buyer": yes(guest.buyer), "note": guest.note,
    }  # fmt: skip
