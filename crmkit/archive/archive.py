"""An open archive: read records, commit a change.

with opened(root, exclusive=True, wait=10) as archive:
    customer = archive.get(Customer, "C2611-7k3q9xab")
    done = archive.commit(change, "lead edit", run_at=now, by="LN")
"""

import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crmkit import config
from crmkit.archive import clone, disk, lock, schema, strict, transaction
from crmkit.archive.git import Git, GitError, require
from crmkit.archive.index import Index
from crmkit.archive.shards import Shard, kind_of, month_of, part_path
from crmkit.archive.transaction import Journal
from crmkit.errors import DamagedError, NotFoundError
from crmkit.i18n import _
from crmkit.records import BY_KIND, BY_LETTER, Record
from crmkit.records.base import ALPHABET, diff
from crmkit.records.change import Change
from crmkit.records.settings import Settings

R = TypeVar("R", bound=Record)
CACHED_SHARDS = 64
Files = dict[str, bytes | None]  # path relative to the archive → bytes, None = no such file


@dataclass(frozen=True)
class Done:
    """What a commit did, or with a dry run would do."""

    run: str = ""
    commit: str = ""
    ids: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    changes: dict[str, dict[str, tuple[Any, Any]]] = field(default_factory=dict)  # id → field → (old, new)
    dry_run: bool = False
    history_pending: bool = False
    detail: str = ""  # what git said


class Archive:
    """One archive, held open under its lock for the length of one command."""

    def __init__(self, root: Path, *, dry_run: bool = False) -> None:
        self.root = root
        self.dry_run = dry_run
        own = config.read_toml(root / config.MARKER)
        schema.check(own)
        self.layers = config.load_layers(own)
        self.settings: Settings = config.settings(self.layers)
        self.git = Git(root)
        self._cache: dict[str, dict[str, Record]] = {}
        self.index = Index(root, self._read_strictly)

    # reading

    def get(self, record_type: type[R], identifier: str) -> R:
        """The record with this id. Raises NotFoundError."""
        path = self.index.shard_of(identifier)
        record = self._shard(path).get(identifier) if path else None
        if not isinstance(record, record_type):
            raise NotFoundError(
                _("no {kind} record has the id {id}").format(kind=record_type.kind, id=identifier),
            )
        return record

    def all(self, record_type: type[R]) -> Iterator[R]:
        """Every record of a type, shard by shard in order of creation; one shard in memory at a time."""
        for path in sorted(self.index.shards(record_type.kind), key=_by_month_and_part):
            for record in self._load(path).values():
                if isinstance(record, record_type):
                    yield record

    def find(self, record_type: type[R], key: str) -> list[R]:
        """The records of a type that have this index key, such as `phone:+8613900541731`."""
        return self._records(record_type, self.index.ids(key))

    def of(self, record_type: type[R], owner: str) -> list[R]:
        """The records of a type that belong to the record `owner`, in order of creation."""
        return self.find(record_type, f"ref:{owner}")

    def between(self, record_type: type[R], low: str, high: str) -> list[R]:
        """The records of a type with a key from `low` up to, not including, `high`, in the order of that key."""
        return self._records(record_type, self.index.ids_between(low, high))

    def calendars(self) -> list[dict[str, Any]]:
        """The public-holiday tables of `calendar/YYYY.json`, as they stand there."""
        tables = []
        for path in sorted((self.root / "calendar").glob("*.json")):
            try:
                tables.append(msgspec.json.decode(disk.read(path) or b"", type=dict[str, Any]))
            except msgspec.DecodeError as error:
                raise DamagedError(_("{file}: {problem}").format(file=f"calendar/{path.name}", problem=error)) from None
        return tables

    def _records(self, record_type: type[R], identifiers: Iterable[str]) -> list[R]:
        return [self.get(record_type, i) for i in identifiers if i[0] == record_type.letter]

    def _shard(self, path: str) -> dict[str, Record]:
        if path not in self._cache:
            if len(self._cache) >= CACHED_SHARDS:
                self._cache.pop(next(iter(self._cache)))
            self._cache[path] = self._load(path)
        return self._cache[path]

    def _load(self, path: str) -> dict[str, Record]:
        data = disk.read(self.root / path)
        return strict.trusted(data, BY_KIND[path.partition("/")[0]]) if data is not None else {}

    def _read_strictly(self, path: str) -> dict[str, Record]:
        data = disk.read(self.root / path)
        return strict.records(data or b"", BY_KIND[path.partition("/")[0]], path)

    # writing

    def commit(self, change: Change, command: str, *, run_at: datetime, by: str) -> Done:
        """Store `change` as one run and record it in git; with a dry run, only say what would change.

        All files change together or not at all. Where git fails the data is saved and `history_pending` is set.
        """
        stamped = {record.id: self._stamped(record, run_at) for record in change.puts}
        changes = {i: fields for i, record in stamped.items() if (fields := diff(self._present(i), record))}
        done = Done(ids=change.ids, counts=change.counts, changes=changes, dry_run=self.dry_run)
        if self.dry_run:
            return done
        files, before = self._files(list(stamped.values()), change.drops)
        if not files:
            return done
        n = len(changes) + len(change.drops)
        message = f"{command}: {n} {'record' if n == 1 else 'records'}"
        return self.commit_files(files, before, message, done, run_at=run_at, by=by)

    def commit_files(
        self, files: Files, before: Files, message: str, done: Done, *, run_at: datetime, by: str, undoes: str = "",
        parent: str = "",
    ) -> Done:  # fmt: skip
        """Change `files` (path → bytes, None = remove) as one run; `before` holds what they were computed from.

        `undoes` names the run that this one takes back, `parent` the other clone's commit that it takes in.
        """
        require()
        note = journal(message, run_at=run_at, by=by, undoes=undoes, parent=parent)
        transaction.commit(self.root, files, before, note)
        self._cache.clear()
        self.index.take([path for path in files if path.partition("/")[0] in BY_KIND])
        commit, detail = self.record_pending()
        return replace(done, run=note.run, commit=commit, history_pending=not commit, detail=detail)

    def record_pending(self) -> tuple[str, str]:
        """Have git record every run it has not recorded yet; the last commit ("" = still pending) and what git said."""
        commit = ""
        try:
            for path, run in transaction.pending(self.root):
                record = partial(self.git.record_merge, run.parent) if run.parent else self.git.record
                record([step.path for step in run.steps], run.message, run.by, run.at)
                transaction.recorded(path)
                commit = self.git.head()
        except GitError as error:
            return "", error.detail or error.message
        return commit, ""

    def catch_up(self) -> None:
        """Record in git what is not there yet: runs that it failed to record, and edits made by other programs."""
        self.record_pending()
        edited = self.index.edited()
        if edited and not transaction.pending(self.root):
            with suppress(GitError):
                self.record_edits(edited)
                self.index.settled()

    def record_edits(self, paths: Collection[str]) -> None:
        """Record in git the files at `paths` as another program left them. Raises GitError."""
        n = len(paths)
        message = f"archive edit: {n} {'file' if n == 1 else 'files'} changed by hand\n\nCrmkit-By: -\n"
        self.git.record(paths, message, "", "")

    def _stamped(self, record: Record, now: datetime) -> Record:
        present = self._present(record.id)
        if present is not None and present == msgspec.structs.replace(
            record, created_at=present.created_at, updated_at=present.updated_at
        ):
            return present
        created = present.created_at if present is not None else (record.created_at or now)
        return msgspec.structs.replace(
            record, created_at=created, updated_at=None if record.event and present is None else now
        )

    def _present(self, identifier: str) -> Record | None:
        path = self.index.shard_of(identifier)
        return self._shard(path).get(identifier) if path else None

    def _files(self, records: list[Record], drops: Iterable[str]) -> tuple[Files, Files]:
        puts: dict[str, list[Record]] = {}
        sizes: dict[str, dict[str, int]] = {}
        for record in records:
            puts.setdefault(self._place(record, sizes), []).append(record)
        removed: dict[str, list[str]] = {}
        for identifier in drops:
            path = self.index.shard_of(identifier)
            if path:
                removed.setdefault(path, []).append(identifier)
        files: Files = {}
        before: Files = {}
        for path in {*puts, *removed}:
            shard = Shard(self.root, path)
            shard.put(puts.get(path, ()))
            shard.drop(removed.get(path, ()))
            data = shard.staged.canonical()
            if data != shard.staged.before:
                files[path], before[path] = data, shard.staged.before
        return files, before

    def _place(self, record: Record, sizes: dict[str, dict[str, int]]) -> str:
        path = self.index.shard_of(record.id)
        if path:
            return path
        kind = kind_of(record.id)
        if kind is None or BY_LETTER[record.id[0]] is not type(record):
            raise DamagedError(_("{id} is not an id of this kind of record").format(id=record.id))
        known = sizes.setdefault(kind, self.index.shards(kind))
        month, part = month_of(record.id), 1
        while known.get(part_path(kind, month, part), 0) >= self.settings.storage.shard_records:
            part += 1
        path = part_path(kind, month, part)
        known[path] = known.get(path, 0) + 1
        return path


