"""The whole office: the branch with its desks for service, complaints and plans, and the second operator's clone."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from tests.conftest import Shell
from tests.simulation.branch import Branch
from tests.simulation.clones import SecondOperator
from tests.simulation.complaints import ComplaintDesk
from tests.simulation.plans import PlanDesk
from tests.simulation.service import NO_WARRANTY, ServiceDesk

Shown = dict[str, Any]


@dataclass
class Office:
    """The branch, its desks, and what the commands show of them in the end."""

    branch: Branch
    service: ServiceDesk
    complaints: ComplaintDesk
    plans: PlanDesk
    second: SecondOperator

    @cached_property
    def tickets(self) -> list[Shown]:
        """Every ticket with its clocks, steps and money."""
        return [self.branch.ask("ticket", "show", ticket) for ticket in self.service.jobs]

    @cached_property
    def heard(self) -> list[Shown]:
        """Every complaint with its steps."""
        return [self.branch.ask("complaint", "show", one) for one in self.complaints.complaints]

    @cached_property
    def sold(self) -> list[Shown]:
        """Every plan as it is in the end, and as it was after each of its steps."""
        last = [self.branch.ask("plan", "show", plan) for plan in self.plans.plans]
        return [*self.plans.shown, *last]

    @cached_property
    def cards(self) -> list[Shown]:
        """Every card."""
        return list(self.branch.ask("card", "list"))

    @cached_property
    def marks(self) -> list[Shown]:
        """What is on the record of everybody."""
        staff = [one["code"] for one in self.branch.ask("staff", "list")]
        return [mark for code in staff for mark in self.branch.ask("staff", "record", code)]

    @property
    def covered(self) -> dict[str, str]:
        """What covers the unit of each ticket: its warranty, else a plan that stood at the report, else nothing."""
        plans = {plan["id"]: plan for plan in self.sold}
        before = {card["id"]: card["replaces"] for card in self.cards}
        return {one["id"]: _covered(one, plans.get(one["covered_by"]), before) for one in self.tickets}


def _covered(ticket: Shown, plan: Shown | None, before: Shown) -> str:
    if ticket["product"] not in NO_WARRANTY:
        return "warranty"
    reported, cards = ticket["reported_at"][:10], [ticket["card"]]
    while before.get(cards[-1]):
        cards.append(before[cards[-1]])
    named = plan is not None and not set(cards).isdisjoint(plan["cards"])
    if plan is None or (plan["cards"] and not named) or plan["starts_on"] > reported:
        return "none"
    return "none" if plan["mode"] == "service" else str(plan["mode"])


def opened(shell: Shell, seed: int, files: int, first: date, last: date, *, rate: float = 1, plans: int = 0) -> Office:
    """An office for so many files from `first` to `last`; `rate` is how much oftener units break than they would."""
    branch = Branch(shell, seed, files, first, last)
    service = ServiceDesk(branch, rate)
    heard = ComplaintDesk(branch, service, rate)
    sold = PlanDesk(branch, service, plans or max(6, files // 12))
    second = SecondOperator(branch, service, sold)
    branch.desks = [service, heard, sold, second]
    return Office(branch, service, heard, sold, second)
