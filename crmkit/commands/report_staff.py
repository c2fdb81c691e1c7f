"""`crmkit report staff`: the appraisal, one row and one sheet a person (考核)."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.common import origin_of
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.i18n import _
from crmkit.queries.counting import figure_rows, named_period
from crmkit.queries.finding import staff_code
from crmkit.queries.snapshot import snapshot_of
from crmkit.queries.work import timetable_of
from crmkit.records import Mark, Staff
from crmkit.records.typed import Fen
from crmkit.result import Row

PeriodText = Annotated[
    str,
    typer.Argument(
        metavar="[PERIOD]", help=_("2026-11, 2026-W47, today, 上月, 2026-11-01..2026-11-15; by default this month.")
    ),
]


@listing(_("What each member of staff did, with its records. Example: crmkit report staff 2026-11 -o staff.xlsx"))
def staff(ctx: Context, period: PeriodText = "", by: options.ByStaff = "", mask: options.Mask = False) -> Listing:
    """Print a row a person; with -o write a workbook with a sheet a person, each number with its list."""
    from crmkit.core import marks
    from crmkit.core.appraisal import NUMBERS, SUMS, appraisals
    from crmkit.sheets.report.appraisal import appraisal_book
    from crmkit.sheets.report.view import READ, View

    archive, run = ctx.archive, ctx.run
    when, timetable = named_period(run, period), timetable_of(archive)
    snapshot = snapshot_of(archive, at_once=(*READ, Mark))
    found = appraisals(run, snapshot, when, timetable)
    if by:
        code = by if any(one.staff == by for one in found) else staff_code(archive, by, "--by")
        found = [one for one in found if one.staff == code]
    people = [one for one in found if one.staff]
    nobodys = {fact.id for one in found if not one.staff for facts in one.facts.values() for fact in facts}
    if nobodys:
        ctx.tell(_("{n} records do not say who did it").format(n=len(nobodys)))
    known = {one.code: one for one in snapshot[Staff]}
    amounts = {one.name for one in SUMS if one.in_fen}
    rows: list[Row] = []
    for one in people:
        member = known.get(one.staff)
        rows.append({
            "staff": one.staff,
            "name": member.name if member is not None else "",
            **{name: Fen(number) if name in amounts else number for name, number in one.sums().items()},
            "left": member is not None and member.left,
            "listed": member is not None,
            "figures": figure_rows(one.table, NUMBERS),
        })  # fmt: skip
    view = View(snapshot, when, run, timetable, mask)
    origin = origin_of(ctx.session, archive, "staff", when, mask=mask)
    told = marks.records(run, snapshot)
    columns = ("staff", "name", *(one.name for one in SUMS))
    return Listing(rows, columns, book=lambda: appraisal_book(view, origin, people, told))
