"""Records read from their shards: a few from the places where they stand, more with all the others of their shard.

A shard is canonical, so that a record stands in one piece of its text; to read that piece costs the same in a shard of
500 records as in one of five. What is read is always held against what was read strictly when it was indexed.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from crmkit.archive.journal import disk
from crmkit.archive.store import strict
from crmkit.archive.store.index import Index, ShardPlace
from crmkit.archive.store.shards import kind_of_file
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import _
from crmkit.records import BY_KIND, Record

F = TypeVar("F", bound=msgspec.Struct)
OPEN_SHARDS = 256  # 60 MB of customers; with 64 a sheet of 1,000 rows about people of any year takes a sixth more
FEW_RECORDS = 32  # so many of a shard cost less one by one, where all that are wanted of it are known
SINGLE_RECORDS = 8  # so many of a shard are read one by one; with the next it is cheaper to read all


class _MeanwhileError(CrmkitError):
    """A shard is not there any more as it was indexed."""


class ShardReader:
    """The shards of an archive, as its index knows them."""

    def __init__(self, root: Path, index: Index, *, loose: bool = False) -> None:
        """`loose`: others may write meanwhile, and what they wrote is read as it is then."""
        self.root = root
        self.index = index
        self.loose = loose
        self._places: dict[str, ShardPlace] = {}  # of what was asked for: a batch asks for the same ones line by line
        self._open: dict[str, _Open] = {}

    def get(self, identifier: str) -> Record | None:
        """The record with this id, None where there is none. Raises as `bytes_of`."""
        place = self._places.get(identifier) or self.index.place_of(identifier)
        if place is None:
            return None
        self._places[identifier] = place
        if place.path not in self._open:
            if len(self._open) >= OPEN_SHARDS:
                self._open.pop(next(iter(self._open)))
            try:
                self._open[place.path] = _Open(self._whole(place.path, place.blob), place)
            except _MeanwhileError as error:
                return self._as_it_is(place.path, error).get(identifier)
        return self._open[place.path].get(identifier)

    def several(self, identifiers: Iterable[str]) -> list[Record]:
        """The records with these ids, shard by shard, each read once. Raises as `bytes_of`."""
        found: list[Record] = []
        for path, wanted in self.index.by_shard(identifiers).items():
            record_type = BY_KIND[kind_of_file(path)]
            try:
                data = self.bytes_of(path)
            except _MeanwhileError as error:
                there = self._as_it_is(path, error)
                found += [there[identifier] for identifier in wanted if identifier in there]
                continue
            if len(wanted) <= FEW_RECORDS and self.index.is_canonical(path):
                found += [strict.trusted_record(data, record_type, identifier) for identifier in wanted]
            else:
                records = strict.trusted(data, record_type)
                found += [records[identifier] for identifier in wanted]
        return found

    def load(self, path: str) -> dict[str, Record]:
        """The records of a shard by id. Raises as `bytes_of`."""
        try:
            return strict.trusted(self.bytes_of(path), BY_KIND[kind_of_file(path)])
        except _MeanwhileError as error:
            return self._as_it_is(path, error)

    def parts(self, path: str, form: type[F]) -> dict[str, F]:
        """Of the records of a shard only the fields that the struct `form` has, by id. Raises as `bytes_of`."""
        return strict.trusted_parts(self.bytes_of(path), kind_of_file(path), form)

    def _as_it_is(self, path: str, error: _MeanwhileError) -> dict[str, Record]:
        if not self.loose:
            raise error
        data = disk.read(self.root / path)
        if data is None:
            return {}
        strict.table(data, BY_KIND[kind_of_file(path)], path)
        return strict.trusted(data, BY_KIND[kind_of_file(path)])

    def bytes_of(self, path: str) -> bytes:
        """A shard's bytes, which must be those that were read strictly when it was indexed.

        Raises DamagedError, CrmkitError where another program is changing it.
        """
        return self._whole(path, self.index.blob(path))

    def _whole(self, path: str, blob: str) -> bytes:
        data = disk.read(self.root / path)
        if data is None and not self.loose:
            raise strict.missing(path)
        if data is not None and disk.blob_name(data) == blob:
            return data
        if not self.index.seen_as_it_is(path):
            raise _MeanwhileError(
                _("{file} was changed by another program meanwhile").format(file=path), _("try again")
            )
        raise DamagedError(
            _("{file} is not as it was written, though no program has changed it: a failing disk?").format(file=path),
            _("`crmkit check` looks at every file; `crmkit repair` brings this one back from the history"),
        )


class _Open:
    """One shard, of which some records were asked for."""

    def __init__(self, data: bytes, place: ShardPlace) -> None:
        self.data = data
        self.canonical = place.canonical
        self.record_type = BY_KIND[kind_of_file(place.path)]
        self.records: dict[str, Record] = {}

    def get(self, identifier: str) -> Record | None:
        if identifier not in self.records:
            if self.canonical and len(self.records) < SINGLE_RECORDS:
                self.records[identifier] = strict.trusted_record(self.data, self.record_type, identifier)
            else:
                self.records = strict.trusted(self.data, self.record_type)
        return self.records.get(identifier)
