"""Writing contacts down: as new files, or into the file that is there (docs.md: Repeats).

Nothing in a file is overwritten silently. A contact fills empty fields, adds numbers and tags, completes a courtesy
name (张阿姨); a value that differs is kept as a note. Only an update under the same external id replaces values, and
says which. `Contacts` collects the changed records of one run, for one commit.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from crmkit.core.collecting import recheck
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.known import Known
from crmkit.core.people import deepfile, names
from crmkit.core.people.referring import circle, told
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.values import plain
from crmkit.core.wording import noted
from crmkit.i18n import N_, _
from crmkit.records import Customer, Order, Record, Site, Staff, Touch
from crmkit.records.base import derived_id
from crmkit.records.customer import Noted
from crmkit.records.order import OrderItem
from crmkit.records.packed import Packed

FILLED = (N_("sex"), N_("birthday"), N_("address"), N_("email"), N_("wechat"), N_("employer"))
DEEP = (*deepfile.TEXTS, *deepfile.FIT, "hobbies")
_deep = attrgetter(*DEEP)
NOTHING_TOLD = _deep(Draft())  # as in most rows
AGE_SLACK = 1  # years by which two statements of age may differ before it is worth a note


def new_file(run: Run, draft: Draft) -> Customer:
    """The first file of a person. From here on `draft.collector` is a staff code."""
    deep = _deep(draft)
    customer = Customer(
        id=run.id_for(Customer),
        name=draft.name,
        sex=draft.sex,
        phones=draft.phones,
        birthday=draft.birthday,
        age_about=draft.age,
        address=draft.address,
        email=draft.email,
        wechat=draft.wechat,
        employer=draft.employer,
        **({} if deep == NOTHING_TOLD else dict(zip(DEEP, deep, strict=True))),
        source=draft.source,
        site=draft.site,
        collector=draft.collector,
        collected_at=draft.at or run.now,
        referrer=draft.referrer,
        stage="buyer" if draft.product else "",
        external_id=draft.external_id,
        tags=draft.tags,
        notes=draft.notes,
        created_at=run.now,
        updated_at=run.now,
    )
    return _willing(customer, draft) if says_will(draft) else customer


def says_will(draft: Draft) -> bool:
    """Whether a contact says anything of being contacted, or of the person's death."""
    return bool(draft.do_not_contact or draft.deceased or draft.consents)


def _willing(customer: Customer, draft: Draft) -> Customer:
    """`customer` with the refusals and consents of the contact; it never lifts an earlier refusal."""
    consents = {consent.purpose: consent for consent in customer.consents}
    for asked in draft.consents:
        present = consents.get(asked.purpose, asked)
        given = asked.given_at is not None and (present.given_at is None or asked.given_at >= present.given_at)
        gone = asked.withdrawn_at is not None and (
            present.withdrawn_at is None or asked.withdrawn_at >= present.withdrawn_at
        )
        consents[asked.purpose] = msgspec.structs.replace(
            present,
            **({"given_at": asked.given_at, "how": asked.how} if given else {}),
            **({"withdrawn_at": asked.withdrawn_at, "withdrawn_how": asked.withdrawn_how} if gone else {}),
        )
    willing: Customer = msgspec.structs.replace(
        customer,
        do_not_contact=tuple(dict.fromkeys((*customer.do_not_contact, *draft.do_not_contact))),
        deceased=customer.deceased or draft.deceased,
        deceased_on=customer.deceased_on or draft.deceased_on,
        consents=tuple(consents[purpose] for purpose in sorted(consents)),
    )
    # what is told of her health in the row in which she consents is kept as well
    return msgspec.structs.replace(willing, health_notes=deepfile.with_health(willing, draft.health_notes))


def filled(customer: Customer, draft: Draft) -> Customer:
    """`customer` with what `draft` adds: empty fields, numbers, tags, remarks; a value that differs is noted."""
    values: dict[str, Any] = {}
    kept: list[Noted] = []
    if names.fuller(customer.name, draft.name) != customer.name:
        values["name"] = draft.name
        kept += [noted("name", customer.name)] if customer.name else []
    deep = _deep(draft) != NOTHING_TOLD
    for name in (*FILLED, *deepfile.TEXTS) if deep else FILLED:
        present, given = getattr(customer, name), getattr(draft, name)
        if given and not present:
            values[name] = given
        elif given and plain(given) != plain(present):
            kept.append(noted(name, given))
    for name in deepfile.FIT if deep else ():
        present, told = getattr(customer, name), getattr(draft, name)
        if present is None and told is not None:
            values[name] = told
        elif told not in (None, present):
            kept.append(noted(name, told))
    age = _age_at_collection(customer, draft)
    if age is not None and not customer.birthday:
        if customer.age_about is None:
            values["age_about"] = age
        elif abs(age - customer.age_about) > AGE_SLACK:
            kept.append(noted("age", draft.age))
    if draft.referrer not in ("", customer.id) and not customer.referrer:
        values["referrer"] = draft.referrer
    if draft.external_id and not customer.external_id:
        values["external_id"] = draft.external_id
    return _grown(customer, draft, values, kept)


