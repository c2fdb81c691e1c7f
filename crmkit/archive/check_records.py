"""What must hold between the records of an archive: pure, fed shard by shard, so that one is in memory at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from crmkit.archive.check_cards import CardFacts
from crmkit.archive.check_invitations import InvitationFacts
from crmkit.archive.problem import Problem
from crmkit.archive.shards import kind_of, kind_of_file, month_and_part, month_of
from crmkit.i18n import _
from crmkit.records import Card, Customer, Event, Invitation, Product, Record, Site, Staff

NAMED_BY: dict[type[Record], str] = {
    Staff: "code",
    Site: "name",
    Product: "code",
    Event: "code",
}  # one record has one of these


class Facts:
    """What the shards say, as far as it has to be compared from shard to shard."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # id → its shard
        self.unread: set[tuple[str, str]] = set()  # kind and month of the shards that could not be read
        self.found: list[Problem] = []
        self.references: list[tuple[str, str, str]] = []  # id of a record, its field, the id that this names
        self.aliases: dict[str, str] = {}  # id of a file that was merged into another → the other
        self.names: dict[tuple[str, str], list[str]] = defaultdict(list)  # kind and name → ids
        self.cards = CardFacts()
        self.invitations = InvitationFacts()

    def take(self, path: str, records: Mapping[str, Record]) -> None:
        """Note what the shard at `path` holds."""
        month = month_and_part(path)[0] if records else ""
        for identifier, record in records.items():
            other = self.places.setdefault(identifier, path)
            if other != path:
                self.found.append(_twice(identifier, other, path))
                continue
            if month_of(identifier) != month:
                self.found.append(_misplaced(identifier, path))
            self._take(identifier, record, path)

    def miss(self, path: str) -> None:
        """Note that the file at `path` could not be read: what a shard should hold is not reported once more."""
        if kind := kind_of_file(path):
            self.unread.add((kind, month_and_part(path)[0]))

    def problems(self) -> Iterator[Problem]:
        """What does not fit together."""
        yield from self.found
        for identifier, field, target in self.references:
            if not self._is_there(target):
                yield _reference(self.places[identifier], identifier, field, target)
        for circle in _circles(self.aliases):
            yield _alias(self.places[circle[0]], circle)
        for (kind, name), ids in self.names.items():
            if len(ids) > 1:
                yield _duplicate(self.places[ids[-1]], kind, name, ids)
        yield from self.cards.problems({month for kind, month in self.unread if kind == Card.kind})
        yield from self.invitations.problems(complete=all(kind != Invitation.kind for kind, _month in self.unread))

    def _take(self, identifier: str, record: Record, path: str) -> None:
        for field in record.refers:
            if target := getattr(record, field):
                self.references.append((identifier, field, target))
        if type(record) in NAMED_BY:
            self.names[record.kind, getattr(record, NAMED_BY[type(record)]).casefold()].append(identifier)
        elif isinstance(record, Card):
            self.cards.take(path, record)
        elif isinstance(record, Invitation):
            self.invitations.take(path, record)
        elif isinstance(record, Customer) and record.merged_into:
            self.aliases[identifier] = record.merged_into

    def _is_there(self, identifier: str) -> bool:
        if identifier in self.places:
            return True
        kind = kind_of(identifier)
        return kind is not None and (kind, month_of(identifier)) in self.unread


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


def _duplicate(path: str, kind: str, name: str, ids: list[str]) -> Problem:
    return Problem(
        "duplicate",
        path,
        _("several records of {kind} are named {name}: {ids}").format(kind=kind, name=name, ids=", ".join(ids)),
        _("take the run back that added the one too many: `crmkit history ID`, then `crmkit undo RUN`"),
    )
