"""Three-way merge of whole archives, given as files: pure, without git, and the same whichever side is called ours.

Records are merged by id, wherever they lie: two clones that made the same record may have put it into different parts.
What clashed becomes a `Conflict` record in the merged archive itself, under an id that follows from what it says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from crmkit.archive.merge.integrity import restore_integrity
from crmkit.archive.merge.merge import Clash, moment, record
from crmkit.archive.merge.merge_files import merge_file
from crmkit.archive.store import stored, strict
from crmkit.archive.store.shards import kind_of_file, part_path
from crmkit.archive.store.stored import Documents
from crmkit.records import Conflict, Record, type_of
from crmkit.records.base import derived_id, month_of
from crmkit.records.shape import ABSENT, shape_of

Files = Mapping[str, bytes]  # path → bytes


@dataclass(frozen=True)
class Merged:
    """An archive that holds both sides' work, and the documents it was made from."""

    files: dict[str, bytes]
    base: Documents
    ours: Documents
    theirs: Documents
    documents: Documents
    clashes: tuple[Clash, ...]


def merge_trees(base: Files, ours: Files, theirs: Files) -> Merged:
    """Merge three versions of an archive. Files that are the same in all three may be left out, `conflicts/` excepted.

    Raises DamagedError, naming the file, where one cannot be read.
    """
    paths = {*base, *ours, *theirs}
    files: dict[str, bytes] = {}
    clashes: list[Clash] = []
    for path in sorted(path for path in paths if not is_shard(path)):
        data, found = merge_file(path, base.get(path), ours.get(path), theirs.get(path))
        clashes += found
        if data is not None:
            files[path] = data
    before, mine, other = (_Side(side) for side in (base, ours, theirs))
    clashes += mine.clashes + other.clashes
    documents: Documents = {}
    for identifier in sorted({*before.documents, *mine.documents, *other.documents}):
        versions = [side.documents.get(identifier, ABSENT) for side in (before, mine, other)]
        document, found = merge_record(identifier, *versions)
        clashes += found
        if document is not ABSENT:
            documents[identifier] = document
    clashes += restore_integrity(before.documents, mine.documents, other.documents, documents)
    documents = {**_conflicts(clashes), **documents}  # one that is there already may be resolved by now
    files |= _placed(documents, before, mine, other)
    return Merged(files, before.documents, mine.documents, other.documents, documents, tuple(clashes))


def merge_record(identifier: str, base: Any, ours: Any, theirs: Any) -> tuple[Any, list[Clash]]:
    """The document of one record from its three versions, ABSENT where it is not, and what clashed."""
    return record(identifier, base, ours, theirs, shape_of(type_of(identifier) or Record))


def is_shard(path: str) -> bool:
    """Whether the file at `path` holds records."""
    return bool(kind_of_file(path))


class _Side:
    """The records of one version, with the shard where each lies."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.tables: dict[str, Documents] = {}
        self.documents: Documents = {}
        self.places: dict[str, str] = {}
        self.clashes: list[Clash] = []
        for path in sorted(filter(is_shard, files), key=_in_order):
            self.tables[path] = strict.documents(files[path], path.partition("/")[0], path)
            for identifier, document in self.tables[path].items():
                self._take(identifier, document, path)

    def _take(self, identifier: str, document: Any, path: str) -> None:
        # git's own merge leaves a record in two parts where both clones made it
        if identifier in self.documents:
            document, found = merge_record(identifier, ABSENT, self.documents[identifier], document)
            self.clashes += found
        self.documents[identifier] = document
        self.places.setdefault(identifier, path)


def _conflicts(clashes: Iterable[Clash]) -> Documents:
    documents = {}
    for clash in clashes:
        said = msgspec.json.encode((clash.path, clash.kept, clash.other), order="sorted").decode()
        at = moment(clash.at) if clash.at else None
        conflict = Conflict(
            record=clash.record, field=clash.path, kept=clash.kept, other=clash.other, at=at, created_at=at
        )
        identifier = derived_id(Conflict.letter, moment(clash.at), clash.record, said, clash.at)
        documents[identifier] = stored.document(conflict)
    return documents


def _placed(documents: Documents, before: _Side, mine: _Side, other: _Side) -> dict[str, bytes]:
    tables: dict[str, Documents] = {path: {} for side in (mine, other) for path in side.tables}
    for identifier, document in documents.items():
        places = [side.places[identifier] for side in (mine, other) if identifier in side.places]
        places = places or [before.places.get(identifier) or part_path(Conflict.kind, month_of(identifier), 1)]
        tables.setdefault(min(places, key=_in_order), {})[identifier] = document
    files = {}
    for path, table in tables.items():
        as_it_is = [side.files[path] for side in (mine, other) if side.tables.get(path) == table]
        if as_it_is:
            files[path] = max(as_it_is)
        elif table or all(path in side.files for side in (mine, other)):
            files[path] = stored.canonical(path.partition("/")[0], table)
    return files


def _in_order(path: str) -> tuple[int, str]:
    """The first part of a month, which has no number, before the second, the ninth before the tenth."""
    return len(path), path
