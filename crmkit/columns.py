"""Text in the columns of a terminal, where a Chinese character takes two."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache

GAP = "  "  # between the columns of a table
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_USUAL = "[ -~¡-¬®-ÿ…–—‘’“”×→℃、-〃《-】一-鿿！-～]*"  # texts whose characters stand side by side
NO_COLUMN = ("Mn", "Me", "Cf")  # Unicode categories: marks upon the character before, and what is not seen
TWO_COLUMNS = ("W", "F")  # East Asian widths (Unicode TR11)


def width(text: str) -> int:
    """How many columns `text` takes."""
    if text.isascii():
        return len(text)
    if _usual().fullmatch(text):
        return sum(map(_columns, text))
    from wcwidth import wcswidth  # which knows marks and pictures that are made of several; 12 ms to import

    return max(wcswidth(text), 0)


def drawn_up(
    titles: Sequence[str], lines: Sequence[Sequence[str]], *, right: Collection[int] = (), padding: int = 2
) -> Iterator[str]:  # fmt: skip
    """The lines of a table: titles, a rule, `lines`; the columns at the places `right` end alike, the others begin so.

    A column is as wide as its widest cell, and at least `padding` wider than its title.
    """
    drawn = []
    for place, title in enumerate(titles):
        cells = [line[place].strip() for line in lines]
        taken = [width(_COLOUR.sub("", cell) if "\x1b" in cell else cell) for cell in cells]
        most = max(width(title) + padding, max(taken, default=0))
        fill = str.rjust if place in right else str.ljust
        head = fill(title, most - width(title) + len(title))
        drawn.append(
            [head, "-" * most, *(fill(cell, most - n + len(cell)) for cell, n in zip(cells, taken, strict=True))]
        )
    for line in zip(*drawn, strict=True):
        yield GAP.join(line).rstrip()


@cache
def _usual() -> re.Pattern[str]:
    return re.compile(_USUAL)  # half a millisecond, and one record is shown without it


def padded(text: str, columns: int) -> str:
    """`text` followed by as many spaces as fill `columns`."""
    return text + " " * (columns - width(text))


def clipped(text: str, columns: int) -> str:
    """`text` in at most `columns` columns; what is cut off is marked by `…`."""
    return text if _fitting(text, columns) == len(text) else text[: _fitting(text, columns - 1)] + "…"


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns` columns (2 or more), broken at spaces where a line has one."""
    lines = []
    while (fitting := _fitting(text, columns)) < len(text):
        end = text.rfind(" ", 1, fitting + 1)
        end = end if end > 0 else fitting
        lines.append(text[:end])
        text = text[end:].lstrip(" ")
    return [*lines, text]


def _fitting(text: str, columns: int) -> int:
    """How many characters of `text` fit into `columns` columns."""
    used = 0
    for position, character in enumerate(text):
        used += _columns(character)
        if used > columns:
            return position
    return len(text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in NO_COLUMN:
        return 0
    return 2 if unicodedata.east_asian_width(character) in TWO_COLUMNS else 1