def updated(customer: Customer, draft: Draft) -> Customer:
    """`customer` with its values replaced by those of `draft`, which has the same external id."""
    values = {
        name: getattr(draft, name)
        for name in ("name", *FILLED, *deepfile.TEXTS)
        if getattr(draft, name) and plain(getattr(draft, name)) != plain(getattr(customer, name))
    }
    values |= {name: getattr(draft, name) for name in deepfile.FIT if getattr(draft, name) is not None}
    age = _age_at_collection(customer, draft)
    stated = customer.age_about
    if age is not None and not customer.birthday and (stated is None or abs(age - stated) > AGE_SLACK):
        values["age_about"] = age
    return _grown(customer, draft, values, [])


def _age_at_collection(customer: Customer, draft: Draft) -> int | None:
    """The age in `draft`, put back to the day the file was opened: `age_about` counts from there."""
    if draft.age is None:
        return None
    return draft.age - (draft.at.year - customer.collected_at.year if draft.at and customer.collected_at else 0)


def _grown(customer: Customer, draft: Draft, values: dict[str, Any], kept: list[Noted]) -> Customer:
    has = set(map(identity, customer.phones))
    if says_will(draft):
        customer = _willing(customer, draft)
    grown: Customer = msgspec.structs.replace(
        customer,
        **values,
        phones=(*customer.phones, *(p for p in draft.phones if identity(p) not in has)),
        tags=tuple(dict.fromkeys((*customer.tags, *draft.tags))),
        hobbies=tuple(dict.fromkeys((*customer.hobbies, *draft.hobbies))),
        health_notes=deepfile.with_health(customer, draft.health_notes),
        notes=tuple(dict.fromkeys((*customer.notes, *draft.notes))),
        noted=tuple(dict.fromkeys((*customer.noted, *kept))),
        stage="buyer" if draft.product else customer.stage,
    )
    return grown


def touch(run: Run, customer: Customer, draft: Draft, outcome: str) -> Touch:
    """The contact itself."""
    return Touch(
        id=run.id_for(Touch),
        customer=customer.id,
        at=draft.at or run.now,
        source=draft.source,
        site=draft.site,
        collector=draft.collector,
        referrer=draft.referrer,
        name_given=draft.name if draft.name != customer.name else "",
        outcome=outcome,
        row=draft.key,
        external_id=draft.external_id,
        created_at=run.now,
    )


def order(run: Run, customer: Customer, draft: Draft, product: str) -> Order:
    """The order for the purchase in `draft`; `product` is the code of a product on the price list, or ""."""
    item = OrderItem(product=product, name=draft.product, quantity=draft.quantity or 1, amount=draft.amount)
    return Order(
        id=run.id_for(Order),
        customer=customer.id,
        ordered_on=(draft.at or run.now).date(),
        items=(item,),
        total=draft.amount,
        channel=draft.source,
        row=draft.key,
        created_at=run.now,
    )


def same_purchase(before: Order, given: Order, now: datetime) -> bool:
    """Whether `given`, from a row of this run, is the order filed from an earlier row.

    A row without a date was filed under the day of its import.
    """
    (new,) = given.items
    old = before.items[0] if before.items else None
    if old is None or (old.quantity, before.total) != (new.quantity, given.total):
        return False
    if before.ordered_on != given.ordered_on:
        made = before.created_at
        undated = made is None or made.astimezone(now.tzinfo).date() == before.ordered_on
        if not undated or given.ordered_on != now.date():
            return False
    return (bool(old.product) and old.product == new.product) or plain(old.name) == plain(new.name)


