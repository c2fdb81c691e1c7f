"""What must hold between invitations: every number once, and none of an operator's numbers left out (DOMAIN 5)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crmkit.archive.health.check_cards import LISTED
from crmkit.archive.health.problem import Problem
from crmkit.i18n import _
from crmkit.records import Invitation

NUMBER = re.compile(r"([A-Z0-9]{1,8}-[A-Z0-9]{1,4})([0-9]{3})-[A-Z0-9]")


class InvitationNumber(NamedTuple):
    """What of an invitation is compared with other invitations."""

    id: str
    number: str
    series: str  # event and operator; "" where the number is none
    running: int


def invitation_number(invitation: Invitation) -> InvitationNumber:
    """What of `invitation` is compared with other invitations."""
    from stdnum.iso7064 import mod_37_36

    taken = NUMBER.fullmatch(invitation.number)
    if taken is None or not mod_37_36.is_valid(invitation.number.replace("-", "")):
        return InvitationNumber(invitation.id, invitation.number, "", 0)
    return InvitationNumber(invitation.id, invitation.number, taken[1], int(taken[2]))


class InvitationFacts:
    """Numbers of the invitations."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # id → its shard
        self.odd: dict[str, str] = {}  # what is no number → the first id that has it
        self.ids: dict[str, list[str]] = defaultdict(list)  # number → ids
        self.running: dict[str, set[int]] = defaultdict(set)  # series → running numbers

    def take(self, path: str, invitations: Iterable[InvitationNumber]) -> None:
        """Note the invitations that the shard at `path` holds."""
        for invitation in invitations:
            self.places[invitation.id] = path
            self.ids[invitation.number].append(invitation.id)
            if invitation.series:
                self.running[invitation.series].add(invitation.running)
            else:
                self.odd.setdefault(invitation.number, invitation.id)

    def problems(self, *, complete: bool) -> Iterator[Problem]:
        """What does not fit; numbers are missed only where all shards could be read (`complete`)."""
        for number, identifier in self.odd.items():
            yield _odd_number(self.places[identifier], identifier, number)
        for number, ids in self.ids.items():
            if len(ids) > 1:
                yield _repeated_number(self.places[ids[-1]], number, ids)
        for series, numbers in sorted(self.running.items()):
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
