"""The rows of a table as the XML of a worksheet, packed as they come: a hundred thousand of them take a few megabytes.

openpyxl makes an object of every cell, and an XML element of that, which takes five times as long; of a workbook with
tables it makes everything but their rows.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import IO, NamedTuple

from crmkit.sheets.write.cells import Stored

PACKING = 1  # zlib's fastest; the workbook is packed better
_PLACE = re.compile(rb"<sheetData\s*/>|<sheetData>\s*</sheetData>")


class Rows(NamedTuple):
    """Some rows of a table, one after the other."""

    packed: bytes
    last_filled: int  # number of the last row in which something stands; 0 = none


class TableRows:
    """The rows of one table."""

    def __init__(self) -> None:
        """A table without rows."""
        self.last_filled = 0  # number of the last row in which something stands; 0 = none
        self._packed: list[bytes] = []

    def append(self, rows: Rows) -> None:
        """The next rows."""
        self.last_filled = max(self.last_filled, rows.last_filled)
        self._packed.append(rows.packed)

    def write_into(self, sheet: bytes, target: IO[bytes]) -> None:
        """Write `sheet`, the XML of a worksheet without rows, with these rows into `target`."""
        place = _PLACE.search(sheet)
        if place is None:
            raise ValueError("the sheet has rows already")
        target.write(sheet[: place.start()] + b"<sheetData>")
        for packed in self._packed:
            target.write(zlib.decompress(packed))
        target.write(b"</sheetData>" + sheet[place.end() :])


class RowWriter:
    """Writes rows of a table, from any number on."""

    def __init__(self, columns: int, number: int) -> None:
        """A table of so many columns; `number` is that of the first row."""
        self._columns = [f'<c r="{letter(column)}' for column in range(1, columns + 1)]
        self._number = number
        self._last_filled = 0
        self._parts: list[str] = []

    def append(self, values: Sequence[Stored], styles: Sequence[int], height: float) -> None:
        """The next row; `styles` are the workbook's numbers of looks, `height` is in points, 0 = ordinary."""
        number, parts = self._number, self._parts
        parts.append(f'<row r="{number}" ht="{height:.16g}" customHeight="1">' if height else f'<row r="{number}">')
        for column, value, style in zip(self._columns, values, styles, strict=True):
            if value is None:
                parts.append(f'{column}{number}" s="{style}"/>')
                continue
            self._last_filled = number
            if isinstance(value, str):
                space = ' xml:space="preserve"' if value != value.strip() else ""
                text = _escaped(value)
                parts.append(f'{column}{number}" s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>')
            else:
                figure = _serial(value) if isinstance(value, datetime) else value
                parts.append(f'{column}{number}" s="{style}"><v>{figure:.16g}</v></c>')
        parts.append("</row>")
        self._number += 1

    def formulas(self, cells: Mapping[int, tuple[str, float, int]]) -> None:
        """The next row: by the number of the column a formula, its value as of now, and the number of its looks."""
        number = self._number
        self._parts.append(f'<row r="{number}">')
        for column, (formula, value, style) in sorted(cells.items()):
            head = f'{self._columns[column - 1]}{number}" s="{style}">'
            self._parts.append(f"{head}<f>{_escaped(formula)}</f><v>{value:.16g}</v></c>")
        self._parts.append("</row>")
        self._last_filled = number
        self._number += 1

    def rows(self) -> Rows:
        """What was written."""
        return Rows(zlib.compress("".join(self._parts).encode(), PACKING), self._last_filled)


def _escaped(text: str) -> str:
    # as xml.sax.saxutils does it, whose import brings along all that opens a URL
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=4096)
def _serial(moment: datetime) -> float:
    """`moment` as spreadsheet programs count: days since 1900, the time of day as a fraction."""
    from openpyxl.utils.datetime import to_excel

    return float(to_excel(moment))


def letter(column: int) -> str:
    """The letters of a column, counted from 1."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
