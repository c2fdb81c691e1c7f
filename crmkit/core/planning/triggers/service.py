"""What was reported and is solved: the customer is asked whether it is (docs.md: Tickets)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from crmkit.core.calendar.hours import Opening
from crmkit.core.complaints.hearing import hearing
from crmkit.core.planning.triggers.trigger import Trigger
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.course import course
from crmkit.records import Complaint, Step, Ticket


def tickets(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every solved ticket whose customer was not asked yet, each cycle by itself; `follow_up_on` is the last day.

    That is the last day on which there is an hour to call in before the promise to ask ends.
    """
    steps: dict[str, list[Step]] = {}
    for step in snapshot[Step]:
        steps.setdefault(step.about, []).append(step)
    opening = Opening.parse(run.settings.hours.open)
    for ticket in snapshot[Ticket]:
        cycle = course(ticket, steps.get(ticket.id, ())).now
        if cycle.state == "solved" and cycle.done is not None and not cycle.confirmed:
            at = cycle.done.at.astimezone(run.now.tzinfo)
            promised = cycle.start.astimezone(UTC) + timedelta(hours=ticket.promises.follow_up)
            yield Trigger(
                ticket.id if cycle.number == 1 else f"{ticket.id}:{cycle.number}", ticket.customer, at,
                about=ticket.id, by=cycle.done.by,
                dates={"follow_up_on": _last_day(opening, at, promised.astimezone(run.now.tzinfo))},
            )  # fmt: skip


def complaints(run: Run, snapshot: Snapshot) -> Iterator[Trigger]:
    """Every complaint that was settled, and of which the customer was not asked whether it is, each round by itself."""
    steps: dict[str, list[Step]] = {}
    for step in snapshot[Step]:
        steps.setdefault(step.about, []).append(step)
    for complaint in snapshot[Complaint]:
        found = hearing(complaint, steps.get(complaint.id, ()))
        if found.state == "carried-out":
            at = found.last.astimezone(run.now.tzinfo)
            day = at.date() + timedelta(days=run.settings.complaints.call_back_days)
            number = f":{found.cycle}" if found.cycle > 1 else ""
            yield Trigger(
                complaint.id + number, complaint.customer, at, about=complaint.id, by=complaint.by,
                dates={"call_back_on": day},
            )  # fmt: skip


def _last_day(opening: Opening, solved: datetime, promised: datetime) -> date:
    """The day of `promised`, the day before it where nobody may be called so early; not before it was solved."""
    day = promised.date()
    if promised.timetz().replace(tzinfo=None) <= opening.first:
        day -= timedelta(days=1)
    return max(day, solved.date())
