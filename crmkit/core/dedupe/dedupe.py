"""Finding files that are one person (docs.md: Duplicates): deterministic, explained, nothing trained."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from crmkit.core.dedupe import blocking, people
from crmkit.core.dedupe.blocking import Each
from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.scoring import PROBABLE, TIERS, Pair, Reason, score
from crmkit.core.phones.phones import crowds
from crmkit.i18n import N_
from crmkit.records import Customer, Decision
from crmkit.records.settings import Settings

Reached = Callable[[int], None]

PIECE = 1000  # pairs that are judged in one go
MANY = 20_000  # files; of fewer, sharing out costs more than it brings

__all__ = ["TIERS", "Pair", "Reason", "decided_pairs", "find", "groups"]


def no_progress(_files: int) -> None:
    """A `reached` that does nothing."""


def find(
    customers: Iterable[Customer], *, decisions: Iterable[Decision], settings: Settings,
    reached: Reached = no_progress, each: Each = map,
) -> list[Pair]:  # fmt: skip
    """Every pair worth a decision, best first; aliases and pairs already decided are left out.

    `reached(n)` is called when n files have been compared with all others; `each` spreads the work over processes.
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
        compared = (score(listed[i], listed[j], census) for i, j in places)
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


JOINING = 0.7  # least score of a pair that joins two files: a group costs more than a pair when it is wrong


def groups(pairs: Sequence[Pair], apart: Iterable[tuple[str, str]] = ()) -> list[tuple[str, ...]]:
    """Sets of files of one person each, joined from the best pair down; `apart` are pairs decided to be two people.

    Two sets are joined only where more pairs between them are suggested than vetoed. So a chain over an ambiguous file
    does not join twins or a couple.
    """
    verdicts = {(p.a, p.b): p.suggest != "household" for p in pairs if p.suggest != "household" or not p.score}
    verdicts |= dict.fromkeys(apart, False)
    sets: dict[str, set[str]] = {}
    for pair in pairs:
        one, two = sets.setdefault(pair.a, {pair.a}), sets.setdefault(pair.b, {pair.b})
        if pair.suggest == "household" or pair.score < JOINING or one is two:
            continue
        between = [verdicts.get((min(a, b), max(a, b))) for a in one for b in two]
        if between.count(True) > between.count(False):
            one |= two
            sets.update(dict.fromkeys(two, one))
    return sorted({tuple(sorted(found)) for found in sets.values() if len(found) > 1})


def implied(pairs: Sequence[Pair], apart: Iterable[tuple[str, str]] = ()) -> Iterator[Pair]:
    """Pairs that are probable only because both files match a third one, with the product of the two scores.

    A vetoed or decided pair never follows from anything.
    """
    apart = set(apart)
    scores = {(p.a, p.b): p.score for p in pairs if p.suggest != "household"}
    vetoed = {(p.a, p.b) for p in pairs if not p.score}
    external = {p.a: p.external_a for p in pairs} | {p.b: p.external_b for p in pairs}
    for group in groups(pairs, apart):
        for a, b in combinations(group, 2):
            if (a, b) in scores or (a, b) in vetoed or (a, b) in apart:
                continue
            through = (scores.get(_ordered(a, c), 0) * scores.get(_ordered(b, c), 0) for c in group)
            score = round(max(through), 4)
            if score >= PROBABLE:
                reason = Reason(N_("group"), N_("both match a third file"), 0.0)
                yield Pair(a, b, score, "review", (reason,), external[a], external[b])


def _ordered(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)
