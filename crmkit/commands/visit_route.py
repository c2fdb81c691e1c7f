"""`crmkit visit route` and `ics`: the day's visits in the order of the way, to print or for the telephone."""

from pathlib import Path
from typing import Annotated

import typer

from crmkit import i18n, render
from crmkit.archive.archive import Archive
from crmkit.commands.kit import notices
from crmkit.commands.kit.common import Force, Listed, get_session
from crmkit.commands.kit.options import VisitDay, Visitor, Workbook
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_day
from crmkit.core.run import Run
from crmkit.core.visits.routes import Stop, in_order
from crmkit.i18n import N_, _
from crmkit.queries.visits import chosen, overtaken, shown, stops_of
from crmkit.records import Staff

COLUMNS = (
    "by", "stop", "begins_at", "ends_at", "name", "address", "phone", "purpose", "bring", "balance", "marks", "id",
)  # fmt: skip


@verb(_("The day's visits in order of the way. Example: crmkit visit route --on tomorrow -o route.xlsx"))
def route(
    ctx: typer.Context,
    on: VisitDay = "today",
    by: Visitor = "",
    output: Workbook = None,
    force: Force = False,
    fmt: Listed = "",
) -> None:
    """Print the route of each visitor, or write it to a workbook."""
    from crmkit.sheets.write.files import check_target

    if output:
        check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with session.reading() as archive, i18n.speaking(session.option("lang") or archive.settings.archive.lang):
        run = session.run(archive)
        day = parse_day(on, run.now)
        routes, notes = _routes(archive, run, on, by)
        if output:
            from crmkit.sheets.write.routes import route_pages

            names = {staff.code: staff.name for staff in archive.all(Staff)}
            route_pages(routes, day, names, archive.settings, run.now).save(output, force=force)
    session.say(*notes)
    if output:
        session.say(_("written: {file}").format(file=output))
        return
    rows = [
        {N_("stop"): number, **shown(run, stop)} for stops in routes.values() for number, stop in enumerate(stops, 1)
    ]
    render.rows(rows, COLUMNS, fmt)


@verb(_("A calendar file for the telephone. Example: crmkit visit ics --by LN -o visits.ics"))
def ics(
    ctx: typer.Context,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE")] = "",
    on: VisitDay = "",
    by: Visitor = "",
    force: Force = False,
) -> None:
    """Write the appointments as a calendar, by default all that are not over."""
    from crmkit.core.calling.ics import appointments
    from crmkit.labels import label
    from crmkit.sheets.write.files import check_target

    session = get_session(ctx)
    if output:
        check_target(Path(output), ".ics", force=force)
    with session.reading() as archive:
        run = session.run(archive)
        day = parse_day(on, run.now) if on else None
        stops, notes = stops_of(archive, run, chosen(archive, run, on=day, by=by, state="open", purpose=""))
        moved, gone = overtaken(archive, run, stops, by=by)
        text = appointments([*stops, *moved], run.now, archive.settings.archive.name, label, gone=gone)
    session.say(*notes)
    notices.put_calendar(session, output, text)


def _routes(archive: Archive, run: Run, on: str, by: str) -> tuple[dict[str, list[Stop]], tuple[str, ...]]:
    """The stops of each visitor (staff code; "" = nobody yet) in order of the way, and what to say."""
    found = chosen(archive, run, on=parse_day(on, run.now), by=by, state="open", purpose="")
    stops, notes = stops_of(archive, run, found)
    visitors = sorted({stop.visit.by for stop in stops})
    minutes = run.settings.visit.minutes
    return {code: in_order([stop for stop in stops if stop.visit.by == code], minutes) for code in visitors}, notes
