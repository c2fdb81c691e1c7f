"""What a visitor takes along and collects (DOMAIN 5 and 6): the goods and the balance of an order, a card, an event."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from crmkit.core.fields import in_yuan
from crmkit.core.run import Run
from crmkit.core.selling import orders
from crmkit.core.selling.accounts import Ledger, unit_of, units_kept
from crmkit.i18n import _
from crmkit.records import Card, Event, Invitation, Order, Visit, type_of
from crmkit.records.change import Change

Named = Callable[[str], str]  # the name of the product with this code; the code itself where it is not on the list


class Errand(NamedTuple):
    """What the visit is for, besides the person."""

    bring: tuple[str, ...] = ()  # a line each, in the operator's language
    collect: int = 0  # fen
    address: str = ""  # as given with the order


NOTHING = Errand()


def of_order(ledger: Ledger, named: Named) -> Errand:
    """The goods as long as they are not delivered, and what is still to be paid."""
    order = ledger.order
    left = units_kept(order, ledger.returns) if order.delivered_on is None and order.cancelled_at is None else {}
    names = {unit_of(item): item.name or named(item.product) for item in order.items}
    bring = tuple(f"{quantity} × {names[unit]}" for unit, quantity in left.items() if quantity)
    return Errand(bring, ledger.account.balance or 0, order.address)


def of_card(card: Card, named: Named) -> Errand:
    """The unit that the card is for: what to look at, and with which parts."""
    unit = " ".join(part for part in (named(card.product), card.serial) if part)
    return Errand((_("card {number}: {unit}").format(number=card.number, unit=unit),))


def of_event(event: Event, invitation: Invitation | None) -> Errand:
    """The invitation to hand over; without one, what it is about."""
    name = event.name or event.code
    if invitation is None:
        return Errand((_("for {event}").format(event=name),))
    return Errand((_("invitation {number} to {event}").format(number=invitation.number, event=name),))


def appointed(visit: Visit, order: Order) -> Change:
    """`order` with the time at which its balance is to be collected, as that of the visit agreed on or given up."""
    if visit.purpose != "collection":
        return Change()
    if visit.state in ("cancelled", "missed"):
        agreed = None if order.collect_at == visit.begins_at else order.collect_at
    else:
        agreed = visit.begins_at
    return Change(puts=(msgspec.structs.replace(order, collect_at=agreed),)) if agreed != order.collect_at else Change()


def handed_over(run: Run, visit: Visit, order: Order) -> Change:
    """The order of a delivery that was just finished is delivered since that day, unless it was before.

    Raises InvalidError as `orders.deliver` does.
    """
    if visit.purpose != "delivery" or visit.finished_at is None or order.delivered_on is not None:
        return Change()
    day = visit.finished_at.astimezone(run.now.tzinfo).date()
    delivered = orders.deliver(run, order, day)
    note = _("order {id} is delivered since {day}").format(id=order.id, day=day)
    return msgspec.structs.replace(delivered, ids=(), notes=(*delivered.notes, note))


def next_steps(visit: Visit, order: Order | None, errand: Errand) -> tuple[str, ...]:
    """The commands that a finished visit leaves to be typed; `order` as it stands after the visit."""
    steps = []
    if visit.purpose == "delivery" and order is not None and order.delivered_on is None:
        steps.append(_("once the goods are handed over: crmkit order deliver {id}").format(id=order.id))
    if order is not None and errand.collect:
        steps.append(
            _("if {amount} were paid: crmkit order pay {id} --amount {amount}").format(
                id=order.id, amount=in_yuan(errand.collect)
            )
        )
    if visit.purpose == "installation" and type_of(visit.about) is not Card:
        steps.append(
            _("the card of the unit: crmkit card issue --customer {id} --product CODE --installed-on DATE").format(
                id=visit.customer
            )
        )
    return tuple(steps)
