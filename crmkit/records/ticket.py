"""Tickets (报修): something that was sold does not work, and promises run from the report on."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.card import Promises
from crmkit.records.typed import ClosedRounds, Coded, CodedReport
from crmkit.records.work import utc_key

REPORTED = ("phone", "shop", "visit", "message")
CAUSES = ("defect", "misuse", "wear", "installation", "transport", "no-fault", "unknown")
COVERAGES = ("warranty", "contract", "prepaid", "goodwill", "none")
OPEN_LAST = "~"  # behind every time, in an index key


class Ticket(Record, frozen=True, kw_only=True):
    """What was reported, with the promises of that day. Everything that happened after it is a Step.

    `reopened`, `closed` and `next_at` only help to find it. Where two operators changed them, they err on the side of
    what is found: `next_at` is never later than what follows from the steps of both.
    """

    kind: ClassVar[str] = "tickets"
    letter: ClassVar[str] = "TK"
    refers: ClassVar[tuple[str, ...]] = ("customer", "card", "again", "covered_by")
    merging: ClassVar[Mapping[str, Rule]] = {
        "reopened": "greatest",
        "closed": "greatest",
        "next_at": "least",
        "again": "least",
    }

    customer: str
    reported_at: Moment
    promises: Promises
    card: str = ""  # id of the unit's card
    product: str = ""  # product code
    how: CodedReport = ""  # one of REPORTED
    symptom: str = ""  # in the customer's words
    fault: str = ""  # code of the fault
    safety: bool = False  # somebody could come to harm: it goes before everything
    coverage: Coded = ""  # one of COVERAGES, on the day of the report
    covered_by: str = ""  # id of the plan, where that is what covers it
    again: str = ""  # id of the ticket with the same fault of the same unit, which had been solved
    by: str = ""  # staff code of who took it down
    reopened: int = 0  # how often
    closed: ClosedRounds = 0  # the last cycle that is closed
    next_at: Moment | None = None  # when the next of its clocks runs out; None while they stand still
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer and the unit, a script's key; while open, when its next clock runs out."""
        yield f"ref:{self.customer}"
        if self.card:
            yield f"ref:{self.card}"
        if self.closed <= self.reopened:
            yield f"ticket:{utc_key(self.next_at) if self.next_at is not None else OPEN_LAST}"
        if self.key:
            yield f"key:{self.key}"
