"""Customers at risk: their contacts, and who has been silent for longer than usual.

See docs.md: Customers.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Customer,
    Invitation,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Record,
    Return,
    Step,
    Ticket,
    Touch,
    Visit,
    owner_of,
)
from crmkit.records.typed import Code, DialString, Late


class Contact(NamedTuple):
    """One day on which we had to do with a customer."""

    day: date
    what: str  # call, visit, event, order


class Risk(NamedTuple):
    """A customer who has been silent for longer than is usual for them."""

    customer: Customer
    last: Contact
    interval: float  # days: the median time between two contacts
    days: int  # since the last one

    @property
    def times(self) -> float:
        """How many usual intervals the silence has lasted."""
        return self.days / self.interval

    def row(self) -> dict[str, Any]:
        """It as plain values."""
        phone = dial(self.customer)
        return {
            "id": self.customer.id,
            "name": self.customer.name,
            "phone": DialString(identity(phone)) if phone else "",
            "owner": self.customer.owner,
            "grade": self.customer.grade,
            "last_on": Late(self.last.day.isoformat()),
            "last_contact": Code(self.last.what),
            "interval": self.interval,
            "days": self.days,
            "times": round(self.times, 1),
        }


# Every record type of BELONGING: its name as a contact, and when it was one; None where it never is. Stricter than the
# last contact of a file: a message does not count, since nobody knows whether it was read.
CONTACTS: Mapping[type[Record], tuple[str, Callable[[Any], datetime | date | None]] | None] = {
    Call: ("call", lambda call: call.at if call.outcome == "reached" else None),
    Visit: ("visit", lambda visit: (visit.started_at or visit.begins_at) if visit.state == "done" else None),
    Invitation: ("event", lambda invitation: invitation.attended_at),
    Order: ("order", lambda order: order.ordered_on),
    Touch: None,
    PhoneCheck: None,
    Callback: None,
    Card: None,
    Assignment: None,
    Payment: None,
    Return: None,
    Message: None,
    Note: None,
    Ticket: ("ticket", lambda ticket: ticket.reported_at),
    Plan: None,
    Step: None,
    Complaint: None,
}


def contacts(run: Run, snapshot: Snapshot) -> dict[str, list[Contact]]:
    """By customer id, in order of days: calls at which they were reached, visits made, events attended, orders."""
    found: dict[str, list[Contact]] = {}
    for record_type, contact in CONTACTS.items():
        if contact is not None:
            what, moment = contact
            for record in snapshot[record_type]:
                at = moment(record)
                if at is not None:
                    day = at.astimezone(run.now.tzinfo).date() if isinstance(at, datetime) else at
                    found.setdefault(owner_of(record), []).append(Contact(day, what))
    return {customer: sorted(days) for customer, days in found.items()}


def last_contact(had: Iterable[Contact]) -> Contact | None:
    """The latest of a customer's contacts; None where there was none."""
    return max(had, default=None)


def usual_interval(had: Iterable[Contact], least: int) -> float | None:
    """The median days between two contacts; a day counts once. None for fewer than `least`."""
    days = sorted({contact.day for contact in had})
    if len(days) < max(least, 2):
        return None
    return float(median((later - earlier).days for earlier, later in pairwise(days)))


def at_risk(
    run: Run, customers: Iterable[Customer], had: Mapping[str, list[Contact]], *, everybody: bool = False
) -> list[Risk]:  # fmt: skip
    """Who has been silent for more than `risk.factor` usual intervals and `risk.min_days`, the longest over first.

    Only buyers, unless `everybody`; only who may be contacted, and with `risk.min_contacts` days of contact or more.
    """
    limits = run.settings.risk
    found = []
    for customer in customers:
        contacts_had = had.get(customer.id, [])
        interval, last = usual_interval(contacts_had, limits.min_contacts), last_contact(contacts_had)
        if interval is None or last is None or barred(run, customer, "cadence"):
            continue
        risk = Risk(customer, last, interval, (run.now.date() - last.day).days)
        buyer = customer.stage == "buyer" or any(contact.what == "order" for contact in contacts_had)
        if (everybody or buyer) and risk.days >= limits.min_days and risk.times > limits.factor:
            found.append(risk)
    return sorted(found, key=lambda risk: (-risk.times, risk.customer.id))
