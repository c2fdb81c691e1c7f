"""`crmkit daily`: what cron runs each morning. A missed day is caught up by the next run."""

import typer

from crmkit.archive.maintenance import maintain
from crmkit.commands.book import book_of
from crmkit.commands.common import DryRun, Format, get_session, written
from crmkit.commands.work import calendar_of
from crmkit.i18n import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Plan what is due; catch up missed days. Example: crmkit -q daily"))
def daily(ctx: typer.Context, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Plan callbacks, and keep the history small. Says nothing with -q."""
    from crmkit.core.planning import plan

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        done = session.commit(archive, run, plan(run, calendar_of(archive), book_of(archive, run)), "callback plan")
    if not dry_run:
        maintain(archive.git)
    if not session.quiet:
        written(session, done, fmt, show_counts=True)
