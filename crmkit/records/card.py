"""Service cards (售后服务卡)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

import msgspec

from crmkit.records.base import Record, Rule
from crmkit.records.typed import Coded, NumberOfCard

CLOCKS = ("reply", "solution", "solved", "follow_up")  # the promises, in the order in which they end
STATES = ("active", "expired", "replaced", "void")


class Promises(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The promises as printed on the card, in hours from the report (core/docs.md, "Cards")."""

    reply: int
    solution: int
    solved: int
    follow_up: int
    working: tuple[str, ...] = ()  # names of the clocks that count working time only; the others are wall-clock


class Card(Record, frozen=True, kw_only=True):
    """One card for one unit sold; its promises are frozen at issue."""

    kind: ClassVar[str] = "cards"
    letter: ClassVar[str] = "K"
    refers: ClassVar[tuple[str, ...]] = ("customer", "replaces", "replaced_by")
    merging: ClassVar[Mapping[str, Rule]] = {"prints": "greatest"}

    number: NumberOfCard  # "BJLN-26110042-8"
    customer: str
    product: str  # product code
    promises: Promises
    serial: str = ""
    bought_on: date | None = None
    bought_at: str = ""  # shop or dealer
    installed_on: date | None = None
    installed_by: str = ""
    warranty_until: date | None = None  # last day covered
    state: Coded = ""  # "" = active, replaced, void; expired is derived from `warranty_until`
    replaces: str = ""  # id of the card before
    replaced_by: str = ""  # id of the card after
    reason: str = ""  # why replaced or void
    prints: int = 0  # how often it was printed; from the second time on it is marked copy
    issued_by: str = ""
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """Its number and serial number, the customer, the card after it, and a script's key."""
        yield f"ref:{self.customer}"
        if self.replaced_by:
            yield f"ref:{self.replaced_by}"
        yield f"number:{self.number}"
        if self.serial:
            yield f"serial:{self.serial.casefold()}"
        if self.key:
            yield f"key:{self.key}"


def state_on(card: Card, day: date) -> str:
    """One of STATES on `day`; the warranty's last day is still covered."""
    if card.state:
        return card.state
    return "expired" if card.warranty_until is not None and day > card.warranty_until else "active"
