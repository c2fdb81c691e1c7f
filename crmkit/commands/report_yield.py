"""`crmkit report yield`: what came of the files, by source, site, method or collector."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import Since, Until
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.fields import choice
from crmkit.core.figures import Figure, figure_of, grouped
from crmkit.core.figures.collecting import gathered
from crmkit.core.figures.yields import GROUPS, YIELD, grouping
from crmkit.i18n import _
from crmkit.queries.counting import figure_rows, period_of
from crmkit.queries.snapshot import snapshot_of
from crmkit.queries.work import timetable_of
from crmkit.records import Site
from crmkit.records.typed import Code, as_share, fen
from crmkit.result import Row

COUNTED = ("files", "valid", "asked", "failed", "tested", "false", "contacts", "repeat", "screenable", "in-time")
SHARES = ("repeat", "valid", "failed", "false", "in-time", "buyers")
COLUMNS = (
    "files", "valid", "valid_share", "failed", "failed_share", "false", "false_share", "repeat", "repeat_share",
    "in_time", "in_time_share", "buyers", "buyers_share", "revenue",
)  # fmt: skip


@listing(_("What came of the files. Example: crmkit report yield --by collector --since 2026-11-01"))
def yield_(
    ctx: Context,
    by: Annotated[str, typer.Option("--by", metavar="|".join(GROUPS))] = "site",
    since: Since = "",
    until: Until = "",
    sort: Annotated[str, typer.Option("--sort", metavar="COLUMN", help=_("The greatest first."))] = "",
) -> Listing:
    """Print what came of the files that each group brought; json has the records behind every number."""
    group = choice(*GROUPS)(by)
    column = choice(*COLUMNS)(sort) if sort else ""
    archive, run = ctx.archive, ctx.run
    happened = gathered(snapshot_of(archive), period_of(run, since, until), run, timetable_of(archive))
    found = grouped(happened, grouping(group, archive.all(Site)))
    rows = [_row(group, name, table) for name, table in found.items()]
    if column:
        rows.sort(key=lambda row: (row[column] is None, -(row[column] or 0)))
    return Listing(rows, (group, *COLUMNS))


def _row(group: str, name: str, table: dict[str, Figure]) -> Row:
    counts = {measure.replace("-", "_"): figure_of(table, measure).count for measure in (*COUNTED, "buyers")}
    shares = {f"{measure.replace('-', '_')}_share": as_share(figure_of(table, measure).share) for measure in SHARES}
    revenue = figure_of(table, "brought").amount
    named = Code(name) if group in ("source", "method") else name
    return {group: named, **counts, **shares, "revenue": fen(revenue), "figures": figure_rows(table, YIELD)}
