"""`crmkit event`: events (会议). Invitations are in `event_invite` and `event_reply`, the day in `event_checkin`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.options import EventCode, Name, Note, Reason, Sets, Unsets
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.events import event_figures, events
from crmkit.core.events.invitations import taken
from crmkit.core.numbers.invitation_numbers import event_code
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.events import find_event, guests_of, orders_of
from crmkit.queries.work import with_callbacks
from crmkit.records import Event, Invitation
from crmkit.records.change import Change
from crmkit.records.event import EVENT_KINDS
from crmkit.records.typed import Code
from crmkit.records.work import utc_key
from crmkit.result import Row, row

COLUMNS = ("code", "kind", "name", "starts_at", "place", "speaker", "capacity", "invited", "taken", "state", "id")

Starts = Annotated[str, typer.Option("--starts", metavar="WHEN", help=_('For example "2026-12-05 09:00".'))]
Ends = Annotated[str, typer.Option("--ends", metavar="WHEN", help=_("A time alone is on the day it starts; +3h."))]


@writer(_('Plan one. Example: crmkit event add --code 1205A --name 科普会 --starts "2026-12-05 09:00"'))
def add(
    ctx: Context,
    code: options.Code,
    starts: Starts,
    ends: Ends = "",
    name: Name = "",
    kind: Annotated[str, typer.Option("--kind", metavar="|".join(EVENT_KINDS))] = "",
    place: Annotated[str, typer.Option("--place")] = "",
    capacity: Annotated[str, typer.Option("--capacity", metavar="N", help=_("Seats, companions included."))] = "",
    route: Annotated[str, typer.Option("--route", help=_("How to get there."))] = "",
    speaker: Annotated[str, typer.Option("--speaker")] = "",
    old: Annotated[str, typer.Option("--old", metavar="N", help=_("Guests planned who have bought before."))] = "",
    new: Annotated[str, typer.Option("--new", metavar="N", help=_("Guests planned who have not."))] = "",
    note: Note = "",
    past: Annotated[bool, typer.Option("--past", help=_("It was held already."))] = False,
) -> Change:
    """Plan an event."""
    typed = {"name": name, "kind": kind, "place": place, "capacity": capacity, "route": route, "speaker": speaker}
    typed |= {"target_old": old, "target_new": new, "note": note}
    starts_at, ends_at = _times(ctx.run, starts, ends)
    namesakes = ctx.archive.find(Event, f"event:{event_code(code).casefold()}")
    return events.add(ctx.run, code, typed, starts_at, ends_at, taken=namesakes, past=past)


@listing(_("List events in the order of their days. Example: crmkit event list --coming"), COLUMNS)
def list_(
    ctx: Context,
    coming: Annotated[bool, typer.Option("--coming", help=_("Only those not over and not cancelled."))] = False,
    past: Annotated[bool, typer.Option("--past", help=_("Only those that were held."))] = False,
) -> Iterable[Row]:
    """List events."""
    if coming and past:
        raise UsageError(_("either --coming or --past"))
    wanted = ("coming",) if coming else ("held",) if past else events.STATES
    found = [one for one in ctx.archive.all(Event) if events.state_on(one, ctx.run.now) in wanted]
    found.sort(key=lambda one: (utc_key(one.starts_at), one.code))
    return [_shown(ctx.run, event, guests_of(ctx.archive, event)) for event in found]


@showing(_("One event with its figures. Example: crmkit event show 1205A"))
def show(ctx: Context, code: EventCode) -> Row:
    """Show one event."""
    event = find_event(ctx.archive, code)
    guests = guests_of(ctx.archive, event)
    counted = event_figures.figures(ctx.run, event, guests, orders_of(ctx.archive, event))
    return _shown(ctx.run, event, guests) | {one.measure: one.count for one in counted}


@writer(_("Change fields. Example: crmkit event edit 1205A --set weather='Snow: wear warm shoes'"), tells=False)
def edit(ctx: Context, code: EventCode, sets: Sets = None, unsets: Unsets = None) -> Change:
    """Change fields of an event; its time is changed with `move`."""
    return events.edit(find_event(ctx.archive, code), sets or (), unsets or ())


@writer(_('To another time. Example: crmkit event move 1205A --starts "2026-12-12 09:00"'), then=with_callbacks)
def move(ctx: Context, code: EventCode, starts: Starts, ends: Ends = "") -> Change:
    """Move an event; it stays as long as it was unless --ends is given."""
    event = find_event(ctx.archive, code)
    return events.move(ctx.run, event, *_times(ctx.run, starts, ends), guests_of(ctx.archive, event))


@writer(_('It does not take place. Example: crmkit event cancel 1205A --reason "hall not free"'), then=with_callbacks)
def cancel(ctx: Context, code: EventCode, reason: Reason = "") -> Change:
    """Cancel an event."""
    event = find_event(ctx.archive, code)
    return events.cancel(ctx.run, event, reason, guests_of(ctx.archive, event))


def _times(run: Run, starts: str, ends: str) -> tuple[datetime, datetime | None]:
    starts_at = parse_moment(starts, run.now)
    return starts_at, parse_moment(ends, starts_at) if ends else None


def _shown(run: Run, event: Event, guests: list[Invitation]) -> Row:
    """An event as its row: with its state, how many are invited, and the seats taken."""
    invited = sum(events.stands(guest) for guest in guests)
    return row(event, state=Code(events.state_on(event, run.now)), invited=invited, taken=taken(guests))
