"""Sheets of blocks: small tables below one another, each with a heading, a name for formulas and a total."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from crmkit.sheets.report.view import Row
from crmkit.sheets.write.book import HEADER_FILL, HEADER_LINE, Workbook
from crmkit.sheets.write.cells import FORMATS, NUMBERS, cell, lines, width
from crmkit.sheets.write.layout import LINE_HEIGHT, SLACK, Column
from crmkit.sheets.write.rowxml import letter


class SummaryTable(NamedTuple):
    """A small table of a page of blocks."""

    name: str  # in formulas; "" = none
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    total: Row = ()  # () = none


def declare(book: Workbook) -> None:
    """Declare the looks of blocks, once for a workbook."""
    for kind in ("text", *NUMBERS):
        book.style(
            f"sum {kind}", number_format=FORMATS[kind], bold=True, above=HEADER_LINE, fill=HEADER_FILL,
            align="right" if kind in NUMBERS else "left", indent=1 if kind in NUMBERS else 0,
        )  # fmt: skip
    book.style("block", size=12, bold=True, color=HEADER_LINE)


def add_blocks(book: Workbook, title: str, blocks: Sequence[SummaryTable]) -> tuple[Any, dict[str, tuple[int, int]]]:
    """A sheet of `blocks`, and for each by its name the number of the first and the last of its rows."""
    widths = _widths(blocks)
    page = book.wide_page(title, widths)
    places: dict[str, tuple[int, int]] = {}
    for block in blocks:
        if book.height(page):
            book.append(page, [], height=14)
        book.append(page, [book.styled(block.title, "block")], height=22)
        looks = ["header right" if column.kind in NUMBERS else "header" for column in block.columns]
        heads = [book.styled(column.title, look) for column, look in zip(block.columns, looks, strict=True)]
        most = max(lines(column.title, room - 3) for column, room in zip(block.columns, widths, strict=False))
        book.append(page, heads, height=LINE_HEIGHT * most + 4)
        first = book.height(page) + 1
        kinds = [column.kind for column in block.columns]
        for row in block.rows:
            book.append(page, [book.styled(value, kind, kind) for value, kind in zip(row, kinds, strict=True)])
        last = places[block.name] = (first, book.height(page))
        if block.total:
            total = zip(block.total, kinds, strict=True)
            book.append(page, [book.styled(value, f"sum {kind}", kind) for value, kind in total])
        if block.name:
            book.name(block.name, page, f"$A${first - 1}:${letter(len(kinds))}${last[1]}")
    page.freeze_panes = "B1"
    return page, places


def _widths(blocks: Sequence[SummaryTable]) -> list[float]:
    widths: list[float] = [0] * max(len(block.columns) for block in blocks)
    for block in blocks:
        for place, column in enumerate(block.columns):
            values = [row[place] for row in (*block.rows, *((block.total,) if block.total else ()))]
            shown = max((cell(value, column.kind, None).width for value in values), default=0)
            title = max(-(-width(column.title) // 2), *(width(word) for word in column.title.split()))
            need = max(min(shown, column.widest), title)
            widths[place] = max(widths[place], round(need * SLACK) + 3, 7)
    return widths
