"""What sets off callbacks: the left column of DOMAIN 4's table.

A further kind of trigger is one more function in this package and one more line in TRIGGERS.
"""

from collections.abc import Callable, Iterator

from crmkit.core.run import Run
from crmkit.core.triggers import files, sales
from crmkit.core.triggers.book import Book, Trigger

TRIGGERS: dict[str, Callable[[Run, Book], Iterator[Trigger]]] = {
    "file": files.files,
    "done": files.finished,
    "order": sales.orders,
    "card": sales.cards,
}

__all__ = ["TRIGGERS", "Book", "Trigger"]
