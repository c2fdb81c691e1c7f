"""What a call sheet says of one customer's past and of what is still open, in lines (DOMAIN 4)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from crmkit.core.accounts import Ledger, ledgers, runs_out, unit_of, units_kept
from crmkit.core.callbacks import Work
from crmkit.core.events import events
from crmkit.core.fields import in_yuan
from crmkit.core.run import Run
from crmkit.core.visits import visits
from crmkit.i18n import _
from crmkit.records import (
    Call,
    Callback,
    Card,
    Customer,
    Event,
    Invitation,
    Order,
    Payment,
    Product,
    Return,
    Touch,
    Visit,
)
from crmkit.records.card import state_on

CONTACTS = 3  # as many as are told
AHEAD = 5
Label = Callable[[str], str]  # puts a code into words


@dataclass(frozen=True)
class History:
    """What is on file about one customer."""

    calls: tuple[Call, ...] = ()
    touches: tuple[Touch, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    orders: tuple[Order, ...] = ()
    payments: tuple[Payment, ...] = ()
    returns: tuple[Return, ...] = ()
    cards: tuple[Card, ...] = ()
    visits: tuple[Visit, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    events: Mapping[str, Event] = field(default_factory=dict)  # by id
    products: Mapping[str, Product] = field(default_factory=dict)  # by code
    referrer: Customer | None = None


def contacts(history: History, label: Label) -> list[str]:
    """The latest contacts, calls, visits and others, the newest first."""
    made = [(call.at, f"{label(call.outcome)} {call.note}") for call in history.calls]
    made += [(touch.at, f"{label(touch.source)} {touch.site} {touch.note}") for touch in history.touches]
    made += [
        (visit.started_at or visit.begins_at, f"{label(visit.purpose)} {visit.outcome}")
        for visit in history.visits
        if visit.state == "done"
    ]
    newest = sorted(made, key=lambda contact: contact[0], reverse=True)[:CONTACTS]
    return [" ".join(f"{_when(at)} {text}".split()) for at, text in newest]


def promises(history: History) -> Iterator[str]:
    """What we promised and what was agreed when the person was last spoken with, and since."""
    since = max((call.at for call in history.calls if call.outcome == "reached"), default=None)
    for call in sorted(history.calls, key=lambda call: call.at):
        if since is None or call.at >= since:
            if call.promise:
                yield f"{call.at:%Y-%m-%d} " + _("promised: {text}").format(text=call.promise)
            if call.next:
                yield f"{call.at:%Y-%m-%d} {call.next}"


def planned(run: Run, callback: Callback, customer: Customer, history: History, label: Label) -> list[str]:
    """What is planned next with the person besides: calls, visits, events they are invited to, in order of time."""
    ahead = [
        (other.due_at, Work(other, customer).why(label))
        for other in history.callbacks
        if not other.state and other.id != callback.id
    ]
    ahead += [
        (visit.begins_at, _("visit: {purpose}").format(purpose=label(visit.purpose)))
        for visit in history.visits
        if visits.state_of(visit) == "open"
    ]
    for guest in history.invitations:
        event = history.events[guest.event_id]
        if events.state_on(event, run.now) == "coming" and events.expected(guest):
            words = (event.name or event.code, event.place, guest.number, label(events.state_of(guest, event, run.now)))
            ahead.append((event.starts_at, " · ".join(word for word in words if word)))
    return [f"{at.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M} {text}" for at, text in sorted(ahead)[:AHEAD]]


def bought(run: Run, history: History, label: Label) -> list[str]:
    """Orders with what is left of them and what is still owed, then cards."""
    made = ledgers(history.orders, history.payments, history.returns)
    lines = [line for ledger in made for line in _ordered(run, ledger, history.products, label)]
    return [*lines, *_cards(history, run.now.date(), label)]


def _ordered(run: Run, ledger: Ledger, products: Mapping[str, Product], label: Label) -> Iterator[str]:
    order, account = ledger.order, ledger.account
    kept = units_kept(order, ledger.returns)
    for item in order.items:
        product = products.get(item.product)
        name = item.name or (product.name if product else item.product)
        line = _("{day} {name}, {quantity} pieces").format(day=order.ordered_on, name=name, quantity=item.quantity)
        until = runs_out(order, kept[unit_of(item)], product)
        yield line + (_(", runs out {day}").format(day=until) if until and order.cancelled_at is None else "")
    marks = [label(account.state)] if account.state in ("cancelled", "part-returned", "returned") else []
    if account.balance:
        marks.append(_("still to pay: {amount}").format(amount=in_yuan(account.balance)))
        if order.collect_at:
            collected = order.collect_at.astimezone(run.now.tzinfo)
            marks.append(_("collected {when:%Y-%m-%d %H:%M}").format(when=collected))
    if account.refund_owed:
        marks.append(_("we still owe: {amount}").format(amount=in_yuan(account.refund_owed)))
    if order.sent_on and not order.delivered_on:
        marks.append(_("sent {day}").format(day=order.sent_on))
        marks += [_("expected {day}").format(day=order.expected_on)] if order.expected_on else []
    if marks:
        yield f"  {order.id}: " + ", ".join(marks)


def _cards(history: History, today: date, label: Label) -> Iterator[str]:
    for card in history.cards:
        product = history.products.get(card.product)
        name = product.name if product and product.name else card.product
        until = _(", warranty until {day}").format(day=card.warranty_until) if card.warranty_until else ""
        yield (
            _("card {number}: {name}, {state}").format(
                number=card.number, name=name, state=label(state_on(card, today))
            )
            + until
        )


def _when(at: datetime) -> str:
    """A moment; only the day where a sheet gave no time of day."""
    return f"{at:%Y-%m-%d %H:%M}" if at.time() != time() else f"{at:%Y-%m-%d}"
