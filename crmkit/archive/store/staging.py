"""Which files a change touches, and what their bytes become."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec

from crmkit import pool
from crmkit.archive.store import stored
from crmkit.archive.store.index import Index
from crmkit.archive.store.reader import ShardReader
from crmkit.archive.store.shards import kind_of, kind_of_file, month_and_part, part_path
from crmkit.archive.store.tables import Seen, seen_strictly
from crmkit.errors import DamagedError
from crmkit.i18n import _
from crmkit.records import Record
from crmkit.records.base import month_of

Files = dict[str, bytes | None]  # path relative to the archive → bytes, None = no such file
IN_MEMORY = 4 << 20  # bytes: what a run of some thousand records writes


class Spool(Mapping[str, bytes | None]):
    """The files of one change: what a large one writes is not held in memory, but in a file without a name."""

    def __init__(self, folder: Path) -> None:
        """`folder` is on the disk of the archive: nobody else may read it, and there is room or the run ends."""
        self._folder = folder
        self._file: IO[bytes] = BytesIO()
        self._size = 0
        self._spans: dict[str, tuple[int, int]] = {}

    def put(self, path: str, data: bytes) -> None:
        """Add a file. Raises OSError."""
        if self._size <= IN_MEMORY < self._size + len(data):
            held, self._file = self._file, _without_name(self._folder)
            held.seek(0)
            self._file.write(held.read())
        self._file.seek(self._size)
        self._file.write(data)
        self._spans[path] = self._size, len(data)
        self._size += len(data)

    def __getitem__(self, path: str) -> bytes:
        begin, length = self._spans[path]
        self._file.seek(begin)
        return self._file.read(length)

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


class SpooledSeen(Mapping[str, Seen]):
    """What the index will hold of the files of one change, spooled as they are: of a large one it is half as much."""

    def __init__(self, folder: Path) -> None:
        """`folder` as for `Spool`."""
        self._spool = Spool(folder)

    def put(self, path: str, seen: Seen) -> None:
        """Add what is held of a file. Raises OSError."""
        self._spool.put(path, msgspec.msgpack.encode(seen))

    def __getitem__(self, path: str) -> Seen:
        return msgspec.msgpack.decode(self._spool[path], type=Seen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._spool)

    def __len__(self) -> int:
        return len(self._spool)


def files_of(
    index: Index,
    reader: ShardReader,
    limit: int,
    puts: Iterable[str],
    record_of: Callable[[str], Record],
    present: Container[str],
    drops: Iterable[str],
) -> tuple[Spool, Files, SpooledSeen, dict[str, list[str]]]:
    """The files that differ once `puts` are stored and `drops` are gone, as they will be and as they are.

    With them what the index will hold of them, read from the bytes that will stand there; its entries are those of what
    changes in a file, whose ids come last, by path. `limit` is how many records a shard holds. `puts` and `drops` are
    ids; `record_of` gives the record to store, `present` holds those ids that are in the archive already. A new record
    goes into the last part of its month until that is full. Raises DamagedError, OSError where the spool is full.
    """
    from crmkit.archive.store.database import Shard

    places = _Places(index, limit)
    arriving: dict[str, list[str]] = {}
    for identifier in puts:
        place = places.of(identifier) if identifier in present else places.new(identifier)
        arriving.setdefault(place, []).append(identifier)
    removed: dict[str, list[str]] = {}
    for identifier in drops:
        path = index.shard_of(identifier)
        if path:
            removed.setdefault(path, []).append(identifier)
    changed = {path: arriving.get(path, []) + removed.get(path, []) for path in sorted({*arriving, *removed})}
    before: Files = {path: reader.bytes_of(path) if index.blob(path) else None for path in changed}

    def written(path: str) -> tuple[bytes, Seen]:
        records = [_fitting(record_of(identifier), identifier, path) for identifier in arriving.get(path, ())]
        if before[path] is None:  # where nothing stands, there is nothing to keep
            data = stored.written(path.partition("/")[0], records)
        else:
            shard = Shard(path, before[path])
            shard.put(records)
            shard.drop(removed.get(path, ()))
            data = shard.staged.canonical()
        return data, seen_strictly((path, data), changed[path])

    after = Spool(index.path.parent)
    seen = SpooledSeen(index.path.parent)
    for path, (data, found) in zip(changed, pool.each(written, list(changed)), strict=True):
        if data != before[path]:
            after.put(path, data)
            seen.put(path, found)
    return after, {path: before[path] for path in after}, seen, {path: changed[path] for path in after}


def same(record: Record, present: Record) -> bool:
    """Whether `record` says what `present` says, whenever that was."""
    return present == msgspec.structs.replace(record, created_at=present.created_at, updated_at=present.updated_at)


def stamp(record: Record, present: Record | None, now: datetime) -> Record:
    """`record` with the times of its creation and last change; `present`, as it is, where nothing else differs."""
    if present is not None and same(record, present):
        return present
    created = present.created_at if present is not None else (record.created_at or now)
    updated = None if record.event and present is None else now
    if updated and present is not None and present.updated_at is not None:
        # a version is later than the last one by this time too, whatever the clock says: calendars and merges go by it
        updated = max(now, present.updated_at + timedelta(seconds=1))
    if (record.created_at, record.updated_at) == (created, updated):
        return record
    return msgspec.structs.replace(record, created_at=created, updated_at=updated)


def _fitting(record: Record, identifier: str, path: str) -> Record:
    if record.kind != kind_of_file(path):
        raise _misnamed(identifier)
    return record


def _misnamed(identifier: str) -> DamagedError:
    return DamagedError(_("{id} is not an id of this kind of record").format(id=identifier))


def _without_name(folder: Path) -> IO[bytes]:
    from tempfile import TemporaryFile

    return TemporaryFile(dir=folder)


class _Places:
    """Where records lie and new ones go, while one change is put together."""

    def __init__(self, index: Index, limit: int) -> None:
        self.index = index
        self.limit = limit
        self.last: dict[tuple[str, str], tuple[int, int]] = {}  # kind, month → number of the last part, its records

    def of(self, identifier: str) -> str:
        """The shard that holds a record, or takes it where none does."""
        return self.index.shard_of(identifier) or self.new(identifier)

    def new(self, identifier: str) -> str:
        """The shard for a record that is in none yet. DamagedError where that is no id."""
        kind = kind_of(identifier)
        if kind is None:
            raise _misnamed(identifier)
        month = month_of(identifier)
        if (kind, month) not in self.last:
            sizes = self.index.shards(kind, month)
            newest = max(sizes, key=month_and_part, default=part_path(kind, month, 1))
            self.last[kind, month] = month_and_part(newest)[1], sizes.get(newest, 0)
        part, size = self.last[kind, month]
        if size >= self.limit:
            part, size = part + 1, 0
        self.last[kind, month] = part, size + 1
        return part_path(kind, month, part)
