"""A look into a zipped workbook (xlsx, ods) before it is opened: how large it really is, how far its sheets reach.

Measured: a 4.6 KB xlsx with one value in XFD1048576 makes calamine ask for 550 GB, which ends the process.
"""

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import IO, NamedTuple
from xml.parsers import expat

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read import formats
from crmkit.sheets.read.grid import letter
from crmkit.sheets.read.sandbox import damaged

MAX_ENTRIES = 5000  # files inside the zip
MAX_CELLS = 20_000_000  # of one sheet's rectangle; calamine holds it whole, some 30 bytes a cell
CHUNK = 1 << 20
OPEN_DOCUMENT = "content.xml"
BOOKS = ("xl/workbook.xml", "xl/workbook.bin")  # where the workbook stands unless _rels/.rels says otherwise
# Parts that no reader of cells opens: whether they are well formed does not matter.
PASSED_OVER = ("docprops/", "customxml/", "xl/theme/", "xl/drawings/", "xl/charts/", "xl/media/", "xl/printersettings/")

# What unpacking raises of damaged files: RuntimeError for a part that is encrypted or packed in an unknown way,
# ValueError for places that lie outside the file, OSError without a number for damaged bzip2.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, expat.ExpatError, EOFError, RuntimeError, ValueError)

_REFERENCE = re.compile("([A-Za-z]+)([0-9]+)")
_COUNT = re.compile("\\+?[0-9]+")
# What `_evidently_within` sees: cells in the form of all programs, and whatever may be one in another form.
_IN_UTF8 = re.compile(
    rb"""<[A-Za-z]|<\?xml version=["']1\.0["']( encoding=["'](?i:utf-8)["'])?( standalone=["'](yes|no)["'])? ?\?>"""
)
_CELL_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_ODD = re.compile(rb"<c[^ a-zA-Z]")
_PREFIXED = re.compile(rb"<[^<>\s/]*:c[\s/>]")
_RELATION = re.compile(rb"<[^<>]*Relationship\s[^<>]*>")
_TARGET = re.compile(rb"""\sTarget\s*=\s*["']([^"']*)["']""")


class Form(NamedTuple):
    """How a zipped workbook is put together."""

    book: str  # the part that all else hangs on, as the zip names it
    open_document: bool
    usual: bool  # named as all programs name it; anything else is renamed before calamine reads it

    def plain_name(self, name: str) -> str:
        """The usual name of a file in the zip; "" for what does not belong to the workbook."""
        plain = _plain(name)
        folder, _slash, base = _plain(self.book).rpartition("/")
        if not self.open_document and plain == f"{folder}/{base}":
            return f"{folder}/workbook{base[base.rfind('.') :]}"
        if not self.open_document and plain == f"{folder}/_rels/{base}.rels":
            return f"{folder}/_rels/workbook{base[base.rfind('.') :]}.rels"
        return plain


def check(file: IO[bytes], name: str, limits: ImportSettings) -> Form:
    """How the workbook is put together.

    Raises InvalidError where it is none, is damaged or encrypted, unpacks to too much, or reaches beyond `limits`.
    """
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            budget = limits.max_megabytes * 1_000_000
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > budget:
                raise _too_large(name, limits)
            form = _form(archive, name)
            for entry in entries:
                plain = _plain(entry.filename).lower()
                if plain == OPEN_DOCUMENT if form.open_document else plain.endswith((".xml", ".rels")):
                    _look_into(archive, entry, form, name, limits)
    except UNREADABLE:
        raise damaged(name) from None
    except OSError as error:
        if error.errno is not None:  # the disk's, not the unpacking's
            raise
        raise damaged(name) from None
    return form


def _plain(name: str) -> str:
    """The name of a file in a zip as most programs write it; "" for what macOS adds, and for folders.

    Some programs write backslashes, or a slash in front.
    """
    plain = name.replace("\\", "/").lstrip("/")
    added = plain.startswith("__MACOSX/") or plain.rpartition("/")[2].startswith("._")
    return "" if added or plain.endswith("/") else plain


def _form(archive: zipfile.ZipFile, name: str) -> Form:
    names = {_plain(entry).lower(): entry for entry in archive.namelist()}
    usual = not any(entry.startswith("/") for entry in names.values())
    book = next((names[book] for book in BOOKS if book in names), "") or _named_book(archive, names)
    open_document = not book and OPEN_DOCUMENT in names
    if open_document:
        book = names[OPEN_DOCUMENT]
        _refuse_other_documents(archive, names, name)
    if not book or names.keys() & {"word/document.xml", "ppt/presentation.xml"}:
        raise formats.refusal(name, formats.of_zip(set(names)))
    if archive.getinfo(book).flag_bits & 1:
        raise encrypted(name)
    known = open_document or _plain(book).rpartition("/")[2].lower() in ("workbook.xml", "workbook.bin")
    return Form(book, open_document, usual and known)


def _named_book(archive: zipfile.ZipFile, names: dict[str, str]) -> str:
    """The workbook that `_rels/.rels` names, where it stands elsewhere."""
    if "_rels/.rels" not in names:
        return ""
    for relation in _RELATION.findall(archive.read(names["_rels/.rels"])):
        target = _TARGET.search(relation)
        if target and b'/officeDocument"' in relation.replace(b"'", b'"'):
            return names.get(_plain(target[1].decode("utf-8", "replace")).lower(), "")
    return ""


