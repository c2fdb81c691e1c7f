"""The head-office workbook (sheets/docs.md, "The report"): cover, detail sheets, summaries, in a fixed order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from crmkit.core.figures import OUT_OF, facts, figures
from crmkit.core.figures.published import changes, told
from crmkit.i18n import N_, _
from crmkit.records import Site, Staff
from crmkit.sheets.report.cover import Chart, fill_cover, new_cover
from crmkit.sheets.report.details import tables
from crmkit.sheets.report.headlines import before, cards
from crmkit.sheets.report.origin import Origin, add_origin
from crmkit.sheets.report.summary import by_day, by_fault, by_source, by_staff
from crmkit.sheets.report.summary_page import add_blocks, declare
from crmkit.sheets.report.view import Table, View
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.layout import Extras

Watched = Callable[[str, Sequence[object]], Iterable[object]]  # title of a sheet and numbers of its rows → these
TITLES = {"day": N_("Daily report"), "week": N_("Weekly report"), "month": N_("Monthly report")}


def unwatched(_title: str, rows: Sequence[object]) -> Iterable[object]:
    """The rows of a sheet, as they are."""
    return rows


def workbook(view: View, origin: Origin, watched: Watched = unwatched) -> Workbook:
    """The report, still to be saved; the rows of each sheet are `watched`. Sheets without rows are left out."""
    report, title = origin.settings.report, _(TITLES[origin.kind])
    book = Workbook(
        title=f"{title} {origin.lines()[_('Period')]}", font=report.font, made_at=view.period.now
    )  # fmt: skip
    cover = new_cover(book)
    details: dict[str, Table] = {}
    for table in tables(view):
        extras = Extras(table.name, table.frozen, table.red, origin.mark_of(table.name))
        book.table(table.title, table.columns, table.rows, partial(watched, table.title), extras)
        details[table.name] = table._replace(rows=())  # they take much room, and are written
        del table
    charts = list(_add_summaries(book, view, origin.kind))
    add_origin(book, origin, details.values())
    past = before(origin.kind, view.period)
    needed = {name for head in report.headlines for name in (head.name, OUT_OF.get(head.name, head.name))}
    then = figures(facts(view.snapshot, past, view.run, view.timetable, needed))
    now = figures(view.happened)
    heads = cards(report.headlines, origin.kind, past, now, then)
    later, were = changes(view.snapshot, view.period, view.run, view.timetable, now)
    fill_cover(cover, title, origin.lines(), heads, charts if report.chart else (), now, details, were)
    if were:
        book.notes.append(told(later))
    return book


def _add_summaries(book: Workbook, view: View, kind: str) -> Iterator[Chart]:
    """The sheets that add up, and the charts of them, the widest first."""
    staff = by_staff(view.happened, view.snapshot[Staff], view.person)
    sources = by_source(view.happened, view.snapshot[Site], view.person)
    days = by_day(view.happened, view.period)
    declare(book)
    pages: dict[str, tuple[Any, Mapping[str, tuple[int, int]]]] = {}
    for name, title, blocks in (
        ("staff", _("Staff"), staff), ("sources", _("Sources"), sources), ("faults", _("Faults"), by_fault(view)),
    ):  # fmt: skip
        if blocks:
            pages[name] = add_blocks(book, title, blocks)
    if days.rows and kind != "day":
        sheet = book.table(days.title, days.columns, days.rows, extras=Extras(days.name, days.frozen))
        shown = "d" if len(days.rows) > 7 else "m-d"
        yield Chart(
            _("Files and calls a day"), sheet, 3, len(days.rows) + 2, {2: _("Files"), 3: _("Calls")}, name_format=shown
        )
    elif sources:
        page, places = pages["sources"]
        yield Chart(_("Files by source"), page, *places["by_source"], {2: _("Files")})
    money = next((block for block in staff if block.name == "staff_money"), None)
    if money and any(row[2] for row in money.rows):
        page, places = pages["staff"]
        yield Chart(
            _("Revenue by staff, yuan"), page, *places["staff_money"], {3: _("Revenue, yuan")}, lying=True,
            number_format="#,##0",
        )  # fmt: skip
    if sources:
        page, places = pages["sources"]
        yield Chart(_("From file to buyer"), page, *places["funnel"], {2: _("Files")}, lying=True)


__all__ = ["Origin", "workbook"]
