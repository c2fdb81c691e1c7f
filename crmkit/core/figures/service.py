"""Tickets and complaints: promises kept, mended the first time, came again, money back (docs.md: Figures, Tickets).

A figure of a past month is the same today as then, unless a step was written down later for it: those are counted too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from crmkit.core.calendar.hours import Timetable
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.complaints.hearing import Hearing, hearing
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.again import NO_REPAIR
from crmkit.core.tickets.charges import bill, overcharge
from crmkit.core.tickets.clocks import clocks
from crmkit.core.tickets.course import Course, course
from crmkit.core.tickets.taking import is_back_dated
from crmkit.i18n import N_
from crmkit.records import Card, Complaint, Step, Ticket
from crmkit.records.card import CLOCKS

MATURE = timedelta(days=30)  # after which nobody comes again because it was not mended
AGAIN = timedelta(days=90)
SERVICE = {  # what each measure is called
    "tickets": N_("tickets reported"),
    "promised-reply": N_("replies promised"), "kept-reply": N_("replies in time"),
    "promised-solution": N_("solutions promised"), "kept-solution": N_("solutions in time"),
    "promised-solved": N_("repairs promised"), "kept-solved": N_("repairs in time"),
    "promised-follow_up": N_("follow-ups promised"), "kept-follow_up": N_("follow-ups in time"),
    "tickets-solved": N_("tickets solved"),
    "by-phone": N_("solved by telephone"),
    "mended": N_("mended by a visit, 30 days ago or more"),
    "first-time": N_("mended the first time"),
    "came-again": N_("the same fault within 90 days"),
    "units-replaced": N_("units replaced"),
    "tickets-reopened": N_("tickets opened again"),
    "overcharged": N_("charged too much"),
    "money-back": N_("money paid back"),
    "refund-owed": N_("money to be paid back"),
    "answered": N_("asked about the service"),
    "answered-solved": N_("who say that it is solved"),
    "not-reached": N_("not reached to be asked"),
    "written-later": N_("steps written down later"),
    "complaints": N_("complaints"),
    "complaints-reopened": N_("complaints opened again"),
    "complaints-closed": N_("complaints closed"),
    "complaints-once": N_("closed without being opened again"),
    "complaints-upheld": N_("complaints upheld"),
}  # fmt: skip


def served(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterator[Fact]:
    """What happened with tickets in the period, credited to whoever did it."""
    steps = steps_of(snapshot)
    working = WorkingTime.of(run.settings.hours, timetable.calendar)
    courses = [course(ticket, steps[ticket.id]) for ticket in snapshot[Ticket]]
    again = _came_again(snapshot, courses)
    for one in courses:
        ticket = one.ticket
        if ticket.reported_at in period:
            yield Fact("tickets", ticket.id, period.day(ticket.reported_at), ticket.by)
        if one.now.state != "cancelled":
            yield from _promises(one, period, run, working)
        for reopening in (step for cycle in one.cycles for step in cycle.taken if step.what == "reopen"):
            if reopening.at in period:
                yield Fact("tickets-reopened", ticket.id, period.day(reopening.at), reopening.by)
        yield from _solved(one, period, run, again.get(ticket.id))
        yield from _money(one, period)
        yield from _answers(one, period)


def complained(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Complaints received and closed in the period; upheld ones count for whose it was."""
    steps = steps_of(snapshot)
    for complaint in snapshot[Complaint]:
        found: Hearing = hearing(complaint, steps[complaint.id])
        if complaint.received_at in period:
            yield Fact("complaints", complaint.id, period.day(complaint.received_at), complaint.by)
        for reopening in (step for step in found.taken if step.what == "reopen"):
            if reopening.at in period:
                yield Fact("complaints-reopened", complaint.id, period.day(reopening.at), reopening.by)
        for closing in found.closings:
            if closing.at in period:
                day = period.day(closing.at)
                yield Fact("complaints-closed", complaint.id, day, closing.by)
                if found.cycle == 1:
                    yield Fact("complaints-once", complaint.id, day, closing.by)
                if closing.codes.get("upheld") in ("yes", "part"):
                    whose = next(
                        (step.codes["whose"] for step in found.taken if step.codes.get("whose")), complaint.staff
                    )
                    yield Fact("complaints-upheld", complaint.id, day, whose)


