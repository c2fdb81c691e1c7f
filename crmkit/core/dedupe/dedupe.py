"""Finding files that are one person (DESIGN 4): deterministic, explained, nothing trained."""

from collections.abc import Callable, Iterable, Sequence

from crmkit.core.dedupe import blocking, people
from crmkit.core.dedupe.blocking import Each
from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.grouping import groups, implied
from crmkit.core.dedupe.judging import TIERS, Pair, Reason, judge
from crmkit.core.phones.phones import crowds
from crmkit.records import Customer, Decision
from crmkit.records.settings import Settings

Reached = Callable[[int], None]

PIECE = 1000  # pairs that are judged in one go
MANY = 20_000  # files; of fewer, sharing out costs more than it brings

__all__ = ["TIERS", "Pair", "Reason", "decided_pairs", "find", "groups"]


def nobody_looks(_files: int) -> None:
    """How many files have been compared, where nobody wants to know."""


def find(
    customers: Iterable[Customer], *, decisions: Iterable[Decision], settings: Settings,
    reached: Reached = nobody_looks, each: Each = map,
) -> list[Pair]:  # fmt: skip
    """Every pair worth a decision, best first; aliases and pairs already decided are left out.

    `reached(n)` is told when n of the files have been compared with all others; `each` shares out what takes long.
    """
    listed: list[people.Person] = []
    aliases: list[Customer] = []
    for customer in customers:  # which need not all be held at once
        if customer.merged_into:
            aliases.append(customer)
        else:
            listed.append(people.read(customer))
    listed.sort(key=lambda person: person.id)
    census = Census(listed, settings.dedupe.crowd, crowds(settings))
    apart = decided_pairs(aliases, decisions)

    def judged(places: Sequence[tuple[int, int]]) -> list[Pair]:
        compared = (judge(listed[i], listed[j], census) for i, j in places)
        return [pair for pair in compared if pair is not None and (pair.a, pair.b) not in apart]

    if len(listed) < MANY:
        each = map
    candidates = blocking.candidates(listed, each)
    pieces = [candidates[start : start + PIECE] for start in range(0, len(candidates), PIECE)]
    found: list[Pair] = []
    for piece, some in zip(pieces, each(judged, pieces), strict=True):
        found += some
        reached(piece[-1][0])
    pairs = {(pair.a, pair.b): pair for pair in sorted(found, key=_rank)}
    pairs |= {(pair.a, pair.b): pair for pair in implied(list(pairs.values()), apart)}
    return sorted(pairs.values(), key=_rank)


def decided_pairs(customers: Iterable[Customer], decisions: Iterable[Decision]) -> set[tuple[str, str]]:
    """The pairs of ids (smaller first) about which a person decided that they are not one.

    A decision about a file that was merged since counts for the file that it is part of now; of `customers` only such
    files matter.
    """
    survivors = {c.id: c.merged_into for c in customers if c.merged_into}

    def now(identifier: str) -> str:
        while identifier in survivors:
            identifier = survivors[identifier]
        return identifier

    pairs = (sorted((now(decision.a), now(decision.b))) for decision in decisions)
    return {(a, b) for a, b in pairs}


def _rank(pair: Pair) -> tuple[int, float, str, str]:
    return TIERS.index(pair.suggest), -pair.score, pair.a, pair.b
