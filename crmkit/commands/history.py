"""`crmkit history`: the runs of the archive; what became of one record."""

from collections.abc import Callable, Iterator
from datetime import time
from itertools import islice
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.archive.history.history import Revision, record_changes, revisions, with_undone
from crmkit.cells import heading
from crmkit.commands.kit.common import Session
from crmkit.commands.kit.options import ByStaff, Until
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.calendar.periods import last_moment
from crmkit.errors import NotFoundError
from crmkit.i18n import _, titled
from crmkit.queries.finding import find_customer, find_record
from crmkit.records import Customer, Staff, type_of
from crmkit.records.base import ID_PATTERN, typed_id
from crmkit.result import Row, as_field

RUNS = ("run", "at", "by", "command", "records", "undone_by")
FIELDS = ("at", "by", "run", "field", "old", "new")
Wanted = Callable[[Revision], bool]


@listing(_("Runs, newest first; or one record, field by field. Example: crmkit history 13900541731"))
def history(
    ctx: Context,
    record: Annotated[str, typer.Argument(metavar="[ID]", help=_("A record, or a customer's phone number."))] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=_("The newest so many."))] = None,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help=_("From that day or moment on."))] = "",
    until: Until = "",
    by: ByStaff = "",
) -> Listing:
    """List the runs; with a record, what changed in it."""
    archive = ctx.archive
    wanted = _wanted(ctx.session, archive, since, until, by)
    if not record:
        return Listing(list(islice(_run_rows(archive, wanted), limit)), RUNS)
    shown = list(islice(_field_rows(archive, record, wanted), limit))
    return Listing(shown if ctx.fmt in ("json", "jsonl") else map(_for_people, shown), FIELDS)


def _wanted(session: Session, archive: Archive, since: str, until: str, by: str) -> Wanted:
    now = session.now(archive.settings.archive.tz)
    start = parse_moment(since, now, default_time=time.min) if since else None
    end = (last_moment(until, now) or parse_moment(until, now)) if until else None
    codes = {by.casefold(), *(s.code.casefold() for s in archive.find(Staff, f"staff:{by.casefold()}"))}

    def wanted(revision: Revision) -> bool:
        return (
            (start is None or start <= revision.at)
            and (end is None or revision.at <= end)
            and (not by or revision.by.casefold() in codes)
        )

    return wanted


def _run_rows(archive: Archive, wanted: Wanted) -> Iterator[Row]:
    for revision, undone_by in with_undone(revisions(archive.git, "HEAD")):
        if wanted(revision):
            yield {
                "run": revision.name,
                "at": revision.at.isoformat(),
                "by": revision.by,
                "command": revision.command,
                "records": revision.records,
                "undoes": revision.undoes,
                "undone_by": undone_by,
                "commit": revision.commit,
            }


def _field_rows(archive: Archive, text: str, wanted: Wanted) -> Iterator[Row]:
    known = False
    for revision, identifier, field, old, new in record_changes(archive.git, _ids(archive, text)):
        known = True
        if wanted(revision):
            yield {
                "at": revision.at.isoformat(),
                "by": revision.by,
                "run": revision.name,
                "command": revision.command,
                "id": identifier,
                "field": field,
                "old": old,
                "new": new,
                "commit": revision.commit,
            }
    if not known:
        raise NotFoundError(_("the history knows nothing of {id}").format(id=text))


def _for_people(change: Row) -> Row:
    """A changed field with its values as a table shows that field: money in yuan, codes in words."""
    typed = {name: as_field(change["id"], change["field"], change[name]) for name in ("old", "new")}
    return {**change, **typed, "field": titled(change["field"], heading(change["field"], typed.values()))}


def _ids(archive: Archive, text: str) -> list[str]:
    """The record's id; for a customer also the files that were merged into it, and a record that is gone by now."""
    identifier = typed_id(text)
    record_type = type_of(identifier)
    if record_type and ID_PATTERN.match(identifier) and archive.index.shard_of(identifier) is None:
        return [identifier]
    if record_type and record_type is not Customer:
        return [find_record(archive, record_type, text).id]
    ids = [find_customer(archive, text).id]
    for merged in ids:
        ids += [alias.id for alias in archive.find(Customer, f"alias:{merged}")]
    return ids
