"""What a single cell says: its text, whether that is anything, and one spelling by which it is known again."""

from collections.abc import Callable
from datetime import datetime, time
from functools import lru_cache

from crmkit.core import values
from crmkit.core.calendar.sheet_dates import read_day
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.read.grid import UNVALUED, Cell

LONGEST_DATE = 40  # characters
REMEMBERED_CELLS = 1 << 14

_EACH_ITS_OWN = frozenset(("name", "phone", "address", "email", "wechat", "external_id", "note", ""))
_AS_IT_IS = ("phone", "referrer_phone", "external_id")  # digits that are no day
_NO_PART_OF_THE_KEY = ("ignore", "date", "time")  # the day is one by itself, in one spelling


Said = tuple[str, bool, str]  # its text; False for a mere word for nothing; its spelling in the key, "" = no part of it
Sayer = Callable[[Cell, str], Said]


def cell_text(cell: Cell) -> str:
    """A cell as text: 73.0 is 73, a date is 2026-11-03, with a time 2026-11-03 10:56. Raises InvalidError."""
    if cell == UNVALUED:
        raise InvalidError(
            _("a formula whose value the file does not hold: open it in a spreadsheet program and save it")
        )
    if isinstance(cell, str):
        return values.clean(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time() else f"{cell:%Y-%m-%d}"
    return values.clean("" if cell is None else str(cell))


def said(cell: Cell, field: str) -> Said:
    """What `cell` says in a column of `field`. Raises InvalidError as `cell_text` does."""
    if field == "ignore" and cell == UNVALUED:
        return "", False, ""
    text = values.clean(cell) if isinstance(cell, str) and cell != UNVALUED else cell_text(cell)  # text, as most are
    plain = values.plain(text)
    if not plain or field in _NO_PART_OF_THE_KEY:
        return text, bool(plain), ""
    return text, True, _spelling(field, plain) if plain[0].isdigit() or field == "amount" else plain


_said_before = lru_cache(maxsize=REMEMBERED_CELLS, typed=True)(said)


def sayer(field: str) -> Sayer:
    """`said` for a column of `field`, with a memory where that says the same few things again and again."""
    return said if field in _EACH_ITS_OWN else _said_before


def _spelling(field: str, plain: str) -> str:
    """One spelling for a day (2026/11/3) and for an amount (1,980.00); everything else as it is."""
    try:
        if field == "amount":
            return str(values.fen(plain))
        if field not in _AS_IT_IS and len(plain) <= LONGEST_DATE:
            day = read_day(plain)
            return day.key() if day else plain
    except InvalidError:
        return plain
    return plain
