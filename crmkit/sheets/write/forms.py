"""Forms to print and to write on: lines of framed fields on A4 pages, several columns joined where a field needs it."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from crmkit.sheets.write.book import HEADER_FILL, Workbook
from crmkit.sheets.write.cells import lines

COLUMNS = 8
COLUMN_WIDTH = 11.0  # as spreadsheets measure it
PAGE_HEIGHT = 820.0  # points that an upright A4 page holds when shrunk by a tenth
LINE, TALL, GAP = 17.0, 27.0, 9.0  # heights of rows in points
WRAPPED = {"head": 15.0, "value": 13.5, "small": 12.0}  # height of a line of wrapped text, by style
PADDING = 4.0  # above and below it
GREY, RED, RULE = "7F7F7F", "C00000", "BFBFBF"
BOX = "□"


class Field(NamedTuple):
    """A piece of a line, `columns` wide."""

    text: str
    style: str  # one of those that `declare_styles` makes
    columns: int = 1


class FormLine(NamedTuple):
    """One row of a form; it grows with the text of its wrapped fields."""

    fields: tuple[Field, ...]
    least: float = LINE  # points

    @property
    def height(self) -> float:
        """In points."""
        return max([self.least, *(_height(field) for field in self.fields)])


def declare_styles(book: Workbook) -> None:
    """title, hint; framed: head, value, small (wrapped), label, strong, doubt, sure, point (to tick)."""
    book.style("title", size=14, bold=True, shrink=True)
    book.style("hint", size=9, color=GREY, shrink=True)
    _framed(book, "head", size=11, bold=True, fill=HEADER_FILL, wrap=True)
    _framed(book, "label", size=8.5, color=GREY)
    _framed(book, "value", wrap=True)
    _framed(book, "small", size=8.5, wrap=True)
    _framed(book, "strong", size=11, bold=True)
    _framed(book, "doubt", size=9, bold=True, color=RED)
    _framed(book, "sure", size=9, color=GREY)
    _framed(book, "point", size=7.5, wrap=True, align="center")


def add_page(book: Workbook, title: str, heading: str, hint: str) -> Any:
    """A new page with its heading, the lines of which are then added with `add_line`."""
    page = book.page(title, [COLUMN_WIDTH] * COLUMNS)
    page.page_setup.fitToHeight = 1
    page.sheet_view.showGridLines = False
    add_line(book, page, FormLine((Field(heading, "title", COLUMNS),), TALL))
    add_line(book, page, FormLine((Field(hint, "hint", COLUMNS),)))
    return page


def add_line(book: Workbook, page: Any, line: FormLine) -> None:
    """The next row of `page`; the cells of a field that is several columns wide are joined."""
    from openpyxl.utils import get_column_letter

    cells = []
    for field in line.fields:
        cells += [book.styled(field.text or None, field.style)]
        cells += [book.styled(None, field.style) for _column in range(1, field.columns)]
    book.append(page, cells, line.height)
    row = book.height(page)
    ends = accumulate((field.columns for field in line.fields), initial=0)
    areas = [
        f"{get_column_letter(before + 1)}{row}:{get_column_letter(end)}{row}"
        for before, end in pairwise(ends)
        if end - before > 1
    ]
    # openpyxl keeps merged cells in a set and writes them in a chance order; a list keeps the bytes the same
    page.merged_cells = [*page.merged_cells, *areas]


def packed(blocks: Sequence[Sequence[FormLine]]) -> list[list[Sequence[FormLine]]]:
    """`blocks` in order on as few pages as will do; a block is not divided."""
    pages: list[list[Sequence[FormLine]]] = []
    room = 0.0
    for block in blocks:
        height = sum(line.height for line in block)
        if not pages or height > room:
            pages.append([])
            room = PAGE_HEIGHT - TALL - LINE
        pages[-1].append(block)
        room -= height
    return pages


def _height(field: Field) -> float:
    """The height that a field takes, in points."""
    if field.style not in WRAPPED:
        return 0
    room = field.columns * COLUMN_WIDTH * WRAPPED["value"] / WRAPPED[field.style] - 2
    return lines(field.text, room) * WRAPPED[field.style] + PADDING


def _framed(
    book: Workbook, name: str, *, size: float = 10, bold: bool = False, color: str = "000000", fill: str = "",
    wrap: bool = False, align: str = "left",
) -> None:  # fmt: skip
    book.style(
        name, size=size, bold=bold, color=color, fill=fill, wrap=wrap, shrink=not wrap, align=align,
        indent=int(align == "left"), above=RULE, below=RULE, left=RULE, right=RULE,
    )  # fmt: skip
