"""The figures of a period (DOMAIN 11): what happened, counted in such a way that every number names its records.

Each thing that happened is a `Fact`. A figure is the facts of one measure; a share is one measure of another, as
`OUT_OF` says. The same counting serves a whole branch, one source, one site, one day or one staff member.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crmkit.core.recheck import FALSE
from crmkit.records.card import Card
from crmkit.records.customer import Customer, PhoneCheck, Touch
from crmkit.records.order import Order
from crmkit.records.work import OUTCOMES, Call, Callback

# A share's measure → the measure it is a share of.
OUT_OF = {
    "asked": "files", "false": "tested",
    "done": "due", "on-time": "due", "overdue": "due", "cancelled": "planned",
    "priced": "orders", "buyers": "files", **dict.fromkeys(OUTCOMES, "calls"),
}  # fmt: skip

# What is counted of the collecting of files, and so by source, site and method.
COLLECTING = frozenset({"files", "suspect", "buyers", "asked", "tested", "false", "repeat", "shared"})


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, in the zone of `now`, the moment the figures are made."""

    first: date
    last: date
    now: datetime

    def __contains__(self, moment: object) -> bool:
        if isinstance(moment, datetime):
            return self.first <= self.day(moment) <= self.last
        return isinstance(moment, date) and self.first <= moment <= self.last

    def day(self, moment: datetime) -> date:
        """The local day of `moment`."""
        return moment.astimezone(self.now.tzinfo).date()

    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


class Records(NamedTuple):
    """All records that figures are made from, of any time."""

    customers: Sequence[Customer] = ()
    touches: Sequence[Touch] = ()
    checks: Sequence[PhoneCheck] = ()
    callbacks: Sequence[Callback] = ()
    calls: Sequence[Call] = ()
    cards: Sequence[Card] = ()
    orders: Sequence[Order] = ()


class Fact(NamedTuple):
    """One thing that counts for one measure."""

    measure: str
    id: str  # of the record behind it
    day: date
    staff: str = ""  # who did it: collector, caller, owner, issuer
    source: str = ""
    site: str = ""
    amount: int = 0  # fen


@dataclass(frozen=True)
class Figure:
    """A number with the records it counts; `of` are the records it is a share of, None where it is a plain count."""

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


def facts(records: Records, period: Period) -> list[Fact]:
    """Everything in `records` that counts in `period`, in order of records."""
    return [
        *_collected(records, period),
        *_repeated(records.touches, period),
        *_planned(records, period),
        *_called(records.calls, period),
        *_sold(records, period),
    ]


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


def collected_at(customer: Customer) -> datetime | None:
    """When a file was collected; where the sheet did not say, when it was written."""
    return customer.collected_at or customer.created_at


def number_state(customer: Customer) -> str:
    """What the second asking and calls have shown of a file's numbers: confirmed, false, or "" = not tested yet.

    A file is false where one of its numbers is and none is confirmed; the same rule as in `recheck.statistics`.
    """
    states = {phone.state for phone in customer.phones} - {""}
    if not states:
        return ""
    return "false" if states & set(FALSE) and "confirmed" not in states else "confirmed"


def finished(callbacks: Iterable[Callback], calls: Iterable[Call]) -> dict[str, Call]:
    """Callback id → the call that finished it."""
    made = {call.id: call for call in calls}
    return {one.id: made[one.call] for one in callbacks if one.state == "done" and one.call in made}


def latest_checks(checks: Iterable[PhoneCheck]) -> dict[str, PhoneCheck]:
    """Customer id → the latest repeat-phone check."""
    return {check.customer: check for check in sorted(checks, key=lambda check: check.at)}


def on_time(callback: Callback, call: Call | None, period: Period) -> bool:
    """Whether a callback was done by the end of the day on which it was due."""
    return call is not None and period.day(call.at) <= period.day(callback.due_at)


def _whole(measure: str, ids: dict[str, dict[str, int]]) -> tuple[str, ...] | None:
    return tuple(ids.get(OUT_OF[measure], ())) if measure in OUT_OF else None


def _collected(records: Records, period: Period) -> Iterator[Fact]:
    asked = {check.customer for check in records.checks}
    for one in records.customers:
        at = collected_at(one)
        if one.merged_into or at is None or at not in period:
            continue
        number = number_state(one)
        measures = {
            "files": True,
            "suspect": one.suspect,
            "buyers": one.stage == "buyer",
            "asked": one.id in asked,
            "tested": number != "",
            "false": number == "false",
        }
        for measure, counts in measures.items():
            if counts:
                yield Fact(measure, one.id, period.day(at), one.collector, one.source, one.site)


def _repeated(touches: Iterable[Touch], period: Period) -> Iterator[Fact]:
    for one in touches:
        if one.outcome in ("repeat", "shared") and one.at in period:
            yield Fact(one.outcome, one.id, period.day(one.at), one.collector, one.source, one.site)


def _planned(records: Records, period: Period) -> Iterator[Fact]:
    done = finished(records.callbacks, records.calls)
    for one in records.callbacks:
        call = done.get(one.id)
        if call is not None and call.at in period:
            yield Fact("finished", one.id, period.day(call.at), call.by or one.owner)
        if one.due_at not in period:
            continue
        measures = {
            "planned": True,
            "cancelled": one.state == "cancelled",
            "due": one.state != "cancelled",
            "done": one.state == "done",
            "on-time": on_time(one, call, period),
            "overdue": not one.state and one.due_at < period.now,
        }
        for measure, counts in measures.items():
            if counts:
                yield Fact(measure, one.id, period.day(one.due_at), one.owner)


def _called(calls: Iterable[Call], period: Period) -> Iterator[Fact]:
    for one in calls:
        if one.at in period:
            yield Fact("calls", one.id, period.day(one.at), one.by)
            yield Fact(one.outcome, one.id, period.day(one.at), one.by)


def _sold(records: Records, period: Period) -> Iterator[Fact]:
    for card in records.cards:
        if card.created_at is not None and card.created_at in period:
            yield Fact("cards", card.id, period.day(card.created_at), card.issued_by)
    for order in records.orders:
        if order.ordered_on in period:
            yield Fact("orders", order.id, order.ordered_on)
            if order.total is not None:
                yield Fact("priced", order.id, order.ordered_on, amount=order.total)
