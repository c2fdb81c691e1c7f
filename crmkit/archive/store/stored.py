"""The form in which records are stored: the bytes of a shard, and what of a record stands there.

Each type has a stored form: the same fields, and those at their default are left out when it is written. So bytes can
be read straight into records, and what these would be written as tells whether anything else stood there.
"""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from crmkit.records import Record

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
    return formatted({kind: {record.id: _form(record) for record in records}})


def document(record: Record) -> dict[str, Any]:
    """`record` as it is stored: fields at their default left out, the id only as the document's key."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_form(record)))
    return values


def _form(record: Record) -> Any:
    form = msgspec.convert(record, stored_form(type(record)), from_attributes=True)
    msgspec.structs.force_setattr(form, "id", "")
    return form


@lru_cache
def stored_form(struct: type[msgspec.Struct]) -> type[Any]:
    """`struct` as it is stored: a subclass, the structs within it in their stored form as well."""
    fields = [(field.name, _stored(field.type), _as_in(field)) for field in msgspec.structs.fields(struct)]
    return msgspec.defstruct(
        struct.__name__, fields, bases=(struct,), omit_defaults=True, frozen=True, kw_only=True, gc=False
    )


def _stored(type_: Any) -> Any:
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return stored_form(type_)
    origin, parts = get_origin(type_), get_args(type_)
    if origin is UnionType:
        return reduce(or_, map(_stored, parts))
    return origin[tuple(map(_stored, parts))] if origin is tuple else type_


def _as_in(field: msgspec.structs.FieldInfo) -> Any:
    """The default and the stored name of `field`."""
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory, name=field.encode_name)
    return msgspec.field(default=field.default, name=field.encode_name)
