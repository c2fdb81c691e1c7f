"""Groups of files from pairs, and the pairs that follow from a group."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from crmkit.core.dedupe.judging import PROBABLE, Pair, Reason
from crmkit.i18n import N_

JOINING = 0.7  # least score of a pair that joins two files: a group costs more than a pair when it is wrong


def groups(pairs: Sequence[Pair], apart: Iterable[tuple[str, str]] = ()) -> list[tuple[str, ...]]:
    """Sets of files that are one person each, built from the best pair down; `apart` are pairs decided otherwise.

    Two sets are joined only where more pairs between them are suggested than vetoed: a chain over an ambiguous file
    does not bring together twins or a couple.
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
