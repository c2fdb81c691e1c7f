"""What the ticket commands share: finding tickets, their courses, those of the same unit, a ticket as a row."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from crmkit.archive.archive import Archive
from crmkit.core import fields
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.tickets import again
from crmkit.core.tickets.charges import Bill, amount, bill, priced, refunded_too_much
from crmkit.core.tickets.clocks import PROMISED, TicketClock, account, clocks
from crmkit.core.tickets.course import Course, course
from crmkit.core.tickets.taking import is_back_dated, missing, state_of
from crmkit.errors import CrmkitError
from crmkit.i18n import N_, _
from crmkit.labels import label, of_step
from crmkit.queries.cards import cards_until
from crmkit.queries.finding import find_product, holder_of, named
from crmkit.queries.open_records import find_open
from crmkit.queries.work import calendar_of, timetable_of, worktime_of
from crmkit.records import Callback, Card, Customer, Fault, Plan, Step, Ticket, Visit
from crmkit.records.change import Change, together
from crmkit.records.step import MONEY, Charge
from crmkit.records.ticket import OPEN_LAST
from crmkit.records.typed import Code, DialString, Seconds, Sentence, fen, late, sentence
from crmkit.records.work import utc_key
from crmkit.result import Row, row


class TicketStanding(NamedTuple):
    """A ticket as it stands now."""

    course: Course
    customer: Customer
    money: Bill
    state: str
    clocks: list[TicketClock]

    def runs_out(self, clock: str = "") -> TicketClock | None:
        """The clock (any for "") that runs out next, or ran out first, of those that run; None where none does."""
        running = {utc_key(one.due_at): one for one in reversed(self.clocks) if one.runs and one.due_at}
        ends = [end for end, one in running.items() if clock in ("", one.clock)]
        return running[min(ends)] if ends and self.is_open else None

    def has(self, clock: str, *verdicts: str, until: datetime | None = None) -> bool:
        """Whether a clock (any for "") has one of these verdicts, and with `until` runs out by then."""
        return any(
            one.verdict in verdicts and (until is None or (one.due_at is not None and one.due_at <= until))
            for one in self.clocks
            if clock in ("", one.clock)
        )

    def due_key(self, clock: str) -> str:
        """By what tickets are sorted: what runs out first; then those of which nothing does."""
        soonest = self.runs_out(clock)
        return utc_key(soonest.due_at) if soonest is not None and soonest.due_at is not None else OPEN_LAST

    @property
    def is_open(self) -> bool:
        """Whether there is something to do about it."""
        return self.state not in ("closed", "cancelled")


def find_ticket(archive: Archive, text: str) -> Ticket:
    """The ticket with this id or the beginning of it, else the only open one of the customer or card that is named.

    Raises NotFoundError, AmbiguousError.
    """
    return find_open(archive, Ticket, text)


def fault_name(archive: Archive, code: str) -> str:
    """What the fault is called; its code where it has no name or is not known."""
    found = archive.find(Fault, f"fault:{code.casefold()}") if code else []
    return next((fault.name for fault in found if fault.name), code)


def find_fault(archive: Archive, text: str) -> Fault | None:
    """The fault by code, name or id; None for nothing typed. Raises NotFoundError, AmbiguousError."""
    return named(archive, "fault", Fault, text) if text else None


def course_of(archive: Archive, ticket: Ticket) -> Course:
    """A ticket with its steps."""
    return course(ticket, archive.of(Step, ticket.id))


def working_of(archive: Archive, ticket: Ticket) -> WorkingTime | None:
    """The working hours, where one of the ticket's promises counts them."""
    return worktime_of(archive) if ticket.promises.working else None


def standing_of(archive: Archive, run: Run, ticket: Ticket) -> TicketStanding:
    """A ticket as it stands now."""
    present = course_of(archive, ticket)
    money = bill(present)
    found = clocks(present, run.now, working_of(archive, ticket))
    return TicketStanding(present, holder_of(archive, ticket.customer), money, state_of(present, money), found)


def working_for(archive: Archive, run: Run, card: Card | None) -> WorkingTime | None:
    """The working hours, where a promise of the card, or of one that would be issued today, counts them."""
    working = card.promises.working if card is not None else run.settings.card.working
    return worktime_of(archive) if working else None


