"""What was bought, brought and repaired: orders, supplies, cards, visits."""

from collections.abc import Iterator
from datetime import date, timedelta

from crmkit.core.accounts import runs_out, unit_of, units_kept
from crmkit.core.planning.triggers.book import Book, Trigger
from crmkit.core.run import Run
from crmkit.records import Order


def orders(run: Run, book: Book) -> Iterator[Trigger]:
    """Every order of which something stands; once the goods are sent, with the day on which they are expected."""
    for ledger, _account in book.standing:
        order = ledger.order
        dates = {"expected_on": order.expected_on} if order.sent_on and order.expected_on else {}
        yield Trigger(order.id, order.customer, book.start(order.ordered_on), about=order.id, by=order.by, dates=dates)


def balances(run: Run, book: Book) -> Iterator[Trigger]:
    """Every agreed collection of a balance that is still owed, on its day."""
    for ledger, account in book.standing:
        order = ledger.order
        if order.collect_at is not None and account.balance:
            day = order.collect_at.astimezone(book.zone).date()
            at = book.start(order.ordered_on)
            yield Trigger(order.id, order.customer, at, day=day, about=order.id, by=order.by)


def supplies(run: Run, book: Book) -> Iterator[Trigger]:
    """What each customer has left to use of each product, at the latest order of it, with the day it `runs_out_on`.

    Each order adds to what was left of the orders before it.
    """
    products = {product.code: product for product in book.products}
    latest: dict[tuple[str, str], tuple[Order, date]] = {}
    for ledger, _account in sorted(book.standing, key=lambda one: (one[0].order.ordered_on, one[0].order.id)):
        order = ledger.order
        person = book.person(order.customer)
        units = units_kept(order, ledger.returns)
        for unit in dict.fromkeys(unit_of(item) for item in order.items):
            day = runs_out(order, units[unit], products.get(unit))
            if person is not None and day is not None:
                _order, before = latest.get((person.id, unit), (order, order.ordered_on))
                latest[person.id, unit] = order, day + max(before - order.ordered_on, timedelta())
    for (customer, unit), (order, day) in latest.items():
        at = book.start(order.ordered_on)
        yield Trigger(f"{order.id}:{unit}", customer, at, about=order.id, by=order.by, dates={"runs_out_on": day})


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


def visits(run: Run, book: Book) -> Iterator[Trigger]:
    """Every visit that was made, at its end; about a card, with the day by which its `follow_up` is promised."""
    promised = {card.id: card.promises.follow_up for card in book.cards}
    for visit in book.visits:
        if visit.state == "done":
            at = (visit.finished_at or visit.ends_at).astimezone(book.zone)
            hours = promised.get(visit.about)
            dates = {} if hours is None else {"follow_up_on": (at + timedelta(hours=hours)).date()}
            yield Trigger(
                visit.id, visit.customer, at, purpose=visit.purpose, about=visit.about or visit.id, by=visit.by,
                dates=dates,
            )  # fmt: skip
