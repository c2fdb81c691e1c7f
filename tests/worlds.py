"""Any records that the schema allows, as hypothesis strategies made from the record types themselves.

A world is an archive's worth of them: a few records of every type that name each other, and staff, products and events
that are there. What a closed list holds is drawn from it most of the time and is any text now and then, as another
program may have written it.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from crmkit.core.complaints.hearing import TABLE as HEARD
from crmkit.core.tickets.course import TABLE
from crmkit.records import (
    BY_KIND,
    REGISTRY,
    TYPES,
    Record,
    assignment,
    card,
    customer,
    event,
    mark,
    message,
    order,
    plan,
    reference,
    ticket,
    work,
)
from crmkit.records import visit as visits
from crmkit.records.base import ALPHABET

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
EACH = {"customers": 5, "orders": 2, "callbacks": 2}  # records of a type; of the others one
CODES = ("LN", "WQ", "gone")
PRODUCTS = ("HX1", "CH2", "gone")
CODED = {"owner": CODES, "collector": CODES, "by": CODES, "to": CODES, "before": CODES, "issued_by": CODES,
         "installed_by": CODES, "resolved_by": CODES, "product": PRODUCTS, "site": ("时间公园", "gone")}  # fmt: skip
NAMES = {
    "staff": "LN",
    "products": "HX1",
    "events": "E1",
    "sites": "时间公园",
    "faults": "no-power",
}  # by which other records name it
LISTS: dict[str, tuple[str, ...]] = {
    "Customer.sex": customer.SEXES, "Customer.source": customer.SOURCES,
    "Customer.stage": ("screened", "buyer", "lost"), "Customer.grade": customer.GRADES,
    "Customer.character": customer.CHARACTERS,
    "Customer.do_not_contact": customer.NO_CONTACT, "Customer.birthday": (
        "1953-01-02", "--01-02", "--02-29", "lunar:1953-01-02", "lunar:--08-L15", "lunar:--11-16", "1951-02-29",
    ),
    "Customer.name": ("张秀英", "張秀英", "张阿姨"), "Customer.email": ("x@b.cn", "X@b.cn "),
    "Customer.wechat": ("wx1",), "Customer.employer": ("第一机床厂",),
    "Customer.wedding_day": ("1980-10-01", "--11-25", "lunar:1978-12-30"),
    "Phone.kind": customer.PHONE_KINDS, "Phone.state": customer.PHONE_STATES,
    "Phone.e164": ("+8613900000001", "+8613900000002", "+861065881234", "+85291234567"), "Phone.ext": ("801", "0"),
    "Consent.purpose": customer.CONSENTS, "Tick.name": customer.TICKS, "Touch.source": customer.SOURCES,
    "Touch.outcome": ("added", "repeat", "shared"), "PhoneCheck.result": ("match", "mismatch", "refused", "gone"),
    "Decision.verdict": ("distinct", "household"), "Callback.purpose": work.PURPOSES,
    "Callback.state": ("done", "cancelled", "stopped"), "Call.outcome": work.OUTCOMES, "Call.mood": work.MOODS,
    "Call.direction": ("in",), "Card.state": ("replaced", "void"), "Promises.working": card.CLOCKS,
    "Order.terms": order.TERMS, "Order.risk": order.RISKS, "Payment.what": order.PAYMENTS,
    "Payment.method": order.METHODS, "Staff.roles": ("screener", "service"), "Site.site_kind": reference.SITE_KINDS,
    "Site.form": reference.SITE_FORMS, "Site.method": reference.SITE_METHODS, "Assignment.how": assignment.WAYS,
    "Product.product_kind": reference.PRODUCT_KINDS, "Charge.what": reference.PRODUCT_KINDS,
    "Ticket.how": ticket.REPORTED,
    "Complaint.how": ticket.REPORTED, "Complaint.staff": CODES,
    "Ticket.coverage": ticket.COVERAGES, "Ticket.fault": ("no-power", "gone"),
    "Mark.what": mark.MARKS, "Mark.staff": CODES,
    "Step.what": (*TABLE, *HEARD), "Charge.code": PRODUCTS, "Fault.products": PRODUCTS,
    "Plan.mode": plan.MODES, "Plan.basis": plan.BASES, "Plan.every": ("1m", "3m", "500h", "2w"),
    "Event.event_kind": event.EVENT_KINDS, "Invitation.answer": event.ANSWERS, "Invitation.state": ("void",),
    "Visit.purpose": visits.VISIT_PURPOSES, "Visit.state": ("done", "cancelled", "missed"),
    "Visit.kept": visits.CONDUCT, "Visit.broken": visits.CONDUCT, "Message.channel": message.CHANNELS,
    "Conflict.field": ("address", "phones", "state"),
    "Message.occasion": ("birthday:2026", "festival:spring:2026"),
}  # fmt: skip
COMMON = (  # what several records have in common, as people write it
    "张秀英", "張秀英", "张阿姨", "李建国", "Anna Smith", "", "a", "A ", "x@b.cn", "X@b.cn", "青年路十一号院12-3-450",
    "北京市朝阳区青年路11号院12号楼3单元450室", "原电话13900000001", "13900000001",
)  # fmt: skip
ODD = st.text("张秀英a1 =+@,;:\n\t\u200b\u202e\x07é👵%{}<&'\"\\", max_size=6)
TEXT = st.one_of(st.sampled_from(COMMON), st.sampled_from(COMMON), ODD)
ZONES = st.sampled_from([ZONE, UTC])
MOMENTS = st.one_of(
    st.timedeltas(timedelta(-40), timedelta(40)).map(lambda apart: NOW + apart),
    st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=ZONES),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES),  # beyond, other zones have no such day
)
DAYS = st.one_of(st.integers(-400, 40).map(lambda days: NOW.date() + timedelta(days)), st.dates())
NUMBERS = st.sampled_from([0, 1, 2, 3, 5, 12, 65, 480, 19800, 10**6, 10**12, 10**18, -(10**18), -1, -19800])
JSON = st.one_of(st.none(), TEXT, NUMBERS, st.lists(TEXT, max_size=2), st.dictionaries(TEXT, TEXT, max_size=2))


def identifier(letter: str, number: int) -> str:
    """The id of the record of a world with this number among those of its type."""
    return f"{letter}2611-{'0' * 7}{ALPHABET[number]}"


IDS = {t.letter: [identifier(t.letter, n) for n in range(EACH.get(t.kind, 1))] for t in TYPES}
ABOUT = st.sampled_from([i for letter in ("O", "K", "V", "N", "G", "TK", "CP", "PL") for i in IDS[letter]])


def value(info: inspect.Type, owner: str, name: str) -> st.SearchStrategy[Any]:
    """Any value of the type `info`, for the field `name` of the struct `owner`."""
    match info:
        case inspect.StrType():
            known = LISTS.get(f"{owner}.{name}") or CODED.get(name)
            return TEXT if known is None else st.one_of(*[st.sampled_from(known)] * 6, TEXT)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return NUMBERS
        case inspect.FloatType():
            return st.sampled_from([0.0, 0.5, 1.0, 3.0, -1.0, 1e-9, 1e9])
        case inspect.DateTimeType():
            return MOMENTS
        case inspect.DateType():
            return DAYS
        case inspect.NoneType():
            return st.none()
        case inspect.AnyType():
            return JSON
        case inspect.UnionType():
            return st.one_of(*(value(part, owner, name) for part in info.types))
        case inspect.VarTupleType():
            return st.lists(value(info.item_type, owner, name), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(value(info.key_type, owner, name), value(info.value_type, owner, name), max_size=2)
        case inspect.StructType():
            return struct(info.cls)
    raise NotImplementedError(f"{owner}.{name} is {info}: say here what values it can have")


def struct(cls: type[msgspec.Struct], **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any `cls`; a field that can be left out is, half of the time. `known` are the strategies of some fields."""
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    fields = {}
    for field in info.fields:
        some = known.get(field.name, value(field.type, cls.__name__, field.name))
        left_out = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        fields[field.name] = some if field.required or field.name == "id" else st.one_of(st.just(left_out), some)
    return st.builds(cls, **fields)


