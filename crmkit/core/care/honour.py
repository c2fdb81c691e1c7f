"""Honour customers (荣誉顾客) and 3A customers: criteria that a person ticks, and what is still missing.

See docs.md: Customers.
"""

from typing import Any, NamedTuple

import msgspec

from crmkit.core.fields import one_of, text
from crmkit.core.run import Run
from crmkit.i18n import N_
from crmkit.records import Customer
from crmkit.records.change import Change
from crmkit.records.customer import HONOUR, TICKS, Tick
from crmkit.records.typed import Code, plain

WIDE_CIRCLE = "wide-circle"
THREE_A = ("strong-buyer", WIDE_CIRCLE, "refers-others")


class Checklist(NamedTuple):
    """What one customer meets of both lists."""

    customer: Customer
    referred: int  # files that this customer brought

    @property
    def missing(self) -> list[str]:
        """The criteria of HONOUR that nobody has ticked."""
        return [name for name in HONOUR if name not in _ticked(self.customer)]

    @property
    def missing_3a(self) -> list[str]:
        """The points of THREE_A that are not met: grade A, the tick, at least one referred file."""
        met = (self.customer.grade == "A", WIDE_CIRCLE in _ticked(self.customer), self.referred > 0)
        return [name for name, is_met in zip(THREE_A, met, strict=True) if not is_met]

    @property
    def begun(self) -> bool:
        """Whether a criterion is ticked, or two of the three As are met."""
        return bool(self.customer.ticks) or len(self.missing_3a) <= 1

    def row(self) -> dict[str, Any]:
        """It as plain values."""
        return {
            "id": self.customer.id,
            "name": self.customer.name,
            "honour": not self.missing,
            "missing": list(map(Code, self.missing)),
            "three_a": not self.missing_3a,
            "missing_3a": list(map(Code, self.missing_3a)),
            N_("referred"): self.referred,
            "ticks": [plain(one) for one in self.customer.ticks],
        }


def tick(run: Run, customer: Customer, name: str, *, off: bool = False, note: str = "") -> Change:
    """`customer` with the criterion `name` ticked by whoever runs it, or taken away. Raises InvalidError.

    Ticked again with another note, it keeps its first time and author. Counts: `ticked`, `unticked` or
    `unchanged`.
    """
    name = one_of("criterion", name, TICKS, needed=True)
    before = {one.name: one for one in customer.ticks}
    after = {known: one for known, one in before.items() if known != name}
    if not off:
        first = before.get(name, Tick(name=name, at=run.now, by=run.by))
        after[name] = msgspec.structs.replace(first, note=text(note) or first.note)
    ticks = tuple(after[known] for known in TICKS if known in after)
    done = "unticked" if off else "ticked"
    changed = ticks != customer.ticks
    return Change(
        puts=(msgspec.structs.replace(customer, ticks=ticks),) if changed else (),
        ids=(customer.id,),
        counts={done if changed else "unchanged": 1},
    )


def in_order(lists: list[Checklist]) -> list[Checklist]:
    """Honour customers first, then by how little is missing."""
    return sorted(lists, key=lambda one: (len(one.missing), len(one.missing_3a), -one.referred, one.customer.id))


def _ticked(customer: Customer) -> set[str]:
    return {one.name for one in customer.ticks}
