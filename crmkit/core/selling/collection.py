"""Collecting a balance at home: phone and address confirmed, then the appointment.

See docs.md: Repeats, Orders.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from crmkit.core import fields
from crmkit.core.accounts import Ledger
from crmkit.core.collecting import recheck
from crmkit.core.people import addresses
from crmkit.core.run import Run
from crmkit.core.selling.orders import must_stand
from crmkit.core.values import plain
from crmkit.core.visits import visits
from crmkit.core.wording import risk_sign
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.change import Change, together
from crmkit.records.customer import Customer
from crmkit.records.order import Order, Payment, Sign
from crmkit.records.visit import Visit


def confirm(run: Run, customer: Customer, order: Order, phone: str, address: str) -> Change:
    """Phone and address as the customer said them again, compared with what is on file.

    Both the same: the order is confirmed. Else it is not, and the difference is noted as a sign of risk (at least
    medium). The answer on the phone is recorded as a recheck (`recheck.answer`). Where no address is on file, the one
    said is used. Raises InvalidError where one of the two was not said, or the file has no number.
    """
    must_stand(order)
    said = fields.text(address)
    if not said:
        raise InvalidError(_("no address was said"), _("ask for both: --phone NUMBER --address TEXT"))
    known = order.address or customer.address
    asked = recheck.answer(run, customer, phone)
    signs = []
    if "match" not in asked.counts:
        signs.append(Sign(about="phone", said=fields.text(phone)))
    if known and not same_address(known, said):
        signs.append(Sign(about="address", said=said, known=known))
    if signs:
        doubted = msgspec.structs.replace(
            order, confirmed_at=None, risk=_at_least_medium(order.risk),
            signs=tuple(dict.fromkeys((*order.signs, *signs))),
        )  # fmt: skip
        told = risk_sign(msgspec.structs.replace(order, risk_sign="", signs=tuple(signs))).shown
        note = _("order {id} is not confirmed: {signs}").format(id=order.id, signs=told)
        answer = Change(puts=(doubted,), counts={"confirmed": 0}, notes=(note,))
    else:
        confirmed = msgspec.structs.replace(order, confirmed_at=run.now, address=known or said)
        answer = Change(puts=(confirmed,), counts={"confirmed": 1})
    return msgspec.structs.replace(together(answer, asked), ids=(order.id,))


def collect(
    run: Run, ledger: Ledger, customer: Customer, begins: datetime, by: str, *,
    planned: Iterable[Visit] = (), others: Iterable[Visit] = (), anyway: bool = False, overlap: bool = False,
) -> Change:  # fmt: skip
    """The balance is to be collected from `begins` on: an appointment of `visit.minutes`, kept with the order.

    `by` goes, "" as `visits.agree` has it. `planned` are the visits about this order: one that was to collect its
    balance moves. `others` are the open visits of that day; `anyway` and `overlap` as for `visits.agree`. Raises
    InvalidError where nothing is to be collected, and as `visits.agree` does.
    """
    order, balance = ledger.order, ledger.account.balance
    must_stand(order)
    if not balance:
        raise InvalidError(_("nothing is to be collected for {id}").format(id=order.id))
    window = visits.Window(begins, begins + timedelta(minutes=run.settings.visit.minutes))
    present = next((one for one in planned if one.purpose == "collection" and visits.state_of(one) == "open"), None)
    if present is not None:
        visit = visits.move(run, present, window, others=others, anyway=anyway, overlap=overlap)
    else:
        visit = visits.agree(
            run, customer, window, "collection",
            by=by, about=order.id, address=order.address, others=others, anyway=anyway, overlap=overlap,
        )  # fmt: skip
        unless_confirmed = [msgspec.structs.replace(put, confirmed_at=order.confirmed_at) for put in visit.puts]
        visit = msgspec.structs.replace(visit, puts=tuple(unless_confirmed))
    agreed = msgspec.structs.replace(order, collect_at=begins)
    unconfirmed = _("phone and address were not confirmed yet: crmkit order confirm {id} --phone NUMBER --address TEXT")
    notes = () if order.confirmed_at else (unconfirmed.format(id=order.id),)
    change = together(Change(puts=(agreed,), ids=(order.id,), notes=notes), visit)
    return msgspec.structs.replace(change, counts={"collections": 1})


def with_collection(
    run: Run, placed: Change, customer: Customer, begins: datetime, *,
    others: Iterable[Visit] = (), anyway: bool = False, overlap: bool = False,
) -> Change:  # fmt: skip
    """`placed`, a new order, together with the appointment to collect its balance; errors as `collect`."""
    order = next(put for put in placed.puts if isinstance(put, Order))
    payments = tuple(put for put in placed.puts if isinstance(put, Payment))
    ledger = Ledger(order, payments)
    if not ledger.account.balance:
        raise InvalidError(_("nothing is left to be collected: all of it is paid"))
    agreed = collect(run, ledger, customer, begins, "", others=others, anyway=anyway, overlap=overlap)
    rest = msgspec.structs.replace(placed, puts=tuple(put for put in placed.puts if put is not order))
    return msgspec.structs.replace(together(rest, agreed), ids=placed.ids, counts=placed.counts)


def same_address(a: str, b: str) -> bool:
    """Whether two spellings mean one home, as far as they are complete."""
    if plain(a) == plain(b):
        return True
    first, second = addresses.read(a), addresses.read(b)
    if first is None or second is None:
        return False
    how = addresses.compare(first, second)
    return how == "home" or (how == "building" and first.numbers == second.numbers)


def _at_least_medium(risk: str) -> str:
    return "high" if risk == "high" else "medium"
