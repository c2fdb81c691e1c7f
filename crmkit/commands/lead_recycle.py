"""`crmkit lead recycle`: files that brought no sale pass on (公海)."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from crmkit import render
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import command_of, reading
from crmkit.i18n import _
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.core.assigning.recycling import UnsoldFile

COLUMNS = ("id", "name", "owner", "assigned_on", "passes_on")


@verb(_("Pass on the files that brought no sale in three months. Example: crmkit lead recycle --dry-run"))
def recycle(
    ctx: typer.Context,
    notice: Annotated[
        bool, typer.Option("--notice", help=_("Only list what passes on within the next days; write nothing."))
    ] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Pass on every file whose time is up; again on the same day, it moves nothing."""
    from crmkit.core.assigning import recycling
    from crmkit.core.daily import counted_files
    from crmkit.core.planning.triggers.trigger import start
    from crmkit.queries.morning import coming, whom

    if notice:
        with reading(ctx) as here:
            people = coming(here.archive, here.run, start(here.run, recycling.notice_until(here.run)))
            rows = [_row(one) for one in recycling.notices(here.run, recycling.unsold(here.run, people))]
        render.rows(rows, COLUMNS, fmt)
        return
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        looked = whom(archive, run)
        change = recycling.recycle(run, looked.snapshot, load=looked.others.files)
        change = replace(change, counts=counted_files(change, looked.others))
        done = session.commit(archive, run, change, command_of(ctx))
    written(session, done, fmt, show_counts=not session.quiet)


def _row(one: "UnsoldFile") -> Row:
    file = one.customer
    return {
        "id": file.id,
        "name": file.name,
        "owner": file.owner,
        "assigned_on": one.since.isoformat(),
        "passes_on": one.passes_on.isoformat(),
    }
