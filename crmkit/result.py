"""What a command hands to `render`: rows to show, or the outcome of a writing run."""

from typing import Any

import msgspec

from crmkit.records import Record

Row = dict[str, Any]


def row(record: Record, **extra: Any) -> Row:
    """A record as plain JSON values, every field present, followed by `extra`."""
    fields: Row = msgspec.to_builtins(record)
    return {**fields, **extra}


def as_row(item: Row | Record) -> Row:
    """`item`; a record as `row` makes it."""
    return row(item) if isinstance(item, Record) else item
