"""Finding files that are one person (DESIGN 4): deterministic, explained, nothing trained."""

from collections.abc import Iterable

from crmkit.core.dedupe import blocking, people
from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.grouping import groups, implied
from crmkit.core.dedupe.judging import TIERS, Pair, Reason, judge
from crmkit.core.known import crowds
from crmkit.records import Customer, Decision
from crmkit.records.settings import Settings

__all__ = ["TIERS", "Pair", "Reason", "find", "groups"]


def find(customers: Iterable[Customer], *, decisions: Iterable[Decision], settings: Settings) -> list[Pair]:
    """Every pair worth a decision, best first; aliases and pairs already decided are left out.

    A decision about a file that was merged since counts for the file that it is part of now.
    """
    files = list(customers)
    survivors = {c.id: c.merged_into for c in files if c.merged_into}
    listed = sorted((people.read(c) for c in files if not c.merged_into), key=lambda p: p.id)
    census = Census(listed, settings.dedupe.crowd, crowds(settings))
    decided = {_pair_now(decision, survivors) for decision in decisions}
    judged = (
        judge(listed[i], listed[j], census)
        for i, j in blocking.candidates(listed)
        if (listed[i].id, listed[j].id) not in decided
    )
    pairs = {(pair.a, pair.b): pair for pair in sorted(filter(None, judged), key=_rank)}
    pairs |= {(pair.a, pair.b): pair for pair in implied(list(pairs.values()), decided)}
    return sorted(pairs.values(), key=_rank)


def _rank(pair: Pair) -> tuple[int, float, str, str]:
    return TIERS.index(pair.suggest), -pair.score, pair.a, pair.b


def _pair_now(decision: Decision, survivors: dict[str, str]) -> tuple[str, str]:
    a, b = decision.a, decision.b
    while a in survivors:
        a = survivors[a]
    while b in survivors:
        b = survivors[b]
    return (a, b) if a < b else (b, a)