def steps_of(snapshot: Snapshot) -> dict[str, list[Step]]:
    """The steps of each ticket, complaint and plan, by its id."""
    found: dict[str, list[Step]] = defaultdict(list)
    for step in snapshot[Step]:
        found[step.about].append(step)
    return found


def _promises(one: Course, period: Period, run: Run, working: WorkingTime) -> Iterator[Fact]:
    """Of the first cycle: the promises that were kept, or ran out, in the period."""
    for clock in clocks(one, run.now, working):
        ended = clock.stopped_at if clock.verdict == "kept" else clock.due_at
        counts = clock.cycle == 1 and clock.clock in CLOCKS and clock.verdict in ("kept", "late", "breached")
        if counts and ended is not None and ended in period:
            staff = next((step.by for step in one.steps if step.at == clock.stopped_at and step.by), one.worker)
            yield Fact(f"promised-{clock.clock}", one.ticket.id, period.day(ended), staff)
            if clock.verdict == "kept":
                yield Fact(f"kept-{clock.clock}", one.ticket.id, period.day(ended), staff)


def _solved(one: Course, period: Period, run: Run, again: timedelta | None) -> Iterator[Fact]:
    done = one.now.done
    if done is None or done.at not in period:
        return
    day, who = period.day(done.at), done.by or one.worker
    yield Fact("tickets-solved", one.ticket.id, day, who)
    if done.what == "replace":
        yield Fact("units-replaced", one.ticket.id, day, who)
        return
    if again is not None and again <= AGAIN:
        yield Fact("came-again", one.ticket.id, day, who)
    if one.said("how") == "phone":
        yield Fact("by-phone", one.ticket.id, day, who)
    elif one.cause not in NO_REPAIR and run.now - done.at >= MATURE:
        yield Fact("mended", one.ticket.id, day, who)
        visits = {period.day(step.at) for step in one.of("work", "solve")}
        if len(visits) == 1 and one.now.number == 1 and (again is None or again > MATURE):
            yield Fact("first-time", one.ticket.id, day, who)


def _money(one: Course, period: Period) -> Iterator[Fact]:
    over = overcharge(one)
    if over is not None and over.at in period:
        yield Fact("overcharged", one.ticket.id, period.day(over.at), over.by, amount=over.amount)
    for step in one.of("refund"):
        if step.at in period and step.numbers.get("paid"):
            yield Fact("money-back", step.id, period.day(step.at), step.by, amount=step.numbers["paid"])
    # what is owed at the end of the period, whenever it was taken
    owed = bill(course(one.ticket, (step for step in one.steps if period.day(step.at) <= period.last))).refund_due
    if owed:
        yield Fact("refund-owed", one.ticket.id, period.last, one.worker, amount=owed)


def _answers(one: Course, period: Period) -> Iterator[Fact]:
    for step in one.steps:
        if step.at not in period:
            continue
        day = period.day(step.at)
        if is_back_dated(step):
            yield Fact("written-later", step.id, day, step.noted_by or step.by)
        if step.what == "follow-up" and step.codes.get("solved"):
            yield Fact("answered", one.ticket.id, day, one.worker)
            if step.codes["solved"] == "yes":
                yield Fact("answered-solved", one.ticket.id, day, one.worker)
        elif step.what == "follow-up" and step.codes.get("outcome") not in ("reached", "refused"):
            yield Fact("not-reached", step.id, day, step.by)


def _came_again(snapshot: Snapshot, courses: Iterable[Course]) -> dict[str, timedelta]:
    """How soon after it was solved each ticket's fault was reported again, of the same unit or its successor."""
    root = {card.id: card.id for card in snapshot[Card]}
    for card in sorted(snapshot[Card], key=lambda card: card.id):
        if card.replaces in root:
            root[card.id] = root[card.replaces]
    found: dict[str, timedelta] = {}
    units: dict[tuple[str, str], list[Course]] = defaultdict(list)
    for one in courses:
        if one.ticket.card and one.fault:
            units[root.get(one.ticket.card, one.ticket.card), one.fault].append(one)
    for same in units.values():
        same.sort(key=lambda one: one.ticket.reported_at)
        for number, one in enumerate(same[:-1]):
            done = one.now.done
            later = next((other for other in same[number + 1 :] if done and other.ticket.reported_at >= done.at), None)
            if done is not None and later is not None:
                found[one.ticket.id] = later.ticket.reported_at - done.at
    return found
