"""Any list of records as a workbook: what a table on the screen shows, header frozen, with filters, ids as text."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from crmkit.i18n import _
from crmkit.records.settings import Settings
from crmkit.records.typed import Fen, Share
from crmkit.result import Row
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cells import Kind
from crmkit.sheets.write.layout import Column

WIDEST = 48  # characters of a column


def list_book(
    title: str, rows: Sequence[Row], columns: Sequence[str], tell: Callable[[Any], str],
    heading: Callable[[str, Sequence[Any]], str], settings: Settings, made_at: datetime,
) -> Workbook:  # fmt: skip
    """`rows` with `columns` and, in the last one, their ids; `tell` words a value, `heading` a title."""
    named = list(columns)
    if "id" not in named and any(row.get("id") for row in rows):
        named.append("id")
    values = [[row.get(name) for row in rows] for name in named]
    kinds = [_kind(one) for one in values]
    titles = [heading(name, one) for name, one in zip(named, values, strict=True)]
    book = Workbook(title=title, font=settings.report.font, made_at=made_at)
    book.table(
        _("List"),
        [Column(head, kind, WIDEST) for head, kind in zip(titles, kinds, strict=True)],
        [[_value(row.get(name), kind, tell) for name, kind in zip(named, kinds, strict=True)] for row in rows],
    )
    return book


def _kind(values: Sequence[object]) -> Kind:
    """How a column is written, by the type of all that stands in it."""
    types = {type(value) for value in values if value is not None}
    kinds: dict[type, Kind] = {Fen: "money", int: "count", Share: "share"}
    return kinds.get(types.pop(), "text") if len(types) == 1 else "text"


def _value(value: object, kind: Kind, tell: Callable[[Any], str]) -> object:
    if kind == "text":
        return tell(value)
    return value if isinstance(value, int | float) else None
