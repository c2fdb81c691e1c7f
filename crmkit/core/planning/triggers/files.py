"""Files that come in, and callbacks that lead to another."""

from collections.abc import Iterator
from itertools import chain

from crmkit.core.planning.triggers.book import Book, Trigger
from crmkit.core.run import Run


def files(run: Run, book: Book) -> Iterator[Trigger]:
    """Every file, at its collection, else when it was written; one that was merged counts for the survivor."""
    for file in chain(book.customers.values(), book.merged.values()):
        at = file.collected_at or file.created_at or run.now
        person = book.person(file.id)
        if person is not None:
            yield Trigger(file.id, person.id, at.astimezone(book.zone), source=file.source)


def finished(run: Run, book: Book) -> Iterator[Trigger]:
    """Every callback at which the person was reached, at the time of that call; what it is about still stands."""
    calls = {call.id: call for call in book.calls}
    for callback in book.callbacks:
        call = calls.get(callback.call)
        if (
            callback.state == "done"
            and call is not None
            and call.outcome == "reached"
            and callback.about not in book.gone
        ):
            at = call.at.astimezone(book.zone)
            yield Trigger(callback.id, callback.customer, at, purpose=callback.purpose, about=callback.about)
