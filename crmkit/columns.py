"""Text in the columns of a terminal, where a Chinese character takes two."""

import unicodedata

NO_COLUMN = ("Mn", "Me", "Cf")  # Unicode categories: marks upon the character before, and what is not seen
TWO_COLUMNS = ("W", "F")  # East Asian widths (Unicode TR11)


def width(text: str) -> int:
    """How many columns `text` takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


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
