"""A sheet as people keep it: title rows, a header, rows, totals and signatures, perhaps the whole once more below."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.grid import Cell, Row, Sheet
from crmkit.sheets.headers import SEARCHED_ROWS, ByHand, Header, find_header, holds_number, is_header
from crmkit.sheets.synonyms import CONTEXT, field_of

_KEY = re.compile(r"((?:[A-Za-z]+ ){0,2}[^\s\d:：,，;；、|()（）]+)\s*[:：]")
_EDGES = " \t\n,，;；、|/_"
_TOTAL = re.compile(
    r"(?:本页|本日|本月|全部|人数|金额)?(?:合计|小计|总计|共计|累计|总数)|(?:(?:sub|grand)[ -]?)?total\b|sum\b",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:填表|制表|制单|审核|审批|复核|核对|经办|负责|主管|领导|录入|统计|签名|签字|盖章|备注|附注|注|说明|"
    r"prepared|checked|approved|signed|signature|notes?)(?:人|者|日期|时间|部门|单位)?(?: by)?\s*(?:[:：]|$)",
    re.IGNORECASE,
)
_LONGEST_NAME = 20
_NOT_IN_NAMES = re.compile(r"[\d,，。;；:：!！?？、《》“”]")
_PREFILLED = ("ignore", "date", "time", "site", "collector", "source")


@dataclass(frozen=True, slots=True)
class Block:
    """A table in a sheet: what stands above it, its header, and what the titles say about all its rows."""

    sheet: str
    titles: tuple[Row, ...]
    header: Header
    context: Mapping[str, Cell] = field(default_factory=dict)  # of CONTEXT


def walk(file: str, sheet: Sheet, by_hand: ByHand) -> Iterator[tuple[Block, Row]]:
    """Every row that is about a person, with the block it stands in.

    Blank rows, totals, signatures, remarks below the table and repeated headers are not rows. Raises InvalidError where
    rows look like leads but no header is found; a sheet of anything else is passed over.
    """
    start = list(islice(sheet.rows, SEARCHED_ROWS))
    found = find_header(start, sheet.merged, by_hand)
    if found is None:
        if any(holds_number(row) for row in start):
            where = f"{file}, " + _("sheet {name}").format(name=sheet.name) if sheet.name else file
            raise InvalidError(
                _("{place}: no header row found").format(place=where),
                _("name the columns, for example --map name=A --map phone=B, or try --encoding"),
            )
        return
    at, header = found
    titles = tuple(row for row in start[:at] if not row.blank)
    block = Block(sheet.name, titles, header, read_context(titles))
    for row in chain(start[at + len(header.rows) :], sheet.rows):
        if holds_number(row, block.header.phones):
            yield block, row
            continue
        if row.blank:
            continue
        if not holds_number(row):
            again = is_header(row, by_hand)
            if again is not None:
                block = replace(block, header=again if again.shape != block.header.shape else block.header)
                continue
            told = read_context([row])
            if told and _starts_with_context(row):
                block = Block(sheet.name, (row,), block.header, told)
                continue
        if _is_about_a_person(row, block.header):
            yield block, row


def read_context(rows: Iterable[Row]) -> dict[str, Cell]:
    """Site, collector, date and source as title rows name them: `科普点:时间公园  收集人:李娜`, also cell by cell."""
    told: dict[str, Cell] = {}
    for row in rows:
        cells = list(dict.fromkeys(cell for cell in row.cells if cell not in (None, "")))
        for index, cell in enumerate(cells):
            following = cells[index + 1] if index + 1 < len(cells) else None
            for name, value in _pairs(cell, following):
                if name in CONTEXT and value not in (None, ""):
                    told.setdefault(name, value)
    return told


def _pairs(cell: Cell, following: Cell) -> Iterator[tuple[str, Cell]]:
    """Field and value for every `key:` in a cell; a key without a value, or alone in its cell, has the next cell's."""
    if not isinstance(cell, str):
        return
    text = unicodedata.normalize("NFKC", cell)
    keys = list(_KEY.finditer(text))
    ends = [key.start(1) for key in keys[1:]] + [len(text)] if keys else []
    for key, end in zip(keys, ends, strict=True):
        value = text[key.end() : end].strip(_EDGES)
        yield _context_field(key[1]), value or (following if key is keys[-1] else None)
    if not keys and field_of(text) in CONTEXT:
        yield field_of(text), following


def _context_field(key: str) -> str:
    """The field of a key, of which the last words may belong to the value before: `Time Park Collected by`."""
    words = key.split()
    candidates = (field_of(" ".join(words[n:])) for n in range(len(words)))
    return next((name for name in candidates if name in CONTEXT), "")


def _starts_with_context(row: Row) -> bool:
    first = next(str(cell) for cell in row.cells if cell not in (None, ""))
    key = _KEY.match(unicodedata.normalize("NFKC", first).strip())
    return key is not None and _context_field(key[1]) in CONTEXT


def _is_about_a_person(row: Row, header: Header) -> bool:
    filled = {index: cell for index, cell in enumerate(row.cells) if cell not in (None, "") and str(cell).strip()}
    fields = {column.index: column.field for column in header.columns}
    telling = {i: c for i, c in filled.items() if fields.get(i, "") not in _PREFILLED}
    if not telling:
        return False
    first = unicodedata.normalize("NFKC", str(next(iter(filled.values())))).strip()
    named = [unicodedata.normalize("NFKC", str(filled.get(i, ""))).strip() for i in header.indexes("name")]
    if _SIGNATURE.match(first) or any(_TOTAL.match(text) for text in (first, *named)):
        return False
    return len(telling) > 1 or _could_be_a_name(str(next(iter(telling.values()))))


def _could_be_a_name(text: str) -> bool:
    return len(text.strip()) <= _LONGEST_NAME and not _NOT_IN_NAMES.search(text)
