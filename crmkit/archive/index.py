"""The derived index: which shard holds an id, a phone, an open item with its due time.

It is disposable, and believed only when two seals are whole. Each file's (size, times, inode) tells whether the index
has seen it as it is; a shard that differs is read strictly and indexed again. And the database itself carries such a
seal beside it, broken before the first change and renewed after the last one: an index that was cut off while it was
written, that a power failure left half on disk, or that anything else touched is thrown away and built anew.

Only who holds the archive's lock alone writes to it. A reader who finds it out of date and may not write works on a
copy in memory. Answers are always read from the shards.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from crmkit.archive import disk, strict
from crmkit.archive.files import fingerprint, tracked
from crmkit.archive.shards import kind_of_file
from crmkit.errors import DamagedError
from crmkit.i18n import _
from crmkit.records import Record

MAKE = 6  # raise when the tables or any record's keys() change
DATABASE = "index.sqlite"
SEAL = "index.seal"
SCHEMA = """
CREATE TABLE files (
    no INTEGER PRIMARY KEY, path TEXT UNIQUE, kind TEXT, print TEXT, blob TEXT, records INT, recorded INT
);
CREATE TABLE records (id TEXT, file INT, PRIMARY KEY (id, file)) WITHOUT ROWID;
CREATE INDEX records_file ON records (file);
CREATE TABLE keys (key TEXT, id TEXT, file INT, PRIMARY KEY (key, id, file)) WITHOUT ROWID;
CREATE INDEX keys_file ON keys (file);
"""


class Seen(NamedTuple):
    """One file as it was read."""

    print: str  # its fingerprint, taken before it was read
    data: bytes
    records: dict[str, Record]


Reader = Callable[[str], tuple[bytes, dict[str, Record]]]


class Index:
    """The index of one archive."""

    def __init__(self, root: Path, read: Reader, *, writable: bool) -> None:
        """`read(path)` gives a file's bytes and its records, strictly checked; `refresh` calls it for every file that
        the index has not seen as it is.
        """
        self.root = root
        self.read = read
        self.writable = writable
        self.path = root / ".crmkit" / DATABASE
        self.seal = root / ".crmkit" / SEAL
        self.sealed = self._is_sealed()
        self.new = not self.sealed  # nothing is known of what was there before
        self.db = self._open()
        self.changed = self._changed()  # fingerprints of what it has not seen as it is, by path; "" for what is gone

    def close(self) -> None:
        """Close the database; what was written to it is made durable and sealed."""
        self.db.close()
        if self.writable and not self.sealed and not self.new:
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
        self.take((path, Seen(print_, *self.read(path)) if print_ else None) for path, print_ in self.changed.items())
        self.new = False
        self.changed = {}

    def take(self, files: Iterable[tuple[str, Seen | None]], *, recorded: bool = False) -> None:
        """Index each file as it was seen, None where it is gone. `recorded`: git knows, or a note waits to tell it."""
        with self._writing():
            for path, seen in files:
                if seen is None:
                    self._put(path, set(), set())
                    self.db.execute("DELETE FROM files WHERE path = ?", (path,))
                else:
                    self._put_file(path, seen, recorded)
                    self._put(path, set(seen.records), keys_of(seen.records))

    def take_written(self, files: Mapping[str, bytes | None], records: dict[str, dict[str, Record]]) -> None:
        """Index the files that a run has just written, None for those it removed; a note waits to tell git of them."""
        seen = {
            path: Seen(fingerprint(self.root / path), data, records[path]) if data is not None else None
            for path, data in files.items()
        }
        self.take(seen.items(), recorded=True)

    def set_recorded(self, paths: Iterable[str]) -> None:
        """Note that git knows these files as they are."""
        with self._writing():
            self.db.executemany("UPDATE files SET recorded = 1 WHERE path = ?", [(path,) for path in paths])

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
        self.db = _connect(":memory:", SCHEMA)
        self.changed = self._changed()
        self.refresh()

    def _changed(self) -> dict[str, str]:
        seen = dict(self._rows("SELECT path, print FROM files"))
        there = dict(tracked(self.root))
        return dict.fromkeys(seen.keys() - there.keys(), "") | dict(there.items() - seen.items())

    def _put_file(self, path: str, seen: Seen, recorded: bool) -> None:
        self.db.execute(
            "INSERT INTO files (path, kind, print, blob, records, recorded) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (path) DO UPDATE SET print = excluded.print, blob = excluded.blob,"
            " records = excluded.records, recorded = excluded.recorded",
            (path, kind_of_file(path), seen.print, disk.blob_name(seen.data), len(seen.records), recorded),
        )

    def _put(self, path: str, ids: set[str], keys: set[tuple[str, str]]) -> None:
        # most of a shard is as it was: only the differences are written
        row = self.db.execute("SELECT no FROM files WHERE path = ?", (path,)).fetchone()
        if row is None:
            return
        (no,) = row
        old_ids = {i for (i,) in self.db.execute("SELECT id FROM records WHERE file = ?", (no,))}
        old_keys = set(self.db.execute("SELECT key, id FROM keys WHERE file = ?", (no,)))
        self.db.executemany("DELETE FROM records WHERE id = ? AND file = ?", [(i, no) for i in old_ids - ids])
        self.db.executemany("INSERT INTO records VALUES (?, ?)", [(i, no) for i in ids - old_ids])
        self.db.executemany(
            "DELETE FROM keys WHERE key = ? AND id = ? AND file = ?", [(*pair, no) for pair in old_keys - keys]
        )
        self.db.executemany("INSERT INTO keys VALUES (?, ?, ?)", [(*pair, no) for pair in keys - old_keys])

    def unrecorded(self) -> list[str]:
        """The paths of the files that somebody else changed and git may not know yet."""
        return [path for (path,) in self._rows("SELECT path FROM files WHERE NOT recorded ORDER BY path")]

    def blob(self, path: str) -> str:
        """git's name for the bytes that a file had when it was indexed; "" where there was no such file."""
        rows = self._rows("SELECT blob FROM files WHERE path = ?", path)
        return str(rows[0][0]) if rows else ""

    def seen_as_it_is(self, path: str) -> bool:
        """True where the file has not been touched since it was indexed."""
        return self._rows("SELECT print FROM files WHERE path = ?", path) == [(fingerprint(self.root / path),)]

    def shard_of(self, identifier: str) -> str | None:
        """The path of the shard that holds a record. DamagedError where several do."""
        query = "SELECT path FROM records JOIN files ON file = no WHERE id = ? ORDER BY path"
        paths = [path for (path,) in self._rows(query, identifier)]
        if len(paths) > 1:
            raise DamagedError(
                _("{id} is in two shards: {files}").format(id=identifier, files=", ".join(paths)),
                _("`crmkit check` lists every such record"),
            )
        return str(paths[0]) if paths else None

    def shards(self, kind: str) -> dict[str, int]:
        """The shards of a kind with the number of records in each, by path."""
        return dict(self._rows("SELECT path, records FROM files WHERE kind = ? ORDER BY path", kind))

    def ids(self, key: str) -> list[str]:
        """The ids of the records with this key."""
        return [i for (i,) in self._rows("SELECT DISTINCT id FROM keys WHERE key = ? ORDER BY id", key)]

    def ids_between(self, low: str, high: str) -> list[str]:
        """The ids of the records with a key from `low` up to, not including, `high`, in the order of the keys."""
        query = "SELECT DISTINCT key, id FROM keys WHERE key >= ? AND key < ? ORDER BY key, id"
        return [i for _key, i in self._rows(query, low, high)]

    def ids_starting(self, prefix: str) -> list[str]:
        """Up to nine ids that begin with `prefix`."""
        query = "SELECT DISTINCT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 9"
        return [i for (i,) in self._rows(query, prefix, prefix + "\U0010ffff")]

    def counts(self) -> dict[str, int]:
        """The number of records of each kind."""
        return dict(self._rows("SELECT kind, SUM(records) FROM files WHERE kind != '' GROUP BY kind"))

    def _rows(self, query: str, *values: str) -> list[Any]:
        try:
            return self.db.execute(query, values).fetchall()
        except sqlite3.Error:
            self._abandon()
            return self.db.execute(query, values).fetchall()

    def _is_sealed(self) -> bool:
        disk.refuse_link(self.path)
        disk.refuse_link(self.seal)
        try:
            return self.seal.read_text() == self._print()
        except (OSError, UnicodeDecodeError):
            return False

    def _print(self) -> str:
        return f"{MAKE} {fingerprint(self.path)}"

    def _open(self) -> sqlite3.Connection:
        if self.sealed:
            try:
                if self.writable:
                    return _connect(str(self.path))
                return sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
            except sqlite3.Error:
                self.sealed, self.new = False, True
        if self.writable:
            for suffix in ("", "-journal", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        return _connect(str(self.path) if self.writable else ":memory:", SCHEMA)

    def _use_memory(self) -> None:
        if not self.new:
            copy = _connect(":memory:")
            self.db.backup(copy)
            self.db.close()
            self.db = copy
        self.sealed = False


def keys_of(records: dict[str, Record]) -> set[tuple[str, str]]:
    """Every key of some records, with the id of its record."""
    return {(key, identifier) for identifier, record in records.items() for key in iter(record.keys())}


def _connect(name: str, schema: str = "") -> sqlite3.Connection:
    db = sqlite3.connect(name)
    # the seal makes good for what these leave out: an index that was not closed is never opened again
    db.execute("PRAGMA journal_mode = MEMORY")
    db.execute("PRAGMA synchronous = OFF")
    if schema:
        db.executescript(schema)
    return db
