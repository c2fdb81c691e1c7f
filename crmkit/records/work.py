"""Planned and done work: callbacks (回访) and calls (电话)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded, Dialled

PURPOSES = (
    "screening", "thanks", "arrival", "first-use", "second-use", "installed", "service", "follow-up", "reorder",
    "warm-up", "invite", "invitation-card", "event-eve", "after-event", "greeting", "balance", "plan-visit",
    "renewal", "complaint", "cadence", "manual",
)  # fmt: skip
OUTCOMES = (  # of every call: a first one, one that was planned, any other
    "reached", "no-answer", "busy", "switched-off", "unreachable", "call-rejected", "suspended", "invalid-number",
    "wrong-number", "declined", "call-later", "dropped",
)  # fmt: skip
MOODS = ("pleased", "neutral", "doubtful", "annoyed")
TWIN = "merge "  # how the closing of a callback begins that was cancelled as another of the same person's


class Callback(Record, frozen=True, kw_only=True):
    """Planned work: whom to call, why, when, who does it (core/docs.md, "Calls")."""

    kind: ClassVar[str] = "callbacks"
    letter: ClassVar[str] = "B"
    refers: ClassVar[tuple[str, ...]] = ("customer", "about", "call")
    merging: ClassVar[Mapping[str, Rule]] = {
        "state": ("cancelled", "done"),  # a call that was made was made
        "attempt": "greatest",
        "owner": "least",  # planned by both, each for whoever had least to do: one of them does it
        "call": "least",  # both calls are kept as records of their own
        "planned_for": "later",
        "until": "later",
    }

    customer: str
    purpose: Coded  # one of PURPOSES
    due_at: Moment
    owner: str = ""  # staff code
    state: Coded = ""  # "" = open, done, cancelled, stopped (never reached: a person decides)
    priority: int = 0  # higher first
    reason: Coded = ""  # the rule that planned it, or what the operator typed
    about: str = ""  # id of the order, card, visit or invitation it is about
    plan: str = ""  # key of the planning rule and its trigger; one callback per key
    attempt: int = 0  # unanswered tries so far
    call: str = ""  # id of the call that finished it
    provisional: bool = False  # planned into a year whose public holidays are not known yet
    closing: str = ""  # why it was cancelled or stopped
    planned_for: Moment | None = None  # when the rule wanted it; differs from `due_at` once a person moved it
    until: Moment | None = None  # the end of its window, after which it serves nobody

    def keys(self) -> Iterator[str]:
        """The customer; while open, the due time (UTC, so that keys sort), the owner with it; `stopped` while so."""
        yield f"ref:{self.customer}"
        if not self.state:
            yield f"due:{utc_key(self.due_at)}"
            if self.owner:
                yield f"due-by:{self.owner}:{utc_key(self.due_at)}"
        if self.state == "stopped":
            yield "stopped:"


class Call(Record, frozen=True, kw_only=True):
    """What happened on the telephone."""

    kind: ClassVar[str] = "calls"
    letter: ClassVar[str] = "L"
    refers: ClassVar[tuple[str, ...]] = ("customer", "callback")
    event: ClassVar[bool] = True

    customer: str
    at: Moment
    outcome: Coded  # one of OUTCOMES
    direction: Coded = ""  # "" = out, in
    duration: int | None = None  # seconds
    callback: str = ""
    phone: Dialled = ""  # that was dialled: E.164, with -EXT behind it where it has an extension
    by: str = ""
    note: str = ""
    next: str = ""  # the next step agreed
    objections: tuple[str, ...] = ()  # in the customer's words
    mood: Coded = ""  # one of MOODS
    promise: str = ""  # what we promised
    external_id: str = ""  # key in the telephone system whose log it was read from
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, the telephone system's key and a script's."""
        yield f"ref:{self.customer}"
        if self.external_id:
            yield f"external:{self.external_id}"
        if self.key:
            yield f"key:{self.key}"


@lru_cache(maxsize=4096)  # most are of a few days, or of the same minutes of them
def utc_key(moment: datetime) -> str:
    """`moment` as text whose order is the order of time, for index keys."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19]  # without its offset
