"""`crmkit ticket follow-up`, `reopen`, `refund`, `cancel`: what comes after a ticket was solved, or instead of it."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.core.tickets import taking
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import tickets
from crmkit.queries.choices import one_of
from crmkit.queries.finding import staff_code
from crmkit.queries.orders import moment_at
from crmkit.queries.work import with_callbacks
from crmkit.records.change import Change, together
from crmkit.records.work import OUTCOMES

MARKS = {"good": 5, "fair": 3, "poor": 1}
ASKED = (*OUTCOMES, "refused")


@writer(
    _(
        "The five questions after a service. Example: crmkit ticket follow-up TK2611-7k3q --solved yes --on-time yes "
        "--attitude 5 --skill 5 --charged 0"
    ),
    many="ticket",
    counted="added",
    then=with_callbacks,
)
def follow_up(
    ctx: Context,
    ticket: options.TicketId,
    solved: Annotated[str, typer.Option("--solved", help=_("yes; no opens a second cycle"))] = "",
    on_time: Annotated[str, typer.Option("--on-time", help=_("yes or no"))] = "",
    attitude: Annotated[str, typer.Option("--attitude", help=_("1 to 5, or good, fair, poor"))] = "",
    skill: Annotated[str, typer.Option("--skill", help=_("1 to 5, or good, fair, poor"))] = "",
    charged: Annotated[str, typer.Option("--charged", metavar="YUAN", help=_("What was charged; 0 for nothing."))] = "",
    outcome: Annotated[str, typer.Option("--outcome", help=_("reached (default), refused, no-answer, busy ..."))] = "",
    at: options.At = "",
    note: options.CallNote = "",
    by: options.DoneBy = "",
) -> Change:
    """Ask the customer; all five answers, or a refusal, close the ticket."""
    archive, run = ctx.archive, ctx.run
    outcome = one_of(outcome, ASKED, _("there is no outcome {value}"), field="outcome")
    answers: dict[str, str | int] = {}
    for name, typed in (("solved", solved), ("on_time", on_time)):
        if typed:
            answers[name] = fields.answer_typed(name, typed)
    for name, typed in (("attitude", attitude), ("skill", skill)):
        if typed:
            answers[name] = fields.read(name, typed, {name: _mark})
    if charged:
        answers["charged"] = fields.fen_typed("charged", charged)
    found, when = tickets.find_ticket(archive, ticket), moment_at(run, at)
    who = staff_code(archive, by, "--by") if by else ""
    asked = taking.follow_up(
        run, tickets.course_of(archive, found), when, outcome=outcome, answers=answers, by=who, note=fields.text(note),
        working=tickets.working_of(archive, found),
    )  # fmt: skip
    return together(asked, tickets.the_call(archive, run, found, when, outcome, who, fields.text(note)))


@writer(
    _("It was never really solved. Example: crmkit ticket reopen TK2611-7k3q --note 还是打不着"),
    many="ticket",
    counted="reopened",
    then=with_callbacks,
)
def reopen(
    ctx: Context,
    ticket: options.TicketId,
    mistake: Annotated[bool, typer.Option("--mistake", help=_("It was closed by mistake."))] = False,
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """A second cycle with four new clocks; what came of the first one stands."""
    found = tickets.find_ticket(ctx.archive, ticket)
    return taking.reopen(
        ctx.run, tickets.course_of(ctx.archive, found), moment_at(ctx.run, at), note=fields.text(note),
        mistake=mistake, working=tickets.working_of(ctx.archive, found),
    )  # fmt: skip


@writer(
    _("Money back that was taken above the list. Example: crmkit ticket refund TK2611-7k3q --amount 15"),
    many="ticket",
    counted="refunded",
)
def refund(
    ctx: Context,
    ticket: options.TicketId,
    amount: options.Amount = "",
    declined: Annotated[bool, typer.Option("--declined", help=_("The customer does not want it."))] = False,
    at: options.At = "",
    note: options.CallNote = "",
    by: options.DoneBy = "",
) -> Change:
    """Pay back what is due, or write down that the customer does not want it."""
    archive, run = ctx.archive, ctx.run
    if declined == bool(amount):
        raise InvalidError(_("either --amount YUAN or --declined"))
    found = tickets.find_ticket(archive, ticket)
    return taking.refund(
        run, tickets.course_of(archive, found), moment_at(run, at),
        paid=fields.fen_typed("amount", amount), declined=declined,
        by=staff_code(archive, by, "--by") if by else "", note=fields.text(note),
        working=tickets.working_of(archive, found),
    )  # fmt: skip


@writer(
    _("Drop a ticket. Example: crmkit ticket cancel TK2611-7k3q --reason withdrawn"),
    many="ticket",
    counted="cancelled",
    then=tickets.with_visits,
)
def cancel(
    ctx: Context,
    ticket: options.TicketId,
    reason: Annotated[str, typer.Option("--reason", help=options.closed(taking.REASONS))] = "",
    duplicate_of: Annotated[
        str, typer.Option("--duplicate-of", metavar="TICKET", help=_("Another one says the same."))
    ] = "",
    at: options.At = "",
    note: options.CallNote = "",
) -> Change:
    """Cancel a ticket with its reason."""
    archive, run = ctx.archive, ctx.run
    found = tickets.find_ticket(archive, ticket)
    why = one_of(reason, taking.REASONS, _("there is no reason {value}"), field="reason")
    if duplicate_of and why not in ("", "duplicate"):
        raise InvalidError(_("either {one} or {other}").format(one="--reason", other="--duplicate-of"))
    other = tickets.find_ticket(archive, duplicate_of).id if duplicate_of else ""
    return taking.cancel(
        run, tickets.course_of(archive, found), moment_at(run, at),
        reason="duplicate" if other else why, duplicate=other,
        note=fields.text(note), working=tickets.working_of(archive, found),
    )  # fmt: skip


def _mark(typed: str) -> int:
    """An answer from 1 to 5. Raises InvalidError."""
    word = fields.code_of(typed, MARKS)
    if word in MARKS:
        return MARKS[word]
    if typed.strip() not in ("1", "2", "3", "4", "5"):
        raise InvalidError(_("{value} is not from 1 to 5").format(value=typed), fields.one_of_them(MARKS))
    return int(typed)
