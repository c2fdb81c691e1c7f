"""`crmkit ticket`: what was sold and does not work (报修). Steps, work and what comes after have files of their own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.walk import Context, Listing, listing, showing, writer
from crmkit.core.calendar.spans import moment_after, parse_span
from crmkit.core.fields import text
from crmkit.core.run import Run
from crmkit.core.tickets import taking
from crmkit.core.tickets.charges import refunded_too_much
from crmkit.core.tickets.clocks import PROMISED
from crmkit.core.tickets.course import STATES, course
from crmkit.errors import InvalidError
from crmkit.i18n import _, titled
from crmkit.queries import tickets
from crmkit.queries.cards import find_card
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, find_product, holder_of, staff_code
from crmkit.queries.orders import moment_at
from crmkit.records import Card, Customer, Fault, Product, Ticket
from crmkit.records.card import CLOCKS
from crmkit.records.change import Change
from crmkit.records.ticket import REPORTED
from crmkit.records.work import utc_key
from crmkit.result import Row

COLUMNS = (
    "id", "next_at", "next_clock", "time_left", "state", "waiting", "customer", "name", "phone", "product", "fault",
    "symptom", "by", "reported_at",
)  # fmt: skip
FIGURE_COLUMNS = ("measure", "what", "count", "whole", "share", "amount", "average")
RIGHT_COLUMNS = ("what", "by", "until", "reason", "source", "about")


@writer(
    _("Somebody reports a fault. Example: crmkit ticket add --card BJLN-26110042-8 --symptom 打不着火"),
    many="lines",
    counted="added",
    also={"card_number": "card", "reported_at": "at"},
)
def add(
    ctx: Context,
    card: options.UnitCard = "",
    customer: options.Whose = "",
    product: Annotated[str, typer.Option("--product", metavar="CODE", help=_("What it is, without a card."))] = "",
    symptom: Annotated[str, typer.Option("--symptom", help=_("What does not work, in the customer's words."))] = "",
    fault: options.FaultCode = "",
    how: options.ReportedBy = "phone",
    at: options.At = "",
    promise: options.PromisedAt = "",
    safety: Annotated[bool, typer.Option("--safety", help=_("Somebody could come to harm."))] = False,
    key: Key = "",
) -> Change:
    """Open a ticket; the promises of the card run from the report on."""
    archive, run = ctx.archive, ctx.run
    unit, person, goods = _unit(ctx, card, customer, product)
    known, how = (
        tickets.find_fault(archive, fault),
        one_of(how, REPORTED, _("there is no way {value} to report"), field="how"),
    )
    reported = moment_at(run, at)
    promised = moment_at(run, promise) if promise else None

    def decide(run: Run) -> Change:
        return taking.report(
            run, person, at=reported, how=how, symptom=text(symptom), card=unit, product=goods, fault=known,
            safety=safety, promised=promised, earlier=tickets.others_of(archive, unit),
            plans=tickets.plans_for(archive, run, person.id, unit, reported),
            working=tickets.working_for(archive, run, unit),
        )  # fmt: skip

    typed = {"card": unit.id if unit else "", "customer": person.id, "product": goods.code if goods else ""}
    change = once(ctx, Ticket, key, decide, **typed, fault=known.code if known else "", how=how)
    for ticket in (record for record in change.puts if isinstance(record, Ticket)):
        ctx.tell(*_said(ctx, ticket, known))
    return change


@listing(
    _("List tickets, what runs out first. Example: crmkit ticket list --at-risk 2h --exit-code"), COLUMNS, finds=True
)
def list_(
    ctx: Context,
    breached: Annotated[bool, typer.Option("--breached", help=_("A promise is broken and not made good."))] = False,
    at_risk: Annotated[
        str, typer.Option("--at-risk", metavar="TIME", help=_("A promise ends within: 2h, 30min, 1d."))
    ] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help=_("Waiting for the customer."))] = False,
    clock: Annotated[
        str, typer.Option("--clock", help=_("Only of: reply, solution, solved, follow_up or promised."))
    ] = "",
    by: options.ByStaff = "",
    state: Annotated[str, typer.Option("--state", help=options.closed((*STATES, "all"), "ticket-"))] = "",
    customer: options.OfCustomer = "",
    card: options.UnitCard = "",
    fault: options.FaultCode = "",
    misfits: Annotated[bool, typer.Option("--misfits", help=_("Steps contradict each other; in every state."))] = False,
    refund_due: Annotated[bool, typer.Option("--refund-due", help=_("Money is to be paid back."))] = False,
) -> Iterable[Row]:
    """List tickets; without --state, a customer or a card those that are open."""
    archive, run = ctx.archive, ctx.run
    state = one_of(state, (*STATES, "all"), _("there is no state {value}"), "ticket-", field="state")
    clock = one_of(clock.replace("-", "_"), (*CLOCKS, PROMISED), _("there is no clock {value}"), field="clock")
    code, known = staff_code(archive, by, "--by") if by else "", tickets.find_fault(archive, fault)
    soon = _within(run, at_risk) if at_risk else None
    found: Iterable[Ticket]
    if card:
        unit = find_card(archive, card)
        found = [one.ticket for one in tickets.others_of(archive, unit)]
    elif customer:
        found = archive.of(Ticket, find_customer(archive, customer).id)
    elif misfits or state in ("closed", "cancelled", "all"):
        found = archive.all(Ticket)
    else:
        found = tickets.open_tickets(archive, run.now if breached else soon)
    every = [
        one
        for one in tickets.standings(archive, run, found)
        if state in ("", "all", one.state)
        if code in ("", one.course.worker)
        if known is None or one.course.fault == known.code
        if not waiting or one.course.now.waiting
        if not misfits or one.course.misfits or refunded_too_much(one.course)
        if not refund_due or one.money.refund_due
        if not breached or one.has(clock, "breached")
        if soon is None or one.has(clock, "open", until=soon)
        if not clock or breached or soon is not None or one.has(clock, "open", "waiting", "breached")
    ]
    every.sort(key=lambda one: (one.due_key(clock), utc_key(one.course.ticket.reported_at), one.course.ticket.id))
    return [tickets.listed(archive, run, one, clock=clock, soon=soon) for one in every]


@showing(_("One ticket with its clocks and steps. Example: crmkit ticket show TK2611-7k3q9xab"))
def show(ctx: Context, ticket: options.TicketId) -> Row:
    """Show one ticket: the account of its clocks, its steps, its money, what the customer may ask for."""
    return tickets.shown(ctx.archive, ctx.run, tickets.find_ticket(ctx.archive, ticket))


@listing(_("What the customer may ask for. Example: crmkit ticket entitlements TK2611-7k3q9xab"))
def entitlements(ctx: Context, ticket: options.TicketId) -> Listing:
    """List what the promise and the law give, until when and why."""
    found = tickets.entitlements_of(ctx.archive, ctx.run, tickets.find_ticket(ctx.archive, ticket))
    columns = tuple(titled(name, _("by what right")) if name == "by" else name for name in RIGHT_COLUMNS)
    return Listing([tickets.entitlement(one) for one in found], columns)


@listing(
    _("Promises kept, mended the first time ... Example: crmkit ticket figures --since 2026-11-01"), FIGURE_COLUMNS
)
def figures(ctx: Context, since: options.Since = "", until: options.Until = "") -> Iterable[Row]:
    """Count what happened with tickets and complaints; json has the ids behind each figure."""
    from crmkit.core.figures import counting, published
    from crmkit.core.figures.service import BRANCH, SERVICE, complained, served
    from crmkit.queries.counting import figure_rows, period_of
    from crmkit.queries.snapshot import snapshot_of
    from crmkit.queries.work import timetable_of

    snapshot, period = snapshot_of(ctx.archive), period_of(ctx.run, since, until)
    timetable = timetable_of(ctx.archive)
    table = counting.figures([*served(snapshot, period, ctx.run, timetable), *complained(snapshot, period)])
    later, were = published.changes(snapshot, period, ctx.run, timetable, table)
    if were.keys() & (SERVICE | BRANCH).keys():
        ctx.tell(published.told(later))
    return figure_rows(table, SERVICE | BRANCH)


def _unit(ctx: Context, card: str, customer: str, product: str) -> tuple[Card | None, Customer, Product | None]:
    """The unit that is meant, whose it is, and what. Of somebody with one such card the card is taken, and said."""
    archive = ctx.archive
    if card:
        unit = find_card(archive, card)
        holder = holder_of(archive, unit.customer)
        if customer and find_customer(archive, customer).id != holder.id:
            raise InvalidError(
                _("card {number} belongs to another customer").format(number=unit.number),
                _("whose it is: crmkit card show {number}").format(number=unit.number),
            )
        if product and find_product(archive, product).code != unit.product:
            raise InvalidError(_("card {number} is of {product}").format(number=unit.number, product=unit.product))
        return unit, holder, None
    if not customer:
        raise InvalidError(_("whose unit is it?"), _("--card NUMBER, or --customer CUSTOMER with --product CODE"))
    person, goods = find_customer(archive, customer), find_product(archive, product) if product else None
    cards = [one for one in archive.of(Card, person.id) if not one.state and (not goods or one.product == goods.code)]
    if len(cards) == 1:
        ctx.tell(_("taken as the unit of card {number}").format(number=cards[0].number))
        return cards[0], person, None
    if cards:
        numbers = ", ".join(f"{one.number} ({one.product})" for one in cards)
        ctx.tell(_("{name} has several cards: {numbers}; --card NUMBER says which").format(
            name=person.name or person.id, numbers=numbers))  # fmt: skip
    return None, person, goods


def _said(ctx: Context, ticket: Ticket, fault: Fault | None) -> Iterable[str]:
    """What whoever is at the telephone needs: the guide, what it repeats, whose cost it is, what else is open."""
    if ticket.safety:
        yield _("danger: tell them to switch it off and not to touch it, and send somebody at once")
    if ticket.again:
        again = _("the same fault as {id}, which was solved: a new unit, crmkit ticket replace")
        yield again.format(id=ticket.again)
    yield _("cost: {coverage}").format(coverage=tickets.covered(ctx.archive, ctx.run, course(ticket, ())).words)
    if fault is not None:
        yield from (_("ask: {text}").format(text=question) for question in fault.questions)
        if fault.likely:
            yield _("likely: {text}").format(text=fault.likely)
        if fault.steps:
            yield _("if they are willing, guide them:")
            yield from (f"{number}. {step}" for number, step in enumerate(fault.steps, start=1))
        if fault.minutes:
            yield _("a repair takes {n} minutes").format(n=fault.minutes)
    others = [
        one for one in ctx.archive.of(Ticket, ticket.customer) if one.id != ticket.id and one.closed <= one.reopened
    ]
    for other in others:
        yield _("also open: {id}, {symptom}").format(id=other.id, symptom=other.symptom or other.fault)


def _within(run: Run, typed: str) -> datetime:
    """The end of a span that was typed without a sign: 2h, 30min, 1d. Raises InvalidError."""
    span = typed.strip()
    try:
        return moment_after(run.now, parse_span(span if span.startswith("+") else f"+{span}"))
    except InvalidError:
        raise InvalidError(
            _("'{text}' is not a span of time").format(text=typed), _("write for example 2h, 30min or 1d"),
            field="at_risk",
        ) from None  # fmt: skip
