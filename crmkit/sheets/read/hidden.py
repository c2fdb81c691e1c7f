"""What a zipped workbook says and calamine does not tell: rows and columns that are hidden, by hand or by a filter,
formulas without a value, and from which day it counts. A workbook of nothing such costs one look into each sheet.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from typing import IO, NamedTuple

from crmkit.sheets.read.grid import EPOCH, EPOCH_1904

OPEN_DOCUMENT = "content.xml"
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_TABLE_PART = re.compile(rb"<table:(table|table-row|table-column)[\s/>][^<>]*>?")
_ATTRIBUTE = re.compile(rb"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# A formula that a program wrote without working it out; an empty text that it came to has a type of its own.
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\s(?![^<>]*\bt\s*=\s*["']str)[^<>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*>\s*"""
    rb"""<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"""
)
_SINCE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^<>]*?\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_NULL_DATE = re.compile(rb"""<table:null-date\s[^<>]*?\btable:date-value\s*=\s*["']([0-9]{4}-[0-9]{2}-[0-9]{2})""")
_UNSEEN = (b"collapse", b"filter")

Range = tuple[int, int]  # first and last


class Hidden(NamedTuple):
    """Rows counted from 1 and columns counted from 0 that a sheet hides, as ranges; formulas without a value."""

    rows: list[Range]
    columns: list[Range]
    unvalued: frozenset[tuple[int, int]] = frozenset()  # row and column, counted from 0


class Untold(NamedTuple):
    """What is to be known of a workbook beside its cells."""

    sheets: dict[str, Hidden]  # by name; those without anything are left out
    epoch: date  # day 0 of days that stand there as numbers


def of_zip(file: IO[bytes]) -> Untold:
    """What a checked workbook says beside its cells."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if OPEN_DOCUMENT in names:
            content = archive.read(OPEN_DOCUMENT)
            null = _NULL_DATE.search(content)
            epoch = _day(null[1].decode()) if null else EPOCH
            return Untold(_of_open_document(content) if b"table:visibility" in content else {}, epoch)
        found = {}
        book = archive.read(WORKBOOK) if WORKBOOK in names else b""
        for name, part in _parts(archive, names):
            content = archive.read(part) if part in names else b""
            hidden = _of_sheet(content) if b"hidden" in content or b"<f" in content or b":f" in content else None
            if hidden:
                found[name] = hidden
        return Untold(found, EPOCH_1904 if _SINCE_1904.search(book) else EPOCH)


def within(ranges: Iterable[Range], last: int) -> frozenset[int]:
    """The numbers of `ranges` up to `last`."""
    return frozenset(number for first, end in ranges for number in range(first, min(end, last) + 1))


def _parts(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, str]]:
    """The name of each sheet of an xlsx, and the part of the zip that holds it."""
    if not {WORKBOOK, RELATIONS} <= names:
        return
    targets = {}
    for relation in _RELATION.findall(archive.read(RELATIONS)):
        said = _attributes(relation)
        target = said.get("Target", "")
        targets[said.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    for sheet in _SHEET.findall(archive.read(WORKBOOK)):
        said = _attributes(sheet)
        relation_id = next((value for key, value in said.items() if key.endswith(":id")), "")
        yield said.get("name", ""), targets.get(relation_id, "")


def _of_sheet(content: bytes) -> Hidden | None:
    rows, columns = [], []
    for found in _HIDDEN.finditer(content):
        said = _attributes(found[0])
        if found[1] == b"row" and said.get("r", "").isdigit():
            rows.append((int(said["r"]), int(said["r"])))
        elif found[1] == b"col" and said.get("min", "").isdigit() and said.get("max", "").isdigit():
            columns.append((int(said["min"]) - 1, int(said["max"]) - 1))
    unvalued = frozenset((int(row) - 1, _position(column)) for column, row in _FORMULA.findall(content))
    return Hidden(rows, columns, unvalued) if rows or columns or unvalued else None


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return EPOCH


def _of_open_document(content: bytes) -> dict[str, Hidden]:
    found: dict[str, Hidden] = {}
    here, row, column = Hidden([], []), 1, 0
    for part in _TABLE_PART.finditer(content):
        said = _attributes(part[0])
        unseen = said.get("table:visibility", "").encode() in _UNSEEN
        if part[1] == b"table":
            here, row, column = found.setdefault(said.get("table:name", ""), Hidden([], [])), 1, 0
        elif part[1] == b"table-row":
            times = _count(said.get("table:number-rows-repeated"))
            here.rows.extend([(row, row + times - 1)] if unseen else [])
            row += times
        else:
            times = _count(said.get("table:number-columns-repeated"))
            here.columns.extend([(column, column + times - 1)] if unseen else [])
            column += times
    return {name: hidden for name, hidden in found.items() if hidden.rows or hidden.columns}


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        key.decode("ascii", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for key, double, single in _ATTRIBUTE.findall(tag)
    }
