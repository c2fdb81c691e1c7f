"""Every record type by kind (its folder in the archive) and by the letters its ids begin with."""

import re

from crmkit.records.assignment import Assignment
from crmkit.records.base import Record
from crmkit.records.card import Card
from crmkit.records.conflict import Conflict
from crmkit.records.customer import Customer, Decision, Merge, PhoneCheck, Touch
from crmkit.records.event import Event, Invitation
from crmkit.records.message import Message
from crmkit.records.order import Order, Payment, Return
from crmkit.records.reference import HeaderMap, Intake, Product, Site, Staff
from crmkit.records.visit import Visit
from crmkit.records.work import Call, Callback

TYPES: tuple[type[Record], ...] = (
    Customer, Touch, PhoneCheck, Decision, Merge, Callback, Call, Card, Order, Staff, Site, Product, HeaderMap, Intake,
    Conflict, Assignment, Event, Invitation, Visit, Payment, Return, Message,
)  # fmt: skip
BY_KIND: dict[str, type[Record]] = {t.kind: t for t in TYPES}
_BY_LETTER: dict[str, type[Record]] = {t.letter: t for t in TYPES}
_LETTERS = re.compile(r"[A-Z]{1,2}(?=[0-9]|\Z)")


def type_of(identifier: str) -> type[Record] | None:
    """The record type of an id, or of the beginning of one; None where it names none."""
    letters = _LETTERS.match(identifier)
    return _BY_LETTER.get(letters[0]) if letters else None


__all__ = [
    "BY_KIND", "TYPES", "Assignment", "Call", "Callback", "Card", "Conflict", "Customer", "Decision",
    "Event", "HeaderMap", "Intake", "Invitation", "Merge", "Message", "Order", "Payment", "PhoneCheck", "Product",
    "Record", "Return", "Site", "Staff", "Touch", "Visit", "type_of",
]  # fmt: skip
