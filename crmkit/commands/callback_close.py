"""`crmkit callback done`, `snooze`, `edit`, `cancel`: what becomes of a planned call."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import callbacks
from crmkit.core.fields import code_of
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import staff_at_work
from crmkit.queries.open_records import find_open, named_as
from crmkit.queries.work import customer_of, kept_step, moment_of, next_time, timetable_of, with_callbacks, with_refusal
from crmkit.records import Call, Callback
from crmkit.records.change import Change
from crmkit.records.work import MOODS, OUTCOMES

Id = Annotated[str, typer.Argument(metavar="ID", help=_("Id of the callback, or whose: the one that is open."))]


@writer(
    _("Write down the call. Example: crmkit callback done B2611-7k3q9xab --outcome reached --note ..."),
    many="callback",
    form="B",
    then=with_callbacks,
)
def done(
    ctx: Context,
    callback: Id,
    outcome: options.Outcome,
    duration: options.Duration = "",
    note: options.CallNote = "",
    next_step: options.Next = "",
    phone: options.Dialled = "",
    objections: options.Objections = None,
    mood: options.Mood = "",
    promise: options.Promise = "",
    refusals: options.Refused = None,
    key: Key = "",
) -> Change:
    """Write down the call that a callback asked for."""
    from crmkit.core.calling import calls

    archive, timetable = ctx.archive, timetable_of(ctx.archive)
    code = code_of(outcome, OUTCOMES)

    def called(run: Run) -> Change:
        planned = find_open(archive, Callback, callback)
        person = customer_of(archive)(planned.customer)
        result = calls.Result(
            code,
            duration=calls.seconds(duration),
            note=note,
            next=kept_step(run, timetable, next_step),
            next_at=next_time(run, timetable, code, next_step),
            number=calls.dialled(person, phone, archive.settings.archive.area),
            objections=tuple(objections or ()),
            mood=code_of(mood, MOODS),
            promise=promise,
        )
        return with_refusal(archive, run, calls.done(run, timetable, planned, person, result), person, refusals)

    return once(ctx, Call, key, called, callback=named_as(archive, Callback, callback))


@writer(
    _("Move it to later. Example: crmkit callback snooze B2611-7k3q9xab 'mon 9:30'"),
    many="callback",
    shared=("until",),
)
def snooze(
    ctx: Context,
    callback: Id,
    until: Annotated[str, typer.Argument(metavar="TIME", help=_("When to call; a day alone is its first minute."))],
) -> Change:
    """Move a callback to later."""
    timetable = timetable_of(ctx.archive)
    planned = find_open(ctx.archive, Callback, callback)
    return callbacks.snooze(ctx.run, timetable, planned, moment_of(ctx.run, timetable, until))


@writer(
    _("Give it to a colleague. Example: crmkit callback edit B2611-7k3q9xab B2611-9xab7k3q --owner WQ"), tells=False
)
def edit(
    ctx: Context,
    named: Annotated[list[str], typer.Argument(metavar="ID...", help=_("Ids, or whose: the one that is open."))],
    owner: options.Owner = "",
    priority: options.Priority = None,
) -> Change:
    """Give callbacks to another staff member, or another priority."""
    if not owner and priority is None:
        raise UsageError(_("nothing to change: give --owner STAFF or --priority N"))
    found = {one.id: one for one in (find_open(ctx.archive, Callback, text) for text in named)}
    code = staff_at_work(ctx.archive, owner, "--owner") if owner else None
    return callbacks.edit(found.values(), owner=code, priority=priority)


@writer(
    _("Do not make it. Example: crmkit callback cancel B2611-7k3q9xab --reason moved"),
    many="callback",
    counted="cancelled",
    shared=("reason",),
)
def cancel(ctx: Context, callback: Id, reason: options.Reason = "") -> Change:
    """Cancel a callback; it is not planned again."""
    return callbacks.cancel(ctx.run, find_open(ctx.archive, Callback, callback), reason)
