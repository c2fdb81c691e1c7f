"""The tables of the index, and how what a file says is put into them.

What a record is found by is one text an entry, `key id`, and ` id` for the record itself. The entries of a whole shard
go to SQLite as one value: taken apart there, they cost half of what they would one by one. Which entries a file had is
not noted again: a run knows what it replaced, and after an edit by another program one pass over all finds them.

Every function that is given a database raises sqlite3.Error.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from crmkit.archive.journal import disk
from crmkit.archive.store import agenda, strict
from crmkit.archive.store.shards import kind_of_file
from crmkit.records import BY_KIND, Record

NUL = ("\0", "\ufffd")  # a text in JSON ends there, as SQLite reads it
INSERT = "INSERT OR IGNORE INTO {} SELECT value, ? FROM json_each(?)"
FEW = 64  # files of which it does not pay
SORTED = 8 << 20  # characters of entries that are put in order at a time: those of 22,000 rows
CACHE_KIB = 65536  # while it is built, entries come in the order of the shards, not in their own
SCHEMA = """
CREATE TABLE files (
    no INTEGER PRIMARY KEY, path TEXT UNIQUE, kind TEXT, print TEXT, blob TEXT, canonical INT, records INT, recorded INT
);
CREATE INDEX unrecorded ON files (path) WHERE NOT recorded;
CREATE TABLE entries (entry TEXT, file INT, PRIMARY KEY (entry, file)) WITHOUT ROWID;
"""


class Seen(NamedTuple):
    """What the index holds of one file, as it was read."""

    blob: str  # git's name for its bytes
    canonical: bool  # they are what `stored.canonical` writes
    records: int
    entries: str  # as they are `listed`: of a large run a third of what they would take one by one


def seen_strictly(file: tuple[str, bytes], changed: Collection[str] | None = None) -> Seen:
    """What the index holds of a file, given as its path and bytes. Raises DamagedError.

    Where it is known which of its records `changed`, by their ids, the entries are of these alone.
    """
    path, data = file
    kind = kind_of_file(path)
    table = strict.table(data, BY_KIND[kind], path) if kind else strict.ShardTable({}, False)
    told = table.records if changed is None else {i: table.records[i] for i in changed if i in table.records}
    return Seen(disk.blob_name(data), table.canonical, len(table.records), listed(entries_of(told)))


def connect(name: str, *, new: bool = False) -> sqlite3.Connection:
    """The database `name`; where it is new, with empty tables."""
    db = sqlite3.connect(name)
    # the seal makes good for what these leave out: an index that was not closed is never opened again
    db.execute("PRAGMA journal_mode = MEMORY")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute("PRAGMA temp_store = MEMORY")
    if new:
        db.executescript(SCHEMA + agenda.SCHEMA)
    return db


def entries_of(records: Mapping[str, Record]) -> list[str]:
    """Every entry of some records: each record itself, and each of its keys, which may be there twice."""
    entries = [f" {identifier}" for identifier in records]
    entries += [f"{key.replace(*NUL)} {i}" for i, record in records.items() for key in iter(record.keys())]
    return entries


def put_file(db: sqlite3.Connection, path: str, print_: str, seen: Seen, *, recorded: bool) -> int:
    """Note a file as it was seen with the fingerprint `print_`; its number. `recorded`: git knows, or a note waits."""
    db.execute(
        "INSERT INTO files (path, kind, print, blob, canonical, records, recorded) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (path) DO UPDATE SET print = excluded.print, blob = excluded.blob,"
        " canonical = excluded.canonical, records = excluded.records, recorded = excluded.recorded",
        (
            path, kind_of_file(path), print_, seen.blob, seen.canonical, seen.records, recorded,
        ),
    )  # fmt: skip
    (number,) = db.execute("SELECT no FROM files WHERE path = ?", (path,)).fetchone()
    return int(number)


@contextmanager
def inserting(db: sqlite3.Connection) -> Iterator[Callable[[int, str], None]]:
    """A function that adds entries, as they are `listed`, of the file with a number; all are there after the block.

    What no longer fits into the cache is put into order first, much at a time: each file has entries all over the
    index. A million people, as they come, take twice the time of the processor, and on a slow disk ten times as long.
    """
    held: list[tuple[int, str]] = []
    size = 0

    def insert(number: int, entries: str) -> None:
        nonlocal size
        if not held and _fits(db):
            db.execute(INSERT.format("entries"), (number, entries))
            return
        held.append((number, entries))
        size += len(entries)
        if size >= SORTED:
            put()

    def put() -> None:
        nonlocal size
        if len(held) <= FEW:
            db.executemany(INSERT.format("entries"), held)
        else:
            db.execute("CREATE TABLE temp.arriving (entry TEXT, file INT)")
            db.executemany(INSERT.format("temp.arriving"), held)
            db.execute("INSERT OR IGNORE INTO entries SELECT entry, file FROM temp.arriving ORDER BY entry")
            db.execute("DROP TABLE temp.arriving")
        held.clear()
        size = 0

    yield insert
    put()


def _fits(db: sqlite3.Connection) -> bool:
    """Whether the whole database fits into the cache."""
    ((pages,),), ((size,),) = db.execute("PRAGMA page_count"), db.execute("PRAGMA page_size")
    return bool(pages * size <= CACHE_KIB << 10)


def delete(db: sqlite3.Connection, path: str, entries: set[str]) -> None:
    """Remove these entries of a file."""
    db.execute(
        "DELETE FROM entries WHERE entry IN (SELECT value FROM json_each(?))"
        " AND file = (SELECT no FROM files WHERE path = ?)",
        (listed(entries), path),
    )


def forget(db: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Remove files and every entry of theirs, in one pass over all entries."""
    wanted = (listed(paths),)
    known = "SELECT no FROM files WHERE path IN (SELECT value FROM json_each(?))"
    if db.execute(known, wanted).fetchone():
        db.execute(f"DELETE FROM entries WHERE file IN ({known})", wanted)
        db.execute(f"DELETE FROM files WHERE no IN ({known})", wanted)


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """The number of entries of each file that has any, by path."""
    query = "SELECT path, n FROM (SELECT file, count(*) AS n FROM entries GROUP BY file) JOIN files ON file = no"
    return dict(db.execute(query).fetchall())


def count(db: sqlite3.Connection) -> int:
    """The number of entries of all files."""
    (number,) = db.execute("SELECT count(*) FROM entries").fetchone()
    return int(number)


def found(db: sqlite3.Connection, path: str, entries: Iterable[str]) -> int:
    """How many of `entries` stand there for a file."""
    query = (
        "SELECT count(*) FROM json_each(?) JOIN entries ON entry = value"
        " AND file = (SELECT no FROM files WHERE path = ?)"
    )
    (number,) = db.execute(query, (listed(entries), path)).fetchone()
    return int(number)


def listed(texts: Iterable[str]) -> str:
    """Texts as `json_each` takes them."""
    return msgspec.json.encode(sorted(texts)).decode()
