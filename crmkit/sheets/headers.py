"""Finding the header row of a sheet below its title rows, and what its columns mean."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.grid import Cell, Merged, Row, letter
from crmkit.sheets.synonyms import FIELDS, IDENTITY, MERE_PRODUCTS, REPEATABLE, UNIT_OR_EMPLOYER, field_of, squeezed

SEARCHED_ROWS = 40  # the header stands among the first rows, or there is none
_NUMBER = re.compile(r"\d{7}|\d{3,4}[- ]\d{4}")
_CLOCK = re.compile("时间|time", re.IGNORECASE)
_VALUE = re.compile(r"\d{3}|[:：]")  # what stands in titles and data, not in a column's title


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its position from 0, its title, and the field it fills; "" = kept as a note under its title."""

    index: int
    title: str
    field: str


@dataclass(frozen=True)
class Header:
    """The header of a table: its one or two rows (none where columns were named by letter) and its columns."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def shape(self) -> tuple[str, ...]:
        """The titles, by which a mapping made by hand is remembered; columns that say nothing are left out."""
        return tuple(squeezed(c.title) for c in self.columns if c.title and field_of(c.title) != "ignore")

    @cached_property
    def phones(self) -> list[int]:
        """The positions of the columns of telephone numbers."""
        return self.indexes("phone")

    def indexes(self, name: str) -> list[int]:
        """The positions of the columns that fill a field."""
        return [column.index for column in self.columns if column.field == name]


@dataclass(frozen=True, slots=True)
class ByHand:
    """What `--map` says, now and before: columns named by title or by letter."""

    titles: Mapping[str, str] = field(default_factory=dict)  # squeezed title → field
    letters: Mapping[int, str] = field(default_factory=dict)  # position from 0 → field
    remembered: Mapping[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)  # shape → title → field


def parse_mapping(typed: Iterable[str], remembered: Mapping[tuple[str, ...], Mapping[str, str]]) -> ByHand:
    """`--map FIELD=COLUMN` as typed, COLUMN being a title or a letter. Raises InvalidError."""
    titles: dict[str, str] = {}
    letters: dict[int, str] = {}
    for pair in typed:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or name not in FIELDS:
            raise InvalidError(
                _("--map {value}: not FIELD=COLUMN").format(value=pair),
                _("fields: {fields}").format(fields=", ".join(FIELDS)),
            )
        if re.fullmatch("[A-Z]{1,2}", column):
            letters[_position(column)] = name
        else:
            titles[squeezed(column)] = name
    return ByHand(titles, letters, remembered)


def find_header(rows: Sequence[Row], merged: Sequence[Merged], by_hand: ByHand) -> tuple[int, Header] | None:
    """Where the header stands among `rows`, the first of a sheet, and what it says; None where there is none.

    It is the best of the rows that could be one, down to the first row that holds a number: a title row may name a
    person and a number too, but it stands above the header.
    """
    found: tuple[int, Header] | None = None
    for index, row in enumerate(rows):
        best = found and _score(found[1])
        for header in _candidates(rows, index, merged, by_hand):
            score = _score(header)
            if score is not None and (best is None or score > best):
                found, best = (index, header), score
        if found and found[0] != index and holds_number(row):
            break
    if found is None:
        return _find_by_letters(rows, by_hand)
    return found[0], _with_letters(found[1], by_hand)


def is_header(row: Row, by_hand: ByHand) -> Header | None:
    """The header in a row further down, such as one repeated on every page; None for any other row."""
    filled = [cell for cell in row.cells if cell not in (None, "")]
    if len(filled) < 2 or not all(isinstance(cell, str) for cell in filled):
        return None
    header = _header((row,), [_text(cell) for cell in row.cells], by_hand)
    understood = [column for column in header.columns if column.field]
    return _with_letters(header, by_hand) if _score(header) and 2 * len(understood) >= len(filled) else None


def holds_number(row: Row, indexes: Sequence[int] | None = None) -> bool:
    """Whether a telephone number, or most of one, stands in the row, or in the cells at `indexes`."""
    cells = row.cells if indexes is None else [row.cells[i] for i in indexes if i < len(row.cells)]
    return any(_NUMBER.search(_text(cell)) for cell in cells)


def _candidates(rows: Sequence[Row], index: int, merged: Sequence[Merged], by_hand: ByHand) -> Iterator[Header]:
    """The row as a header, and the row with the next one as a header of two rows."""
    titles = [_text(cell) for cell in rows[index].cells]
    upper = _header((rows[index],), titles, by_hand)
    yield upper
    if index + 1 == len(rows):
        return
    below = [_text(cell) for cell in rows[index + 1].cells] + [""] * len(titles)
    if _score(upper) or all(below[n] for n, title in enumerate(titles) if title):
        pair = (rows[index], rows[index + 1])
        yield _header(pair, _joined(*pair, merged), by_hand)


def _find_by_letters(rows: Sequence[Row], by_hand: ByHand) -> tuple[int, Header] | None:
    """The columns named by letter alone; the row above the first number is taken for their titles."""
    if not set(by_hand.letters.values()) & set(IDENTITY):
        return None
    first = next((index for index, row in enumerate(rows) if holds_number(row)), 0)
    above = rows[first - 1 : first] if first else []
    titled = tuple(row for row in above if not row.blank)
    titles = [_text(cell) for cell in titled[0].cells] if titled else []
    return first - len(titled), _with_letters(_header(titled, titles, by_hand), by_hand)


def _score(header: Header) -> tuple[int, int, int] | None:
    """How much of a header it is; None where it is none.

    Fields understood less cells that look like values; then columns understood; then the fewer rows.
    """
    titles = [column.title for column in header.columns if column.title and column.field != "ignore"]
    understood = [column.field for column in header.columns if column.field not in ("", "ignore")]
    if not set(understood) & set(IDENTITY) or (len(understood) < 2 and len(titles) > 1):
        return None
    values = [title for title in titles if _VALUE.search(title)]
    return len(set(understood)) - len(values), len(understood), -len(header.rows)


def _header(rows: tuple[Row, ...], titles: list[str], by_hand: ByHand) -> Header:
    """What the titles say, by themselves and by what was said of them by hand."""
    shape = tuple(squeezed(title) for title in titles if title and field_of(title) != "ignore")
    chosen = {**by_hand.remembered.get(shape, {}), **by_hand.titles}
    fields = [chosen.get(squeezed(title)) or field_of(title) if title else "" for title in titles]
    _settle(titles, fields, {index for index, title in enumerate(titles) if title and squeezed(title) in chosen})
    return Header(rows, tuple(Column(i, t, f) for i, (t, f) in enumerate(zip(titles, fields, strict=True)) if t))


def _with_letters(header: Header, by_hand: ByHand) -> Header:
    """`header` with the columns named by letter, whatever their titles say."""
    if not by_hand.letters:
        return header
    titles = {column.index: column.title for column in header.columns}
    fields = {column.index: column.field for column in header.columns}
    single = {name for name in by_hand.letters.values() if name not in REPEATABLE}
    fields = {index: "" if name in single else name for index, name in fields.items()} | dict(by_hand.letters)
    return Header(header.rows, tuple(Column(index, titles.get(index, ""), fields[index]) for index in sorted(fields)))


def _settle(titles: Sequence[str], fields: list[str], by_hand: set[int]) -> None:
    """Let the neighbours decide where a title alone does not, and give a field that comes twice to one column."""
    for index, title in enumerate(titles):
        if index in by_hand:
            continue
        if squeezed(title) in MERE_PRODUCTS and not {"quantity", "amount"} & set(fields):
            fields[index] = ""
        if squeezed(title) == UNIT_OR_EMPLOYER and "quantity" in fields:
            fields[index] = "ignore"
    days = [index for index, name in enumerate(fields) if name == "date" and index not in by_hand]
    for index in days[1:]:
        if _CLOCK.search(titles[index]):  # 来电日期, 来电时间
            fields[index] = "time"
    if "time" in fields and "date" not in fields:
        fields[fields.index("time")] = "date"
    taken = {fields[index]: index for index in sorted(by_hand, reverse=True)}
    for index, name in enumerate(fields):
        if name and name not in REPEATABLE and taken.setdefault(name, index) != index:
            fields[index] = ""


def _joined(upper: Row, lower: Row, merged: Sequence[Merged]) -> list[str]:
    """The titles of a header of two rows: 介绍人 over 姓名, 电话 makes 介绍人姓名, 介绍人电话."""
    width = max(len(upper.cells), len(lower.cells))
    above = [_text(cell) for cell in upper.cells] + [""] * (width - len(upper.cells))
    below = [_text(cell) for cell in lower.cells] + [""] * (width - len(lower.cells))
    twice = {title for title, n in Counter(below).items() if n > 1}
    seen: set[str] = set()
    titles, group = [], ""
    for index in range(width):
        covered = any(r1 < upper.number <= r2 + 1 and c1 < index <= c2 for r1, c1, r2, c2 in merged)
        if above[index]:
            group = above[index]
        elif not covered and not below[index]:
            group = ""
        title = below[index]
        if not title or title == above[index]:
            titles.append(above[index])
        elif field_of(group + title) or (title in twice and title in seen):
            titles.append(group + title)  # a second 电话, below 老伴, is not the customer's
        else:
            titles.append(title)
        seen.add(title)
    return titles


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _position(letters: str) -> int:
    return next(index for index in range(26 * 27) if letter(index) == letters)
