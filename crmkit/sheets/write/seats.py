"""The seat list of an event, to print and tick at the door."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crmkit.core.events.events import state_of
from crmkit.core.people.reach import number_or_why
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Customer, Event, Invitation
from crmkit.records.settings import Settings
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.invitations import when
from crmkit.sheets.write.layout import Column


def seat_list(
    event: Event, guests: Sequence[Invitation], people: Mapping[str, Customer], settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """`guests` as a table with an empty column to tick; `people` are their customers by id of the invitation."""
    name = " ".join(part for part in (event.code, event.name, when(event, made_at), event.place) if part)
    book = Workbook(title=name, font=settings.report.font, made_at=made_at)
    columns = [
        Column(_("Seat")), Column(_("Number")), Column(_("Name")), Column(_("Phone")),
        Column(_("Companions"), "count"), Column(_("State")), Column(_("Old guest")), Column(_("Came")),
        Column(_("Note"), widest=24),
    ]  # fmt: skip
    book.table(_("Seat list"), columns, [_line(event, guest, people[guest.id], made_at) for guest in guests])
    return book


def _line(event: Event, guest: Invitation, person: Customer, now: datetime) -> list[object]:
    came = guest.attended_at is not None
    return [
        guest.seat,
        guest.number,
        person.name,
        number_or_why(person, label),
        guest.came if came else guest.companions,
        label(state_of(guest, event, now)),
        yes(guest.buyer),
        "✓" if came else "☐",
        guest.note,
    ]
