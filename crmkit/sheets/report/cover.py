"""The first page of a report: whose it is, of when, the totals with what they are shares of, one chart."""

from collections.abc import Mapping
from typing import Any

from crmkit.core.figures import Figure, figure_of
from crmkit.i18n import _
from crmkit.sheets.report.totals import TOTALS, Total
from crmkit.sheets.report.view import Table
from crmkit.sheets.write.book import HEADER_FILL, HEADER_LINE, ROW_LINE, Workbook
from crmkit.sheets.write.cells import FORMATS

WIDTHS = (34, 13, 9, 9, 40)
CHART_ROWS = 16
WEEK = 7  # days; more of them have room for the number of the day only
GRID = "D9D9D9"


def add_cover(
    book: Workbook, title: str, lines: Mapping[str, str], figures: Mapping[str, Figure], sheets: Mapping[str, Table]
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
    book: Workbook, page: Any, heading: str, sheet: Any, *, name_column: int, count_column: int, rows: int
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


def _add_heading(book: Workbook, page: Any, heading: str) -> None:
    row = [book.styled(heading, "heading")]
    row += [book.styled(words, "heading right") for words in (_("Count"), _("Of"), _("Share"))]
    row.append(book.styled(_("Where the records stand"), "heading indented"))
    book.append(page, row, height=20)


def _add_total(book: Workbook, page: Any, total: Total, figure: Figure, sheet: str) -> None:
    where = f"{sheet} › {total.filter()}" if total.where else sheet
    money = total.kind == "money"
    row = [
        book.styled(_(total.words), "words"),
        book.styled(figure.amount if money else figure.count, f"total {total.kind}", total.kind),
        book.styled(None if money else figure.whole, "total count", "count"),
        book.styled(None if money else figure.share, "total share", "share"),
        book.styled(where, "link", link=sheet),
    ]
    book.append(page, row, height=17)
