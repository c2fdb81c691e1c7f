"""What was bought, brought and repaired: orders, supplies, cards, visits."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from crmkit.core.accounts import runs_out, unit_of, units_kept
from crmkit.core.planning.triggers.trigger import Trigger, start
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Order, Product, Ticket, Visit, type_of


def orders(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every order that stands; once the goods are sent, with the day they are expected."""
    for ledger in snapshot.standing_orders:
        order = ledger.order
        dates = {"expected_on": order.expected_on} if order.sent_on and order.expected_on else {}
        yield Trigger(order.id, order.customer, start(run, order.ordered_on), about=order.id, by=order.by, dates=dates)


def balances(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every agreed collection of a balance that is still owed, on its day."""
    for ledger in snapshot.standing_orders:
        order = ledger.order
        if order.collect_at is not None and ledger.account.balance:
            day = order.collect_at.astimezone(run.now.tzinfo).date()
            at = start(run, order.ordered_on)
            yield Trigger(order.id, order.customer, at, day=day, about=order.id, by=order.by)


def supplies(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """What each customer has left of each product, at the latest order of it, with the day it `runs_out_on`.

    An order adds to what is left of earlier ones.
    """
    products = {product.code: product for product in snapshot[Product]}
    latest: dict[tuple[str, str], tuple[Order, date]] = {}
    for ledger in sorted(snapshot.standing_orders, key=lambda one: (one.order.ordered_on, one.order.id)):
        order = ledger.order
        person = snapshot.person(order.customer)
        units = units_kept(order, ledger.returns)
        for unit in dict.fromkeys(unit_of(item) for item in order.items):
            day = runs_out(order, units[unit], products.get(unit))
            if person is not None and day is not None:
                _order, before = latest.get((person.id, unit), (order, order.ordered_on))
                latest[person.id, unit] = order, day + max(before - order.ordered_on, timedelta())
    for (customer, unit), (order, day) in latest.items():
        at = start(run, order.ordered_on)
        yield Trigger(f"{order.id}:{unit}", customer, at, about=order.id, by=order.by, dates={"runs_out_on": day})


def cards(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every card that stands, at the purchase, else when it was issued; with its dates."""
    for card in snapshot[Card]:
        dates = {
            name: day
            for name in ("bought_on", "installed_on", "warranty_until")
            if (day := getattr(card, name)) is not None
        }
        at = start(run, card.bought_on) if card.bought_on else card.created_at or run.now
        if not card.state:
            yield Trigger(card.id, card.customer, at.astimezone(run.now.tzinfo), about=card.id, dates=dates)


def undated(run: Run, snapshot: Snapshot) -> Iterator[tuple[str, datetime]]:
    """Cards of which nobody knows since when they are there count from today, every day."""
    return ((one.customer, run.now) for one in snapshot[Card] if not (one.bought_on or one.created_at))


def visits(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every visit made, at its end; about a card, with the day by which its `follow_up` is promised.

    After a visit for a ticket the customer is asked once the ticket is solved.
    """
    promised = {card.id: card.promises.follow_up for card in snapshot[Card]}
    for visit in snapshot[Visit]:
        if visit.state == "done" and type_of(visit.about) is not Ticket:
            at = (visit.finished_at or visit.ends_at).astimezone(run.now.tzinfo)
            hours = promised.get(visit.about)
            dates = {} if hours is None else {"follow_up_on": (at + timedelta(hours=hours)).date()}
            yield Trigger(
                visit.id, visit.customer, at, purpose=visit.purpose, about=visit.about or visit.id, by=visit.by,
                dates=dates,
            )  # fmt: skip
