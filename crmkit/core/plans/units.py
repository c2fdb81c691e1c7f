"""The units of a plan: each is followed from the card with which it was sold to the one that stands for it today.

A unit that is exchanged, or whose paper is replaced, stays in its plan: nothing of that is stored with the plan, it
follows from the cards. What was written down of a unit before keeps the card that stood for it then.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from crmkit.records import Card


class Earlier(NamedTuple):
    """A card that stood for a unit before."""

    card: str  # id
    after: str  # id of the one that took its place
    until: date  # on that day
    warranty_until: date | None = None
    exchanged: bool = False  # the unit itself was exchanged then, not only its card


class Unit(NamedTuple):
    """What a plan has to know of one of its units."""

    card: str  # id of the card that stands for it
    warranty_until: date | None = None
    void: bool = False
    earlier: tuple[Earlier, ...] = ()  # the first one first

    def stood(self, card: str, day: date) -> str:
        """The card of the unit on `day`; on the day of an exchange both were, and `card` is the one that was named."""
        for one in self.earlier:
            if day < one.until or (day == one.until and card == one.card):
                return one.card
        return self.card

    def begun(self, card: str) -> date | None:
        """Since when the unit itself is the one with that card; None for the one that was there from the start."""
        begun = None
        for one in self.earlier:
            if one.card == card:
                break
            begun = one.until if one.exchanged else begun
        return begun

    def warranty(self, card: str) -> date | None:
        """The last day covered, as that card of the unit has it."""
        return next((one.warranty_until for one in self.earlier if one.card == card), self.warranty_until)


def units_of(
    cards: Iterable[Card], find: Callable[[str], Card | None] = lambda _card: None
) -> tuple[Unit, ...]:  # fmt: skip
    """The units that were sold with these cards, as they stand today; `find` gives the card with an id.

    Two cards in whose place one came are one unit.
    """
    found: dict[str, Unit] = {}
    for card in cards:
        earlier, last = _followed(card, find)
        had = found[last.id].earlier if last.id in found else ()
        united = tuple(dict.fromkeys((*had, *earlier)))
        found[last.id] = Unit(last.id, last.warranty_until, bool(last.state), united)
    return tuple(found.values())


def _followed(card: Card, find: Callable[[str], Card | None]) -> tuple[list[Earlier], Card]:
    """The cards before the last one in the place of `card`, and that one."""
    earlier, seen = list[Earlier](), {card.id}
    while card.replaced_by and card.replaced_by not in seen and (after := find(card.replaced_by)) is not None:
        exchanged = after.serial.casefold() != card.serial.casefold()
        day = after.created_at.date() if after.created_at is not None else date.min
        if exchanged and after.installed_on is not None:
            day = after.installed_on
        earlier.append(Earlier(card.id, after.id, day, card.warranty_until, exchanged))
        seen.add(after.id)
        card = after
    return earlier, card
