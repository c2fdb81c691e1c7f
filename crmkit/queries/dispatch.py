"""What dispatching needs: who could go when, the half day that is meant, a visit for a ticket."""

from datetime import date, timedelta
from functools import cache

from crmkit.archive.archive import Archive
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.people.reach import number_or_why
from crmkit.core.run import Run
from crmkit.core.tickets import dispatch
from crmkit.core.tickets.course import Course
from crmkit.core.tickets.dispatch import HalfDay, Proposal
from crmkit.core.visits.visits import Window
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import Worded, _, titled
from crmkit.labels import label, word
from crmkit.queries.finding import holder_of
from crmkit.queries.work import calendar_of, end_of
from crmkit.records import Fault, Staff, Ticket, Visit, type_of
from crmkit.records.typed import Code, sentence
from crmkit.records.work import utc_key
from crmkit.result import Row

DONE = ("work", "solve", "replace")  # steps by which something was done about a fault
LEAST = timedelta(minutes=30)  # of a half day that must be left, for somebody to be sent in it still


def visits_of(archive: Archive, run: Run, day: date) -> list[Visit]:
    """The visits of that day, open and made."""
    begin, end = utc_key(end_of(day - timedelta(days=1), run)), utc_key(end_of(day, run))
    found = [one for key in ("visit", "visited") for one in archive.between(Visit, f"{key}:{begin}", f"{key}:{end}")]
    return list({one.id: one for one in found}.values())


def slot_of(archive: Archive, run: Run, ticket: Ticket) -> HalfDay:
    """The first half day for a ticket, counted from its report or its last reopening, that is not over yet."""
    from crmkit.queries.tickets import course_of

    calendar = calendar_of(archive)
    # what was never really solved is reported anew when it is opened again
    slot = dispatch.first_slot(run, calendar, course_of(archive, ticket).now.start)
    while dispatch.window(run, slot).ends - LEAST < run.now:
        slot = dispatch.after(run, calendar, slot)
    return slot


def proposals_for(archive: Archive, run: Run, ticket: Ticket, slot: HalfDay | None = None) -> list[Proposal]:
    """Who could go for a ticket, the best first; in the first half day from `slot` on in which somebody has room."""
    booked = cache(lambda day: visits_of(archive, run, day))
    return dispatch.proposals(
        run, calendar_of(archive), holder_of(archive, ticket.customer), archive.all(Staff), booked,
        slot or slot_of(archive, run, ticket),
    )  # fmt: skip


def best(archive: Archive, run: Run, ticket: Ticket, slot: HalfDay | None) -> Proposal:
    """The best of `proposals_for`. Raises CrmkitError where nobody has room."""
    found = proposals_for(archive, run, ticket, slot)
    if not found:
        raise CrmkitError(
            _("nobody who is sent has room in the next {n} days").format(n=dispatch.SEARCHED),
            _("--by STAFF --over REASON; who is sent: crmkit staff add --role technician, or dealer"),
        )
    return found[0]


def offered(one: Proposal) -> Row:
    """Who could go, as a row."""
    return {
        "by": one.by,
        "slot": str(one.slot),
        "near": Code(one.near, "near-"),
        "booked": one.booked,
        "left": one.capacity,
    }


def listed(archive: Archive, run: Run, visit: Visit) -> Row:
    """A visit with what is known of its ticket: its fault, the card of the unit, what was done before."""
    from crmkit.queries.tickets import card_of, course_of, fault_name, others_of
    from crmkit.queries.visits import shown, stop_of

    told: Row = {
        "ticket": "",
        "fault": "",
        "fault_name": "",
        "symptom": "",
        "card_number": "",
        "guide": [],
        "before": [],
        "done_before": [],
    }
    if type_of(visit.about) is Ticket:
        ticket = archive.get(Ticket, visit.about)
        card, present = card_of(archive, ticket), course_of(archive, ticket)
        others = others_of(archive, card, ticket.id)
        found = archive.find(Fault, f"fault:{present.fault.casefold()}") if present.fault else []
        told = {
            "ticket": ticket.id,
            "fault": present.fault,
            "fault_name": fault_name(archive, present.fault),
            "symptom": ticket.symptom,
            "card_number": card.number if card else "",
            "guide": [text for fault in found for text in (*fault.questions, *fault.steps)],
            "before": list(map(_before, others)),
            "done_before": [_done(archive, run, one) for one in others if one.of(*DONE)],
        }
    stop = stop_of(archive, visit)
    dial = number_or_why(stop.customer, label)
    return {**shown(run, stop), "units": dispatch.units(visit), "dial": dial, **told}


def _before(other: Course) -> Worded:
    """Another ticket of the unit in one line."""
    notes = [step.note for step in other.of("work", "solve")]
    data, shown = (
        " ".join(filter(None, (other.ticket.id, other.fault, cause, *notes)))
        for cause in (other.cause, word(Code(other.cause)))
    )
    return titled(data, shown)


def _done(archive: Archive, run: Run, other: Course) -> Row:
    """What was done about another ticket of the unit, as whoever goes there reads it."""
    from crmkit.queries.tickets import fault_name

    last = other.of(*DONE)[-1]
    day, notes = f"{last.at.astimezone(run.now.tzinfo):%Y-%m-%d}", [step.note for step in other.of(*DONE) if step.note]
    words = [day, fault_name(archive, other.fault), label(other.cause), *notes, label(f"step-{last.what}")]
    return sentence(
        " · ".join(filter(None, words)), ticket=other.ticket.id, on=day, fault=other.fault, cause=Code(other.cause),
        what=Code(last.what, "step-"), notes=notes,
    )  # fmt: skip


def window_of(run: Run, at: str, until: str, slot: HalfDay) -> Window:
    """The window that was typed, else the rest of the half day `slot`. InvalidError where that is over."""
    if at:
        begins = parse_moment(at, run.now)
        minutes = timedelta(minutes=run.settings.visit.minutes)
        return Window(begins, parse_moment(until, begins) if until else begins + minutes)
    begins, ends = dispatch.window(run, slot)
    if ends <= run.now:
        raise InvalidError(_("the half day {slot} is over").format(slot=slot), _("a later one: --slot 'tomorrow am'"))
    return Window(max(begins, run.now), ends)
