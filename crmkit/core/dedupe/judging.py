"""The suggestion for one pair: how probable it is one person, and whether exact keys make it certain."""

from collections.abc import Collection
from math import exp2, log2

import msgspec

from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.compare import compare
from crmkit.core.dedupe.people import Person
from crmkit.core.dedupe.vetoes import corroborated, veto
from crmkit.core.dedupe.weights import Evidence
from crmkit.i18n import N_

TIERS = ("merge", "review", "household")
SIMILAR_NAMES = ("sounds alike", "looks alike", "characters swapped")
COMPATIBLE_NAMES = ("courtesy", "spelled in pinyin")
CERTAIN = 0.995
PROBABLE = 0.5
PRIOR = 1.0  # how many other files of the list are the same person, on average: bits above 1 / size


class Reason(msgspec.Struct, frozen=True):
    """What one field says: points for one person (positive) or against it, in bits."""

    field: str
    how: str
    points: float


class Pair(msgspec.Struct, frozen=True):
    """Two files and what to make of them."""

    a: str  # the smaller id
    b: str
    score: float  # probability of being one person, 0 to 1
    suggest: str  # one of TIERS
    reasons: tuple[Reason, ...]
    external_a: str = ""
    external_b: str = ""


def judge(a: Person, b: Person, census: Census) -> Pair | None:
    """The suggestion for one pair; None where the two have nothing to do with each other."""
    found = compare(a, b, census)
    linked = _how(found, "phone") == "same" or _how(found, "address") == "home"
    barred = veto(found)
    kin = linked or "same" in (_how(found, "email"), _how(found, "wechat"))
    score = 0.0 if barred or not corroborated(found) else _probability(found.values(), kin, census.size)
    if score >= CERTAIN and _certain(found):
        suggest = "merge"
    elif score >= PROBABLE:
        suggest = "review"
    elif linked and not (a.household and a.household == b.household):
        suggest = "household"
    else:
        return None
    reasons = [Reason(e.field, e.how, round(e.points, 1)) for e in found.values()]
    if barred:
        reasons.append(Reason(N_("veto"), barred, 0.0))
    return Pair(a.id, b.id, round(score, 4), suggest, tuple(reasons), a.external_id, b.external_id)


def _how(found: dict[str, Evidence], field: str) -> str:
    return found[field].how if field in found else ""


def _probability(evidence: Collection[Evidence], kin: bool, size: int) -> float:
    """The chance that a pair is one person rather than two strangers, or, where they may be `kin`, two of one home."""
    strangers = log2(size) - PRIOR - sum(e.points for e in evidence)
    family = -sum(e.kin for e in evidence) if kin else -1000.0
    return 1 / (1 + exp2(min(strangers, 100)) + exp2(min(family, 100)))


def _certain(found: dict[str, Evidence]) -> bool:
    """Whether exact keys with a compatible name speak for the pair, and nothing speaks against it."""
    name, phone, birthday, address = (_how(found, f) for f in ("name", "phone", "birthday", "address"))
    if birthday in ("conflict", "age off"):
        return False
    account = "same" in (_how(found, "email"), _how(found, "wechat"))
    exact = [phone == "same", birthday in ("same", "other calendar"), address == "home", account]
    if _how(found, "sex") == "other":
        return name == "same" and sum(exact) > 1
    if name == "same":
        return any(exact) or phone == "same in notes"
    if name in COMPATIBLE_NAMES:
        return exact[0]
    return name in SIMILAR_NAMES and sum(exact) > 1
