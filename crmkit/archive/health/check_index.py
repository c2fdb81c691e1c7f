"""The derived index against the shards it was derived from."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path

from crmkit.archive.journal import disk
from crmkit.archive.store import tables
from crmkit.archive.store.files import fingerprint
from crmkit.archive.store.index import Index
from crmkit.archive.store.tables import Seen
from crmkit.errors import CrmkitError, DamagedError


class Indexed:
    """What the index claims; nothing where it is not there, or will be built anew by the next command anyway.

    Its entries are looked up in a database that the process opens when it asks first: none is taken along by `fork`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prints: dict[str, str] = {}  # path → fingerprint when it was indexed
        self.blobs: dict[str, str] = {}  # path → git's name for its bytes then
        self.entries = 0
        with suppress(CrmkitError, OSError, sqlite3.Error), closing(self._open()) as index:
            if not index.new:
                rows = index.db.execute("SELECT path, print, blob FROM files").fetchall()
                self.entries = tables.count(index.db)
                self.prints = {path: print_ for path, print_, _blob in rows}
                self.blobs = {path: blob for path, _print, blob in rows}

    @cached_property
    def index(self) -> Index:
        """The index, to look up entries."""
        return self._open()

    def is_decayed(self, path: str, data: bytes) -> bool:
        """True where a file holds other bytes than when it was indexed, and yet nobody has written to it since."""
        blob = self.blobs.get(path)
        return blob is not None and blob != disk.blob_name(data) and self._untouched(path)

    def lacks(self, path: str, entries: Collection[str]) -> bool:
        """True where the index should have all of these entries of a file, and does not."""
        if self.prints.get(path) != fingerprint(self.root / path):
            return False
        try:
            return tables.found(self.index.db, path, entries) < len(entries)
        except sqlite3.Error:
            return False  # it is thrown away as soon as it is used

    def with_more(self, expected: Mapping[str, int]) -> list[str]:
        """The files, as they were indexed, of which there are more entries than `expected`, or fewer."""
        if not self.prints or sum(expected.values()) == self.entries:
            return []
        counts = tables.counts(self.index.db)
        known = [path for path in expected if self.prints.get(path) == fingerprint(self.root / path)]
        return [path for path in known if counts.get(path, 0) != expected[path]]

    def _open(self) -> Index:
        return Index(self.root, _refuse, writable=False)

    def _untouched(self, path: str) -> bool:
        # the second of size, time of writing, time of any change, inode
        return self.prints[path].split(" ")[1:2] == fingerprint(self.root / path).split(" ")[1:2]


def _refuse(path: str) -> Seen:
    raise DamagedError(path)
