"""What came together by a merge: the same number, serial or name, entered on each side without knowing of the other."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from crmkit.archive.merge.merge_trees import Merged
from crmkit.archive.store.stored import Documents
from crmkit.archive.store.strict import with_id
from crmkit.records import REGISTRY, type_of

OPERATOR = "operator"
UNIQUE = (*dict.fromkeys(key for facts in REGISTRY.values() for key in facts.unique), OPERATOR)


class Meeting(NamedTuple):
    """Records of both sides that share what should belong to one."""

    what: str  # one of UNIQUE: phone, serial, number of a card or invitation, operator code on new ones, code or name
    ids: tuple[str, ...]


def meetings(merged: Merged) -> list[Meeting]:
    """The meetings of a merge. What one side alone entered, it has been told when it did."""
    mine = _gained(merged.base, merged.ours, merged.documents)
    other = _gained(merged.base, merged.theirs, merged.documents)
    found = (
        Meeting(key.partition(":")[0], tuple(sorted(mine[key] | other[key])))
        for key in sorted(mine.keys() & other.keys())
        if mine[key] != other[key]
    )
    return list(dict.fromkeys(found))


def _gained(base: Documents, side: Documents, merged: Documents) -> dict[str, set[str]]:
    """The keys that records have on this side and had not before, with their ids; records now gone are left out."""
    gained: dict[str, set[str]] = {}
    for identifier, document in side.items():
        if identifier in merged and document != base.get(identifier):
            before = set(_keys(identifier, base[identifier])) if identifier in base else set()
            for key in set(_keys(identifier, document)) - before:
                gained.setdefault(key, set()).add(identifier)
    return gained


def _keys(identifier: str, document: dict[str, object]) -> Iterator[str]:
    record_type = type_of(identifier)
    if record_type is None:
        return
    record = with_id(msgspec.convert(document, record_type), identifier)
    facts = REGISTRY[record_type]
    yield from filter(lambda key: key.partition(":")[0] in facts.unique, record.keys())
    if facts.numbers is not None and (taken := re.fullmatch(facts.numbers.form, str(document["number"]))):
        yield f"{OPERATOR}:{taken[OPERATOR]}"  # who gave it out: one clone alone has that code
