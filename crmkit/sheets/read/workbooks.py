"""Rows from workbooks: xlsx, xlsb, xls, ods; what could harm the machine is refused before a workbook is opened."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any, BinaryIO

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read import formats, hidden, ole, zipcheck
from crmkit.sheets.read.grid import EPOCH, EPOCH_1904, MARK, OLE_MAGIC, UNVALUED, Cell, Merged, Row, Sheet
from crmkit.sheets.read.sandbox import damaged, read_apart

REPORT_SHEET = f"_{MARK}"  # hidden, of a workbook that `crmkit report` wrote: says what it is

# White space between the elements of a table, where none of it is a cell's: calamine stumbles over it.
_INDENTED = re.compile(
    rb"(?<=>)\s+(?=</?table:|</office:(?:spreadsheet|body)\b|<text:p[\s/>]|<office:(?:annotation|forms)\b)"
)


def sheets(file: BinaryIO, name: str, limits: ImportSettings, encoding: str) -> Iterator[Sheet]:
    """Every worksheet in order, hidden ones too. Raises InvalidError; `encoding` does not matter to workbooks."""
    return read_apart(lambda: _read(file, name, limits), file, name, limits)


def _read(file: BinaryIO, name: str, limits: ImportSettings) -> Iterator[Sheet]:
    file.seek(0)
    magic = file.read(8)
    file.seek(0)
    encoding = ""
    untold = hidden.Untold({}, EPOCH)  # of an old workbook only whole sheets are told
    if magic == OLE_MAGIC:
        source, encoding, epoch = _checked_old(file, name)
        untold = hidden.Untold({}, epoch)
    else:
        source = _checked_zip(file, name, limits)
        untold = hidden.of_zip(source)
        source.seek(0)
    from python_calamine import PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        with load_workbook(source) as workbook:
            if REPORT_SHEET in workbook.sheet_names:
                told = workbook.get_sheet_by_name(REPORT_SHEET).to_python()
                raise _own_report(name, {str(row[0]): str(row[1]) for row in told if len(row) > 1})
            for sheet in workbook.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    data = workbook.get_sheet_by_name(sheet.name)
                    zipcheck.check_extent(name, sheet.name, *(data.end or (0, 0)), limits)
                    merged = tuple((r1, c1, r2, c2) for (r1, c1), (r2, c2) in data.merged_cell_ranges or ())
                    title = _decoded(sheet.name, encoding) if encoding else sheet.name
                    rows, columns, unvalued = untold.sheets.get(sheet.name, hidden.Hidden([], []))
                    last_row, last_column = data.end or (0, 0)
                    yield Sheet(
                        title, _rows(data, merged, encoding, unvalued), merged, data.height,
                        hidden=sheet.visible != SheetVisibleEnum.Visible,
                        hidden_rows=hidden.within(rows, last_row + 1),
                        hidden_columns=hidden.within(columns, last_column), epoch=untold.epoch,
                    )  # fmt: skip
    except PasswordError:
        raise zipcheck.encrypted(name) from None


def _own_report(name: str, told: Mapping[str, str]) -> InvalidError:
    """What is said of a workbook that `crmkit report` wrote; `told` is what its hidden sheet says of it."""
    return InvalidError(
        _("{file} is a report for head office, not a list of people: crmkit wrote it from {branch}, {span}").format(
            file=name,
            branch=told.get("branch") or told.get("archive", ""),
            span=f"{told.get('first', '')} – {told.get('last', '')}",
        ),
        _("all that stands in it is in that archive; its people as a list: crmkit lead list -f csv"),
    )


def _rows(data: Any, merged: tuple[Merged, ...], encoding: str, unvalued: frozenset[tuple[int, int]]) -> Iterator[Row]:
    """Rows from A1 on; a cell merged downwards counts for every row that it spans."""
    left = [None] * (data.start[1] if data.start else 0)
    downwards = {(r1, c1): r2 for r1, c1, r2, _c2 in merged if r2 > r1}
    held: dict[int, tuple[int, Cell]] = {}  # column → last row of the merge, value
    for index, cells in enumerate(data.iter_rows()):
        row: list[Cell] = [*left, *(None if cell == "" else cell for cell in cells)]
        if encoding:
            row = [_decoded(cell, encoding) if isinstance(cell, str) else cell for cell in row]
        if unvalued:
            row = [UNVALUED if cell is None and (index, n) in unvalued else cell for n, cell in enumerate(row)]
        for column, (last, value) in list(held.items()):
            row[column] = value if row[column] is None else row[column]
            if index >= last:
                del held[column]
        for column, value in enumerate(row):
            if (index, column) in downwards and value is not None:
                held[column] = (downwards[index, column], value)
        yield Row(index + 1, row)


def _decoded(text: str, encoding: str) -> str:
    """The text of which calamine made one character a byte. Raises UnicodeError where it is of no such encoding."""
    return text.encode("latin-1").decode(encoding)


def _checked_old(file: BinaryIO, name: str) -> tuple[IO[bytes], str, date]:
    """An old binary workbook as calamine reads it, the encoding that its texts are still in ("" = none), its day 0.

    Raises InvalidError for what is not read.
    """
    data = file.read()
    try:
        container = ole.Container(data)
        book = ole.workbook(container)
    except ole.DamagedContainerError:
        raise damaged(name) from None
    if "encryptedpackage" in container.entries or (book and book.encrypted):
        raise zipcheck.encrypted(name)
    if book is None:
        kind = formats.of_container(set(container.entries))
        raise formats.refusal(name, kind) if kind else damaged(name)
    if book.version == 0:
        raise formats.refusal(name, formats.OLD_EXCEL)
    encoding = "" if book.version == ole.BIFF8 else ole.encoding(book)
    if book.version != ole.BIFF8 and not encoding:
        raise InvalidError(
            _("{file} is written in code page {n}, which is not known").format(file=name, n=book.codepage),
            _(formats.SAVE_AS),
        )
    return ole.as_unicode(data, book), encoding, EPOCH_1904 if book.since_1904 else EPOCH


def _checked_zip(file: BinaryIO, name: str, limits: ImportSettings) -> IO[bytes]:
    """A zipped workbook as calamine reads it, put right where some program wrote it in a way of its own."""
    form = zipcheck.check(file, name, limits)
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        indented = b""
        if form.open_document:
            content = archive.read(form.book)
            plain = _INDENTED.sub(b"", content) if _INDENTED.search(content) else content
            indented = plain if plain != content else b""
        if form.usual and not indented:
            file.seek(0)
            return file
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as target:
            for entry in archive.infolist():
                plain_name = form.plain_name(entry.filename)
                if plain_name:
                    data = indented if indented and entry.filename == form.book else archive.read(entry)
                    target.writestr(plain_name, data)
    copy.seek(0)
    return copy
