"""Returns (退货): what comes back of an order, and the refund for it (docs.md: Orders).

A return may be within the no-reason window or after it; which one is recorded, since after it the seller may refuse.
The value of a unit follows from what was charged: an equal share in whole fen, the last unit of a product takes the
rest, so that all shares add up to the charge.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from crmkit.core import fields
from crmkit.core.accounts import Ledger, return_until, unit_of, units_kept
from crmkit.core.calendar.hours import Calendar
from crmkit.core.run import Run
from crmkit.core.selling.orders import must_stand, owed_notes
from crmkit.core.selling.payments import unpriced
from crmkit.core.selling.pricing import read_item
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.card import Card
from crmkit.records.change import Change
from crmkit.records.order import Order, Return, ReturnedItem


def read_units(order: Order, texts: Iterable[str]) -> dict[str, int]:
    """How many of which product (`accounts.unit_of`), typed as `CODE:QTY`, code or name; a code alone is one unit.

    Raises InvalidError, also for what the order does not have.
    """
    units: dict[str, int] = {}
    for text in texts:
        wanted = read_item(text)
        if wanted.price is not None:
            raise InvalidError(
                _("{value} names a price").format(value=text), _("what comes back is worth what was charged for it")
            )
        named = wanted.product.casefold()
        found = [item for item in order.items if named in (item.product.casefold(), item.name.casefold())]
        if not found:
            raise InvalidError(
                _("order {id} has no {product}").format(id=order.id, product=wanted.product),
                _("it has: {products}").format(
                    products=", ".join(dict.fromkeys(unit_of(item) for item in order.items))
                ),
            )
        unit = unit_of(found[0])
        units[unit] = units.get(unit, 0) + wanted.quantity
    return units


def take_back(
    run: Run, calendar: Calendar, ledger: Ledger, units: Mapping[str, int], reason: str, asked_at: datetime,
    cards: Iterable[Card] = (),
) -> Change:  # fmt: skip
    """A return of `units` (how many of which product, by `accounts.unit_of`); none named = everything left.

    `cards` are the customer's: those that still stand for a returned product are pointed out. Raises InvalidError for
    more than was sold less what came back, after the window without a reason, at a time before
    the order or still to come, and where the total is not known.
    """
    order = ledger.order
    must_stand(order)
    if order.total is None:
        raise unpriced(order)
    last = return_until(run, calendar, order)
    within = asked_at.date() <= last
    _check_time(run, order, asked_at)
    if not within and not reason.strip():
        raise InvalidError(
            _("the no-reason window of {id} ended on {day}").format(id=order.id, day=last), _("say why: --reason TEXT")
        )
    items = _items(ledger, units)
    back = Return(
        id=run.id_for(Return),
        customer=order.customer,
        order=order.id,
        asked_at=asked_at,
        items=items,
        reason=fields.text(reason),
        within=within,
        by=run.by,
    )
    after = Ledger(order, ledger.payments, (*ledger.returns, back))
    refund = after.account.refund_owed - ledger.account.refund_owed
    late = (_("asked for after the no-reason window, which ended on {day}").format(day=last),) if not within else ()
    return Change(
        puts=(msgspec.structs.replace(back, refund=refund),),
        ids=(back.id,),
        counts={"returned": 1, "units": sum(item.quantity for item in items)},
        notes=(*late, *owed_notes(after), *_card_notes(items, cards)),
    )


def goods_back(run: Run, back: Return, day: date) -> Change:
    """The goods of a return are here since `day`. Raises InvalidError for a day before it was asked for or to come."""
    if back.goods_back_on not in (None, day):
        raise InvalidError(_("the goods of {id} came back on {day} already").format(id=back.id, day=back.goods_back_on))
    if not back.asked_at.date() <= day <= run.now.date():
        raise InvalidError(
            _("back on {day}: the return was asked for on {asked}, and today is {today}").format(
                day=day, asked=back.asked_at.date(), today=run.now.date()
            )
        )
    arrived = msgspec.structs.replace(back, goods_back_on=day)
    return Change(puts=(arrived,), ids=(back.id,), counts={"goods-back": int(arrived != back)})


def share(amount: int, quantity: int, units: int) -> int:
    """What the first `units` of `quantity` units are worth that cost `amount` fen together: the last one takes the
    rest.
    """
    return amount if units >= quantity else amount // quantity * units


def _items(ledger: Ledger, units: Mapping[str, int]) -> tuple[ReturnedItem, ...]:
    order = ledger.order
    left = units_kept(order, ledger.returns)
    wanted = dict(units) or {unit: n for unit, n in left.items() if n}
    if not wanted:
        raise InvalidError(_("nothing of order {id} is left to come back").format(id=order.id))
    items = []
    for unit, quantity in wanted.items():
        lines = [item for item in order.items if unit_of(item) == unit]
        if not lines:
            raise InvalidError(
                _("order {id} has no {product}").format(id=order.id, product=unit),
                _("it has: {products}").format(
                    products=", ".join(dict.fromkeys(unit_of(item) for item in order.items))
                ),
            )
        if quantity > left[unit]:
            raise InvalidError(
                _("{quantity} of {product} cannot come back: {left} are left of order {id}").format(
                    quantity=quantity, product=unit, left=left[unit], id=order.id
                )
            )
        sold = sum(line.quantity for line in lines)
        charged = sum(line.amount or 0 for line in lines)
        gone = sold - left[unit]
        worth = share(charged, sold, gone + quantity) - share(charged, sold, gone)
        items.append(
            ReturnedItem(product=lines[0].product, name=lines[0].name, quantity=quantity, amount=worth)
        )  # fmt: skip
    return tuple(items)


def _check_time(run: Run, order: Order, asked_at: datetime) -> None:
    if asked_at > run.now or asked_at.date() < order.ordered_on:
        raise InvalidError(
            _("a return asked for on {day}: the order is of {ordered}, and today is {today}").format(
                day=asked_at.date(), ordered=order.ordered_on, today=run.now.date()
            )
        )


def _card_notes(items: Iterable[ReturnedItem], cards: Iterable[Card]) -> tuple[str, ...]:
    products = {item.product for item in items}
    return tuple(
        _("card {number} stands for {product}; if that unit came back: crmkit card void {number} --reason TEXT").format(
            number=card.number, product=card.product
        )
        for card in cards
        if not card.state and card.product in products
    )
