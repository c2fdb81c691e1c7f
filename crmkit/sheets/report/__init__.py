"""The head-office workbook (sheets/docs.md, "The report"): cover, detail sheets, summaries, in a fixed order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from crmkit.core.figures import figures
from crmkit.i18n import N_, _
from crmkit.records import Site, Staff
from crmkit.records.settings import Settings
from crmkit.sheets.report.cover import add_chart, add_cover
from crmkit.sheets.report.details import tables
from crmkit.sheets.report.summary import by_day, by_source, by_staff
from crmkit.sheets.report.view import Row, View
from crmkit.sheets.write.book import Workbook

Watched = Callable[[str, Sequence[Row]], Iterable[Row]]  # title and rows of a sheet → its rows
TITLES = {"day": N_("Daily report"), "week": N_("Weekly report"), "month": N_("Monthly report")}


@dataclass(frozen=True)
class Origin:
    """Where a report comes from."""

    settings: Settings
    commit: str  # the archive's commit that it was read from; "" where there is none


def unwatched(_title: str, rows: Sequence[Row]) -> Iterable[Row]:
    """The rows of a sheet, as they are."""
    return rows


def workbook(kind: str, view: View, origin: Origin, watched: Watched = unwatched) -> Workbook:
    """The report of a `kind` of period (day, week, month), still to be saved; the rows of each sheet are `watched`."""
    sheets = tables(view)
    sources = by_source(view.happened, view.snapshot[Site], view.person)
    days = by_day(view.happened, view.period)
    report = origin.settings.report
    lines = _about(view, origin)
    book = Workbook(title=f"{_(TITLES[kind])} {lines[_('Period')]}", font=report.font, made_at=view.period.now)
    page = add_cover(book, _(TITLES[kind]), lines, figures(view.happened), sheets)
    for table in (*sheets.values(), by_staff(view.happened, view.snapshot[Staff])):
        book.table(table.title, table.columns, table.rows, partial(watched, table.title))
    source_sheet = book.table(sources.title, sources.columns, sources.rows)
    day_sheet = book.table(days.title, days.columns, days.rows)
    with_source = sum(row[0] == sources.rows[0][0] for row in sources.rows)
    if report.chart and with_source:
        if kind == "day":
            add_chart(book, page, _("Files by source"), source_sheet, name_column=2, count_column=3, rows=with_source)
        else:
            add_chart(book, page, _("Files by day"), day_sheet, name_column=1, count_column=2, rows=len(days.rows))
    return book


def _about(view: View, origin: Origin) -> dict[str, str]:
    period, archive = view.period, origin.settings.archive
    span = f"{period.first}" if period.first == period.last else f"{period.first} – {period.last}"
    return {
        _("Branch"): f"{archive.name} ({archive.branch})" if archive.branch else archive.name,
        _("Period"): span,
        _("Made"): f"{period.now:%Y-%m-%d %H:%M}",
        _("Archive as of commit"): origin.commit or _("(no history yet)"),
        _("Phone numbers"): _("hidden (138****5678)") if view.mask else _("in full"),
    }
