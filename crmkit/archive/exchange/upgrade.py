"""Bringing an archive to the current schema, as a run like any other."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from crmkit import config
from crmkit.archive.archive import Done, held, opened
from crmkit.archive.history.history import changed_fields
from crmkit.archive.journal import transaction
from crmkit.archive.repository.git import Git
from crmkit.archive.store import schema, strict
from crmkit.i18n import _
from crmkit.records.base import ARCHIVE_ID, derived_text, random_text


def upgrade(root: Path, *, run_at: datetime, by: str, wait: float, dry_run: bool = False) -> Done:
    """Rewrite what the current schema stores in another form; nothing happens to an archive that has it.

    Raises BusyError, and DamagedError for a newer archive and for documents that cannot be brought over.
    """
    with held(root, writing=not dry_run, wait=wait):
        files, before = schema.migrated_files(root, _identity(Git(root)))
        changes = _changes(before, files)
        n = len(changes)
        done = Done(ids=tuple(changes), counts={"updated": n}, changes=changes, dry_run=dry_run)
        if not files or dry_run:
            return done
        note = transaction.new_run(f"upgrade: {n} {'record' if n == 1 else 'records'}", run_at=run_at, by=by)
        transaction.commit(root, files, before, note)
    with opened(root, exclusive=True, wait=wait) as archive:  # opening it has git record the run
        pending = bool(transaction.pending(root))
        if pending:
            return replace(done, run=note.run, history_pending=True, reason=_("git could not record the upgrade"))
        return replace(done, run=note.run, commit=archive.git.head())


def _identity(git: Git) -> str:
    """The `archive.id` of an archive that has none: from its first commit, so that every clone gets the same."""
    first = sorted(git.run("rev-list", "--max-parents=0", "HEAD").decode().split()) if git.head() else []
    return derived_text(first[0], ARCHIVE_ID) if first else random_text(ARCHIVE_ID)


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """The fields of each record that the new bytes change, as id → field → (old, new)."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for path in sorted(after.keys() - {config.MARKER}):
        olds, news = (strict.documents(files[path], path.partition("/")[0], path) for files in (before, after))
        changes = {i: changed_fields([olds.get(i)], news.get(i)) for i in sorted({*olds, *news})}
        found |= {i: fields for i, fields in changes.items() if fields}
    return found
