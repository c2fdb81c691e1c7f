"""Events (会议) and the invitations to them (请柬) (core/docs.md, "Events")."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded, NamedThing, NumberOfInvitation
from crmkit.records.work import utc_key

EVENT_KINDS = ("lecture", "gathering", "travel")
ANSWERS = ("accepted", "declined")


class Event(Record, frozen=True, kw_only=True, rename={"event_kind": "kind"}):
    """One event, planned or held. Other records name it by id; people by its code."""

    kind: ClassVar[str] = "events"
    letter: ClassVar[str] = "G"

    code: str  # short, on every invitation number, e.g. "1205A"
    name: NamedThing = ""
    event_kind: Coded = ""  # one of EVENT_KINDS; stored and shown as `kind`
    starts_at: Moment
    ends_at: Moment | None = None
    place: str = ""
    capacity: int | None = None  # seats, companions included
    route: str = ""  # how to get there
    speaker: str = ""
    target_old: int | None = None  # guests who have bought, as planned
    target_new: int | None = None
    weather: str = ""  # note for the evening-before call
    cancelled_at: Moment | None = None
    reason: str = ""  # why cancelled
    note: str = ""

    def keys(self) -> Iterator[str]:
        """Its code; unless cancelled, when it starts."""
        yield f"event:{self.code.casefold()}"
        if self.cancelled_at is None:
            yield f"starts:{utc_key(self.starts_at)}"


class Invitation(Record, frozen=True, kw_only=True, rename={"event_id": "event"}):
    """One numbered invitation for one customer and companions; its state follows from its times."""

    kind: ClassVar[str] = "invitations"
    letter: ClassVar[str] = "N"
    refers: ClassVar[tuple[str, ...]] = ("customer", "event_id")
    merging: ClassVar[Mapping[str, Rule]] = {
        "delivered_at": "least",
        "answer": ANSWERS,
        "answered_at": "greatest",
        "attended_at": "least",
        "came": "greatest",
        "companions": "greatest",
        "state": "later",
        "seat": "later",
    }

    event_id: str  # stored and shown as `event`
    customer: str
    number: NumberOfInvitation  # entry is by this number
    companions: int = 0  # invited besides the customer
    buyer: bool = False  # had bought before (an old guest) when invited
    by: str = ""  # staff code of who invites
    delivered_at: Moment | None = None
    answer: Coded = ""  # one of ANSWERS; "" = not answered yet
    answered_at: Moment | None = None
    attended_at: Moment | None = None
    came: int = 0  # companions who came
    seat: str = ""
    state: Coded = ""  # "" = stands, void
    reason: str = ""  # why declined, or void
    note: str = ""

    def keys(self) -> Iterator[str]:
        """The event and the customer it belongs to, and its number."""
        yield f"ref:{self.event_id}"
        yield f"ref:{self.customer}"
        yield f"number:{self.number.casefold()}"
