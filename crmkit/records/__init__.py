"""Every record type by kind (its folder in the archive) and by the letter its ids begin with."""

from crmkit.records.base import Record
from crmkit.records.card import Card
from crmkit.records.conflict import Conflict
from crmkit.records.customer import Customer, Decision, Merge, PhoneCheck, Touch
from crmkit.records.order import Order
from crmkit.records.reference import HeaderMap, Intake, Product, Site, Staff
from crmkit.records.work import Call, Callback

TYPES: tuple[type[Record], ...] = (
    Customer, Touch, PhoneCheck, Decision, Merge, Callback, Call, Card, Order, Staff, Site, Product, HeaderMap, Intake,
    Conflict,
)  # fmt: skip
BY_KIND: dict[str, type[Record]] = {t.kind: t for t in TYPES}
BY_LETTER: dict[str, type[Record]] = {t.letter: t for t in TYPES}

__all__ = [
    "BY_KIND", "BY_LETTER", "TYPES", "Call", "Callback", "Card", "Conflict", "Customer", "Decision", "HeaderMap",
    "Intake", "Merge", "Order", "PhoneCheck", "Product", "Record", "Site", "Staff", "Touch",
]  # fmt: skip
