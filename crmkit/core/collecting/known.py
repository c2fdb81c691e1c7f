"""The index that new contacts are matched against: customers, sites, staff and products known so far."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from crmkit.core.people import names
from crmkit.core.phones import phones
from crmkit.records import Customer, Product, Record, Site, Staff, Touch
from crmkit.records.customer import Phone
from crmkit.records.packed import Packed

R = TypeVar("R", bound=Record)
Ids = tuple[str, ...]  # of customers, in order of arrival
# The record types that decide it: people and their contacts, as many as there are, and the lists of the office.
PEOPLE: tuple[type[Record], ...] = (Customer, Touch)
LISTS: tuple[type[Record], ...] = (Site, Staff, Product)
SOUGHT = ("site:", "staff:", "product:")  # index keys by which names are looked up


class Stored(Protocol):
    """The archive, of which `Known` asks the people that a row may be about."""

    def find(self, record_type: type[R], key: str) -> Sequence[R]:
        """The records with an index key, in the order in which a reader of all would come to them."""

    def customer(self, identifier: str) -> Customer | None:
        """The file of this id, merged or not; None where there is none."""

    def named(self, normal: str) -> Sequence[Customer]:
        """The files whose normal name (`names.normal`) this is."""


class Known:
    """Records by the keys that recognise them; what is imported is put here too, so that later rows see it.

    A single contact loads only what shares a number or a name with it, an import of many rows everything. One of few
    rows asks for people when they are looked for (`ask`): whatever is asked here, the answer is the same.
    """

    def __init__(self, records: Iterable[Record] = (), crowds: Iterable[str] = ()) -> None:
        """`crowds` are shared numbers of offices and switchboards, by identity: they recognise nobody."""
        self._records = Packed()
        self._layers = [self._records]  # and before it what each run changed, the latest first
        self._phones: dict[str, Ids] = {}  # by identity
        self._lines: dict[str, Ids] = {}  # who has an extension, by the number without it
        self._externals: dict[str, Ids] = {}
        self._rows: dict[str, str] = {}  # the customer that an imported row became part of
        self._called: dict[str, Record] = {}  # sites, staff and products by their index keys
        self._named: dict[str, dict[str, None]] | None = None  # normal name → ids; made when first asked for
        self._crowds = frozenset(crowds)
        self._stored: Stored | None = None
        self._sought = set[str]()  # keys that were asked for
        for record in records:
            self.put(record)

    def put(self, record: Record) -> None:
        """Add `record`, or replace it by its present state."""
        if not isinstance(record, Touch):
            next((layer for layer in self._layers if layer.has(record.id)), self._records).put(record)
        self.recognise(record)

    def changes(self) -> Packed:
        """A place for the records that a run changes: they are known too, once `recognise` was told of them."""
        self._layers.insert(0, Packed())
        return self._layers[0]

    def recognise(self, record: Record) -> None:
        """Note the keys by which `record` is found."""
        if isinstance(record, Touch):
            self._rows.setdefault(record.row, record.customer)
            _note(self._externals, record.external_id, record.customer)
            return
        if not isinstance(record, Customer):
            for key in (key for key in iter(record.keys()) if key.startswith(SOUGHT)):
                self._called.setdefault(key, record)
        elif not record.merged_into:
            for phone in record.phones:
                _note(self._phones, phones.identity(phone), record.id)
                if phone.ext:
                    _note(self._lines, phone.e164, record.id)
            _note(self._externals, record.external_id, record.id)
            if self._named is not None:
                self._name(self._named, record)

    def learn(self, records: Iterable[Record]) -> None:
        """Add `records` as the archive holds them; a record known already may be newer and stays."""
        for record in records:
            if not self._has(record.id):
                if not isinstance(record, Touch):
                    self._records.put(record)
                self.recognise(record)

    def ask(self, stored: Stored) -> None:
        """From now on look for customers and touches in `stored` too, by their keys; the others are learnt before."""
        self._stored = stored

    def customer(self, identifier: str) -> Customer | None:
        """The living file of this id: itself, or the file it was merged into."""
        record = self._record(identifier)
        while isinstance(record, Customer) and record.merged_into:
            record = self._record(record.merged_into)
        return record if isinstance(record, Customer) else None

    def holders(self, numbers: Iterable[str]) -> list[Customer]:
        """The customers who have one of these numbers (identities), in their order; crowd numbers give nobody."""
        return self._living([i for n in numbers if n not in self._crowds for i in self._having(n)])

    def has(self, numbers: Iterable[str]) -> bool:
        """Whether anybody has one of these numbers, crowd numbers among them."""
        return any(map(self._having, numbers))

    def behind_the_same(self, numbers: Iterable[Phone], name: str) -> list[Customer]:
        """Who has this very name and another extension of one of `numbers`: perhaps the same person, perhaps not."""
        ids: list[str] = []
        for number in numbers:
            self._seek_number(number.e164)
            ids += self._lines.get(number.e164, ())
            ids += self._phones.get(number.e164, ()) if number.ext else ()
        normal = names.normal(name) if ids else ""
        return [c for c in self._living(ids) if names.normal(c.name) == normal] if normal else []

    def external(self, external_id: str) -> list[Customer]:
        """The customers that came under this key of another system."""
        if not external_id:
            return []
        self._seek_external(external_id)
        return self._living(self._externals.get(external_id, ()))

    def named(self, name: str) -> list[Customer]:
        """The customers of this very name, after normalisation."""
        normal = names.normal(name)
        if not normal:
            return []
        if self._named is None:
            self._named = {}
            for identifier in dict.fromkeys(one for layer in reversed(self._layers) for one in layer.ids()):
                record = self._present(identifier)
                if isinstance(record, Customer):
                    self._name(self._named, record)
        if self._stored and self._is_new(f"named:{normal}"):
            self.learn(self._stored.named(normal))
        return self._living(self._named.get(normal, ()))

    @staticmethod
    def _name(named: dict[str, dict[str, None]], customer: Customer) -> None:
        if not customer.merged_into:
            named.setdefault(names.normal(customer.name), {})[customer.id] = None

    def from_row(self, key: str) -> str:
        """The id of the customer that this imported row became part of; "" for a row not seen before."""
        if self._stored and self._is_new(f"row:{key}"):
            self.learn(self._stored.find(Touch, f"row:{key}"))
        identifier = self._rows.get(key)
        customer = self.customer(identifier) if identifier else None
        return customer.id if customer else ""

    def site(self, name: str) -> Site | None:
        """The outreach point with this name, present or former."""
        return self._first(f"site:{name.casefold()}", Site)

    def staff(self, name: str) -> Staff | None:
        """The staff member with this code or name."""
        return self._first(f"staff:{name.casefold()}", Staff)

    def product(self, name: str) -> Product | None:
        """The product with this code or name."""
        return self._first(f"product:{name.casefold()}", Product)

    def product_names(self) -> frozenset[str]:
        """The codes and names of the price list, casefolded."""
        return frozenset(key.removeprefix("product:") for key in self._called if key.startswith("product:"))

    def _record(self, identifier: str) -> Record | None:
        if self._stored and not self._has(identifier) and self._is_new(f" {identifier}"):
            self.learn(filter(None, (self._stored.customer(identifier),)))
        return self._present(identifier)

    def _has(self, identifier: str) -> bool:
        """Whether a record of this id is here; it is not made anew for that."""
        return any(layer.has(identifier) for layer in self._layers)

    def _present(self, identifier: str) -> Record | None:
        for layer in self._layers:
            record = layer.get(identifier)
            if record is not None:
                return record
        return None

    def _having(self, number: str) -> Ids:
        """Who has a number, by identity."""
        self._seek_number(phones.line_of(number))
        return self._phones.get(number, ())

    def _seek_number(self, e164: str) -> None:
        """Learn who has a number, with whatever extension."""
        if not self._stored or not self._is_new(f"phone:{e164}"):
            return
        found = self._stored.find(Customer, f"phone:{e164}")
        self.learn(found)
        for customer in reversed(found):
            for phone in (phone for phone in reversed(customer.phones) if phone.e164 == e164):
                _note_first(self._phones, phones.identity(phone), customer.id)
                if phone.ext:
                    _note_first(self._lines, e164, customer.id)

    def _seek_external(self, external_id: str) -> None:
        """Learn who came under a key of another system."""
        key = f"external:{external_id}"
        if not self._stored or not self._is_new(key):
            return
        files, touches = self._stored.find(Customer, key), self._stored.find(Touch, key)
        self.learn((*files, *touches))
        for identifier in (*(one.customer for one in reversed(touches)), *(one.id for one in reversed(files))):
            _note_first(self._externals, external_id, identifier)

    def _is_new(self, key: str) -> bool:
        """Whether it is the first time that this is asked for."""
        new = key not in self._sought
        self._sought.add(key)
        return new

    def _first(self, key: str, record_type: type[R]) -> R | None:
        called = self._called.get(key)
        present = self._present(called.id) if called else None
        return present if isinstance(present, record_type) else None

    def _living(self, identifiers: Iterable[str]) -> list[Customer]:
        found: dict[str, Customer] = {}
        for identifier in identifiers:
            customer = self.customer(identifier)
            if customer is not None:
                found[customer.id] = customer
        return list(found.values())


def _note(ids: dict[str, Ids], key: str, identifier: str) -> None:
    """Add the record with that id under `key`, behind those that have it."""
    if key:
        before = ids.get(key, ())
        if identifier not in before:
            ids[key] = (*before, identifier)


def _note_first(ids: dict[str, Ids], key: str, identifier: str) -> None:
    """The same before those that have it: what the archive holds came before what this run adds."""
    ids[key] = (identifier, *(one for one in ids.get(key, ()) if one != identifier))
