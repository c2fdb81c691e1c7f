"""Tickets and complaints: promises kept, mended the first time, came again, money back (docs.md: Figures, Tickets).

A figure of a past month is the same today as then: whatever happens with a ticket later belongs to the month in which
it happens, and whose work it was is asked of the moment, not of today. A step that is written down later for a past
month does change it, which is said (`published.revised`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest

from crmkit.core.calendar.clocks import LONGEST
from crmkit.core.calendar.hours import Timetable
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.complaints.hearing import Hearing, hearing
from crmkit.core.figures.active import customers_active, units_in_service
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.again import NO_REPAIR
from crmkit.core.tickets.charges import Overcharge, bill, overcharge
from crmkit.core.tickets.clocks import clocks
from crmkit.core.tickets.course import Course, Cycle, course
from crmkit.core.tickets.taking import is_back_dated
from crmkit.i18n import N_
from crmkit.records import Card, Complaint, Step, Ticket
from crmkit.records.card import CLOCKS

GIVEN_UP = ("withdrawn", "declined", "not-repairable")  # reasons for which a real repair was dropped
MATURE = timedelta(days=30)  # after which nobody comes again because it was not mended
AGAIN = timedelta(days=90)
GOOD = 4  # of 5: who gives so much is satisfied
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
    "asked-on-time": N_("asked whether we came in time"),
    "said-on-time": N_("who say that we came in time"),
    "rated": N_("who gave marks for the service"),
    "satisfied": N_("who gave 4 of 5 or more"),
    "rated-attitude": N_("who gave a mark for the attitude"),
    "good-attitude": N_("attitude: 4 of 5 or more"),
    "rated-skill": N_("who gave a mark for the skill"),
    "good-skill": N_("skill: 4 of 5 or more"),
    "not-reached": N_("not reached to be asked"),
    "tickets-closed": N_("tickets closed"),
    "tickets-unconfirmed": N_("closed although nobody said that it is solved"),
    "written-later": N_("steps written down later"),
    "complaints": N_("complaints"),
    "complaints-reopened": N_("complaints opened again"),
    "complaints-closed": N_("complaints closed"),
    "complaints-once": N_("closed without being opened again"),
    "complaints-unconfirmed": N_("closed without the customer's word"),
    "complaints-upheld": N_("complaints upheld"),
    "days-to-close": N_("days to close complaints"),
}  # fmt: skip

BRANCH = {  # what is nobody's work alone
    "complaint-rate": N_("complaints, of active customers"),
    "customers-active": N_("customers active at the start"),
    "units-in-service": N_("units in service at the start"),
}
ANSWERS = {  # what was answered → what of it is as it should be
    "answered": "answered-solved", "asked-on-time": "said-on-time", "rated": "satisfied",
    "rated-attitude": "good-attitude", "rated-skill": "good-skill",
}  # fmt: skip

ComingAgain = Callable[[Course], Mapping[datetime, timedelta]]


def served(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterator[Fact]:
    """What happened with tickets in the period, credited to whoever did it."""
    steps = steps_of(snapshot)
    working = WorkingTime.of(run.settings.hours, timetable.calendar)
    again = _coming_again(snapshot)
    for ticket in snapshot[Ticket]:
        if _is_past(ticket, steps.get(ticket.id, ()), period):  # of most; the course is what takes long
            continue
        one = course(ticket, steps.get(ticket.id, ()))
        if ticket.reported_at in period:
            yield Fact("tickets", ticket.id, period.day(ticket.reported_at), ticket.by)
        yield from _promises(one, period, run, working)
        for reopening in (step for cycle in one.cycles for step in cycle.taken if step.what == "reopen"):
            if reopening.at in period:
                yield Fact("tickets-reopened", ticket.id, period.day(reopening.at), reopening.by)
        yield from _solved(one, period, run, again)
        yield from _money(one, period)
        yield from _answers(one, period)


def complained(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Complaints received and closed in the period; upheld ones count for whose it was.

    Beside them what their rates are counted by: customers active and units in service when the period began.
    """
    for customer in customers_active(snapshot, period):
        yield Fact("customers-active", customer, period.first)
    for unit in units_in_service(snapshot, period):
        yield Fact("units-in-service", unit, period.first)
    steps = steps_of(snapshot)
    for complaint in snapshot[Complaint]:
        found: Hearing = hearing(complaint, steps[complaint.id])
        if complaint.received_at in period:
            day = period.day(complaint.received_at)
            yield Fact("complaints", complaint.id, day, complaint.by)
            yield Fact("complaint-rate", complaint.id, day)
        for reopening in (step for step in found.taken if step.what == "reopen"):
            if reopening.at in period:
                yield Fact("complaints-reopened", complaint.id, period.day(reopening.at), reopening.by)
        for closing in found.closings:
            if closing.at in period:
                for measure in _closed(found):
                    yield Fact(measure, complaint.id, period.day(closing.at), closing.by)
                yield Fact(
                    "days-to-close", complaint.id, period.day(closing.at), closing.by,
                    amount=(period.day(closing.at) - period.day(complaint.received_at)).days,
                )  # fmt: skip
                if closing.codes.get("upheld") in ("yes", "part"):
                    whose = next(
                        (step.codes["whose"] for step in found.taken if step.codes.get("whose")), complaint.staff
                    )
                    yield Fact("complaints-upheld", complaint.id, period.day(closing.at), whose)


