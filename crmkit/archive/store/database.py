"""A shard as a TinyDB database: written only into a run's stage, never in place.

A shard opens with plain TinyDB as well: `tinydb.table.Table.document_id_class = str; TinyDB("customers/2026-11.json")`.
"""

from collections.abc import Iterable
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from crmkit.archive.store import stored, strict
from crmkit.records import Record


class RecordTable(Table):
    """A TinyDB table whose document ids are record ids."""

    document_id_class: Any = str


class Shard(TinyDB):
    """One shard file; changes stay in `staged` until a transaction commits them."""

    table_class = RecordTable

    def __init__(self, path: str, before: bytes | None) -> None:
        """`before` is the shard as it stands on disk and was read strictly before, None where there is none yet."""
        self.kind = path.partition("/")[0]
        self.staged = StagedStorage(self.kind, before)
        super().__init__(storage=lambda: self.staged)

    def put(self, records: Iterable[Record]) -> None:
        """Store `records`; keys of a document that crmkit does not know stay as they are."""
        table = self.table(self.kind)
        wanted: dict[Any, Record] = {record.id: record for record in records}
        present = {i: doc for i in wanted if (doc := table.get(doc_id=i)) is not None}
        if present:  # else TinyDB would write the whole table again all the same
            table.remove(doc_ids=list(present))
        table.insert_multiple(
            Document({**_foreign(present.get(i), record), **stored.document(record)}, doc_id=i)
            for i, record in wanted.items()
        )

    def drop(self, identifiers: Iterable[Any]) -> None:
        """Remove the records with these ids, as far as they are here."""
        table = self.table(self.kind)
        if gone := [i for i in identifiers if table.contains(doc_id=i)]:
            table.remove(doc_ids=gone)


class StagedStorage(Storage):
    """TinyDB storage that keeps what is written in memory, for the transaction to stage."""

    def __init__(self, kind: str, before: bytes | None) -> None:
        self.kind = kind
        self.tables: dict[str, dict[str, Any]] = {
            kind: {} if before is None else strict.trusted_documents(before, kind)
        }

    def canonical(self) -> bytes:
        """The bytes that the file would have."""
        return stored.canonical(self.kind, self.tables[self.kind])

    def read(self) -> dict[str, dict[str, Any]]:
        """The tables as they would be after everything written so far."""
        return self.tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Take the tables that TinyDB would write."""
        self.tables = {self.kind: dict(data.get(self.kind, {}))}


def _foreign(present: Document | None, record: Record) -> dict[str, Any]:
    return {k: v for k, v in (present or {}).items() if k not in record.__struct_encode_fields__}
