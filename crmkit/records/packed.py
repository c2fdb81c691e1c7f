"""Records in their stored form, and very many of them held small.

Each type has a stored form: the same fields, and those at their default are left out when it is written.
"""

from collections.abc import Collection, Iterable, Iterator, KeysView
from functools import lru_cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from crmkit.records import type_of
from crmkit.records.base import Record

R = TypeVar("R", bound=Record)
LOOSE = 200_000  # records that are held as objects: what an import of 100,000 rows makes, 170 MB

_sorted = msgspec.json.Encoder(order="sorted")


class Packed(Collection[Record]):
    """Records in the order in which each was first put, each in its last state.

    Where there are many they are held as they are stored, a third of what the objects take, and made anew for whoever
    asks: equal, and never the same object twice.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._held: dict[str, Record | bytes] = {}
        self._loose: dict[str, None] = {}  # ids of those that are held as objects, as they lie in memory
        for record in records:
            self.put(record)

    def put(self, record: Record) -> None:
        """Add `record`, or replace what has its id."""
        self._held[record.id] = record
        self._loose[record.id] = None
        if len(self._loose) > LOOSE:
            self._pack()

    def get(self, identifier: str) -> Record | None:
        """The record with this id, None where there is none."""
        held = self._held.get(identifier)
        return _unpacked(held, identifier) if isinstance(held, bytes) else held

    def __getitem__(self, identifier: str) -> Record:
        """The record with this id. Raises KeyError."""
        held = self._held[identifier]
        return _unpacked(held, identifier) if isinstance(held, bytes) else held

    def has(self, identifier: str) -> bool:
        """Whether there is a record with this id."""
        return identifier in self._held

    def ids(self) -> KeysView[str]:
        """The ids, in order."""
        return self._held.keys()

    def __contains__(self, record: object) -> bool:
        return isinstance(record, Record) and self.get(record.id) == record

    def __iter__(self) -> Iterator[Record]:
        return map(self.__getitem__, self._held)

    def __len__(self) -> int:
        return len(self._held)

    def _pack(self) -> None:
        by_type: dict[type[Record], list[Record]] = {}
        for identifier in self._loose:
            record = self[identifier]
            by_type.setdefault(type(record), []).append(record)
        for record_type, records in by_type.items():
            for record, form in zip(records, forms(record_type, records), strict=True):
                self._held[record.id] = _sorted.encode(form)
        self._loose.clear()


def forms(record_type: type[R], records: Iterable[R]) -> list[R]:
    """`records` in their stored form, in which the id does not stand: it is the key of the document."""
    type_ = GenericAlias(list, (stored_form(record_type),))  # one by one it takes a quarter more
    found: list[R] = msgspec.convert(list(records), type_, from_attributes=True)
    for form in found:
        msgspec.structs.force_setattr(form, "id", "")
    return found


def _unpacked(data: bytes, identifier: str) -> Record:
    record_type = type_of(identifier)
    if record_type is None:
        raise ValueError(identifier)
    record: Record = _decoder(record_type).decode(data)
    msgspec.structs.force_setattr(record, "id", identifier)
    return record


@lru_cache
def _decoder(record_type: type[R]) -> msgspec.json.Decoder[R]:
    return msgspec.json.Decoder(record_type)


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