def the_call(
    archive: Archive, run: Run, ticket: Ticket, at: datetime, outcome: str, by: str, note: str
) -> Change:  # fmt: skip
    """The call by which the customer was asked; it finishes the callback that was planned for it, or tries it again.

    Nothing for somebody without a number, who was asked in another way.
    """
    from crmkit.core.calling import calls

    person = holder_of(archive, ticket.customer)
    if dial(person) is None:
        return Change()
    told = "reached" if outcome in ("", "refused") else outcome
    result = calls.Result(told, note=note, at=at if at != run.now else None, by=by)
    planned = [one for one in archive.of(Callback, person.id) if one.about == ticket.id and not one.state]
    if not planned:
        return msgspec.structs.replace(calls.log(run, person, result), ids=(), counts={})
    made = calls.done(run, timetable_of(archive), planned[0], person, result)
    return msgspec.structs.replace(made, ids=(), counts={})


def with_visits(archive: Archive, run: Run, change: Change) -> Change:
    """`change` of tickets, with what it means for the visits that were agreed for them, and for planned callbacks."""
    from crmkit.core.tickets.dispatch import settled
    from crmkit.queries.work import with_callbacks

    steps = [one for one in change.puts if isinstance(one, Step)]
    effects = []
    for ticket in {one.id: one for one in change.puts if isinstance(one, Ticket)}.values():
        if agreed := archive.of(Visit, ticket.id):
            own = [step for step in steps if step.about == ticket.id]
            effects.append(settled(run, course_of(archive, ticket), own, agreed))
    return with_callbacks(archive, run, together(change, *effects))


def card_of(archive: Archive, ticket: Ticket) -> Card | None:
    """The card of the unit; None for a ticket without one."""
    return archive.get(Card, ticket.card) if ticket.card else None


def standing_card(archive: Archive, ticket: Ticket) -> Card | None:
    """The card of the unit, or of the one that took its place; None for a ticket without one."""
    card, seen = card_of(archive, ticket), set()
    while card is not None and card.replaced_by and card.id not in seen:
        seen.add(card.id)
        card = archive.get(Card, card.replaced_by)
    return card


def others_of(archive: Archive, card: Card | None, but: str = "") -> list[Course]:
    """The tickets of the unit, and of those that it replaced, in order of their reports; without the one `but` (id)."""
    if card is None:
        return []
    cards: dict[str, Card] = {}
    standing: Card | None = card
    while standing is not None and standing.id not in cards:
        cards[standing.id] = standing
        standing = archive.get(Card, standing.replaces) if standing.replaces else None
    ids = again.chain(card, cards)
    found = {one.id: one for identifier in ids for one in archive.of(Ticket, identifier) if one.id != but}
    return [course_of(archive, one) for one in sorted(found.values(), key=lambda one: (one.reported_at, one.id))]


def plans_for(archive: Archive, run: Run, customer: str, card: Card | None, at: datetime) -> list[Plan]:
    """The plans that covered a unit of that customer (id) when it was `at`, the one that pays first."""
    owners = [customer, *(cards_until(archive, card.id) if card is not None else ())]
    found = {plan.id: plan for owner in owners for plan in archive.of(Plan, owner)}
    if not found:
        return []  # as of most units: nothing of plans is imported for them

    from crmkit.queries.plans import covering

    return covering(archive, run, found.values(), card, at)


def replaced(archive: Archive, run: Run, old: Card, change: Change) -> Change:
    """`change`, by which another card took the place of `old`, with what is said of the plans of that unit."""
    if not any(archive.of(Plan, card) for card in cards_until(archive, old.id)):
        return change

    from crmkit.queries.plans import going_on

    new = next(one for one in change.puts if isinstance(one, Card) and one.replaces == old.id)
    return msgspec.structs.replace(change, notes=(*change.notes, *going_on(archive, run, old, new)))


def entitlements_of(archive: Archive, run: Run, ticket: Ticket) -> list[again.Entitlement]:
    """What the customer of a ticket may ask for."""
    present, card = course_of(archive, ticket), standing_card(archive, ticket)
    others = others_of(archive, card, ticket.id)
    return again.entitlements(run, present, card, others, bill(present), calendar_of(archive))


def found_again(archive: Archive, run: Run, one: TicketStanding) -> str:
    """The id of the ticket of the same unit whose fault is here again; "" where there is none.

    Also where it was said with the report already, or the unit was exchanged.
    """
    ticket, present = one.course.ticket, one.course
    if ticket.again or not present.fault or present.of("replace") or present.cause in again.NO_REPAIR:
        return ""
    same = again.same_fault(run, ticket, present.fault, others_of(archive, card_of(archive, ticket), ticket.id))
    return same.ticket.id if same is not None else ""


def open_tickets(archive: Archive, until: datetime | None = None) -> list[Ticket]:
    """The open tickets; with `until` only those of which a clock runs out by then, or ran out."""
    end = OPEN_LAST * 2 if until is None else utc_key(until + timedelta(seconds=1))
    return archive.between(Ticket, "ticket:", f"ticket:{end}")


