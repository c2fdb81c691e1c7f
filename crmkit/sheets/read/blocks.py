"""A sheet as people keep it: title rows, a header, rows, totals and signatures, perhaps the whole once more below."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from typing import Protocol

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.read.grid import EPOCH, MARK, Cell, Row, Sheet, place
from crmkit.sheets.read.headers import SEARCHED_ROWS, ByHand, Header, by_values, find_header, holds_number, is_header
from crmkit.sheets.read.synonyms import CONTEXT, field_of

# A key begins where a word does and nothing is tried twice: a cell of 32,000 letters took 17 seconds.
_WORD = r"[^\s\d:：,，;；、|()（）]"
_KEY = re.compile(rf"((?:(?<![A-Za-z])(?:[A-Za-z]++ ){{1,2}}|(?<!{_WORD})){_WORD}++)\s*+[:：]")
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
_SAMPLE = re.compile(
    r"[(\[【<]?(?:(?:填写|填表)?(?:示例|样例|范例|样本|举例)(?![^\s:：)\]】>、,，0-9]{3})|例(?:如|子)?\s*[:：)\]】]|例\s*$|"
    r"(?:e\.\s?g\.?|eg(?=[:.])|for example|sample|example)(?=[\s:：)\]>,]|$))",
    re.IGNORECASE,
)
SAMPLE, REMARK = "sample", "remark"  # why a row is passed over
FIRST_ROWS = 5  # below a header: the sample row of a form is among them
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
    epoch: date = EPOCH  # day 0 of days that stand there as mere numbers
    span: tuple[int, int] | None = None  # of several tables side by side: its first column, and the one behind its last


class Passed(Protocol):
    """Hears of a row that was passed over, and why."""

    def __call__(self, sheet: str, row: Row, why: str, /) -> None:
        """`why` is SAMPLE or REMARK."""


def walk(
    file: str, sheet: Sheet, by_hand: ByHand, passed: Passed = lambda *_row: None, products: Collection[str] = ()
) -> Iterator[tuple[Block, Row]]:
    """Every row that is about a person, with the block it stands in; of tables side by side one after the other.

    Blank rows, totals, signatures, remarks below the table, repeated headers and a form's sample rows are not rows.
    Raises InvalidError if rows look like leads but have no header, or if it is unclear whose number is which. A sheet
    of anything else is skipped.
    """
    start = list(islice(sheet.rows, SEARCHED_ROWS))
    found = find_header(start, sheet.merged, by_hand)
    where = f"{file}, " + _("sheet {name}").format(name=sheet.name) if sheet.name else file
    for row in start if found is None else start[: found[0] + len(found[1].rows)]:
        if row.error:  # what the titles say holds for all rows
            raise InvalidError(
                f"{place(file, sheet.name, row.number)}: {row.error}", _("look at the quotation marks in this row")
            )
    if found is None:
        if any(holds_number(row) for row in start):
            raise InvalidError(_("{place}: no header row found").format(place=where), _way_out(by_hand, start))
        return
    at, header = found
    if any(cell == MARK for row in header.rows for cell in row.cells):
        raise InvalidError(
            _("{place}: crmkit wrote this sheet; its rows are in the archive that it is from").format(place=where),
            _("people as a list: crmkit lead list -f csv; what staff filled in: crmkit callback done FILE"),
        )
    titles = tuple(row for row in start[:at] if not row.blank)
    sample = start[at + len(header.rows) :]
    head = [_texts(row) for row in header.rows]
    blocks = _blocks(sheet, titles, by_values(header, sample, products), read_context(titles), where)
    since = 0  # rows since the header
    for row in chain(sample, sheet.rows):
        since += 1
        if row.error:
            yield blocks[0], row
            continue
        if since <= FIRST_ROWS and _is_sample(row):
            passed(sheet.name, row, SAMPLE)
            continue
        alone = len(blocks) == 1
        if alone and holds_number(row, blocks[0].header.phones):  # as in most rows
            yield blocks[0], row
            continue
        numbers = [] if alone else [block for block in blocks if holds_number(row, block.header.phones)]
        if row.blank:
            continue
        if not numbers and not holds_number(row):
            if _texts(row) in head:
                continue
            again = is_header(row, by_hand)
            if again is not None:
                since, head = 0, [_texts(row)]
                if again.shape != blocks[0].header.shape:
                    blocks = _blocks(sheet, blocks[0].titles, again, blocks[0].context, where)
                continue
            told = read_context([row])
            if told and _starts_with_context(row):
                blocks = [replace(block, titles=(row,), context=told) for block in blocks]
                continue
        for block in blocks:
            part = row if alone else _part(row, block)
            if block in numbers or _is_about_a_person(part, block.header):
                yield block, part
            elif not part.blank:
                passed(sheet.name, part, REMARK)


def _blocks(
    sheet: Sheet, titles: tuple[Row, ...], header: Header, context: Mapping[str, Cell], where: str
) -> list[Block]:
    """The block of a header, or those of tables that stand side by side. Raises InvalidError where it is in doubt."""
    if header.doubt:
        raise InvalidError(
            _("{place}: {problem}").format(place=where, problem=header.doubt),
            _("say which, for example --map name=A --map phone=B; other people's columns are kept as notes"),
        )
    headers = (header, *header.beside)
    ends = [*(one.columns[0].index for one in headers[1:]), max(header.width, headers[-1].columns[-1].index + 1)]
    starts = [0, *ends[:-1]]
    return [
        Block(sheet.name, titles, one, context, sheet.epoch, (begin, end) if header.beside else None)
        for one, begin, end in zip(headers, starts, ends, strict=True)
    ]


def _part(row: Row, block: Block) -> Row:
    """The cells of a row that are a block's own; the others empty."""
    first, end = block.span or (0, len(row.cells))
    return Row(row.number, [cell if first <= n < end else None for n, cell in enumerate(row.cells)])


def _is_sample(row: Row) -> bool:
    """Whether it is the example that a form is filled in by: 例：张三, (示例), e.g."""
    first = next((cell for cell in row.cells if isinstance(cell, str) and cell.strip()), "")
    texts = [first, *(cell for cell in row.cells[:3] if isinstance(cell, str))]
    return any(_SAMPLE.match(unicodedata.normalize("NFKC", text).strip()) for text in texts)


def _texts(row: Row) -> list[str]:
    texts = ["" if cell is None else " ".join(str(cell).split()) for cell in row.cells]
    return texts[: max((n for n, text in enumerate(texts, 1) if text), default=0)]


def _way_out(by_hand: ByHand, rows: Sequence[Row]) -> str:
    """What to do where no header was found: not what was done already."""
    if by_hand.titles:
        first = next((row for row in rows if not row.blank), None)
        there = ", ".join(_texts(first)) if first else ""
        return _("no column is called as --map says; the first row is: {titles}").format(titles=there)
    return _("name the columns, for example --map name=A --map phone=B, or try --encoding")


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