def record(cls: type[Record], number: int) -> st.SearchStrategy[Record]:
    """Any record of a type that refers to records of the same world; only late files are merged, into earlier ones."""
    known: dict[str, st.SearchStrategy[Any]] = {"id": st.just(identifier(cls.letter, number))}
    for name in cls.refers:
        known[name] = ABOUT if name == "about" else st.sampled_from(IDS[letter_of(name, cls)])
        if name == "cards":
            known[name] = st.lists(known[name], max_size=2).map(tuple)
        if name == "merged_into":
            known[name] = st.sampled_from(IDS["C"][:number] if number > 2 else [""])
    if REGISTRY[cls].named:
        known[REGISTRY[cls].named] = st.just(NAMES[cls.kind])
    if REGISTRY[cls].numbers is not None:
        known["number"] = st.just(f"BJLN-2611000{number}-X")
    return struct(cls, **known)


def letter_of(name: str, cls: type[Record]) -> str:
    """The kind letter of what a field of a record type refers to, by the field's name."""
    named = {
        **dict.fromkeys(("merged_into", "referrer", "household", "a", "b", "survivor", "loser"), "C"),
        "returned": "J", "again": "TK", "covered_by": "PL", "follows": "CP", "replaces": cls.letter, "replaced_by": "K",
        "event_id": "G", "cards": "K",
    }  # fmt: skip
    return named.get(name) or BY_KIND[f"{name}s"].letter


WORLDS = st.tuples(*(record(cls, n) for cls in TYPES for n in range(EACH.get(cls.kind, 1))))
