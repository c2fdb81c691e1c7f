"""The bytes of a shard, and what of a record stands there.

Bytes can be read straight into records in their stored form (`records.packed`), and what these would be written as
tells whether anything else stood there.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from crmkit.records import BY_KIND, Record
from crmkit.records.packed import forms

Documents = dict[str, dict[str, Any]]

_sorted = msgspec.json.Encoder(order="sorted")


def canonical(kind: str, table: Documents) -> bytes:
    """The bytes of a shard: UTF-8, two-space indent, sorted keys, final newline."""
    return formatted({kind: table})


def formatted(tables: Any) -> bytes:
    """The bytes of a shard's tables, whose records are documents or in their stored form."""
    return msgspec.json.format(_sorted.encode(tables), indent=2) + b"\n"


def written(kind: str, records: Iterable[Record]) -> bytes:
    """The bytes of a shard in which nothing else stands than `records`."""
    records = list(records)
    ids = (record.id for record in records)
    return formatted({kind: dict(zip(ids, forms(BY_KIND[kind], records), strict=True))})


def document(record: Record) -> dict[str, Any]:
    """`record` as it is stored: fields at their default left out, the id only as the document's key."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(forms(type(record), (record,))[0]))
    return values
