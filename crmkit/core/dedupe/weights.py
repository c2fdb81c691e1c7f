"""How much each agreement or difference counts, from probabilities (Fellegi and Sunter).

For every way in which a field can agree, three chances: among two files of one person (`same`), of two members of one
household or desk (`kin`), and of two strangers (`chance`; None where it is counted in the list itself, so that a rare
name weighs more than a common one). Points are log2(same / chance), as in the theory of Fellegi and Sunter.
Nothing is trained: the figures are what is known of such lists, and the bench shows that they need not be exact.
"""

from functools import lru_cache
from math import log2
from typing import NamedTuple

from crmkit.i18n import N_


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
    N_("name"): {
        N_("same"): Level(0.80, 0.001),
        N_("courtesy"): Level(0.97, 0.002),  # the same person (docs.md: Repeats)
        N_("rival courtesy"): Level(0.97, 0.90),  # more than one person with this surname has the number
        N_("sounds alike"): Level(0.06, 0.001),
        N_("sounds close"): Level(0.02, 0.006),
        N_("looks alike"): Level(0.04, 0.001, 2e-5),
        N_("characters swapped"): Level(0.02, 0.0005),
        N_("spelled in pinyin"): Level(0.50, 0.002),
        N_("character missing"): Level(0.03, 0.006),
        N_("surname missing"): Level(0.01, 0.001),
        N_("one character differs"): Level(0.015, 0.05),
        N_("surname differs"): Level(0.001, 0.0002),
        N_("different"): Level(0.003, 0.85, 0.99),
    },
    N_("sex"): {
        N_("same"): Level(0.98, 0.35, 0.52),
        N_("other"): Level(0.02, 0.65, 0.48),
    },
    N_("phone"): {
        N_("same"): Level(0.65, 0.65),
        N_("same in notes"): Level(0.65, 0.65),
        N_("crowd"): Level(1, 1, 1),
        N_("one slip"): Level(0.06, 0.01, 1e-4),
        N_("other"): Level(0.30, 0.40, 1.0),
    },
    N_("birthday"): {
        N_("same"): Level(0.80, 0.004),
        N_("other calendar"): Level(0.10, 0.0004, 1e-4),
        N_("other calendar, unsaid"): Level(0.05, 0.0004, 2e-4),
        N_("near"): Level(0.08, 0.003, 2e-3),
        N_("day"): Level(0.90, 0.004, 3e-3),
        N_("age"): Level(0.90, 0.40, 0.25),
        N_("age off"): Level(0.08, 0.20, 0.20),
        N_("conflict"): Level(0.05, 0.99, 0.99),
    },
    N_("address"): {
        N_("home"): Level(0.60, 0.85),
        N_("home of many"): Level(0.60, 0.85),  # a hostel or care home
        N_("near"): Level(0.15, 0.05, 3e-4),
        N_("building"): Level(0.05, 0.02, 3e-3),
        N_("road"): Level(0.05, 0.02, 0.04),
        N_("other"): Level(0.25, 0.10, 0.96),
    },
    N_("email"): {N_("same"): Level(0.70, 0.30), N_("other"): Level(0.30, 0.70, 1.0)},  # a couple has one between them
    N_("wechat"): {N_("same"): Level(0.70, 0.15), N_("other"): Level(0.30, 0.85, 1.0)},
    N_("employer"): {N_("same"): Level(0.80, 0.20), N_("other"): Level(0.20, 0.80, 1.0)},
}


@lru_cache(maxsize=1 << 16)
def evidence(field: str, how: str, chance: float = 1.0) -> Evidence:
    """The weight of `how` in `field`; `chance` is that among strangers where it depends on the list."""
    level = LEVELS[field][how]
    return Evidence(field, how, log2(level.same / (level.chance or chance)), log2(level.same / level.kin))
