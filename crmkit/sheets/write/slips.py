"""Slips to print and cut apart, several to an A4 page, each with cut lines and the QR code of its number.

A page is scaled to the paper. The last page also prints the room of missing slips, so that all slips are of one size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.qr import NUMBER_SIZE, add_qr, qr_png
from crmkit.sheets.write.rowxml import letter

GAP_WIDTH, GAP_HEIGHT = 1.5, 9.0
MARGIN = 0.35  # inches
CUT = "7F7F7F"


class Slip(NamedTuple):
    """One slip: the cells of its rows as (text, style), and the number in its QR code."""

    rows: Sequence[Sequence[tuple[str, str]]]
    number: str


@dataclass(frozen=True)
class SlipLayout:
    """How slips stand on a page."""

    across: int
    down: int
    widths: tuple[float, ...]  # of the columns of a slip; the QR code stands in the last
    heights: tuple[float, ...]  # of its rows, points; with the gaps, `down` slips fill a page
    spans: tuple[tuple[int, int], ...]  # (row, columns): cells from the first on that run on, rows counted from 1
    qr_row: int  # of a slip, counted from 0

    @property
    def per_page(self) -> int:
        """Slips on a page."""
        return self.across * self.down


def add_slips(book: Workbook, slips: Sequence[Slip], layout: SlipLayout) -> None:
    """Add `slips` to `book`, a sheet for each page."""
    _declare_cuts(book)
    widths = [GAP_WIDTH, *[*layout.widths, GAP_WIDTH] * layout.across]
    for start in range(0, len(slips), layout.per_page):
        page = book.page(f"{start // layout.per_page + 1}", widths, fit=False)
        page.sheet_properties.pageSetUpPr.fitToPage = True  # to one page, whatever the font of the printing machine
        page.sheet_view.showGridLines = False
        margins = page.page_margins
        margins.left = margins.right = margins.top = margins.bottom = MARGIN
        margins.header = margins.footer = 0
        _add_page(book, page, slips[start : start + layout.per_page], layout)
        page.print_area = f"A1:{letter(len(widths))}{book.height(page)}"


def _declare_cuts(book: Workbook) -> None:
    book.style("cut right", left=CUT, line="dashed")
    book.style("cut left", right=CUT, line="dashed")
    book.style("cut between", left=CUT, right=CUT, line="dashed")
    book.style("cut above", below=CUT, line="dashed")
    book.style("cut below", above=CUT, line="dashed")
    book.style("gap")


def _add_page(book: Workbook, page: Any, slips: Sequence[Slip], layout: SlipLayout) -> None:
    for start in range(0, layout.per_page, layout.across):
        beside = slips[start : start + layout.across]
        _add_cut(book, page, len(beside), layout, "cut above")
        top = book.height(page)
        for number, height in enumerate(layout.heights):
            cells = [book.styled(None, "cut left" if beside else "gap")]
            for place, slip in enumerate(beside, 1):
                cells += [book.styled(text, style) for text, style in slip.rows[number]]
                cells.append(book.styled(None, "cut between" if place < len(beside) else "cut right"))
            book.append(page, cells, height)
        for place, slip in enumerate(beside):
            left = 1 + place * (len(layout.widths) + 1)
            _join(page, left, top, layout.spans)
            add_qr(page, qr_png(slip.number), left + len(layout.widths) - 1, top + layout.qr_row, NUMBER_SIZE)
        _add_cut(book, page, len(beside), layout, "cut below")


def _add_cut(book: Workbook, page: Any, slips: int, layout: SlipLayout, style: str) -> None:
    gap = book.styled(None, "gap")
    cells = [gap]
    for _slip in range(slips):
        cells += [*(book.styled(None, style) for _column in layout.widths), gap]
    book.append(page, cells, GAP_HEIGHT / 2)


def _join(page: Any, left: int, top: int, spans: Sequence[tuple[int, int]]) -> None:
    """Merge the cells of the lines that run on."""
    from openpyxl.utils import get_column_letter

    areas = [
        f"{get_column_letter(left + 1)}{top + row}:{get_column_letter(left + columns)}{top + row}"
        for row, columns in spans
    ]
    # openpyxl keeps merged cells in a set and writes them in a chance order; a list keeps the bytes the same
    page.merged_cells = [*page.merged_cells, *areas]
