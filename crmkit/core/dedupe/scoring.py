"""Scoring one pair: the evidence of each field, the probability of one person, the vetoes.

People who share a phone, a home and a surname are still different people.
"""

from collections.abc import Callable, Collection
from math import exp2, log2

import msgspec

from crmkit.core.dedupe import birthdays, name_similarity
from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.people import Person
from crmkit.core.dedupe.weights import Evidence, evidence
from crmkit.core.people import addresses
from crmkit.i18n import N_

REASSIGNED = 0.02  # chance that somebody else of the list had the same number before: numbers are given out again


def compare(a: Person, b: Person, census: Census) -> dict[str, Evidence]:
    """The evidence for and against the pair, field by field; a missing field says nothing."""
    told = {field: said for field, says in FIELDS.items() if (said := says(a, b, census)) is not None}
    if "birthday" in told and told["birthday"].how == "same" and "name" in told and told["name"].how == "other":
        # of one household only twins are born on one day, and they have their surname in common
        told["birthday"] = told["birthday"]._replace(kin=told["birthday"].points)
    return told


def _phones(a: Person, b: Person, census: Census) -> Evidence | None:
    if not a.phones or not b.phones:
        return None
    shared = a.phones & b.phones
    own = [phone for phone in shared if not census.is_crowd(phone)]
    if own:
        return evidence("phone", "same", REASSIGNED / census.size)
    if shared:
        return evidence("phone", "crowd")
    if a.noted & b.phones or b.noted & a.phones:
        return evidence("phone", "same in notes", 0.5 / census.size)
    if any(birthdays.slipped(x, y) for x in a.phones for y in b.phones):
        return evidence("phone", "one slip")
    return evidence("phone", "other") if _mobile(a) and _mobile(b) else None


def _mobile(person: Person) -> bool:
    return any(phone.startswith("+861") and len(phone) == 14 for phone in person.phones)


def _birthdays(a: Person, b: Person, census: Census) -> Evidence | None:
    how = birthdays.compare(a.birth, b.birth, lunar=a.han or b.han)
    if not how:
        return None
    return evidence("birthday", how, census.date_chance(a.birth.written) if how == "same" else 1.0)


def _addresses(a: Person, b: Person, census: Census) -> Evidence | None:
    if a.address is None or b.address is None:
        return None
    how = addresses.compare(a.address, b.address)
    if not how:
        return None
    if how == "home":
        chance = max(census.chance("home", a.address.key), census.chance("home", b.address.key))
        return evidence("address", "home of many" if census.is_hostel(a.address) else how, chance)
    return evidence("address", how)


def _sexes(a: Person, b: Person, _census: Census) -> Evidence | None:
    if not a.sex or not b.sex:
        return None
    return evidence("sex", "same" if a.sex == b.sex else "other")


def _emails(a: Person, b: Person, census: Census) -> Evidence | None:
    return _accounts("email", a.email, b.email, census)


def _wechats(a: Person, b: Person, census: Census) -> Evidence | None:
    return _accounts("wechat", a.wechat, b.wechat, census)


def _accounts(field: str, one: str, two: str, census: Census) -> Evidence | None:
    if not one or not two:
        return None
    return evidence(field, "same", census.chance(field, one)) if one == two else evidence(field, "other")


def _employers(a: Person, b: Person, census: Census) -> Evidence | None:
    if not a.employers or not b.employers:
        return None
    common = a.employers & b.employers
    if not common:
        return evidence("employer", "other")
    return evidence("employer", "same", min(census.chance("employer", name) for name in common))


FIELDS: dict[str, Callable[[Person, Person, Census], Evidence | None]] = {
    "name": name_similarity.compare,
    "phone": _phones,
    "birthday": _birthdays,
    "address": _addresses,
    "sex": _sexes,
    "email": _emails,
    "wechat": _wechats,
    "employer": _employers,
}


SAME_NAME = ("same", "alike", "spelled in pinyin")
LOOSE_NAMES = (  # forms that fit many people
    "courtesy", "rival courtesy", "character missing", "surname missing", "one character differs", "surname differs",
    "given name differs",
)  # fmt: skip
SAME_HOME = ("home", "near")
SAME_DAY = ("same", "near", "other calendar", "other calendar, unsaid", "day")
CORROBORATING = {
    "phone": ("same", "same in notes", "one slip"),
    "birthday": SAME_DAY,
    "address": ("home", "home of many", "near", "building"),
    "email": ("same",),
    "wechat": ("same",),
    "employer": ("same",),
}


def veto(found: dict[str, Evidence]) -> str:
    """Why the pair cannot be one person, by how each field agrees; "" where nothing speaks against it."""
    name, phone, birthday, address, sex = [
        found[field].how if field in found else "" for field in ("name", "phone", "birthday", "address", "sex")
    ]
    if name == "different" or (name in ("given name differs", "other") and phone == "same"):
        return N_("different given names")
    if birthday == "conflict" and not (name in SAME_NAME and (phone == "same" or address in SAME_HOME)):
        return N_("different birth dates")
    if sex == "other" and name in LOOSE_NAMES:
        return N_("different sexes")
    if name == "one character differs" and birthday not in SAME_DAY:
        return N_("brothers or sisters as likely as a slip of the pen")
    return ""


def corroborated(found: dict[str, Evidence]) -> bool:
    """Whether anything besides the name speaks for one person: in a long list even a rare name occurs twice."""
    return any(found[field].how in hows for field, hows in CORROBORATING.items() if field in found)


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


def score(a: Person, b: Person, census: Census) -> Pair | None:
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