def still_owing(archive: Archive) -> list[Ticket]:
    """The open tickets of which no clock runs: they wait for the customer, or money is to be paid back."""
    return archive.find(Ticket, f"ticket:{OPEN_LAST}")


def standings(archive: Archive, run: Run, tickets: Iterable[Ticket]) -> Iterator[TicketStanding]:
    """Each of `tickets` as it stands now."""
    for ticket in tickets:
        yield standing_of(archive, run, ticket)


def listed(archive: Archive, run: Run, one: TicketStanding, *, clock: str = "", soon: datetime | None = None) -> Row:
    """A ticket as its row, with what runs out next (of the clock `clock`); it is marked where that is by `soon`."""
    ticket, present, person = one.course.ticket, one.course, one.customer
    phone = None if barred(run, person, "service") else dial(person)
    next_one = one.runs_out(clock)
    due = next_one.due_at if next_one is not None else None
    promised = [clock for clock in one.clocks if clock.clock == PROMISED]
    return row(
        ticket,
        customer=person.id,
        name=person.name,
        phone=DialString(identity(phone)) if phone else "",
        card_number=archive.get(Card, ticket.card).number if ticket.card else "",
        fault=present.fault,
        cause=Code(present.cause),
        coverage=Code(present.coverage),
        cycle=present.now.number,
        state=Code(one.state, "ticket-"),
        waiting=present.now.waiting,
        clocks=[_clock(run, clock) for clock in one.clocks],
        next_clock=Code(next_one.clock) if next_one is not None else "",
        next_at=late(due.isoformat(), is_late=due <= (soon or run.now)) if due is not None else "",
        time_left=_left(next_one) if next_one is not None else None,
        agreed_at=promised[-1].due_at.isoformat() if promised and promised[-1].due_at else None,
        by=present.worker,
        charged=fen(one.money.charged),
        list_price=fen(one.money.list_price),
        payable=fen(one.money.payable),
        refund_due=fen(one.money.refund_due),
        refunded=fen(one.money.refunded),
    )


def shown(archive: Archive, run: Run, ticket: Ticket) -> Row:
    """Everything about one ticket: also its steps, the account of each clock, and what the customer may ask for."""
    one = standing_of(archive, run, ticket)
    return {
        **listed(archive, run, one),
        N_("covered"): covered(archive, run, one.course),
        N_("missing"): [Code(name) for name in missing(one.course)],
        N_("steps"): [_step(run, step, one.course) for step in one.course.steps],
        N_("account"): [*_account(one, run, working_of(archive, ticket))],
        N_("entitlements"): [entitlement(found) for found in entitlements_of(archive, run, ticket)],
    }


def covered(archive: Archive, run: Run, present: Course) -> Sentence:
    """What covers the unit, and why: the plan, the last day of its warranty, or what was said when it was decided."""
    ticket, card = present.ticket, card_of(archive, present.ticket)
    until = again.covered_until(run, card, [*others_of(archive, card, ticket.id), present]) if card else None
    by_hand = [step for step in present.of("work") if step.codes.get("coverage")]
    plan, day, note = "", None, ""
    if by_hand:
        words = [by_hand[-1].by, note := by_hand[-1].note]
    elif ticket.covered_by:
        plan, words = ticket.covered_by, [ticket.covered_by]
    else:
        day = until.isoformat() if until is not None else None
        over = ticket.coverage == "none"
        words = [] if day is None else [(_("warranty until {day}") if over else _("until {day}")).format(day=day)]
    return sentence(
        " · ".join(filter(None, [label(present.coverage), *words])),
        coverage=Code(present.coverage),
        plan=plan,
        until=day,
        note=note,
    )


def entitlement(one: again.Entitlement) -> Row:
    """An entitlement as its row."""
    until = one.until.isoformat() if one.until else ""
    words = [label(f"right-{one.what}"), label(f"by-{one.by}"), label(one.reason)]
    words += [_("until {day}").format(day=until)] if until else []
    words.append(label(f"source-{one.source}"))
    return sentence(
        " · ".join([*words, *filter(None, [one.about])]),
        what=Code(one.what, "right-"),
        by=Code(one.by, "by-"),
        until=until,
        reason=Code(one.reason),
        source=Code(one.source, "source-"),
        about=one.about,
    )


