"""`crmkit callback done`, `snooze`, `edit`, `cancel`: what becomes of a planned call."""

from datetime import datetime
from typing import Annotated

import typer

from crmkit.commands.kit import notices, options
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.notices import say_due
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.hours import Timetable
from crmkit.core.fields import code_of
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries import calling
from crmkit.queries.finding import find_record, staff_at_work
from crmkit.queries.work import customer_of, moment_of, timetable_of, with_callbacks
from crmkit.records import Callback
from crmkit.records.work import MOODS, OUTCOMES

Id = Annotated[str, typer.Argument(metavar="ID")]


@verb(_("Write down the call. Example: crmkit callback done B2611-7k3q9xab --outcome reached --note ..."))
def done(
    ctx: typer.Context,
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
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down the call that a callback asked for."""
    from crmkit.core.calling import calls

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run, timetable = session.run(archive), timetable_of(archive)
        planned: Callback = find_record(archive, Callback, callback)
        person = customer_of(archive)(planned.customer)
        outcome = code_of(outcome, OUTCOMES)
        result = calls.Result(
            outcome,
            duration=calls.seconds(duration),
            note=note,
            next=next_step,
            next_at=next_time(run, timetable, outcome, next_step),
            number=calls.dialled(person, phone, archive.settings.archive.area),
            objections=tuple(objections or ()),
            mood=code_of(mood, MOODS),
            promise=promise,
        )
        change = calls.done(run, timetable, planned, person, result)
        change = calling.with_refusal(archive, run, change, person, refusals)
        notices.say_marks(session, archive, run, change)
        finished = session.commit(archive, run, with_callbacks(archive, run, change), "callback done")
    say_due(session, run, change)
    written(session, finished, fmt)


@verb(_("Move it to later. Example: crmkit callback snooze B2611-7k3q9xab 'mon 9:30'"))
def snooze(ctx: typer.Context, callback: Id, until: str, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Move a callback to later."""
    from crmkit.core.callbacks import snooze as snoozed

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run, timetable = session.run(archive), timetable_of(archive)
        planned: Callback = find_record(archive, Callback, callback)
        change = snoozed(run, timetable, planned, moment_of(run, timetable, until))
        finished = session.commit(archive, run, change, "callback snooze")
    say_due(session, run, change)
    written(session, finished, fmt)


@verb(_("Give it to a colleague. Example: crmkit callback edit B2611-7k3q9xab B2611-9xab7k3q --owner WQ"))
def edit(
    ctx: typer.Context,
    callbacks: Annotated[list[str], typer.Argument(metavar="ID...")],
    owner: Annotated[str, typer.Option("--owner", metavar="STAFF", help=_("Who makes the call now."))] = "",
    priority: Annotated[int | None, typer.Option("--priority", min=0, max=100, help=_("Higher comes first."))] = None,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Give callbacks to another staff member, or another priority."""
    from crmkit.core.callbacks import edit as edited

    if not owner and priority is None:
        raise UsageError(_("nothing to change: give --owner STAFF or --priority N"))
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        found: dict[str, Callback] = {}
        for text in callbacks:
            one: Callback = find_record(archive, Callback, text)
            found[one.id] = one
        code = staff_at_work(archive, owner, "--owner") if owner else None
        finished = session.commit(archive, run, edited(found.values(), owner=code, priority=priority), "callback edit")
    written(session, finished, fmt, show_counts=len(found) > 1 and not session.quiet)


@verb(_("Do not make it. Example: crmkit callback cancel B2611-7k3q9xab --reason moved"))
def cancel(
    ctx: typer.Context,
    callback: Id,
    reason: Annotated[str, typer.Option("--reason")] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Cancel a callback; it is not planned again."""
    from crmkit.core.callbacks import cancel as cancelled

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        planned: Callback = find_record(archive, Callback, callback)
        finished = session.commit(archive, run, cancelled(run, planned, reason), "callback cancel")
    written(session, finished, fmt)


def next_time(run: Run, timetable: Timetable, outcome: str, text: str) -> datetime | None:
    """The time in --next; None where it is only words. To call later needs a time: InvalidError where it is none."""
    try:
        return moment_of(run, timetable, text) if text else None
    except InvalidError:
        if outcome == "call-later":
            raise
        return None
