"""The ten steps of a complaint, and how it stands after them (docs.md: Complaints).

Received, listened, acknowledged, assessed, investigated, offered, agreed, carried out, called back, closed. Whoever is
not satisfied is heard once more, with another offer; after that a person higher up decides. Nothing of it is stored: it
follows from the steps, so that two operators lose nothing of each other's work.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.spans import later
from crmkit.core.run import Run
from crmkit.records import Complaint, Step
from crmkit.records.step import in_order

OPEN = ("received", "acknowledged", "investigated", "offered", "agreed", "carried-out", "called-back", "escalated")
STATES = (*OPEN, "closed", "withdrawn")
TRIES = 3  # days on which nobody was reached, after which it is closed without the customer's word
CHOICES = 2  # that an offer has, or says why not


class ComplaintMove(NamedTuple):
    """What a step does."""

    states: tuple[str, ...]  # in which it may be taken
    to: str = ""  # the state after it; "" = as before


TABLE: Mapping[str, ComplaintMove] = {
    "listen": ComplaintMove(("received", "acknowledged")),
    "acknowledge": ComplaintMove(("received",), "acknowledged"),
    "assess": ComplaintMove(("acknowledged", "investigated")),
    "investigate": ComplaintMove(("acknowledged", "investigated", "escalated"), "investigated"),
    "offer": ComplaintMove(("investigated", "offered", "escalated"), "offered"),
    "agree": ComplaintMove(("offered",), "agreed"),
    "carry-out": ComplaintMove(("agreed",)),  # carried out once what was promised is paid
    "call-back": ComplaintMove(("carried-out", "called-back")),
    "reopen": ComplaintMove(("called-back",), "investigated"),
    "escalate": ComplaintMove(tuple(one for one in OPEN if one != "escalated"), "escalated"),
    "close": ComplaintMove(("called-back", "carried-out"), "closed"),
    "withdraw": ComplaintMove(OPEN, "withdrawn"),
}

NEXT: Mapping[str, tuple[str, ...]] = {  # by state; of a complaint that was called back it depends on the answer
    "received": ("listen", "acknowledge"),
    "acknowledged": ("assess", "investigate"),
    "investigated": ("offer",),
    "offered": ("agree", "offer"),
    "agreed": ("carry-out",),
    "carried-out": ("call-back",),
    "escalated": ("investigate", "offer"),
}


class Hearing(msgspec.Struct):
    """A complaint after its steps."""

    complaint: Complaint
    steps: tuple[Step, ...]
    state: str = "received"
    cycle: int = 1
    taken: list[Step] = []
    misfits: list[Step] = []  # steps that contradict others
    offers: list[Step] = []
    agreed: Step | None = None
    promised: int = 0  # fen
    paid: int = 0  # fen, since the last agreement
    satisfied: str = ""  # yes, no; "" = not asked yet
    tries: set[date] = set()  # days on which nobody was reached
    escalated: bool = False
    closings: list[Step] = []

    @property
    def left(self) -> int:
        """What of the promised money is not paid yet, in fen."""
        return self.promised - self.paid

    @property
    def last(self) -> datetime:
        """When the last step that fitted was taken, else when it was received."""
        return self.taken[-1].at if self.taken else self.complaint.received_at

    @property
    def days(self) -> int | None:
        """Days from the receipt to the first closing; None while it was never closed."""
        if not self.closings:
            return None
        return (
            self.closings[0].at.date() - self.complaint.received_at.astimezone(self.closings[0].at.tzinfo).date()
        ).days

    def at(self, what: str) -> datetime | None:
        """When the step `what` was taken last."""
        return next((step.at for step in reversed(self.taken) if step.what == what), None)


def hearing(complaint: Complaint, steps: Iterable[Step]) -> Hearing:
    """How `complaint` stands after `steps`, which are its own, in any order."""
    found = Hearing(complaint, tuple(in_order(steps)))
    for step in found.steps:
        _take(found, step)
    return found


def due(run: Run, present: Hearing) -> datetime | None:
    """By when the next thing is to be done: acknowledging, what was promised with a day, calling back."""
    settings = run.settings.complaints
    if present.state == "received":
        return later(present.complaint.received_at, timedelta(hours=settings.acknowledge_hours))
    if present.state == "carried-out":
        return later(present.last, timedelta(days=settings.call_back_days))
    if present.state in ("closed", "withdrawn"):
        return None
    promised = [step.until for step in present.taken if step.until is not None]
    return promised[-1] if promised else None


def following(present: Hearing) -> tuple[str, ...]:
    """The steps one of which comes next; none where it is over."""
    if present.state == "called-back":
        if present.satisfied == "yes" or present.escalated:
            return ("close",)
        return ("reopen", "escalate") if present.cycle == 1 else ("escalate",)
    return NEXT.get(present.state, ())


def fits(present: Hearing, step: Step) -> bool:
    """Whether `step` may be taken where the complaint stands."""
    rule = TABLE.get(step.what)
    if rule is None or present.state not in rule.states or step.at < present.complaint.received_at:
        return False
    if step.what == "reopen":
        return present.satisfied == "no" and present.cycle == 1 and not present.escalated
    if step.what == "close":
        heard = present.state == "called-back" and (present.satisfied == "yes" or present.escalated)
        return heard or len(present.tries) >= TRIES
    if step.what == "carry-out":  # two operators, offline, may both pay what is left
        return present.paid + step.numbers.get("paid", 0) <= present.promised
    return True


def choices(step: Step) -> dict[str, str]:
    """What an offer lets the customer choose from: text by number."""
    return {name: text for name, text in step.codes.items() if name.isdigit()}


def _take(found: Hearing, step: Step) -> None:
    if not fits(found, step):
        found.misfits.append(step)
        return
    found.taken.append(step)
    found.state = TABLE[step.what].to or found.state
    if step.what == "offer":
        found.offers.append(step)
    elif step.what == "agree":
        found.agreed, found.promised, found.paid = step, step.numbers.get("promised", 0), 0
    elif step.what == "carry-out":
        found.paid += step.numbers.get("paid", 0)
        if found.paid >= found.promised and step.codes.get("left") != "yes":
            found.state = "carried-out"
            found.satisfied, found.tries = "", set()
    elif step.what == "call-back":
        if step.codes.get("outcome", "reached") != "reached":
            found.tries.add(step.at.date())
        else:
            found.state, found.satisfied = "called-back", step.codes.get("satisfied", "")
    elif step.what == "reopen":
        found.cycle += 1
        found.satisfied = ""
    elif step.what == "escalate":
        found.escalated = True
    elif step.what == "close":
        found.closings.append(step)
