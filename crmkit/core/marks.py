"""The record of a member of staff: marks by the rules and by hand (docs.md: Staff).

What the rules say follows from tickets, visits and complaints and is stored nowhere. A mark is withdrawn by a later
one, never deleted.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from crmkit.core import fields
from crmkit.core.complaints.hearing import hearing
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.charges import overcharge
from crmkit.core.tickets.course import course
from crmkit.core.visits.visits import marks as marks_of_visit
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.records import Complaint, Mark, Staff, Step, Ticket, Visit
from crmkit.records.change import Change
from crmkit.records.mark import MARKS


class StaffMark(NamedTuple):
    """A mark that stands, or stood."""

    id: str  # of the mark; of one of the rules `WHAT:ID`
    at: datetime
    staff: str
    what: str  # one of MARKS
    about: str
    note: str
    by: str  # "" = the rules
    amount: int = 0  # fen
    withdrawn: str = ""  # why it does not hold any more
    withdrawn_at: datetime | None = None


def records(run: Run, snapshot: Snapshot) -> list[StaffMark]:
    """Every mark of everybody, the newest first."""
    return snapshot.once(f"marks at {run.now}", lambda: _records(run, snapshot))


def _records(run: Run, snapshot: Snapshot) -> list[StaffMark]:
    gone = {one.withdraws: one for one in sorted(snapshot[Mark], key=lambda one: (one.at, one.id)) if one.withdraws}
    stand = [
        one._replace(withdrawn=gone[one.id].note, withdrawn_at=gone[one.id].at) if one.id in gone else one
        for one in (*_by_rule(run, snapshot), *_by_hand(snapshot))
    ]
    return sorted(stand, key=lambda one: (one.at, one.id), reverse=True)


def record_of(run: Run, snapshot: Snapshot, code: str) -> list[StaffMark]:
    """Every mark of the member of staff `code`, the newest first."""
    return [one for one in records(run, snapshot) if one.staff == code]


def add(run: Run, staff: Staff, what: str, *, about: str = "", note: str = "") -> Change:
    """A mark by hand. InvalidError for an unknown kind, and where nothing says why."""
    what = fields.choice(*MARKS)(what)
    if not what or not (note.strip() or about):
        raise InvalidError(_("a mark says what it is for"), _("--note TEXT, or --about ID"))
    mark = Mark(
        id=run.id_for(Mark), staff=staff.code, at=run.now, what=what, about=about, note=fields.text(note), by=run.by
    )
    return Change(puts=(mark,), ids=(mark.id,), counts={"added": 1})


def withdraw(run: Run, staff: Staff, present: list[StaffMark], identifier: str, note: str) -> Change:
    """A mark does not hold any more. NotFoundError for one that is not there; InvalidError without a reason."""
    found = [one for one in present if one.id == identifier]
    if not found:
        raise NotFoundError(_("{staff} has no mark {id}").format(staff=staff.code, id=identifier))
    if found[0].withdrawn:
        return Change(ids=(identifier,), counts={"unchanged": 1})
    reason = fields.text(note)
    if not reason:
        raise InvalidError(_("a mark is withdrawn only with a reason"), _("--note TEXT"))
    mark = Mark(id=run.id_for(Mark), staff=staff.code, at=run.now, withdraws=identifier, note=reason, by=run.by)
    return Change(puts=(mark,), ids=(mark.id,), counts={"withdrawn": 1})


def _by_hand(snapshot: Snapshot) -> Iterator[StaffMark]:
    for one in snapshot[Mark]:
        if not one.withdraws:
            yield StaffMark(one.id, one.at, one.staff, one.what, one.about, one.note, one.by)


def _by_rule(run: Run, snapshot: Snapshot) -> Iterator[StaffMark]:
    steps: dict[str, list[Step]] = defaultdict(list)
    for step in snapshot[Step]:
        steps[step.about].append(step)
    for ticket in snapshot[Ticket]:
        over = overcharge(course(ticket, steps[ticket.id]))
        if over is not None:
            yield _mark("overcharge", ticket.id, over.at, over.by, amount=over.amount)
    for visit in snapshot[Visit]:
        borne = marks_of_visit(run, visit)
        if "told-late" in borne:
            yield _mark("late-untold", visit.id, visit.late_at or visit.begins_at, visit.by, note=visit.late)
        if "broken" in borne:
            yield _mark(
                "conduct", visit.id, visit.finished_at or visit.begins_at, visit.by, note=", ".join(visit.broken)
            )
    for complaint in snapshot[Complaint]:
        found = hearing(complaint, steps[complaint.id])
        whose = next((step.codes["whose"] for step in found.taken if step.codes.get("whose")), complaint.staff)
        for closing in found.closings:
            if closing.codes.get("upheld") in ("yes", "part") and whose:
                yield _mark("complaint-upheld", complaint.id, closing.at, whose, note=closing.note)


def _mark(what: str, about: str, at: datetime, staff: str, *, note: str = "", amount: int = 0) -> StaffMark:
    return StaffMark(f"{what}:{about}", at, staff, what, about, note, "", amount)
