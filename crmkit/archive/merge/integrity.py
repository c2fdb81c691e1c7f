"""What must hold between records once each has been merged for itself: pure, and the same for both sides.

- Nothing refers to a record that is gone: one that was removed on one side and is spoken of by a change of the other
  comes back, as a conflict.
- A file that was merged into another (`dedupe merge`) leads to a file that stands, never round in a circle; what the
  other side added to it meanwhile belongs to the surviving file; what the other side edited in it is listed.
"""

from collections.abc import Iterator
from typing import Any

from crmkit.archive.merge.merge import Clash, changes, edited_at
from crmkit.archive.store.stored import Documents
from crmkit.records import Customer, Merge, type_of
from crmkit.records.shape import ABSENT, shape_of


def restore_integrity(base: Documents, ours: Documents, theirs: Documents, merged: Documents) -> list[Clash]:
    """Amend `merged` so that the above holds; what a person should look at."""
    clashes = [*_break_circles(merged)]
    for side, other in ((ours, theirs), (theirs, ours)):
        clashes += _bring_back(base, side, other, merged)
    aliases = {
        identifier: document["merged_into"]
        for identifier, document in merged.items()
        if document.get("merged_into") not in (None, base.get(identifier, {}).get("merged_into"))
    }
    for side in (ours, theirs):
        for identifier in sorted(aliases):
            clashes += _edits_of_alias(identifier, base.get(identifier, ABSENT), side.get(identifier, ABSENT))
    given = {i for side in (ours, theirs) for i in _given_to_alias(base, side, merged, aliases)}
    _move_to_survivors(sorted(given), merged, aliases)
    return clashes


def _changed(base: Documents, side: Documents, merged: Documents) -> list[str]:
    return [i for i, document in side.items() if document != base.get(i) and i in merged]


def _bring_back(base: Documents, side: Documents, other: Documents, merged: Documents) -> Iterator[Clash]:
    """What the other side removed, and a record that this side changed refers to."""
    gone = base.keys() & side.keys() - other.keys() - merged.keys()
    speaking = [merged[identifier] for identifier in _changed(base, side, merged)]
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


def _given_to_alias(base: Documents, side: Documents, merged: Documents, aliases: dict[str, str]) -> Iterator[str]:
    """The records that this side gave to a file of which it did not know that it was merged into another."""
    for identifier in _changed(base, side, merged):
        owner = merged[identifier].get("customer")
        if owner in aliases and "merged_into" not in side.get(owner, {}):
            yield identifier


def _move_to_survivors(given: list[str], merged: Documents, aliases: dict[str, str]) -> None:
    """The survivor gets what was given to its alias; the note of the merge names it, so that a split moves it back."""
    notes = {
        document["loser"]: identifier
        for identifier, document in sorted(merged.items())
        if type_of(identifier) is Merge and "split_at" not in document
    }
    for identifier in given:
        document = dict(merged[identifier])
        while document["customer"] in aliases:
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
