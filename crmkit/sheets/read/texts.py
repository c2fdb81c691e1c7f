"""Rows from text: csv, tsv and anything like it, JSON lines, vCards; encoding and separator are told by content."""

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from crmkit.core.collecting.intake import STATE
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read import vcards
from crmkit.sheets.read.grid import Cell, Row, Sheet, place

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
SEPARATORS = ",;\t|"
SNIFFED_ROWS = 50
LONGEST_FIELD = 16_000_000  # characters; beyond that csv refuses without saying in which column

_OF_CRMKIT = frozenset(("id", "phones", "created_at", "collected_at", "merged_into"))  # keys of `lead list -f jsonl`
_MADE = frozenset(("created_at", "updated_at", "phone", "referrer"))  # a referrer is an id of that archive


class _Text(io.TextIOWrapper):
    """A text from behind the marks of its byte order. There may be two: iconv takes that of UTF-8 for a letter."""

    def rewind(self) -> None:
        """Read it again from its beginning."""
        here = self.seek(0)
        while self.read(1) == "\ufeff":
            here = self.tell()
        self.seek(here)


def sheets(file: IO[bytes], name: str, limits: ImportSettings, encoding: str) -> Iterator[Sheet]:
    """The one sheet of a text file. Raises InvalidError naming the line."""
    text = _Text(file, encoding=_encoding(file, name, encoding), newline="")
    text.rewind()
    start = text.read(2000)
    text.rewind()
    if start.count("\x00") * 10 > len(start):  # a few are some cell's own; this many are every other byte of UTF-16
        raise InvalidError(
            _("{file} holds NUL characters: it is no text, or of another encoding").format(file=name),
            _("try --encoding utf-16-le"),
        )
    if vcards.is_vcard(start):
        rows = vcards.rows(text, name)
    else:
        rows = _json_rows(text, name) if start.lstrip().startswith("{") else _csv_rows(text)
    yield Sheet("", rows)
    text.detach()


def decoded(data: bytes, name: str, encoding: str = "") -> str:
    """The text of a whole file, told as `sheets` tells it. Raises InvalidError naming the line, UsageError."""
    file = io.BytesIO(data)
    text = _Text(file, encoding=_encoding(file, name, encoding), newline="")
    text.rewind()
    return text.read()


def _encoding(file: IO[bytes], name: str, wanted: str) -> str:
    """The encoding of the whole file: as wanted, or BOM, UTF-8, GB18030. UTF-16 without BOM decodes to nonsense."""
    start = file.read(4)
    file.seek(0)
    for bom, encoding in BOMS.items():
        if start.startswith(bom) and not wanted:
            wanted = encoding
    try:
        candidates = [codecs.lookup(wanted).name] if wanted else ["utf-8", "gb18030"]
    except LookupError:
        raise UsageError(
            _("{value} is not an encoding").format(value=wanted), "utf-8, gb18030, big5, utf-16-le"
        ) from None
    lines = 0
    for candidate in candidates:
        lines = _undecodable_line(file, candidate)
        if not lines:
            return candidate
    raise InvalidError(
        _("{file}, line {line}: not {encodings}").format(file=name, line=lines, encodings=" / ".join(candidates)),
        _("name its encoding, for example --encoding big5"),
    )


def _undecodable_line(file: IO[bytes], encoding: str) -> int:
    """The number of the line at which `file` stops being text of this encoding; 0 = it is to the end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    try:
        while chunk := file.read(1 << 20):
            lines += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return lines + error.object[: error.start].count(b"\n")
    finally:
        file.seek(0)
    return 0


class _Lines:
    """The lines of a text, some of which may be put back to be read once more."""

    def __init__(self, text: _Text) -> None:
        self.taken: list[str] = []  # since the last look at them
        self._text = text
        self._again: list[str] = []  # the next one last

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._text)
        self.taken.append(line)
        return line

    def put_back(self, line: str) -> None:
        """Let `line` be the next one."""
        self._again.append(line)


def _csv_rows(text: _Text) -> Iterator[Row]:
    """Rows by the number of their first line. A row whose quotation marks are off is given with its error."""
    csv.field_size_limit(LONGEST_FIELD)
    separator, width = _separator(text)
    text.rewind()
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 1
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            for row in _told_apart(lines, number, separator, width):
                yield row
                number = row.number + 1
            continue
        yield Row(number, cells)
        number += len(lines.taken)


def _told_apart(lines: _Lines, number: int, separator: str, width: int) -> Iterator[Row]:
    """The lines that a quotation mark tied together, from the line `number` on.

    The first is refused. Each of the others is a row if it looks like one: as many cells as most rows have, and
    quotation marks, if any, that begin a cell. The last, in which the mark was closed, may begin a row of more lines.
    """
    error = _("a quotation mark is not closed, or text follows a closed one")
    first, *others = lines.taken
    yield Row(number, _as_it_looks(first, separator), error)
    for position, line in enumerate(others, 1):
        mark = line.find('"')
        begins = mark <= 0 or line[mark - 1] == separator
        try:
            (cells,) = csv.reader([line], delimiter=separator, strict=True) if begins else [[]]
        except csv.Error:
            if position == len(others):
                lines.put_back(line)
                return
            cells = []
        if begins and len(cells) == width:
            yield Row(number + position, cells)
        else:
            yield Row(number + position, _as_it_looks(line, separator), error)


def _as_it_looks(line: str, separator: str) -> list[str]:
    return line.rstrip("\r\n").split(separator)


def _separator(text: _Text) -> tuple[str, int]:
    """The separator with which most rows have the same number of cells, and that number.

    Of several such it is the one with more cells.
    """
    sample = list(islice(text, SNIFFED_ROWS))
    evenness = {separator: _evenness(sample, separator) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=evenness.__getitem__)
    return separator, max(evenness[separator][1], 1)


def _evenness(sample: Iterable[str], separator: str) -> tuple[int, int]:
    try:
        widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=separator) if len(cells) > 1)
    except csv.Error:  # a cell longer than LONGEST_FIELD
        return 0, 0
    width, rows = widths.most_common(1)[0] if widths else (0, 0)
    return rows, width


def _json_rows(text: _Text, name: str) -> Iterator[Row]:
    """A row of titles, all keys in order of first appearance, and a row for each line."""
    titles: dict[str, int] = {}
    for _number, record in _json_lines(text, name):
        for key in record:
            titles.setdefault(key, len(titles))
    text.rewind()
    yield Row(0, list(titles))
    for number, record in _json_lines(text, name):
        yield Row(number, [_cell(record.get(title)) for title in titles])


def _json_lines(text: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise InvalidError(_("{place}: not a line of JSON").format(place=place(name, "", number))) from None
        if not isinstance(record, dict):
            raise InvalidError(_("{place}: not a JSON object").format(place=place(name, "", number)))
        yield number, _told(record)


def _told(record: dict[str, Any]) -> dict[str, Any]:
    """What a line says of a person; of one that crmkit wrote, without what it made of the file itself."""
    if not record.keys() >= _OF_CRMKIT:
        return record
    return {key: value for key, value in record.items() if key not in _MADE and (key not in STATE or value)}


def _refuse_constant(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity, which only Python takes for JSON


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return "; ".join(str(_cell(item)) for item in value)
    if isinstance(value, dict) and value.get("e164"):
        return f"{value['e164']}-{value['ext']}" if value.get("ext") else str(value["e164"])
    if isinstance(value, dict):
        return str(value.get("raw") or json.dumps(value, ensure_ascii=False))
    return value if isinstance(value, (str, int, float, bool)) else None
