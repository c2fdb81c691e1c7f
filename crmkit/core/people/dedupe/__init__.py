"""Finding files that are one person (DESIGN 4): deterministic, explained, nothing trained."""

from collections.abc import Callable, Iterable, Iterator

from crmkit.core.collecting.known import crowds
from crmkit.core.people.dedupe import blocking, people
from crmkit.core.people.dedupe.census import Census
from crmkit.core.people.dedupe.grouping import groups, implied
from crmkit.core.people.dedupe.judging import TIERS, Pair, Reason, judge
from crmkit.records import Customer, Decision
from crmkit.records.settings import Settings

Reached = Callable[[int], None]

__all__ = ["TIERS", "Pair", "Reason", "decided_pairs", "find", "groups"]


def nobody_looks(_files: int) -> None:
    """How many files have been compared, where nobody wants to know."""


def find(
    customers: Iterable[Customer], *, decisions: Iterable[Decision], settings: Settings, reached: Reached = nobody_looks
) -> list[Pair]:
    """Every pair worth a decision, best first; aliases and pairs already decided are left out.

    `reached(n)` is told when n of the files have been compared with all others.
    """
    files = list(customers)
    listed = sorted((people.read(c) for c in files if not c.merged_into), key=lambda p: p.id)
    census = Census(listed, settings.dedupe.crowd, crowds(settings))
    apart = decided_pairs(files, decisions)
    judged = (
        judge(listed[i], listed[j], census)
        for i, j in _reaching(blocking.candidates(listed), reached)
        if (listed[i].id, listed[j].id) not in apart
    )
    pairs = {(pair.a, pair.b): pair for pair in sorted(filter(None, judged), key=_rank)}
    pairs |= {(pair.a, pair.b): pair for pair in implied(list(pairs.values()), apart)}
    return sorted(pairs.values(), key=_rank)


def decided_pairs(customers: Iterable[Customer], decisions: Iterable[Decision]) -> set[tuple[str, str]]:
    """The pairs of ids (smaller first) about which a person decided that they are not one.

    A decision about a file that was merged since counts for the file that it is part of now.
    """
    survivors = {c.id: c.merged_into for c in customers if c.merged_into}

    def now(identifier: str) -> str:
        while identifier in survivors:
            identifier = survivors[identifier]
        return identifier

    pairs = (sorted((now(decision.a), now(decision.b))) for decision in decisions)
    return {(a, b) for a, b in pairs}


def _reaching(pairs: Iterable[tuple[int, int]], reached: Reached) -> Iterator[tuple[int, int]]:
    at = 0
    for pair in pairs:
        if pair[0] != at:
            at = pair[0]
            reached(at)
        yield pair


def _rank(pair: Pair) -> tuple[int, float, str, str]:
    return TIERS.index(pair.suggest), -pair.score, pair.a, pair.b
