"""How the stored form of a record is taken apart: into fields, a list of parts into its parts, a part into fields.

Merging two operators' work and settling a conflict both walk a record by these names: `("phones", "+8613900541731",
"state")` is the state of one number.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from crmkit.records.base import Record, Rule

ABSENT = msgspec.UNSET  # no such field, part or record; empty fields are not stored
Members = dict[str, Any]


class Shape:
    """A value that is not taken apart. `rule` settles two different ones; `moment` says that it is a time."""

    def __init__(self, rule: Rule | None = None, *, moment: bool = False) -> None:
        self.rule = rule
        self.moment = moment

    def opened(self, value: Any) -> Members | None:
        """The members of `value` by name; None where it has none."""
        return None

    def closed(self, members: Members) -> Any:
        """The value that has these members."""
        return members

    def member(self, name: str) -> "Shape":
        """The shape of one member."""
        return Shape()


class Fields(Shape):
    """An object with named fields; one that is not known is not taken apart."""

    def __init__(self, fields: Mapping[str, Shape]) -> None:
        super().__init__()
        self.fields = fields

    def opened(self, value: Any) -> Members | None:
        """The fields; None where the whole object is not there."""
        return dict(value) if isinstance(value, dict) else None

    def member(self, name: str) -> Shape:
        """The shape of one field."""
        return self.fields.get(name) or Shape()


class Nested(Shape):
    """Any JSON value: objects are taken apart however deep they lie, lists are not."""

    def opened(self, value: Any) -> Members | None:
        """The fields of an object."""
        return dict(value) if isinstance(value, dict) else None

    def member(self, name: str) -> Shape:
        """A value like this one."""
        return self


class Dictionary(Shape):
    """A field that holds values by name, each under the rule of the field; it is not stored without any."""

    def opened(self, value: Any) -> Members | None:
        """The values by name; none where the field is not stored."""
        return dict(value or {})

    def closed(self, members: Members) -> Any:
        """The dictionary, ABSENT where it is empty."""
        return members or ABSENT

    def member(self, name: str) -> Shape:
        """A value."""
        return Shape(self.rule)


class Parts(Shape):
    """A field that holds a list of parts, each named by its key, or a list of plain values, each named by itself."""

    def __init__(self, key: tuple[str, ...], part: Shape) -> None:
        super().__init__()
        self.key = key
        self.part = part

    def opened(self, value: Any) -> Members | None:
        """The parts by name; the second of one name is `name#2`, so that none is lost."""
        members: Members = {}
        for part in value or ():
            label = "-".join(str(part[k]) for k in self.key if part.get(k)) if self.key else str(part)
            name, again = label, 1
            while name in members:
                again += 1
                name = f"{label}#{again}"
            members[name] = part
        return members

    def closed(self, members: Members) -> Any:
        """The list, ABSENT where it is empty."""
        return list(members.values()) or ABSENT

    def member(self, name: str) -> Shape:
        """The shape of every part."""
        return self.part


@cache
def shape_of(record_type: type[Record]) -> Shape:
    """The shape of the stored documents of a record type."""
    return _fields(inspect.type_info(record_type))


def get(value: Any, path: tuple[str, ...], shape: Shape) -> Any:
    """What `value` holds at `path`, ABSENT where it holds nothing there."""
    for name in path:
        value, shape = (shape.opened(value) or {}).get(name, ABSENT), shape.member(name)
    return value


def put(value: Any, path: tuple[str, ...], new: Any, shape: Shape) -> Any:
    """`value` with `new` at `path`; ABSENT takes away what is there."""
    if not path:
        return new
    members = shape.opened(value) or {}
    members[path[0]] = put(members.get(path[0], ABSENT), path[1:], new, shape.member(path[0]))
    return shape.closed({name: member for name, member in members.items() if member is not ABSENT})


def _fields(info: Any) -> Shape:
    rules: dict[str, Rule] = {}
    for ancestor in reversed(info.cls.__mro__):
        rules.update(vars(ancestor).get("merging", {}))
    return Fields({field.encode_name: _shape(field.type, rules.get(field.encode_name)) for field in info.fields})


def _shape(info: inspect.Type, rule: Rule | None) -> Shape:
    if isinstance(info, inspect.VarTupleType):
        if isinstance(info.item_type, inspect.StrType):
            return Parts((), Shape())
        key = getattr(getattr(info.item_type, "cls", None), "part_key", ())
        return Parts(key, _fields(info.item_type)) if key else Shape(rule)
    if isinstance(info, inspect.StructType):
        return _fields(info)
    if isinstance(info, inspect.DictType):
        return Dictionary(rule)
    kinds = info.types if isinstance(info, inspect.UnionType) else (info,)
    return Shape(rule, moment=any(isinstance(kind, inspect.DateTimeType) for kind in kinds))
