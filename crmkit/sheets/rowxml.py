"""The rows of a table as the XML of a worksheet, packed as they come: a hundred thousand of them take a few megabytes.

openpyxl makes an object of every cell, and an XML element of that, which takes five times as long; of a workbook with
tables it makes everything but their rows.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import IO

from crmkit.sheets.cells import Stored

PACKING = 1  # zlib's fastest; the workbook is packed better
_PLACE = re.compile(rb"<sheetData\s*/>|<sheetData>\s*</sheetData>")


class TableRows:
    """The rows of one table."""

    def __init__(self, columns: Sequence[str]) -> None:
        """`columns` are the letters of the columns."""
        self.rows = 0
        self.last_filled = 0  # number of the last row in which something stands; 0 = none
        self._columns = [f'<c r="{letter}' for letter in columns]
        self._packer = zlib.compressobj(PACKING)
        self._packed: list[bytes] = []

    def append(self, values: Sequence[Stored], styles: Sequence[int], height: float) -> None:
        """The next row; `styles` are the workbook's numbers of looks, `height` is in points, 0 = ordinary."""
        self.rows += 1
        number = self.rows
        parts = [f'<row r="{number}" ht="{height:.16g}" customHeight="1">' if height else f'<row r="{number}">']
        for column, value, style in zip(self._columns, values, styles, strict=True):
            if value is None:
                parts.append(f'{column}{number}" s="{style}"/>')
            elif isinstance(value, str):
                space = ' xml:space="preserve"' if value != value.strip() else ""
                text = _escaped(value)
                parts.append(f'{column}{number}" s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>')
            else:
                figure = _serial(value) if isinstance(value, datetime) else value
                parts.append(f'{column}{number}" s="{style}"><v>{figure:.16g}</v></c>')
        parts.append("</row>")
        if any(value is not None for value in values):
            self.last_filled = number
        self._packed.append(self._packer.compress("".join(parts).encode()))

    def write_into(self, sheet: bytes, target: IO[bytes]) -> None:
        """Write `sheet`, the XML of a worksheet without rows, with these rows into `target`."""
        place = _PLACE.search(sheet)
        if place is None:
            raise ValueError("the sheet has rows already")
        target.write(sheet[: place.start()] + b"<sheetData>")
        unpacker = zlib.decompressobj()
        for packed in (*self._packed, self._packer.flush()):
            target.write(unpacker.decompress(packed))
        target.write(b"</sheetData>" + sheet[place.end() :])


def _escaped(text: str) -> str:
    # as xml.sax.saxutils does it, whose import brings along all that opens a URL
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=4096)
def _serial(moment: datetime) -> float:
    """`moment` as spreadsheet programs count: days since 1900, the time of day as a fraction."""
    from openpyxl.utils.datetime import to_excel

    return float(to_excel(moment))
