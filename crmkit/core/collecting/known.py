"""What decides where a new contact belongs: the customers, sites, staff and products known so far."""

from collections.abc import Iterable
from typing import TypeVar

from crmkit.core.people import names
from crmkit.core.phones import phones
from crmkit.records import Customer, Product, Record, Site, Staff, Touch
from crmkit.records.settings import Settings

R = TypeVar("R", bound=Record)
SOUGHT = ("phone:", "external:", "row:", "site:", "staff:", "product:")  # the kinds of keys that are asked for


def crowds(settings: Settings) -> frozenset[str]:
    """The shared numbers of offices and switchboards (`shared_numbers` under [dedupe]), in E.164."""
    area = settings.archive.area
    return frozenset(n.e164 for text in settings.dedupe.shared_numbers for n in phones.read(text, area=area).numbers)


class Known:
    """Records by the keys that recognise them again; what is taken in is put here too, so that later rows see it.

    For an import it holds everything, for a single contact only what shares a number or a name with it.
    """

    def __init__(self, records: Iterable[Record] = (), crowds: Iterable[str] = ()) -> None:
        """`crowds` are shared numbers of offices and switchboards (E.164): they recognise nobody."""
        self._records: dict[str, Record] = {}
        self._ids: dict[str, tuple[str, ...]] = {}  # key → ids, in order of arrival
        self._named: dict[str, dict[str, None]] | None = None  # normal name → ids; made when first asked for
        self._crowds = frozenset(crowds)
        for record in records:
            self.put(record)

    def put(self, record: Record) -> None:
        """Know `record` as it is now."""
        if isinstance(record, Touch):
            self._note(record.keys(), record.customer)
            return
        self._records[record.id] = record
        self._note(record.keys(), record.id)
        if isinstance(record, Customer) and self._named is not None:
            self._name(self._named, record)

    def learn(self, records: Iterable[Record]) -> None:
        """Know `records` as the archive holds them; what is known already may be newer and stays."""
        for record in records:
            if record.id not in self._records:
                self.put(record)

    def _note(self, keys: Iterable[str], identifier: str) -> None:
        for key in keys:
            if key.startswith(SOUGHT):
                ids = self._ids.get(key, ())
                if identifier not in ids:
                    self._ids[key] = (*ids, identifier)

    def customer(self, identifier: str) -> Customer | None:
        """The living file of this id: itself, or the file it was merged into."""
        record = self._records.get(identifier)
        while isinstance(record, Customer) and record.merged_into:
            record = self._records.get(record.merged_into)
        return record if isinstance(record, Customer) else None

    def holders(self, numbers: Iterable[str]) -> list[Customer]:
        """The customers who have one of these E.164 numbers, in the order of the numbers; not for crowd numbers."""
        return self._customers(f"phone:{number}" for number in numbers if number not in self._crowds)

    def external(self, external_id: str) -> list[Customer]:
        """The customers that came under this key of another system."""
        return self._customers([f"external:{external_id}"])

    def named(self, name: str) -> list[Customer]:
        """The customers of this very name, after normalisation."""
        normal = names.normal(name)
        if not normal:
            return []
        if self._named is None:
            self._named = {}
            for record in self._records.values():
                if isinstance(record, Customer):
                    self._name(self._named, record)
        return self._living(self._named.get(normal, ()))

    @staticmethod
    def _name(named: dict[str, dict[str, None]], customer: Customer) -> None:
        if not customer.merged_into:
            named.setdefault(names.normal(customer.name), {})[customer.id] = None

    def from_row(self, key: str) -> str:
        """The id of the customer that this imported row became part of; "" for a row not seen before."""
        found = self._customers([f"row:{key}"])
        return found[0].id if found else ""

    def site(self, name: str) -> Site | None:
        """The outreach point with this name, present or former."""
        return self._first(f"site:{name.casefold()}", Site)

    def staff(self, name: str) -> Staff | None:
        """The staff member with this code or name."""
        return self._first(f"staff:{name.casefold()}", Staff)

    def product(self, name: str) -> Product | None:
        """The product with this code or name."""
        return self._first(f"product:{name.casefold()}", Product)

    def _first(self, key: str, record_type: type[R]) -> R | None:
        records = (self._records[i] for i in self._ids.get(key, ()))
        return next((r for r in records if isinstance(r, record_type)), None)

    def _customers(self, keys: Iterable[str]) -> list[Customer]:
        return self._living(identifier for key in keys for identifier in self._ids.get(key, ()))

    def _living(self, identifiers: Iterable[str]) -> list[Customer]:
        found = (self.customer(identifier) for identifier in identifiers)
        return list({customer.id: customer for customer in found if customer is not None}.values())
