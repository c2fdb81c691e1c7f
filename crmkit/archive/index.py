"""The derived index: which shard holds an id, a phone, an open item with its due time.

It is disposable. Each shard's (size, mtime, inode) tells whether the index has seen it as it is; a shard that differs
is read strictly and indexed again, and an index that is missing, damaged or of another make is built anew. Answers
are always read from the shards themselves.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from crmkit.records import BY_KIND, Record

MAKE = 4  # raise when the tables or any record's keys() change
SCHEMA = """
CREATE TABLE shards (path TEXT PRIMARY KEY, kind TEXT, size INT, mtime INT, inode INT, records INT, edited INT);
CREATE TABLE records (id TEXT PRIMARY KEY, path TEXT) WITHOUT ROWID;
CREATE INDEX records_path ON records (path);
CREATE TABLE keys (key TEXT, id TEXT, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE INDEX keys_id ON keys (id);
"""
Fingerprint = tuple[int, int, int]
Reader = Callable[[str], dict[str, Record]]


class Index:
    """The index of one archive, brought up to date when it is opened."""

    def __init__(self, root: Path, read: Reader) -> None:
        """`read(path)` gives a shard's records, strictly checked; it is called for every shard not seen as it is."""
        self.root = root
        self.read = read
        try:
            self.db = _connect(root / ".crmkit" / "index.sqlite")
            self.refresh()
        except (sqlite3.Error, OSError):
            self._build_anew()

    def _build_anew(self) -> None:
        path = self.root / ".crmkit" / "index.sqlite"
        try:
            for suffix in ("", "-wal", "-shm", "-journal"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self.db = _connect(path)
            self.refresh()
        except (sqlite3.Error, OSError):  # a disk that cannot be written can still be read
            self.db = _connect(None)
            self.refresh()

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def refresh(self) -> list[str]:
        """Take in every shard that is not as the index saw it; their paths."""
        seen = {path: (size, mtime, inode) for path, size, mtime, inode in self.db.execute(
            "SELECT path, size, mtime, inode FROM shards"
        )}  # fmt: skip
        there = dict(shard_files(self.root))
        changed = [path for path in seen if path not in there]
        changed += [path for path, print_ in there.items() if seen.get(path) != print_]
        if changed:
            self.take(changed, edited=True)
        return changed

    def edited(self) -> list[str]:
        """The shards that came to be as they are by other means than a run, until `settled`."""
        return [row[0] for row in self.db.execute("SELECT path FROM shards WHERE edited ORDER BY path")]

    def settled(self) -> None:
        """Take note that git has recorded every edit."""
        with self.db:
            self.db.execute("UPDATE shards SET edited = 0 WHERE edited")

    def take(
        self, paths: Iterable[str], known: dict[str, dict[str, Record]] | None = None, *, edited: bool = False
    ) -> None:  # fmt: skip
        """Index the shards at `paths` again; `known` holds the records of those that were read already.

        `edited` says that no run of crmkit left them as they are.
        """
        with self.db:
            for path in paths:
                self._forget(path)
            for path in paths:
                place = self.root / path
                if place.exists():
                    records = known[path] if known and path in known else self.read(path)
                    self._store(path, fingerprint(place.lstat()), records, edited)

    def _forget(self, path: str) -> None:
        self.db.execute("DELETE FROM keys WHERE id IN (SELECT id FROM records WHERE path = ?)", (path,))
        self.db.execute("DELETE FROM records WHERE path = ?", (path,))
        self.db.execute("DELETE FROM shards WHERE path = ?", (path,))

    def _store(self, path: str, seen: Fingerprint, records: dict[str, Record], edited: bool) -> None:
        kind = path.partition("/")[0]
        self.db.execute("INSERT INTO shards VALUES (?, ?, ?, ?, ?, ?, ?)", (path, kind, *seen, len(records), edited))
        self.db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", ((i, path) for i in records))
        self.db.executemany(
            "INSERT OR IGNORE INTO keys VALUES (?, ?)",
            ((key, identifier) for identifier, record in records.items() for key in record.keys()),  # noqa: SIM118
        )

    def shard_of(self, identifier: str) -> str | None:
        """The path of the shard that holds a record."""
        row = self.db.execute("SELECT path FROM records WHERE id = ?", (identifier,)).fetchone()
        return str(row[0]) if row else None

    def shards(self, kind: str) -> dict[str, int]:
        """The shards of a kind with the number of records in each, by path."""
        rows = self.db.execute("SELECT path, records FROM shards WHERE kind = ? ORDER BY path", (kind,))
        return dict(rows.fetchall())

    def ids(self, key: str) -> list[str]:
        """The ids of the records with this key."""
        return [row[0] for row in self.db.execute("SELECT id FROM keys WHERE key = ? ORDER BY id", (key,))]

    def ids_between(self, low: str, high: str) -> Iterator[str]:
        """The ids of the records with a key from `low` up to, not including, `high`, in the order of the keys."""
        for (identifier,) in self.db.execute(
            "SELECT id FROM keys WHERE key >= ? AND key < ? ORDER BY key, id", (low, high)
        ):
            yield identifier

    def ids_starting(self, prefix: str) -> list[str]:
        """Up to nine ids that begin with `prefix`."""
        rows = self.db.execute(
            "SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 9", (prefix, prefix + "\U0010ffff")
        )
        return [row[0] for row in rows]

    def counts(self) -> dict[str, int]:
        """The number of records of each kind."""
        return dict(self.db.execute("SELECT kind, SUM(records) FROM shards GROUP BY kind").fetchall())


def fingerprint(stat: os.stat_result) -> Fingerprint:
    """What tells one state of a file from another without reading it."""
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def shard_files(root: Path) -> Iterator[tuple[str, Fingerprint]]:
    """Every shard of the archive at `root` with its fingerprint, in order of path."""
    for kind in sorted(BY_KIND):
        folder = root / kind
        if folder.is_dir():
            for entry in sorted(os.scandir(folder), key=lambda e: e.name):
                if entry.name.endswith(".json") and not entry.name.startswith("."):
                    yield f"{kind}/{entry.name}", fingerprint(entry.stat(follow_symlinks=False))


def _connect(path: Path | None) -> sqlite3.Connection:
    old_mask = os.umask(0o077)
    try:
        db = sqlite3.connect(path or ":memory:", timeout=10)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        (make,) = db.execute("PRAGMA user_version").fetchone()
        if make != MAKE:
            if make:
                raise sqlite3.DatabaseError("an index of another make")
            with db:
                db.executescript(SCHEMA)
                db.execute(f"PRAGMA user_version = {MAKE}")
        return db
    finally:
        os.umask(old_mask)
