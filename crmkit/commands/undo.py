"""`crmkit undo`: take a run back."""

from typing import Annotated

import typer

from crmkit.archive.history import Revision
from crmkit.archive.undo import planned, take_back, target
from crmkit.commands.common import DryRun, Format, Session, Yes, confirm, get_session, written
from crmkit.i18n import _

app = typer.Typer(add_completion=False)


@app.command("undo", help=_("Take a run back, by default the newest. Example: crmkit undo -n; crmkit undo --yes"))
def undo(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[RUN]", help=_("A run as `crmkit history` lists it."))] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Put back what a run changed, as a run of its own; undoing that one does it again."""
    session = get_session(ctx)
    if not (yes or dry_run):
        name = _agreed(session, name)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        plan = planned(archive, name)
        done = session.told(take_back(archive, plan, run_at=run.now, by=run.by))
    said = _("would take back {run}") if dry_run else _("took back {run}")
    session.say(said.format(run=_described(plan.revision)))
    if plan.kept:
        session.say(_("these stay, because a number given out names them: {ids}").format(ids=", ".join(plan.kept)))
    written(session, done, fmt)


def _agreed(session: Session, name: str) -> str:
    # asked before the archive is locked for writing; the answer is about this run, whatever comes meanwhile
    with session.reading() as archive:
        revision = target(archive, name)
    confirm(session, False, _("take back {run}?").format(run=_described(revision)))
    return revision.name


def _described(revision: Revision) -> str:
    return _("{run} ({command}; records: {n}; by: {by}; {at})").format(
        run=revision.name,
        command=revision.command,
        n="?" if revision.records is None else revision.records,
        by=revision.by or "-",
        at=f"{revision.at:%Y-%m-%d %H:%M}",
    )
