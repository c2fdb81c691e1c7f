"""`crmkit complaint listen` ... `close`: the steps of a complaint, one after the other."""

from collections.abc import Mapping
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.core.complaints import steps
from crmkit.core.complaints.hearing import Hearing
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import complaints
from crmkit.queries.choices import one_of
from crmkit.queries.finding import staff_code
from crmkit.queries.orders import moment_at
from crmkit.queries.work import with_callbacks
from crmkit.records.change import Change
from crmkit.records.complaint import SEVERITIES, UPHELD
from crmkit.records.work import OUTCOMES


@writer(_("Somebody heard the customer out. Example: crmkit complaint listen CP2611-7k3q --note '原话 ...'"))
def listen(
    ctx: Context,
    complaint: options.ComplaintId,
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Who listened, and the customer's own words."""
    return _step(ctx, complaint, "listen", at, note=note, by=by)


@writer(_("Apologise, say by when we answer. Example: crmkit complaint acknowledge CP2611-7k3q --promise '周五12:00'"))
def acknowledge(
    ctx: Context,
    complaint: options.ComplaintId,
    promise: options.PromisedAt = "",
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """The complaint was received; within a day."""
    return _step(ctx, complaint, "acknowledge", at, note=note, by=by, promise=promise)


@writer(_("How bad is it? Example: crmkit complaint assess CP2611-7k3q --severity high"))
def assess(
    ctx: Context,
    complaint: options.ComplaintId,
    severity: Annotated[str, typer.Option("--severity", help=_("low, medium, high or safety"))],
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Say how bad it is, and whether it is the same matter as another."""
    codes = {"severity": one_of(severity, SEVERITIES, _("there is no severity {value}"), field="severity")}
    return _step(ctx, complaint, "assess", at, note=note, by=by, codes=codes)


@writer(_("What had happened, and why. Example: crmkit complaint investigate CP2611-7k3q --cause '派工漏了'"))
def investigate(
    ctx: Context,
    complaint: options.ComplaintId,
    cause: Annotated[str, typer.Option("--cause", metavar="TEXT", help=_("Why it happened."))],
    whose: Annotated[str, typer.Option("--whose", metavar="STAFF", help=_("Whose it was."))] = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Say what was found."""
    codes = {"whose": staff_code(ctx.archive, whose, "--whose") if whose else ""}
    return _step(ctx, complaint, "investigate", at, note=fields.required(cause), by=by, codes=codes)


@writer(_("Offer a choice. Example: crmkit complaint offer CP2611-7k3q --choice 退款:200 --choice 免费上门保养"))
def offer(
    ctx: Context,
    complaint: options.ComplaintId,
    choice: Annotated[
        list[str] | None, typer.Option("--choice", metavar="TEXT[:YUAN]", help=_("Two or more; repeatable."))
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=_("Why there is only one."))] = "",
    promise: options.PromisedAt = "",
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Two solutions or more, or the reason for one; what was rejected is kept."""
    texts, amounts = [], {}
    for number, typed in enumerate(choice or (), start=1):
        text, colon, money = typed.replace("：", ":").rpartition(":")
        priced = bool(colon) and money.replace(".", "", 1).isdigit()
        texts.append(text if priced else typed)
        if priced:
            amounts[number] = fields.yuan(money)
    run = ctx.run
    return steps.offer(
        run, _present(ctx, complaint), moment_at(run, at), texts, amounts, reason=fields.text(reason),
        until=moment_at(run, promise) if promise else None, by=_who(ctx, by), note=fields.text(note),
    )  # fmt: skip


@writer(_("The customer chose. Example: crmkit complaint agree CP2611-7k3q --choice 1"))
def agree(
    ctx: Context,
    complaint: options.ComplaintId,
    choice: Annotated[int, typer.Option("--choice", metavar="N", min=1, help=_("Number of the choice."))],
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Write down which of the offers the customer took."""
    present = _present(ctx, complaint)
    return steps.agree(ctx.run, present, moment_at(ctx.run, at), choice, by=_who(ctx, by), note=fields.text(note))


@writer(
    _("It is done. Example: crmkit complaint carry-out CP2611-7k3q --paid 200 --record Y2611-7k3q"),
    then=with_callbacks,
)
def carry_out(
    ctx: Context,
    complaint: options.ComplaintId,
    paid: Annotated[str, typer.Option("--paid", metavar="YUAN", help=_("Money that was promised."))] = "",
    record: Annotated[str, typer.Option("--record", metavar="ID", help=_("Refund, visit, ticket that shows it."))] = "",
    more: Annotated[bool, typer.Option("--more", help=_("More is to come."))] = False,
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """What was agreed is done, the money paid as promised."""
    return steps.carry_out(
        ctx.run, _present(ctx, complaint), moment_at(ctx.run, at),
        paid=fields.fen_typed("paid", paid), record=fields.text(record), left=more,
        by=_who(ctx, by), note=fields.text(note),
    )  # fmt: skip


@writer(_("Is it really settled? Example: crmkit complaint call-back CP2611-7k3q --satisfied yes"), then=with_callbacks)
def call_back(
    ctx: Context,
    complaint: options.ComplaintId,
    satisfied: Annotated[str, typer.Option("--satisfied", help=_("yes or no"))] = "",
    outcome: Annotated[str, typer.Option("--outcome", help=_("Why nobody was reached: no-answer, busy ..."))] = "",
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Ask the customer within three days; not reached on three days, it is closed unconfirmed."""
    outcome = one_of(outcome, OUTCOMES, _("there is no outcome {value}"), field="outcome") or "reached"
    if bool(satisfied) != (outcome == "reached"):
        raise InvalidError(_("was the customer satisfied?"), _("--satisfied yes or no, or --outcome no-answer"))
    codes = {"outcome": outcome, "satisfied": fields.answer_typed("satisfied", satisfied)}
    return _step(ctx, complaint, "call-back", at, note=note, by=by, codes=codes)


@writer(_("Closed with its lesson. Example: crmkit complaint close CP2611-7k3q --upheld yes --lesson '派工后当天核对'"))
def close(
    ctx: Context,
    complaint: options.ComplaintId,
    lesson: Annotated[str, typer.Option("--lesson", help=_("What is done otherwise from now on."))] = "",
    upheld: Annotated[str, typer.Option("--upheld", help=_("yes, part or no"))] = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Close a complaint; never without a lesson."""
    upheld = one_of(upheld, UPHELD, _("{value} is not yes, part or no"), field="upheld")
    present = _present(ctx, complaint)
    return steps.close(
        ctx.run, present, moment_at(ctx.run, at), lesson=fields.text(lesson), upheld=upheld, by=_who(ctx, by)
    )


@writer(_("Not satisfied: another solution, once. Example: crmkit complaint reopen CP2611-7k3q"), then=with_callbacks)
def reopen(
    ctx: Context,
    complaint: options.ComplaintId,
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Once only; the next offer differs from the first."""
    return _step(ctx, complaint, "reopen", at, note=note, by=by)


@writer(_("Somebody higher up decides. Example: crmkit complaint escalate CP2611-7k3q --note 报总部"))
def escalate(
    ctx: Context,
    complaint: options.ComplaintId,
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """It goes up to head office."""
    return _step(ctx, complaint, "escalate", at, note=note, by=by)


@writer(_("The customer takes it back. Example: crmkit complaint withdraw CP2611-7k3q"), then=with_callbacks)
def withdraw(
    ctx: Context,
    complaint: options.ComplaintId,
    note: options.CallNote = "",
    by: options.DoneBy = "",
    at: options.At = "",
) -> Change:
    """Only the customer withdraws a complaint."""
    return _step(ctx, complaint, "withdraw", at, note=note, by=by)


def _step(
    ctx: Context, complaint: str, what: str, at: str, *,
    note: str = "", by: str = "", codes: Mapping[str, str] | None = None, promise: str = "",
) -> Change:  # fmt: skip
    run = ctx.run
    return steps.take(
        run, _present(ctx, complaint), what, moment_at(run, at), note=fields.text(note), by=_who(ctx, by), codes=codes,
        until=moment_at(run, promise) if promise else None,
    )  # fmt: skip


def _present(ctx: Context, complaint: str) -> Hearing:
    return complaints.hearing_of(ctx.archive, complaints.find_complaint(ctx.archive, complaint))


def _who(ctx: Context, by: str) -> str:
    return staff_code(ctx.archive, by, "--by") if by else ""
