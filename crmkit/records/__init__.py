"""Every record type by kind (its folder in the archive) and by the letter its ids begin with."""

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
BY_LETTER: dict[str, type[Record]] = {t.letter: t for t in TYPES}

__all__ = [
    "BY_KIND", "BY_LETTER", "TYPES", "Assignment", "Call", "Callback", "Card", "Conflict", "Customer", "Decision",
    "Event", "HeaderMap", "Intake", "Invitation", "Merge", "Message", "Order", "Payment", "PhoneCheck", "Product",
    "Record", "Return", "Site", "Staff", "Touch", "Visit",
]  # fmt: skip
