"""Orders (订单): placed, edited, sent, delivered, cancelled (docs.md: Orders).

Payments are in `payments`, what comes back in `returns`, how an order stands in `accounts`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec

from crmkit.core import fields
from crmkit.core.accounts import Ledger
from crmkit.core.calendar.dates import parse_day
from crmkit.core.run import Run
from crmkit.core.selling.payments import Tender, payment_of, receipt_notes
from crmkit.core.visits import visits
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.change import Change
from crmkit.records.customer import Customer
from crmkit.records.order import RISKS, TERMS, Order, OrderItem, Payment
from crmkit.records.visit import Visit


def readers(run: Run) -> dict[str, fields.Reader]:
    """The readers of the fields that `order edit` sets and `order add` takes; days as people type them."""

    def day(text: str) -> date:
        return parse_day(text, run.now)

    return {
        "channel": fields.text, "invoice": fields.flag, "risk": fields.choice(*RISKS), "risk_sign": fields.text,
        "address": fields.text, "note": fields.text, "terms": fields.choice(*TERMS), "ordered_on": day,
        "expected_on": day, "sent_on": day, "delivered_on": day, "total": fields.yuan,
    }  # fmt: skip


def draft(
    run: Run, customer: Customer, items: tuple[OrderItem, ...], typed: Mapping[str, str], event_id: str = ""
) -> Order:  # fmt: skip
    """An order for `items` from what was typed, by field; empty values are left out. Raises InvalidError."""
    if not items:
        raise InvalidError(_("an order needs at least one item"), _("add --item CODE:QTY"))
    read: dict[str, Any] = {name: fields.read(name, text, readers(run)) for name, text in typed.items() if text.strip()}
    order = Order(
        id=run.id_for(Order),
        customer=customer.id,
        items=items,
        total=sum(item.amount for item in items if item.amount is not None),
        event_id=event_id,
        by=run.by,
        **{"ordered_on": run.now.date(), **read},
    )
    check_days(order, run.now.date())
    return order


def place(
    run: Run, customer: Customer, order: Order, tender: Tender | None = None, same_receipt: Iterable[Payment] = ()
) -> Change:  # fmt: skip
    """`order` as it is placed, with what is paid at once; the customer becomes a buyer.

    Where its terms are not said, they follow from the payment: all of it, or a deposit. Raises InvalidError where
    the payment is above the total or does not fit the terms. `same_receipt` as for `payments.pay`.
    """
    total = order.total or 0
    paid = tender.amount if tender else 0
    if paid > total:
        raise InvalidError(
            _("{paid} is more than the total, {total}").format(paid=fields.in_yuan(paid), total=fields.in_yuan(total))
        )
    terms = order.terms or ("" if not paid else "full" if paid == total else "deposit")
    misfits = {"full": paid < total, "deposit": not paid, "collection": paid > 0}
    if misfits.get(terms):
        raise InvalidError(
            _("terms {terms} do not fit {paid} paid of {total}").format(
                terms=terms, paid=fields.in_yuan(paid), total=fields.in_yuan(total)
            ),
            _("full: all is paid at once; deposit: a part of it; collection: nothing yet"),
        )
    puts: list[Order | Payment | Customer] = [msgspec.structs.replace(order, terms=terms)]
    if tender:
        puts.append(payment_of(run, order, "payment", tender))
    if customer.stage != "buyer":
        puts.append(msgspec.structs.replace(customer, stage="buyer"))
    notes = receipt_notes(tender, same_receipt) if tender else ()
    return Change(puts=tuple(puts), ids=(order.id,), counts={"added": 1}, notes=notes)


def edit(run: Run, order: Order, sets: Iterable[str], unsets: Iterable[str]) -> Change:
    """`order` with fields changed. The total can be stated only where it was not known, and has one item.

    Raises InvalidError.
    """
    unsets = tuple(unsets)
    changed = fields.assign(order, sets, unsets, readers(run))
    if changed.risk_sign != order.risk_sign or "risk_sign" in unsets:
        changed = msgspec.structs.replace(changed, signs=())  # they are shown as one
    if changed.total != order.total:
        if order.total is not None or len(order.items) != 1:
            raise InvalidError(
                _("the total of {id} is the sum of its items").format(id=order.id),
                _("undo the order, or cancel it and place it anew"),
            )
        item = msgspec.structs.replace(order.items[0], amount=changed.total)
        changed = msgspec.structs.replace(changed, items=(item,))
    check_days(changed, run.now.date())
    return Change(puts=(changed,), ids=(order.id,), counts={"updated": int(changed != order)})


def send(run: Run, order: Order, day: date, expected: date | None) -> Change:
    """The goods are on their way since `day`. Raises InvalidError, also where they were sent on another day."""
    must_stand(order)
    _check_expected(expected, day)
    _once(order, "sent_on", day, _("order {id} was sent on {day} already"))
    sent = msgspec.structs.replace(order, sent_on=day, expected_on=expected or order.expected_on)
    check_days(sent, run.now.date())
    return Change(puts=(sent,), ids=(order.id,), counts={"sent": int(sent != order)})


def deliver(run: Run, order: Order, day: date) -> Change:
    """The customer has the goods since `day`: the no-reason window begins. Raises InvalidError as `send` does."""
    must_stand(order)
    _once(order, "delivered_on", day, _("order {id} was delivered on {day} already"))
    delivered = msgspec.structs.replace(order, delivered_on=day)
    check_days(delivered, run.now.date())
    return Change(puts=(delivered,), ids=(order.id,), counts={"delivered": int(delivered != order)})


def cancel(run: Run, ledger: Ledger, reason: str, planned: Iterable[Visit] = ()) -> Change:
    """The order is cancelled: what was paid is to be refunded; the `planned` visits about it are cancelled.

    Raises InvalidError without a reason, and for an order that was delivered, came back in part, or is cancelled.
    """
    order = ledger.order
    must_stand(order)
    if order.delivered_on is not None or ledger.returns:
        raise InvalidError(
            _("goods of order {id} are with the customer already").format(id=order.id),
            _("what comes back is a return: crmkit order return {id} --all").format(id=order.id),
        )
    if not reason.strip():
        raise InvalidError(_("an order is cancelled only with a reason"), _('say why: --reason "changed her mind"'))
    gone = msgspec.structs.replace(order, cancelled_at=run.now, reason=fields.text(reason))
    called_off = [visits.cancel(run, visit, gone.reason) for visit in planned if visits.state_of(visit) == "open"]
    return Change(
        puts=(gone, *(put for change in called_off for put in change.puts)),
        ids=(order.id,),
        counts={"cancelled": 1, "visits": len(called_off)},
        notes=owed_notes(Ledger(gone, ledger.payments, ledger.returns)),
    )


def appointed(visit: Visit, order: Order) -> Change:
    """`order` with its collection time set by `visit`, or cleared where the visit was cancelled."""
    if visit.purpose != "collection":
        return Change()
    if visit.state in ("cancelled", "missed"):
        agreed = None if order.collect_at == visit.begins_at else order.collect_at
    else:
        agreed = visit.begins_at
    return Change(puts=(msgspec.structs.replace(order, collect_at=agreed),)) if agreed != order.collect_at else Change()


def handed_over(run: Run, visit: Visit, order: Order) -> Change:
    """The order of a finished delivery visit is delivered on that day, unless it was before.

    Raises InvalidError as `deliver` does.
    """
    if visit.purpose != "delivery" or visit.finished_at is None or order.delivered_on is not None:
        return Change()
    day = visit.finished_at.astimezone(run.now.tzinfo).date()
    delivered = deliver(run, order, day)
    note = _("order {id} is delivered since {day}").format(id=order.id, day=day)
    return msgspec.structs.replace(delivered, ids=(), notes=(*delivered.notes, note))


def owed_notes(ledger: Ledger) -> tuple[str, ...]:
    """A note where something is to be refunded."""
    owed = ledger.account.refund_owed
    if not owed:
        return ()
    return (
        _("{amount} is to be paid back: crmkit order refund {id} --amount {amount}").format(
            amount=fields.in_yuan(owed), id=ledger.order.id
        ),
    )


def must_stand(order: Order) -> None:
    """Raises InvalidError for a cancelled order."""
    if order.cancelled_at is not None:
        raise InvalidError(
            _("order {id} was cancelled on {day}: {reason}").format(
                id=order.id, day=order.cancelled_at.date(), reason=order.reason
            )
        )


def check_days(order: Order, today: date) -> None:
    """Raises InvalidError where the days of an order are still to come, or do not follow one another."""
    named = (
        (_("ordered"), order.ordered_on), (_("sent"), order.sent_on), (_("delivered"), order.delivered_on),
    )  # fmt: skip
    known = [(what, day) for what, day in named if day is not None]
    for what, day in known:
        if day > today:
            raise InvalidError(
                _("{what} on {day}, which is after today, {today}").format(what=what, day=day, today=today),
                _("--expected DATE says when goods should arrive"),
            )
    for (before, first), (after, second) in pairwise(known):
        if second < first:
            raise InvalidError(
                _("{after} on {second}, before it was {before} on {first}").format(
                    after=after, second=second, before=before, first=first
                ),
                _("one of the two dates is wrong"),
            )
    _check_expected(order.expected_on, order.ordered_on)


def _check_expected(expected: date | None, leaves: date) -> None:
    """Raises InvalidError where goods that leave on the day `leaves` should arrive before it."""
    if expected is not None and expected < leaves:
        raise InvalidError(
            _("expected on {expected}, before they leave on {day}").format(expected=expected, day=leaves),
            _("one of the two dates is wrong"),
        )


def _once(order: Order, field: str, day: date, sentence: str) -> None:
    """Raises InvalidError where `field` holds another day than `day`."""
    present = getattr(order, field)
    if present not in (None, day):
        raise InvalidError(
            sentence.format(id=order.id, day=present),
            _("correct it: crmkit order edit {id} --set {field}={day}").format(id=order.id, field=field, day=day),
        )
