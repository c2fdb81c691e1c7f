"""`crmkit repair`: repair what needs no decision; tell what was lost by it and what is left."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crmkit import config, render
from crmkit.archive.health import repair
from crmkit.archive.health.check_files import DAMAGED
from crmkit.archive.repository.operator import operator_of
from crmkit.archive.store.layout import PRIVATE
from crmkit.commands.kit.common import DryRun, Format, Session, Yes, archive_folder, confirm, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.errors import DamagedError, InvalidError
from crmkit.i18n import N_, _

COLUMNS = (N_("code"), N_("place"), N_("message"), N_("lost"))


@verb(_("Mend what `check` finds, as far as no person is needed. Example: crmkit repair -n; crmkit repair --yes"))
def repair_(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE...]", help=_("Bring these back from the history, whatever they hold now.")),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Repair the archive; what is replaced is kept. Exit 6 where something is left that a person must look at."""
    session = get_session(ctx)
    session.refuse_past()
    root = archive_folder(session)
    wanted = files or ()
    outcome = repair.preview(root, wait=session.wait, wanted=wanted)
    if outcome.mended and not dry_run:
        session.refuse_unsafe_disk(root)
        for one in () if yes else outcome.mended:
            render.say(_("{place}: {message}").format(place=one.place, message=one.message))
        confirm(session, yes, _("repair this ({count} places)?").format(count=len(outcome.mended)))
        by = session.option("by") or operator_of(root)
        outcome = repair.repair(root, run_at=_now(session, root), by=by, wait=session.wait, wanted=wanted)
    _show(outcome, fmt, dry_run)
    for problem in outcome.remaining:
        render.say(_("left: {place}: {message}; {fix}").format(**msgspec.to_builtins(problem)))
    kept = root / PRIVATE / DAMAGED
    if outcome.mended and not dry_run and kept.is_dir():
        session.say(_("what was replaced or moved away is kept in {folder}").format(folder=kept))
    if outcome.remaining:
        raise typer.Exit(DamagedError.exit_code)


def _now(session: Session, root: Path) -> datetime:
    """The time of this run, in the archive's zone where its settings can be read."""
    try:
        own = config.read_toml(root / config.MARKER)
        return session.now(config.settings(config.load_layers(own)).archive.tz)
    except (InvalidError, OSError):
        return session.now(config.settings(config.load_layers({})).archive.tz)


def _show(outcome: repair.RepairOutcome, fmt: str, dry_run: bool) -> None:
    mended = [msgspec.to_builtins(one) for one in outcome.mended]
    if fmt not in ("json", "jsonl"):
        render.rows(mended, COLUMNS, fmt)
        return
    counts = {"repaired": len(outcome.mended), "remaining": len(outcome.remaining)}
    run = {"run": outcome.run, "commit": outcome.commit, "ids": [], "counts": counts}
    remaining = [msgspec.to_builtins(problem) for problem in outcome.remaining]
    render.one({**run, **({"dry_run": True} if dry_run else {}), "repaired": mended, "remaining": remaining}, fmt)
