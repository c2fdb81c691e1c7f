"""The rows of a table laid out: what is written of each, how high it is, how wide its columns must be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import NamedTuple

from crmkit.sheets.read.grid import MARK
from crmkit.sheets.write.cells import NUMBERS, SECONDS_A_DAY, Cell, Kind, Stored, cell, lines, width
from crmkit.sheets.write.rowxml import Rows, RowWriter, letter

NARROWEST, PADDING, FILTER_BUTTON = 6, 1, 2
SLACK = 1.15  # the font of the settings is not on every computer, and others are wider
LINE_HEIGHT, MOST_LINES = 13.5, 24  # points; a row is given room for its wrapped text
HEADER_LINES = 2
ADDED_UP = {"count": 1, "money": 100, "duration": SECONDS_A_DAY}  # kinds with a total; what makes one in a cell
TOTAL_ROOM = {"count": 2, "money": 2, "duration": 5}  # bold, of a duration with the hours apart
COUNT_SHOWN, SUM_SHOWN = 103, 109  # functions of SUBTOTAL that leave out what a filter hides


@dataclass(frozen=True)
class Column:
    """One column of a table; text longer than `widest` screen columns is wrapped.

    One to be filled in has `entry` screen columns of room, and looks like it.
    """

    title: str
    kind: Kind = "text"
    widest: int = 32
    entry: int = 0
    total: bool = True  # numbers that make sense together are added up
    free: bool = False  # people write here what they like


@dataclass(frozen=True)
class Extras:
    """What a table that people go on working with has besides its rows: totals above the header, a name, marks."""

    name: str  # of the table, for formulas; Latin letters and _
    frozen: int = 1  # columns that stay in sight
    red: tuple[tuple[str, str], ...] = ()  # title of a column and what stands there in rows that are shown red
    mark: Callable[[Sequence[Stored]], str] | None = None  # what the hidden last column says of the cells of a row


class TablePart(NamedTuple):
    """Some rows of a table, one after the other."""

    rows: Rows
    widths: Sequence[int]  # that the values of the columns take; 0 where there are none
    cut: Sequence[tuple[int, str]]  # number of the row and title of the column of each text that was too long
    sums: Sequence[int]  # of the columns that have a total, as the values are given


@dataclass(frozen=True)
class TableLayout:
    """How a table is laid out."""

    columns: Sequence[Column]
    styles: dict[str, int]  # the workbook's numbers of looks: those of kinds and `book.LOOKS`
    zone: tzinfo | None  # that times are shown in
    extras: Extras | None = None

    @property
    def header_row(self) -> int:
        """The number of the row with the titles."""
        return 2 if self.extras else 1

    @cached_property
    def marked(self) -> bool:
        """Whether a hidden column follows the others."""
        return self.extras is not None and self.extras.mark is not None

    @cached_property
    def narrowest(self) -> list[int]:
        """The least width of each column."""
        return [max(_title_width(column), column.entry) for column in self.columns]

    @cached_property
    def rooms(self) -> list[int]:
        """The greatest width of each column; what is too narrow for it to wrap is so in this as well."""
        return [max(column.widest, least) + PADDING for column, least in zip(self.columns, self.narrowest, strict=True)]

    def widths(self, needed: Sequence[int], sums: Sequence[int]) -> list[float]:
        """How wide the columns are made whose values take so much; 0 = hidden: with extras, where there is no value."""
        if self.extras is None:
            wanted = map(max, needed, self.narrowest)
            return [min(width + PADDING, room) for width, room in zip(wanted, self.rooms, strict=True)]
        made = zip(needed, self.narrowest, self.rooms, sums, self.columns, strict=True)
        return [
            0
            if not value
            else max(
                min(max(round(value * SLACK), least) + PADDING, room),
                round(cell(total, column.kind, self.zone).width * SLACK) + TOTAL_ROOM[column.kind] if total else 0,
            )
            for value, least, room, total, column in made
        ]

    def totals(self, rows: int, sums: Sequence[int]) -> Rows:
        """The row above the header: how many of the `rows` a filter shows, and what their numbers come to."""
        first, last = self.header_row + 1, self.header_row + rows
        cells = {1: (f"SUBTOTAL({COUNT_SHOWN},A{first}:A{last})", float(rows), self.styles["total rows"])}
        for number, column in enumerate(self.columns, 1):
            if number > 1 and column.total and column.kind in ADDED_UP:
                place = f"{letter(number)}{first}:{letter(number)}{last}"
                found = sums[number - 1] / ADDED_UP[column.kind]
                cells[number] = (f"SUBTOTAL({SUM_SHOWN},{place})", found, self.styles[f"total {column.kind}"])
        writer = RowWriter(len(self.columns), 1)
        writer.formulas(cells)
        return writer.rows()

    def header(self) -> Rows:
        """The row with the titles."""
        titles = [cell(column.title, "text", self.zone) for column in self.columns]
        looks = [
            "header entry" if column.entry else "header right" if column.kind in NUMBERS else "header"
            for column in self.columns
        ]
        height = _height(titles, self.rooms, HEADER_LINES)
        if self.marked:
            titles.append(cell(MARK, "text", self.zone))
            looks.append("header")
        writer = RowWriter(len(titles), self.header_row)
        writer.append([one.value for one in titles], [self.styles[look] for look in looks], height)
        return writer.rows()

    def part(self, number: int, rows: Sequence[Sequence[object]]) -> TablePart:
        """`rows`, of which the first gets `number`."""
        mark = self.extras.mark if self.extras else None
        writer = RowWriter(len(self.columns) + self.marked, number)
        kinds = [column.kind for column in self.columns]
        looks = ["entry" if column.entry else "" for column in self.columns]
        needed: Sequence[int] = [0] * len(kinds)
        cut: list[tuple[int, str]] = []
        for at, values in enumerate(rows, number):
            row = [cell(value, kind, self.zone) for value, kind in zip(values, kinds, strict=True)]
            needed = [one.width if one.width > width else width for one, width in zip(row, needed, strict=True)]
            stored = [one.value for one in row]
            styles = [self.styles[look or one.kind] for look, one in zip(looks, row, strict=True)]
            if mark is not None:
                styles.append(self.styles["text"])
                stored.append(mark(stored))
            writer.append(stored, styles, _height(row, self.rooms, 1))
            cut += [(at, column.title) for column, one in zip(self.columns, row, strict=True) if one.cut]
        return TablePart(writer.rows(), needed, cut, self._sums(rows))

    def _sums(self, rows: Sequence[Sequence[object]]) -> list[int]:
        if self.extras is None:
            return []
        sums = [0] * len(self.columns)
        for number, column in enumerate(self.columns):
            if column.total and column.kind in ADDED_UP:
                sums[number] = sum(value for row in rows if isinstance(value := row[number], int))
        return sums


def _title_width(column: Column) -> int:
    # a title of several words may take two lines
    words = max([-(-width(column.title) // 2), *(round(width(word) * SLACK) for word in column.title.split())])
    return max(words + FILTER_BUTTON, NARROWEST)


def _height(row: Sequence[Cell], rooms: Sequence[int], fewest: int) -> float:
    """Points for all wrapped text of a row; 0 = the ordinary height, where one line will do."""
    wrapped = [
        lines(one.value, room - PADDING)
        for one, room in zip(row, rooms, strict=True)
        if isinstance(one.value, str) and (one.width >= room or "\n" in one.value)
    ]
    most = max(fewest, max(wrapped, default=1))
    return LINE_HEIGHT * min(most, MOST_LINES) + 2 if most > 1 else 0
