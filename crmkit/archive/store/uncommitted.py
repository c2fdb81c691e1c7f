"""Changes that are decided and not written yet, so that what is decided next can see them.

A batch is one commit of many changes; each is decided as if those before it were in the archive already.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import TypeVar

from crmkit.records import Record
from crmkit.records.change import Change

R = TypeVar("R", bound=Record)


class Uncommitted:
    """Records as the changes of a run leave them, by id and by index key."""

    def __init__(self) -> None:
        self.records: dict[str, Record | None] = {}  # None: removed
        self._keys: list[tuple[str, str]] = []  # (key, id), sorted

    def put(self, change: Change) -> None:
        """Take in `change`; of a record that was taken in before, the later state."""
        for record in change.puts:
            self._forget(record.id)
            self.records[record.id] = record
            for key in set(record.keys()):
                insort(self._keys, (key, record.id))
        for identifier in change.drops:
            self._forget(identifier)
            self.records[identifier] = None

    def of_type(self, record_type: type[R]) -> list[R]:
        """The records of a type, in the order of their ids."""
        return sorted((r for r in self.records.values() if isinstance(r, record_type)), key=lambda one: one.id)

    def ids(self, key: str) -> list[str]:
        """The ids of the records that have this index key, in order."""
        return [one.id for _key, one in self._between(key, f"{key}\0")]

    def merged(self, record_type: type[R], stored: Iterable[R], low: str, high: str) -> list[R]:
        """`stored`, which have keys from `low` up to `high`, and those of the run, in the order of key and id."""
        pairs = [
            (key, record.id, record)
            for record in {one.id: one for one in stored}.values()
            if record.id not in self.records
            for key in iter(record.keys())
            if low <= key < high
        ]
        pairs += [(key, one.id, one) for key, one in self._between(low, high) if isinstance(one, record_type)]
        return [record for _key, _id, record in sorted(pairs, key=lambda pair: pair[:2])]

    def with_key(self, record_type: type[R], stored: list[R], key: str) -> list[R]:
        """`stored`, which have this key and were not taken in, and those of the run that have it, in order of ids."""
        place = bisect_left(self._keys, (key, ""))
        if place == len(self._keys) or self._keys[place][0] != key:  # as of most keys
            return stored
        found = [one for _key, one in self._between(key, f"{key}\0") if isinstance(one, record_type)]
        return sorted((*stored, *found), key=lambda one: one.id)

    def last(self, record_type: type[R], low: str, high: str) -> R | None:
        """The record of the run with the last key from `low` up to `high`."""
        found = (self.records[identifier] for _key, identifier in reversed(self._pairs(low, high)))
        return next((one for one in found if isinstance(one, record_type)), None)

    def _between(self, low: str, high: str) -> Iterator[tuple[str, Record]]:
        for key, identifier in self._pairs(low, high):
            record = self.records[identifier]
            if record is not None:
                yield key, record

    def _pairs(self, low: str, high: str) -> list[tuple[str, str]]:
        return self._keys[bisect_left(self._keys, (low, "")) : bisect_left(self._keys, (high, ""))]

    def _forget(self, identifier: str) -> None:
        before = self.records.get(identifier)
        for key in set(before.keys()) if before else ():
            del self._keys[bisect_left(self._keys, (key, identifier))]
