"""How two names agree, Chinese or Latin."""

from functools import lru_cache
from math import log2

from crmkit.core.dedupe.census import Census, accent_free
from crmkit.core.dedupe.people import Person
from crmkit.core.dedupe.weights import Evidence, evidence
from crmkit.core.people import names
from crmkit.i18n import N_

# Chances for one word of a Latin name to be the same, alike or another: of one person, and of two of one household.
ONE_PERSON = {"same": 0.80, "alike": 0.12, "other": 0.08}
LIKENESS = ("same", "alike", "other")
KIN = {
    "given name": {"same": 0.01, "alike": 0.01, "other": 0.98},
    "surname": {"same": 0.60, "alike": 0.01, "other": 0.39},
}


def compare(a: Person, b: Person, census: Census) -> Evidence | None:
    """What the names say of the pair; None where one of them is missing or in a script that cannot be compared."""
    if not a.full or not b.full:
        return None
    if a.han and b.han:
        how, chance = _compare_han(a, b, census)
        return evidence("name", how, chance)
    if a.han or b.han:
        return (
            evidence("name", "spelled in pinyin", census.chance("sounds alike", (a if a.han else b).sound))
            if (spelled(a) & spelled(b))
            else None
        )
    return _compare_latin(a, b, census)


def spelled(person: Person) -> set[str]:
    """The name in letters without spaces, surname first and last."""
    if person.han:
        given = person.sound[len(person.surname) :]
        surname = person.sound[: len(person.surname)]
        return {"".join(surname + given), "".join(given + surname)}
    return {"".join(person.sound)}


def _compare_han(a: Person, b: Person, census: Census) -> tuple[str, float]:
    """The level of agreement of two Chinese names, and the chance of it among strangers where the list tells it."""
    if not a.given or not b.given:
        if a.surname != b.surname:
            return "different", 1.0
        rivals = census.rivals(a.phones & b.phones, a.surname)
        return "rival courtesy" if rivals else "courtesy", census.chance("surname", a.surname)
    if a.full == b.full:
        return "same", census.chance("name", a.full)
    if a.sound == b.sound:
        return "sounds alike", census.chance("sounds alike", a.sound)
    if len(a.full) == len(b.full) and sorted(a.full) == sorted(b.full):
        return "characters swapped", census.chance("characters", "".join(sorted(a.full)))
    if accent_free(a.sound) == accent_free(b.sound):
        return "sounds close", census.chance("sounds close", accent_free(a.sound))
    if len(a.full) == len(b.full):
        return _one_off(a, b, census)
    short, long = sorted((a, b), key=lambda person: len(person.full))
    if short.full == long.given:
        return "surname missing", census.chance("given", long.given)
    if a.surname == b.surname and len(long.given) == len(short.given) + 1 and _left_out(short.given, long.given):
        return "character missing", 2 * census.chance(
            "place", (a.surname, long.given.index(short.given[0]), short.given[0])
        )
    return "different", 1.0


def _left_out(short: str, long: str) -> bool:
    """Whether `short` is `long` without one of its characters."""
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _one_off(a: Person, b: Person, census: Census) -> tuple[str, float]:
    wrong = [i for i, (x, y) in enumerate(zip(a.full, b.full, strict=True)) if x != y]
    if len(wrong) > 1:
        return "different", 1.0
    at = wrong[0]
    if names.look_alike(a.full[at], b.full[at]):
        return "looks alike", 1.0
    if a.surname != b.surname:
        return ("surname differs", census.chance("given", a.given)) if len(a.given) > 1 else ("different", 1.0)
    if len(a.given) < 2:
        return "different", 1.0
    kept = 1 - (at - len(a.surname))
    return "one character differs", census.chance("place", (a.surname, kept, a.given[kept]))


def _compare_latin(a: Person, b: Person, census: Census) -> Evidence:
    """Word by word in the better of the two orders: given name and surname are often entered in each other's place."""
    straight = _words(a.sound, b.sound, census)
    if straight.how == "same" or len(b.sound) == 1:
        return straight
    return max(straight, _words(a.sound, b.sound[::-1], census), key=lambda found: found.points)


def _words(a: tuple[str, ...], b: tuple[str, ...], census: Census) -> Evidence:
    points = kin = 0.0
    differing = []
    pairs = _paired(a, b)
    for (x, y), field in zip(pairs, ["given name"] * (len(pairs) - 1) + ["surname"], strict=True):
        how = word_likeness(x, y)
        chance = max(census.chance("word", x), census.chance("word", y))
        strangers = chance if how == "same" else min(4 * chance, 1) if how == "alike" else 1
        points += log2(ONE_PERSON[how] / strangers)
        kin += log2(ONE_PERSON[how] / KIN[field][how])
        if how == "other":
            differing.append(field)
    if not differing:
        how = "same" if a == b else N_("alike")
    elif len(differing) == len(pairs):
        how = "other"
    else:
        how = N_("given name differs") if differing[0] == "given name" else N_("surname differs")
    return Evidence("name", how, points, kin)


def _paired(a: tuple[str, ...], b: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words that correspond, surname last; of a name of one word only the word most like it."""
    if len(a) > 1 and len(b) > 1:
        return [*zip(a[:-1], b[:-1], strict=False), (a[-1], b[-1])]
    return [min(((x, y) for x in a for y in b), key=lambda pair: LIKENESS.index(word_likeness(*pair)))]


@lru_cache(maxsize=1 << 17)
def word_likeness(x: str, y: str) -> str:
    """same, alike (slips of the pen, or one is the initial of the other) or other."""
    from rapidfuzz.distance import OSA, JaroWinkler

    if x == y:
        return "same"
    if min(len(x), len(y)) == 1:
        return "alike" if x[0] == y[0] else "other"
    slips = 1 if max(len(x), len(y)) < 6 else 2
    near = OSA.distance(x, y) <= slips or JaroWinkler.similarity(x, y) >= 0.88
    return "alike" if near else "other"
