"""By what a person's file is found again beside whole numbers: the initials of a name, the last digits of a number.

These are index keys, made of every file at every change of its shard: they cost microseconds, and are coarse. What was
typed is compared with the name itself, which stands in the key (`core.people.spoken`).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pkgutil import get_data

FIRST, LAST = 0x4E00, 0x9FFF  # the characters of the table
LETTERS = 8  # of the initials of a name that stand in a key
NAME = 40  # characters of a name that stand in a key
DIGITS = 8  # of a number that stand in a key: its last ones, backwards
# Text, compiled for the first name that is not only of those: a set of so many characters takes 1.5 ms.
_UNITS = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]|[^\\W_\u3007\u3400-\u9fff]+"


@cache
def _initials() -> str:
    text = (get_data(__name__, "initials.txt") or b"").decode("ascii")
    return "".join(line for line in text.splitlines() if not line.startswith("#"))


def units(name: str) -> list[str]:
    """What a name is spelt with: each Chinese character, each word of other letters."""
    return re.findall(_UNITS, name)


def initial(unit: str) -> str:
    """The letter under which a unit stands: of a Chinese character that of its main reading, ~ where none is known."""
    if FIRST <= ord(unit[0]) <= LAST:
        return _initials()[ord(unit[0]) - FIRST]
    return unit[0].casefold() if unit[0] < "\u3000" else "~"


def initials(parts: Sequence[str]) -> str:
    """The letters of several units."""
    return "".join(map(initial, parts))[:LETTERS]


@lru_cache(maxsize=4096)  # a shard is read before and after each change of it
def name_keys(name: str) -> tuple[str, ...]:
    """The index keys of a name: by its initials, by those of its last two characters, and by each Latin word.

    王建国 is found under `called:wjg 王建国` and `called:jg 王建国`; Mary Lee under `called:ml`, `called:mary` and
    `called:lee`.
    """
    told = name.strip()[:NAME]
    if told and all([FIRST <= ord(character) <= LAST for character in told]):  # as most are
        table = _initials()
        found = ["".join([table[ord(character) - FIRST] for character in told[:LETTERS]])]
    else:
        parts = units(told)
        found = [initials(parts)] if parts else []
        found += [part.casefold()[:LETTERS] for part in parts if len(part) > 1]
    if found and len(found[0]) > 2:  # a given name; of two characters the second alone would be no help
        found.append(found[0][-2:])
    return tuple([f"called:{begin} {told}" for begin in found])


def tail_key(number: str) -> str:
    """The index key of the last digits of a number (E.164), which stand backwards: so fewer of them are its beginning.

    Of `13900541731` the last four, 1731, are the beginning of `tail:13714500`.
    """
    return f"tail:{number[: -DIGITS - 1 : -1]}"
