"""The registry of record types: what each is to everybody else, by kind (its folder) and by the letters of its ids."""

import re
from typing import NamedTuple

from crmkit.records.assignment import Assignment
from crmkit.records.base import Record
from crmkit.records.card import Card
from crmkit.records.complaint import Complaint
from crmkit.records.conflict import Conflict
from crmkit.records.customer import Customer, Decision, Merge, PhoneCheck, Touch
from crmkit.records.event import Event, Invitation
from crmkit.records.mark import Mark
from crmkit.records.message import Message
from crmkit.records.note import Note
from crmkit.records.order import Order, Payment, Return
from crmkit.records.plan import Plan
from crmkit.records.reference import Fault, HeaderMap, Intake, Product, Site, Staff
from crmkit.records.step import Step
from crmkit.records.ticket import Ticket
from crmkit.records.visit import Visit
from crmkit.records.work import Call, Callback


class NumberForm(NamedTuple):
    """How the `number` of a record reads, which is given out once: the record is made void, and never dropped."""

    form: str  # a pattern with the groups series, operator, running, and yymm where the series is one of a month
    digits: int  # of the running number
    alone: str = ""  # a field that no two records that stand (`state` is "") have in common


class RecordFacts(NamedTuple):
    """What a record type is to everybody else; there are no defaults, so that none of it is forgotten."""

    whose: tuple[str, ...]  # fields with the customers whom it is about; the first moves when files are merged
    named: str  # the field by which people and other records name it; "" = by its id
    unique: tuple[str, ...]  # the index keys that belong to one record: two of them made in two clones are told
    numbers: NumberForm | None


OF_CARDS = NumberForm(
    r"(?P<series>(?P<operator>[A-Z0-9]{2,8})-(?P<yymm>[0-9]{4}))(?P<running>[0-9]{4})-[A-Z0-9]", 4, alone="serial"
)
OF_INVITATIONS = NumberForm(r"(?P<series>(?P<operator>[A-Z0-9]{1,8}-[A-Z0-9]{1,4}))(?P<running>[0-9]{3})-[A-Z0-9]", 3)
ONE, TWO, MERGED, NOBODY = ("customer",), ("a", "b"), ("survivor", "loser"), ()

# The registry: every record type once. How it is stored (folder, letters, index keys, merging) it says itself; what
# each room makes of it stands in a table of that room, which a test keeps complete (tests/test_registry.py).
REGISTRY: dict[type[Record], RecordFacts] = {
    Customer: RecordFacts(NOBODY, "", ("phone",), None),
    Touch: RecordFacts(ONE, "", (), None),
    PhoneCheck: RecordFacts(ONE, "", (), None),
    Decision: RecordFacts(TWO, "", (), None),
    Merge: RecordFacts(MERGED, "", (), None),
    Callback: RecordFacts(ONE, "", (), None),
    Call: RecordFacts(ONE, "", (), None),
    Card: RecordFacts(ONE, "", ("serial", "number"), OF_CARDS),
    Order: RecordFacts(ONE, "", (), None),
    Staff: RecordFacts(NOBODY, "code", ("staff",), None),
    Site: RecordFacts(NOBODY, "name", ("site",), None),
    Product: RecordFacts(NOBODY, "code", ("product",), None),
    HeaderMap: RecordFacts(NOBODY, "", (), None),
    Intake: RecordFacts(NOBODY, "", (), None),
    Conflict: RecordFacts(NOBODY, "", (), None),
    Assignment: RecordFacts(ONE, "", (), None),
    Event: RecordFacts(NOBODY, "code", ("event",), None),
    Invitation: RecordFacts(ONE, "", ("number",), OF_INVITATIONS),
    Visit: RecordFacts(ONE, "", (), None),
    Payment: RecordFacts(ONE, "", (), None),
    Return: RecordFacts(ONE, "", (), None),
    Message: RecordFacts(ONE, "", (), None),
    Note: RecordFacts(ONE, "", (), None),
    Fault: RecordFacts(NOBODY, "code", ("fault",), None),
    Ticket: RecordFacts(ONE, "", (), None),
    Plan: RecordFacts(ONE, "", (), None),
    Step: RecordFacts(ONE, "", (), None),
    Complaint: RecordFacts(ONE, "", (), None),
    Mark: RecordFacts(NOBODY, "", (), None),
}
TYPES: tuple[type[Record], ...] = tuple(REGISTRY)
OF_CUSTOMERS: tuple[type[Record], ...] = tuple(t for t in TYPES if REGISTRY[t].whose)  # of one, or about two
BELONGING: tuple[type[Record], ...] = tuple(
    t for t in TYPES if REGISTRY[t].whose == ONE
)  # to one customer, with whose file they move
BY_KIND: dict[str, type[Record]] = {t.kind: t for t in TYPES}
_BY_LETTER: dict[str, type[Record]] = {t.letter: t for t in TYPES}
_LETTERS = re.compile(r"[A-Z]{1,2}(?=[0-9]|\Z)")


def type_of(identifier: str) -> type[Record] | None:
    """The record type of an id, or of the beginning of one; None where it names none."""
    letters = _LETTERS.match(identifier)
    return _BY_LETTER.get(letters[0]) if letters else None


def owner_of(record: Record) -> str:
    """The id of the customer to whom alone the record belongs; "" where it belongs to nobody, or is about two."""
    return str(getattr(record, ONE[0])) if REGISTRY[type(record)].whose == ONE else ""


__all__ = [
    "BELONGING", "BY_KIND", "OF_CUSTOMERS", "REGISTRY", "TYPES", "Assignment", "Call", "Callback", "Card",
    "Complaint", "Conflict", "Customer", "Decision", "Event", "Fault", "HeaderMap", "Intake", "Invitation", "Mark",
    "Merge", "Message", "Note", "NumberForm", "Order", "Payment", "PhoneCheck", "Plan", "Product", "Record",
    "RecordFacts", "Return", "Site", "Staff", "Step", "Ticket", "Touch", "Visit", "owner_of", "type_of",
]  # fmt: skip
