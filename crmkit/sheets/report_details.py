"""The detail sheets of a report: one row for each record that its figures count, the record's id first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec

from crmkit.core.figures import Period, Records, collected_at, finished, latest_checks, number_state, on_time
from crmkit.core.masking import masked, masked_text
from crmkit.core.phones import national
from crmkit.i18n import _
from crmkit.records.card import state_on
from crmkit.records.customer import Customer, Phone, PhoneCheck, age_on
from crmkit.records.reference import Product, Staff
from crmkit.records.work import Call, Callback
from crmkit.sheets.book import Column
from crmkit.sheets.labels import label, yes

Row = tuple[object, ...]


class Table(NamedTuple):
    """A sheet: its title, its columns, its rows."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Details:
    """The records of a period as the rows of tables; with `mask`, phone numbers are hidden wherever they stand."""

    records: Records
    period: Period
    staff: Sequence[Staff]
    products: Sequence[Product]
    mask: bool = False

    def tables(self) -> dict[str, Table]:
        """Every detail sheet, in the fixed order; an empty one has its header only."""
        return {
            "leads": self.leads(),
            "repeats": self.repeats(),
            "callbacks": self.callbacks(),
            "calls": self.calls(),
            "cards": self.cards(),
            "orders": self.orders(),
        }

    def leads(self) -> Table:
        """The files collected."""
        columns = (
            Column(_("ID"), widest=16), Column(_("Collected"), "moment"), Column(_("Name"), widest=14),
            Column(_("Sex")), Column(_("Age"), "count"), Column(_("Phone"), widest=16), Column(_("Source")),
            Column(_("Site"), widest=16), Column(_("Collector")), Column(_("Owner")), Column(_("Stage")),
            Column(_("Asked again")), Column(_("Number")), Column(_("Suspect")), Column(_("Address"), widest=40),
            Column(_("Notes"), widest=26),
        )  # fmt: skip
        rows: list[Row] = []
        for one in sorted(self._collected(), key=lambda c: (c.collected_at or c.created_at, c.id)):
            check = self._checks.get(one.id)
            rows.append((
                one.id, collected_at(one), self._free(one.name), label(one.sex), age_on(one, self.period.last),
                self._phones(one), label(one.source), self._free(one.site), self.person(one.collector),
                self.person(one.owner), label(one.stage or "new"), label(check.result) if check else "",
                label(number_state(one)), yes(one.suspect), self._free(one.address), self._free("\n".join(one.notes)),
            ))  # fmt: skip
        return Table(_("Leads"), columns, rows)

    def repeats(self) -> Table:
        """Numbers that were on file already, and files whose number failed the second asking."""
        columns = (
            Column(_("ID"), widest=16), Column(_("What")), Column(_("When"), "moment"),
            Column(_("Customer ID"), widest=16), Column(_("Name"), widest=14), Column(_("Name given"), widest=14),
            Column(_("Phone"), widest=16), Column(_("Source")), Column(_("Site"), widest=16), Column(_("Collector")),
            Column(_("Second answer"), widest=16), Column(_("Result")),
        )  # fmt: skip
        rows: list[Row] = []
        for touch in self.records.touches:
            if touch.outcome in ("repeat", "shared") and touch.at in self.period:
                rows.append((
                    touch.id, label(touch.outcome), touch.at, touch.customer, self._name(touch.customer),
                    self._free(touch.name_given), self._phone_of(touch.customer), label(touch.source),
                    self._free(touch.site), self.person(touch.collector), "", "",
                ))  # fmt: skip
        for one in self._collected():
            check = self._checks.get(one.id)
            if one.suspect or number_state(one) == "false":
                rows.append((
                    one.id, label("suspect"), check.at if check else collected_at(one), one.id, self._free(one.name),
                    "", self._phones(one), label(one.source), self._free(one.site), self.person(one.collector),
                    self._free(check.answer) if check else "", label(check.result) if check else "",
                ))  # fmt: skip
        rows.sort(key=lambda row: (str(row[1]), str(row[2]), str(row[0])))
        return Table(_("Repeats and suspects"), columns, rows)

    def callbacks(self) -> Table:
        """Callbacks that were due in the period or finished in it."""
        columns = (
            Column(_("ID"), widest=16), Column(_("Due"), "moment"), Column(_("Purpose")),
            Column(_("Customer ID"), widest=16), Column(_("Name"), widest=14), Column(_("Phone"), widest=16),
            Column(_("Owner")), Column(_("State")), Column(_("Done at"), "moment"), Column(_("On time")),
            Column(_("Outcome")), Column(_("Note"), widest=30),
        )  # fmt: skip
        rows: list[Row] = []
        for one in sorted(self.records.callbacks, key=lambda c: (c.due_at, c.id)):
            call = self._finished.get(one.id)
            if one.due_at in self.period or (call is not None and call.at in self.period):
                rows.append((
                    one.id, one.due_at, label(one.purpose), one.customer, self._name(one.customer),
                    self._phone_of(one.customer), self.person(one.owner), label(self._state(one)),
                    call.at if call else None, yes(on_time(one, call, self.period)),
                    label(call.outcome) if call else "", self._free(call.note) if call else "",
                ))  # fmt: skip
        return Table(_("Callbacks"), columns, rows)

    def calls(self) -> Table:
        """Every call made or taken."""
        columns = (
            Column(_("ID"), widest=16), Column(_("When"), "moment"), Column(_("Direction")),
            Column(_("Customer ID"), widest=16), Column(_("Name"), widest=14), Column(_("Phone"), widest=16),
            Column(_("Staff")), Column(_("Outcome")), Column(_("Seconds"), "count"), Column(_("Note"), widest=30),
            Column(_("Next step"), widest=24),
        )  # fmt: skip
        rows: list[Row] = [
            (
                one.id, one.at, label(one.direction or "out"), one.customer, self._name(one.customer),
                self._phone_of(one.customer, one.phone), self.person(one.by), label(one.outcome), one.duration,
                self._free(one.note), self._free(one.next),
            )
            for one in sorted(self.records.calls, key=lambda c: (c.at, c.id))
            if one.at in self.period
        ]  # fmt: skip
        return Table(_("Calls"), columns, rows)

    def cards(self) -> Table:
        """Cards issued."""
        columns = (
            Column(_("ID"), widest=16), Column(_("Card number"), widest=18), Column(_("Issued"), "moment"),
            Column(_("Customer ID"), widest=16), Column(_("Name"), widest=14), Column(_("Phone"), widest=16),
            Column(_("Product"), widest=20), Column(_("Model"), widest=14), Column(_("Serial"), widest=18),
            Column(_("Bought"), "day"), Column(_("Bought at"), widest=16), Column(_("Installed"), "day"),
            Column(_("Installed by")), Column(_("Warranty until"), "day"), Column(_("State")),
            Column(_("Issued by")),
        )  # fmt: skip
        products = {product.code: product for product in self.products}
        rows: list[Row] = []
        for one in sorted(self.records.cards, key=lambda card: card.number):
            if one.created_at is not None and one.created_at in self.period:
                product = products.get(one.product)
                rows.append((
                    one.id, one.number, one.created_at, one.customer, self._name(one.customer),
                    self._phone_of(one.customer), (product and product.name) or one.product,
                    product.model if product else "", one.serial, one.bought_on, self._free(one.bought_at),
                    one.installed_on, self.person(one.installed_by), one.warranty_until,
                    label(state_on(one, self.period.day(self.period.now))), self.person(one.issued_by),
                ))  # fmt: skip
        return Table(_("Cards issued"), columns, rows)

    def orders(self) -> Table:
        """Purchases, as far as they are known."""
        columns = (
            Column(_("ID"), widest=16), Column(_("Ordered"), "day"), Column(_("Customer ID"), widest=16),
            Column(_("Name"), widest=14), Column(_("Items"), widest=36), Column(_("Total, yuan"), "money"),
            Column(_("Channel")),
        )  # fmt: skip
        rows: list[Row] = [
            (
                one.id, one.ordered_on, one.customer, self._name(one.customer),
                "\n".join(f"{item.name or item.product} × {item.quantity}" for item in one.items), one.total,
                label(one.channel),
            )
            for one in sorted(self.records.orders, key=lambda order: (order.ordered_on, order.id))
            if one.ordered_on in self.period
        ]  # fmt: skip
        return Table(_("Orders"), columns, rows)

    def person(self, code: str) -> str:
        """A staff member as sheets name them: the code, and the name where it says more."""
        name = self._staff_names.get(code, "")
        return f"{code} {name}" if name and name != code else code

    @cached_property
    def _staff_names(self) -> dict[str, str]:
        return {one.code: one.name for one in self.staff}

    @cached_property
    def _customers(self) -> dict[str, Customer]:
        return {one.id: one for one in self.records.customers}

    @cached_property
    def _checks(self) -> dict[str, PhoneCheck]:
        return latest_checks(self.records.checks)

    @cached_property
    def _finished(self) -> dict[str, Call]:
        return finished(self.records.callbacks, self.records.calls)

    def _collected(self) -> Iterator[Customer]:
        for one in self.records.customers:
            at = collected_at(one)
            if not one.merged_into and at is not None and at in self.period:
                yield one

    def _state(self, one: Callback) -> str:
        return one.state or ("overdue" if one.due_at < self.period.now else "open")

    def _name(self, customer: str) -> str:
        found = self._customers.get(customer)
        return self._free(found.name) if found else ""

    def _phone_of(self, customer: str, e164: str = "") -> str:
        found = self._customers.get(customer)
        numbers = [phone for phone in found.phones if not e164 or phone.e164 == e164] if found else []
        return self._dialled(numbers[0]) if numbers else ""

    def _phones(self, customer: Customer) -> str:
        return "\n".join(self._dialled(phone) for phone in customer.phones)

    def _dialled(self, phone: Phone) -> str:
        if not self.mask:
            return national(phone)
        return masked(national(msgspec.structs.replace(phone, ext="")))

    def _free(self, text: str) -> str:
        return masked_text(text) if self.mask else text
