"""Payments for an order, and refunds of what was paid above what is owed.

See docs.md: Orders.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from crmkit.core import fields
from crmkit.core.accounts import Ledger
from crmkit.core.run import Run
from crmkit.errors import InvalidError, RepeatError
from crmkit.i18n import _
from crmkit.records.change import Change
from crmkit.records.order import METHODS, Order, Payment, Return

READERS: dict[str, fields.Reader] = {
    "amount": fields.yuan,
    "method": fields.choice(*METHODS, family="pay-"),
    "receipt": fields.text,
    "note": fields.text,
}


class Tender(NamedTuple):
    """What is handed over."""

    amount: int  # fen
    at: datetime
    method: str = ""  # one of METHODS
    receipt: str = ""  # number of the receipt, as typed
    counted: bool = False  # counted in the customer's presence
    note: str = ""


def read_tender(run: Run, typed: Mapping[str, str], at: datetime, *, counted: bool) -> Tender:
    """What was typed of a payment made `at`. InvalidError names the field that cannot be read, or a time to come."""
    if at > run.now:
        raise InvalidError(
            _("{at:%Y-%m-%d %H:%M} is still to come").format(at=at), _("write a payment down once it is made")
        )
    read = {name: fields.read(name, text, READERS) for name, text in typed.items()}
    if read["amount"] == 0:
        raise InvalidError(_("a payment of 0.00 is none"))
    return Tender(at=at, counted=counted, **read)


def at_once(
    run: Run, order: Order, typed: Mapping[str, str], at: datetime, *, deposit: str, pay: str, counted: bool
) -> Tender | None:  # fmt: skip
    """What is paid when `order` is placed: a `deposit`, or `pay` (yuan as typed); by terms "full" all of it.

    None where nothing is paid. Raises InvalidError as `read_tender` does, for both amounts at once, and for a method
    or a receipt without an amount.
    """
    if deposit and pay:
        raise InvalidError(_("either a deposit or a payment: both say what is paid now"))
    amount = deposit or pay or (fields.in_yuan(order.total) if order.terms == "full" and order.total else "")
    if amount:
        return read_tender(run, {"amount": amount, **typed}, at, counted=counted)
    if any(typed.values()) or counted:
        raise InvalidError(_("a payment without an amount"), _("say what is paid: --pay YUAN or --deposit YUAN"))
    return None


def pay(run: Run, ledger: Ledger, tender: Tender, same_receipt: Collection[Payment] = ()) -> Change:
    """A payment for an order. Raises InvalidError above the balance, before the order, or where its total is not known.

    `same_receipt` are the payments with the same receipt number: one of this order is a RepeatError, one of another
    order makes a note.
    """
    order, balance = ledger.order, ledger.account.balance
    _check_day(order, tender)
    _check_receipt(order, "payment", same_receipt)
    if balance is None:
        raise unpriced(order)
    if tender.amount > balance:
        raise InvalidError(
            _("{amount} is more than the balance of {id}, {balance}").format(
                amount=fields.in_yuan(tender.amount), id=order.id, balance=fields.in_yuan(balance)
            ),
            _("crmkit order show {id}").format(id=order.id),
        )
    made = payment_of(run, order, "payment", tender)
    notes = receipt_notes(tender, same_receipt)
    return Change(puts=(made,), ids=(made.id,), counts={"paid": 1}, notes=notes)


def refund(
    run: Run, ledger: Ledger, tender: Tender, returned: Return | None, same_receipt: Collection[Payment] = ()
) -> Change:  # fmt: skip
    """Money paid back, for the return `returned` or at large. Raises InvalidError above what is owed to the customer,
    and before the order.

    `same_receipt` as for `pay`.
    """
    order, owed = ledger.order, ledger.account.refund_owed
    _check_day(order, tender)
    _check_receipt(order, "refund", same_receipt)
    if tender.amount > owed:
        raise InvalidError(
            _("{amount} is more than is to be paid back for {id}, {owed}").format(
                amount=fields.in_yuan(tender.amount), id=order.id, owed=fields.in_yuan(owed)
            ),
            _("first write down what comes back: crmkit order return {id} --item CODE:QTY").format(id=order.id),
        )
    if returned is not None and returned.order != order.id:
        raise InvalidError(
            _("return {id} belongs to another order, {order}").format(id=returned.id, order=returned.order)
        )
    made = payment_of(run, order, "refund", tender, returned.id if returned else "")
    notes = receipt_notes(tender, same_receipt)
    return Change(puts=(made,), ids=(made.id,), counts={"refunded": 1}, notes=notes)


def payment_of(run: Run, order: Order, what: str, tender: Tender, returned: str = "") -> Payment:
    """The record of a `tender` for `order`; `what` is one of PAYMENTS."""
    return Payment(
        id=run.id_for(Payment),
        customer=order.customer,
        order=order.id,
        at=tender.at,
        amount=tender.amount,
        what=what,
        method=tender.method,
        receipt=tender.receipt,
        counted=tender.counted,
        by=run.by,
        returned=returned,
        note=tender.note,
    )


def receipt_notes(tender: Tender, same_receipt: Iterable[Payment]) -> tuple[str, ...]:
    """A note where the receipt number was used before."""
    return tuple(
        _("receipt {number} was given before: {amount} on {day}, order {id}").format(
            number=tender.receipt, amount=fields.in_yuan(one.amount), day=one.at.date(), id=one.order
        )
        for one in same_receipt
    )


def unpriced(order: Order) -> InvalidError:
    """The error for an order that cannot be settled before its total is known."""
    return InvalidError(
        _("the total of {id} is not known").format(id=order.id),
        _("state it first: crmkit order edit {id} --set total=YUAN").format(id=order.id),
    )


def _check_receipt(order: Order, what: str, same_receipt: Iterable[Payment]) -> None:
    # one receipt is for one payment; a refund may quote the receipt of the payment that it gives back
    for one in same_receipt:
        if one.order == order.id and one.what == what:
            raise RepeatError(
                _("receipt {number} of order {id} is written down already: {amount} on {day}, {payment}").format(
                    number=one.receipt, id=order.id, amount=fields.in_yuan(one.amount), day=one.at.date(),
                    payment=one.id,
                ),
                _("another payment has a receipt of its own"),
            )  # fmt: skip


def _check_day(order: Order, tender: Tender) -> None:
    if tender.at.date() < order.ordered_on:
        raise InvalidError(
            _("paid on {day}, before it was ordered on {ordered}").format(
                day=tender.at.date(), ordered=order.ordered_on
            ),
            _("one of the two dates is wrong"),
        )
