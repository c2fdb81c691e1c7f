"""`crmkit ticket reply`, `promise`, `solution`, `wait`, `resume`, `hand`, `accept`: what is said about a ticket."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.fields import text
from crmkit.core.tickets import dispatch, taking
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import tickets
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_staff, staff_at_work, staff_code
from crmkit.queries.orders import moment_at
from crmkit.records.change import Change, together
from crmkit.records.work import OUTCOMES


@writer(
    _("Somebody answered the customer. Example: crmkit ticket reply TK2611-7k3q --note 指导重装电池"),
    many="ticket",
    counted="added",
)
def reply(
    ctx: Context,
    ticket: options.TicketId,
    outcome: Annotated[
        str, typer.Option("--outcome", help=_("reached (default); no-answer, busy ... is an attempt, and waits"))
    ] = "reached",
    at: options.At = "",
    note: options.CallNote = "",
    promise: options.PromisedAt = "",
    by: options.DoneBy = "",
) -> Change:
    """A person spoke to the customer, or tried to; an attempt that reached nobody begins a wait."""
    outcome = one_of(outcome, OUTCOMES, _("there is no outcome {value}"), field="outcome")
    answered = step(ctx, ticket, "reply", at, note=note, promise=promise, by=by, codes={"outcome": outcome})
    if outcome == "reached":
        return answered
    ctx.archive.stage(answered)
    present = tickets.course_of(ctx.archive, tickets.find_ticket(ctx.archive, ticket))
    return answered if present.now.waiting else together(answered, step(ctx, ticket, "wait", at, by=by))


@writer(_("A time was promised. Example: crmkit ticket promise TK2611-7k3q '下午3点'"), many="ticket", counted="added")
def promise(
    ctx: Context,
    ticket: options.TicketId,
    time: Annotated[str, typer.Argument(metavar="TIME", help=_("By when; no wait moves it."))] = "",
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """Promise a time; promised again before it came, the later one counts."""
    if not time.strip():
        raise InvalidError(_("which time was promised?"), _("crmkit ticket promise {id} TIME").format(id=ticket))
    return step(ctx, ticket, "promise", at, note=note, promise=time)


@writer(
    _("What is done about it was agreed. Example: crmkit ticket solution TK2611-7k3q --note '明天上午换阀'"),
    many="ticket",
    counted="added",
)
def solution(
    ctx: Context,
    ticket: options.TicketId,
    at: options.At = "",
    note: options.CallNote = "",
    promise: options.PromisedAt = "",
    by: options.DoneBy = "",
) -> Change:
    """What and when was arranged with the customer."""
    return step(ctx, ticket, "solution", at, note=note, promise=promise, by=by)


@writer(
    _("Waiting for the customer; clocks stand still. Example: crmkit ticket wait TK2611-7k3q --note 周五才在家"),
    many="ticket",
    counted="added",
)
def wait(ctx: Context, ticket: options.TicketId, at: options.At = "", note: options.CallNote = "") -> Change:
    """Only waiting for the customer stops the clocks, not waiting for parts or a dealer."""
    return step(ctx, ticket, "wait", at, note=note)


@writer(_("The wait is over. Example: crmkit ticket resume TK2611-7k3q"), many="ticket", counted="added")
def resume(ctx: Context, ticket: options.TicketId, at: options.At = "", note: options.CallNote = "") -> Change:
    """The clocks go on."""
    return step(ctx, ticket, "resume", at, note=note)


@writer(
    _("Hand it over to a dealer or a colleague. Example: crmkit ticket hand TK2611-7k3q --to DL1"),
    many="ticket",
    counted="added",
)
def hand(
    ctx: Context,
    ticket: options.TicketId,
    to: options.To,
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """Hand a ticket over; the customer's clocks run on."""
    code = staff_at_work(ctx.archive, to, "--to")
    dispatch.must_be_reachable(find_staff(ctx.archive, code, "--to"))
    return step(ctx, ticket, "hand", at, note=note, by=code)


@writer(_("A dealer takes it over. Example: crmkit ticket accept TK2611-7k3q --by DL1"), many="ticket", counted="added")
def accept(
    ctx: Context, ticket: options.TicketId, at: options.At = "", note: options.CallNote = "", by: options.DoneBy = ""
) -> Change:
    """Whom it was handed over to says that they do it."""
    if by:
        dispatch.must_be_reachable(find_staff(ctx.archive, by, "--by"))
    return step(ctx, ticket, "accept", at, note=note, by=by)


def step(
    ctx: Context, ticket: str, what: str, at: str, *,
    note: str = "", promise: str = "", by: str = "", codes: dict[str, str] | None = None,
) -> Change:  # fmt: skip
    """One step of a ticket, as it was typed."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    return taking.take(
        run, tickets.course_of(archive, found), what, moment_at(run, at), note=text(note), codes=codes,
        by=staff_code(archive, by, "--by") if by else "", until=moment_at(run, promise) if promise else None,
        working=tickets.working_of(archive, found),
    )  # fmt: skip
