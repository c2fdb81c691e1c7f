"""What may be put into a cell, and how wide it is: text stays text, whatever it looks like.

See sheets/docs.md, "Text stays text".
"""

import re
import unicodedata
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

Kind = Literal["text", "count", "money", "share", "day", "moment", "duration"]
Stored = str | int | float | datetime | None

FORMATS: dict[str, str] = {
    "text": "@", "count": "#,##0", "money": "#,##0.00", "share": "0.0%", "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm", "duration": "[m]:ss",
}  # fmt: skip
NUMBERS = ("count", "money", "share", "duration")  # the kinds that stand on the right of their column
LONGEST_TEXT = 32_767  # UTF-16 units in one cell; more is cut by every spreadsheet program
SECONDS_A_DAY = 86_400  # in which spreadsheet programs count
CACHED_TEXTS = 4096  # a table says the same few words again and again
FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheet programs disagree on the number of a day

# Control characters but tab and newline, lone surrogates, noncharacters (they make a workbook unreadable), and the
# marks that reverse the direction of writing (they make one cell look like another).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# A spreadsheet program reads _x0041_ as A; with its own underscore escaped the text stays as it was written.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Cell(NamedTuple):
    """A value ready for a sheet."""

    value: Stored
    kind: Kind
    width: int  # columns that it takes on the screen
    cut: bool = False  # the text was longer than a cell can hold


_EMPTY: dict[Kind, Cell] = {kind: Cell(None, kind, 0) for kind in get_args(Kind)}


def cell(value: object, kind: Kind, zone: tzinfo | None) -> Cell:
    """`value` as it goes into a sheet; everything that is written to a workbook passes here.

    text: any value as text, unsafe characters made visible, cut at LONGEST_TEXT. money: integer fen, written in yuan.
    share: 0 to 1. day: a date. moment: an aware datetime, written as the local time of `zone`. duration: seconds. None
    and mere white space make an empty cell.
    """
    if value is None or value == "":
        return _EMPTY[kind]
    if kind == "text":
        return _text(str(value))
    if kind == "day" and isinstance(value, date):
        if value < FIRST_DAY:
            return _text(value.isoformat())
        return Cell(datetime(value.year, value.month, value.day), kind, 10)
    if kind == "moment" and isinstance(value, datetime):
        return Cell(value.astimezone(zone).replace(tzinfo=None), kind, 16)
    if kind == "count" and isinstance(value, int):
        return Cell(value, kind, len(f"{value:,}"))
    if kind == "money" and isinstance(value, int):
        return Cell(value / 100, kind, len(f"{value / 100:,.2f}"))
    if kind == "share" and isinstance(value, float):
        return Cell(value, kind, 6)
    if kind == "duration" and isinstance(value, int):
        return Cell(value / SECONDS_A_DAY, kind, len(f"{value // 60}:00"))
    raise TypeError(f"{value!r} is no {kind}")


def clean(text: str) -> str:
    """`text` with unsafe characters made visible (ESC becomes \\u001b) and every line end a newline."""
    if text.isprintable():  # which no unsafe character is, nor a line end
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", lines)


def width(text: str) -> int:
    """The columns that the longest line of `text` takes on the screen: a Chinese character takes two."""
    return max(len(line) if line.isascii() else sum(map(_WIDTHS.__getitem__, line)) for line in text.split("\n"))


def lines(text: str, room: float) -> int:
    """How many lines `text` takes where it is wrapped at `room` columns."""
    return sum(-int(-max(width(line), 1) // room) for line in text.split("\n"))


class _Widths(dict[str, int]):
    """The columns that a character takes, each looked up once."""

    def __missing__(self, char: str) -> int:
        """Look a character up."""
        wide = unicodedata.east_asian_width(char) in "WF"
        self[char] = 0 if unicodedata.combining(char) else 2 if wide else 1
        return self[char]


_WIDTHS = _Widths()


@lru_cache(maxsize=CACHED_TEXTS)
def _text(text: str) -> Cell:
    whole = clean(text)
    if not whole.strip():
        return _EMPTY["text"]
    stored = _ESCAPE.sub("_x005F_", whole)
    kept = _first_units(stored, LONGEST_TEXT)
    return Cell(kept, "text", width(whole[:1000]), cut=kept != stored)


def _first_units(text: str, units: int) -> str:
    if len(text) * 2 <= units:
        return text
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore")
