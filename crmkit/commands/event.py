"""`crmkit event`: events (会议). Invitations are in `event_invite` and `event_reply`, the day itself in `event_day`."""

from datetime import datetime
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, Listed, Session, get_session, written
from crmkit.commands.kit.options import EventCode
from crmkit.commands.kit.options import Sets as Set
from crmkit.commands.kit.options import Unsets as Unset
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_moment, spoken
from crmkit.core.events import events
from crmkit.core.events.event_figures import figures
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

COLUMNS = ("code", "kind", "name", "starts_at", "place", "speaker", "capacity", "invited", "taken", "state")

Starts = Annotated[str, typer.Option("--starts", metavar="WHEN", help=_('For example "2026-12-05 09:00".'))]
Ends = Annotated[str, typer.Option("--ends", metavar="WHEN", help=_("A time alone is on the day it starts; +3h."))]


@verb(_('Plan one. Example: crmkit event add --code 1205A --name 科普会 --starts "2026-12-05 09:00"'))
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Option("--code", help=_("Stands on every invitation: 1 to 8 letters or digits."))],
    starts: Starts,
    ends: Ends = "",
    name: Annotated[str, typer.Option("--name")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="|".join(EVENT_KINDS))] = "",
    place: Annotated[str, typer.Option("--place")] = "",
    capacity: Annotated[str, typer.Option("--capacity", metavar="N", help=_("Seats, companions included."))] = "",
    route: Annotated[str, typer.Option("--route", help=_("How to get there."))] = "",
    speaker: Annotated[str, typer.Option("--speaker")] = "",
    old: Annotated[str, typer.Option("--old", metavar="N", help=_("Guests planned who have bought before."))] = "",
    new: Annotated[str, typer.Option("--new", metavar="N", help=_("Guests planned who have not."))] = "",
    note: Annotated[str, typer.Option("--note")] = "",
    past: Annotated[bool, typer.Option("--past", help=_("It was held already."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Plan an event."""
    typed = {"name": name, "kind": kind, "place": place, "capacity": capacity, "route": route, "speaker": speaker}
    typed |= {"target_old": old, "target_new": new, "note": note}
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        starts_at, ends_at = _times(run, starts, ends)
        namesakes = archive.find(Event, f"event:{event_code(code).casefold()}")
        change = events.add(run, code, typed, starts_at, ends_at, taken=namesakes, past=past)
        done = session.commit(archive, run, change, "event add")
    _say_when(session, run, change)
    written(session, done, fmt)


@verb(_("List events in the order of their days. Example: crmkit event list --coming"))
def list_(
    ctx: typer.Context,
    coming: Annotated[bool, typer.Option("--coming", help=_("Only those not over and not cancelled."))] = False,
    past: Annotated[bool, typer.Option("--past", help=_("Only those that were held."))] = False,
    fmt: Listed = "",
) -> None:
    """List events."""
    if coming and past:
        raise UsageError(_("either --coming or --past"))
    wanted = ("coming",) if coming else ("held",) if past else events.STATES
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        found = [one for one in archive.all(Event) if events.state_on(one, run.now) in wanted]
        found.sort(key=lambda one: (utc_key(one.starts_at), one.code))
        rows = [_shown(run, event, guests_of(archive, event)) for event in found]
    render.rows(rows, COLUMNS, fmt)


@verb(_("One event with its figures. Example: crmkit event show 1205A"))
def show(ctx: typer.Context, code: EventCode, fmt: Format = "") -> None:
    """Show one event."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        guests = guests_of(archive, event)
        counted = figures(run, event, guests, orders_of(archive, event))
        item = _shown(run, event, guests) | {one.measure: one.count for one in counted}
    render.one(item, fmt)


@verb(_("Change fields. Example: crmkit event edit 1205A --set weather='Snow: wear warm shoes'"))
def edit(
    ctx: typer.Context,
    code: EventCode,
    sets: Set = None,
    unsets: Unset = None,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Change fields of an event; its time is changed with `move`."""
    with changing(ctx, "event edit", dry_run, fmt) as (archive, _run, decide):
        decide(events.edit(find_event(archive, code), sets or (), unsets or ()))


@verb(_('To another time. Example: crmkit event move 1205A --starts "2026-12-12 09:00"'))
def move(
    ctx: typer.Context, code: EventCode, starts: Starts, ends: Ends = "", dry_run: DryRun = False, fmt: Format = ""
) -> None:
    """Move an event; it stays as long as it was unless --ends is given."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        moved = events.move(run, event, *_times(run, starts, ends), guests_of(archive, event))
        change = with_callbacks(archive, run, moved)
        done = session.commit(archive, run, change, "event move")
    _say_when(session, run, change)
    written(session, done, fmt)


@verb(_('It does not take place. Example: crmkit event cancel 1205A --reason "hall not free"'))
def cancel(
    ctx: typer.Context,
    code: EventCode,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Cancel an event."""
    with changing(ctx, "event cancel", dry_run, fmt) as (archive, run, decide):
        event = find_event(archive, code)
        decide(with_callbacks(archive, run, events.cancel(run, event, reason, guests_of(archive, event))))


def _times(run: Run, starts: str, ends: str) -> tuple[datetime, datetime | None]:
    starts_at = parse_moment(starts, run.now)
    return starts_at, parse_moment(ends, starts_at) if ends else None


def _say_when(session: Session, run: Run, change: Change) -> None:
    for record in change.puts:
        if isinstance(record, Event):
            session.say(_("{code} starts {when}").format(code=record.code, when=spoken(record.starts_at, run.now)))


def _shown(run: Run, event: Event, guests: list[Invitation]) -> Row:
    """An event as its row: with its state, how many are invited, and the seats taken."""
    invited = sum(events.stands(guest) for guest in guests)
    return row(event, state=Code(events.state_on(event, run.now)), invited=invited, taken=taken(guests))
