"""What sets off callbacks: new files, orders, cards, finished callbacks (the left column of DOMAIN 4's table).

A further kind of trigger is one more function here and one more line in TRIGGERS; `planning` needs no change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from crmkit.records import Call, Callback, Card, Customer, Order, Staff


@dataclass(frozen=True)
class Book:
    """What planning looks at: the records of an archive, and the zone of its days."""

    zone: tzinfo | None
    customers: Mapping[str, Customer]  # by id, without those merged into another
    orders: Iterable[Order] = ()
    cards: Iterable[Card] = ()
    callbacks: tuple[Callback, ...] = ()
    calls: tuple[Call, ...] = ()
    staff: tuple[Staff, ...] = ()


@dataclass(frozen=True)
class Trigger:
    """One thing that happened to one customer."""

    id: str  # of the record
    customer: str
    at: datetime  # of a mere day: its first minute
    source: str = ""  # of a file
    purpose: str = ""  # of a finished callback
    about: str = ""  # id of the order or card that the callback is about
    dates: Mapping[str, date] = field(default_factory=dict)  # what a rule's `needs` can name


def files(book: Book) -> Iterator[Trigger]:
    """Every file, at its collection, else when it was written."""
    for customer in book.customers.values():
        at = customer.collected_at or customer.created_at
        if at is not None:
            yield Trigger(customer.id, customer.id, at.astimezone(book.zone), source=customer.source)


def orders(book: Book) -> Iterator[Trigger]:
    """Every order."""
    for order in book.orders:
        yield Trigger(order.id, order.customer, _start(order.ordered_on, book), about=order.id)


def cards(book: Book) -> Iterator[Trigger]:
    """Every card that stands, at the purchase, else when it was issued; with its dates."""
    for card in book.cards:
        dates = {
            name: day
            for name in ("bought_on", "installed_on", "warranty_until")
            if (day := getattr(card, name)) is not None
        }
        at = _start(card.bought_on, book) if card.bought_on else card.created_at
        if not card.state and at is not None:
            yield Trigger(card.id, card.customer, at.astimezone(book.zone), about=card.id, dates=dates)


def finished(book: Book) -> Iterator[Trigger]:
    """Every callback at which the person was reached, at the time of that call."""
    calls = {call.id: call for call in book.calls}
    for callback in book.callbacks:
        call = calls.get(callback.call)
        if callback.state == "done" and call is not None and call.outcome == "reached":
            at = call.at.astimezone(book.zone)
            yield Trigger(callback.id, callback.customer, at, purpose=callback.purpose, about=callback.about)


TRIGGERS: dict[str, Callable[[Book], Iterator[Trigger]]] = {
    "file": files,
    "order": orders,
    "card": cards,
    "done": finished,
}


def screened(book: Book) -> frozenset[str]:
    """The customers who need no screening any more: screened, lost, or spoken with."""
    spoken = {call.customer for call in book.calls if call.outcome == "reached"}
    planned = {callback.customer for callback in book.callbacks if callback.purpose == "screening"}
    known = {customer.id for customer in book.customers.values() if customer.stage in ("screened", "lost")}
    return frozenset(spoken | planned | known)


def _start(day: date, book: Book) -> datetime:
    return datetime.combine(day, time(), book.zone)
