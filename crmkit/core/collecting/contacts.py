"""The contacts of one run on their way into the archive: the records they change, gathered for one commit."""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from crmkit.core.collecting import filing, recheck
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.known import Known
from crmkit.core.people import deepfile, names
from crmkit.core.people.referring import circle, told
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.records import Customer, Order, Record, Site, Staff
from crmkit.records.base import derived_id


class Contacts:
    """Files contacts one after the other. What is filed is known at once to the contacts that follow."""

    def __init__(
        self, run: Run, known: Known, orders: Callable[[str], Iterable[Order]] = lambda identifier: ()
    ) -> None:
        """`orders` gives the orders that the archive holds of a customer, by id."""
        self.run = run
        self.known = known
        self.filed_before: list[str] = []  # orders that rows of this run told of again
        self.rows_again = set[str]()  # keys of rows that were taken in before
        self._orders = orders
        self.ids: list[str] = []  # customers concerned, in order
        self.notes: list[str] = []  # what the operator should hear
        self.health_kept = 0  # contacts whose notes about health the person consented to
        self.unknown_products = Counter[str]()  # contacts by a product that is not on the price list
        self._puts: dict[str, Record] = {}
        self._awaited: list[tuple[str, Draft]] = []  # files whose referrer may still come
        self._purchases: dict[str, list[Order]] = {}  # of customers on file, of whom the same may be known already

    def put(self, record: Record) -> None:
        """Change `record`; a later change of the same record takes its place."""
        self._puts[record.id] = record
        self.known.put(record)

    def puts(self) -> tuple[Record, ...]:
        """Every record to store, after a last look for referrers who came later; who stays unknown becomes a note."""
        for identifier, draft in self._awaited:
            self._settle_referrer(identifier, draft)
        self._awaited.clear()
        for identifier, purchases in self._purchases.items():
            self._settle_purchases(identifier, purchases)
        self._purchases.clear()
        return tuple(self._puts.values())

    def open_file(self, draft: Draft, *, outcome: str) -> Customer:
        """A new file. With the outcome `shared` it and the files that hold its numbers are marked for a decision."""
        draft = self._resolved(draft)
        customer = self._as_learnt(filing.new_file(self.run, draft), 0)
        if outcome == "shared":
            customer = self._shared(customer)
        self._file(customer, draft, outcome)
        return customer

    def repeat(self, customer: Customer, draft: Draft) -> None:
        """Another contact of a person on file."""
        draft = self._resolved(draft)
        self.health_kept += bool(draft.health_notes) and deepfile.consented(customer)
        filled = self._without_circle(customer, filing.filled(customer, draft))
        self._file(self._with_new_numbers(customer, filled), draft, "repeat")

    def update(self, customer: Customer, draft: Draft) -> list[str]:
        """New values under the same external id; the fields that change. Nothing is filed where none does."""
        draft = self._resolved(draft)
        self.health_kept += bool(draft.health_notes) and deepfile.consented(customer)
        changed = self._without_circle(customer, filing.updated(customer, draft))
        fields = [f for f in changed.__struct_fields__ if getattr(changed, f) != getattr(customer, f)]
        if fields or draft.product:
            self._file(self._with_new_numbers(customer, changed), draft, "repeat")
        return fields

    def _file(self, customer: Customer, draft: Draft, outcome: str) -> None:
        self.put(customer)
        self.put(filing.touch(self.run, customer, draft, outcome))
        if draft.product:
            product = self.known.product(draft.product)
            if product is None:
                self.unknown_products[draft.product] += 1
            order = filing.order(self.run, customer, draft, product.code if product else "")
            if outcome == "repeat":
                self._purchases.setdefault(customer.id, []).append(order)
            else:
                self.put(order)
        if (draft.referrer_name or draft.referrer_phones) and not (draft.referrer or customer.referrer):
            self._awaited.append((customer.id, draft))
        self.ids.append(customer.id)

    def _shared(self, customer: Customer) -> Customer:
        alike = self.known.behind_the_same(customer.phones, customer.name)
        for holder in (*self.known.holders(map(identity, customer.phones)), *alike):
            if holder.id != customer.id and not holder.shared:
                self.put(msgspec.structs.replace(holder, shared=True))
        return msgspec.structs.replace(customer, shared=True)

    def _as_learnt(self, customer: Customer, known: int) -> Customer:
        """`customer` with what others' calls showed of its numbers but the first `known`, which it had before."""
        numbers = [identity(phone) for phone in customer.phones[known:]]
        for number in numbers if self.known.has(numbers) else ():
            customer = recheck.as_learnt(customer, number, self.known.holders((number,)))
        return customer

    def _without_circle(self, before: Customer, after: Customer) -> Customer:
        """`after` without a referrer whom this person brought: the operator is told."""
        chain = circle(after.id, after.referrer, self.known.customer) if after.referrer != before.referrer else ()
        if not chain:
            return after
        self.notes.append(_("{id}: {problem}").format(id=after.id, problem=told(chain)))
        return msgspec.structs.replace(after, referrer=before.referrer)

    def _with_new_numbers(self, before: Customer, after: Customer) -> Customer:
        after = self._as_learnt(after, len(before.phones))
        added = [identity(p) for p in after.phones[len(before.phones) :]]
        return self._shared(after) if self.known.holders(added) else after

    def _settle_purchases(self, identifier: str, purchases: Iterable[Order]) -> None:
        """Put the orders that are not on file yet.

        A row with a remark added, or read otherwise by an older crmkit, has another key: it is known by what it says.
        An order whose row stands in this file as it did is not taken for another row's.
        """
        there = [o for o in self._orders(identifier) if o.row and o.row not in self.rows_again]
        for order in purchases:
            same = next((o for o in there if filing.same_purchase(o, order, self.run.now)), None)
            if same is None:
                self.put(order)
                continue
            there.remove(same)
            self.filed_before.append(same.id)

    def _resolved(self, draft: Draft) -> Draft:
        """`draft` with site, collector and referrer as the archive names them; the first two are made where unknown."""
        site, collector = self._site(draft.site), self._staff(draft.collector)
        referrer = draft.referrer or self._referrer(draft)
        if (site, collector, referrer) == (draft.site, draft.collector, draft.referrer):
            return draft
        resolved: Draft = msgspec.structs.replace(draft, site=site, collector=collector, referrer=referrer)
        return resolved

    def _site(self, name: str) -> str:
        if not name:
            return ""
        site = self.known.site(name)
        if site is None:
            site = Site(id=derived_id(Site.letter, self.run.now, name.casefold()), name=name, created_at=self.run.now)
            self.put(site)
            self.notes.append(_("new site: {name}").format(name=name))
        return site.name

    def _staff(self, name: str) -> str:
        if not name:
            return ""
        staff = self.known.staff(name)
        if staff is None:
            staff = Staff(
                id=derived_id(Staff.letter, self.run.now, name.casefold()),
                code=name,
                name=name,
                created_at=self.run.now,
            )
            self.put(staff)
            self.notes.append(_("new staff member: {name}").format(name=name))
        return staff.code

    def _referrer(self, draft: Draft) -> str:
        """The customer who has the referrer's number, or, without a number, the only one of that name; else ""."""
        if draft.referrer_phones:
            holders = self.known.holders(draft.referrer_phones)
            fitting = [c for c in holders if names.compatible(c.name, draft.referrer_name)]
            return fitting[0].id if fitting else ""
        named = self.known.named(draft.referrer_name)
        return named[0].id if len(named) == 1 else ""

    def _settle_referrer(self, identifier: str, draft: Draft) -> None:
        customer = self.known.customer(identifier)
        if customer is None or customer.referrer:
            return
        referrer = self._referrer(draft)
        if referrer not in ("", identifier):
            self.put(self._without_circle(customer, msgspec.structs.replace(customer, referrer=referrer)))
            return
        who = " ".join((draft.referrer_name, *draft.referrer_phones)).strip()
        note = _("referred by: {who}").format(who=who)
        if note not in customer.notes:
            self.put(msgspec.structs.replace(customer, notes=(*customer.notes, note)))
