"""Grades and tiers: what each customer brought, and what follows from it (docs.md: Customers)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from crmkit.core.accounts import CLOSED, account, no_longer_buyer
from crmkit.core.calendar.spans import Span, day_after
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.records import Card, Customer, Order, Return
from crmkit.records.change import Change
from crmkit.records.typed import Code, Fen

TIERS = ("regular", "silver", "gold", "star")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one customer has bought, less returns, and the rank among all; amounts in fen."""

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
            N_("tier"): Code(self.tier, "tier-"),
            N_("rank"): self.rank or None,
            N_("revenue"): Fen(self.revenue),
            N_("share"): round(self.share, 4),
            N_("spent"): Fen(self.spent),
            N_("orders"): self.orders,
            N_("last_on"): self.last_on.isoformat() if self.last_on else "",
        }


class Buyer(NamedTuple):
    """What a buyer's rank follows from."""

    id: str
    revenue: int  # in fen
    last_on: int = 0  # the day of the latest order, as an ordinal


class Rank(NamedTuple):
    """Of a buyer: rank, share of all revenue together with everybody before, and grade."""

    rank: int
    share: float
    grade: str


def grade_all(
    run: Run, customers: Iterable[Customer], orders: Iterable[Order], returns: Iterable[Return],
    cards: Iterable[Card] = (),
) -> Change:  # fmt: skip
    """Every file with its present grade. Counts: `updated`, `unchanged`; a note says how many have which grade.

    The stage is corrected too: two clones merged may disagree with it (one took an order back, one placed one).
    """
    found = standings(run, customers, orders, returns, cards)
    puts = regraded(found)
    sizes = {grade: sum(one.grade == grade for one in found) for grade in "ABC"}
    return Change(
        puts=tuple(puts),
        ids=tuple(customer.id for customer in puts),
        counts={"updated": len(puts), "unchanged": len(found) - len(puts)},
        notes=(_("grade A {A}, B {B}, C {C}").format(**sizes),),
    )


def regraded(found: Iterable[Standing]) -> list[Customer]:
    """The files that get another grade or stage, as they are then."""
    return [after for one in found if (after := _as_it_stands(one)) != one.customer]


def _as_it_stands(one: Standing) -> Customer:
    return msgspec.structs.replace(_at_stage(one), grade=one.grade)


def _at_stage(one: Standing) -> Customer:
    file = one.customer
    if file.stage in ("", "screened") and one.orders:
        return msgspec.structs.replace(file, stage="buyer")
    return file if one.buyer else no_longer_buyer(file)


def standings(
    run: Run, customers: Iterable[Customer], orders: Iterable[Order], returns: Iterable[Return],
    cards: Iterable[Card] = (), others: Iterable[Buyer] = (),
) -> list[Standing]:  # fmt: skip
    """Every customer with grade and tier: buyers first, by rank, then those who have not bought.

    A are the fewest buyers that bring `grade.a_revenue_share` of all revenue. Of two with the same revenue the one who
    bought last ranks first, then the older file. A file of the stage "buyer" without any order (one that was
    imported), or with one of `cards` for a unit that no order tells of, is a buyer who brought nothing. `others` are
    buyers whose files are not among `customers`, but who rank among them.
    """
    back: dict[str, list[Return]] = defaultdict(list)
    for one in returns:
        back[one.order].append(one)
    bought: dict[str, list[tuple[Order, int]]] = defaultdict(list)
    ordered: dict[str, set[str]] = {}  # by customer, the products of all orders
    for order in orders:
        ordered.setdefault(order.customer, set()).update(item.product for item in order.items)
        now = account(order, (), back[order.id])
        if now.state not in CLOSED:
            bought[order.customer].append((order, now.charged or 0))
    present = (customer for customer in customers if not customer.merged_into)
    since = day_after(run.now.date(), Span(-run.settings.grade.spend_months, "m"))
    holders = {card.customer for card in cards if not card.state and card.product not in ordered.get(card.customer, ())}
    found = [
        _standing(customer, since, bought[customer.id], customer.id in ordered and customer.id not in holders)
        for customer in present
    ]
    return _ranked(run, found, others)


def tier(run: Run, spent: int) -> str:
    """The tier of a buyer who spent `spent` fen within `grade.spend_months`: one of TIERS."""
    limits = run.settings.grade
    reached = [name for name in TIERS[1:] if spent >= getattr(limits, name) * 100]
    return reached[-1] if reached else TIERS[0]


def ranks(run: Run, buyers: Iterable[Buyer]) -> dict[str, Rank]:
    """The rank of each buyer by id, the first one first."""
    found = sorted(buyers, key=lambda one: (-one.revenue, -one.last_on, one.id))
    total = sum(one.revenue for one in found)
    enough = Decimal(str(run.settings.grade.a_revenue_share)) * total
    ranked, before = {}, 0
    for rank, one in enumerate(found, 1):
        grade = "A" if one.revenue and before < enough else "B"
        before += one.revenue
        ranked[one.id] = Rank(rank, before / total if total else 0.0, grade)
    return ranked


def buyer_of(one: Standing) -> Buyer:
    """What the rank of somebody who has bought follows from."""
    return Buyer(one.customer.id, one.revenue, (one.last_on or date.min).toordinal())


def _ranked(run: Run, found: list[Standing], others: Iterable[Buyer]) -> list[Standing]:
    buyers = {one.customer.id: one for one in found if one.buyer}
    placed = ranks(run, (*(buyer_of(one) for one in buyers.values()), *others))
    graded = [
        replace(buyers[i], rank=at.rank, share=at.share, grade=at.grade, tier=tier(run, buyers[i].spent))
        for i, at in placed.items()
        if i in buyers
    ]
    return graded + [one for one in found if not one.buyer]


def _standing(customer: Customer, since: date, orders: list[tuple[Order, int]], ordered: bool) -> Standing:
    """What `customer` bought: `orders` are those that stand, each with its worth; `ordered`: was it by orders only?"""
    return Standing(
        customer=customer,
        buyer=bool(orders) or (customer.stage == "buyer" and not ordered),
        revenue=sum(worth for _order, worth in orders),
        spent=sum(worth for order, worth in orders if order.ordered_on > since),
        orders=len(orders),
        last_on=max((order.ordered_on for order, _worth in orders), default=None),
    )
