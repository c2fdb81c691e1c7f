"""`crmkit conflicts`: what two operators changed differently; take one value or the other."""

from typing import Annotated, Any

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.core import conflicts as rules
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import N_, _
from crmkit.queries.finding import find_record, survivor
from crmkit.records import Conflict, Customer, Record, type_of
from crmkit.records.base import ID_PATTERN
from crmkit.records.conflict import OPEN
from crmkit.result import row

COLUMNS = (N_("id"), N_("record"), N_("field"), N_("now"), N_("other"), N_("at"))
CHOICES = ("kept", "other")
ExitCode = Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 where there are any."))]


@verb(_("What waits for a decision. Example: crmkit conflicts list --exit-code"))
def list_(ctx: typer.Context, exit_code: ExitCode = False, fmt: Listed = "") -> None:
    """List the open conflicts: what the record holds now, and what the other side wrote."""
    with get_session(ctx).reading() as archive:
        rows = [_shown(archive, conflict) for conflict in archive.find(Conflict, OPEN)]
    render.rows(rows, COLUMNS, fmt)
    if rows and exit_code:
        raise typer.Exit(1)


@verb(_("Decide one. Example: crmkit conflicts take X2611-7k3q9xab other"))
def take(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID")],
    choice: Annotated[
        str,
        typer.Argument(
            metavar="kept|other", help=_("kept: leave the record as it is now; other: write the other value into it.")
        ),
    ],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Let one value stand, and mark the conflict as resolved. For a third value edit the record, then take `kept`."""
    if choice not in CHOICES:
        raise InvalidError(
            _("{value} is neither kept nor other").format(value=choice),
            _("for a third value edit the record, then take {kept}").format(kept="kept"),
        )
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        conflict: Conflict = find_record(archive, Conflict, name)
        if choice == "kept":
            change = rules.take_kept(run, conflict)
        else:
            referring = set(archive.index.ids(f"ref:{conflict.record}")) - {conflict.id}
            change = rules.take_other(run, conflict, _record(archive, conflict), referring)
        done = session.commit(archive, run, change, "conflicts take")
    written(session, done, fmt)


def _record(archive: Archive, conflict: Conflict) -> Record | None:
    """The record in which the conflict is settled, None where it is about a file."""
    record_type = type_of(conflict.record) if ID_PATTERN.match(conflict.record) else None
    if record_type is None:
        return None
    record = archive.get(record_type, conflict.record)
    if isinstance(record, Customer) and conflict.field != rules.ALIAS:
        return survivor(archive, record)
    return record


def _shown(archive: Archive, conflict: Conflict) -> dict[str, Any]:
    try:
        record = _record(archive, conflict)
    except NotFoundError:
        record = None
    now = rules.now(conflict, record) if record else conflict.kept
    return row(conflict, field=" ".join(conflict.field), now=now)
