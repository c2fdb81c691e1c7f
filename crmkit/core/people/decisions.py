"""What a person decided about two files that are not one: they are never suggested again (DOMAIN 2.1)."""

from collections.abc import Iterable

import msgspec

from crmkit.core.people.merge import undecided
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, Decision, Record
from crmkit.records.base import derived_id
from crmkit.records.change import Change


def decided(run: Run, a: Customer, b: Customer, verdict: str, note: str = "") -> Decision:
    """The decision about two files. Two operators who decide about them offline write the same record."""
    month = max((c.created_at for c in (a, b) if c.created_at), default=run.now)
    first, second = sorted((a.id, b.id))
    identifier = derived_id(Decision.letter, month, first, second)
    return Decision(id=identifier, a=first, b=second, verdict=verdict, at=run.now, by=run.by, note=note)


def distinct(run: Run, a: Customer, b: Customer, around: Iterable[Record] = (), note: str = "") -> Change:
    """`a` and `b` are two people. `around`: who else has a number of theirs, and the decisions about either."""
    _check(a, b)
    decision = decided(run, a, b, "distinct", note)
    around = [*around, decision]
    puts = (decision, *(_settled(file, [*around, a, b]) for file in (a, b)))
    return Change(puts=puts, ids=(a.id, b.id), counts={"distinct": 1})


def household(run: Run, a: Customer, b: Customer, around: Iterable[Record] = (), note: str = "") -> Change:
    """`a` and `b` are two people of one household; where each has one already, the two become one.

    `around` as for `distinct`, and the other members of both households.
    """
    _check(a, b)
    decision = decided(run, a, b, "household", note)
    around = [*around, decision]
    name = a.household or b.household or min(a.id, b.id)
    joining = {file.household for file in (a, b)} - {"", name}
    members = [
        msgspec.structs.replace(other, household=name)
        for other in around
        if isinstance(other, Customer) and other.household in joining and other.id not in (a.id, b.id)
    ]
    pair = [msgspec.structs.replace(_settled(file, [*around, a, b]), household=name) for file in (a, b)]
    return Change(puts=(decision, *pair, *members), ids=(a.id, b.id), counts={"household": 1})


def _check(a: Customer, b: Customer) -> None:
    if a.id == b.id:
        raise InvalidError(_("{id} cannot be compared with itself").format(id=a.id))
    for file in (a, b):
        if file.merged_into:
            raise InvalidError(
                _("{id} is merged into {survivor} already").format(id=file.id, survivor=file.merged_into)
            )


def _settled(file: Customer, around: Iterable[Record]) -> Customer:
    """`file` no longer marked as sharing a number once nobody is left about whom nothing has been decided."""
    return msgspec.structs.replace(file, shared=file.shared and undecided(file, around, {file.id}))
