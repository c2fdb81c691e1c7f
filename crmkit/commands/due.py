"""`crmkit due`: everything to do today, of every kind."""

from datetime import date
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core import due as work
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.due import items_on

COLUMNS = ("kind", "id", "customer", "name", "phone", "due_at", "owner", "what")


@verb(_("Everything to do today; with --by one person's. Example: crmkit due --by LN"))
def due(
    ctx: typer.Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Everything to do by the end of that day."))] = "",
    fmt: Listed = "",
) -> None:
    """List everything to do by the end of a day."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        day = _day(run, on) if on else run.now.date()
        items = list(items_on(archive, run, day))
    mine = session.given.get("by")
    unassigned = sum(not item.owner for item in items)
    rows = [_row(item) for item in items if not mine or item.owner == run.by]
    render.rows(rows, COLUMNS, fmt)
    if mine and unassigned:
        session.say(_("{n} more have no owner").format(n=unassigned))


def _day(run: Run, text: str) -> date:
    from crmkit.core.calendar.periods import last_day

    return last_day(text, run.now)


def _row(item: work.Item) -> dict[str, object]:
    return {**item._asdict(), "due_at": item.due_at.isoformat() if item.due_at else ""}
