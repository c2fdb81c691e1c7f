"""What a zipped workbook hides: rows and columns, by hand or by a filter. calamine does not tell.

A workbook that hides nothing costs one look into each of its sheets.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from typing import IO, NamedTuple

OPEN_DOCUMENT = "content.xml"
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_HIDDEN = re.compile(rb"""<(?:\w+:)?(row|col)\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_TABLE_PART = re.compile(rb"<table:(table|table-row|table-column)[\s/>][^<>]*>?")
_ATTRIBUTE = re.compile(rb"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_UNSEEN = (b"collapse", b"filter")

Range = tuple[int, int]  # first and last


class Hidden(NamedTuple):
    """Rows counted from 1 and columns counted from 0 that a sheet hides, as ranges."""

    rows: list[Range]
    columns: list[Range]


def of_zip(file: IO[bytes]) -> dict[str, Hidden]:
    """What each sheet of a checked workbook hides, by its name; sheets that hide nothing are left out."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if OPEN_DOCUMENT in names:
            content = archive.read(OPEN_DOCUMENT)
            return _of_open_document(content) if b"table:visibility" in content else {}
        found = {}
        for name, part in _parts(archive, names):
            content = archive.read(part) if part in names else b""
            hidden = _of_sheet(content) if b"hidden" in content else None
            if hidden:
                found[name] = hidden
        return found


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
    return Hidden(rows, columns) if rows or columns else None


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
