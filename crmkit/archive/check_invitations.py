"""What must hold between invitations: every number once, and none of an operator's numbers left out (DOMAIN 5)."""

import re
from collections import defaultdict
from collections.abc import Iterator

from crmkit.archive.check_cards import LISTED
from crmkit.archive.problem import Problem
from crmkit.i18n import _
from crmkit.records import Invitation

NUMBER = re.compile(r"([A-Z0-9]{1,8}-[A-Z0-9]{1,4})([0-9]{3})-[A-Z0-9]")


class InvitationFacts:
    """Numbers of the invitations."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # id → its shard
        self.ids: dict[str, list[str]] = defaultdict(list)  # number → ids

    def take(self, path: str, invitation: Invitation) -> None:
        """Note an invitation that the shard at `path` holds."""
        self.places[invitation.id] = path
        self.ids[invitation.number].append(invitation.id)

    def problems(self, *, complete: bool) -> Iterator[Problem]:
        """What does not fit; numbers are missed only where all shards could be read (`complete`)."""
        from stdnum.iso7064 import mod_37_36

        running: dict[str, set[int]] = defaultdict(set)  # event and operator → running numbers
        for number, ids in self.ids.items():
            taken = NUMBER.fullmatch(number)
            if taken is None or not mod_37_36.is_valid(number.replace("-", "")):
                yield _odd_number(self.places[ids[0]], ids[0], number)
            else:
                running[taken[1]].add(int(taken[2]))
            if len(ids) > 1:
                yield _repeated_number(self.places[ids[-1]], number, ids)
        for series, numbers in sorted(running.items()):
            missing = sorted(set(range(1, max(numbers))) - numbers)
            if missing and complete:
                yield _gap(series, missing)


def _odd_number(path: str, identifier: str, number: str) -> Problem:
    return Problem(
        "number",
        path,
        _("{id}: {number} is not an invitation number, or one with a wrong character").format(
            id=identifier, number=number
        ),
        _("`crmkit history {id}` shows who changed it; `crmkit undo RUN` takes that back").format(id=identifier),
    )


def _repeated_number(path: str, number: str, ids: list[str]) -> Problem:
    return Problem(
        "duplicate",
        path,
        _("two clones use one operator code: the invitation number {number} was given to {ids}").format(
            number=number, ids=", ".join(ids)
        ),
        _("give one clone a code of its own (`crmkit config --set operator=WQ`); make all but one void and write anew"),
    )


def _gap(series: str, missing: list[int]) -> Problem:
    numbers = ", ".join(f"{number:03d}" for number in missing[:LISTED])
    more = len(missing) - LISTED
    return Problem(
        "gap",
        Invitation.kind,
        _("of the invitations {series} these numbers are missing: {numbers}").format(
            series=series, numbers=numbers + (f" + {more}" if more > 0 else "")
        ),
        _("an invitation is never removed, only made void: `crmkit history` shows which run or edit did"),
    )