def steps_of(snapshot: Snapshot) -> dict[str, list[Step]]:
    """The steps of each ticket, complaint and plan, by its id."""

    def found() -> dict[str, list[Step]]:
        steps: dict[str, list[Step]] = defaultdict(list)
        for step in snapshot[Step]:
            steps[step.about].append(step)
        return steps

    return snapshot.once("steps", found)


def _is_past(ticket: Ticket, steps: Sequence[Step], period: Period) -> bool:
    """Whether surely nothing of a ticket counts in the period: all that happened and was promised lies before it.

    Money that was taken may be owed for ever. Waiting, and promises in working time, move the end of a promise.
    """
    if not period.begins_after(ticket.reported_at) or ticket.promises.working:
        return False
    for step in steps:
        if not period.begins_after(step.at) or step.what == "wait" or _took_money(step):
            return False
    own = ticket.promises
    longest = min(max(own.reply, own.solution, own.solved, own.follow_up, 0), LONGEST)
    try:
        return period.begins_after(ticket.reported_at + timedelta(days=1, hours=longest))  # clocks may be put back
    except OverflowError:  # what another program wrote may lie in the year 9999
        return False


def _took_money(step: Step) -> bool:
    return bool(step.numbers.get("taken") or step.numbers.get("charged"))


def _closed(found: Hearing) -> Iterator[str]:
    """What a closing of a complaint counts for."""
    yield "complaints-closed"
    if found.cycle == 1:
        yield "complaints-once"
    if found.satisfied != "yes" and not found.escalated:
        yield "complaints-unconfirmed"


def _promises(one: Course, period: Period, run: Run, working: WorkingTime) -> Iterator[Fact]:
    """Of the first cycle: the promises that were kept, or ran out, in the period.

    Kept by whoever did it; broken by whoever had it when it ran out. A duplicate and a mistake promised nothing. Where
    the customer withdrew or did not want the repair, what had run out before stays broken, and nothing else counts.
    """
    first = one.cycles[0]
    cancelled = next((step for step in first.taken if step.what == "cancel"), None)
    if cancelled is not None and cancelled.codes.get("reason") not in GIVEN_UP:
        return
    for clock in clocks(one, run.now, working):
        ended = clock.stopped_at if clock.verdict == "kept" else clock.due_at
        counts = clock.cycle == 1 and clock.clock in CLOCKS and clock.verdict in ("kept", "late", "breached")
        if not counts or ended is None or ended not in period:
            continue
        if clock.verdict == "kept" and cancelled is not None and clock.stopped_at == cancelled.at:
            continue
        keeper = (step.by for step in first.taken if step.at == clock.stopped_at and step.by)
        staff = next(keeper, one.worker_at(ended)) if clock.verdict == "kept" else one.worker_at(ended)
        yield Fact(f"promised-{clock.clock}", one.ticket.id, period.day(ended), staff)
        if clock.verdict == "kept":
            yield Fact(f"kept-{clock.clock}", one.ticket.id, period.day(ended), staff)


def _solved(one: Course, period: Period, run: Run, again: ComingAgain) -> Iterator[Fact]:
    """What was solved in the period, in whichever cycle; mended by a visit counts once, where that was first done."""
    tried = next((cycle for cycle in one.cycles if cycle.done is not None and _is_repair(cycle.done)), None)
    for cycle in one.cycles:
        done = cycle.done
        if done is None or done.at not in period:
            continue
        day, who = period.day(done.at), done.by or one.worker_at(done.at)
        gap = again(one).get(done.at)
        yield Fact("tickets-solved", one.ticket.id, day, who)
        if done.what == "replace":
            yield Fact("units-replaced", one.ticket.id, day, who)
            continue
        if gap is not None and gap <= AGAIN:
            yield Fact("came-again", one.ticket.id, day, who)
        if done.codes.get("how") == "phone":
            yield Fact("by-phone", one.ticket.id, day, who)
        if cycle is tried and run.now - done.at >= MATURE:
            yield Fact("mended", one.ticket.id, day, who)
            if _at_once(one, cycle, period) and (gap is None or gap > MATURE):
                yield Fact("first-time", one.ticket.id, day, who)


def _is_repair(done: Step) -> bool:
    """Whether somebody came and mended it: neither told on the telephone, nor replaced, nor was nothing wrong."""
    return done.what == "solve" and done.codes.get("how") != "phone" and done.codes.get("cause") not in NO_REPAIR


def _at_once(one: Course, cycle: Cycle, period: Period) -> bool:
    """Whether one visit was enough: in the first cycle, and it was not opened again within MATURE."""
    later = one.cycles[1].start if len(one.cycles) > 1 else None
    days = {period.day(step.at) for step in cycle.taken if step.what in ("work", "solve")}
    soon = later is not None and cycle.done is not None and later - cycle.done.at <= MATURE
    return cycle.number == 1 and len(days) == 1 and not soon


