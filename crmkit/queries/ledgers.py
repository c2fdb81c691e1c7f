"""Orders read with what was paid for them and what came back."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from crmkit.archive.archive import Archive
from crmkit.core.accounts import Ledger, is_still_buyer, ledgers, no_longer_buyer
from crmkit.queries.finding import holder_of
from crmkit.queries.snapshot import snapshot_about
from crmkit.records import Call, Card, Customer, Order, Payment, Record, Return
from crmkit.records.change import Change

R = TypeVar("R", bound=Record)


def ledger_of(archive: Archive, order: Order) -> Ledger:
    """One order."""
    (ledger,) = ledgers([order], archive.of(Payment, order.id), archive.of(Return, order.id))
    return ledger


def ledgers_of(archive: Archive, customer: str = "") -> Iterable[Ledger]:
    """The orders of the customer with that id; without one, all orders."""
    if not customer:
        return ledgers(archive.all(Order), archive.all(Payment), archive.all(Return))
    return ledgers(archive.of(Order, customer), archive.of(Payment, customer), archive.of(Return, customer))


def with_stage(archive: Archive, customer: str, change: Change) -> Change:
    """`change`, by which something that the customer bought may be gone: a buyer is one as long as an order stands."""
    holder = holder_of(archive, customer)
    person = next((one for one in change.puts if isinstance(one, Customer) and one.id == holder.id), holder)
    snapshot = snapshot_about(archive, [person]).after(change)
    if person.stage != "buyer" or is_still_buyer(snapshot.ledgers.values(), snapshot[Card]):
        return change
    spoken = any(call.outcome == "reached" for call in snapshot[Call])
    others = tuple(one for one in change.puts if one.id != person.id)
    return msgspec.structs.replace(change, puts=(*others, no_longer_buyer(person, spoken=spoken)))
