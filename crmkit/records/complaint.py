"""Complaints (投诉): what somebody is not content with, heard to the end."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.ticket import OPEN_LAST
from crmkit.records.typed import ClosedRounds, CodedReport
from crmkit.records.work import utc_key

SEVERITIES = ("low", "medium", "high", "safety")
UPHELD = ("yes", "part", "no")


class Complaint(Record, frozen=True, kw_only=True):
    """What was received. Everything that happened after it is a Step; the last three fields only help to find it."""

    kind: ClassVar[str] = "complaints"
    letter: ClassVar[str] = "CP"
    refers: ClassVar[tuple[str, ...]] = ("customer", "about", "follows")
    merging: ClassVar[Mapping[str, Rule]] = {"reopened": "greatest", "closed": "greatest", "next_at": "least"}

    customer: str
    received_at: Moment
    facts: str = ""  # in the customer's words
    wish: str = ""  # what the customer wants
    how: CodedReport = ""  # one of ticket.REPORTED
    about: str = ""  # id of the ticket, order, visit or call that it is about
    staff: str = ""  # code of whom it is about
    follows: str = ""  # id of a closed complaint of which new facts came up
    by: str = ""  # staff code of who took it down
    reopened: int = 0  # how often
    closed: ClosedRounds = 0  # the last cycle that is over
    next_at: Moment | None = None  # by when the next thing is to be done; None where nothing has a day

    def keys(self) -> Iterator[str]:
        """The customer and what it is about; while open, by when the next thing is to be done."""
        yield f"ref:{self.customer}"
        if self.about:
            yield f"ref:{self.about}"
        if self.closed <= self.reopened:
            yield f"complaint:{utc_key(self.next_at) if self.next_at is not None else OPEN_LAST}"
