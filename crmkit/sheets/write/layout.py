"""The rows of a table laid out: what is written of each, how high it is, how wide its columns must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import NamedTuple

from crmkit.sheets.write.cells import NUMBERS, Cell, Kind, cell, lines, width
from crmkit.sheets.write.rowxml import Rows, RowWriter

NARROWEST, PADDING, FILTER_BUTTON = 6, 1, 3
LINE_HEIGHT, MOST_LINES = 13.5, 24  # points; a row is given room for its wrapped text
HEADER_LINES = 2


@dataclass(frozen=True)
class Column:
    """One column of a table; text longer than `widest` screen columns is wrapped.

    One to be filled in has `entry` screen columns of room, and looks like it.
    """

    title: str
    kind: Kind = "text"
    widest: int = 32
    entry: int = 0


class TablePart(NamedTuple):
    """Some rows of a table, one after the other."""

    rows: Rows
    widths: Sequence[int]  # that the columns need
    cut: Sequence[tuple[int, str]]  # number of the row and title of the column of each text that was too long


@dataclass(frozen=True)
class TableLayout:
    """How a table is laid out."""

    columns: Sequence[Column]
    styles: dict[str, int]  # the workbook's numbers of looks: those of kinds and `book.LOOKS`
    zone: tzinfo | None  # that times are shown in

    @cached_property
    def narrowest(self) -> list[int]:
        """The least width of each column."""
        return [max(_title_width(column), column.entry) for column in self.columns]

    @cached_property
    def rooms(self) -> list[int]:
        """The greatest width of each column; what is too narrow for it to wrap is so in this as well."""
        return [max(column.widest, least) + PADDING for column, least in zip(self.columns, self.narrowest, strict=True)]

    def header(self) -> Rows:
        """The first row."""
        titles = [cell(column.title, "text", self.zone) for column in self.columns]
        looks = [
            "header entry" if column.entry else "header right" if column.kind in NUMBERS else "header"
            for column in self.columns
        ]
        writer = RowWriter(len(self.columns), 1)
        writer.append(
            [one.value for one in titles], [self.styles[look] for look in looks],
            _height(titles, self.rooms, HEADER_LINES),
        )  # fmt: skip
        return writer.rows()

    def part(self, number: int, rows: Sequence[Sequence[object]]) -> TablePart:
        """`rows`, of which the first gets `number`."""
        writer = RowWriter(len(self.columns), number)
        kinds = [column.kind for column in self.columns]
        needed: Sequence[int] = self.narrowest
        cut: list[tuple[int, str]] = []
        for at, values in enumerate(rows, number):
            row = [cell(value, kind, self.zone) for value, kind in zip(values, kinds, strict=True)]
            needed = [one.width if one.width > width else width for one, width in zip(row, needed, strict=True)]
            writer.append(
                [one.value for one in row],
                [
                    self.styles["entry" if column.entry else one.kind]
                    for column, one in zip(self.columns, row, strict=True)
                ],
                _height(row, self.rooms, 1),
            )
            cut += [(at, column.title) for column, one in zip(self.columns, row, strict=True) if one.cut]
        return TablePart(writer.rows(), needed, cut)


def _title_width(column: Column) -> int:
    # a title of several words may take two lines
    words = max(-(-width(column.title) // 2), *(width(word) for word in column.title.split()))
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
