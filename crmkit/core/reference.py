"""Reference data: staff, outreach sites, products (docs.md: Files, Assignment, Orders)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

import msgspec

from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.core.tickets.charges import repriced
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records import REGISTRY, Fault, Product, Record, Site, Staff
from crmkit.records.change import Change
from crmkit.records.reference import PRODUCT_KINDS, ROLES, SITE_FORMS, SITE_KINDS, SITE_METHODS, DatedPrice, Tier

R = TypeVar("R", bound=Record)


def tiers(value: str) -> tuple[Tier, ...]:
    """Price tiers typed as `1=198,5=180`: from this quantity on, yuan a unit. Raises InvalidError."""
    found: dict[int, Tier] = {}
    for pair in fields.words(value):
        quantity, equals, price = pair.partition("=")
        if not equals or fields.whole(quantity) < 1:
            raise InvalidError(_("{value} is not QUANTITY=PRICE").format(value=pair))
        if fields.whole(quantity) in found:
            raise InvalidError(_("two prices for the quantity {quantity}").format(quantity=quantity))
        found[fields.whole(quantity)] = Tier(quantity=fields.whole(quantity), price=fields.yuan(price))
    return tuple(found[quantity] for quantity in sorted(found))


def prices(value: str) -> tuple[DatedPrice, ...]:
    """Prices typed as `30,2026-06-01=35`: yuan a unit, and from each day on. Raises InvalidError."""
    found: dict[date | None, DatedPrice] = {}
    for one in fields.words(value):
        day, equals, price = one.rpartition("=")
        since = fields.day(day) if equals else None
        found[since] = DatedPrice(since=since, price=fields.yuan(price))
    return tuple(found[since] for since in sorted(found, key=lambda since: since or date.min))


LINES = "|"  # between the lines of a list that is typed as one value


def lines(value: str) -> tuple[str, ...]:
    """Texts typed as `电池装反了吗|指示灯亮吗`, in their order."""
    return tuple(fields.text(one) for one in value.split(LINES) if one.strip())


READERS: dict[type[Record], dict[str, fields.Reader]] = {
    Staff: {
        "code": fields.code,
        "name": fields.text,
        "roles": fields.choices(*ROLES, family="role-"),
        "district": fields.text,
        "phone": fields.text,
        "capacity": fields.whole,
        "left": fields.flag,
        "city": fields.text,
        "districts": fields.words,
        "address": fields.text,
        "units_per_day": fields.whole,
    },
    Site: {
        "name": fields.required,
        "kind": fields.choice(*SITE_KINDS, family="site-"),
        "form": fields.choice(*SITE_FORMS, family="site-"),
        "method": fields.choice(*SITE_METHODS),
        "address": fields.text,
        "contact": fields.text,
        "phone": fields.text,
    },
    Product: {
        "code": fields.code,
        "name": fields.text,
        "model": fields.text,
        "price": fields.yuan,
        "tiers": tiers,
        "warranty_months": fields.whole,
        "daily_use": fields.number,
        "kind": fields.choice(*PRODUCT_KINDS),
        "prices": prices,
    },
    Fault: {
        "code": fields.code,
        "name": fields.text,
        "products": fields.words,
        "questions": lines,
        "likely": fields.text,
        "steps": lines,
        "minutes": fields.whole,
    },
}


def readers_of(run: Run, record_type: type[Record]) -> dict[str, fields.Reader]:
    """The readers of a type's fields; the roles that settings name are roles as well."""
    readers = READERS[record_type]
    if record_type is not Staff:
        return readers
    settings = run.settings
    own = (settings.screening.role, settings.assignment.role, *(rule.role for rule in settings.callback.rules))
    return readers | {"roles": fields.choices(*dict.fromkeys((*ROLES, *filter(None, own))), family="role-")}


def add(run: Run, record_type: type[R], typed: dict[str, str], taken: Iterable[Record]) -> Change:
    """A new record from what was typed, by field; empty values are left out.

    `taken` are the records that have its code or name already: the same code is refused. Raises InvalidError,
    CrmkitError.
    """
    key = REGISTRY[record_type].named
    readers = readers_of(run, record_type)
    blank: dict[str, Any] = {key: fields.read(key, typed.get(key, ""), readers)}
    record = record_type(id=run.id_for(record_type), **blank)
    filled = fields.assign(record, [f"{name}={value}" for name, value in typed.items() if value], (), readers)
    _refuse_taken(filled, taken)
    return Change(puts=(filled,), ids=(filled.id,), counts={"added": 1})


def edit(run: Run, record: R, sets: Iterable[str], unsets: Iterable[str], taken: Iterable[Record]) -> Change:
    """`record` with fields changed; a site is still found by its former name. Raises InvalidError, CrmkitError."""
    changed = fields.assign(record, sets, unsets, readers_of(run, type(record)))
    if isinstance(record, Site) and isinstance(changed, Site) and changed.name != record.name:
        former = tuple(dict.fromkeys((*record.former_names, record.name)))
        changed = msgspec.structs.replace(changed, former_names=tuple(n for n in former if n != changed.name))
    if not isinstance(record, Site) and _key(changed) != _key(record):
        raise InvalidError(
            _("the code of {code} cannot be changed: other records name it").format(code=_key(record)),
            _("add a new one, and mark the old one, for example --set left=yes"),
        )
    changed = _dated(run, record, changed)
    _refuse_taken(changed, taken)
    return Change(puts=(changed,), ids=(changed.id,), counts={"updated": int(changed != record)})


def _dated(run: Run, before: R, after: R) -> R:
    """`after`; a price that changed, and of which nobody wrote down from which day on, holds from today on."""
    if not (isinstance(before, Product) and isinstance(after, Product)):
        return after
    if after.price == before.price or after.prices != before.prices:
        return after
    return msgspec.structs.replace(after, prices=repriced(before, after.price, run.now.date()))


def _key(record: Record) -> str:
    return str(getattr(record, REGISTRY[type(record)].named))


def _refuse_taken(record: Record, taken: Iterable[Record]) -> None:
    for other in taken:
        if other.id != record.id and _key(other).casefold() == _key(record).casefold():
            raise CrmkitError(
                _("{code} is taken: {id} has it").format(code=_key(record), id=other.id),
                _("change that one with `edit`"),
            )
