"""Rows from text: csv, tsv and anything like it, and JSON lines; the encoding and the separator told by content."""

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.grid import Cell, Row, Sheet, place

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
SEPARATORS = ",;\t|"
SNIFFED_ROWS = 50
LONGEST_FIELD = 16_000_000  # characters; beyond that csv refuses without saying in which column


def sheets(file: IO[bytes], name: str, limits: ImportSettings, encoding: str) -> Iterator[Sheet]:
    """The one sheet of a text file. Raises InvalidError naming the line."""
    chosen = _encoding(file, name, encoding)
    text = io.TextIOWrapper(file, encoding=chosen, newline="")
    start = text.read(2000)
    text.seek(0)
    if start.count("\x00") * 10 > len(start):  # a few are some cell's own; this many are every other byte of UTF-16
        raise InvalidError(
            _("{file} holds NUL characters: it is no text, or of another encoding").format(file=name),
            _("try --encoding utf-16-le"),
        )
    rows = _json_rows(text, name) if start.lstrip().startswith("{") else _csv_rows(text, name)
    yield Sheet("", rows)
    text.detach()


def decoded(data: bytes, name: str, encoding: str = "") -> str:
    """The text of a whole file, told as `sheets` tells it. Raises InvalidError naming the line, UsageError."""
    file = io.BytesIO(data)
    return data.decode(_encoding(file, name, encoding)).removeprefix("\ufeff")


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


def _csv_rows(text: io.TextIOWrapper, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    separator = _separator(text)
    text.seek(0)
    reader = csv.reader(text, delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidError(
                _("{place}: {problem}").format(place=place(name, "", line), problem=error),
                _("look at the quotation marks in this row"),
            ) from None
        yield Row(line, cells)
        line = reader.line_num + 1


def _separator(text: io.TextIOWrapper) -> str:
    """The separator with which most rows have the same number of cells; of several such, the one with more cells."""
    sample = list(islice(text, SNIFFED_ROWS))
    return max(SEPARATORS, key=lambda separator: _evenness(sample, separator))


def _evenness(sample: Iterable[str], separator: str) -> tuple[int, int]:
    widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=separator) if len(cells) > 1)
    width, rows = widths.most_common(1)[0] if widths else (0, 0)
    return rows, width


def _json_rows(text: io.TextIOWrapper, name: str) -> Iterator[Row]:
    """A row of titles, all keys in order of first appearance, and a row for each line."""
    titles: dict[str, int] = {}
    for _number, record in _json_lines(text, name):
        for key in record:
            titles.setdefault(key, len(titles))
    text.seek(0)
    yield Row(0, list(titles))
    for number, record in _json_lines(text, name):
        yield Row(number, [_cell(record.get(title)) for title in titles])


def _json_lines(text: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidError(_("{place}: {problem}").format(place=place(name, "", number), problem=error)) from None
        if not isinstance(record, dict):
            raise InvalidError(_("{place}: not a JSON object").format(place=place(name, "", number)))
        yield number, record


def _refuse_constant(text: str) -> None:
    raise ValueError(_("{value} is not a number").format(value=text))


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return "; ".join(str(_cell(item)) for item in value)
    if isinstance(value, dict):
        return str(value.get("e164") or value.get("raw") or json.dumps(value, ensure_ascii=False))
    return value if isinstance(value, (str, int, float, bool)) else None
