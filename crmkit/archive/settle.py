"""What must hold between records once each has been merged for itself: pure, and the same for both sides.

- Nothing refers to a record that is gone: one that was removed on one side and is spoken of by a change of the other
  comes back, as a conflict.
- A file that was merged into another (`dedupe merge`) leads to a file that stands, never round in a circle; what the
  other side added to it meanwhile belongs to the surviving file; what the other side edited in it is listed.
"""

from collections.abc import Iterator
from typing import Any

from crmkit.archive.merge import Clash, changes, edited_at
from crmkit.archive.strict import Documents
from crmkit.records import Customer, Merge
from crmkit.records.shape import ABSENT, shape_of


def settle(base: Documents, ours: Documents, theirs: Documents, merged: Documents) -> list[Clash]:
    """Amend `merged` so that the above holds; what a person should look at."""
    clashes = [*_break_circles(merged)]
    aliases = {
        identifier: document["merged_into"]
        for identifier, document in merged.items()
        if document.get("merged_into") not in (None, base.get(identifier, {}).get("merged_into"))
    }
    for side, other in ((ours, theirs), (theirs, ours)):
        changed = sorted(i for i, document in side.items() if document != base.get(i))
        clashes += _bring_back(base, merged, changed, side.keys() - other.keys())
        unknown = {i: survivor for i, survivor in aliases.items() if "merged_into" not in side.get(i, {})}
        _move_to_survivors(merged, changed, unknown)
        for identifier in sorted(aliases):
            clashes += _edits_of_alias(identifier, base.get(identifier, ABSENT), side.get(identifier, ABSENT))
    return clashes


def _bring_back(base: Documents, merged: Documents, changed: list[str], removed: set[str]) -> Iterator[Clash]:
    """What the other side `removed`, and a record that this side `changed` refers to."""
    gone = base.keys() & removed - merged.keys()
    speaking = [merged[identifier] for identifier in changed if identifier in merged]
    while gone and speaking:
        for identifier in sorted(gone.intersection(_texts(speaking.pop()))):
            gone.remove(identifier)
            merged[identifier] = base[identifier]
            speaking.append(base[identifier])
            yield Clash(identifier, (), None, None, edited_at(base[identifier]))


def _break_circles(merged: Documents) -> Iterator[Clash]:
    for start in sorted(i for i, document in merged.items() if "merged_into" in document):
        circle = [start]
        while (following := merged.get(circle[-1], {}).get("merged_into")) and following not in circle:
            circle.append(following)
        if following == start:  # the file that was opened first survives
            merged[start] = {k: v for k, v in merged[start].items() if k != "merged_into"}
            yield Clash(start, ("merged_into",), None, circle[1], edited_at(merged[start]))


def _move_to_survivors(merged: Documents, changed: list[str], aliases: dict[str, str]) -> None:
    """Records that this side gave to a file which the other merged into another belong to the surviving file.

    The note of the merge names them, so that a split moves them back.
    """
    notes = {
        document["loser"]: identifier
        for identifier, document in merged.items()
        if identifier[0] == Merge.letter and "split_at" not in document
    }
    for identifier in changed:
        document = dict(merged.get(identifier, {}))
        while document.get("customer") in aliases:
            note = notes.get(document["customer"])
            if note is not None:
                moved = sorted({*merged[note].get("moved", ()), identifier})
                merged[note] = {**merged[note], "moved": moved}
            document["customer"] = aliases[document["customer"]]
            merged[identifier] = document


def _edits_of_alias(identifier: str, base: Any, side: Any) -> Iterator[Clash]:
    if base is ABSENT or side is ABSENT or "merged_into" in side:
        return
    for path, old, new in changes(base, side, shape_of(Customer)):
        kept, other = (None if value is ABSENT else value for value in (old, new))
        yield Clash(identifier, path, kept, other, edited_at(side))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
