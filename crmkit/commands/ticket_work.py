"""`crmkit ticket visit`, `work`, `solve`, `replace`: what is done about a ticket."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.core.cards import cards
from crmkit.core.tickets import dispatch, taking
from crmkit.core.tickets.taking import is_known
from crmkit.core.visits import visits
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries import tickets
from crmkit.queries.cards import same_serial, series_of
from crmkit.queries.choices import one_of
from crmkit.queries.dispatch import best, slot_of, visits_of, window_of
from crmkit.queries.finding import find_product, find_staff, holder_of, staff_code
from crmkit.queries.orders import moment_at
from crmkit.queries.work import with_callbacks
from crmkit.records import Ticket, Visit
from crmkit.records.change import Change, together
from crmkit.records.ticket import CAUSES, COVERAGES

Cause = Annotated[
    str, typer.Option("--cause", help=_("defect, misuse, wear, installation, transport, no-fault or unknown"))
]
Charges = Annotated[
    list[str] | None,
    typer.Option("--charge", metavar="CODE[:QTY]", help=_("Labour or fee of the price list; repeatable.")),
]
Taken = Annotated[str, typer.Option("--taken", metavar="YUAN", help=_("Money taken from the customer."))]
HOW = ("phone", "visit", "shop")
PURPOSE = "repair"


@writer(
    _("Somebody will come. Example: crmkit ticket visit TK2611-7k3q --auto"),
    many="ticket",
    counted="added",
    then=with_callbacks,
)
def visit(
    ctx: Context,
    ticket: options.TicketId,
    by: options.Visitor = "",
    auto: Annotated[bool, typer.Option("--auto", help=_("Whoever is nearest and has room."))] = False,
    slot: options.Slot = "",
    at: options.Begins = "",
    until: options.WindowEnd = "",
    over: options.OverReason = "",
    note: options.CallNote = "",
) -> Change:
    """Agree on a visit: called in the morning, the same afternoon, else the next morning; the nearest person."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    if bool(by) == auto:
        raise InvalidError(_("who goes?"), _("--auto, or --by STAFF; crmkit dispatch suggest {id}").format(id=found.id))
    if slot and at:
        raise InvalidError(_("either {one} or {other}").format(one="--slot", other="--at"))
    half = dispatch.half_day(run, at) if at else dispatch.parse(run, slot) if slot else None
    if auto:
        offered = best(archive, run, found, half)
        if half not in (None, offered.slot):
            ctx.tell(_("nobody has room before {slot}").format(slot=offered.slot))
        by, half = offered.by, offered.slot
    half = half or slot_of(archive, run, found)
    window = window_of(run, at, until, half)
    ctx.tell(*_broken_by(ctx, found, window))
    staff = find_staff(archive, by, "--by")
    others = visits_of(archive, run, window.begins.date())
    dispatch.must_be_reachable(staff)
    dispatch.must_fit(run, staff, others, PURPOSE, 1, over)
    person = holder_of(archive, found.customer)
    agreed = visits.agree(
        run, person, window, PURPOSE, by=staff.code, about=found.id, others=[one for one in others if not one.state],
        note=note, overlap=bool(over),
    )  # fmt: skip
    step = taking.take(
        run, tickets.course_of(archive, found), "visit", run.now, by=staff.code, note=fields.text(note),
        visit=agreed.ids[0], until=window.ends, working=tickets.working_of(archive, found),
    )  # fmt: skip
    puts = tuple(msgspec.structs.replace(one, over=over.strip()) for one in agreed.puts if isinstance(one, Visit))
    return together(step, Change(puts=puts, counts={"visits": 1}, notes=agreed.notes))


