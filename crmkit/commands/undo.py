"""`crmkit undo`: take a run back."""

from collections.abc import Collection
from typing import Annotated

import msgspec
import typer

from crmkit.archive.history.history import Revision
from crmkit.archive.history.undo import chain, planned, rehearsed, summed, take_back, target
from crmkit.commands.kit.common import DryRun, Format, Session, Yes, confirm, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.errors import CrmkitError
from crmkit.i18n import _


@verb(_("Take a run back, by default the newest. Example: crmkit undo -n; crmkit undo --yes"))
def undo(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[RUN]", help=_("A run as `crmkit history` lists it."))] = "",
    with_later: Annotated[
        bool, typer.Option("--with-later", help=_("Also the later runs that build on it, the newest first."))
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Put back what a run changed, as a run of its own; undoing that one does it again."""
    session = get_session(ctx)
    if with_later:
        _with_later(session, name, yes, dry_run, fmt)
        return
    if not (yes or dry_run):
        name = _agreed(session, name)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        plan = planned(archive, name)
        done = session.told(take_back(archive, plan, run_at=run.now, by=run.by))
    said = _("would take back {run}") if dry_run else _("took back {run}")
    session.say(said.format(run=_described(plan.revision)))
    _say_kept(session, plan.kept)
    written(session, done, fmt)


def _with_later(session: Session, name: str, yes: bool, dry_run: bool, fmt: str) -> None:
    """Take back a run with what builds on it, under one lock, each step as a run of its own.

    All steps are rehearsed before the first is written: where one is refused, none is done.
    """
    if not (yes or dry_run):
        with session.reading() as archive:
            asked = chain(archive, name)
        confirm(session, False, _("take back {run}?").format(run=", ".join(map(_described, asked))))
        name = asked[-1].name
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        revisions = chain(archive, name)
        if not (yes or dry_run) and revisions != asked:
            raise CrmkitError(_("other runs have come meanwhile; nothing changed"), _("look again with -n"))
        plans = rehearsed(archive, revisions)
        done = summed(plans)
        for plan in () if dry_run else plans:
            made = session.told(take_back(archive, plan, run_at=run.now, by=run.by))
            done = msgspec.structs.replace(made, ids=done.ids, counts=done.counts)
    said = _("would take back {run}") if dry_run else _("took back {run}")
    session.say(*(said.format(run=_described(revision)) for revision in revisions))
    _say_kept(session, [key for plan in plans for key in plan.kept])
    written(session, done, fmt)


def _say_kept(session: Session, kept: Collection[str]) -> None:
    if kept:
        session.say(_("these stay, because a number given out names them: {ids}").format(ids=", ".join(kept)))


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