def _refuse_other_documents(archive: zipfile.ZipFile, names: dict[str, str], name: str) -> None:
    """Raise InvalidError for a text or a presentation, and for a sheet with a password."""
    mimetype = archive.read(names["mimetype"]).strip() if "mimetype" in names else b""
    if b"opendocument" in mimetype and b"spreadsheet" not in mimetype:
        raise formats.refusal(name, formats.TEXT_DOCUMENT)
    manifest = names.get("meta-inf/manifest.xml")
    if manifest and b"encryption-data" in archive.read(manifest):
        raise encrypted(name)


def _look_into(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, form: Form, name: str, limits: ImportSettings) -> None:
    if entry.file_size == 0:
        return  # OpenOffice writes empty parts; an empty sheet is none of ours to refuse
    plain = _plain(entry.filename).lower()
    try:
        with archive.open(entry) as part:
            evident = not form.open_document and plain.endswith(".xml") and _evidently_within(part, name, limits)
        if not evident:
            with archive.open(entry) as part:
                _Extent(name, entry.filename, form, limits).read(part)
    except expat.ExpatError:
        if not plain.startswith(PASSED_OVER):
            raise


def check_extent(file: str, sheet: str, last_row: int, last_column: int, limits: ImportSettings) -> None:
    """Raise InvalidError where the last cell of a sheet, counted from 0, lies beyond `limits`."""
    rows, columns = last_row + 1, last_column + 1
    if rows > limits.max_rows or columns > limits.max_columns or rows * columns > MAX_CELLS:
        raise InvalidError(
            _("{place}: the sheet reaches to {cell}; at most {rows} rows and {columns} columns are read").format(
                place=f"{file}, {sheet}",
                cell=f"{letter(last_column)}{rows}",
                rows=limits.max_rows,
                columns=limits.max_columns,
            ),
            _("delete what stands there, or raise `max_rows`, `max_columns` under [import] in archive.toml"),
        )


def encrypted(name: str) -> InvalidError:
    """The refusal of a workbook with a password."""
    return InvalidError(
        _("{file} is protected by a password").format(file=name),
        _("open it with the password and save a copy without one"),
    )


def _too_large(name: str, limits: ImportSettings) -> InvalidError:
    return InvalidError(
        _("{file} unpacks to more than {n} MB").format(file=name, n=limits.max_megabytes),
        _("the limit is `max_megabytes` under [import] in archive.toml"),
    )


def _parser(name: str) -> expat.XMLParserType:
    """A parser that refuses what no workbook needs: a document type may define entities that unfold without end."""

    def refuse(*_declaration: object) -> None:
        raise damaged(name)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _evidently_within(part: IO[bytes], file: str, limits: ImportSettings) -> bool:
    """Whether every cell of a part of an xlsx says where it lies as all programs write it, and none lies too far.

    False where that is not plain to see: then `_Extent` looks at each element, which of a large sheet takes twice as
    long. Raises as it does.
    """
    parser, columns, rows = _parser(file), set[bytes](), set[bytes]()
    rest: bytes | None = None  # the tag that the last piece ends in
    while chunk := part.read(CHUNK):
        parser.Parse(chunk, False)
        if rest is None and not _IN_UTF8.match(chunk):
            return False
        text = (rest or b"") + chunk
        end = text.rfind(b"<")
        if end < 0:
            return False
        text, rest = text[:end], text[end:]
        found = _CELL_COLUMN.findall(text)
        if text.count(b"<c") != len(found) and (text.count(b"<c ") != len(found) or _ODD.search(text)):
            return False
        if b"Relationship" in text or (b":c" in text and _PREFIXED.search(text)):
            return False
        columns.update(found)
        rows.update(_CELL_ROW.findall(text))
    parser.Parse(b"", True)
    try:
        last_column = max((_column(letters.decode()) for letters in columns), default=1) - 1
        check_extent("", "", max(map(int, rows), default=1) - 1, last_column, limits)
    except InvalidError:
        return False  # those far away may be only formatted
    return True


class _Extent:
    """Reads one XML part as a stream and follows where its cells lie; cells that are only formatted do not count."""

    def __init__(self, file: str, part: str, form: Form, limits: ImportSettings) -> None:
        self.file = file
        self.part = part
        self.suffix = _plain(form.book)[_plain(form.book).rfind(".") :].lower()  # of the names of sheets
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
        if _hides_a_sheet(attributes, self.suffix):
            raise damaged(self.file)

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


def _hides_a_sheet(relationship: dict[str, str], suffix: str) -> bool:
    """Whether a sheet is stored under a name that `check` does not look into."""
    is_sheet = relationship.get("Type", "").endswith("/worksheet")
    return is_sheet and not relationship.get("Target", "").lower().endswith(suffix)


def _number(text: str | None, default: int) -> int:
    """A count as calamine understands it, which takes a plus sign and leading zeros."""
    return int(text) if text and _COUNT.fullmatch(text) else default
