"""One customer's file as a whole: what the records about the person add up to (`customer show`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from crmkit.core.people.reach import barred, warning
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import N_
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Customer,
    Event,
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
)
from crmkit.records.card import state_on
from crmkit.records.typed import Fen


class Appointment(NamedTuple):
    """Something planned with the customer."""

    at: datetime
    kind: str  # callback, visit, event, collection
    id: str  # of the record
    what: str  # its purpose, or the event's name


@dataclass(frozen=True)
class Dossier:
    """Every record of one customer, and the people that they name."""

    customer: Customer
    snapshot: Snapshot  # about the customer
    referrer: Customer | None = None
    referred: tuple[Customer, ...] = ()
    household: tuple[Customer, ...] = ()  # the other members
    aliases: tuple[str, ...] = ()  # ids of the files merged into this one


def totals(dossier: Dossier) -> dict[str, int]:
    """All orders together, in fen: what they are worth (`revenue`, returns taken off), what was paid for them and
    kept, what is still owed to us (`balance`) and by us (`refund_owed`). Orders without an amount count as nothing.
    """  # fmt: skip
    found = [ledger.account for ledger in dossier.snapshot.ledgers.values()]
    return {
        N_("revenue"): Fen(sum(one.charged or 0 for one in found)),
        N_("paid"): Fen(sum(one.paid - one.refunded for one in found)),
        N_("balance"): Fen(sum(one.balance or 0 for one in found)),
        N_("refund_owed"): Fen(sum(one.refund_owed for one in found)),
    }


def last_contact(dossier: Dossier) -> datetime | None:
    """When the person was last met, spoken with, visited, or written to; None where that is not known."""
    return max(_contacts(dossier), default=None)


def next_appointment(run: Run, dossier: Dossier) -> Appointment | None:
    """The first thing planned with the person that is not forbidden; one that is overdue comes first."""
    return min(_planned(run, dossier), default=None, key=lambda one: (one.at, one.id))


def facts(run: Run, dossier: Dossier) -> dict[str, Any]:
    """What is not in the file itself: people around, cards, totals, last contact and next appointment."""
    ahead = next_appointment(run, dossier)
    last = last_contact(dossier)
    return {
        N_("referrer_name"): dossier.referrer.name if dossier.referrer else "",
        N_("referred"): [_person(one) for one in dossier.referred],
        N_("household_members"): [_person(one) for one in dossier.household],
        N_("refusal"): warning(run, dossier.customer),
        N_("aliases"): list(dossier.aliases),
        "cards": [
            {"id": card.id, "number": card.number, "product": card.product, "state": state_on(card, run.now.date())}
            for card in dossier.snapshot[Card]
        ],
        **totals(dossier),
        N_("last_contact"): last.isoformat() if last else "",
        N_("next_appointment"): {**ahead._asdict(), "at": ahead.at.isoformat()} if ahead else {},
    }


def _person(customer: Customer) -> dict[str, str]:
    return {"id": customer.id, "name": customer.name, "stage": customer.stage or "new"}


_SPOKEN = ("reached", "declined", "call-later", "dropped")


Moment = Callable[[Any], datetime | None]
Plans = Callable[[Run, Dossier], Iterator[Appointment]]


def _contacts(dossier: Dossier) -> Iterator[datetime]:
    for kind, moment in CONTACTS.items():
        if moment is not None:
            yield from (at for record in dossier.snapshot[kind] if (at := moment(record)) is not None)


def _planned(run: Run, dossier: Dossier) -> Iterator[Appointment]:
    for planned in PLANS.values():
        if planned is not None:
            yield from planned(run, dossier)


def _callbacks(run: Run, dossier: Dossier) -> Iterator[Appointment]:
    for callback in _open(dossier.snapshot[Callback]):
        if not barred(run, dossier.customer, callback.purpose):
            yield Appointment(callback.due_at, "callback", callback.id, callback.purpose)


def _visits(run: Run, dossier: Dossier) -> Iterator[Appointment]:
    for visit in _open(dossier.snapshot[Visit]):
        if not barred(run, dossier.customer, visit.purpose, "visit"):
            yield Appointment(visit.begins_at, "visit", visit.id, visit.purpose)


def _invitations(run: Run, dossier: Dossier) -> Iterator[Appointment]:
    events = {event.id: event for event in dossier.snapshot[Event]}
    for invitation in dossier.snapshot[Invitation]:
        event = events.get(invitation.event_id)
        standing = not invitation.state and invitation.answer != "declined"
        if event and standing and event.cancelled_at is None and event.starts_at > run.now:
            yield Appointment(event.starts_at, "event", event.id, event.name or event.code)


def _collections(run: Run, dossier: Dossier) -> Iterator[Appointment]:
    for ledger in dossier.snapshot.ledgers.values():
        order = ledger.order
        if order.collect_at is not None and ledger.account.balance:
            yield Appointment(order.collect_at, "collection", order.id, "balance")


# Every record type of BELONGING: when the person was in contact with us by it, None where it is no contact ...
CONTACTS: Mapping[type[Record], Moment | None] = {
    Touch: lambda touch: touch.at,
    Call: lambda call: call.at if call.outcome in _SPOKEN else None,
    Visit: lambda visit: visit.started_at,
    Invitation: lambda invitation: invitation.attended_at,
    Message: lambda message: message.at,
    PhoneCheck: None,
    Callback: None,
    Card: None,
    Order: None,
    Assignment: None,
    Payment: None,
    Return: None,
    Note: None,
    Ticket: lambda ticket: ticket.reported_at,
    Plan: None,
    Step: None,
    Complaint: lambda complaint: complaint.received_at,
}
# ... and what is planned with the person by it, None where it plans nothing.
PLANS: Mapping[type[Record], Plans | None] = {
    Callback: _callbacks,
    Visit: _visits,
    Invitation: _invitations,
    Order: _collections,
    Touch: None,
    PhoneCheck: None,
    Call: None,
    Card: None,
    Assignment: None,
    Payment: None,
    Return: None,
    Message: None,
    Note: None,
    Ticket: None,
    Plan: None,
    Step: None,
    Complaint: None,
}


def _open(records: Iterable[Any]) -> Iterator[Any]:
    return (record for record in records if not record.state)
