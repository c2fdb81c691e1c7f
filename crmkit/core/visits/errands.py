"""What a visitor takes along and collects (DOMAIN 5 and 6): the goods and the balance of an order, a card, an event."""

from collections.abc import Callable
from typing import NamedTuple

from crmkit.core.accounts import Ledger, unit_of, units_kept
from crmkit.core.fields import in_yuan
from crmkit.i18n import _
from crmkit.records import Card, Event, Invitation, Order, Visit, type_of

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
