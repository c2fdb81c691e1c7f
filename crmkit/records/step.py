"""What happened with something that goes on for a while: a ticket, a complaint, a plan (步骤).

A step is written once and never edited. State, running clocks and what is owed are computed from the steps. So two
operators can each add steps, and a merge loses none.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

import msgspec

from crmkit.records.base import Moment, Record
from crmkit.records.typed import Code, Coded, CodedStep, Fen, UnitPrice

MONEY = ("taken", "charged", "paid")  # of `numbers`, those that are fen: what somebody paid
OWED = ("due", "amount", "waiting")  # fen as well: what it comes to


CODE_FAMILIES = {"role": "team-"}  # name among `codes` → family of its values


def as_typed(name: str) -> bool:
    """Whether what stands under `name` among the codes of a step is somebody's words: a number, a choice offered."""
    return name == "number" or name.isdigit()


def _with_codes(codes: dict[str, str]) -> dict[str, Any]:
    return {
        name: value if as_typed(name) else Code(value, CODE_FAMILIES.get(name, "")) for name, value in codes.items()
    }


def _with_amounts(numbers: dict[str, int]) -> dict[str, Any]:
    return {name: Fen(value) if name in MONEY + OWED else value for name, value in numbers.items()}


class Charge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """So much of a part, of labour or of a fee, at the list's price of the day of the step."""

    part_key: ClassVar[tuple[str, ...]] = ("code",)

    code: str  # of the product
    quantity: int = 1
    price: UnitPrice = 0  # fen per unit
    what: Coded = ""  # one of reference.PRODUCT_KINDS, as it was that day


class Step(Record, frozen=True, kw_only=True):
    """One step; which there are, and what `codes` and `numbers` each holds, says the table of what it is about."""

    kind: ClassVar[str] = "steps"
    letter: ClassVar[str] = "ST"
    refers: ClassVar[tuple[str, ...]] = ("customer", "about", "visit", "card")
    event: ClassVar[bool] = True

    customer: str
    about: str  # id of the ticket, complaint or plan
    what: CodedStep
    at: Moment  # when it happened
    recorded_at: Moment  # when it was written down
    by: str = ""  # staff code of who did it
    noted_by: str = ""  # staff code of who wrote it down, if not `by`
    cycle: int = 0  # in which round: 1, after each reopening one more; 0 = of none
    seq: int = 0  # steps of the same thing that whoever wrote this one knew of
    note: str = ""
    until: Moment | None = None  # a time that was promised with it
    codes: Annotated[dict[str, str], _with_codes] = {}  # {"cause": "defect", "how": "visit"}
    numbers: Annotated[dict[str, int], _with_amounts] = {}  # {"taken": 8000}; money in fen
    charges: tuple[Charge, ...] = ()
    visit: str = ""  # id of the visit that was agreed or made
    card: str = ""  # id of the card that was issued

    def keys(self) -> Iterator[str]:
        """The customer, and what it is about."""
        yield f"ref:{self.customer}"
        yield f"ref:{self.about}"


def in_order(steps: Iterable[Step]) -> list[Step]:
    """By the time at which they happened; of the same time, as whoever wrote them knew of each other."""
    return sorted(steps, key=lambda step: (step.at, step.seq, step.id))
