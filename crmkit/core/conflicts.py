"""Settling a conflict: one of its two values stands, and it is marked as resolved."""

from collections.abc import Collection
from typing import Any

import msgspec

from crmkit.core.run import Run
from crmkit.errors import CrmkitError
from crmkit.i18n import _
from crmkit.records import Conflict, Record, Step
from crmkit.records.base import derived_id
from crmkit.records.change import Change
from crmkit.records.shape import ABSENT, get, put, shape_of

ALIAS = ("merged_into",)
CONTRADICTION = ("contradiction",)  # in place of a field: somebody has seen that a step contradicts others


def take_kept(run: Run, conflict: Conflict) -> Change:
    """The record stays as it is now. Raises CrmkitError for a conflict that is resolved already."""
    return Change(puts=(_resolved(run, conflict),), ids=(conflict.id,), counts={"resolved": 1})


def take_other(run: Run, conflict: Conflict, record: Record | None, referring: Collection[str] = ()) -> Change:
    """The other side's value is written into `record`: the record in conflict, or its survivor after a merge of files.

    `record` is None where the conflict is about a file, `referring` are the ids of the records that refer to it.
    Raises CrmkitError for a conflict that is resolved already or that one value cannot settle.
    """
    resolved = _resolved(run, conflict)
    if record is None:
        raise CrmkitError(
            _("{file} holds no records; its other value cannot be taken over from here").format(file=conflict.record),
            _("edit the file (`crmkit config --set` for a setting), then take {kept}").format(kept="kept"),
        )
    if conflict.field == ALIAS:
        raise CrmkitError(
            _("two merges of {id} contradict each other").format(id=conflict.record),
            _("`crmkit dedupe split` and `crmkit dedupe merge` set it right, then take {kept}").format(kept="kept"),
        )
    if conflict.field:
        return Change(puts=(_with(record, conflict), resolved), ids=(conflict.id, record.id), counts={"resolved": 1})
    if referring:
        raise CrmkitError(
            _("{id} cannot be removed: {ids} refer to it").format(id=record.id, ids=", ".join(sorted(referring)))
        )
    return Change(puts=(resolved,), drops=(record.id,), ids=(conflict.id, record.id), counts={"resolved": 1})


def seen(run: Run, step: Step) -> Change:
    """A step that contradicts others stays as it is, and is not told any more."""
    settled = Conflict(
        id=derived_id(Conflict.letter, step.at, "contradiction", step.id), record=step.id, field=CONTRADICTION,
        at=step.at, resolved_at=run.now, resolved_by=run.by,
    )  # fmt: skip
    return Change(puts=(settled,), ids=(step.id,), counts={"resolved": 1})


def _resolved(run: Run, conflict: Conflict) -> Conflict:
    if conflict.resolved_at is not None:
        raise CrmkitError(
            _("{id} was resolved on {day}").format(id=conflict.id, day=f"{conflict.resolved_at:%Y-%m-%d}")
        )
    return msgspec.structs.replace(conflict, resolved_at=run.now, resolved_by=run.by)


def _with(record: Record, conflict: Conflict) -> Record:
    new = ABSENT if conflict.other is None else conflict.other
    document: dict[str, Any] = put(msgspec.to_builtins(record), conflict.field, new, shape_of(type(record)))
    try:
        return msgspec.convert(document, type(record))
    except msgspec.ValidationError:  # the state of a phone number that is not there any more
        raise CrmkitError(
            _("{id} has no {field} any more").format(id=record.id, field=" ".join(conflict.field[:-1])),
            _("edit the record, then take {kept}").format(kept="kept"),
        ) from None


def now(conflict: Conflict, record: Record) -> Any:
    """What `record` holds at the place of the conflict, None where it holds nothing there."""
    found = get(msgspec.to_builtins(record), conflict.field, shape_of(type(record))) if conflict.field else None
    return None if found is ABSENT else found
