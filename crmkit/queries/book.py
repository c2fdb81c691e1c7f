"""The records that planning looks at: of the whole archive, or of the customers whom one change touches."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from crmkit.archive.archive import Archive
from crmkit.core.planning.triggers import Book
from crmkit.core.run import Run
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
    Record,
    Return,
    Staff,
    Visit,
)  # fmt: skip
from crmkit.records.change import Change

R = TypeVar("R", bound=Record)
BELONGING = (Order, Payment, Return, Card, Visit, Invitation, Message, Callback, Call)  # to one customer


class _Records(Protocol):
    """Gives the records of a type."""

    def __call__(self, record_type: type[R], /) -> Iterable[R]: ...


def book_of(archive: Archive, run: Run) -> Book:
    """Every record that planning looks at."""
    return _book(run, archive.all(Customer), archive.all)


def book_after(archive: Archive, run: Run, change: Change) -> Book:
    """The records, as they are once `change` is made, of the customers whom it touches."""
    people = _people(archive, change)
    pool: dict[str, Record] = {
        one.id: one for person in people for kind in BELONGING for one in archive.of(kind, person.id)
    }
    pool |= {record.id: record for record in change.puts}
    for identifier in change.drops:
        pool.pop(identifier, None)
    for identifier in {one.event_id for one in pool.values() if isinstance(one, Invitation)} - pool.keys():
        pool[identifier] = archive.get(Event, identifier)

    def records(record_type: type[R], /) -> Iterator[R]:
        if record_type in (Product, Staff):
            return archive.all(record_type)
        return (record for record in pool.values() if isinstance(record, record_type))

    return _book(run, people, records)


def _people(archive: Archive, change: Change) -> list[Customer]:
    """The customers whom `change` touches, with all files that were merged with theirs, as it leaves them."""
    put = {record.id: record for record in change.puts if isinstance(record, Customer)}
    invited = [one for event in change.puts if isinstance(event, Event) for one in archive.of(Invitation, event.id)]
    todo = [*put, *(name for record in (*change.puts, *invited) if (name := getattr(record, "customer", "")))]
    files: dict[str, Customer] = {}
    while todo:
        identifier = todo.pop()
        if identifier not in files:
            file = put.get(identifier) or archive.get(Customer, identifier)
            files[identifier] = file
            todo += [file.merged_into] if file.merged_into else []
            todo += [alias.id for alias in archive.find(Customer, f"alias:{identifier}")]
    return list(files.values())


def _book(run: Run, people: Iterable[Customer], records: _Records) -> Book:
    files = list(people)
    return Book(
        zone=run.now.tzinfo,
        customers={file.id: file for file in files if not file.merged_into},
        merged={file.id: file for file in files if file.merged_into},
        orders=tuple(records(Order)),
        payments=tuple(records(Payment)),
        returns=tuple(records(Return)),
        cards=tuple(records(Card)),
        visits=tuple(records(Visit)),
        events=tuple(records(Event)),
        invitations=tuple(records(Invitation)),
        messages=tuple(records(Message)),
        callbacks=tuple(records(Callback)),
        calls=tuple(records(Call)),
        products=tuple(records(Product)),
        staff=tuple(records(Staff)),
    )
