"""Visits at the customer's home (上门) (core/docs.md, "Events")."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar

import msgspec

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded, CodedGift, CodedVisit
from crmkit.records.work import utc_key

VISIT_PURPOSES = ("invitation", "delivery", "collection", "installation", "repair", "maintenance", "courtesy")
CONDUCT = (  # four don'ts and four musts
    "no-gifts", "no-exaggeration", "no-running-down", "no-arguing", "care", "product", "knowledge", "needs",
)  # fmt: skip
GIFTS = ("declined", "returned")


class Gift(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that the customer wanted to give."""

    part_key: ClassVar[tuple[str, ...]] = ("what", "became")

    what: str
    became: CodedGift  # one of GIFTS: declined, or accepted and returned


class Visit(Record, frozen=True, kw_only=True):
    """One appointment at the customer's address, and what came of it."""

    kind: ClassVar[str] = "visits"
    letter: ClassVar[str] = "V"
    refers: ClassVar[tuple[str, ...]] = ("customer", "about")
    merging: ClassVar[Mapping[str, Rule]] = {
        "state": ("missed", "cancelled", "done"),  # a visit that was made was made
        "started_at": "least",
        "finished_at": "greatest",
        "confirmed_at": "greatest",
        "late_at": "least",
        "late_for": "least",
    }

    customer: str
    purpose: CodedVisit  # one of VISIT_PURPOSES
    begins_at: Moment  # the appointment window
    ends_at: Moment
    by: str = ""  # staff code of who goes
    about: str = ""  # id of the order, card or event it is about
    address: str = ""  # as confirmed; "" = the file's address
    confirmed_at: Moment | None = None  # when the address was asked again
    state: Coded = ""  # "" = planned or under way, done, cancelled, missed
    started_at: Moment | None = None  # arrival
    finished_at: Moment | None = None  # departure
    outcome: str = ""  # what came of it, in the visitor's words
    kept: tuple[Coded, ...] = ()  # points of CONDUCT that were kept, as the visitor reports
    broken: tuple[Coded, ...] = ()  # points of CONDUCT that were not
    late_at: Moment | None = None  # when the customer was told that the appointment cannot be kept
    late_for: Moment | None = None  # the beginning that the notice was about; the appointment may move after it
    late: str = ""  # why, and the apology as it was given
    gifts: tuple[Gift, ...] = ()
    reason: str = ""  # why cancelled or missed
    note: str = ""
    planned_minutes: int = 0  # how long it should take, as agreed; 0 = it was agreed before that was written down
    units: int = 0  # of the visitor's day that it takes; 0 = one
    over: str = ""  # why somebody goes who had no room left that day
    overlap: bool = False  # agreed although the visitor is expected elsewhere then

    def keys(self) -> Iterator[str]:
        """The customer and what it is about; while open, when it begins; once made, when that was."""
        yield f"ref:{self.customer}"
        if self.about:
            yield f"ref:{self.about}"
        if not self.state:
            yield f"visit:{utc_key(self.begins_at)}"
        if self.state == "done":
            yield f"visited:{utc_key(self.started_at or self.begins_at)}"


def clash(one: Visit, other: Visit, usual: int) -> bool:
    """Whether one visitor cannot keep both: one after the other does not fit their windows.

    Each takes its own planned minutes, or else the `usual` ones. Two errands at one door are one visit.
    """
    if not one.by or one.by != other.by or one.customer == other.customer:
        return False
    if other.begins_at >= one.ends_at or one.begins_at >= other.ends_at:
        return False
    return not _fits(one, other, usual) and not _fits(other, one, usual)


def _fits(first: Visit, second: Visit, usual: int) -> bool:
    """Whether a visitor who comes to `first` as early as agreed can still make `second` within its window."""
    takes, then = (timedelta(minutes=one.planned_minutes or usual) for one in (first, second))
    return first.begins_at + takes <= max(second.begins_at, second.ends_at - then)
