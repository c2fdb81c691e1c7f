"""What must hold between the records of an archive: pure, fed shard by shard, so that one is in memory at a time.

What a shard says is found out from it alone (`said`), so that several processes may do it; only that is compared.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import TypeVar

import msgspec

from crmkit.archive.health.check_numbers import Numbered, Numbers, numbered
from crmkit.archive.health.problem import Problem
from crmkit.archive.store.shards import kind_of, kind_of_file, month_and_part
from crmkit.i18n import _
from crmkit.records import BY_KIND, REGISTRY, Customer, Payment, Record, Visit
from crmkit.records.base import ID_TAIL, month_of
from crmkit.records.visit import clash

R = TypeVar("R", bound=Record)
_texts = msgspec.json.Decoder(list[str])
USUAL_MINUTES = 30  # of a visit that was agreed before its length was written down


class Said(msgspec.Struct, frozen=True, gc=False):
    """What a shard says, as far as it has to be compared with what others say; small, to be sent between processes."""

    kind: str = ""
    ids: bytes = b"[]"  # as JSON: to send and to keep, a fifth of what as many texts are
    refers: dict[str, bytes] = {}  # field → the id that it names in each of `ids`, "" for none, as JSON as well
    several: list[tuple[str, str, str]] = []  # an id, a field of it that names several, and one of those
    misplaced: list[str] = []  # those of `ids` that are of another month
    names: list[tuple[str, str]] = []  # each with the id that has it
    aliases: list[tuple[str, str]] = []  # id of a file that was merged into another, and the other
    numbers: list[Numbered] = []
    receipts: list[tuple[str, str, str, str]] = []  # order, payment or refund, receipt number, id of that
    visits: list[Visit] = []  # that are still to be made, and not agreed as overlapping


def said(path: str, records: Mapping[str, Record]) -> Said:
    """What the shard at `path` says, which holds `records`."""
    if not records:
        return Said()
    kind, month = kind_of_file(path), month_and_part(path)[0]
    found = records.values()
    record_type = BY_KIND[kind]
    name = REGISTRY[record_type].named
    begin = f"{month[2:4]}{month[5:]}-"  # of an id, after its letters
    return Said(
        kind=kind,
        ids=msgspec.json.encode(list(records)),
        refers={field: msgspec.json.encode([*map(attrgetter(field), found)]) for field in _single(record_type)},
        several=[
            (record.id, field, target)
            for field in record_type.refers
            if field not in _single(record_type)
            for record in found
            for target in getattr(record, field)
        ],
        misplaced=[identifier for identifier in records if identifier[-ID_TAIL:-8] != begin],
        names=[(getattr(record, name).casefold(), record.id) for record in found] if name else [],
        aliases=[(one.id, one.merged_into) for one in _of(Customer, found) if one.merged_into],
        numbers=numbered(record_type, found),
        receipts=[(p.order, p.what, p.receipt.casefold(), p.id) for p in _of(Payment, found) if p.receipt],
        visits=[visit for visit in _of(Visit, found) if not visit.state and visit.by and not visit.overlap],
    )


@cache
def _single(record_type: type[Record]) -> tuple[str, ...]:
    """The fields that name one record, or none."""
    several = {f.name for f in msgspec.structs.fields(record_type) if f.default == ()}
    return tuple(field for field in record_type.refers if field not in several)


def _of(record_type: type[R], records: Collection[Record]) -> list[R]:
    """The records of a shard, if it is one of `record_type`."""
    is_one = isinstance(next(iter(records)), record_type)
    return [record for record in records if isinstance(record, record_type)] if is_one else []


class Facts:
    """What all shards say together."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # id → its shard
        self.unread: set[tuple[str, str]] = set()  # kind and month of the shards that could not be read
        self.found: list[Problem] = []
        self.said: list[Said] = []
        self.aliases: dict[str, str] = {}  # id of a file that was merged into another → the other
        self.names: dict[tuple[str, str], list[str]] = defaultdict(list)  # kind and name → ids
        self.numbers = {t.kind: Numbers(t) for t, facts in REGISTRY.items() if facts.numbers is not None}
        self.visits: dict[str, list[Visit]] = defaultdict(list)  # by visitor
        self.receipts: dict[tuple[str, str, str], list[str]] = defaultdict(list)  # order, what, number → ids

    def take(self, path: str, said: Said) -> None:
        """Note what the shard at `path` says."""
        ids = _texts.decode(said.ids)
        twice = {identifier: self.places[identifier] for identifier in self.places.keys() & ids}
        self.found += [_twice(identifier, twice[identifier], path) for identifier in sorted(twice)]
        self.found += [_misplaced(identifier, path) for identifier in said.misplaced if identifier not in twice]
        self.places |= dict.fromkeys(ids, path) | twice
        self.said.append(said)
        self.aliases |= dict(said.aliases)
        for name, identifier in said.names:
            if identifier not in twice:
                self.names[said.kind, name].append(identifier)
        for order, what, number, identifier in said.receipts:
            if identifier not in twice:
                self.receipts[order, what, number].append(identifier)
        for visit in said.visits:
            self.visits[visit.by].append(visit)
        if said.numbers:
            self.numbers[said.kind].take(path, (one for one in said.numbers if one.id not in twice))

    def miss(self, path: str) -> None:
        """Note that the file at `path` could not be read: what a shard should hold is not reported once more."""
        if kind := kind_of_file(path):
            self.unread.add((kind, month_and_part(path)[0]))

    def problems(self) -> Iterator[Problem]:
        """What does not fit together."""
        yield from self.found
        for one in self.said:
            for field, named in one.refers.items():
                targets = _texts.decode(named)
                gone = {i for i in set(targets).difference(self.places) if not self._is_out_of_sight(i)}
                for identifier, target in zip(_texts.decode(one.ids), targets, strict=True) if gone else ():
                    if target in gone:
                        yield _reference(self.places[identifier], identifier, field, target)
            for identifier, field, target in one.several:
                if target not in self.places and not self._is_out_of_sight(target):
                    yield _reference(self.places[identifier], identifier, field, target)
        for circle in _circles(self.aliases):
            yield _alias(self.places[circle[0]], circle)
        for (kind, name), ids in self.names.items():
            if len(ids) > 1:
                yield _duplicate(self.places[ids[-1]], kind, name, ids)
        for kind, numbers in self.numbers.items():
            yield from numbers.problems({month for unread, month in self.unread if unread == kind})
        yield from self._overlaps()
        # written down in two clones that did not know of each other: one of them would have refused the second
        for (order, _what, number), ids in self.receipts.items():
            if len(ids) > 1:
                yield _receipt(self.places[ids[-1]], order, number, sorted(ids))

    def _overlaps(self) -> Iterator[Problem]:
        # agreed in two clones that did not know of each other: here one of them would have been refused
        for of_one in self.visits.values():
            present: list[Visit] = []
            for visit in sorted(of_one, key=lambda one: (one.begins_at, one.id)):
                present = [one for one in present if one.ends_at > visit.begins_at]
                for other in present:
                    if clash(other, visit, USUAL_MINUTES):
                        yield _overlap(self.places[visit.id], other, visit)
                present.append(visit)

    def _is_out_of_sight(self, identifier: str) -> bool:
        """Whether nothing is named, or what may be in a shard that could not be read."""
        kind = kind_of(identifier)
        return not identifier or (kind is not None and (kind, month_of(identifier)) in self.unread)