class Contacts:
    """Files contacts one after the other; each sees what those before it filed."""

    def __init__(
        self, run: Run, known: Known, orders: Callable[[str], Iterable[Order]] = lambda identifier: ()
    ) -> None:
        """`orders` gives the orders that the archive holds of a customer, by id."""
        self.run = run
        self.known = known
        self.wills = Counter[str]()  # contacts that say that the person wants no contact (`refused`), or is `deceased`
        self.filed_before: list[str] = []  # orders that rows of this run told of again
        self.rows_again = set[str]()  # keys of rows that were taken in before
        self._orders = orders
        self.ids: list[str] = []  # customers concerned, in order
        self.notes: list[str] = []  # what the operator should hear
        self.health_kept = 0  # contacts whose notes about health the person consented to
        self.unknown_products = Counter[str]()  # contacts by a product that is not on the price list
        self._puts = known.changes()
        self._awaited: list[tuple[str, Draft]] = []  # files whose referrer may still come
        self._purchases: dict[str, list[Order]] = {}  # of customers on file, of whom the same may be known already

    def put(self, record: Record) -> None:
        """Note `record` as changed; a later change of the same record replaces it."""
        self._puts.put(record)
        self.known.recognise(record)

    def puts(self) -> Packed:
        """Every record to store. Referrers are looked for once more; one not found becomes a note."""
        for identifier, draft in self._awaited:
            self._settle_referrer(identifier, draft)
        self._awaited.clear()
        for identifier, purchases in self._purchases.items():
            self._settle_purchases(identifier, purchases)
        self._purchases.clear()
        return self._puts

    def open_file(self, draft: Draft, *, outcome: str) -> Customer:
        """A new file. With the outcome `shared`, it and the other files with its numbers are marked for a decision."""
        draft = self._resolved(draft)
        customer = self._as_learnt(new_file(self.run, draft), 0)
        self.health_kept += bool(customer.health_notes)
        if outcome == "shared":
            customer = self._shared(customer)
        self._file(customer, draft, outcome)
        return customer

    def repeat(self, customer: Customer, draft: Draft) -> None:
        """Another contact of a person on file."""
        draft = self._resolved(draft)
        self.health_kept += bool(draft.health_notes) and deepfile.consented(customer)
        grown = self._without_circle(customer, filled(customer, draft))
        self._file(self._with_new_numbers(customer, grown), draft, "repeat")

    def update(self, customer: Customer, draft: Draft) -> list[str]:
        """New values under the same external id; gives the changed fields. Nothing is filed where none changed."""
        draft = self._resolved(draft)
        self.health_kept += bool(draft.health_notes) and deepfile.consented(customer)
        changed = self._without_circle(customer, updated(customer, draft))
        fields = [f for f in changed.__struct_fields__ if getattr(changed, f) != getattr(customer, f)]
        if fields or draft.product:
            self._file(self._with_new_numbers(customer, changed), draft, "repeat")
        return fields

    def _file(self, customer: Customer, draft: Draft, outcome: str) -> None:
        self.put(customer)
        if says_will(draft):
            self.wills.update(
                said for said, told in (
                    ("refused", draft.do_not_contact or any(c.withdrawn_at for c in draft.consents)),
                    ("deceased", draft.deceased),
                ) if told
            )  # fmt: skip
        self.put(touch(self.run, customer, draft, outcome))
        if draft.product:
            product = self.known.product(draft.product)
            if product is None:
                self.unknown_products[draft.product] += 1
            bought = order(self.run, customer, draft, product.code if product else "")
            if outcome == "repeat":
                self._purchases.setdefault(customer.id, []).append(bought)
            else:
                self.put(bought)
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
        """`customer` with what calls to others showed about its new numbers: all but the first `known`."""
        numbers = [identity(phone) for phone in customer.phones[known:]]
        for number in numbers if self.known.has(numbers) else ():
            customer = recheck.as_learnt(customer, number, self.known.holders((number,)))
        return customer

    def _without_circle(self, before: Customer, after: Customer) -> Customer:
        """`after` without a referrer whom this person brought (a circle); the operator is told."""
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

        A row with a remark added, or read differently by an older crmkit, has another key: it is recognised by content.
        An order whose own row is in this file unchanged is not matched to another row.
        """
        there = [o for o in self._orders(identifier) if o.row and o.row not in self.rows_again]
        for order in purchases:
            same = next((o for o in there if same_purchase(o, order, self.run.now)), None)
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
        named = noted("referrer", who)
        if named not in customer.noted:
            self.put(msgspec.structs.replace(customer, noted=(*customer.noted, named)))
