"""An open archive: read records, commit a change.

with opened(root, exclusive=True, wait=10) as archive:
    customer = archive.get(Customer, "C2611-7k3q9xab")
    done = archive.commit(change, "lead edit", run_at=now, by="LN")
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from crmkit import config, mistakes, pool
from crmkit.archive.journal import disk, lock, place, transaction
from crmkit.archive.journal.transaction import UnwritableError
from crmkit.archive.repository import clone, recording
from crmkit.archive.repository.git import Git, GitError, require
from crmkit.archive.store import agenda, schema, strict
from crmkit.archive.store.index import Index
from crmkit.archive.store.reader import ShardReader
from crmkit.archive.store.shards import CALENDARS, kind_of_file, month_and_part
from crmkit.archive.store.staging import Files, files_of, same, stamp
from crmkit.archive.store.tables import Seen, seen_strictly
from crmkit.archive.store.uncommitted import Uncommitted
from crmkit.errors import BusyError, NotFoundError
from crmkit.i18n import _
from crmkit.interrupts import held_off
from crmkit.records import BY_KIND, Record, type_of
from crmkit.records.base import diff
from crmkit.records.change import Change
from crmkit.records.packed import Packed
from crmkit.records.settings import Settings

R = TypeVar("R", bound=Record)
F = TypeVar("F", bound=msgspec.Struct)
NAMED = 5  # files that a sentence names
MANY = 64  # records of one answer; with more they are read shard by shard: `due` of 12,600 takes 142 MB, not 341


class Done(msgspec.Struct, frozen=True):
    """What a commit did, or with a dry run would do."""

    run: str = ""
    commit: str = ""
    ids: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    # id → field → (old, new); a run that is written does not tell, since it may be of very many records
    changes: dict[str, dict[str, tuple[Any, Any]]] = {}
    dry_run: bool = False
    put_off: bool = False  # to be committed together with what other commands do
    history_pending: bool = False
    reason: str = ""  # why it is pending
    detail: str = ""  # what git said


class Archive:
    """One archive, held open under its lock for the length of one command."""

    def __init__(self, root: Path, *, dry_run: bool = False, writable: bool = False) -> None:
        self.root = root
        self.dry_run = dry_run
        self.writable = writable
        self.loose = False  # it is read without its lock
        self.git = Git(root)
        self.edited: list[str] = []  # files that another program changed, as they were recorded just now
        self.uncommitted = Uncommitted()  # what is decided and not committed yet

    @cached_property
    def settings(self) -> Settings:
        """The settings in force. Raises as `layers` does."""
        return config.settings(self.layers)

    @cached_property
    def layers(self) -> config.Layers:
        """The settings with their sources. Raises InvalidError, DamagedError where the archive has another schema."""
        schema.check(self._own_settings)
        return config.load_layers(self._own_settings)

    @cached_property
    def _own_settings(self) -> config.Table:
        return config.read_toml(self.root / config.MARKER)

    @cached_property
    def index(self) -> Index:
        """The index, brought up to date. DamagedError where a shard is missing or cannot be read; as `layers` too."""
        schema.check(self._own_settings)
        if self._database.new:
            recording.refuse_missing(self.root, self.git)
        self._database.refresh()
        return self._database

    @cached_property
    def _database(self) -> Index:
        return Index(self.root, self._read_strictly, writable=self.writable)

    @cached_property
    def reader(self) -> ShardReader:
        """The shards. Raises as `index` does."""
        return ShardReader(self.root, self.index, loose=self.loose)

    def standing(self) -> dict[str, tuple[str, str]]:
        """The files whose bytes need not be asked of git; see `Index.standing`."""
        return self._database.standing()

    def lend_index(self, root: Path, blobs: Mapping[str, str]) -> None:
        """Spare the archive at `root` reading the files that are the same as here; see `Index.lend`."""
        self._database.lend(root, blobs)

    def unsettled(self) -> bool:
        """True where there is something to finish or to index first; a reader may do that where it may write."""
        return transaction.interrupted(self.root) or self.git.was_cut_off() or self._database.stale

    def notes(self) -> list[str]:
        """What the operator should hear before anything else."""
        if transaction.half_done(self.root):
            return [_("warning: a run was interrupted and cannot be finished here; it may show in part")]
        files = ", ".join(self.edited[:NAMED]) + (" ..." if len(self.edited) > NAMED else "")
        return [_("changed by another program since the last run: {files}").format(files=files)] if files else []

    def close(self) -> None:
        """Close the index."""
        if "_database" in self.__dict__:
            self._database.close()

    # reading

    def get(self, record_type: type[R], identifier: str) -> R:
        """The record with this id. Raises NotFoundError."""
        staged = self.uncommitted.records
        record = staged[identifier] if identifier in staged else self.reader.get(identifier)
        if not isinstance(record, record_type):
            raise NotFoundError(_("no {kind} record has the id {id}").format(kind=_(record_type.kind), id=identifier))
        return record

    def all(self, record_type: type[R]) -> Iterator[R]:
        """Every record of a type, shard by shard in order of creation; one shard in memory at a time."""
        staged = self.uncommitted.records
        for path in sorted(self.index.shards(record_type.kind), key=month_and_part):
            for record in self.reader.load(path).values():
                left_out = record.id in staged or (mistakes.left_out and mistakes.is_left_out(record))
                if isinstance(record, record_type) and not left_out:
                    yield record
        yield from self.uncommitted.of_type(record_type)

    def stored_parts(self, record_type: type[Record], form: type[F]) -> Iterator[tuple[str, F]]:
        """The id of every stored record of a type with the fields that the struct `form` has: half of reading it."""
        for path in self.index.shards(record_type.kind):
            yield from self.reader.parts(path, form).items()

    def find(self, record_type: type[R], key: str) -> list[R]:
        """The records of a type that have this index key, such as `phone:+8613900541731`."""
        found = self._records(record_type, self.index.ids(key))
        return self.uncommitted.with_key(record_type, found, key) if self.uncommitted.records else found

    def find_in_order(self, record_type: type[R], key: str) -> list[R]:
        """The records of a type that have this index key, in the order in which `all` gives them."""
        found = self.find(record_type, key)
        return sorted(found, key=self._place_in_all) if len(found) > 1 else found

    def _place_in_all(self, record: Record) -> tuple[bool, tuple[str, int], str]:
        staged = record.id in self.uncommitted.records
        shard = "" if staged else self.index.shard_of(record.id) or ""
        return staged, month_and_part(shard) if shard else ("", 0), record.id

    def of(self, record_type: type[R], owner: str) -> list[R]:
        """The records of a type that belong to the record `owner`, in order of creation."""
        return self.find(record_type, f"ref:{owner}")

    def between(self, record_type: type[R], low: str, high: str) -> list[R]:
        """The records of a type with a key from `low` up to, not including, `high`, in the order of that key."""
        found = self._records(record_type, self.index.ids_between(low, high))
        return self.uncommitted.merged(record_type, found, low, high) if self.uncommitted.records else found

    def ids(self, key: str) -> list[str]:
        """The ids of the records that have this index key; none of them is read."""
        staged = self.uncommitted
        found = [identifier for identifier in self.index.ids(key) if identifier not in staged.records]
        return [*found, *staged.ids(key)] if staged.records else found

    def last(self, record_type: type[R], low: str, high: str) -> R | None:
        """The record of a type with the last key from `low` up to, not including, `high`; None where there is none."""
        stored = self.index.last_id(record_type, low, high)
        found = [self.get(record_type, stored)] if stored else []
        if decided := self.uncommitted.last(record_type, low, high):
            found.append(decided)
        return max(found, key=lambda one: max(key for key in iter(one.keys()) if low <= key < high), default=None)

    def records(self, identifiers: Iterable[str]) -> list[Record]:
        """The records with these ids that there are, each shard read once."""
        staged = self.uncommitted.records
        wanted = set(identifiers)
        found = self.reader.several(i for i in wanted if i not in staged)
        if mistakes.left_out:
            found = [record for record in found if not mistakes.is_left_out(record)]
        return found + [one for i in wanted if (one := staged.get(i)) is not None]

    def calendars(self) -> dict[str, dict[str, Any]]:
        """The public-holiday tables of `calendar/YYYY.json` by file, as they stand there."""
        tables = {}
        for path in sorted((self.root / CALENDARS).glob("*.json")):
            name = f"{CALENDARS}/{path.name}"
            tables[name] = strict.calendar(disk.read(path) or b"", name)
        return tables

    def _records(self, record_type: type[R], identifiers: Iterable[str]) -> list[R]:
        staged = self.uncommitted.records
        wanted = [i for i in identifiers if type_of(i) is record_type and i not in staged]
        # of many each shard is read once, and none of it is kept
        there = {one.id: one for one in self.reader.several(wanted)} if len(wanted) > MANY else {}
        found = [one if isinstance(one := there.get(i), record_type) else self.get(record_type, i) for i in wanted]
        return [record for record in found if not mistakes.is_left_out(record)] if mistakes.left_out else found

    def _read_strictly(self, path: str) -> Seen:
        return seen_strictly((path, disk.read(self.root / path) or b""))

    def _replaced(self, before: Files) -> dict[str, dict[str, Record]]:
        """The records of the shards among `before`, which were read strictly when they were indexed."""
        known = {path: data for path, data in before.items() if data is not None and kind_of_file(path)}
        return {path: strict.trusted(data, BY_KIND[kind_of_file(path)]) for path, data in known.items()}

    def _touched(self, files: Mapping[str, bytes | None], replaced: Mapping[str, dict[str, Record]]) -> set[str]:
        """The subjects of the records that are other in `files` than they were."""
        differing: list[Record] = []
        for path, data in files.items():
            if kind_of_file(path):
                old = replaced.get(path, {})
                new = {} if data is None else strict.trusted(data, BY_KIND[kind_of_file(path)])
                apart = [i for i in {**old, **new} if old.get(i) != new.get(i)]
                differing += [one for i in apart for one in (old.get(i), new.get(i)) if one is not None]
        return agenda.subjects(differing)

    # writing

    def stage(self, change: Change) -> None:
        """Let whatever is read from now on be as `change` leaves it. It is written with what `commit` is given."""
        self.uncommitted.put(change)

    def unstage(self) -> None:
        """Forget all that is staged."""
        self.uncommitted = Uncommitted()

    def staged(self) -> Change:
        """All that is staged, as one change."""
        records = self.uncommitted.records
        gone = [identifier for identifier, record in records.items() if record is None]
        puts = tuple(record for record in records.values() if record is not None)
        return Change(puts=puts, drops=tuple(sorted(self.index.known(gone))))

    def alters(self, change: Change) -> bool:
        """Whether `change` makes any record another than it is, what is staged included."""
        staged = self.uncommitted.records
        stored = self.index.known(one.id for one in change.puts if one.id not in staged)
        present = {one.id: staged.get(one.id) for one in change.puts} | {i: self.reader.get(i) for i in stored}
        return bool(change.drops) or any(
            (before := present[one.id]) is None or not same(one, before) for one in change.puts
        )

    def commit(self, change: Change, command: str, *, run_at: datetime, by: str) -> Done:
        """Store `change` as one run and record it in git; with a dry run, only say what would change.

        All files change together or not at all. Where git fails the data is saved and `history_pending` is set.
        """
        wanted = change.puts if isinstance(change.puts, Packed) else Packed(change.puts)
        present = Packed(one for i in self.index.known(wanted.ids()) if (one := self.reader.get(i)) is not None)
        unaltered = {one.id for one in present if same(wanted[one.id], one)}
        altered = [identifier for identifier in wanted.ids() if identifier not in unaltered]

        def stamped(identifier: str) -> Record:
            return stamp(wanted[identifier], present.get(identifier), run_at)

        done = Done(ids=change.ids, counts=change.counts, dry_run=self.dry_run)
        if self.dry_run:
            return replace(done, changes={i: diff(present.get(i), stamped(i)) for i in altered})
        limit = self.settings.storage.shard_records
        try:
            files, before, seen, changed = files_of(
                self.index, self.reader, limit, altered, stamped, present.ids(), change.drops
            )
        except OSError as error:
            raise transaction.unwritable(self.root, error) from None
        if not files:
            return done
        n = len(altered) + len(change.drops)
        message = f"{command}: {n} {'record' if n == 1 else 'records'}"
        gone = {identifier: self.reader.get(identifier) for identifier in change.drops}
        replaced = {
            path: {i: one for i in ids if (one := present.get(i) or gone.get(i)) is not None}
            for path, ids in changed.items()
        }
        touched: set[str] = set()
        if self.index.agenda.kept():
            old = chain.from_iterable(records.values() for records in replaced.values())
            touched = agenda.subjects(chain(map(stamped, altered), old))
        return self.commit_files(
            files, before, message, done, run_at=run_at, by=by, touched=touched, seen=seen, replaced=replaced
        )

    def commit_files(
        self, files: Mapping[str, bytes | None], before: Files, message: str, done: Done, *, run_at: datetime, by: str,
        undoes: str = "", parent: str = "", touched: Collection[str] | None = None,
        seen: Mapping[str, Seen] | None = None, replaced: Mapping[str, dict[str, Record]] | None = None,
    ) -> Done:  # fmt: skip
        """Change `files` (path → bytes, None = remove) as one run; `before` holds what they were computed from.

        `undoes` names the run that this one takes back, `parent` the other clone's commit that it takes in. `touched`
        are the `agenda.subjects` of what changes, `seen` what the index will hold of the files that stay, `replaced`
        the records that change as they were, where these are known already; `seen` has the entries of these alone then.
        """
        require()
        note = transaction.new_run(message, run_at=run_at, by=by, undoes=undoes, parent=parent)
        if seen is None:
            written = [(path, data) for path, data in files.items() if data is not None]
            seen = dict(zip(dict(written), pool.each(seen_strictly, written), strict=True))
        with held_off():
            self.index.await_run()  # durable together with the journal
            unfinished = transaction.commit(self.root, files, before, note)
            self.__dict__.pop("reader", None)
            if unfinished:
                return replace(done, run=note.run, history_pending=True, reason=unfinished)
            replaced = self._replaced(before) if replaced is None else replaced
            if touched is None:
                touched = self._touched(files, replaced) if self.index.agenda.kept() else ()
            self.index.take_written(files, seen, replaced, touched)
            try:
                commit = recording.record_pending(self.root, self.git)
            except GitError as error:
                return replace(done, run=note.run, history_pending=True, reason=error.message, detail=error.detail)
            return replace(done, run=note.run, commit=commit)

    def catch_up(self) -> None:
        """Record in git what is not there yet: runs that it failed to record, and edits made by other programs."""
        edits = self.index.unrecorded()
        with suppress(GitError):
            recording.begin(self.root, self.git)
            recording.record_pending(self.root, self.git)
            if differing := recording.unknown(self.git, edits):
                self.record_edits(differing)
            self.index.set_recorded(edits)

    def record_edits(self, paths: Collection[str]) -> None:
        """Record in git the files at `paths` as another program left them. Raises GitError."""
        files = recording.differing(self.git, {path: disk.read(self.root / path) for path in paths})
        n = len(files)
        message = f"archive edit: {n} {'file' if n == 1 else 'files'} changed by hand\n\nCrmkit-By: -\n"
        if files:
            recording.record(self.git, files, message, "", "")
        self.index.set_recorded(paths)
        self.edited = sorted(files)


@contextmanager
def opened(root: Path, *, exclusive: bool, wait: float, dry_run: bool = False) -> Iterator[Archive]:
    """The archive at `root` under its lock; a dry run takes the readers' lock.

    What a crash interrupted is finished first, by a reader as well where it may write. Raises BusyError, DamagedError,
    UnwritableError.
    """
    if exclusive and not dry_run:
        with held(root, writing=True, wait=wait), closing(Archive(root, writable=True)) as archive:
            archive.catch_up()
            yield archive
        return
    for settled in (False, True):
        with held(root, writing=False, wait=wait), closing(Archive(root, dry_run=dry_run)) as archive:
            if settled or not archive.unsettled():
                archive.index.refresh()
                yield archive
                return
        if not place.unsafe(root):
            _settle(root, wait)


@contextmanager
def glanced_at(root: Path, *, wait: float) -> Iterator[Archive]:
    """The archive at `root`, read without its lock: of what others write meanwhile some may be seen, and some not.

    So it serves only who asks afterwards whose records were touched, and looks at those again (`Index.agenda`).
    """
    with opened(root, exclusive=False, wait=wait) as archive:
        index = archive.index.copied()
    loose = Archive(root)
    loose.loose, loose.__dict__["_database"] = True, index
    with closing(loose):
        yield loose


def _settle(root: Path, wait: float) -> None:
    with (
        suppress(BusyError, UnwritableError, clone.UnfinishedError),
        held(root, writing=True, wait=wait),
        closing(Archive(root, writable=True)) as archive,
    ):
        archive.index.refresh()


@contextmanager
def held(root: Path, *, writing: bool, wait: float) -> Iterator[None]:
    """The lock of the archive at `root`; to write, alone and with whatever a crash interrupted finished first.

    Raises BusyError, DamagedError, UnwritableError.
    """
    private = root / ".crmkit"
    for folder in (private, *(private / name for name in (transaction.STAGE, transaction.PENDING, transaction.KEPT))):
        disk.refuse_link(folder)
    with ExitStack() as stack:
        try:
            if writing:
                require()
                clone.adopt(root)
            stack.enter_context(lock.held(private, exclusive=writing, wait=wait, command=lock.command_name()))
            if writing:
                clone.refuse_unfinished(root)
                clone.register(root)
                transaction.recover(root)
        except OSError as error:
            raise transaction.unwritable(root, error) from None
        yield
