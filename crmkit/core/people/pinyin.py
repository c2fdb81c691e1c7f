"""How Chinese characters sound and which of them look alike, as far as slips in names go."""

from functools import cache

from crmkit.core.data import table
from crmkit.core.people.names import is_han

# An accent folds these: 林/凌, 陈/岑, 周/邹 are heard for one another.
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def _readings(surname: bool) -> dict[str, str]:
    """Character → its main syllable without tone; as a surname 曾 reads zeng and 单 reads shan."""
    readings: dict[str, str] = {}
    for syllable, characters, *_ in table("pinyin.tsv"):
        readings |= dict.fromkeys(characters, syllable)
    if surname:
        for syllable, _, *only_surnames in table("pinyin.tsv"):
            readings |= dict.fromkeys("".join(only_surnames), syllable)
    return readings


@cache
def _lookalikes() -> dict[str, set[str]]:
    alike: dict[str, set[str]] = {}
    for row in table("lookalikes.tsv"):
        for character in row[0]:
            alike.setdefault(character, set()).update(row[0])
    return alike


def syllables(surname: str, given: str) -> tuple[str, ...]:
    """The toneless syllables of a Chinese name; a character without a known reading stands for itself."""
    first, rest = _readings(True), _readings(False)
    return tuple(first.get(c, c) for c in surname) + tuple(rest.get(c, c) for c in given)


@cache
def accent_free(syllable: str) -> str:
    """`syllable` with the differences folded that southern accents do not make."""
    for told_apart, heard in _ACCENTS:
        syllable = syllable.replace(told_apart, heard)
    return syllable


def look_alike(a: str, b: str) -> bool:
    """Whether one character is easily read or written for the other: 己 and 已, 晴 and 睛."""
    return a != b and is_han(a) and b in _lookalikes().get(a, ())
