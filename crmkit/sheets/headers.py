"""Finding the header row of a sheet below its title rows, and what its columns mean."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.synonyms import FIELDS, IDENTITY, MERE_PRODUCTS, REPEATABLE, UNIT_OR_EMPLOYER, field_of, squeezed
from crmkit.sheets.tables import Cell, Merged, Row, letter

SEARCHED_ROWS = 40  # the header stands among the first rows, or there is none
_VALUE = re.compile(r"\d{3}|[:：]")  # what stands in titles and data, not in a column's title


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its position from 0, its title, and the field it fills; "" = kept as a note under its title."""

    index: int
    title: str
    field: str


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its one or two rows (none where columns were named by letter) and its columns."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def shape(self) -> tuple[str, ...]:
        """The titles, by which a mapping made by hand is remembered; columns that say nothing are left out."""
        return tuple(squeezed(c.title) for c in self.columns if c.title and field_of(c.title) != "ignore")

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


def find_header(rows: Sequence[Row], merged: Sequence[Merged], mapping: ByHand) -> tuple[int, Header] | None:
    """Where the header stands among `rows`, the first of a sheet, and what it says; None where there is none."""
    best: tuple[int, int] | None = None
    header: Header | None = None
    at = 0
    for index, row in enumerate(rows):
        if row.blank:
            continue
        single = _header((row,), [_text(cell) for cell in row.cells], mapping)
        candidates = [single]
        if index + 1 < len(rows):
            pair = (row, rows[index + 1])
            candidates.append(_header(pair, _joined(*pair, merged), mapping))
        for candidate in candidates:
            score = _score(candidate)
            if score is not None and (best is None or score > best):
                best, header, at = score, candidate, index
    if header is None and mapping.letters and set(mapping.letters.values()) & set(IDENTITY):
        columns = tuple(Column(index, "", name) for index, name in sorted(mapping.letters.items()))
        return 0, Header((), columns)
    return (at, header) if header is not None else None


def is_header(row: Row, mapping: ByHand) -> Header | None:
    """The header in a row further down, such as one repeated on every page; None for any other row."""
    filled = [cell for cell in row.cells if cell not in (None, "")]
    if len(filled) < 2 or not all(isinstance(cell, str) for cell in filled):
        return None
    header = _header((row,), [_text(cell) for cell in row.cells], mapping)
    understood = [column for column in header.columns if column.field]
    return header if _score(header) is not None and 2 * len(understood) >= len(filled) else None


def _score(header: Header) -> tuple[int, int] | None:
    """How much of a header it is: columns understood less cells that look like values; None where it is none."""
    titles = [column.title for column in header.columns if column.title and column.field != "ignore"]
    understood = [column.field for column in header.columns if column.field not in ("", "ignore")]
    if not set(understood) & set(IDENTITY) or (len(understood) < 2 and len(titles) > 1):
        return None
    return len(understood) - sum(1 for title in titles if _VALUE.search(title)), -len(header.rows)


def _header(rows: tuple[Row, ...], titles: list[str], mapping: ByHand) -> Header:
    by_hand = dict(mapping.titles)
    shape = tuple(squeezed(title) for title in titles if title and field_of(title) != "ignore")
    by_hand = {**mapping.remembered.get(shape, {}), **by_hand}
    fields: list[str] = []
    for index, title in enumerate(titles):
        chosen = mapping.letters.get(index) or by_hand.get(squeezed(title), "") if title else mapping.letters.get(index)
        fields.append(chosen or field_of(title))
    chosen_by_hand = {i for i, t in enumerate(titles) if i in mapping.letters or (t and squeezed(t) in by_hand)}
    _settle(titles, fields, chosen_by_hand)
    return Header(rows, tuple(Column(i, t, f) for i, (t, f) in enumerate(zip(titles, fields, strict=True)) if t or f))


def _settle(titles: Sequence[str], fields: list[str], by_hand: set[int]) -> None:
    """Let the neighbours decide where a title alone does not, and give a field that comes twice to one column."""
    for index, title in enumerate(titles):
        if index in by_hand:
            continue
        if squeezed(title) in MERE_PRODUCTS and not {"quantity", "amount"} & set(fields):
            fields[index] = ""
        if squeezed(title) == UNIT_OR_EMPLOYER and "quantity" in fields:
            fields[index] = "ignore"
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
