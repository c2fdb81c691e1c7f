"""What a plain value still knows of itself: that a number is money, a text a code, an object a part of a record.

A field says so in its annotation (`Money`, `Coded`, a struct); `typed` gives the plain values of a record the type by
which `crmkit.cells` prints them. In JSON each is the number, text or object that it was.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

Maker = Callable[[Any], Any]


class Fen(int):
    """An amount in fen: people read yuan, JSON keeps fen."""


class Price(Fen):
    """An amount that is not added up with others of its column: a price per unit, a sum that holds another."""


class FenIfAny(int):
    """An amount in fen of which people read nothing where it is 0: a price that was not agreed, a refund not due."""


class Share(float):
    """A part of a whole: people read percent, JSON keeps the number between 0 and 1."""


class Seconds(int):
    """A length of time: people read hours and minutes, JSON keeps seconds."""


class RoundsClosed(int):
    """How many rounds of something that can be opened again are over."""


class Late(str):
    """A day or a time that has passed and at which something should have been done: red on a terminal."""


class DayOfYear(str):
    """A day that comes back every year, as a file has it: "1953-01-02", "--01-02", "lunar:--08-L15" (a leap month)."""


class Code(str):
    """One of a closed list: itself in data, a word for people. `family` tells codes apart that read alike."""

    __slots__ = ("family",)
    family: str  # what the code begins with in `crmkit.labels`: "order-", "pay-"; most need none

    def __new__(cls, code: str, family: str = "") -> "Code":
        """`code`, of the family whose words are its own."""
        made = super().__new__(cls, code)
        made.family = family
        return made


class VisitPurpose(Code):
    """What somebody comes for; of a call the purpose is headed otherwise."""

    __slots__ = ()


class ThingName(str):
    """The name of a thing: a site, a product, an event; all other names are those of people, and headed so."""

    __slots__ = ()


class WrittenTerms(str):
    """The terms of a plan, or where they are kept; of an order `terms` is how it is paid."""

    __slots__ = ()


class Times(int):
    """How many visits; elsewhere they are visits themselves."""

    __slots__ = ()


class SlotDay(str):
    """The day of a plan's visit by the rule; of a customer it is the day of the next contact."""

    __slots__ = ()


class CardNumber(str):
    """The number of a service card."""

    __slots__ = ()


class InvitationNumber(str):
    """The number of an invitation."""

    __slots__ = ()


class DialString(str):
    """A telephone number as data has it, E.164 with -EXT: people read it as they dial it."""

    __slots__ = ()


class PlainPart(dict[str, Any]):
    """The plain values of a struct within a record, typed in their turn; `of` is the struct."""

    __slots__ = ("of",)
    of: type[msgspec.Struct]


class Sentence(dict[str, Any]):
    """Plain values beside a record; people read them as the one line `words`, in the language in use."""

    __slots__ = ("words",)
    words: str


def sentence(words: str, **values: Any) -> Sentence:
    """`values` as a Sentence."""
    made = Sentence(values)
    made.words = words
    return made


def late(at: str, *, is_late: bool) -> str:
    """The day or time `at`, as one that is Late where it is."""
    return Late(at) if is_late else at


def fen(amount: int | None) -> Fen | None:
    """An amount of so many fen; None where it is not known."""
    return None if amount is None else Fen(amount)


def as_share(part: float | None) -> Share | None:
    """A part of a whole to four places; None where there is no whole."""
    return None if part is None else Share(round(part, 4))


Money = Annotated[int, Fen]
MoneyIfAny = Annotated[int, FenIfAny]
UnitPrice = Annotated[int, Price]
ClosedRounds = Annotated[int, RoundsClosed]
Coded = Annotated[str, Code]
Dialled = Annotated[str, DialString]
CountedVisits = Annotated[int, Times]
NamedThing = Annotated[str, ThingName]
Terms = Annotated[str, WrittenTerms]
NumberOfCard = Annotated[str, CardNumber]
NumberOfInvitation = Annotated[str, InvitationNumber]
CodedVisit = Annotated[str, VisitPurpose]
CodedDay = Annotated[str, DayOfYear]
CodedMethod = Annotated[str, partial(Code, family="pay-")]
CodedReport = Annotated[str, partial(Code, family="report-")]
CodedMode = Annotated[str, partial(Code, family="mode-")]
CodedMark = Annotated[str, partial(Code, family="mark-")]
CodedStep = Annotated[str, partial(Code, family="step-")]
CodedGift = Annotated[str, partial(Code, family="gift-")]
CodedRole = Annotated[str, partial(Code, family="role-")]
CodedSite = Annotated[str, partial(Code, family="site-")]
CodedCharacter = Annotated[str, partial(Code, family="character-")]


def typed(struct: type[msgspec.Struct], values: dict[str, Any]) -> dict[str, Any]:
    """`values`, plain and by their names in JSON, each of those that `struct` declares with its type: changed in place.

    What stands beside the fields of `struct` stays as it is.
    """
    for name, maker in makers(struct).items():
        value = values.get(name)
        if value or value == 0:  # most fields of a file are empty
            values[name] = maker(value)
    return values


@cache
def makers(struct: type[msgspec.Struct]) -> Mapping[str, Maker]:
    """By the name in JSON, what gives a plain value of that field its type; only the fields that need one."""
    hints = get_type_hints(struct, include_extras=True)
    fields = zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True)
    return {shown: maker for shown, name in fields if (maker := _maker(hints[name])) is not None}


def _maker(hint: Any) -> Maker | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return next((mark for mark in hint.__metadata__ if callable(mark)), None)
    if origin in (Union, UnionType):
        return next((maker for one in arguments if (maker := _maker(one)) is not None), None)
    if origin is tuple:
        maker = _maker(arguments[0])
        return None if maker is None else lambda values: [maker(one) for one in values]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return lambda values: part(hint, values)
    return None


def plain(value: msgspec.Struct) -> PlainPart:
    """`value` as plain values that know what they are."""
    return part(type(value), msgspec.to_builtins(value))


def part(struct: type[msgspec.Struct], values: Mapping[str, Any]) -> PlainPart:
    """The plain values of a `struct` as a PlainPart."""
    made = PlainPart(typed(struct, dict(values)))
    made.of = struct
    return made
