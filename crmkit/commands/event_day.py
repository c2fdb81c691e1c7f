"""`crmkit event`: the evening before and the day itself: reminders, check-in, seats."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, Listed, get_session, written
from crmkit.commands.kit.lines import BatchLines, Line, RejectedLines, converted, json_object
from crmkit.commands.kit.options import EventCode
from crmkit.commands.kit.verbs import verb
from crmkit.core.events import checkin as door
from crmkit.core.events.events import announcement, eve_window, expected, must_be_coming, reminded
from crmkit.core.people.reach import barred
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.events import find_event, find_guest, guest_row, guest_rows, guests_of  # fmt: skip
from crmkit.queries.finding import holder_of
from crmkit.queries.work import with_callbacks

EVE_COLUMNS = ("number", "customer", "name", "phone", "companions", "state", "owner", "note")
SEAT_COLUMNS = ("seat", "number", "name", "companions", "state", "note")


class ArrivalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One guest who comes in, as in a JSON line."""

    number: str
    companions: int | None = None
    seat: str = ""


@verb(_("Whom to remind the evening before. Example: crmkit event eve 1205A"))
def eve(ctx: typer.Context, code: EventCode, fmt: Listed = "") -> None:
    """List who holds an invitation or accepted it, and may be called."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        must_be_coming(event, run.now)
        rows = []
        for guest in filter(reminded, guests_of(archive, event)):
            person = holder_of(archive, guest.customer)
            if not barred(run, person, "event-eve"):
                rows.append({**guest_row(archive, run, event, guest), "owner": person.owner or guest.by})
        first, last = eve_window(run, event)
    session.say(_("call on {first:%Y-%m-%d} between {first:%H:%M} and {last:%H:%M}").format(first=first, last=last))
    session.say(*announcement(run, event))
    render.rows(rows, EVE_COLUMNS, fmt)


@verb(_("A guest comes in. Example: crmkit event checkin 1205A 1205A-LN042-K"))
def checkin(
    ctx: typer.Context,
    code: EventCode,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=_("Invitation number; - reads many, one a line."))],
    companions: Annotated[
        int | None, typer.Option("--companions", metavar="N", help=_("Who came along; by default as announced."))
    ] = None,
    seat: Annotated[str, typer.Option("--seat", help=_("For example 12, 12-14 or A3."))] = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Let a guest in by number; with `-` each line is a number as a scanner gives it, or a JSON object."""
    if number == "-" and (companions is not None or seat):
        raise UsageError(_("either - or the number of one invitation"))
    batch = BatchLines("-", rejects, force=force) if number == "-" else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        entrance = door.CheckInBatch(run, event, guests_of(archive, event))
        if batch:
            batch.each(lambda line: _enter(archive, entrance, _entry(line)), read=_scanned)
        else:
            _enter(archive, entrance, ArrivalRequest(number=number, companions=companions, seat=seat))
        change = with_callbacks(archive, run, entrance.change())
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts(change.counts))
        done = session.commit(archive, run, change, "event checkin")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


@verb(_("Give seats to those who have none. Example: crmkit event assign 1205A"))
def assign(ctx: typer.Context, code: EventCode, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Give seats to everybody who is expected and has none, in the order of their numbers."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        change = door.seat_guests(event, guests_of(archive, event))
        done = session.commit(archive, run, change, "event assign")
    written(session, done, fmt, show_counts=not session.quiet)


@verb(_("The seat list. Example: crmkit event seats 1205A -o seats.xlsx"))
def seats(
    ctx: typer.Context,
    code: EventCode,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx", help=_("To print: a workbook."))
    ] = None,
    force: Force = False,
    fmt: Listed = "",
) -> None:
    """List everybody who is expected by seat, with a place to tick; or write that list to a workbook."""
    from crmkit.sheets.write.files import check_target
    from crmkit.sheets.write.seats import seat_list

    if output:
        check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        guests = sorted(filter(expected, guests_of(archive, event)), key=door.by_seat)
        rows = guest_rows(archive, run, event, guests)
        if output:
            people = {guest.id: holder_of(archive, guest.customer) for guest in guests}
            seat_list(event, guests, people, archive.settings, run.now).save(output, force=force)
    if output:
        session.say(_("written: {file}").format(file=output))
    else:
        render.rows(rows, SEAT_COLUMNS, fmt)


def _scanned(text: str) -> Line:
    """One line of a batch: a JSON object, the bare number that a scanner gives, or such a number among the rejects."""
    if not text.lstrip().startswith("{"):
        return {"number": text.strip()}
    read = json_object(text)
    return {"number" if name == "line" else name: value for name, value in read.items()}


def _entry(line: Line) -> ArrivalRequest:
    return converted(line, ArrivalRequest, _("not a guest who comes in: {problem}"))


def _enter(archive: Archive, entrance: door.CheckInBatch, entry: ArrivalRequest) -> None:
    invitation = find_guest(archive, entrance.event, entry.number)
    entrance.enter(invitation, companions=entry.companions, seat=entry.seat)
