"""A person as somebody remembers them: 王建国, 建国, 王先生, wjg, wangjg, `Lee` (docs.md: Finding).

`beginnings` says under which initials such a file stands in the index, `fit` how well a name there is what was typed.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache

from crmkit.core.people.names import courtesy, is_han, readings, simplified, surname_readings
from crmkit.spelling import LETTERS, initials, units

WHOLE, SOUNDS, BEGINS, PART = range(4)  # how well a name fits: as typed, by its sound, its beginning, a part of it
LONGEST = 24  # letters of what was typed that are taken apart: four of the longest syllables
_NO_BEGINNING = "iuv"  # no syllable begins so
_LONGER = ("zh", "ch", "sh")  # initials of two letters


def folded(text: str) -> str:
    """`text` in the form in which it is compared: half-width, simplified, lower case, without tones, spaces, points."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    if not plain.isascii():
        apart = unicodedata.normalize("NFD", plain)  # wáng; ǘ is u with two marks
        apart = apart.replace("u\u0308", "v")
        plain = simplified("".join(c for c in apart if not unicodedata.combining(c)))
    return "".join(c for c in plain if c.isalnum())


def without_title(text: str) -> tuple[str, str]:
    """The name in 王先生, 李建国师傅 or Mrs Lee, and the sex that the title tells; ("", "") where there is no title."""
    found = courtesy(text)
    if found is None or not found.surname + found.given:
        return "", ""
    latin = found.given.isascii() and found.surname.isascii()
    return (f"{found.given} {found.surname}".strip() if latin else found.surname + found.given), found.sex


def beginnings(text: str) -> list[str]:
    """The initials with which the key of a file may begin that `text` stands for, the longest first."""
    sought, words = folded(text), units(text)
    found = _told_by(sought[:LONGEST])
    if sought[:1].isascii():  # said, not written: 曾 is zeng, and stands under c
        found |= {other + letters[1:] for letters in found for other in _read_otherwise().get(letters[0], ())}
        found |= {folded(word)[:LETTERS] for word in words[:1]}  # words of another language
        found |= {initials(words)} if len(words) > 1 else set()
    return sorted(found, key=lambda letters: (-len(letters), letters))


def one_part(sought: str) -> bool:
    """Whether `sought` (`folded`) may be one character of a name, a surname alone: 王, wang, w, or wan on the way."""
    return len(sought) == 1 or sought in _spoken()


def _told_by(sought: str) -> set[str]:
    """The initials of all names that `sought` may be read as: characters, syllables and initials in a row."""
    ends: dict[int, set[str]] = {len(sought): {""}}
    for place in range(len(sought) - 1, -1, -1):
        character = sought[place]
        if not character.isascii():
            letter, reach = initials([character]), {place + 1}
        elif character in _NO_BEGINNING:
            letter, reach = "", set()
        else:
            letter, reach = character, {place + n for n in range(1, 7) if sought[place : place + n] in _spoken()}
        ends[place] = {(letter + rest)[:LETTERS] for end in reach for rest in ends.get(end, ())}
    return ends[0] - {""} if sought else set()


@cache
def _spoken() -> frozenset[str]:
    """What may stand for one character: a syllable, or the beginning of one."""
    syllables = {one for syllable in readings().values() for one in _spellings(syllable)}
    return frozenset(syllable[:n] for syllable in syllables for n in range(1, len(syllable) + 1))


@cache
def _read_otherwise() -> dict[str, set[str]]:
    """By the letter with which some surnames are said, those under which they stand."""
    found: dict[str, set[str]] = {}
    for character, syllable in surname_readings().items():
        stands = initials([character])
        if stands != syllable[0]:
            found.setdefault(syllable[0], set()).add(stands)
    return found


def _spellings(syllable: str) -> tuple[str, ...]:
    """吕, lu in the table, is typed lv, and stands in a passport as lyu."""
    first = syllable[:1]
    if first in ("l", "n") and syllable[1:] in ("u", "ve"):
        return tuple(first + vowel + syllable[2:] for vowel in ("u", "v", "yu"))
    return (syllable,)


def fit(sought: str, name: str) -> int | None:
    """How well `name` is what was `sought` (`folded`): WHOLE, SOUNDS, BEGINS or PART; None where it is not."""
    parts = [simplified(unit) if is_han(unit) else folded(unit) for unit in units(name)]
    if "".join(parts) == sought:
        return WHOLE if sought else None
    ways = [(start, end) for start in range(len(parts)) for end in _read(sought, parts, start) if sought]
    if not ways:
        return None
    if (0, len(parts)) in ways:
        return SOUNDS
    return BEGINS if any(start == 0 for start, _end in ways) else PART


def _read(sought: str, parts: list[str], place: int) -> Iterator[int]:
    """Where in `parts` the reading of `sought` ends that begins at `place`; each way of reading it."""
    if not sought:
        yield place
    elif place < len(parts):
        for length in _lengths(sought, parts[place], place == 0):
            yield from _read(sought[length:], parts, place + 1)


def _lengths(sought: str, part: str, first: bool) -> set[int]:
    """How much at the beginning of `sought` may stand for one part of a name."""
    if part.isascii():
        return {n for n in range(1, len(part) + 1) if len(sought) >= n and sought[:n] == part[:n]}
    if sought[0] == part[0]:
        return {1}
    found = set()
    for syllable in _sounds(part, first):
        for length in (1, 2, len(syllable)) if syllable[:2] in _LONGER else (1, len(syllable)):
            if sought.startswith(syllable[:length]):
                found.add(length)
        if syllable.startswith(sought):  # the last one, not yet typed to its end
            found.add(len(sought))
    return found


@cache
def _sounds(character: str, surname: bool) -> tuple[str, ...]:
    """The ways in which a character is typed as it is said."""
    said = [readings().get(character), surname_readings().get(character) if surname else None]
    return tuple({spelling for one in said if one for spelling in _spellings(one)})
