"""What was bought: orders and cards."""

from collections.abc import Iterator

from crmkit.core.run import Run
from crmkit.core.triggers.book import Book, Trigger


def orders(run: Run, book: Book) -> Iterator[Trigger]:
    """Every order of which something stands."""
    for order in book.standing_orders:
        yield Trigger(order.id, order.customer, book.start(order.ordered_on), about=order.id)


def cards(run: Run, book: Book) -> Iterator[Trigger]:
    """Every card that stands, at the purchase, else when it was issued; with its dates."""
    for card in book.cards:
        dates = {
            name: day
            for name in ("bought_on", "installed_on", "warranty_until")
            if (day := getattr(card, name)) is not None
        }
        at = book.start(card.bought_on) if card.bought_on else card.created_at or run.now
        if not card.state:
            yield Trigger(card.id, card.customer, at.astimezone(book.zone), about=card.id, dates=dates)
