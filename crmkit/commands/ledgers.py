"""Orders read with what was paid for them and what came back."""

from collections.abc import Iterable

from crmkit.archive.archive import Archive
from crmkit.core.selling.accounts import Ledger, ledgers
from crmkit.records import Order, Payment, Return


def ledger_of(archive: Archive, order: Order) -> Ledger:
    """One order."""
    (ledger,) = ledgers([order], archive.of(Payment, order.id), archive.of(Return, order.id))
    return ledger


def ledgers_of(archive: Archive, customer: str = "") -> Iterable[Ledger]:
    """The orders of the customer with that id; without one, all orders."""
    if not customer:
        return ledgers(archive.all(Order), archive.all(Payment), archive.all(Return))
    return ledgers(archive.of(Order, customer), archive.of(Payment, customer), archive.of(Return, customer))
