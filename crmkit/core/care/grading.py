"""Grades and tiers: what each customer brought, and what follows from it (DOMAIN 10)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from crmkit.core.calendar.spans import Span, day_after
from crmkit.core.run import Run
from crmkit.core.selling.accounts import account
from crmkit.i18n import N_, _
from crmkit.records import Customer, Order, Return
from crmkit.records.change import Change

TIERS = ("regular", "silver", "gold", "star")
GONE = ("returned", "cancelled")  # an order of which nothing is left makes nobody a buyer


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one customer has bought, returns taken off, among all the others; amounts in fen."""

    customer: Customer
    buyer: bool = False
    revenue: int = 0  # ever
    spent: int = 0  # within `grade.spend_months`
    orders: int = 0  # that were not cancelled or returned as a whole
    last_on: date | None = None  # day of the latest of them
    rank: int = 0  # 1 = the most revenue; 0 = has not bought
    share: float = 0.0  # of all revenue, together with everybody who ranks before
    grade: str = "C"
    tier: str = ""  # one of TIERS; "" = has not bought

    def row(self) -> dict[str, Any]:
        """It as plain values; `stored` is the grade that the file has."""
        return {
            "id": self.customer.id,
            "name": self.customer.name,
            "grade": self.grade,
            N_("stored"): self.customer.grade,
            N_("tier"): self.tier,
            N_("rank"): self.rank or None,
            N_("revenue"): self.revenue,
            N_("share"): round(self.share, 4),
            N_("spent"): self.spent,
            N_("orders"): self.orders,
            N_("last_on"): self.last_on.isoformat() if self.last_on else "",
        }


def grade_all(run: Run, customers: Iterable[Customer], orders: Iterable[Order], returns: Iterable[Return]) -> Change:
    """Every file with the grade that it has now. Counts: `updated`, `unchanged`; a note tells how many have which."""
    found = standings(run, customers, orders, returns)
    puts = [msgspec.structs.replace(one.customer, grade=one.grade) for one in found if one.grade != one.customer.grade]
    sizes = {grade: sum(one.grade == grade for one in found) for grade in "ABC"}
    return Change(
        puts=tuple(puts),
        ids=tuple(customer.id for customer in puts),
        counts={"updated": len(puts), "unchanged": len(found) - len(puts)},
        notes=(_("grade A {A}, B {B}, C {C}").format(**sizes),),
    )


def standings(
    run: Run, customers: Iterable[Customer], orders: Iterable[Order], returns: Iterable[Return]
) -> list[Standing]:  # fmt: skip
    """Every customer with grade and tier: buyers first, by rank, then those who have not bought.

    A are the fewest buyers that bring `grade.a_revenue_share` of all revenue. Of two with the same revenue the one who
    bought last ranks first, then the older file. A file of the stage "buyer" without any order (one that was
    imported) is a buyer who brought nothing.
    """
    back: dict[str, list[Return]] = defaultdict(list)
    for one in returns:
        back[one.order].append(one)
    bought: dict[str, list[tuple[Order, int]]] = defaultdict(list)
    ordered = set()
    for order in orders:
        ordered.add(order.customer)
        now = account(order, (), back[order.id])
        if now.state not in GONE:
            bought[order.customer].append((order, now.charged or 0))
    present = (customer for customer in customers if not customer.merged_into)
    since = day_after(run.now.date(), Span(-run.settings.grade.spend_months, "m"))
    found = [_standing(customer, since, bought[customer.id], customer.id in ordered) for customer in present]
    return _ranked(run, found)


def tier(run: Run, spent: int) -> str:
    """The tier of a buyer who spent `spent` fen within `grade.spend_months`: one of TIERS."""
    limits = run.settings.grade
    reached = [name for name in TIERS[1:] if spent >= getattr(limits, name) * 100]
    return reached[-1] if reached else TIERS[0]


def _ranked(run: Run, found: list[Standing]) -> list[Standing]:
    buyers = sorted((one for one in found if one.buyer), key=_by_rank)
    total = sum(one.revenue for one in buyers)
    enough = Decimal(str(run.settings.grade.a_revenue_share)) * total
    ranked, before = [], 0
    for rank, one in enumerate(buyers, 1):
        grade = "A" if one.revenue and before < enough else "B"
        before += one.revenue
        share = before / total if total else 0.0
        ranked.append(replace(one, rank=rank, share=share, grade=grade, tier=tier(run, one.spent)))
    return ranked + [one for one in found if not one.buyer]


def _standing(customer: Customer, since: date, orders: list[tuple[Order, int]], ordered: bool) -> Standing:
    """What `customer` bought: `orders` are those that stand, each with its worth; `ordered`: were there any at all?"""
    return Standing(
        customer=customer,
        buyer=bool(orders) or (customer.stage == "buyer" and not ordered),
        revenue=sum(worth for _order, worth in orders),
        spent=sum(worth for order, worth in orders if order.ordered_on > since),
        orders=len(orders),
        last_on=max((order.ordered_on for order, _worth in orders), default=None),
    )


def _by_rank(one: Standing) -> tuple[int, int, str]:
    return -one.revenue, -(one.last_on or date.min).toordinal(), one.customer.id
