"""Papers for a customer: heads with a code, tables, sums and places to sign, on A4 pages that say how many there are.

A paper is cut into pages as it is made, so that the same lines stand on the same page whatever program prints them;
the pages are counted by paper, not by file, since one file may hold those of many.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from crmkit.columns import wrapped
from crmkit.core.fields import in_capitals, in_yuan
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cells import lines
from crmkit.sheets.write.forms import (
    COLUMN_WIDTH,
    COLUMNS,
    GAP,
    LINE,
    PAGE_HEIGHT,
    TITLE_HEIGHT,
    Field,
    FormLine,
    add_block,
    add_line,
    add_page,
)

WHOLE = COLUMNS + 1  # columns of a page, with that of the codes
SIGNING, HEAD_LINE = 34.0, 19.0  # points
MOST_LINES = 28  # of text in a row
CODE_HEIGHT = 50.0  # points below the first line that the code of the id takes
ROOM = PAGE_HEIGHT - TITLE_HEIGHT - 5 * LINE


class PaperBlock(NamedTuple):
    """Lines that stay on one page; `head` is the header of their table, repeated where a page begins among them."""

    lines: tuple[FormLine, ...]
    head: FormLine | None = None

    @property
    def height(self) -> float:
        """In points."""
        return sum(line.height for line in self.lines)


class Paper(NamedTuple):
    """A paper before it is cut into pages."""

    title: str
    what: str  # below it
    identifier: str  # of what it is about, on each page
    head: PaperBlock  # of the pages after the first
    blocks: list[PaperBlock]


def add_paper(book: Workbook, paper: Paper) -> None:
    """The pages of a paper, a sheet each, with its identifier as text and as a code."""
    pages = _cut(paper.blocks, paper.head)
    for number, rows in enumerate(pages, 1):
        of = _("page {page} of {pages}").format(page=number, pages=len(pages))
        name = paper.identifier.replace(":", " ") + (f" ({number})" if number > 1 else "")
        page = add_page(book, name, paper.title, f"{paper.what} · {of}")
        page.oddHeader.left.text = page.oddHeader.right.text = None  # the page says it itself, of this plan alone
        page.oddFooter.center.text = of
        first, *others = rows
        add_block(book, page, [first], paper.identifier)
        for line in others:
            add_line(book, page, line)
        page.print_area = f"A1:I{book.height(page)}"


def _cut(blocks: Iterable[PaperBlock], again: PaperBlock) -> list[list[FormLine]]:
    """The lines by pages; a block is not divided, and a table's header stands on each page that it reaches.

    Each page after the first begins with `again`.
    """
    pages: list[list[FormLine]] = [[]]
    room, head = ROOM, None
    for block in blocks:
        wanted = block.height + (block.head.height if block.head and block.head != head else 0)
        if wanted > room and pages[-1]:
            pages.append([*again.lines, *gap().lines])
            room, head = ROOM - again.height - GAP, None
        if block.head and block.head != head:
            pages[-1].append(block.head)
            room -= block.head.height
        pages[-1] += block.lines
        room, head = room - block.height, block.head
    return pages


def block(*those: FormLine) -> PaperBlock:
    """Lines that stay together."""
    return PaperBlock(those)


def gap() -> PaperBlock:
    """Some room."""
    return block(FormLine((), GAP))


def beside_code(*those: FormLine) -> PaperBlock:
    """The lines beside the code, which begins below the first of them."""
    beside = sum(line.height for line in those[1:])
    *rest, last = those
    return block(*rest, last._replace(least=max(last.height, last.height + CODE_HEIGHT - beside)))


def pairs(*pairs: tuple[str, str]) -> Iterator[FormLine]:
    """Two titles beside each other with what they say."""
    fields = [field for title, text in pairs for field in (Field(title, "label"), Field(text, "value", 3))]
    yield FormLine(tuple(fields), HEAD_LINE)


def wide_field(title: str, text: str) -> FormLine:
    """A title with what it says, in a line of a head."""
    return FormLine((Field(title, "label"), Field(text, "value", COLUMNS - 1)), HEAD_LINE)


def table_lines(
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str]],
    right: Sequence[int] = (),
    least: float = LINE,
    doubt: str = "",
) -> Iterator[PaperBlock]:
    """A table whose columns are so many columns of the page wide; `right` ones stand on the right, `doubt` is red."""
    head = FormLine(tuple(Field(title, "column", wide) for title, wide in columns))
    for row in rows:
        texts = [_pieces(text, wide) for text, (_title, wide) in zip(row, columns, strict=True)]
        for pieces in zip_longest(*texts, fillvalue=""):
            fields = [
                Field(text, "doubt" if doubt and text == doubt else "amount" if at in right else "cell", wide)
                for at, (text, (_title, wide)) in enumerate(zip(pieces, columns, strict=True))
            ]
            yield PaperBlock((FormLine(tuple(fields), least),), head)


def _pieces(text: str, wide: int) -> list[str]:
    """A text as pieces that rows can hold: a spreadsheet program has no row above 409 points."""
    room = int(wide * COLUMN_WIDTH)
    if len(text) <= room or lines(text, room) <= MOST_LINES:
        return [text]
    starts, at = list[int](), 0  # of its lines
    for line in (line for given in text.split("\n") for line in wrapped(given, room)):
        at = text.find(line, at)
        starts.append(at)
        at += len(line)
    cuts = [*starts[::MOST_LINES], len(text)]
    return [text[begin:end].strip() for begin, end in pairwise(cuts)]


def sum_line(title: str, text: str, *, strong: bool = False) -> PaperBlock:
    """A sum below a table."""
    look = "strong" if strong else "cell"
    return block(FormLine((Field(title, look, WHOLE - 2), Field(text, "amount strong" if strong else "amount", 2))))


def total_lines(fen: int, title: str = "") -> PaperBlock:
    """A sum in figures and in capital numerals."""
    in_words = FormLine((Field(_("Total in capitals: RMB {amount}").format(amount=in_capitals(fen)), "cell", WHOLE),))
    line = sum_line(title or _("Total"), in_yuan(fen), strong=True)
    return block(*line.lines, in_words)


def remark(text: str) -> PaperBlock:
    """A sentence."""
    return block(FormLine((Field(text, "plain", WHOLE),)))


def signing(*places: str) -> PaperBlock:
    """Places to sign, beside each other."""
    wide = WHOLE // len(places)
    return block(
        FormLine((), GAP), FormLine(tuple(Field(place, "plain", wide) for place in places), SIGNING),
    )  # fmt: skip


def where_to_ask(run: Run) -> PaperBlock:
    """The telephone number and the address of the branch."""
    card = run.settings.card
    said = (
        _("Questions: {phone}").format(phone=card.hotline) if card.hotline else "",
        _("Address: {address}").format(address=card.address) if card.address else "",
    )
    text = "   ".join(filter(None, said))
    return block(FormLine((Field(text, "plain", WHOLE),), LINE * lines(text, WHOLE * COLUMN_WIDTH)))
