"""`crmkit callback plan`, `add`: callbacks that the rules ask for, and one by hand."""

from typing import Annotated

import typer

from crmkit.commands.kit import notices, options
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.queries import work
from crmkit.queries.finding import staff_at_work


@verb(_("Plan what the rules of archive.toml ask for. Example: crmkit callback plan"))
def plan(ctx: typer.Context, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Plan the callbacks that are not planned yet; again, it adds nothing."""
    from crmkit.archive.history import last_run
    from crmkit.core.daily import refuse_old_clock
    from crmkit.core.planning.planning import plan as planned
    from crmkit.queries.snapshot import snapshot_of

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        refuse_old_clock(run, last_run.latest(archive.root, archive.git))
        change = planned(run, work.calendar_of(archive), snapshot_of(archive))
        done = session.commit(archive, run, change, "callback plan")
    written(session, done, fmt, show_counts=not session.quiet)


@verb(_("Plan one by hand. Example: crmkit callback add 13900541731 --due 'tomorrow 15:00'"))
def add(
    ctx: typer.Context,
    due: Annotated[str, typer.Option("--due", metavar="WHEN", help=_("For example +3d, mon 9:30, 明天下午3点."))],
    customer: options.Who = "",
    whom: options.Whom = "",
    purpose: options.Purpose = "manual",
    owner: options.Owner = "",
    reason: Annotated[str, typer.Option("--reason", help=_("What it is about."))] = "",
    priority: Annotated[int, typer.Option("--priority", min=0, max=100, help=_("Higher comes first."))] = 50,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Plan one callback."""
    from crmkit.core.callbacks import add as added

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
    notices.say_due(session, run, change)
    written(session, done, fmt)
