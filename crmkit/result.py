"""What a command hands to `render`: rows to show, or the outcome of a writing run."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from crmkit.core import wording
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.records import Assignment, Customer, Order, Record, Touch, type_of
from crmkit.records.typed import DialString, makers, typed

if TYPE_CHECKING:
    from crmkit.core.run import Run

Row = dict[str, Any]


class Told(NamedTuple):
    """A record and what stands beside it, to be made a row when it is printed: a list of everybody is long."""

    record: Record
    more: Row


def row(record: Record, **extra: Any) -> Row:
    """A record as JSON values, every field present, followed by what goes with it and by `extra`.

    Money, codes and parts keep their type (`records.typed`), by which `render` prints them.
    """
    fields: Row = msgspec.to_builtins(record)
    return typed(type(record), {**fields, **worded(record), **beside(record), **extra})


def worded(record: Record) -> Row:
    """The fields in which codes and values of `record` are shown in words; none where it holds no such."""
    if isinstance(record, Customer) and record.noted:
        return {"notes": wording.shown(record)}
    if isinstance(record, Assignment) and record.cause:
        return {"why": wording.why(record)}
    if isinstance(record, Order) and record.signs:
        return {"risk_sign": wording.risk_sign(record)}
    return {}


def beside(record: Record) -> dict[str, str]:
    """What is shown with a record and not stored in it: of a customer the number to dial, "" where there is none."""
    if not isinstance(record, Customer):
        return {}
    number = dial(record)
    return {"phone": DialString(identity(number)) if number else ""}


def as_row(item: Row | Record | Told) -> Row:
    """`item`; a record as `row` makes it."""
    if isinstance(item, Told):
        return row(item.record, **item.more)
    return row(item) if isinstance(item, Record) else item


def part_of_row(item: Row | Record | Told, names: Sequence[str]) -> Row:
    """What `as_row` makes of `item`, as far as it stands under `names`: a fifth of the time of a file's 70 fields."""
    if isinstance(item, dict):
        return item
    record, more = item if isinstance(item, Told) else (item, {})
    values, makes = {**worded(record), **beside(record), **more}, makers(type(record))
    found: Row = {}
    for name in names:
        if name in values:
            value = values[name]
        elif name in _fields(type(record)):
            value = msgspec.to_builtins(getattr(record, _fields(type(record))[name]))
        else:
            continue
        found[name] = makes[name](value) if name in makes and (value or value == 0) else value
    return found


def id_of(item: Row | Record | Told, otherwise: str) -> str:
    """The id of `item`; of a row that is no record what stands under `otherwise`."""
    if isinstance(item, dict):
        return str(item.get("id") or item[otherwise])
    return item.id if isinstance(item, Record) else str(item.more.get("id") or item.record.id)


@cache
def _fields(record_type: type[Record]) -> Mapping[str, str]:
    """The fields of a record by their names in JSON."""
    return dict(zip(record_type.__struct_encode_fields__, record_type.__struct_fields__, strict=True))


def as_field(identifier: str, name: str, value: Any) -> Any:
    """A plain value of the field `name` of the record `identifier`, with the type that the field gives it."""
    record_type = type_of(identifier)
    return typed(record_type, {name: value})[name] if record_type else value


def collected(run: "Run", customer: Customer, touches: Iterable[Touch], owners: Iterable[Assignment]) -> Row:
    """What every view of a file tells beside it: how it fits, its contacts and who looked after it, in order."""
    from crmkit.core.people.deepfile import fit
    from crmkit.core.people.reach import warning

    return {
        "fit": fit(customer)._asdict(),
        "refusal": warning(run, customer),
        "touches": _parts(touches, "at", "outcome", "source", "site", "collector", "name_given"),
        "owners": _parts(owners, "at", "before", "to", "how", "why", "by"),
    }


def _parts(records: Iterable[Record], *names: str) -> list[Row]:
    rows = sorted((row(record) for record in records), key=lambda one: (one["at"], one["id"]))
    return [{name: one[name] for name in names} for one in rows]
