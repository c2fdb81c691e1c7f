"""Everything that happened with one customer, and what is planned, in the order of time (docs.md: Customers)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from crmkit.core.fields import in_yuan
from crmkit.core.wording import why
from crmkit.i18n import _, in_language
from crmkit.labels import of_step
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Decision,
    Event,
    Invitation,
    Merge,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Record,
    Return,
    Step,
    Ticket,
    Touch,
    Visit,
)
from crmkit.records.step import MONEY

Label = Callable[[str], str]  # puts a code into words


class Entry(NamedTuple):
    """One line of the timeline."""

    at: datetime
    kind: str  # touch, recheck, call, callback, assignment, visit, invitation, order, payment ...
    id: str  # of the record
    what: str  # happened or is planned, in the operator's language
    by: str  # staff code


@dataclass(frozen=True)
class Names:
    """What ids and codes stand for, so that lines can be read."""

    label: Label
    zone: tzinfo | None  # of mere days
    products: Mapping[str, Product] = field(default_factory=dict)  # by code
    events: Mapping[str, Event] = field(default_factory=dict)  # by id


def timeline(records: Iterable[Record], names: Names) -> list[Entry]:
    """The records of one customer as lines, the newest first, what is planned before all that happened.

    A finished callback is told by its call; records that tell nothing by themselves are left out.
    """
    entries = (entry for record in records for entry in _line_of(record)(record, names))
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)


def _touch(touch: Touch, names: Names) -> Iterator[Entry]:
    given = _("name given: {name}").format(name=touch.name_given) if touch.name_given else ""
    words = _said(names.label(touch.source), touch.site, names.label(touch.outcome), given, touch.note)
    yield Entry(touch.at, "touch", touch.id, words, touch.collector)


def _recheck(check: PhoneCheck, names: Names) -> Iterator[Entry]:
    yield Entry(check.at, "recheck", check.id, _said(names.label(check.result), check.answer), check.by)


def _call(call: Call, names: Names) -> Iterator[Entry]:
    length = f"{call.duration // 60}:{call.duration % 60:02}" if call.duration is not None else ""
    words = _said(
        names.label(call.direction or "out"),
        names.label(call.outcome),
        length,
        names.label(call.mood),
        call.note,
        *(_("objection: {text}").format(text=text) for text in call.objections),
        _("promised: {text}").format(text=call.promise) if call.promise else "",
        _("next: {text}").format(text=call.next) if call.next else "",
    )
    yield Entry(call.at, "call", call.id, words, call.by)


def _callback(callback: Callback, names: Names) -> Iterator[Entry]:
    if callback.state == "done":
        return
    reason = "" if callback.plan else callback.reason
    words = _said(
        names.label(callback.purpose), reason, names.label(callback.state or "open"), names.label(callback.closing)
    )
    yield Entry(callback.due_at, "callback", callback.id, words, callback.owner)


def _assignment(move: Assignment, names: Names) -> Iterator[Entry]:
    words = _said(f"{move.before or '-'} → {move.to or '-'}", names.label(move.how), in_language(why(move)))
    yield Entry(move.at, "assignment", move.id, words, move.by)


def _visit(visit: Visit, names: Names) -> Iterator[Entry]:
    words = _said(
        names.label(visit.purpose),
        names.label(visit.state or "open"),
        visit.outcome,
        _("late: {text}").format(text=visit.late) if visit.late else "",
        names.label(visit.reason),
    )
    yield Entry(visit.started_at or visit.begins_at, "visit", visit.id, words, visit.by)


def _invitation(invitation: Invitation, names: Names) -> Iterator[Entry]:
    event = names.events.get(invitation.event_id)
    at = event.starts_at if event else invitation.created_at
    if at is None:
        return
    words = _said(
        (event.name or event.code) if event else "",
        invitation.number,
        names.label(_answered(invitation)),
        _("with {n}").format(n=invitation.companions) if invitation.companions else "",
        invitation.reason,
    )
    yield Entry(at, "invitation", invitation.id, words, invitation.by)


def _answered(invitation: Invitation) -> str:
    if invitation.state or invitation.attended_at is not None:
        return invitation.state or "attended"
    return invitation.answer or ("delivered" if invitation.delivered_at is not None else "invited")


def _order(order: Order, names: Names) -> Iterator[Entry]:
    cancelled = names.label("cancelled") if order.cancelled_at is not None else ""
    total = _yuan(order.total) if order.total is not None else ""
    words = _said(_items(order.items, names), total, cancelled, order.reason, order.note)
    yield Entry(_start(order.ordered_on, names), "order", order.id, words, order.by)


def _payment(payment: Payment, names: Names) -> Iterator[Entry]:
    method = names.label(f"pay-{payment.method}") if payment.method else ""
    words = _said(_yuan(payment.amount), method, payment.receipt, payment.note)
    yield Entry(payment.at, payment.what, payment.id, words, payment.by)


def _return(back: Return, names: Names) -> Iterator[Entry]:
    words = _said(_items(back.items, names), back.reason, _yuan(back.refund) if back.refund else "")
    yield Entry(back.asked_at, "return", back.id, words, back.by)


def _card(card: Card, names: Names) -> Iterator[Entry]:
    product = names.products.get(card.product)
    at = card.created_at or (_start(card.bought_on, names) if card.bought_on else None)
    if at is not None:
        words = _said(card.number, (product and product.name) or card.product, names.label(card.state), card.reason)
        yield Entry(at, "card", card.id, words, card.issued_by)


def _message(message: Message, names: Names) -> Iterator[Entry]:
    words = _said(names.label(message.channel), message.occasion, message.text)
    yield Entry(message.at, "message", message.id, words, message.by)


def _note(note: Note, names: Names) -> Iterator[Entry]:
    yield Entry(note.at, "note", note.id, _said(note.text), note.by)


def _ticket(ticket: Ticket, names: Names) -> Iterator[Entry]:
    product = names.products.get(ticket.product)
    words = _said(
        (product and product.name) or ticket.product,
        ticket.fault,
        ticket.symptom,
        names.label(f"report-{ticket.how}") if ticket.how else "",
    )
    yield Entry(ticket.reported_at, "ticket", ticket.id, words, ticket.by)


def _complaint(complaint: Complaint, names: Names) -> Iterator[Entry]:
    yield Entry(complaint.received_at, "complaint", complaint.id, _said(complaint.facts, complaint.wish), complaint.by)


def _plan(plan: Plan, names: Names) -> Iterator[Entry]:
    words = _said(
        names.label(f"mode-{plan.mode}"), " ".join(plan.every), _yuan(plan.paid) if plan.paid else "", plan.note
    )
    yield Entry(plan.created_at or _start(plan.starts_on, names), "plan", plan.id, words, plan.by)


def _step(step: Step, names: Names) -> Iterator[Entry]:
    amounts = (_yuan(step.numbers[name]) for name in MONEY if step.numbers.get(name))
    words = _said(names.label(f"step-{step.what}"), *of_step(step.codes), *amounts, step.note)
    yield Entry(step.at, "step", step.id, words, step.by)


def _decision(decision: Decision, names: Names) -> Iterator[Entry]:
    words = _said(names.label(decision.verdict), f"{decision.a} {decision.b}", decision.note)
    yield Entry(decision.at, "decision", decision.id, words, decision.by)


def _merge(merge: Merge, names: Names) -> Iterator[Entry]:
    words = _("{loser} merged into {survivor}").format(loser=merge.loser, survivor=merge.survivor)
    yield Entry(merge.at, "merge", merge.id, words, merge.by)
    if merge.split_at is not None:
        words = _("{loser} and {survivor} are apart again").format(loser=merge.loser, survivor=merge.survivor)
        yield Entry(merge.split_at, "merge", merge.id, words, "")


Line = Callable[[Any, Names], Iterator[Entry]]

# Every record type of OF_CUSTOMERS; None for one that tells nothing by itself.
LINES: Mapping[type[Record], Line | None] = {
    Touch: _touch,
    PhoneCheck: _recheck,
    Call: _call,
    Callback: _callback,
    Assignment: _assignment,
    Visit: _visit,
    Invitation: _invitation,
    Order: _order,
    Payment: _payment,
    Return: _return,
    Card: _card,
    Message: _message,
    Note: _note,
    Ticket: _ticket,
    Plan: _plan,
    Step: _step,
    Complaint: _complaint,
    Decision: _decision,
    Merge: _merge,
}
TOLD = tuple(record_type for record_type, line in LINES.items() if line)  # the record types that a timeline is made of


def _line_of(record: Record) -> Line:
    return LINES.get(type(record)) or (lambda _record, _names: iter(()))


def _said(*parts: str) -> str:
    return " · ".join(" ".join(part.split()) for part in parts if part)


def _items(items: Iterable[Any], names: Names) -> str:
    """What was bought or came back: `Herbal tea × 3, HX1 × 1`."""
    found = [(item, names.products.get(item.product)) for item in items]
    named = [(item.name or (product and product.name) or item.product, item.quantity) for item, product in found]
    return ", ".join(f"{name} × {quantity}" for name, quantity in named)


def _yuan(fen: int) -> str:
    return _("{amount} yuan").format(amount=in_yuan(fen))


def _start(day: date, names: Names) -> datetime:
    return datetime.combine(day, time(), names.zone)
