"""The derived index: which shard holds an id, a phone, an open item with its due time.

It is disposable, and trusted only while two seals hold.

- Of each shard: size, times, inode. A shard that differs is read strictly and indexed again.
- Of the database itself, in a file beside it: broken before the first change, renewed after the last. An index that
  was cut off, half lost to a power failure, or touched by anything else is thrown away and rebuilt.

Only the holder of the archive's exclusive lock writes to it. A reader with a stale index works on a copy in memory.
Answers are always read from the shards.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from copy import copy
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from crmkit import pool
from crmkit.archive.journal import disk
from crmkit.archive.store import strict, tables
from crmkit.archive.store.agenda import Agenda, Outlook
from crmkit.archive.store.files import fingerprint, tracked
from crmkit.archive.store.shards import kind_of_file
from crmkit.archive.store.tables import NUL, Seen, entries_of
from crmkit.errors import DamagedError
from crmkit.i18n import _
from crmkit.records import Record, type_of
from crmkit.records.base import ID_LONGEST

MAKE = 15  # raise when the tables, any record's keys() or what a morning finds (core/daily.py) change
AT_ONCE = 10_000  # ids that are asked for at a time: those of an import may be a million
ONE_TYPE = 16  # so many entries are looked at first for one of a certain type
DATABASE = "index.sqlite"
SEAL = "index.seal"
BESIDE = ("-journal", "-wal", "-shm")  # what SQLite may put beside the database


class ShardPlace(NamedTuple):
    """The shard in which a record lies, as it was indexed."""

    path: str
    blob: str  # git's name for its bytes
    canonical: bool  # its bytes are what `stored.canonical` writes


Reader = Callable[[str], Seen]


class Index:
    """The index of one archive."""

    def __init__(self, root: Path, read: Reader, *, writable: bool) -> None:
        """`read(path)` reads a file strictly; `refresh` calls it for each that the index has not seen as it is."""
        self.root = root
        self.read = read
        self.writable = writable
        self.path = root / ".crmkit" / DATABASE
        self.seal = root / ".crmkit" / SEAL
        self.there = dict(tracked(root))  # the fingerprint of each file, by path
        self.sealed = self._read_seal() == self._print()
        self.new = not self.sealed  # nothing is known of what was there before
        self.behind = False  # a run has begun of which it does not know
        self.db = self._open()
        # fingerprints of what it has not seen as it is, by path; "" for what is gone
        self.changed = self._changed()

    def copied(self) -> "Index":
        """The same in memory, for whoever reads on once the lock is given back."""
        other = copy(self)
        other.writable = other.sealed = False
        other.db = tables.connect(":memory:")
        self.db.backup(other.db)
        return other

    def close(self) -> None:
        """Close the database; what was written to it is made durable and sealed."""
        self.db.close()
        if self.writable and not (self.sealed or self.new or self.behind):
            with suppress(OSError):  # without its seal it is built anew
                disk.sync_file(self.path)
                self.seal.write_text(self._print())

    @property
    def stale(self) -> bool:
        """True where `refresh` has something to do."""
        return self.new or bool(self.changed)

    def refresh(self) -> None:
        """Take in every file that is not as the index has seen it. DamagedError where a shard is gone."""
        if not self.stale:
            return
        if not self.writable:
            self._use_memory()
        for path, print_ in self.changed.items():
            if not print_ and kind_of_file(path):
                raise strict.missing(path)
        with self._writing():
            Agenda(self.db).forget()  # nobody knows which records another program changed
            tables.forget(self.db, self.changed)
            # by kind and month: so most entries come after those that are there already
            there = sorted(path for path, print_ in self.changed.items() if print_)
            with tables.inserting(self.db) as insert:
                for path, seen in zip(there, pool.each(self.read, there), strict=True):
                    insert(tables.put_file(self.db, path, self.changed[path], seen, recorded=False), seen.entries)
        self.new = False
        self.changed = {}

    def take_written(
        self,
        files: Iterable[str],
        written: Mapping[str, Seen],
        before: Mapping[str, dict[str, Record]],
        touched: Iterable[str],
    ) -> None:
        """Index the files that a run has just `written`, or else removed; a note waits to tell git of them.

        `before` holds the records that stood in them, all or those that changed as in `written`: of most shards only a
        few entries differ. `touched` are the `agenda.subjects` of the records that are other than they were.
        """
        with self._writing(), tables.inserting(self.db) as insert:
            if self.agenda.kept():
                self.agenda.touch(touched)
            for path in files:
                seen = written.get(path)
                old = set(entries_of(before.get(path, {})))
                new = set(msgspec.json.decode(seen.entries)) if seen and old else set()
                self.there.pop(path, None)
                if seen:
                    self.there[path] = fingerprint(self.root / path)
                    number = tables.put_file(self.db, path, self.there[path], seen, recorded=True)
                    insert(number, tables.listed(new - old) if old else seen.entries)
                if old:
                    tables.delete(self.db, path, old - new)
                if not seen:
                    self.db.execute("DELETE FROM files WHERE path = ?", (path,))
        self.behind = False

    @property
    def agenda(self) -> Agenda:
        """What the last morning found."""
        return Agenda(self.db)

    def begin_morning(self, mark: str, run: str) -> None:
        """See `Agenda.begin`."""
        with self._writing():
            self.agenda.begin(mark, run)

    def put_morning(self, looked_at: Iterable[str], found: Iterable[tuple[str, Outlook]]) -> None:
        """See `Agenda.put`."""
        with self._writing():
            self.agenda.put(looked_at, found)

    def standing(self) -> dict[str, tuple[str, str]]:
        """git's name for the bytes of each file that is as it was indexed, and its fingerprint, by path."""
        known = self._rows("SELECT path, blob, print FROM files") if self.sealed else ()
        return {path: (blob, print_) for path, blob, print_ in known if path not in self.changed}

    def lend(self, root: Path, blobs: Mapping[str, str]) -> None:
        """Begin the index of the new archive at `root` with what is known of files that are the same there.

        `blobs` holds git's names for the bytes of the files there. Nothing happens where this one is not whole.
        """
        if not self.sealed:
            return
        database = root / ".crmkit" / DATABASE
        with suppress(sqlite3.Error), closing(tables.connect(str(database))) as db:  # without a seal it is built anew
            self.db.backup(db)
            known = dict(db.execute("SELECT path, blob FROM files").fetchall())
            same = {path for path, blob in known.items() if blobs.get(path) == blob}
            tables.forget(db, known.keys() - same)
            Agenda(db).forget()  # which is of this archive as it is now
            prints = [(fingerprint(root / path), path) for path in same]
            db.executemany("UPDATE files SET print = ? WHERE path = ?", prints)
            db.commit()
            (root / ".crmkit" / SEAL).write_text(f"{MAKE} {fingerprint(database)}\n")

    def set_recorded(self, paths: Iterable[str]) -> None:
        """Note that git knows these files as they are."""
        recorded = [(path,) for path in paths]
        if recorded:
            with self._writing():
                self.db.executemany("UPDATE files SET recorded = 1 WHERE path = ?", recorded)

    def await_run(self) -> None:
        """Say that a run is about to change files: until `take_written` tells of it, the index is not sealed.

        Where the disk fails in the middle, the next command finishes the run: files are gone then that were seen here.
        """
        self.break_seal()
        self.behind = True

    def break_seal(self) -> None:
        """Say that the index is about to be written. It must be durable (`disk.sync_folder`) before that is done."""
        if self.sealed and self.writable:
            disk.remove(self.seal)
        self.sealed = False

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.sealed:
            self.break_seal()
            disk.sync_folder(self.seal.parent)
        try:
            with self.db:
                yield
        except sqlite3.Error:
            self._abandon()

    def _abandon(self) -> None:
        """Go on in memory where the database fails, as on a full disk; the next command builds it anew."""
        self.db.close()
        if self.writable:
            with suppress(OSError):
                self.seal.unlink(missing_ok=True)
        self.writable = self.sealed = False
        self.new = True
        self.db = tables.connect(":memory:", new=True)
        self.changed = self._changed()
        self.refresh()

    def _changed(self) -> dict[str, str]:
        seen = dict(self._rows("SELECT path, print FROM files"))
        return dict.fromkeys(seen.keys() - self.there.keys(), "") | dict(self.there.items() - seen.items())

    def unrecorded(self) -> dict[str, str]:
        """The files that somebody else changed and git may not know yet: git's name for their bytes, by path."""
        return dict(self._rows("SELECT path, blob FROM files WHERE NOT recorded ORDER BY path"))

    def blob(self, path: str) -> str:
        """git's name for the bytes that a file had when it was indexed; "" where there was no such file."""
        rows = self._rows("SELECT blob FROM files WHERE path = ?", path)
        return str(rows[0][0]) if rows else ""

    def is_canonical(self, path: str) -> bool:
        """True where a file's bytes are what `stored.canonical` writes."""
        return self._rows("SELECT canonical FROM files WHERE path = ?", path) == [(1,)]

    def seen_as_it_is(self, path: str) -> bool:
        """True where the file has not been touched since it was indexed."""
        return self._rows("SELECT print FROM files WHERE path = ?", path) == [(fingerprint(self.root / path),)]

    def shard_of(self, identifier: str) -> str | None:
        """The path of the shard that holds a record. DamagedError where several do."""
        place = self.place_of(identifier)
        return place.path if place else None

    def place_of(self, identifier: str) -> ShardPlace | None:
        """The shard that holds a record. DamagedError where several do."""
        query = "SELECT path, blob, canonical FROM entries JOIN files ON file = no WHERE entry = ? ORDER BY path"
        places = [ShardPlace(*row) for row in self._rows(query, f" {identifier}")]
        if len(places) > 1:
            raise DamagedError(
                _("{id} is in two shards: {files}").format(
                    id=identifier, files=", ".join(place.path for place in places)
                ),
                _("`crmkit check` lists every such record"),
            )
        return places[0] if places else None

    def by_shard(self, identifiers: Iterable[str]) -> dict[str, list[str]]:
        """Those of `identifiers` that are ids of records, by the path of their shard."""
        query = (
            "SELECT files.path, substr(entry, 2) FROM json_each(?)"
            " JOIN entries ON entry = value JOIN files ON file = no"
        )
        found: dict[str, list[str]] = {}
        for path, identifier in self._rows(query, tables.listed(f" {identifier}" for identifier in identifiers)):
            found.setdefault(path, []).append(identifier)
        return found

    def known(self, identifiers: Iterable[str]) -> set[str]:
        """Those of `identifiers` that are ids of records."""
        query = "SELECT DISTINCT entry FROM json_each(?) JOIN entries ON entry = value"
        entries, found = (f" {identifier}" for identifier in identifiers), set[str]()
        while wanted := list(islice(entries, AT_ONCE)):
            found.update(entry[1:] for (entry,) in self._rows(query, tables.listed(wanted)))
        return found

    def shards(self, kind: str, month: str = "") -> dict[str, int]:
        """The shards of a kind, or of one month of it, with the number of records in each, by path."""
        begin = f"{kind}/{month}"
        query = "SELECT path, records FROM files WHERE path > ? AND path < ? AND kind = ? ORDER BY path"
        return dict(self._rows(query, begin, f"{begin}:", kind))

    def holds(self, kind: str) -> bool:
        """Whether there is a record of that kind."""
        query = "SELECT 1 FROM files WHERE path > ? AND path < ? AND records LIMIT 1"
        return bool(self._rows(query, f"{kind}/", f"{kind}/:"))

    def ids(self, key: str) -> list[str]:
        """The ids of the records with this key."""
        key = key.replace(*NUL)
        begin = len(key) + 1
        found = self._entries(f"{key} ", f"{key}!")
        return [entry[begin:] for entry in found if entry[begin:] == _id_of(entry)]  # a key may begin with another one

    def count(self, low: str, high: str) -> int:
        """How many entries there are from `low` up to, not including, `high`."""
        return int(self._rows("SELECT count(*) FROM entries WHERE entry >= ? AND entry < ?", low, high)[0][0])

    def ids_of_each(self, name: str, values: Iterable[str]) -> list[str]:
        """The ids of the records with a key `name:VALUE` of one of `values`."""
        query = "SELECT DISTINCT entry FROM json_each(?) JOIN entries ON entry >= value || ' ' AND entry < value || '!'"
        found = (_id_of(entry) for (entry,) in self._rows(query, tables.listed(f"{name}:{one}" for one in values)))
        return list(dict.fromkeys(found))

    def ids_sharing(self, one: str, other: str) -> list[str]:
        """The ids of the records with a key `other:VALUE` of which another record has the key `one:VALUE`."""
        query = (
            "WITH ids AS (SELECT entry, ltrim(substr(entry, -:id)) AS id FROM entries"
            " WHERE entry >= :one AND entry < :end),"
            " one AS (SELECT id, substr(entry, :begin, length(entry) - :begin - length(id)) AS value FROM ids)"
            " SELECT DISTINCT ltrim(substr(entries.entry, -:id)) FROM one JOIN entries"
            " ON entry >= :other || value || ' ' AND entry < :other || value || '!'"
            " WHERE ltrim(substr(entries.entry, -:id)) != one.id ORDER BY 1"
        )
        names = {"one": f"{one}:", "end": f"{one};", "other": f"{other}:", "begin": len(one) + 2, "id": ID_LONGEST}
        return [identifier for (identifier,) in self._rows(query, names)]

    def ids_between(self, low: str, high: str) -> list[str]:
        """The ids of the records with a key from `low` up to, not including, `high`, in the order of the keys."""
        return [_id_of(entry) for entry in self._entries(low.replace(*NUL), high.replace(*NUL))]

    def last_id(self, record_type: type[Record], low: str, high: str) -> str:
        """The id of the record of that type with the last key from `low` up to, not including, `high`; "" for none."""
        query = "SELECT entry FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry DESC LIMIT ?"
        for most in (ONE_TYPE, -1):  # a key may be one of other types too
            found = [_id_of(entry) for (entry,) in self._rows(query, low.replace(*NUL), high.replace(*NUL), most)]
            if fitting := [identifier for identifier in found if type_of(identifier) is record_type]:
                return fitting[0]
            if len(found) < ONE_TYPE:
                break
        return ""

    def keyed(self, beginning: str, most: int) -> list[tuple[str, str]]:
        """Up to `most` keys that begin so, in their order, each with the id of a record that has it."""
        beginning = beginning.replace(*NUL)
        found = self._entries(beginning, f"{beginning}\U0010ffff", limit=most)
        ids = [_id_of(entry) for entry in found]
        return [(entry[: -len(i) - 1], i) for entry, i in zip(found, ids, strict=True)]

    def ids_by_value(self, key: str) -> dict[str, list[str]]:
        """The ids of the records with a key `key:VALUE`, by value."""
        found: dict[str, list[str]] = {}
        for entry in self._entries(f"{key}:", f"{key};"):
            identifier = _id_of(entry)
            found.setdefault(entry[len(key) + 1 : -len(identifier) - 1], []).append(identifier)
        return found

    def ids_starting(self, prefix: str) -> list[str]:
        """Up to nine ids that begin with `prefix`."""
        return [entry[1:] for entry in self._entries(f" {prefix}", f" {prefix}\U0010ffff", limit=9)]

    def _entries(self, low: str, high: str, limit: int = -1) -> list[str]:
        query = "SELECT DISTINCT entry FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry LIMIT ?"
        return [entry for (entry,) in self._rows(query, low, high, limit)]

    def counts(self) -> dict[str, int]:
        """The number of records of each kind."""
        return dict(self._rows("SELECT kind, SUM(records) FROM files WHERE kind != '' GROUP BY kind"))

    def _rows(self, query: str, *values: object) -> list[Any]:
        named = values[0] if values and isinstance(values[0], dict) else values
        try:
            return self.db.execute(query, named).fetchall()
        except sqlite3.Error:
            self._abandon()
            return self.db.execute(query, named).fetchall()

    def _read_seal(self) -> str:
        for suffix in ("", *BESIDE):
            path = self.path.with_name(self.path.name + suffix)
            disk.refuse_link(path)
            if disk.is_irregular(path):  # which SQLite would wait for
                disk.open_regular(path, os.O_RDONLY)
        try:
            return (disk.read(self.seal) or b"").decode()
        except (OSError, UnicodeDecodeError):
            return ""

    def _print(self) -> str:
        return f"{MAKE} {fingerprint(self.path)}\n"

    def _open(self) -> sqlite3.Connection:
        if self.sealed:
            try:
                if self.writable:
                    return tables.connect(str(self.path))
                return sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
            except sqlite3.Error:
                self.sealed, self.new = False, True
        if self.writable:
            for path in (self.path.with_name(self.path.name + suffix) for suffix in ("", *BESIDE)):
                try:
                    path.unlink(missing_ok=True)
                except IsADirectoryError:
                    disk.open_regular(path, os.O_RDONLY)  # which says so
            with suppress(sqlite3.Error):  # as on a full disk: then it is built in memory
                return tables.connect(str(self.path), new=True)
            self.writable = False
        return tables.connect(":memory:", new=True)

    def _use_memory(self) -> None:
        if not self.new:
            copy = tables.connect(":memory:")
            self.db.backup(copy)
            self.db.close()
            self.db = copy
        self.sealed = False


def _id_of(entry: str) -> str:
    """The id at the end of an entry: what stands before it is a space, in the place of the second letter of a kind."""
    return entry[-ID_LONGEST:].lstrip(" ")
