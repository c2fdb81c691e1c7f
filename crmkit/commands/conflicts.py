"""`crmkit conflicts`: what two operators changed differently; take one value or the other."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.walk import Context, listing, writer
from crmkit.core import conflicts
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import N_, _
from crmkit.queries.finding import find_record, survivor
from crmkit.records import Conflict, Customer, Record, type_of
from crmkit.records.base import ID_PATTERN
from crmkit.records.change import Change
from crmkit.records.conflict import OPEN
from crmkit.result import Row, row

COLUMNS = (N_("id"), N_("record"), N_("field"), N_("now"), N_("other"), N_("at"))
CHOICES = ("kept", "other")


@listing(_("What waits for a decision. Example: crmkit conflicts list --exit-code"), COLUMNS, finds=True)
def list_(ctx: Context) -> Iterable[Row]:
    """List the open conflicts: what the record holds now, and what the other side wrote."""
    return [_shown(ctx.archive, conflict) for conflict in ctx.archive.find(Conflict, OPEN)]


@writer(
    _("Decide one. Example: crmkit conflicts take X2611-7k3q9xab other"),
    many="conflict",
    counted="resolved",
    shared=("choice",),
)
def take(
    ctx: Context,
    conflict: Annotated[str, typer.Argument(metavar="ID", help=_("Id of the conflict, or its first characters."))],
    choice: Annotated[
        str,
        typer.Argument(
            metavar="kept|other", help=_("kept: leave the record as it is now; other: write the other value into it.")
        ),
    ],
) -> Change:
    """Let one value stand, and mark the conflict as resolved. For a third value edit the record, then take `kept`."""
    if choice not in CHOICES:
        raise InvalidError(
            _("{value} is neither kept nor other").format(value=choice),
            _("for a third value edit the record, then take {kept}").format(kept="kept"),
        )
    archive, run = ctx.archive, ctx.run
    one: Conflict = find_record(archive, Conflict, conflict)
    if choice == "kept":
        return conflicts.take_kept(run, one)
    referring = set(archive.ids(f"ref:{one.record}")) - {one.id}
    return conflicts.take_other(run, one, _record(archive, one), referring)


def _record(archive: Archive, conflict: Conflict) -> Record | None:
    """The record in which the conflict is settled, None where it is about a file."""
    record_type = type_of(conflict.record) if ID_PATTERN.match(conflict.record) else None
    if record_type is None:
        return None
    record = archive.get(record_type, conflict.record)
    if isinstance(record, Customer) and conflict.field != conflicts.ALIAS:
        return survivor(archive, record)
    return record


def _shown(archive: Archive, conflict: Conflict) -> Row:
    try:
        record = _record(archive, conflict)
    except NotFoundError:
        record = None
    now = conflicts.now(conflict, record) if record else conflict.kept
    return row(conflict, field=" ".join(conflict.field), now=now)