def _money(one: Course, period: Period) -> Iterator[Fact]:
    """What was taken above the list in the period, what was paid back in it, and what was owed at its end."""
    for step in one.of("refund"):
        if step.at in period and step.numbers.get("paid"):
            yield Fact("money-back", step.id, period.day(step.at), step.by, amount=step.numbers["paid"])
    if not any(map(_took_money, one.steps)):
        return
    then = _by(one, period, period.last)
    over = overcharge(then)
    if over is not None:
        before = None if period.first == date.min else overcharge(_by(one, period, period.first - timedelta(days=1)))
        more = over.amount - (before.amount if before is not None else 0)
        if more > 0:
            yield Fact("overcharged", one.ticket.id, _day_of(over, then, period), over.by, amount=more)
    owed = bill(then).refund_due
    if owed:
        whose = over.by if over is not None else then.worker
        yield Fact("refund-owed", one.ticket.id, period.last, whose, amount=owed)


def _by(one: Course, period: Period, day: date) -> Course:
    """The ticket as it stood at the end of `day`."""
    return course(one.ticket, (step for step in one.steps if period.day(step.at) <= day))


def _day_of(over: Overcharge, then: Course, period: Period) -> date:
    """When it came to too much; where more was taken later, the last step of the period."""
    return period.day(over.at if over.at in period else then.steps[-1].at)


def _answers(one: Course, period: Period) -> Iterator[Fact]:
    """What the customer said when asked, for whoever had served; the last answer of the period counts."""
    said: dict[str, tuple[Step, bool]] = {}
    for step in one.steps:
        if step.at not in period:
            continue
        if is_back_dated(step):
            yield Fact("written-later", step.id, period.day(step.at), step.noted_by or step.by)
        if step.what != "follow-up":
            continue
        if step.codes.get("outcome", "reached") not in ("reached", "refused"):
            yield Fact("not-reached", step.id, period.day(step.at), step.by)
        said |= {whole: (step, good) for whole, good in _given(step)}
    for whole, (step, good) in said.items():
        day, who = period.day(step.at), one.worker_at(step.at)
        yield Fact(whole, one.ticket.id, day, who)
        if good:
            yield Fact(ANSWERS[whole], one.ticket.id, day, who)
    for cycle in one.cycles:
        if cycle.closing is not None and cycle.closing.at in period:
            day, who = period.day(cycle.closing.at), cycle.closing.by
            yield Fact("tickets-closed", one.ticket.id, day, who)
            if cycle.answers.get("solved") != "yes":
                yield Fact("tickets-unconfirmed", one.ticket.id, day, who)


def _given(step: Step) -> Iterator[tuple[str, bool]]:
    """What was answered, and whether that is as it should be; two marks together are their mean."""
    if step.codes.get("solved"):
        yield "answered", step.codes["solved"] == "yes"
    if step.codes.get("on_time"):
        yield "asked-on-time", step.codes["on_time"] == "yes"
    marks = {name: step.numbers[name] for name in ("attitude", "skill") if step.numbers.get(name)}
    for name, mark in marks.items():
        yield f"rated-{name}", mark >= GOOD
    if marks:
        yield "rated", sum(marks.values()) >= GOOD * len(marks)


def _coming_again(snapshot: Snapshot) -> ComingAgain:
    """A look-up: ticket → how soon its fault was reported again, of the same unit or its successor.

    By the moment at which the ticket was solved.
    """
    steps = steps_of(snapshot)

    def first(card: str) -> str:
        return snapshot.once("first cards", lambda: _first_cards(snapshot)).get(card, card)

    def by_unit() -> dict[str, list[Ticket]]:
        found: dict[str, list[Ticket]] = defaultdict(list)
        for ticket in snapshot[Ticket]:
            found[first(ticket.card)].append(ticket)
        return found

    def of(one: Course) -> dict[datetime, timedelta]:
        card = one.ticket.card
        if not card or not one.fault:
            return {}
        unit = snapshot.once("tickets by unit", by_unit)[first(card)]
        of_unit = (course(ticket, steps.get(ticket.id, ())) for ticket in unit)
        same = sorted((other.ticket for other in of_unit if other.fault == one.fault), key=lambda one: one.reported_at)
        later = [ticket.reported_at for ticket in same[same.index(one.ticket) + 1 :]]
        found: dict[datetime, timedelta] = {}
        moments = [cycle.done.at for cycle in one.cycles if cycle.done is not None]
        for solved_at, opened_at in zip_longest(moments, moments[1:]):
            came = next((at for at in later if at >= solved_at), None)
            if came is not None and (opened_at is None or came < opened_at):
                found[solved_at] = came - solved_at
        return found

    return of


def _first_cards(snapshot: Snapshot) -> dict[str, str]:
    """Card id → id of the first of the cards that replaced each other up to it."""
    root = {card.id: card.id for card in snapshot[Card]}
    for card in sorted(snapshot[Card], key=lambda card: card.id):
        if card.replaces in root:
            root[card.id] = root[card.replaces]
    return root
