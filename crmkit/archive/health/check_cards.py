"""What must hold between service cards: every number once, none left out, and one active card for a unit (DESIGN 4)."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from crmkit.archive.health.problem import Problem
from crmkit.i18n import _
from crmkit.records import Card

NUMBER = re.compile(r"([A-Z0-9]{2,8}-([0-9]{2})([0-9]{2}))([0-9]{4})-[A-Z0-9]")
LISTED = 5  # so many missing numbers stand in a message


class CardNumber(NamedTuple):
    """What of a card is compared with other cards."""

    id: str
    number: str
    serial: str  # of a card that stands
    series: str  # "BJLN-2611"; "" where the number is none
    month: str  # "2026-11"
    running: int


def card_number(card: Card) -> CardNumber:
    """What of `card` is compared with other cards."""
    from stdnum.iso7064 import mod_37_36

    serial = "" if card.state else card.serial.casefold()
    taken = NUMBER.fullmatch(card.number)
    if taken is None or not mod_37_36.is_valid(card.number.replace("-", "")):
        return CardNumber(card.id, card.number, serial, "", "", 0)
    return CardNumber(card.id, card.number, serial, taken[1], f"20{taken[2]}-{taken[3]}", int(taken[4]))


class CardFacts:
    """Numbers and serials of the cards."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # id → its shard
        self.odd: dict[str, str] = {}  # what is no number → the first id that has it
        self.ids: dict[str, list[str]] = defaultdict(list)  # number → ids
        self.active: dict[str, list[str]] = defaultdict(list)  # serial → ids of the cards that stand
        self.running: dict[tuple[str, str], set[int]] = defaultdict(set)  # series and month → running numbers

    def take(self, path: str, cards: Iterable[CardNumber]) -> None:
        """Note the cards that the shard at `path` holds."""
        for card in cards:
            self.places[card.id] = path
            self.ids[card.number].append(card.id)
            if card.serial:
                self.active[card.serial].append(card.id)
            if card.series:
                self.running[card.series, card.month].add(card.running)
            else:
                self.odd.setdefault(card.number, card.id)

    def problems(self, unread: Collection[str]) -> Iterator[Problem]:
        """What does not fit; of the months in `unread` ("2026-11") not all cards are known."""
        for number, identifier in self.odd.items():
            yield _odd_number(self.places[identifier], identifier, number)
        for number, ids in self.ids.items():
            if len(ids) > 1:
                yield _repeated_number(self.places[ids[-1]], number, ids)
        for serial, ids in self.active.items():
            if len(ids) > 1:
                yield _repeated_serial(self.places[ids[-1]], serial, ids)
        for (series, month), numbers in sorted(self.running.items()):
            missing = sorted(set(range(1, max(numbers))) - numbers)
            if missing and month not in unread:
                yield _gap(series, missing)


def _odd_number(path: str, identifier: str, number: str) -> Problem:
    return Problem(
        "number",
        path,
        _("{id}: {number} is not a card number, or one with a wrong character").format(id=identifier, number=number),
        _("`crmkit history {id}` shows who changed it; `crmkit undo RUN` takes that back").format(id=identifier),
    )


def _repeated_number(path: str, number: str, ids: list[str]) -> Problem:
    return Problem(
        "duplicate",
        path,
        _("two clones use one operator code: the card number {number} was given to {ids}").format(
            number=number, ids=", ".join(ids)
        ),
        _("give one clone a code of its own (`crmkit config --set operator=WQ`) and replace all but one of the cards"),
    )


def _repeated_serial(path: str, serial: str, ids: list[str]) -> Problem:
    return Problem(
        "duplicate",
        path,
        _("the serial number {serial} has several active cards: {ids}").format(serial=serial, ids=", ".join(ids)),
        _("make the wrong ones void with `crmkit card void`"),
    )


def _gap(series: str, missing: list[int]) -> Problem:
    numbers = ", ".join(f"{number:04d}" for number in missing[:LISTED])
    more = len(missing) - LISTED
    return Problem(
        "gap",
        Card.kind,
        _("of the cards {series} these numbers are missing: {numbers}").format(
            series=series, numbers=numbers + (f" + {more}" if more > 0 else "")
        ),
        _("a card is never removed, only made void: `crmkit history` shows which run or edit did"),
    )
