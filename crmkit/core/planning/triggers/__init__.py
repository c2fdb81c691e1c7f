"""What triggers callbacks: the left column of the table of plans (docs.md: Calls).

A new kind of trigger is a function in this package and a line in TRIGGERS.
"""

from collections.abc import Callable, Iterator

from crmkit.core.planning.triggers import files, guests, occasions, plans, sales, service
from crmkit.core.planning.triggers.trigger import Trigger
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot

TRIGGERS: dict[str, Callable[[Run, Snapshot], Iterator[Trigger]]] = {
    "file": files.files,
    "done": files.finished,
    "order": sales.orders,
    "balance": sales.balances,
    "supply": sales.supplies,
    "card": sales.cards,
    "visit": sales.visits,
    "ticket": service.tickets,
    "complaint": service.complaints,
    "plan": plans.sold,
    "plan-visit": plans.visits,
    "plan-balance": plans.balances,
    "plan-end": plans.ends,
    "invitation": guests.invitations,
    "attended": guests.attendances,
    "birthday": occasions.birthdays,
    "wedding": occasions.weddings,
    "festival": occasions.holidays,
    "contact": occasions.contacts,
}

__all__ = ["TRIGGERS", "Trigger"]
