"""What triggers callbacks: the left column of the table of plans (docs.md: Calls).

A new kind of trigger is a function in this package, a line in TRIGGERS and one in AWAITED.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

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

# When a trigger of each kind may come into being although nothing is written, by customer.
Awaited = Callable[[Run, Snapshot], Iterator[tuple[str, datetime]]]


def _nothing(_run: Run, _snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Triggers of that kind follow from records alone."""
    return iter(())


AWAITED: dict[str, Awaited] = {
    "file": files.undated,
    "done": _nothing,
    "order": _nothing,
    "balance": _nothing,
    "supply": _nothing,
    "card": sales.undated,
    "visit": _nothing,
    "ticket": _nothing,
    "complaint": _nothing,
    "plan": plans.undated,
    "plan-visit": plans.awaited,
    "plan-balance": plans.awaited,
    "plan-end": plans.awaited,
    "invitation": guests.awaited,
    "attended": guests.awaited,
    "birthday": occasions.awaited,
    "wedding": occasions.awaited,
    "festival": occasions.awaited,
    "contact": files.undated,
}

__all__ = ["AWAITED", "TRIGGERS", "Trigger"]
