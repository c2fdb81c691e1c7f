"""The first page of a report: whose it is, of when, the totals with what they are shares of, one chart."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from crmkit.core.figures import Figure, figure_of
from crmkit.i18n import N_, _
from crmkit.sheets.book import HEADER_FILL, HEADER_LINE, ROW_LINE, Book
from crmkit.sheets.cells import FORMATS, Kind
from crmkit.sheets.report_details import Table

WIDTHS = (34, 13, 9, 9, 40)
CHART_ROWS = 16
WEEK = 7  # days; more of them have room for the number of the day only
GRID = "D9D9D9"


class Total(NamedTuple):
    """A line of the cover; `sheet` and `filter` say where its records stand."""

    measure: str
    words: str
    sheet: str  # key of Details.tables()
    filter: str = ""  # "" = every row
    kind: Kind = "count"  # money = the sum of the records' amounts


TOTALS = {
    N_("Collecting"): (
        Total("files", N_("Files collected"), "leads"),
        Total("asked", N_("Numbers asked a second time"), "leads", N_("Asked again: not empty")),
        Total("false", N_("Files with a false number, of those tested"), "leads", N_("Number: false")),
        Total("suspect", N_("Files under suspicion"), "leads", N_("Suspect: yes")),
        Total("buyers", N_("Files that became buyers"), "leads", N_("Stage: buyer")),
        Total("repeat", N_("Repeated numbers"), "repeats", N_("What: repeated number")),
        Total("shared", N_("Numbers shared with another person"), "repeats", N_("What: shared number")),
    ),
    N_("Callbacks and calls"): (
        Total("due", N_("Callbacks due"), "callbacks", N_("Due: in the period, not cancelled")),
        Total("done", N_("Due and done"), "callbacks", N_("Due: in the period; State: done")),
        Total("on-time", N_("Due and done on time"), "callbacks", N_("Due: in the period; On time: yes")),
        Total("overdue", N_("Due and overdue"), "callbacks", N_("State: overdue")),
        Total("finished", N_("Finished in the period, whenever due"), "callbacks", N_("Done at: in the period")),
        Total("calls", N_("Calls"), "calls"),
        Total("reached", N_("Calls that reached the person"), "calls", N_("Outcome: reached")),
    ),
    N_("Cards and orders"): (
        Total("cards", N_("Service cards issued"), "cards"),
        Total("orders", N_("Orders"), "orders"),
        Total("priced", N_("Orders with a known amount"), "orders", N_("Total: not empty")),
        Total("priced", N_("Known revenue, yuan"), "orders", N_("Total: sum"), "money"),
    ),
}


def add_cover(
    book: Book, title: str, lines: Mapping[str, str], figures: Mapping[str, Figure], sheets: Mapping[str, Table]
) -> Any:
    """The cover as the next sheet: `title`, the `lines` about the report, the totals; the sheet is returned."""
    book.style("title", size=20, bold=True, color=HEADER_LINE)
    book.style("about", color="7F7F7F")
    book.style("said")
    book.style("heading", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE)
    book.style("heading right", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE, align="right", indent=1)
    book.style("heading indented", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE, align="left", indent=1)
    book.style("words", below=ROW_LINE)
    book.style("link", below=ROW_LINE, color="0563C1", align="left", indent=1)
    for kind in ("count", "money", "share"):
        book.style(f"total {kind}", number_format=FORMATS[kind], below=ROW_LINE, align="right", indent=1)
    page = book.page(_("Cover"), WIDTHS)
    page.page_setup.fitToHeight = 1
    page.sheet_view.showGridLines = False
    book.append(page, [book.styled(title, "title")], height=34)
    for name, value in lines.items():
        book.append(page, [book.styled(name, "about"), book.styled(value, "said")], height=17)
    for heading, totals in TOTALS.items():
        book.append(page, [], height=10)
        _add_heading(book, page, _(heading))
        for total in totals:
            _add_total(book, page, total, figure_of(figures, total.measure), sheets[total.sheet].title)
    return page


def add_chart(
    book: Book, page: Any, heading: str, sheet: Any, *, name_column: int, count_column: int, rows: int
) -> None:
    """Bars of a column of counts on `sheet`, its first `rows` rows below the header, under `heading` on `page`."""
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

    book.append(page, [], height=10)
    book.append(page, [book.styled(text, "heading") for text in (heading, "", "", "", "")], height=20)
    chart = BarChart()
    chart.legend = None
    chart.gapWidth = 40
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.number_format = "m-d" if rows <= WEEK else "d"
    chart.y_axis.number_format = "0"
    grid = GraphicalProperties()
    grid.line.solidFill = GRID
    chart.y_axis.majorGridlines.spPr = grid
    chart.add_data(Reference(sheet, min_col=count_column, min_row=2, max_row=rows + 1))
    chart.set_categories(Reference(sheet, min_col=name_column, min_row=2, max_row=rows + 1))
    chart.series[0].graphicalProperties.solidFill = HEADER_LINE
    top = book.height(page)
    below, right = AnchorMarker(col=0, row=top), AnchorMarker(col=len(WIDTHS), row=top + CHART_ROWS)
    chart.anchor = TwoCellAnchor(_from=below, to=right)
    page.add_chart(chart)


def _add_heading(book: Book, page: Any, heading: str) -> None:
    row = [book.styled(heading, "heading")]
    row += [book.styled(words, "heading right") for words in (_("Count"), _("Of"), _("Share"))]
    row.append(book.styled(_("Where the records stand"), "heading indented"))
    book.append(page, row, height=20)


def _add_total(book: Book, page: Any, total: Total, figure: Figure, sheet: str) -> None:
    where = f"{sheet} › {_(total.filter)}" if total.filter else sheet
    money = total.kind == "money"
    row = [
        book.styled(_(total.words), "words"),
        book.styled(figure.amount if money else figure.count, f"total {total.kind}", total.kind),
        book.styled(None if money else figure.whole, "total count", "count"),
        book.styled(None if money else figure.share, "total share", "share"),
        book.styled(where, "link", link=sheet),
    ]
    book.append(page, row, height=17)
