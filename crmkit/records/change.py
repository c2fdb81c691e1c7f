"""What a pure core function returns: records to put, and a summary. Nothing is written until it is committed."""

from collections.abc import Collection

import msgspec

from crmkit.records.base import Record


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Records to store, ids to drop, and what to tell the operator."""

    puts: Collection[Record] = ()
    drops: tuple[str, ...] = ()  # ids of records to remove; only undo and erasure remove anything
    ids: tuple[str, ...] = ()  # the records this command is about, in order
    counts: dict[str, int] = {}  # for example {"added": 3, "rejected": 1}
    notes: tuple[str, ...] = ()  # said on stderr, already in the operator's language

    def __bool__(self) -> bool:
        return bool(self.puts or self.drops)


def together(*changes: Change) -> Change:
    """One change that does all of `changes` in order; counts of the same name add up."""
    counts: dict[str, int] = {}
    for change in changes:
        for name, n in change.counts.items():
            counts[name] = counts.get(name, 0) + n
    return Change(
        puts=tuple(p for c in changes for p in c.puts),
        drops=tuple(d for c in changes for d in c.drops),
        ids=tuple(i for c in changes for i in c.ids),
        counts=counts,
        notes=tuple(n for c in changes for n in c.notes),
    )
