"""Whom we have neglected: contacts with each customer, and those who have been silent for too long (DOMAIN 10)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.records import Call, Customer, Invitation, Order, Visit


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
            "phone": identity(phone) if phone else "",
            "owner": self.customer.owner,
            "grade": self.customer.grade,
            "last_on": self.last.day.isoformat(),
            "last_contact": self.last.what,
            "interval": self.interval,
            "days": self.days,
            "times": round(self.times, 1),
        }


def contacts(
    zone: tzinfo | None,
    *,
    calls: Iterable[Call] = (),
    visits: Iterable[Visit] = (),
    invitations: Iterable[Invitation] = (),
    orders: Iterable[Order] = (),
) -> dict[str, list[Contact]]:
    """By customer id, in order of days: calls at which they were reached, visits made, events attended, orders.

    A message is no contact in this sense: nobody knows whether it was read.
    """
    found: dict[str, list[Contact]] = {}

    def add(customer: str, at: datetime, what: str) -> None:
        found.setdefault(customer, []).append(Contact(at.astimezone(zone).date(), what))

    for call in calls:
        if call.outcome == "reached":
            add(call.customer, call.at, "call")
    for visit in visits:
        if visit.state == "done":
            add(visit.customer, visit.started_at or visit.begins_at, "visit")
    for invitation in invitations:
        if invitation.attended_at is not None:
            add(invitation.customer, invitation.attended_at, "event")
    for order in orders:
        found.setdefault(order.customer, []).append(Contact(order.ordered_on, "order"))
    return {customer: sorted(days) for customer, days in found.items()}


def last_contact(had: Iterable[Contact]) -> Contact | None:
    """The latest of a customer's contacts; None where there was none."""
    return max(had, default=None)


def usual_interval(had: Iterable[Contact], least: int) -> float | None:
    """The median number of days between two contacts, several of one day being one; None for fewer than `least`."""
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
