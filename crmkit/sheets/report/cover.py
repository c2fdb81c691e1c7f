"""The first page of a report: whose it is, of when, five headline figures, charts, the totals and where they stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmkit.core.figures import Figure, figure_of
from crmkit.i18n import _
from crmkit.sheets.report.headlines import HeadlineFigure
from crmkit.sheets.report.totals import TOTALS, Total
from crmkit.sheets.report.view import Table
from crmkit.sheets.write.book import GREEN, HEADER_FILL, HEADER_LINE, RED, ROW_LINE, Styled, Workbook
from crmkit.sheets.write.cells import FORMATS, Kind
from crmkit.sheets.write.rowxml import letter

WIDTHS = (9, 9, 9, 9, 12, 7, 8, 12, 12, 13)  # two for each headline figure
WORDS, COUNT, WHERE = (1, 4), 5, (8, 10)  # columns of a total: its words, its number, where its records stand
ABOUT = ((1, 3), (6, 9))  # columns of what is said of the report: of the name and of the value
CHART_ROWS, ROW_HEIGHT = 11, 16
SCALE, PAGE_HEIGHT = 94, 790  # per cent on which the cover is printed; points of its rows that one page takes then
FEW = 6  # bars that would be too thick
GREY, GRID = "7F7F7F", "D9D9D9"
SECOND = "F0A04B"  # colour of the second of two rows of bars
COLORS = {"red": RED, "green": GREEN, "": "000000"}


@dataclass(frozen=True)
class Chart:
    """Bars of columns of numbers on a sheet (openpyxl), from row `first` to `last`."""

    heading: str
    sheet: Any
    first: int
    last: int
    counts: Mapping[int, str]  # column → what it counts
    lying: bool = False  # bars from left to right
    names: int = 1  # column
    number_format: str = "0"
    name_format: str = "General"


@dataclass
class Cover:
    """The cover in the making."""

    book: Workbook
    page: Any
    joined: list[str] = field(default_factory=list)
    used: float = 0  # points of the page

    def join(self, first: int, last: int) -> None:
        """Make one cell of those in the columns `first` to `last` of the row that was written last."""
        row = self.book.height(self.page)
        self.joined.append(f"{letter(first)}{row}:{letter(last)}{row}")

    def add(self, cells: Sequence[Styled | None], height: float) -> None:
        """The next row; `height` in points."""
        self.book.append(self.page, cells, height=height)
        self.used += height

    def keep_together(self, rows: int) -> None:
        """Begin a new page where so many rows do not fit on this one."""
        from openpyxl.worksheet.pagebreak import Break

        if self.used % PAGE_HEIGHT + rows * ROW_HEIGHT > PAGE_HEIGHT:
            self.page.row_breaks.append(Break(id=self.book.height(self.page)))
            self.used = 0

    def heading(self, words: Sequence[str]) -> None:
        """A row with the heading of a part, and of its columns."""
        self.add([], height=9)
        looks = (
            "heading",
            *["heading"] * 3,
            "heading right",
            "heading right",
            "heading right",
            *["heading indented"] * 3,
        )
        texts = (*words, *[""] * (len(WIDTHS) - len(words)))
        self.add([self.book.styled(*one) for one in zip(texts, looks, strict=True)], height=19)


def new_cover(book: Workbook) -> Cover:
    """The cover as the next sheet, still empty."""
    book.style("title", size=20, bold=True, color=HEADER_LINE)
    book.style("about", color=GREY)
    book.style("said")
    for verdict, color in COLORS.items():
        for kind in ("count", "money", "share"):
            number_format = FORMATS["count" if kind == "money" else kind]
            book.style(
                f"card {kind} {verdict}".rstrip(), size=18, bold=True, color=color, number_format=number_format,
                align="center", left=ROW_LINE, right=ROW_LINE,
            )  # fmt: skip
    for name, color, fill, above, below in (
        ("card head", "000000", HEADER_FILL, HEADER_LINE, ""), ("card foot", GREY, "", "", ""),
        ("card end", GREY, "", "", HEADER_LINE),
    ):  # fmt: skip
        book.style(
            name, size=9, color=color, fill=fill, above=above, below=below, align="center", left=ROW_LINE,
            right=ROW_LINE, shrink=True,
        )  # fmt: skip
    book.style("heading", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE)
    book.style("heading right", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE, align="right", indent=1)
    book.style("heading indented", size=11, bold=True, fill=HEADER_FILL, below=HEADER_LINE, align="left", indent=1)
    book.style("words", below=ROW_LINE, shrink=True)
    book.style("link", size=8, below=ROW_LINE, color="0563C1", align="left", indent=1, shrink=True)
    for kind in ("count", "money", "share"):
        book.style(f"total {kind} of cover", number_format=FORMATS[kind], below=ROW_LINE, align="right", indent=1)
    book.style("total days of cover", number_format="0.0", below=ROW_LINE, align="right", indent=1)
    page = book.page(_("Cover"), WIDTHS)
    page.sheet_view.showGridLines = False
    page.sheet_properties.pageSetUpPr.fitToPage = False  # with it, Excel does not know of page breaks
    page.page_setup.scale = SCALE
    return Cover(book, page)


def fill_cover(
    cover: Cover, title: str, lines: Mapping[str, str], cards: Sequence[HeadlineFigure], charts: Sequence[Chart],
    figures: Mapping[str, Figure], sheets: Mapping[str, Table], were: Mapping[str, Figure],
) -> None:  # fmt: skip
    """Write the cover: `title`, `lines` about the report, headline figures, charts, the totals that have a sheet.

    `were` are figures that somebody changed who wrote something down after the period, as they were before.
    """
    book, page = cover.book, cover.page
    cover.add([book.styled(title, "title")], height=34)
    pairs = list(lines.items())
    half = -(-len(pairs) // 2)
    for one in range(half):
        row: list[Any] = [None] * len(WIDTHS)
        for (left, right), (name, value) in zip(ABOUT, pairs[one::half], strict=False):
            row[left - 1], row[right - 1] = book.styled(name, "about"), book.styled(value, "said")
        cover.add(row, height=15)
    _add_cards(cover, cards)
    for beside in _rows_of(charts):
        _add_charts(cover, beside)
    for heading, totals in TOTALS.items():
        shown = [(total, figure_of(figures, total.measure)) for total in totals if total.sheet in sheets]
        shown = [(total, figure) for total, figure in shown if _tells(total, figure)]
        if shown:
            cover.keep_together(min(len(shown), 3) + 2)
            cover.heading([_(heading), "", "", "", _("Count"), _("Of"), _("Share"), _("Where the records stand")])
        for total, figure in shown:
            _add_total(cover, total, figure, sheets[total.sheet].title)
    _add_former(cover, were)
    if not sheets:
        cover.add([], height=9)
        cover.add([book.styled(_("Nothing happened in this period."), "said")], height=ROW_HEIGHT)
    page.merged_cells = cover.joined
    page.print_area = f"A1:{letter(len(WIDTHS))}{book.height(page)}"


def _tells(total: Total, figure: Figure) -> bool:
    """Whether a line says anything: none of something is worth a line where there could have been one."""
    return bool(figure.amount if total.kind == "money" else figure.count or figure.whole)


def _add_former(cover: Cover, were: Mapping[str, Figure]) -> None:
    """What the figures were when the period ended, where something was written down later."""
    former = [(total, were[total.measure]) for totals in TOTALS.values() for total in totals if total.measure in were]
    if not former:
        return
    cover.keep_together(min(len(former), 3) + 2)
    cover.heading([_("As it was when the period ended"), "", "", "", _("Count"), _("Of"), _("Share"), ""])
    for total, figure in former:
        _add_number(cover, total, figure, "")


def _add_cards(cover: Cover, cards: Sequence[HeadlineFigure]) -> None:
    book = cover.book
    cover.add([], height=9)
    parts: tuple[tuple[Callable[[HeadlineFigure], tuple[object, str, Kind]], int], ...] = (
        (lambda card: (card.words, "card head", "text"), 18),
        (lambda card: (card.value, f"card {card.kind} {card.verdict}".rstrip(), card.kind), 32),
        (lambda card: (card.beside, "card foot", "text"), 15),
        (lambda card: (card.change, "card end", "text"), 15),
    )
    for part, height in parts:
        cells = [(value, style, kind) for value, style, kind in map(part, cards)]
        pairs = [(book.styled(value, style, kind), book.styled(None, style)) for value, style, kind in cells]
        cover.add([one for pair in pairs for one in pair], height=height)
        for place in range(len(cards)):
            cover.join(2 * place + 1, 2 * place + 2)


def _rows_of(charts: Sequence[Chart]) -> list[Sequence[Chart]]:
    """The first chart over the whole width, the others two by two."""
    return [charts[:1], *(charts[start : start + 2] for start in range(1, len(charts), 2))] if charts else []


def _add_charts(cover: Cover, charts: Sequence[Chart]) -> None:
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

    book, page = cover.book, cover.page
    half = len(WIDTHS) // 2
    words = [""] * len(WIDTHS)
    words[0] = charts[0].heading
    if len(charts) > 1:
        words[half] = charts[1].heading
    cover.add([], height=9)
    cover.add([book.styled(text, "heading") for text in words], height=19)
    top = book.height(page)
    for place, chart in enumerate(charts):
        drawn = _drawn(chart)
        left, right = (0, len(WIDTHS)) if len(charts) == 1 else (place * half, (place + 1) * half)
        drawn.anchor = TwoCellAnchor(_from=AnchorMarker(left, 0, top), to=AnchorMarker(right, 0, top + CHART_ROWS))
        page.add_chart(drawn)
    for _row in range(CHART_ROWS):
        cover.add([], height=ROW_HEIGHT)


def _drawn(chart: Chart) -> Any:
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.series import SeriesLabel
    from openpyxl.chart.shapes import GraphicalProperties

    drawn = BarChart()
    drawn.type = "bar" if chart.lying else "col"
    drawn.gapWidth = 40 if chart.last - chart.first > FEW else 150
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.x_axis.number_format, drawn.y_axis.number_format = chart.name_format, chart.number_format
    if chart.lying:
        drawn.x_axis.scaling.orientation = "maxMin"  # the first on top
        drawn.y_axis.delete = True
        drawn.y_axis.majorGridlines = None
        drawn.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
        drawn.dataLabels.numFmt = chart.number_format
    else:
        grid = GraphicalProperties()
        grid.line.solidFill = GRID
        drawn.y_axis.majorGridlines.spPr = grid
    names = Reference(chart.sheet, min_col=chart.names, min_row=chart.first, max_row=chart.last)
    for (column, words), color in zip(chart.counts.items(), (HEADER_LINE, SECOND), strict=False):
        drawn.add_data(Reference(chart.sheet, min_col=column, min_row=chart.first, max_row=chart.last))
        drawn.series[-1].tx = SeriesLabel(v=words)
        drawn.series[-1].graphicalProperties.solidFill = color
    drawn.set_categories(names)
    if len(chart.counts) > 1:
        drawn.legend.position = "t"
    else:
        drawn.legend = None
    return drawn


def _add_total(cover: Cover, total: Total, figure: Figure, sheet: str) -> None:
    _add_number(cover, total, figure, sheet)
    name = f"figure_{total.measure}{'_yuan' if total.kind == 'money' else ''}".replace("-", "_")
    cover.book.name(name, cover.page, f"${letter(COUNT)}${cover.book.height(cover.page)}")


def _add_number(cover: Cover, total: Total, figure: Figure, sheet: str) -> None:
    """A line with the number, and where its records stand; `sheet` "" = nowhere."""
    book = cover.book
    where = f"{sheet} › {total.filter()}" if sheet and total.where else sheet
    money, days = total.kind == "money", total.kind == "days"
    value = figure.amount if money else figure.count
    whole: int | None = None if money else figure.whole
    share = None if money else figure.share
    if days:  # on average, of so many
        value, whole = figure.amount, figure.count
        share = figure.amount / figure.count if figure.count else None
    row = [book.styled(_(total.words), "words"), *[book.styled(None, "words")] * (WORDS[1] - 1)]
    row += [
        book.styled(value, f"total {'money' if money else 'count'} of cover", "money" if money else "count"),
        book.styled(whole, "total count of cover", "count"),
        book.styled(share, f"total {'days' if days else 'share'} of cover", "share"),
        book.styled(where, "link", link=sheet),
    ]
    row += [book.styled(None, "link")] * (len(WIDTHS) - len(row))
    cover.add(row, height=ROW_HEIGHT)
    cover.join(*WORDS)
    cover.join(*WHERE)