def must_be_entitled(archive: Archive, run: Run, ticket: Ticket, over: str) -> str:
    """Why the unit is replaced: a code of the entitlement, "" where somebody says why anyway. CrmkitError otherwise."""
    for one in entitlements_of(archive, run, ticket):
        if one.what in ("replace", "exchange"):
            return one.reason
    if not over.strip():
        raise CrmkitError(
            _("{id}: nothing entitles to another unit yet").format(id=ticket.id),
            _("crmkit ticket entitlements {id}; out of goodwill: --over REASON").format(id=ticket.id),
        )
    return ""


def _clock(run: Run, clock: TicketClock) -> Row:
    said = [label(clock.clock), label(f"verdict-{clock.verdict}")]
    if clock.cycle > 1:
        said.insert(0, _("cycle {n}").format(n=clock.cycle))
    said += [_("due {at}").format(at=_minute(run, clock.due_at))] if clock.due_at else []
    said += [_("stopped {at}").format(at=_minute(run, clock.stopped_at))] if clock.stopped_at else []
    over = clock.left < timedelta()
    said += [(_("{time} over") if over else _("{time} left")).format(time=in_hours(abs(clock.left)))]
    return sentence(
        " · ".join(said),
        clock=Code(clock.clock),
        cycle=clock.cycle,
        due_at=clock.due_at.isoformat() if clock.due_at else None,
        stopped_at=clock.stopped_at.isoformat() if clock.stopped_at else None,
        verdict=Code(clock.verdict, "verdict-"),
        left=_left(clock),
    )


def _left(clock: TicketClock) -> Seconds:
    """Below zero where it ran over."""
    return Seconds(clock.left.total_seconds())


def in_hours(length: timedelta) -> str:
    """A length as people read it: 26:05 hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def _minute(run: Run, moment: datetime) -> str:
    return f"{moment.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M}"


# not `taken`, which is a seat that is taken
MONEY_WORDS = {"taken": N_("money taken"), "charged": N_("charged"), "paid": N_("paid")}


def _step(run: Run, step: Step, present: Course) -> Row:
    left_out = ("customer", "about", "created_at", "updated_at", "seq")
    plain = {
        name: value for name, value in row(step).items() if name not in left_out and value not in ("", [], {}, None)
    }
    said = [_minute(run, step.at), label(f"step-{step.what}"), step.by, *of_step(step.codes)]
    said += [f"{label(name)} {step.numbers[name]}" for name in ("attitude", "skill") if name in step.numbers]
    said += [f"{_(MONEY_WORDS[name])} {in_yuan(step.numbers[name])}" for name in MONEY if name in step.numbers]
    said += [f"{charge.code} × {charge.quantity} = {in_yuan(amount(charge))}" for charge in step.charges]
    said += [_("promised for {at}").format(at=_minute(run, step.until))] if step.until else []
    said.append(step.note)
    if is_back_dated(step):
        plain["back_dated"] = True
        said.append(_("written down {at}").format(at=_minute(run, step.recorded_at)))
    if step in [*present.misfits, *refunded_too_much(present)]:
        plain["misfit"] = True
        said.append(_("contradicts other steps"))
    return sentence(" · ".join(filter(None, said)), **plain)


def _account(one: TicketStanding, run: Run, working: WorkingTime | None) -> Iterator[Row]:
    """The account of each clock, stretch by stretch, so that it can be added up with a pencil."""
    for clock in one.clocks:
        total = timedelta()
        for stretch in account(one.course, clock, run.now, working):
            total += stretch.counted
            yield sentence(
                " · ".join(
                    [
                        label(clock.clock) if clock.cycle == 1 else f"{label(clock.clock)} {clock.cycle}",
                        f"{_minute(run, stretch.begins)} - {_minute(run, stretch.ends)}",
                        label(stretch.what),
                        f"+{in_hours(stretch.counted)} = {in_hours(total)}",
                    ]
                ),
                clock=Code(clock.clock),
                cycle=clock.cycle,
                begins_at=stretch.begins.isoformat(),
                ends_at=stretch.ends.isoformat(),
                what=Code(stretch.what),
                counted=Seconds(stretch.counted.total_seconds()),
            )


def charges_typed(
    archive: Archive, run: Run, when: datetime, parts: Iterable[str] | None, charges: Iterable[str] | None = None
) -> tuple[Charge, ...]:
    """What was used (--part) and charged (--charge), CODE[:QTY], by the price list of that day.

    Raises NotFoundError, InvalidError.
    """
    day = when.astimezone(run.now.tzinfo).date()
    found = []
    for option, typed in [*(("part", one) for one in parts or ()), *(("charge", one) for one in charges or ())]:
        code, colon, quantity = typed.rpartition(":")
        number = fields.read(option, quantity, {option: fields.quantity}) if colon else 1
        found.append(priced(find_product(archive, code if colon else typed), number, day))
    return tuple(found)
