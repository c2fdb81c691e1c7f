"""How a contact is written down: a new file, or what it adds to a file that is there (DOMAIN 2.1).

Nothing in a file is overwritten silently: a contact fills what is empty, adds numbers and tags, gives 张阿姨 her full
name, and a value that differs is kept as a note. Only an update under the same external id replaces values, and says
which.
"""

from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from crmkit.core.collecting.draft import Draft
from crmkit.core.people import deepfile, names
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.values import plain
from crmkit.i18n import N_, _
from crmkit.records import Customer, Order, Touch
from crmkit.records.order import OrderItem

FILLED = (
    N_("sex"), N_("birthday"), N_("address"), N_("email"), N_("wechat"), N_("employer"), *deepfile.TEXTS,
)  # fmt: skip
DEEP = (*deepfile.TEXTS, *deepfile.FIT, "hobbies")
_deep = attrgetter(*DEEP)
NOTHING_TOLD = _deep(Draft())  # as in most rows
AGE_SLACK = 1  # years by which two statements of age may differ before it is worth a note


def new_file(run: Run, draft: Draft) -> Customer:
    """The first file of a person. From here on `draft.collector` is a staff code."""
    deep = _deep(draft)
    return Customer(
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


def filled(customer: Customer, draft: Draft) -> Customer:
    """`customer` with what `draft` adds: empty fields, numbers, tags; differing values and remarks become notes."""
    values: dict[str, Any] = {}
    notes = list(draft.notes)
    if names.fuller(customer.name, draft.name) != customer.name:
        values["name"] = draft.name
        notes += [_("name: {name}").format(name=customer.name)] if customer.name else []
    for name in FILLED:
        present, given = getattr(customer, name), getattr(draft, name)
        if given and not present:
            values[name] = given
        elif given and plain(given) != plain(present):
            notes.append(f"{_(name)}: {given}")
    for name in deepfile.FIT:
        present, told = getattr(customer, name), getattr(draft, name)
        if present is None and told is not None:
            values[name] = told
        elif told not in (None, present):
            notes.append(f"{_(name)}: {_('yes') if told else _('no')}")
    age = _age_at_collection(customer, draft)
    if age is not None and not customer.birthday:
        if customer.age_about is None:
            values["age_about"] = age
        elif abs(age - customer.age_about) > AGE_SLACK:
            notes.append(_("age: {age}").format(age=draft.age))
    if draft.referrer not in ("", customer.id) and not customer.referrer:
        values["referrer"] = draft.referrer
    if draft.external_id and not customer.external_id:
        values["external_id"] = draft.external_id
    return _grown(customer, draft, values, notes)


def updated(customer: Customer, draft: Draft) -> Customer:
    """`customer` with the values of `draft`, which came under the same external id, in place of its own."""
    values = {
        name: getattr(draft, name)
        for name in ("name", *FILLED)
        if getattr(draft, name) and plain(getattr(draft, name)) != plain(getattr(customer, name))
    }
    values |= {name: getattr(draft, name) for name in deepfile.FIT if getattr(draft, name) is not None}
    age = _age_at_collection(customer, draft)
    stated = customer.age_about
    if age is not None and not customer.birthday and (stated is None or abs(age - stated) > AGE_SLACK):
        values["age_about"] = age
    return _grown(customer, draft, values, list(draft.notes))


def _age_at_collection(customer: Customer, draft: Draft) -> int | None:
    """The age of `draft` as it was when the file was opened, from which `age_about` counts."""
    if draft.age is None:
        return None
    return draft.age - (draft.at.year - customer.collected_at.year if draft.at and customer.collected_at else 0)


def _grown(customer: Customer, draft: Draft, values: dict[str, Any], notes: list[str]) -> Customer:
    has = set(map(identity, customer.phones))
    grown: Customer = msgspec.structs.replace(
        customer,
        **values,
        phones=(*customer.phones, *(p for p in draft.phones if identity(p) not in has)),
        tags=tuple(dict.fromkeys((*customer.tags, *draft.tags))),
        hobbies=tuple(dict.fromkeys((*customer.hobbies, *draft.hobbies))),
        health_notes=deepfile.with_health(customer, draft.health_notes),
        notes=tuple(dict.fromkeys((*customer.notes, *notes))),
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
    """The purchase that `draft` tells of; `product` is the code of a product on the price list or ""."""
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
    """Whether `given`, of a row in this run, is the purchase that was filed from a row before.

    A row without a date was filed as of the day of its import.
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