def _circles(aliases: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle of files that are merged into each other, once, from its smallest id on."""
    for start in sorted(aliases):
        chain = [start]
        while (following := aliases.get(chain[-1], "")) and following not in chain:
            chain.append(following)
        if following == start == min(chain):
            yield chain


def _twice(identifier: str, one: str, other: str) -> Problem:
    return Problem(
        "twice",
        other,
        _("{id} stands in {file} as well").format(id=identifier, file=one),
        _("take one of the two out by hand; where they differ, {how} tells which is newer").format(
            how=f"`git log -p -- {one} {other}`"
        ),
    )


def _misplaced(identifier: str, path: str) -> Problem:
    return Problem(
        "misplaced",
        path,
        _("{id} is of another month and will not be looked for here").format(id=identifier),
        _("move it by hand into the file of its month, {month}").format(month=month_of(identifier)),
    )


def _reference(path: str, identifier: str, field: str, target: str) -> Problem:
    return Problem(
        "reference",
        path,
        _("{id}: {field} names {target}, which does not exist").format(id=identifier, field=field, target=target),
        _("`crmkit history {id}` tells what became of it; `crmkit undo RUN` takes that back").format(id=target),
    )


def _alias(path: str, circle: list[str]) -> Problem:
    return Problem(
        "alias",
        path,
        _("these files are merged into each other in a circle: {ids}").format(ids=", ".join(circle)),
        _("take one of the merges back: `crmkit history {id}`, then `crmkit undo RUN`").format(id=circle[0]),
    )


def _receipt(path: str, order: str, number: str, ids: list[str]) -> Problem:
    return Problem(
        "receipt",
        path,
        _("receipt {number} of order {order} is written down more than once: {ids}").format(
            number=number, order=order, ids=", ".join(ids)
        ),
        _("was it paid once? `crmkit history {id}`, then `crmkit undo RUN` takes the other back").format(id=ids[-1]),
    )


def _overlap(path: str, one: Visit, other: Visit) -> Problem:
    return Problem(
        "overlap",
        path,
        _("{by} cannot keep both {id} and {other}, {at:%Y-%m-%d %H:%M}").format(
            by=other.by, id=one.id, other=other.id, at=other.begins_at
        ),
        _("agree on another time: crmkit visit move {id} --at TIME; --overlap where both are meant").format(
            id=other.id
        ),
    )


def _duplicate(path: str, kind: str, name: str, ids: list[str]) -> Problem:
    return Problem(
        "duplicate",
        path,
        _("several records of {kind} are named {name}: {ids}").format(kind=kind, name=name, ids=", ".join(ids)),
        _("take the run back that added the one too many: `crmkit history ID`, then `crmkit undo RUN`"),
    )
