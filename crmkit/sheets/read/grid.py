"""Rows and cells of any sheet, and how a place in one is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crmkit.i18n import _

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old workbook, or one with a password
Cell = str | int | float | bool | datetime | date | time | timedelta | None
EPOCH = date(1899, 12, 30)  # the day 0 of spreadsheet programs, but for workbooks that count from 1904
EPOCH_1904 = date(1904, 1, 1)
MARK = "crmkit"  # title of the hidden column by which crmkit knows the rows of its own sheets again
UNVALUED = "=?"  # stands for a formula of which the workbook does not hold the value
Merged = tuple[int, int, int, int]  # first row, first column, last row, last column; counted from 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the sheet, counted from 1."""

    number: int
    cells: Sequence[Cell]
    error: str = ""  # why its cells cannot be told apart; then they are only what it looks like

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows` can be walked through once."""

    name: str  # "" for a file that has no sheets
    rows: Iterator[Row]
    merged: tuple[Merged, ...] = ()
    count: int = 0  # about how many rows, as far as it is known before they are read
    hidden: bool = False  # the sheet as a whole
    hidden_rows: frozenset[int] = frozenset()  # numbers of rows hidden by hand or by a filter
    hidden_columns: frozenset[int] = frozenset()  # counted from 0
    epoch: date = EPOCH  # day 0 of a day that stands there as a mere number


def place(file: str, sheet: str, row: int, column: int | None = None) -> str:
    """Where something stands, for people: `leads.xlsx, sheet 时间公园, C5`; `column` is counted from 0."""
    where = f"{letter(column)}{row}" if column is not None else _("row {row}").format(row=row)
    return ", ".join(part for part in (file, _("sheet {name}").format(name=sheet) if sheet else "", where) if part)


def letter(column: int) -> str:
    """The letter of a column counted from 0: 0 → A, 27 → AB."""
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
