"""The records of a period as sheets show them: people by name, phone numbers as dialled or hidden."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar, overload

import msgspec

from crmkit.core.accounts import Ledger
from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures import FIGURES, Fact, Period, facts
from crmkit.core.figures.selling import standing
from crmkit.core.phones.phones import identity, masked, masked_text, national
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import _
from crmkit.records import Record
from crmkit.records.customer import Customer, Phone
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.reference import Fault, Product, Site, Staff
from crmkit.sheets.write.layout import Column

T = TypeVar("T")
Row = tuple[object, ...]
# What a workbook is made from: the record types that figures count, and those that only lend their names.
READ: tuple[type[Record], ...] = (*(t for t, counting in FIGURES.items() if counting), Staff, Product, Site, Fault)


class LazyRows(Sequence[Row]):
    """LazyRows that are made when they are asked for, so by the process that writes them, and are not kept."""

    def __init__(self, records: Sequence[T], make: Callable[[T], Row]) -> None:
        """`make` gives the row of each of `records`."""
        self._records, self._make = records, make

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self._make(record) for record in self._records[place]]
        return self._make(self._records[place])


class Table(NamedTuple):
    """A sheet: its name in formulas and in SHEETS, its title, its columns, its rows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    frozen: int = 2  # columns that stay in sight: the id, and who or what it is about
    red: tuple[tuple[str, str], ...] = ()  # title of a column and what stands there in rows that are shown red

    def without_free(self) -> "Table":
        """The table without what people wrote as they liked: nobody can tell whose number or illness stands there."""
        kept = [place for place, column in enumerate(self.columns) if not column.free]
        if len(kept) == len(self.columns):
            return self
        rows = LazyRows(self.rows, lambda row: tuple(row[place] for place in kept))
        return self._replace(columns=tuple(self.columns[place] for place in kept), rows=rows)


@dataclass(frozen=True)
class View:
    """What every detail sheet is made from; with `mask`, phone numbers are hidden wherever they stand."""

    snapshot: Snapshot
    period: Period
    run: Run
    timetable: Timetable
    mask: bool = False

    def person(self, code: str) -> str:
        """A staff member as sheets name them: the code, and the name where it says more."""
        name = self._staff_names.get(code, "")
        return f"{code} {name}" if name and name != code else code

    def name(self, customer: str) -> str:
        """The name in a customer's file."""
        found = self._customers.get(customer)
        return self.free(found.name) if found else ""

    def phone(self, customer: str, number: str = "") -> str:
        """The first number of a customer, or the one of that identity."""
        found = self._customers.get(customer)
        numbers = [phone for phone in found.phones if not number or identity(phone) == number] if found else []
        return self._dialled(numbers[0]) if numbers else ""

    def phones(self, customer: Customer) -> str:
        """All numbers of a customer, one a line."""
        return "\n".join(self._dialled(phone) for phone in customer.phones)

    def address(self, customer: str) -> str:
        """The address in a customer's file."""
        found = self._customers.get(customer)
        return self.free(found.address) if found else ""

    def items(self, items: Sequence[OrderItem | ReturnedItem]) -> str:
        """What was bought or came back, one product a line."""
        return self.free("\n".join(f"{item.name or self.product(item.product)} × {item.quantity}" for item in items))

    def site(self, name: str) -> str:
        """The present name of an outreach site."""
        return self.free(self._site_names.get(name, name))

    def product(self, code: str) -> str:
        """The name of a product, its code where it has none."""
        found = self.catalogue.get(code)
        return (found and found.name) or code

    def free(self, text: str) -> str:
        """Text that people wrote."""
        return masked_text(text) if self.mask else text

    @cached_property
    def happened(self) -> list[Fact]:
        """Everything that counts in the period."""
        return facts(self.snapshot, self.period, self.run, self.timetable)

    @cached_property
    def ledgers(self) -> list[Ledger]:
        """The orders placed by the end of the period as they stood then, in order of their days."""
        found = standing(self.snapshot, self.period)
        return sorted(found, key=lambda ledger: (ledger.order.ordered_on, ledger.order.id))

    @cached_property
    def catalogue(self) -> dict[str, Product]:
        """Product code → product."""
        return {product.code: product for product in self.snapshot[Product]}

    @cached_property
    def _staff_names(self) -> dict[str, str]:
        return {one.code: one.name for one in self.snapshot[Staff]}

    @cached_property
    def _site_names(self) -> dict[str, str]:
        return {former: site.name for site in self.snapshot[Site] for former in site.former_names}

    @cached_property
    def _customers(self) -> dict[str, Customer]:
        return {one.id: one for one in self.snapshot[Customer]}

    def _dialled(self, phone: Phone) -> str:
        if not self.mask:
            return national(phone)
        return masked(national(msgspec.structs.replace(phone, ext="")))


def of_record() -> Column:
    """The first column of every detail sheet: the id of the record that the row is about."""
    return Column(_("ID"), widest=18)


def of_customer() -> Column:
    """The last column of what is about a customer: whose file it is."""
    return Column(_("Customer ID"), widest=18)


def of_name() -> Column:
    """The column that says whom a record is about; `View.name` fills it."""
    return Column(_("Name"), widest=14)


def of_contact() -> tuple[Column, Column]:
    """`of_name` with the number; `contact` fills them."""
    return of_name(), Column(_("Phone"), widest=16)


def contact(view: View, customer: str, number: str = "") -> tuple[str, str]:
    """The cells under `of_contact`; `number` is the identity of the one that counts, where there is one."""
    return view.name(customer), view.phone(customer, number)
