"""`crmkit callback`: planned calls (回访). Finishing and moving them is in `callback_close`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive import watermark
from crmkit.commands import callback_close, callback_sheet, work
from crmkit.commands.book import book_of
from crmkit.commands.common import DryRun, Force, Format, get_session, written
from crmkit.commands.finding import staff_at_work
from crmkit.core.calling.reach import dial
from crmkit.i18n import _
from crmkit.records import Callback, Customer
from crmkit.result import Row, row

app = typer.Typer(help=_("Plan, list and finish callbacks."), no_args_is_help=True)
callback_close.register(app)
callback_sheet.register(app)


@app.command("plan", help=_("Plan what the rules of archive.toml ask for. Example: crmkit callback plan"))
def plan(ctx: typer.Context, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Plan the callbacks that are not planned yet; again, it adds nothing."""
    from crmkit.core.morning import refuse_old_clock
    from crmkit.core.planning.planning import plan as planned

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        refuse_old_clock(run, watermark.latest(archive.root, archive.git))
        change = planned(run, work.calendar_of(archive), book_of(archive, run))
        done = session.commit(archive, run, change, "callback plan")
    written(session, done, fmt, show_counts=not session.quiet)


@app.command("add", help=_("Plan one by hand. Example: crmkit callback add 13900541731 --due 'tomorrow 15:00'"))
def add(
    ctx: typer.Context,
    due: Annotated[str, typer.Option("--due", metavar="WHEN", help=_("For example +3d, mon 9:30, 明天下午3点."))],
    customer: work.Who = "",
    whom: work.Whom = "",
    purpose: work.Purpose = "manual",
    owner: work.Owner = "",
    reason: Annotated[str, typer.Option("--reason", help=_("What it is about."))] = "",
    priority: Annotated[int, typer.Option("--priority", min=0, max=100, help=_("Higher comes first."))] = 50,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Plan one callback."""
    from crmkit.core.planning.callbacks import add as added

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run, timetable = session.run(archive), work.timetable_of(archive)
        person = work.the_customer(archive, customer, whom)
        code = staff_at_work(archive, owner, "--owner") if owner else ""
        change = added(
            run, timetable, person, purpose, work.moment_of(run, timetable, due),
            owner=code, reason=reason, priority=priority,
        )  # fmt: skip
        done = session.commit(archive, run, change, "callback add")
    callback_close.say_when(session, run, change)
    written(session, done, fmt)


@app.command("list", help=_("List callbacks, the most urgent first. Example: crmkit callback list --due today"))
def list_(
    ctx: typer.Context,
    due: work.Due = "",
    owner: work.Owner = "",
    purpose: work.Purpose = "",
    state: Annotated[str, typer.Option("--state", help=_("open (default), done, cancelled, stopped or all"))] = "open",
    fmt: Format = "",
) -> None:
    """List callbacks."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        rows = [
            listed_row(item.callback, item.customer)
            for item in work.worklist(archive, run, due=due, owner=owner, purpose=purpose, state=state)
        ]
    render.rows(rows, work.CALLBACK_COLUMNS, fmt)


@app.command("ics", help=_("A calendar file for the telephone. Example: crmkit callback ics -o callbacks.ics"))
def ics(
    ctx: typer.Context,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE")] = "",
    due: work.Due = "today",
    owner: work.Owner = "",
    purpose: work.Purpose = "",
    force: Force = False,
) -> None:
    """Write the open callbacks as a calendar, by default those due today."""
    from crmkit.core.calling.ics import calendar
    from crmkit.sheets.files import check_target, write_file
    from crmkit.sheets.labels import label

    session = get_session(ctx)
    if output:
        check_target(Path(output), ".ics", force=force)
    with session.reading() as archive:
        run = session.run(archive)
        items = work.worklist(archive, run, due=due, owner=owner, purpose=purpose)
        earliest = work.timetable_of(archive).opening.next_open(run.now)
        text = calendar(items, run.now, earliest, archive.settings.archive.name, label)
    if output:
        write_file(Path(output), text.encode())
    else:
        sys.stdout.write(text)


def listed_row(callback: Callback, customer: Customer) -> Row:
    """One line of a list of callbacks."""
    phone = dial(customer)
    extra = {"name": customer.name, "phone": phone.e164 if phone else "", "state": callback.state or "open"}
    return {**row(callback), "customer": customer.id, **extra}
