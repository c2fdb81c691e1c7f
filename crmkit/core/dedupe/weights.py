"""How much each agreement or difference counts: the chances from which the points follow.

For every way in which a field can agree, three chances: among two files of one person (`same`), of two members of one
household or desk (`kin`), and of two strangers (`chance`; None where it is counted in the list itself, so that a rare
name weighs more than a common one). Points are log2(same / chance), as in the theory of Fellegi and Sunter.
Nothing is trained: the figures are what is known of such lists, and the bench shows that they need not be exact.
"""

from math import log2
from typing import NamedTuple


class Level(NamedTuple):
    """The chances of one way to agree."""

    same: float
    kin: float
    chance: float | None = None


class Evidence(NamedTuple):
    """What one field says of a pair."""

    field: str
    how: str
    points: float  # for one person, against two strangers
    kin: float  # for one person, against two people of one household


LEVELS: dict[str, dict[str, Level]] = {
    "name": {
        "same": Level(0.80, 0.001),
        "courtesy": Level(0.97, 0.004),  # DOMAIN 2.1 takes it for the same person
        "rival courtesy": Level(0.97, 0.90),  # more than one person with this surname has the number
        "sounds alike": Level(0.06, 0.001),
        "sounds close": Level(0.02, 0.006),
        "looks alike": Level(0.04, 0.001, 2e-5),
        "characters swapped": Level(0.02, 0.0005),
        "spelled in pinyin": Level(0.50, 0.002),
        "character missing": Level(0.03, 0.006),
        "one character differs": Level(0.03, 0.10),
        "surname differs": Level(0.005, 0.001),
        "different": Level(0.003, 0.85, 0.99),
    },
    "sex": {
        "same": Level(0.98, 0.35, 0.52),
        "other": Level(0.02, 0.65, 0.48),
    },
    "phone": {
        "same": Level(0.65, 0.65),
        "same in notes": Level(0.65, 0.65),
        "crowd": Level(1, 1, 1),
        "one slip": Level(0.06, 0.01, 1e-4),
        "other": Level(0.30, 0.40, 1.0),
    },
    "birthday": {
        "same": Level(0.80, 0.004),
        "other calendar": Level(0.10, 0.0004, 1e-4),
        "other calendar, unsaid": Level(0.05, 0.0004, 2e-4),
        "near": Level(0.08, 0.003, 2e-3),
        "day": Level(0.90, 0.004, 3e-3),
        "age": Level(0.90, 0.40, 0.25),
        "age off": Level(0.08, 0.20, 0.20),
        "conflict": Level(0.05, 0.99, 0.99),
    },
    "address": {
        "home": Level(0.60, 0.85),
        "home of many": Level(0.60, 0.85),  # a hostel or care home
        "near": Level(0.15, 0.05, 3e-4),
        "building": Level(0.05, 0.02, 3e-3),
        "road": Level(0.05, 0.02, 0.04),
        "other": Level(0.25, 0.10, 0.96),
    },
    "email": {"same": Level(0.70, 0.10, 1e-4), "other": Level(0.30, 0.90, 1.0)},
    "wechat": {"same": Level(0.70, 0.05, 1e-4), "other": Level(0.30, 0.95, 1.0)},
    "employer": {"same": Level(0.80, 0.10), "other": Level(0.20, 0.90, 1.0)},
}


def evidence(field: str, how: str, chance: float = 1.0) -> Evidence:
    """The weight of `how` in `field`; `chance` is that among strangers where it depends on the list."""
    level = LEVELS[field][how]
    return Evidence(field, how, log2(level.same / (level.chance or chance)), log2(level.same / level.kin))
