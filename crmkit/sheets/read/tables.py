"""A file of rows, whatever its format: csv, tsv, jsonl, vcf, xlsx, xls, ods, or `-` for standard input.

Formats are told by content, not by name. What could harm the machine is looked at before it is opened.

See sheets/docs.md, "Foreign files".
"""

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from crmkit.core.values import MAX_TEXT
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read.formats import START, refuse_foreign
from crmkit.sheets.read.grid import OLE_MAGIC, Cell, Row, Sheet, place

CHUNK = 1 << 20
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file of rows."""

    name: str
    sha256: str
    sheets: Iterator[Sheet]
    lines: int  # of a text


@contextmanager
def opened(name: str, limits: ImportSettings, encoding: str = "") -> Iterator[Source]:
    """The sheets of the file `name` ("-" = standard input), one after the other, rows streamed where possible.

    `encoding` is for text only; "" = told by content. Raises NotFoundError for a missing file, InvalidError naming the
    place for anything that cannot be read or is larger than `limits`; some of it only while rows are walked through.
    """
    with _binary(name, limits) as file:
        shown = _("standard input") if name == "-" else name
        digest, lines = hashlib.sha256(), 0
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            lines += chunk.count(b"\n")
        size = file.tell()
        if size == 0:
            raise InvalidError(_("{file} is empty").format(file=shown))
        if size > limits.max_megabytes * 1_000_000:
            raise InvalidError(
                _("{file} is larger than {n} MB").format(file=shown, n=limits.max_megabytes),
                _("the limit is `max_megabytes` under [import] in archive.toml"),
            )
        file.seek(0)
        start = file.read(START)
        file.seek(0)
        if start.startswith((ZIP_MAGIC, OLE_MAGIC)):
            from crmkit.sheets.read.workbooks import sheets
        else:
            from crmkit.sheets.read.texts import sheets

            refuse_foreign(start, shown)
        yield Source(name, digest.hexdigest(), _checked(sheets(file, shown, limits, encoding), shown, limits), lines)


@contextmanager
def _binary(name: str, limits: ImportSettings) -> Iterator[BinaryIO]:
    if name == "-":
        with tempfile.TemporaryFile() as spool:
            left = limits.max_megabytes * 1_000_000 + 1  # one more than is taken: the input may have no end
            while left > 0 and (chunk := sys.stdin.buffer.read(min(left, CHUNK))):
                spool.write(chunk)
                left -= len(chunk)
            spool.seek(0)
            yield spool
        return
    path = Path(name)
    if path.is_dir():
        raise InvalidError(_("{file} is a folder, not a file").format(file=name))
    if not path.exists():
        raise NotFoundError(_("there is no file {file}").format(file=name))
    if not path.is_file():  # to open a pipe waits for whoever writes into it, and /dev/zero has no end
        raise InvalidError(
            _("{file} is a pipe or a device, not a file").format(file=name),
            _("give `-` for standard input, or save what it holds as a file"),
        )
    with path.open("rb") as file:
        yield file


def _checked(sheets: Iterator[Sheet], file: str, limits: ImportSettings) -> Iterator[Sheet]:
    for sheet in sheets:
        yield replace(sheet, rows=_checked_rows(sheet, file, limits))


def _checked_rows(sheet: Sheet, file: str, limits: ImportSettings) -> Iterator[Row]:
    for row in sheet.rows:
        if row.number > limits.max_rows:
            raise InvalidError(
                _("{place}: more than {n} rows").format(place=place(file, sheet.name, row.number), n=limits.max_rows),
                _("the limit is `max_rows` under [import] in archive.toml"),
            )
        if len(row.cells) > limits.max_columns:
            row = replace(row, cells=_without_empty_end(row.cells))
        if len(row.cells) > limits.max_columns:
            raise InvalidError(
                _("{place}: more than {n} columns").format(
                    place=place(file, sheet.name, row.number), n=limits.max_columns
                ),
                _("the limit is `max_columns` under [import] in archive.toml"),
            )
        for cell in row.cells:
            if isinstance(cell, str) and len(cell) > MAX_TEXT:
                where = place(file, sheet.name, row.number, row.cells.index(cell))
                raise InvalidError(
                    _("{place}: a cell of {n} characters").format(place=where, n=len(cell)),
                    _("is a quotation mark missing above?"),
                )
        yield row


def _without_empty_end(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and (cells[end - 1] is None or str(cells[end - 1]).strip() == ""):
        end -= 1
    return cells[:end]