@contextmanager
def opened(root: Path, *, exclusive: bool, wait: float, dry_run: bool = False) -> Iterator[Archive]:
    """The archive at `root` under its lock. A dry run takes the readers' lock. Raises BusyError, DamagedError."""
    writing = exclusive and not dry_run
    with held(root, writing=writing, wait=wait):
        archive = Archive(root, dry_run=dry_run)
        try:
            if writing:
                archive.catch_up()
            yield archive
        finally:
            archive.index.close()


@contextmanager
def held(root: Path, *, writing: bool, wait: float) -> Iterator[None]:
    """The lock of the archive at `root`; to write, alone and with whatever a crash interrupted finished first.

    Raises BusyError, DamagedError.
    """
    if writing:
        require()
        try:
            disk.make_folder(root / ".crmkit")
        except OSError as error:
            raise transaction.unwritable(root, error) from None
    with _locked(root, writing, wait):
        if writing:
            clone.refuse_unfinished(root)
            clone.register(root)
            transaction.recover(root)
        yield


@contextmanager
def _locked(root: Path, writing: bool, wait: float) -> Iterator[None]:
    try:
        with lock.held(root / ".crmkit", exclusive=writing, wait=wait, command=lock.command_name()):
            yield
    except PermissionError as error:
        raise transaction.unwritable(root, error) from None


def journal(message: str, *, run_at: datetime, by: str, undoes: str = "", parent: str = "") -> Journal:
    """The journal of a run to be: its name, and the words and trailers under which git shall record it."""
    run = f"{run_at:%Y%m%d-%H%M%S}-" + "".join(secrets.choice(ALPHABET) for _i in range(4))
    message = f"{message}\n\nCrmkit-Run: {run}\nCrmkit-By: {by or '-'}\n"
    if undoes:
        message += f"Crmkit-Undoes: {undoes}\n"
    return Journal(run=run, message=message, by=by, at=run_at.isoformat(), steps=(), parent=parent)


def _by_month_and_part(path: str) -> tuple[str, int]:
    month, _dash, part = path.partition("/")[2].removesuffix(".json")[5:].partition("-")
    return path.partition("/")[2][:5] + month, int(part or 1)
