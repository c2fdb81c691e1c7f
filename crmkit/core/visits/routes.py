"""The order in which a visitor goes through the day (docs.md: Events): appointments as agreed, between them by address.

Travel time is not computed. A visit that can only be made now comes next; else the one in the same district and street,
then by district, street and house number.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from crmkit.core.accounts import Ledger, unit_of, units_kept
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import barred, reason
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.records import Card, Customer, Event, Invitation, Order, Visit, type_of

_NUMBER = re.compile("([0-9]*)(.*)")


Named = Callable[[str], str]  # the name of the product with this code; the code itself where it is not on the list


class Errand(NamedTuple):
    """What the visit is for, besides the person."""

    bring: tuple[str, ...] = ()  # a line each, in the operator's language
    collect: int = 0  # fen
    address: str = ""  # as given with the order


NOTHING = Errand()


class RoutePlace(NamedTuple):
    """Where an address lies, in the order of a walk; without an address last."""

    unknown: bool
    district: str
    street: str
    numbers: tuple[tuple[int, str], ...]  # house, building, entrance, room: 12a is (12, "a")


class Stop(NamedTuple):
    """A visit with the person and the errand."""

    visit: Visit
    customer: Customer
    errand: Errand = NOTHING

    @property
    def address(self) -> str:
        """Where to go: as confirmed, else as given with the order, else as in the file."""
        return self.visit.address or self.errand.address or self.customer.address

    @property
    def place(self) -> RoutePlace:
        """Where that is."""
        return place(self.address, self.customer.district)


def place(address: str, district: str) -> RoutePlace:
    """The place of an address; `district` is that of the file, used where the address names none."""
    from crmkit.core.people import addresses
    from crmkit.core.people.names import simplified

    parts = addresses.read(address)
    region = simplified(addresses.district(address) or district).removesuffix("区")
    if parts is None:
        return RoutePlace(True, region, "", ())
    # of a Latin address the reader gives every word; the street is what is left without the numbers
    street = " ".join(word for word in parts.road.split() if not word[0].isdigit())
    return RoutePlace(False, region, street, tuple(_number(number) for number in parts.numbers))


def in_order(stops: Iterable[Stop], minutes: int) -> list[Stop]:
    """`stops` in the order of the route, at the planned minutes of each visit, else `minutes` (`visit.minutes`).

    A stop never comes before one whose window ends before its own begins. The input order does not matter.
    """
    length = timedelta(minutes=minutes)
    waiting = sorted(stops, key=lambda stop: (stop.place, stop.visit.begins_at, stop.visit.id))
    route: list[Stop] = []
    clock = min((stop.visit.begins_at for stop in waiting), default=None)
    while waiting and clock is not None:
        clock = max(clock, min(stop.visit.begins_at for stop in waiting))
        following = _next(waiting, clock, length, route[-1].place if route else None)
        waiting.remove(following)
        route.append(following)
        takes = timedelta(minutes=following.visit.planned_minutes or minutes)
        clock = max(clock, following.visit.begins_at) + takes
    return route


def welcome(run: Run, stops: Sequence[Stop]) -> tuple[list[Stop], tuple[str, ...]]:
    """The stops whose people may be visited for that purpose, and notes about the other open ones.

    Visits that are over stay.
    """
    reasons = {stop: barred(run, stop.customer, stop.visit.purpose, "visit") for stop in stops if not stop.visit.state}
    notes = tuple(
        _("left out: {id}, {reason}; crmkit visit cancel {id}").format(
            id=stop.visit.id, reason=reason(run, stop.customer, why)
        )
        for stop, why in reasons.items()
        if why
    )
    return [stop for stop in stops if not reasons.get(stop)], notes


def _next(waiting: list[Stop], clock: datetime, length: timedelta, here: RoutePlace | None) -> Stop:
    """The stop whose window ends first among those that cannot wait one more visit, else the nearest."""
    pressed = [stop for stop in waiting if max(stop.visit.begins_at, stop.visit.ends_at - length) < clock + length]
    if pressed:
        return min(pressed, key=lambda stop: (stop.visit.ends_at, stop.visit.begins_at))
    ready = [stop for stop in waiting if stop.visit.begins_at <= clock]
    return min(ready, key=lambda stop: _distance(here, stop.place))


def _distance(here: RoutePlace | None, there: RoutePlace) -> tuple[bool, bool]:
    """Whether the district is another, and whether the street is."""
    if here is None:
        return False, False
    return here.district != there.district, here.street != there.street


def _number(text: str) -> tuple[int, str]:
    digits, rest = _NUMBER.findall(text)[0]
    return int(digits or 0), rest


def of_order(ledger: Ledger, named: Named) -> Errand:
    """The goods, unless they are delivered, and what is still to be paid."""
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
