"""What breaks: tickets by fault, cause, model or month, beside the units in service (docs.md: Figures, Tickets)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from crmkit.core.figures.counting import Period
from crmkit.core.figures.service import steps_of
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.course import Course, course
from crmkit.records import Card, Product, Ticket


class FaultCount(NamedTuple):
    """The tickets of one group; those that were cancelled are not counted."""

    group: str
    tickets: tuple[str, ...]  # ids
    units: int  # cards that stand of the products concerned

    @property
    def per_hundred(self) -> float | None:
        """Tickets per 100 units in service; None where no unit is known."""
        return round(100 * len(self.tickets) / self.units, 1) if self.units else None


GROUPS: dict[str, Callable[[Course, Period, dict[str, Product]], str]] = {
    "fault": lambda one, _period, _products: one.fault,
    "cause": lambda one, _period, _products: one.cause,
    "product": lambda one, _period, _products: one.ticket.product,
    "model": lambda one, _period, products: _model(products, one.ticket.product),
    "month": lambda one, period, _products: f"{period.day(one.ticket.reported_at):%Y-%m}",
}


def fault_counts(snapshot: Snapshot, period: Period, by: str) -> list[FaultCount]:
    """The tickets reported in the period, by one of GROUPS; the most first, "" for what nobody wrote down."""
    steps = steps_of(snapshot)
    products = {product.code: product for product in snapshot[Product]}
    found: dict[str, list[Course]] = defaultdict(list)
    for ticket in snapshot[Ticket]:
        if ticket.reported_at in period:  # first: the course of a ticket is what takes long
            one = course(ticket, steps.get(ticket.id, ()))
            if one.now.state != "cancelled":
                found[GROUPS[by](one, period, products)].append(one)
    in_service = Counter(card.product for card in snapshot[Card] if not card.state)
    return sorted(
        (
            FaultCount(group, tuple(one.ticket.id for one in courses), _units(by, courses, in_service))
            for group, courses in found.items()
        ),
        key=lambda one: (-len(one.tickets), one.group) if by != "month" else (0, one.group),
    )


def _units(by: str, courses: Iterable[Course], in_service: Counter[str]) -> int:
    """The units in service: of the products of a group by product or model, else all."""
    if by not in ("product", "model"):
        return in_service.total()
    return sum(in_service[code] for code in {one.ticket.product for one in courses})


def _model(products: dict[str, Product], code: str) -> str:
    product = products.get(code)
    return (product.model or product.name or code) if product is not None else code
