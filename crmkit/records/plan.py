"""Plans (月卡, 年卡, 保养协议, 服务合同): visits at regular dates, visits paid for beforehand, a company's service."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

import msgspec

from crmkit.records.base import Record, Rule
from crmkit.records.typed import Coded, CodedMode, CountedVisits, MoneyIfAny, Terms

MODES = ("contract", "prepaid", "service")
BASES = ("share", "list")  # what was used is reckoned at its share of what was paid, or at the list price
CONDITIONS = ("good", "watch", "repair", "stop")  # of a unit, as the visitor found it
ADVICES = ("none", "watch", "repair", "stop")
UNIT_OUTCOMES = ("done", "unavailable", "skipped")  # of a unit at a visit


class Rival(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What somebody else offers, as it is told."""

    part_key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    value: str = ""


class Strength(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is claimed of a company's offer beside its rivals'; a claim without proofs is marked wherever it stands."""

    part_key: ClassVar[tuple[str, ...]] = ("claim",)

    claim: str
    proofs: tuple[str, ...] = ()
    own: str = ""  # value, as it is told
    rivals: tuple[Rival, ...] = ()


class Plan(Record, frozen=True, kw_only=True):
    """What was sold, with the terms of that day. Everything that happened after it is a Step.

    `next_on` and `ended_on` only help to find it. Where two operators changed them, they err on the side of what is
    found: `next_on` is never later than what follows from the steps of both.
    """

    kind: ClassVar[str] = "plans"
    letter: ClassVar[str] = "PL"
    refers: ClassVar[tuple[str, ...]] = ("customer", "cards", "replaces")
    merging: ClassVar[Mapping[str, Rule]] = {"customer": "later", "next_on": "least", "ended_on": "least"}

    customer: str
    mode: CodedMode  # one of MODES
    starts_on: date  # the anchor: the dates of all visits are counted from it
    months: int = 0  # so long; 0 = without an end
    last_on: date | None = None  # the last day, where that is not the one by its months
    cards: tuple[str, ...] = ()  # ids of the cards of its units
    every: tuple[str, ...] = ()  # "3m", "500h": whichever comes first
    visits: CountedVisits = 0  # how many, or how many were paid for
    first_on: date | None = None  # of the first visit, where that is not one interval after the start
    until_hours: int | None = None  # of work since the start, at which it ends although its months are not over
    price: MoneyIfAny = 0  # of one visit to one unit, in fen
    paid: MoneyIfAny = 0  # beforehand, in fen
    paid_on: date | None = None
    bonus: int = 0  # visits given on top
    amount: MoneyIfAny = 0  # of a money card: what it is worth, in fen
    bonus_amount: MoneyIfAny = 0  # of a money card: given on top, in fen
    list_price: MoneyIfAny = 0  # of one visit without the plan, in fen
    waiting_fee: MoneyIfAny = 0  # for an hour, where a unit is not made available
    basis: Coded = ""  # one of BASES, by which a refund is reckoned
    named: bool = False  # made out to the customer's name: it never lapses, and may hold more
    terms: Terms = ""  # where the written terms are kept
    over: str = ""  # why it was sold although a rule spoke against it
    replaces: str = ""  # id of the plan that it renews
    by: str = ""  # staff code of who sold it
    note: str = ""
    strengths: tuple[Strength, ...] = ()  # of a service contract
    next_on: date | None = None  # when something of it is due next; None where nothing is
    ended_on: date | None = None  # after which nothing of it is due any more
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer, the units and the plan before it, a script's key; while something is due, when."""
        yield f"ref:{self.customer}"
        yield from (f"ref:{card}" for card in dict.fromkeys(self.cards))
        if self.replaces:
            yield f"ref:{self.replaces}"
        if self.ended_on is None and self.next_on is not None:
            yield f"plan:{self.next_on}"
        if self.key:
            yield f"key:{self.key}"
