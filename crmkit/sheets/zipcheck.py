"""A look into a zipped workbook (xlsx, ods) before it is opened: how large it really is, how far its sheets reach.

Measured: a 4.6 KB xlsx with one value in XFD1048576 makes calamine ask for 550 GB, which ends the process.
"""

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import IO
from xml.parsers import expat

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.grid import letter

MAX_ENTRIES = 5000  # files inside the zip
MAX_CELLS = 20_000_000  # of one sheet's rectangle; calamine holds it whole, some 30 bytes a cell
CHUNK = 1 << 20
OPEN_DOCUMENT = "content.xml"
WORKBOOK_PARTS = ("xl/workbook.xml", OPEN_DOCUMENT)

# What unpacking raises of damaged files: RuntimeError for a part that is encrypted or packed in an unknown way,
# ValueError for places that lie outside the file, OSError without a number for damaged bzip2.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, expat.ExpatError, EOFError, RuntimeError, ValueError)

_CELL = re.compile(b'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_OTHER_CELLS = (b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r", b":c", b"\0")  # other ways to begin one, and to hide one
_REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")


def check(file: IO[bytes], name: str, limits: ImportSettings) -> None:
    """Raise InvalidError where the workbook is damaged, unpacks to too much, or reaches beyond `limits`."""
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if not any(entry.filename in WORKBOOK_PARTS for entry in entries):
                raise _damaged(name)
            budget = limits.max_megabytes * 1_000_000
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > budget:
                raise _too_large(name, limits)
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _look_into(archive, entry, name, limits)
    except UNREADABLE:
        raise _damaged(name) from None
    except OSError as error:
        if error.errno is not None:  # the disk's, not the unpacking's
            raise
        raise _damaged(name) from None


def _look_into(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: ImportSettings) -> None:
    if entry.filename.endswith(".xml") and entry.filename != OPEN_DOCUMENT:
        with archive.open(entry) as part:
            if _fits_at_a_glance(part, name, limits):
                return
    with archive.open(entry) as part:
        _Extent(name, entry.filename, limits).read(part)


def _fits_at_a_glance(part: IO[bytes], name: str, limits: ImportSettings) -> bool:
    """Whether every cell of a part says, in the way of all common programs, that it lies within `limits`.

    False where that cannot be told without following each element. Raises as `check` does.
    """
    parser = _parser(name)
    rows, columns, rest = 0, 0, b""
    while chunk := part.read(CHUNK):
        parser.Parse(chunk, False)
        tags, opening, cut_off = (rest + chunk).rpartition(b"<")
        cells = _CELL.findall(tags)
        # \0: UTF-16, in which nothing would be found; a part without a tag in all of a chunk is none of a sheet
        if not opening or tags.count(b"<c ") != len(cells) or any(other in tags for other in _OTHER_CELLS):
            return False
        rest = opening + cut_off
        if cells:
            columns = max(columns, *map(_column, {letters.decode() for letters, _row in cells}))
            rows = max(rows, *map(int, {row for _letters, row in cells}))
    parser.Parse(b"", True)
    return _fits(rows, columns, limits)


def _fits(rows: int, columns: int, limits: ImportSettings) -> bool:
    return rows <= limits.max_rows and columns <= limits.max_columns and rows * columns <= MAX_CELLS


def check_extent(file: str, sheet: str, last_row: int, last_column: int, limits: ImportSettings) -> None:
    """Raise InvalidError where the last cell of a sheet, counted from 0, lies beyond `limits`."""
    rows, columns = last_row + 1, last_column + 1
    if not _fits(rows, columns, limits):
        raise InvalidError(
            _("{place}: the sheet reaches to {cell}; at most {rows} rows and {columns} columns are read").format(
                place=f"{file}, {sheet}",
                cell=f"{letter(last_column)}{rows}",
                rows=limits.max_rows,
                columns=limits.max_columns,
            ),
            _("delete what stands there, or raise `max_rows`, `max_columns` under [import] in archive.toml"),
        )


def _damaged(name: str) -> InvalidError:
    return InvalidError(
        _("{file} is damaged, or no workbook").format(file=name),
        _("open it in a spreadsheet program and save it again"),
    )


def _too_large(name: str, limits: ImportSettings) -> InvalidError:
    return InvalidError(
        _("{file} unpacks to more than {n} MB").format(file=name, n=limits.max_megabytes),
        _("the limit is `max_megabytes` under [import] in archive.toml"),
    )


def _parser(name: str) -> expat.XMLParserType:
    """A parser that refuses what no workbook needs: a document type may define entities that unfold without end."""

    def refuse(*_declaration: object) -> None:
        raise _damaged(name)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


class _Extent:
    """Reads one XML part as a stream and follows where its cells lie; cells that are only formatted do not count."""

    def __init__(self, file: str, part: str, limits: ImportSettings) -> None:
        self.file = file
        self.part = part
        self.limits = limits
        self.row = self.column = 0  # of the cell in hand, counted from 1
        self.rows = self.columns = 1  # how often it is repeated (ods)
        self.reference = ""  # of the cell in hand (xlsx), until it matters where that lies
        self.last_row = self.last_column = 0  # of what was looked at, counted from 0
        self.parser = _parser(file)
        self.parser.StartElementHandler = self._start
        self.handlers: dict[str, Callable[[dict[str, str]], None]] = {
            "v": self._reach, "is": self._reach, "p": self._reach, "c": self._cell, "row": self._row,
            "table-cell": self._table_cell, "covered-table-cell": self._table_cell, "table-row": self._table_row,
            "table": self._table, "Relationship": self._relationship,
        }  # fmt: skip

    def read(self, part: IO[bytes]) -> None:
        """Unpack the part to its end. zipfile refuses a part longer than the zip says."""
        while chunk := part.read(CHUNK):
            self.parser.Parse(chunk, False)
        self.parser.Parse(b"", True)

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        # there are millions of them: each name is looked at once
        if element not in self.handlers:
            self.handlers[element] = self.handlers.get(element.rpartition(":")[2], _ignore)
        self.handlers[element](attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        if not reference:
            self._place()
            self.column += 1
        self.reference = reference

    def _row(self, attributes: dict[str, str]) -> None:
        self._place()
        self.row, self.column = _number(attributes.get("r"), self.row + 1), 0

    def _table_cell(self, attributes: dict[str, str]) -> None:
        self.column += self.columns
        self.columns = _number(attributes.get("table:number-columns-repeated"), 1)
        if "office:value-type" in attributes:
            self._reach(attributes)

    def _table_row(self, attributes: dict[str, str]) -> None:
        self.row += self.rows
        self.rows = _number(attributes.get("table:number-rows-repeated"), 1)
        self.column, self.columns = 1, 0

    def _table(self, _attributes: dict[str, str]) -> None:
        self.row, self.rows, self.column = 1, 0, 0
        self.last_row = self.last_column = 0  # the next sheet of the same part (ods)

    def _relationship(self, attributes: dict[str, str]) -> None:
        if _hides_a_sheet(attributes):
            raise _damaged(self.file)

    def _place(self) -> None:
        found = _REFERENCE.fullmatch(self.reference) if self.reference else None
        if found is not None:
            self.row, self.column = int(found[2]), _column(found[1])
        elif self.reference:
            self.column += 1
        self.reference = ""

    def _reach(self, _attributes: dict[str, str]) -> None:
        self._place()
        row, column = self.row + self.rows - 2, self.column + self.columns - 2
        if self.row and (row > self.last_row or column > self.last_column):
            # what lies between is held as well: the whole rectangle has to fit
            self.last_row, self.last_column = max(row, self.last_row), max(column, self.last_column)
            check_extent(self.file, self.part, self.last_row, self.last_column, self.limits)


def _ignore(_attributes: dict[str, str]) -> None:
    pass


@cache
def _column(letters: str) -> int:
    """The number of a column, counted from 1: A → 1, AB → 28."""
    number = 0
    for character in letters.upper():
        number = number * 26 + ord(character) - 64
    return number


def _hides_a_sheet(relationship: dict[str, str]) -> bool:
    """Whether a sheet is stored under a name that `check` does not look into."""
    is_sheet = relationship.get("Type", "").endswith("/worksheet")
    return is_sheet and not relationship.get("Target", "").endswith(".xml")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
