"""`crmkit dispatch`: who goes where in which half of the day (派工)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Listing, listing, writer
from crmkit.core.calendar.dates import parse_day
from crmkit.core.tickets import dispatch, taking
from crmkit.core.tickets.course import OPEN
from crmkit.core.visits import visits
from crmkit.errors import UsageError
from crmkit.i18n import _, titled
from crmkit.queries import tickets
from crmkit.queries.dispatch import listed, offered, proposals_for, visits_of, window_of
from crmkit.queries.finding import find_staff, staff_code
from crmkit.queries.visits import find_visit, with_effects
from crmkit.records import Staff, Ticket, Visit, type_of
from crmkit.records.change import Change, together
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook

COLUMNS = (
    "by", "id", "begins_at", "ends_at", "customer", "name", "phone", "address", "purpose", "units", "ticket", "fault",
    "symptom", "card_number", "before",
)  # fmt: skip
TIMES = ("begins_at", "ends_at")


@listing(_("Who goes where that day, with the tickets. Example: crmkit dispatch list --on tomorrow --by ZW"))
def list_(ctx: Context, on: options.VisitDay = "", by: options.Visitor = "") -> Listing:
    """List the visits of a day by who goes, with what is known of each ticket and what was done before."""
    archive, run = ctx.archive, ctx.run
    day = parse_day(on, run.now) if on else run.now.date()
    code = staff_code(archive, by, "--by") if by else ""
    found = [one for one in visits_of(archive, run, day) if code in ("", one.by)]
    rows = [listed(archive, run, one) for one in sorted(found, key=lambda one: (one.by, one.begins_at, one.id))]
    repairs = [row for row in rows if row["ticket"]]
    columns = tuple(titled(name, _("Done before")) if name == "before" else name for name in COLUMNS)
    if not repairs:  # without tickets there is nothing to fill in here: the list is written as it stands
        return Listing(rows, columns)
    names = {one.code: one.name for one in archive.all(Staff)}  # the workbook is made when the archive is closed
    return Listing(rows, columns, book=lambda: _to_fill_in(ctx, repairs, day, len(rows), names))


@listing(_("Who could go for a ticket, the nearest first. Example: crmkit dispatch suggest TK2611-7k3q"))
def suggest(ctx: Context, ticket: options.TicketId, slot: options.Slot = "") -> Listing:
    """List who has room in the first half day in which anybody has."""
    run, found = ctx.run, tickets.find_ticket(ctx.archive, ticket)
    half = dispatch.parse(run, slot) if slot else None
    rows = [offered(one) for one in proposals_for(ctx.archive, run, found, half)]
    near, left = titled("near", _("how near")), titled("left", _("room left"))
    return Listing(rows, ("by", titled("slot", _("half day")), near, "booked", left))


@writer(
    _("Another half day, or another person. Example: crmkit dispatch move V2611-7k3q --slot 'tomorrow am' --by ZW"),
    counted="moved",
    then=with_effects,
)
def move(
    ctx: Context,
    visit: options.VisitId,
    slot: options.Slot = "",
    by: options.Visitor = "",
    over: options.OverReason = "",
) -> Change:
    """Move a visit; a ticket hears of the new time. Over capacity only with a reason."""
    if not slot and not by:
        raise UsageError(_("to which half day, or to whom?"), _("--slot HALFDAY, --by STAFF or both"))
    archive, run = ctx.archive, ctx.run
    planned = find_visit(archive, visit)
    staff = find_staff(archive, by or planned.by, "--by")
    half = dispatch.parse(run, slot) if slot else None
    window = window_of(run, "", "", half) if half else visits.Window(planned.begins_at, planned.ends_at)
    others = [one for one in visits_of(archive, run, window.begins.date()) if one.id != planned.id]
    dispatch.must_be_reachable(staff)
    dispatch.must_fit(run, staff, others, planned.purpose, dispatch.units(planned), over)
    moved = visits.move(
        run, msgspec.structs.replace(planned, by=staff.code, over=over.strip()), window,
        others=[one for one in others if not one.state], overlap=bool(over),
    )  # fmt: skip
    if type_of(planned.about) is not Ticket:
        return moved
    present = tickets.course_of(archive, archive.get(Ticket, planned.about))
    if present.now.state not in OPEN:
        return moved
    step = taking.take(
        run, present, "visit", run.now, by=staff.code, visit=planned.id, until=window.ends,
        working=tickets.working_of(archive, present.ticket),
    )  # fmt: skip
    puts = tuple(one for one in moved.puts if isinstance(one, Visit))
    return together(moved, Change(puts=tuple(one for one in step.puts if one not in puts)))


def _to_fill_in(
    ctx: Context, repairs: Sequence[Row], day: date, visited: int, names: Mapping[str, str]
) -> "Workbook":  # fmt: skip
    """The day's sheet of the technicians: a table to fill in, and pages for each on paper."""
    from crmkit.sheets.write.repairs import repair_pages

    now = ctx.run.now
    if visited > len(repairs):
        left_out = _("{n} visits are not for tickets, and on the sheets of crmkit visit route only")
        ctx.session.say(left_out.format(n=visited - len(repairs)))
    lines = []
    for row in repairs:
        begins, ends = (datetime.fromisoformat(str(row[name])).astimezone(now.tzinfo) for name in TIMES)
        told = {name: str(row[name]) for name in ("by", "name", "address", "card_number", "symptom", "ticket")}
        read = {"guide": "\n".join(row["guide"]), "before": "\n".join(one.words for one in row["done_before"])}
        fault = " ".join(dict.fromkeys(filter(None, (str(row["fault"]), str(row["fault_name"])))))
        window = f"{begins:%H:%M}-{ends:%H:%M}"
        lines.append(
            {**told, **read, "fault": fault, "dial": str(row["dial"]), "day": f"{begins:%Y-%m-%d}", "window": window}
        )
    return repair_pages(lines, day, names, ctx.run.settings, now)
