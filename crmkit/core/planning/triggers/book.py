"""What planning looks at: the records of an archive, or of the customers whom one command is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import cached_property

import msgspec

from crmkit.core.accounts import CLOSED, Account, Ledger, ledgers
from crmkit.records import (
    Call,
    Callback,
    Card,
    Customer,
    Event,
    Invitation,
    Message,
    Order,
    Payment,
    Product,
    Return,
    Staff,
    Visit,
)


class Trigger(msgspec.Struct, frozen=True):
    """One thing that happened to one customer, or that comes back for them."""

    id: str  # of the record
    customer: str
    at: datetime  # of a mere day: its first minute
    day: date | None = None  # the day of what has a day of its own: on another day it is another trigger
    recurs: bool = False  # it comes back, and is planned only `callback.ahead_days` ahead
    name: str = ""  # of an occasion
    source: str = ""  # of a file
    grade: str = ""  # of the customer
    purpose: str = ""  # of a finished callback or visit
    about: str = ""  # id of the order, card or invitation that the callback is about
    by: str = ""  # staff code of who sold, visited or invited
    dates: dict[str, date] = {}  # what a rule's `needs` can name


@dataclass(frozen=True)
class Book:
    """The records, and the zone of their days. What is in it of a customer must be all that the archive has."""

    zone: tzinfo | None
    customers: Mapping[str, Customer]  # by id, without those merged into another
    merged: Mapping[str, Customer] = field(default_factory=dict)  # by id, those merged into another
    orders: Iterable[Order] = ()
    payments: Iterable[Payment] = ()
    returns: Iterable[Return] = ()
    cards: Iterable[Card] = ()
    visits: Iterable[Visit] = ()
    events: Iterable[Event] = ()
    invitations: Iterable[Invitation] = ()
    messages: Iterable[Message] = ()
    callbacks: tuple[Callback, ...] = ()
    calls: tuple[Call, ...] = ()
    products: Iterable[Product] = ()
    staff: tuple[Staff, ...] = ()

    def person(self, identifier: str) -> Customer | None:
        """The customer of that id; of one merged into another, the survivor. None for a file that is gone."""
        while identifier in self.merged:
            identifier = self.merged[identifier].merged_into
        return self.customers.get(identifier)

    def start(self, day: date) -> datetime:
        """The first minute of `day`."""
        return datetime.combine(day, time(), self.zone)

    @cached_property
    def standing(self) -> list[tuple[Ledger, Account]]:
        """The orders of which something stands, neither cancelled nor returned in whole, each with its account."""
        return [(ledger, account) for ledger, account in self._accounts if account.state not in CLOSED]

    @cached_property
    def gone(self) -> frozenset[str]:
        """The ids of the orders and cards of which nothing stands."""
        closed = {ledger.order.id for ledger, account in self._accounts if account.state in CLOSED}
        return frozenset(closed | {card.id for card in self.cards if card.state})

    @cached_property
    def greeted(self) -> frozenset[tuple[str, str]]:
        """Who got a message on which occasion, as (customer, key of the occasion)."""
        senders = ((self.person(message.customer), message.occasion) for message in self.messages)
        return frozenset((person.id, occasion) for person, occasion in senders if person is not None)

    @cached_property
    def screened(self) -> frozenset[str]:
        """The customers who need no screening any more: screened, lost, or spoken with."""
        spoken = {call.customer for call in self.calls if call.outcome == "reached"}
        return frozenset(spoken | {one.id for one in self.customers.values() if one.stage in ("screened", "lost")})

    @cached_property
    def _accounts(self) -> list[tuple[Ledger, Account]]:
        return [(one, one.account) for one in ledgers(self.orders, self.payments, self.returns)]