@writer(
    _("What was done, used and taken. Example: crmkit ticket work TK2611-7k3q --part VALVE:1 --charge TRIP --taken 65"),
    many="ticket",
    counted="added",
    form="T",
    then=tickets.with_visits,
)
def work(
    ctx: Context,
    ticket: options.TicketId,
    parts: options.PartsUsed = None,
    charges: Charges = None,
    taken: Taken = "",
    cause: Cause = "",
    fault: options.FaultCode = "",
    coverage: Annotated[
        str, typer.Option("--coverage", help=_("warranty, contract, prepaid, goodwill or none; if not as reported"))
    ] = "",
    by: options.DoneBy = "",
    at: options.At = "",
    note: options.CallNote = "",
    solved: Annotated[bool, typer.Option("--solved", help=_("It works again; the cause is needed."))] = False,
) -> Change:
    """Write down a visit or a repair: parts and charges by the list of that day, and the money that was taken."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    # who was there, or when, is something to write down: a sheet may say no more
    if not any((parts, charges, taken, cause, fault, coverage, by, at, note.strip(), solved)):
        raise UsageError(_("nothing to write down"), _("give --part, --charge, --taken or --note"))
    when = moment_at(run, at)
    present, money = tickets.course_of(archive, found), fields.fen_typed("taken", taken)
    lines = tickets.charges_typed(archive, run, when, parts, charges)
    if coverage and not fields.text(note):
        raise InvalidError(
            _("why is it {coverage}?").format(coverage=coverage), _("decided by hand, it needs --note TEXT")
        )
    why = one_of(cause, CAUSES, _("there is no cause {value}"), field="cause")
    if solved and coverage:
        raise InvalidError(_("either {one} or {other}").format(one="--solved", other="--coverage"))
    if ctx.batch:
        what, told_at = "solve" if solved else "work", when if at else None
        if is_known(present, what, told_at, cause=why, note=fields.text(note), taken=money, charges=lines):
            return Change(counts={"unchanged": 1})
        by = by or present.worker  # a sheet comes back from whoever was sent
    who, working = staff_code(archive, by, "--by") if by else "", tickets.working_of(archive, found)
    if solved:
        return taking.solve(
            run, present, when, cause=why, how="visit", by=who,
            fault=tickets.find_fault(archive, fault), note=fields.text(note), taken=money, charges=lines,
            working=working,
        )  # fmt: skip
    known = tickets.find_fault(archive, fault)
    codes = {
        "cause": why,
        "fault": known.code if known else "",
        "coverage": one_of(coverage, COVERAGES, _("there is no coverage {value}"), field="coverage"),
    }
    return taking.take(
        run, present, "work", when, by=who, note=fields.text(note), codes=codes, numbers={"taken": money},
        charges=lines, working=working,
    )  # fmt: skip


@writer(
    _("It works again. Example: crmkit ticket solve TK2611-7k3q --cause defect --fault no-power --how visit --by ZW"),
    many="ticket",
    counted="solved",
    then=tickets.with_visits,
)
def solve(
    ctx: Context,
    ticket: options.TicketId,
    cause: Cause = "",
    how: Annotated[str, typer.Option("--how", help=_("phone, visit or shop"))] = "",
    fault: options.FaultCode = "",
    parts: options.PartsUsed = None,
    charges: Charges = None,
    taken: Taken = "",
    by: options.DoneBy = "",
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """Say that it is solved, why it had happened, and who did it."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    when = moment_at(run, at)
    return taking.solve(
        run, tickets.course_of(archive, found), when,
        cause=one_of(cause, CAUSES, _("there is no cause {value}"), field="cause"),
        how=one_of(how, HOW, _("there is no way {value} to solve it"), field="how"),
        fault=tickets.find_fault(archive, fault), by=staff_code(archive, by, "--by") if by else "",
        note=fields.text(note), taken=fields.fen_typed("taken", taken),
        charges=tickets.charges_typed(archive, run, when, parts, charges), working=tickets.working_of(archive, found),
    )  # fmt: skip


@writer(
    _("Another unit in its place, free of charge. Example: crmkit ticket replace TK2611-7k3q --new-serial SN-0002"),
    many="ticket",
    counted="replaced",
    then=tickets.with_visits,
)
def replace(
    ctx: Context,
    ticket: options.TicketId,
    new_serial: Annotated[str, typer.Option("--new-serial", help=_("Serial number of the new unit."))] = "",
    over: options.OverReason = "",
    by: options.DoneBy = "",
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """Issue the card of the new unit; the old card is replaced, and the ticket solved."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    old = tickets.card_of(archive, found)
    if old is None:
        raise InvalidError(
            _("{id} has no card: nobody can tell which unit it was").format(id=found.id),
            _("issue one first: crmkit card issue"),
        )
    if not new_serial.strip():
        raise InvalidError(_("which unit is it now?"), _("--new-serial NUMBER"))
    if cards.tidy_serial(new_serial).casefold() == old.serial.casefold():
        raise InvalidError(
            _("{serial} is the serial number of the unit that is replaced").format(serial=old.serial),
            _("--new-serial is that of the unit in its place; only a new card for the same one: crmkit card replace"),
        )
    when = moment_at(run, at)
    sale = cards.Sale(serial=fields.text(new_serial), installed_on=when.astimezone(run.now.tzinfo).date())
    operator, last = series_of(archive, run)
    exchanged = cards.replace(
        run, old, find_product(archive, old.product), sale, operator=operator, last_number=last,
        same_serial=same_serial(archive, sale.serial), reason=over.strip() or found.id,
    )  # fmt: skip
    reason = tickets.must_be_entitled(archive, run, found, over)
    step = taking.take(
        run, tickets.course_of(archive, found), "replace", when, card=exchanged.ids[0],
        by=staff_code(archive, by, "--by") if by else "", note=fields.text(note or over),
        codes={"reason": reason or "goodwill"}, working=tickets.working_of(archive, found),
    )  # fmt: skip
    told = tickets.replaced(archive, run, old, exchanged).notes
    return together(step, Change(puts=exchanged.puts, counts={"issued": 1}, notes=told))


def _broken_by(ctx: Context, ticket: Ticket, window: visits.Window) -> Iterator[str]:
    """That solving it was promised for a time before the visit is over."""
    for clock in tickets.standing_of(ctx.archive, ctx.run, ticket).clocks:
        if clock.clock == "solved" and clock.runs and clock.due_at is not None and clock.due_at < window.ends:
            yield _("{id} was promised to be solved until {when}: the visit may end later").format(
                id=ticket.id, when=f"{clock.due_at.astimezone(ctx.run.now.tzinfo):%Y-%m-%d %H:%M}"
            )
