"""The rule of undo, pure: what becomes of each item that a run changed, given what it is now.

An item is a document of a shard, or the whole content of a file that is no shard; None where there is none.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from crmkit.archive.history.history import changed_fields
from crmkit.records import REGISTRY, type_of
from crmkit.records.base import ID_PATTERN

Item = dict[str, Any] | bytes
Place = tuple[str, str]  # a file, and the id of a document in it; the file again where it is no shard
ID = re.compile(rb"(?<![A-Za-z0-9])" + ID_PATTERN.pattern.strip("^$").encode())


class Altered(NamedTuple):
    """One item that a run changed."""

    before: Item | None
    after: Item | None
    now: Item | None


class OverlapError(Exception):
    """What the run changed has been changed again since."""


def put_back(before: Item | None, after: Item | None, now: Item | None) -> Item | None:
    """What an item becomes when the change from `before` to `after` is taken back, seeing that it is `now`.

    As the run left it: what it was. Otherwise the fields that the run changed go back and the others stay as they
    are; OverlapError where one of them is no longer as the run left it, or where the item was added or removed.
    """
    if now == after:
        return before
    if not (isinstance(before, dict) and isinstance(after, dict) and isinstance(now, dict)):
        raise OverlapError
    fields = changed_fields([before], after)
    if any(now.get(name) != left for name, (_old, left) in fields.items()):
        raise OverlapError
    stays = {name: value for name, value in now.items() if name not in fields}
    return stays | {name: before[name] for name in fields if name in before}


def decide(altered: Mapping[Place, Altered], reason: str) -> dict[Place, Item | None]:
    """What each item becomes; None = it goes away. Raises OverlapError.

    A record with a number that is never given out again becomes void, for `reason`. The records it names stay too.
    """
    results = {place: put_back(*item) for place, item in altered.items()}
    holding: list[Item] = []
    for (path, key), item in altered.items():
        if results[path, key] is None and isinstance(item.now, dict) and numbered(key):
            results[path, key] = void = {**item.now, "state": "void", "reason": reason}
            holding.append(void)
    while holding:
        named = ids_in(holding.pop())
        for place, item in altered.items():
            if results[place] is None and item.now is not None and place[1] in named:
                results[place] = item.now
                holding.append(item.now)
    return results


def numbered(identifier: str) -> bool:
    """Whether records of this type bear a number that is given out only once."""
    record_type = type_of(identifier)
    return record_type is not None and REGISTRY[record_type].numbers is not None


def ids_in(item: Item) -> set[str]:
    """The record ids that stand anywhere in `item`."""
    data = item if isinstance(item, bytes) else msgspec.json.encode(item)
    return {found.decode() for found in ID.findall(data)}
