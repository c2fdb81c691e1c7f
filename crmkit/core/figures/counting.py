"""How figures are counted (docs.md: Figures): every number can list its records.

Each thing that happened is a `Fact`. A figure is the facts of one measure; a share divides it by another measure
(`OUT_OF`). The same code counts for a branch, a source, a site, a day or a staff member.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import msgspec

from crmkit.records.card import CLOCKS
from crmkit.records.work import OUTCOMES

# A share's measure → the measure it is a share of.
OUT_OF = {
    "valid": "files", "asked": "files", "failed": "asked", "false": "tested", "suspect": "files", "buyers": "files",
    "in-time": "screenable", "repeat": "contacts", "shared": "contacts",
    "done": "due", "on-time": "due", "overdue": "due", "cancelled": "planned",
    **dict.fromkeys(OUTCOMES, "calls"), "long": "first-calls", "quiet-hours": "calls",
    "priced": "orders", "returned": "orders", "within": "returns",
    **dict.fromkeys(
        ("invitations-delivered", "invitations-accepted", "invitations-declined", "attended", "absent"), "invited"
    ),
    "old-guests": "attended", "new-guests": "attended", "guest-buyers": "attended",
    "visits-made": "visits", "visits-missed": "visits", "told": "visits", "told-late": "visits",
    **{f"kept-{clock}": f"promised-{clock}" for clock in CLOCKS},
    "by-phone": "tickets-solved", "came-again": "tickets-solved", "units-replaced": "tickets-solved",
    "first-time": "mended", "answered-solved": "answered", "said-on-time": "asked-on-time", "satisfied": "rated",
    "good-attitude": "rated-attitude", "good-skill": "rated-skill", "tickets-unconfirmed": "tickets-closed",
    "complaint-rate": "customers-active", "complaints-once": "complaints-closed",
    "complaints-upheld": "complaints-closed", "complaints-unconfirmed": "complaints-closed",
    "plan-kept": "plan-slots", "plan-missed": "plan-slots", "plans-renewed": "plans-ended",
    "over-time": "visits-made", "broken": "visits-made",
    "units-returned": "units-sold", "bought-again": "bought", "referred": "new-buyers",
    "lost-customers": "active-before",
}  # fmt: skip

IN_DAYS = ("days-to-close",)  # measures whose amount is days; of every other it is fen


_APART = timedelta(days=2)  # the day of a moment in one zone and in another are never further apart


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, in the zone of `now`, the moment the figures are made."""

    first: date
    last: date
    now: datetime

    def __contains__(self, moment: object) -> bool:
        if isinstance(moment, datetime):
            begins, ends = self._around
            return begins <= moment.date() <= ends and self.first <= self.day(moment) <= self.last
        return isinstance(moment, date) and self.first <= moment <= self.last

    def begins_after(self, moment: datetime) -> bool:
        """Whether `moment` lies before its first day."""
        begins, _ends = self._around
        return moment.date() < begins or self.day(moment) < self.first

    def ends_before(self, moment: datetime) -> bool:
        """Whether `moment` lies after its last day."""
        begins, _ends = self._around
        return moment.date() >= begins and self.day(moment) > self.last

    @cached_property
    def _around(self) -> tuple[date, date]:
        """The days before and after which a moment surely lies outside, whatever its offset.

        Most do, and to find their day in the zone of `now` takes five times as long.
        """
        return max(self.first, date.min + _APART) - _APART, min(self.last, date.max - _APART) + _APART

    def day(self, moment: datetime) -> date:
        """The local day of `moment`."""
        return moment.astimezone(self.now.tzinfo).date()

    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One thing that counts for one measure."""

    measure: str
    id: str  # of the record behind it
    day: date
    staff: str = ""  # who did it: collector, caller, owner, seller, visitor
    source: str = ""
    site: str = ""
    amount: int = 0  # fen; of IN_DAYS days


@dataclass(frozen=True)
class Figure:
    """A number with the ids it counts; `of` are the ids it is a share of, None for a plain count."""

    ids: tuple[str, ...] = ()
    of: tuple[str, ...] | None = None
    amount: int = 0  # fen

    @property
    def count(self) -> int:
        """The numerator."""
        return len(self.ids)

    @property
    def whole(self) -> int | None:
        """The denominator."""
        return None if self.of is None else len(self.of)

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to be a share of."""
        return len(self.ids) / len(self.of) if self.of else None


def figures(happened: Iterable[Fact]) -> dict[str, Figure]:
    """Measure → figure. A measure of which nothing happened is absent: `figure_of` gives it as zero."""
    ids: dict[str, dict[str, int]] = {}
    for fact in happened:
        ids.setdefault(fact.measure, {})[fact.id] = fact.amount
    return {measure: Figure(tuple(found), _whole(measure, ids), sum(found.values())) for measure, found in ids.items()}


def figure_of(table: Mapping[str, Figure], measure: str) -> Figure:
    """The figure of `measure` in what `figures` gave; zero where nothing happened, with its denominator."""
    if measure in table:
        return table[measure]
    whole = OUT_OF.get(measure)
    return Figure((), None if whole is None else table[whole].ids if whole in table else ())


def grouped(happened: Iterable[Fact], by: Callable[[Fact], str]) -> dict[str, dict[str, Figure]]:
    """The figures of each group, `by` naming the group of a fact; in order of that name."""
    groups: dict[str, list[Fact]] = {}
    for fact in happened:
        groups.setdefault(by(fact), []).append(fact)
    return {name: figures(groups[name]) for name in sorted(groups)}


def _whole(measure: str, ids: dict[str, dict[str, int]]) -> tuple[str, ...] | None:
    return tuple(ids.get(OUT_OF[measure], ())) if measure in OUT_OF else None
