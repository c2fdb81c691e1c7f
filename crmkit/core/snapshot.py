"""The records that a rule looks at: of the whole archive, or of the customers whom one change touches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from crmkit.core.accounts import CLOSED, Ledger, ledgers
from crmkit.records import Customer, Order, Payment, Record, Return, type_of
from crmkit.records.change import Change

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class Snapshot:
    """Records by type: `snapshot[Visit]`. Of each customer in it, it holds all that the archive has.

    A type is read when a rule first asks for it, and only once.
    """

    def __init__(self, read: Callable[[type[Record]], Iterable[Record]]) -> None:
        """`read` gives the records of a type."""
        self._read = read
        self._records: dict[type[Record], Any] = {}
        self._reckoned: dict[str, Any] = {}

    @classmethod
    def of(cls, *records: Record) -> "Snapshot":
        """Just these records."""
        found: dict[type[Record], list[Record]] = {}
        for record in records:
            found.setdefault(type(record), []).append(record)
        return cls(lambda record_type: found.get(record_type, ()))

    def __getitem__(self, record_type: type[R]) -> Sequence[R]:
        if record_type not in self._records:
            self._records[record_type] = tuple(self._read(record_type))
        found: Sequence[R] = self._records[record_type]
        return found

    def after(self, change: Change) -> "Snapshot":
        """The same records as they are once `change` is made."""
        puts: dict[type[Record], dict[str, Record]] = {}
        for record in change.puts:
            puts.setdefault(type(record), {})[record.id] = record

        def read(record_type: type[Record]) -> Iterable[Record]:
            if record_type not in puts and not change.drops:
                return self[record_type]
            found = {record.id: record for record in self[record_type]} | puts.get(record_type, {})
            return (record for record in found.values() if record.id not in change.drops)

        return Snapshot(read)

    def once(self, name: str, reckon: Callable[[], T]) -> T:
        """What several rules follow from, such as how each plan stands: reckoned when first asked for."""
        if name not in self._reckoned:
            self._reckoned[name] = reckon()
        found: T = self._reckoned[name]
        return found

    @cached_property
    def customers(self) -> Mapping[str, Customer]:
        """The customers by id, without the files that were merged into another."""
        return {file.id: file for file in self[Customer] if not file.merged_into}

    @cached_property
    def merged(self) -> Mapping[str, Customer]:
        """The files that were merged into another, by id."""
        return {file.id: file for file in self[Customer] if file.merged_into}

    def person(self, identifier: str) -> Customer | None:
        """The customer of that id; of a merged file, the survivor. None where the file is gone."""
        while identifier in self.merged:
            identifier = self.merged[identifier].merged_into
        return self.customers.get(identifier)

    def record(self, identifier: str) -> Record | None:
        """The record with that id, None where it is gone; what stands behind a colon names a part of it: PL2611-x:3."""
        identifier = identifier.partition(":")[0]
        record_type = type_of(identifier)
        if record_type is None:
            return None
        by_id = self.once(f"by id: {record_type.kind}", lambda: {one.id: one for one in self[record_type]})
        return by_id.get(identifier)

    @cached_property
    def ledgers(self) -> Mapping[str, Ledger]:
        """Every order with its payments and returns, by the id of the order."""
        return {one.order.id: one for one in ledgers(self[Order], self[Payment], self[Return])}

    @cached_property
    def standing_orders(self) -> Sequence[Ledger]:
        """The orders that stand: neither cancelled nor returned as a whole."""
        return [ledger for ledger in self.ledgers.values() if ledger.account.state not in CLOSED]
