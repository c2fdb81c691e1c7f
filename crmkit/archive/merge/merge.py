"""Three-way merge of records: pure, without files or git, and the same whichever of the two sides is called ours.

The same rules hold at every level of a record (field, part of a list, field of a part):

1. One side is as in the base: the other side's value.
2. Both changed it to the same value: that value.
3. They differ and have members: merged member by member.
4. They differ and have none: the rule of the record type (`Record.merging`); else the later edit wins, and a `Clash`
   keeps both.
5. One side removed it, the other changed it: the changed value, and a `Clash`.

Why not "ours"? Two clones that merge each other's work at the same time would each keep their own value and never
agree. Symmetric rules give both the same archive, whoever merges and in whatever order.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from crmkit.records.base import Rule
from crmkit.records.shape import ABSENT, Shape

BEGINNING = datetime.min.replace(tzinfo=UTC)
STAMPS = ("created_at", "updated_at")
Path = tuple[str, ...]


class Clash(NamedTuple):
    """Two values of one place; an empty path is the record itself, changed on one side and removed on the other."""

    record: str
    path: Path
    kept: Any  # None where the path is empty: that says enough
    other: Any  # None where the path is empty, or that side removed it
    at: str  # time of the later edit, "" where unknown


def record(identifier: str, base: Any, ours: Any, theirs: Any, shape: Shape) -> tuple[Any, list[Clash]]:
    """The document of one record from its three versions (ABSENT where it is not), and what clashed."""
    merging = _Merging(identifier, ours, theirs)
    return merging.merged(base, ours, theirs, shape, ()), merging.clashes


def changes(base: Any, new: Any, shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """The smallest places in which `new` differs from `base`, time stamps apart, with both values."""
    before, after = shape.opened(base), shape.opened(new)
    if base == new:
        return
    if before is None or after is None:
        yield path, base, new
        return
    for name in dict.fromkeys([*before, *after]):
        if path or name not in STAMPS:
            yield from changes(before.get(name, ABSENT), after.get(name, ABSENT), shape.member(name), (*path, name))


def edited_at(document: Any) -> str:
    """When a document was written last, "" where it does not say."""
    found = document if isinstance(document, dict) else {}
    return str(found.get("updated_at") or found.get("created_at") or "")


def moment(text: str) -> datetime:
    """The time that `text` names, the beginning of time where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return BEGINNING
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class _Merging:
    """The merge of one record, with the times that say which edit is the later one."""

    def __init__(self, identifier: str, ours: Any, theirs: Any) -> None:
        self.identifier = identifier
        self.edits = (edited_at(ours), edited_at(theirs))
        self.clashes: list[Clash] = []

    def merged(self, base: Any, ours: Any, theirs: Any, shape: Shape, path: Path) -> Any:
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        mine, other = shape.opened(ours), shape.opened(theirs)
        if mine is None or other is None:
            return self._settled(ours, theirs, shape, path)
        before = shape.opened(base) or {}
        members = {}
        for name in (*before, *sorted({*mine, *other} - {*before})):
            was, here, there = (side.get(name, ABSENT) for side in (before, mine, other))
            member = self.merged(was, here, there, shape.member(name), (*path, name))
            if member is not ABSENT:
                members[name] = member
        return shape.closed(members)

    def _settled(self, ours: Any, theirs: Any, shape: Shape, path: Path) -> Any:
        sides = sorted(zip(self.edits, (ours, theirs), strict=True), key=_standing, reverse=True)
        kept, other = (value for _at, value in sides)
        if shape.rule is None:
            values = (kept, None if other is ABSENT else other) if path else (None, None)
            at = max(self.edits, key=lambda text: (moment(text), text))
            self.clashes.append(Clash(self.identifier, path, values[0], values[1], at))
        elif shape.rule != "later" and other is not ABSENT:
            return _by_rule(shape.rule, [kept, other], shape.moment)
        return kept


def _standing(side: tuple[str, Any]) -> tuple[bool, datetime, bytes]:
    """What makes a value the one that stands: that there is one; then its time; then, for want of better, its text."""
    at, value = side
    return value is not ABSENT, moment(at), b"" if value is ABSENT else msgspec.json.encode(value, order="sorted")


def _by_rule(rule: Rule, values: list[Any], times: bool) -> Any:
    if isinstance(rule, tuple):
        return max(values, key=lambda value: rule.index(value) if value in rule else len(rule))
    return (min if rule == "least" else max)(values, key=moment if times else None)
