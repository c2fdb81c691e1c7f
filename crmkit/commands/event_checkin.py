"""`crmkit event`: the evening before and the day itself: reminders, check-in, seats."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.options import Companions, EventCode, InvitationNumber
from crmkit.commands.kit.walk import Context, Listing, listing, writer
from crmkit.core.events import checkin
from crmkit.core.events.events import announcement, eve_window, expected, must_be_coming, reminded
from crmkit.core.people.reach import barred
from crmkit.i18n import _
from crmkit.queries.events import find_event, find_guest, guest_row, guest_rows, guests_of  # fmt: skip
from crmkit.queries.finding import holder_of
from crmkit.queries.work import with_callbacks
from crmkit.records import Event, Invitation
from crmkit.records.change import Change, together
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook

EVE_COLUMNS = ("number", "customer", "name", "phone", "companions", "state", "owner", "note", "id")
SEAT_COLUMNS = ("seat", "number", "name", "companions", "state", "note", "id")


@listing(_("Whom to remind the evening before. Example: crmkit event eve 1205A"), EVE_COLUMNS)
def eve(ctx: Context, code: EventCode) -> list[Row]:
    """List who holds an invitation or accepted it, and may be called."""
    archive, run = ctx.archive, ctx.run
    event = find_event(archive, code)
    must_be_coming(event, run.now)
    rows = []
    for guest in filter(reminded, guests_of(archive, event)):
        person = holder_of(archive, guest.customer)
        if not barred(run, person, "event-eve"):
            rows.append({**guest_row(archive, run, event, guest), "owner": person.owner or guest.by})
    first, last = eve_window(run, event)
    ctx.tell(_("call on {first:%Y-%m-%d} between {first:%H:%M} and {last:%H:%M}").format(first=first, last=last))
    ctx.tell(*announcement(run, event))
    return rows


@writer(
    _("A guest comes in. Example: crmkit event checkin 1205A 1205A-LN042-K"),
    many="number",
    counted="",
    shared=("code",),
    form="N",
    then=lambda archive, run, change: with_callbacks(archive, run, together(change, _crowded(archive, change))),
)
def checkin_(
    ctx: Context,
    code: EventCode,
    number: InvitationNumber,
    companions: Companions = None,
    seat: Annotated[str, typer.Option("--seat", help=_("For example 12, 12-14 or A3."))] = "",
) -> Change:
    """Let a guest in by number, as a scanner gives it, or by name; or all whom a filled seat list says to have come.

    Companions come as announced where none are given.
    """
    event = find_event(ctx.archive, code)
    guest = find_guest(ctx.archive, event, number)
    # the others matter only where a seat may be theirs, or another invitation the guest's
    guests = guests_of(ctx.archive, event) if seat or guest.seat or guest.state else [guest]
    change = checkin.enter(ctx.run, event, guests, guest, companions=companions, seat=seat)
    known = ctx.batch and not change.puts  # of a list that comes twice nobody is named
    return msgspec.structs.replace(change, notes=()) if known else change


def _crowded(archive: Archive, change: Change) -> Change:
    """What is to be said once of an event to which more came than there are seats."""
    events = dict.fromkeys(one.event_id for one in change.puts if isinstance(one, Invitation))
    told = (checkin.crowded(event, guests_of(archive, event)) for event in (archive.get(Event, one) for one in events))
    return Change(notes=tuple(note for note in told if note))


@writer(_("Give seats to those who have none. Example: crmkit event assign 1205A"), tells=False)
def assign(ctx: Context, code: EventCode) -> Change:
    """Give seats to everybody who is expected and has none, in the order of their numbers."""
    ctx.counting = True
    event = find_event(ctx.archive, code)
    return checkin.seat_guests(event, guests_of(ctx.archive, event))


@listing(_("The seat list. Example: crmkit event seats 1205A -o seats.xlsx"))
def seats(ctx: Context, code: EventCode) -> Listing:
    """List everybody who is expected by seat; as a workbook (-o) to print, or to fill in and give back to checkin."""
    event = find_event(ctx.archive, code)
    guests = sorted(filter(expected, guests_of(ctx.archive, event)), key=checkin.by_seat)
    people = {guest.id: holder_of(ctx.archive, guest.customer) for guest in guests}

    def to_fill_in() -> "Workbook":
        from crmkit.sheets.write.seats import seat_list

        return seat_list(event, guests, people, ctx.run.settings, ctx.run.now)

    return Listing(guest_rows(ctx.archive, ctx.run, event, guests), SEAT_COLUMNS, book=to_fill_in)
