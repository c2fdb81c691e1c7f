"""`crmkit conflicts`: what two operators changed differently, or both did; take one value or the other."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.walk import Context, listing, writer
from crmkit.core import conflicts
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import N_, _
from crmkit.queries import contradictions
from crmkit.queries.finding import find_record, survivor
from crmkit.records import Conflict, Customer, Record, Step, type_of
from crmkit.records.base import ID_PATTERN, typed_id
from crmkit.records.change import Change, together
from crmkit.records.conflict import OPEN
from crmkit.result import Row, row

COLUMNS = (N_("id"), N_("record"), N_("field"), N_("now"), N_("other"), N_("at"), N_("why"))
CHOICES = ("kept", "other")
OF_STEPS = ("kept", "dropped")


@listing(_("What waits for a decision. Example: crmkit conflicts list --exit-code"), COLUMNS, finds=True)
def list_(ctx: Context) -> Iterable[Row]:
    """List the open conflicts: what the record holds now, and what the other side wrote.

    Steps that contradict each other are listed by the id of the one that does not count.
    """
    found = contradictions.contradictions(ctx.archive, ctx.run)
    ctx.tell(*(contradictions.fix(one) for one in found))
    return [
        *(_shown(ctx.archive, conflict) for conflict in ctx.archive.find(Conflict, OPEN)),
        *map(contradictions.listed, found),
    ]


@writer(
    _("Decide one. Example: crmkit conflicts take X2611-7k3q9xab other"),
    many="conflict",
    counted="resolved",
    shared=("choice",),
)
def take(
    ctx: Context,
    conflict: Annotated[
        str, typer.Argument(metavar="ID", help=_("Id of the conflict or the step, or its first characters."))
    ],
    choice: Annotated[
        str,
        typer.Argument(
            metavar="kept|other|dropped",
            help=_(
                "kept: leave the record as it is now; other: write the other value into it; dropped: take a step out "
                "that contradicts others."
            ),
        ),
    ],
) -> Change:
    """Let one value stand, and mark the conflict as resolved. For a third value edit the record, then take `kept`."""
    archive, run = ctx.archive, ctx.run
    if type_of(typed_id(conflict)) is Step:
        return _take_step(ctx, find_record(archive, Step, conflict), choice)
    if choice not in CHOICES:
        raise InvalidError(
            _("{value} is neither kept nor other").format(value=choice),
            _("for a third value edit the record, then take {kept}").format(kept="kept"),
        )
    one: Conflict = find_record(archive, Conflict, conflict)
    if choice == "kept":
        return conflicts.take_kept(run, one)
    referring = set(archive.ids(f"ref:{one.record}")) - {one.id}
    return conflicts.take_other(run, one, _record(archive, one), referring)


def _take_step(ctx: Context, step: Step, choice: str) -> Change:
    found = contradictions.contradictions_of(ctx.archive, ctx.run, step)
    if not found:
        raise NotFoundError(_("{id} contradicts nothing that waits for a decision").format(id=step.id))
    if choice not in OF_STEPS:
        raise InvalidError(
            _("{id} is a step: it is kept or dropped, not {value}").format(id=step.id, value=choice),
            contradictions.fix(found[0]),
        )
    if choice == "dropped":
        return contradictions.without(ctx.archive, ctx.run, step)
    return together(*(conflicts.seen(ctx.run, one.step) for one in found))


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
    return row(conflict, field=" ".join(conflict.field), now=now, why=None)
