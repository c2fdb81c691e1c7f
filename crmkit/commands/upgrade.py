"""`crmkit upgrade`: bring an archive to the form that this crmkit works with."""

import typer

from crmkit import config
from crmkit.archive.exchange import upgrade
from crmkit.archive.repository.operator import operator_of
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _


@verb(_("Bring an older archive to the form of this crmkit. Example: crmkit upgrade -n"))
def upgrade_(ctx: typer.Context, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Rewrite what newer versions store in another form, as a run; nothing happens where there is nothing to do."""
    session = get_session(ctx)
    session.refuse_past()
    session.refuse_unsafe_disk(session.root)
    tz = str(config.load_layers(config.read_toml(session.root / config.MARKER)).merged()["archive"]["tz"])
    by = session.option("by") or operator_of(session.root)
    done = upgrade.upgrade(session.root, run_at=session.now(tz), by=by, wait=session.wait, dry_run=dry_run)
    written(session, session.told(done), fmt, show_counts=True)
