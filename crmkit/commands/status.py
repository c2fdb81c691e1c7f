"""`crmkit status`: what is in the archive."""

import typer

from crmkit import render
from crmkit.archive.create import operator_of
from crmkit.archive.transaction import pending
from crmkit.commands.common import Format, get_session
from crmkit.i18n import _

app = typer.Typer()


@app.command("status", help=_("What is in the archive, and the last recorded run. Example: crmkit status -f json"))
def status(ctx: typer.Context, fmt: Format = "") -> None:
    """Show where the archive is, how much it holds, and the last commit."""
    session = get_session(ctx)
    with session.reading() as archive:
        item = {
            "archive": str(session.root),
            "name": archive.settings.archive.name,
            "branch": archive.settings.archive.branch,
            "operator": operator_of(archive.root),
            **dict(sorted(archive.index.counts().items())),
            "commit": archive.git.head(),
            "history_pending": len(pending(archive.root)),
        }
    render.one(item, fmt)
