"""The derived index against the shards it was derived from."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from crmkit.archive import disk, tables
from crmkit.archive.files import fingerprint
from crmkit.archive.index import Index
from crmkit.archive.tables import Seen, entries_of
from crmkit.errors import CrmkitError, DamagedError
from crmkit.records import Record


class Indexed:
    """What the index claims; nothing where it is not there, or will be built anew by the next command anyway."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prints: dict[str, str] = {}  # path → fingerprint when it was indexed
        self.blobs: dict[str, str] = {}  # path → git's name for its bytes then
        self.counts: dict[str, int] = {}  # path → how many entries the index has of it
        self.index: Index | None = None
        try:
            index = Index(root, _refuse, writable=False)
            rows = index.db.execute("SELECT path, print, blob FROM files").fetchall()
            counts = tables.counts(index.db)
        except (CrmkitError, OSError, sqlite3.Error):
            return
        if index.new:
            index.close()
            return
        self.index, self.counts = index, counts
        self.prints = {path: print_ for path, print_, _blob in rows}
        self.blobs = {path: blob for path, _print, blob in rows}

    def close(self) -> None:
        """Close the database."""
        if self.index:
            self.index.close()

    def is_decayed(self, path: str, data: bytes) -> bool:
        """True where a file holds other bytes than when it was indexed, and yet nobody has written to it since."""
        blob = self.blobs.get(path)
        return blob is not None and blob != disk.blob_name(data) and self._untouched(path)

    def agrees(self, path: str, records: Mapping[str, Record]) -> bool:
        """True where the index holds exactly the ids and keys of `records`, or knows that it does not."""
        if self.index is None or self.prints.get(path) != fingerprint(self.root / path):
            return True
        entries = entries_of(records)
        try:
            return len(entries) == self.counts.get(path, 0) == tables.count(self.index.db, path, entries)
        except sqlite3.Error:
            return True  # it is thrown away as soon as it is used

    def _untouched(self, path: str) -> bool:
        # the second of size, time of writing, time of any change, inode
        return self.prints[path].split(" ")[1:2] == fingerprint(self.root / path).split(" ")[1:2]


def _refuse(path: str) -> Seen:
    raise DamagedError(path)
