"""The record that is meant where a person is named in its place: the one of theirs that is still open."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from crmkit.core.fields import in_yuan
from crmkit.errors import AmbiguousError, NotFoundError
from crmkit.i18n import N_, _, clauses
from crmkit.queries.finding import chosen, find_customer, find_record
from crmkit.queries.ledgers import ledger_of
from crmkit.records import Callback, Card, Complaint, Event, Invitation, Order, Plan, Ticket, Visit, type_of
from crmkit.records.base import typed_id
from crmkit.records.typed import Code, VisitPurpose

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive

R = TypeVar("R", Callback, Visit, Order, Invitation, Complaint, Card, Ticket, Plan)
Openable = Callback | Visit | Order | Invitation | Complaint | Card | Ticket | Plan
Facts = dict[str, str]
LISTED = 9  # so many are told of where it is not clear which is meant

NONE = {
    Callback: N_("{who} has no open callback"),
    Visit: N_("{who} has no open visit"),
    Order: N_("{who} has no order that waits for it"),
    Invitation: N_("{who} has no such invitation"),
    Complaint: N_("{who} has no open complaint"),
    Card: N_("{who} has no card that stands"),
    Ticket: N_("{who} has no open ticket"),
    Plan: N_("{who} has no plan that stands"),
}
SEVERAL = {
    Callback: N_("{who} has {n} open callbacks"),
    Visit: N_("{who} has {n} open visits"),
    Order: N_("{who} has {n} orders that wait for it"),
    Invitation: N_("{who} has {n} such invitations"),
    Complaint: N_("{who} has {n} open complaints"),
    Card: N_("{who} has {n} cards that stand"),
    Ticket: N_("{who} has {n} open tickets"),
    Plan: N_("{who} has {n} plans that stand"),
}


def find_open(
    archive: "Archive", record_type: type[R], text: str, waits: Callable[[R], bool] | None = None
) -> R:  # fmt: skip
    """The record by id or its first characters; or by a customer with exactly one open record of that type.

    `waits` tells whether a record is open; by default one without an end. Raises NotFoundError (tells what there is)
    and AmbiguousError (lists what tells the open ones apart).
    """
    if type_of(typed_id(text)) is record_type:
        return find_record(archive, record_type, text)
    person = find_customer(archive, text)
    theirs = archive.of(record_type, person.id)
    fitting = [one for one in theirs if (waits(one) if waits else not _ended(one))]
    who = f"{person.id} {person.name}".strip()
    if not fitting:
        there = clauses(line for line, _facts in (_told(archive, one) for one in theirs[-LISTED:]))
        hint = _("there is: {what}").format(what=there) if there else _("there is none at all")
        raise NotFoundError(_(NONE[record_type]).format(who=who), hint)
    if len(fitting) == 1:
        return fitting[0]
    choices = dict(_told(archive, one) for one in fitting[:LISTED])
    sentence = _(SEVERAL[record_type]).format(who=who, n=len(fitting))
    place = chosen(sentence, list(choices))
    if place is None:
        raise AmbiguousError(sentence, _("give the id of one of them"), choices)
    return fitting[place]


def named_as(archive: "Archive", record_type: type[R], text: str) -> str:
    """The id of the record, or its customer as typed, who may have no open one any more: what a key is given for."""
    return find_record(archive, record_type, text).id if type_of(typed_id(text)) is record_type else text.strip()


def _ended(record: Any) -> bool:
    if isinstance(record, Complaint | Ticket):
        return record.closed > record.reopened
    if isinstance(record, Plan):
        return record.ended_on is not None
    return record.cancelled_at is not None if isinstance(record, Order) else bool(record.state)


def _told(archive: "Archive", record: Openable) -> tuple[str, Facts]:
    """What tells a record from others of its customer, as a line and as data."""
    from crmkit.labels import word

    facts = _facts(archive, record)
    return "  ".join(filter(None, (word(one) if isinstance(one, Code) else one for one in facts.values()))), facts


def _facts(archive: "Archive", record: Openable) -> Facts:
    if isinstance(record, Callback):
        return {
            "id": record.id, "due_at": f"{record.due_at:%Y-%m-%d %H:%M}", "purpose": Code(record.purpose),
            "reason": Code(record.reason), "state": Code(record.state), "owner": record.owner,
        }  # fmt: skip
    if isinstance(record, Visit):
        return {
            "id": record.id, "begins_at": f"{record.begins_at:%Y-%m-%d %H:%M}", "purpose": VisitPurpose(record.purpose),
            "state": Code(record.state), "by": record.by,
        }  # fmt: skip
    if isinstance(record, Order):
        stands = ledger_of(archive, record).account
        items = ", ".join(item.name or item.product for item in record.items)
        return {
            "id": record.id, "ordered_on": f"{record.ordered_on}", "items": items,
            "state": Code(stands.state, "order-"), "balance": in_yuan(stands.balance or 0),
        }  # fmt: skip
    if isinstance(record, Complaint):
        return {"id": record.id, "received_at": f"{record.received_at:%Y-%m-%d %H:%M}", "facts": record.facts}
    if isinstance(record, Ticket):
        said = record.symptom or record.fault
        return {"id": record.id, "reported_at": f"{record.reported_at:%Y-%m-%d %H:%M}", "symptom": said}
    if isinstance(record, Plan):
        return {"id": record.id, "mode": Code(record.mode, "mode-"), "starts_on": f"{record.starts_on}"}
    if isinstance(record, Card):
        return {
            "id": record.id, "number": record.number, "product": record.product, "serial": record.serial,
            "state": Code(record.state),
        }  # fmt: skip
    event = archive.get(Event, record.event_id)
    return {
        "id": record.id, "number": record.number, "event": event.name or event.code,
        "starts_at": f"{event.starts_at:%Y-%m-%d %H:%M}", "state": Code(record.state or record.answer),
    }  # fmt: skip
