"""Forms to print and to write on: lines of framed fields on A4 pages, several columns joined where a field needs it.

Beside them stands a column for codes: the id of the record that a form is about, as text and to be scanned.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from crmkit.columns import wrapped
from crmkit.labels import label
from crmkit.sheets.write.book import HEADER_FILL, Workbook
from crmkit.sheets.write.cells import lines
from crmkit.sheets.write.qr import add_id

COLUMNS = 8
COLUMN_WIDTH, CODE_WIDTH = 11.5, 12.0  # as spreadsheets measure it; the last column is that of the codes
PAGE_HEIGHT = 880.0  # points that an upright A4 page holds when shrunk by a sixth: three call sheets
TITLE_HEIGHT, LINE, TALL, GAP = 26.0, 17.0, 23.0, 7.0  # heights of rows in points
# height of a line of wrapped text, by style
WRAPPED = {
    "head": 15.0, "value": 13.5, "small": 11.5, "doubt": 12.5, "column": 12.0, "cell": 12.0, "box": 12.0, "used": 12.0,
}  # fmt: skip
PADDING = 4.0  # above and below it
POINT_COLUMNS, POINT_LINE = 15, 9.5  # of the screen that a box to tick has room for; points of a line in it
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
    """title, hint; framed: head, value, small (wrapped), label, strong, doubt, sure, point (to tick).

    Of tables on paper: column (a title), cell, amount (on the right), box and used (visits to tick), plain (no frame).
    """
    book.style("title", size=14, bold=True, shrink=True)
    book.style("hint", size=9, color=GREY, shrink=True)
    book.style("id", size=7.5, shrink=True, align="center")
    _framed(book, "head", size=11, bold=True, fill=HEADER_FILL, wrap=True)
    _framed(book, "label", size=8.5, color=GREY)
    _framed(book, "value", wrap=True)
    _framed(book, "small", size=8.5, wrap=True)
    _framed(book, "strong", size=11, bold=True)
    _framed(book, "doubt", size=9, bold=True, color=RED, wrap=True)
    _framed(book, "sure", size=9, color=GREY)
    _framed(book, "hint box", size=9, color=GREY, align="center")
    _framed(book, "point", size=7.5, wrap=True, align="center")
    _framed(book, "column", size=9, bold=True, fill=HEADER_FILL, wrap=True, align="center")
    _framed(book, "cell", size=9, wrap=True)
    _framed(book, "amount", size=9, align="right")
    _framed(book, "amount strong", size=10, bold=True, align="right")
    _framed(book, "box", size=9, wrap=True, align="center")
    _framed(book, "used", size=9, wrap=True, align="center", fill=HEADER_FILL)
    book.style("plain", size=9, align="left")
    book.style("plain right", size=9, align="right")


def add_page(book: Workbook, title: str, heading: str, hint: str) -> Any:
    """A new page with its heading, the lines of which are then added with `add_line`."""
    page = book.page(title, [*[COLUMN_WIDTH] * COLUMNS, CODE_WIDTH])
    page.page_setup.fitToHeight = 1
    page.sheet_view.showGridLines = False
    add_line(book, page, FormLine((Field(heading, "title", COLUMNS),), TITLE_HEIGHT))
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


def add_block(book: Workbook, page: Any, lines: Sequence[FormLine], identifier: str) -> None:
    """The lines of one form, with the id of its record beside the first and as a code beside those below."""
    first, *others = lines
    add_line(book, page, first._replace(fields=(*first.fields, Field(identifier, "id"))))
    add_id(page, identifier, COLUMNS, book.height(page))
    for line in others:
        add_line(book, page, line)


def ticks(codes: Sequence[str]) -> list[FormLine]:
    """A box to tick for each code, in its words, as many lines as they need."""
    boxes = [Field(f"{BOX} {label(code)}", "point") for code in codes]
    boxes += [Field("", "point")] * (-len(boxes) % COLUMNS)
    most = max(len(wrapped(box.text, POINT_COLUMNS)) for box in boxes)
    least = TALL if len(boxes) == COLUMNS else LINE  # several lines are told apart without room between them
    height = max(least, most * POINT_LINE if most > 2 else 0)  # two lines fit into any
    return [FormLine(tuple(boxes[start : start + COLUMNS]), height) for start in range(0, len(boxes), COLUMNS)]


def side_by_side(left: Sequence[str], right: Sequence[str]) -> FormLine:
    """Two texts (their lines) beside each other, divided so that they take the least height."""
    texts = "\n".join(left), "\n".join(right)
    divided = (
        FormLine((Field(texts[0], "small", columns), Field(texts[1], "small", COLUMNS - columns)))
        for columns in (4, 3, 5, 2, 6)
    )
    return min(divided, key=lambda line: line.height)


def packed(blocks: Mapping[str, Sequence[FormLine]]) -> list[list[str]]:
    """The names of `blocks` in order, on as few pages as will do; a block is not divided."""
    pages: list[list[str]] = []
    room = 0.0
    for name, block in blocks.items():
        height = sum(line.height for line in block)
        if not pages or height > room:
            pages.append([])
            room = PAGE_HEIGHT - TITLE_HEIGHT - LINE
        pages[-1].append(name)
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
        indent=int(align != "center"), above=RULE, below=RULE, left=RULE, right=RULE,
    )  # fmt: skip
