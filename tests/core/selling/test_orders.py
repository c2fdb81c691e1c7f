"""Orders from placing to cancelling, with what is paid and what comes back (core/docs.md, "Orders")."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.accounts import Ledger, units_kept
from crmkit.core.cards.cards import promises
from crmkit.core.selling import orders, payments, returns
from crmkit.core.selling.payments import Tender
from crmkit.core.selling.returns import share
from crmkit.errors import InvalidError
from crmkit.records import Card, Customer, Order, Payment, Return, Visit
from crmkit.records.order import OrderItem
from tests.core.desk import CALENDAR, NOW, a_customer, a_run, at

RUN = a_run()
TODAY = NOW.date()
BUYER = a_customer()
KNEE = OrderItem(product="HX1", name="护膝", quantity=3, price=3334, discount=2, amount=10000)
TEA = OrderItem(product="CH2", name="茶", quantity=2, price=5000, amount=10000)


def draft(*items, **typed):
    return orders.draft(RUN, BUYER, items or (KNEE, TEA), typed)


def tender(amount, **fields):
    return Tender(amount, NOW, **fields)


def placed(*items, paid=0, **typed):
    change = orders.place(RUN, BUYER, draft(*items, **typed), tender(paid) if paid else None)
    return ledger_of(Ledger(change.puts[0]), change)


def ledger_of(ledger, change):
    """The ledger after a change."""
    one = {type(put): put for put in change.puts}
    return Ledger(
        one.get(Order, ledger.order),
        (*ledger.payments, *(put for put in change.puts if isinstance(put, Payment))),
        (*ledger.returns, *(put for put in change.puts if isinstance(put, Return))),
    )


def put_of(change, record_type):
    (found,) = (put for put in change.puts if isinstance(put, record_type))
    return found


# placing


def test_an_order_is_the_sum_of_its_items_and_makes_a_buyer():
    change = orders.place(RUN, BUYER, draft())
    order = put_of(change, Order)
    assert (order.total, order.ordered_on, order.by, order.terms) == (20000, TODAY, "LN", "")
    assert put_of(change, Customer).stage == "buyer"
    again = orders.place(RUN, msgspec.structs.replace(BUYER, stage="buyer"), draft())
    assert [type(put) for put in again.puts] == [Order]


@pytest.mark.parametrize(
    ("terms", "paid", "becomes"),
    [
        ("", 0, ""),
        ("", 20000, "full"),
        ("", 1, "deposit"),
        ("deposit", 20000, "deposit"),
        ("collection", 0, "collection"),
    ],
)
def test_terms_are_as_said_else_as_paid(terms, paid, becomes):
    assert placed(paid=paid, terms=terms).order.terms == becomes


@pytest.mark.parametrize(
    ("terms", "paid", "words"),
    [("", 20001, "more than the total"), ("full", 19999, "fit"), ("deposit", 0, "fit"), ("collection", 1, "fit")],
)
def test_a_payment_above_the_total_or_against_the_terms_is_refused(terms, paid, words):
    with pytest.raises(InvalidError, match=words):
        placed(paid=paid, terms=terms)


def test_an_order_without_items_or_with_impossible_days_is_refused():
    with pytest.raises(InvalidError, match="at least one item"):
        orders.draft(RUN, BUYER, (), {})
    with pytest.raises(InvalidError, match="after today"):
        draft(ordered_on="tomorrow")
    with pytest.raises(InvalidError, match="risk: "):
        draft(risk="huge")


# money


def test_a_payment_above_the_balance_is_refused_and_names_it():
    ledger = placed(paid=5000)
    with pytest.raises(InvalidError, match=r"150\.01 is more than the balance of .*, 150\.00"):
        payments.pay(RUN, ledger, tender(15001))
    assert ledger_of(ledger, payments.pay(RUN, ledger, tender(15000))).account.state == "paid"


def test_a_payment_before_the_order_is_refused():
    early = Tender(100, NOW - timedelta(days=1))
    for deed in (lambda: payments.pay(RUN, placed(), early), lambda: payments.refund(RUN, placed(), early, None)):
        with pytest.raises(InvalidError, match="before it was ordered"):
            deed()


def test_a_receipt_number_given_twice_is_said():
    first = put_of(payments.pay(RUN, placed(), tender(100, receipt="0042")), Payment)
    change = payments.pay(RUN, placed(), tender(100, receipt="0042"), [first])
    assert "0042 was given before" in change.notes[0]


def test_an_order_of_unknown_total_takes_no_payment_and_no_return_before_it_is_stated():
    order = Order(id="O2611-00000001", customer=BUYER.id, ordered_on=TODAY, items=(OrderItem(name="枕"),))
    with pytest.raises(InvalidError, match="not known"):
        payments.pay(RUN, Ledger(order), tender(100))
    with pytest.raises(InvalidError, match="not known"):
        returns.take_back(RUN, CALENDAR, Ledger(order), {}, "", NOW)
    stated = put_of(orders.edit(RUN, order, ["total=198"], ()), Order)
    assert (stated.total, stated.items[0].amount) == (19800, 19800)
    with pytest.raises(InvalidError, match="sum of its items"):
        orders.edit(RUN, stated, ["total=199"], ())


def test_only_what_is_owed_is_paid_back_and_for_a_return_of_this_order():
    ledger = placed(paid=20000)
    with pytest.raises(InvalidError, match=r"more than is to be paid back for .*, 0\.00"):
        payments.refund(RUN, ledger, tender(1), None)
    ledger = ledger_of(ledger, returns.take_back(RUN, CALENDAR, ledger, {"CH2": 1}, "", NOW))
    made = put_of(payments.refund(RUN, ledger, tender(5000), ledger.returns[0]), Payment)
    assert (made.what, made.amount, made.returned) == ("refund", 5000, ledger.returns[0].id)
    with pytest.raises(InvalidError, match="another order"):
        payments.refund(RUN, ledger, tender(1), msgspec.structs.replace(ledger.returns[0], order="O2611-other"))


@pytest.mark.parametrize("moment", [NOW + timedelta(minutes=1), NOW + timedelta(days=1)])
def test_a_payment_still_to_come_is_none(moment):
    with pytest.raises(InvalidError, match="still to come"):
        payments.read_tender(RUN, {"amount": "5"}, moment, counted=False)
    with pytest.raises(InvalidError, match=r"0\.00"):
        payments.read_tender(RUN, {"amount": "0"}, NOW, counted=False)


# returns


@given(st.integers(0, 10**6), st.integers(1, 30), st.data())
def test_shares_of_units_are_whole_fen_and_add_up(amount, quantity, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, quantity))) | {quantity})
    worth = [share(amount, quantity, b) - share(amount, quantity, a) for a, b in zip([0, *cuts], cuts, strict=False)]
    assert sum(worth) == amount
    assert min(worth) >= 0


def test_the_last_unit_takes_what_does_not_divide():
    ledger = placed(paid=20000)
    worth = []
    for _unit in range(3):
        change = returns.take_back(RUN, CALENDAR, ledger, {"HX1": 1}, "", NOW)
        worth.append(put_of(change, Return).refund)
        ledger = ledger_of(ledger, change)
    assert worth == [3333, 3333, 3334]
    with pytest.raises(InvalidError, match="0 are left"):
        returns.take_back(RUN, CALENDAR, ledger, {"HX1": 1}, "", NOW)


def test_everything_left_comes_back_where_nothing_is_named():
    ledger = placed(paid=5000)
    ledger = ledger_of(ledger, returns.take_back(RUN, CALENDAR, ledger, {"CH2": 1}, "", NOW))
    assert (ledger.account.balance, ledger.returns[0].refund) == (10000, 0)
    ledger = ledger_of(ledger, returns.take_back(RUN, CALENDAR, ledger, {}, "", NOW))
    assert {(item.product, item.quantity) for item in ledger.returns[1].items} == {("HX1", 3), ("CH2", 1)}
    account = ledger.account
    assert (account.state, account.balance, account.refund_owed, ledger.returns[1].refund) == (
        "returned",
        0,
        5000,
        5000,
    )


@pytest.mark.parametrize(("day", "within"), [("2026-11-13", True), ("2026-11-14", False)])
def test_the_window_is_kept_with_the_return_and_after_it_a_reason_is_needed(day, within):
    order = msgspec.structs.replace(placed().order, ordered_on=date(2026, 11, 2), delivered_on=date(2026, 11, 6))
    change = returns.take_back(RUN, CALENDAR, Ledger(order), {"HX1": 1}, "too hot", at(f"{day} 10:00"))
    assert put_of(change, Return).within is within
    assert any("no-reason window" in note for note in change.notes) is not within
    if not within:
        with pytest.raises(InvalidError, match="no-reason window"):
            returns.take_back(RUN, CALENDAR, Ledger(order), {"HX1": 1}, " ", at(f"{day} 10:00"))


@pytest.mark.parametrize("moment", [NOW - timedelta(days=1), NOW + timedelta(hours=1)])
def test_a_return_before_the_order_or_still_to_come_is_refused(moment):
    with pytest.raises(InvalidError, match="asked for on"):
        returns.take_back(RUN, CALENDAR, placed(), {}, "", moment)


def test_units_to_return_are_named_by_code_or_name_and_only_those_of_the_order():
    order = placed().order
    assert returns.read_units(order, ["hx1:2", "护膝", "茶:1"]) == {"HX1": 3, "CH2": 1}
    with pytest.raises(InvalidError, match="has no ZZ") as refused:
        returns.read_units(order, ["ZZ:1"])
    assert refused.value.hint == "it has: HX1, CH2"
    with pytest.raises(InvalidError, match="names a price"):
        returns.read_units(order, ["HX1:1@5"])


def test_cards_that_still_stand_for_what_came_back_are_pointed_out():
    card = Card(
        id="K2611-00000001", number="BJLN-26110001-X", customer=BUYER.id, product="HX1",
        promises=promises(RUN.settings.card),
    )  # fmt: skip
    others = [msgspec.structs.replace(card, product="CH2"), msgspec.structs.replace(card, state="void")]
    notes = returns.take_back(RUN, CALENDAR, placed(), {"HX1": 1}, "", NOW, [card, *others]).notes
    assert [note for note in notes if "card" in note] == [
        "card BJLN-26110001-X stands for HX1; if that unit came back: crmkit card void BJLN-26110001-X --reason TEXT"
    ]


def test_goods_come_back_once_and_not_before_they_were_asked_for():
    back = put_of(returns.take_back(RUN, CALENDAR, placed(), {}, "", NOW), Return)
    arrived = put_of(returns.goods_back(RUN, back, TODAY), Return)
    assert returns.goods_back(RUN, arrived, TODAY).counts == {"goods-back": 0}
    for one, day in ((back, TODAY - timedelta(days=1)), (back, TODAY + timedelta(days=1)), (arrived, TODAY)):
        earlier = msgspec.structs.replace(one, goods_back_on=one.goods_back_on and TODAY - timedelta(days=1))
        with pytest.raises(InvalidError, match=r"back on"):
            returns.goods_back(RUN, earlier, day)


# on its way, and given up


def test_goods_are_sent_and_delivered_in_that_order():
    order = placed(ordered_on="2026-11-20").order
    sent = put_of(orders.send(RUN, order, date(2026, 11, 21), date(2026, 11, 24)), Order)
    assert (sent.sent_on, sent.expected_on) == (date(2026, 11, 21), date(2026, 11, 24))
    assert orders.send(RUN, sent, date(2026, 11, 21), None).counts == {"sent": 0}
    for refused, words in (
        (lambda: orders.send(RUN, sent, date(2026, 11, 22), None), "was sent on 2026-11-21"),
        (lambda: orders.send(RUN, order, date(2026, 11, 19), None), "before it was ordered"),
        (lambda: orders.send(RUN, order, TODAY, date(2026, 11, 22)), "expected on 2026-11-22, before they leave"),
        (lambda: placed(expected_on="2026-11-22"), "expected on 2026-11-22, before they leave"),
        (lambda: orders.deliver(RUN, sent, date(2026, 11, 20)), "before it was sent"),
        (lambda: orders.deliver(RUN, sent, date(2026, 11, 24)), "after today"),
    ):
        with pytest.raises(InvalidError, match=words):
            refused()
    assert put_of(orders.deliver(RUN, sent, TODAY), Order).delivered_on == TODAY


def test_a_cancelled_order_owes_what_was_paid_and_nobody_goes_there():
    visit = Visit(
        id="V2611-00000001", customer=BUYER.id, purpose="collection",
        begins_at=at("2026-11-25 15:00"), ends_at=at("2026-11-25 15:30"),
    )  # fmt: skip
    ledger = placed(paid=5000)
    with pytest.raises(InvalidError, match="only with a reason"):
        orders.cancel(RUN, ledger, " ")
    change = orders.cancel(RUN, ledger, "moved away", [visit])
    assert put_of(change, Visit).state == "cancelled"
    assert "50.00 is to be paid back" in change.notes[0]
    gone = ledger_of(ledger, change)
    assert (gone.account.state, gone.account.refund_owed) == ("cancelled", 5000)
    for refused in (
        lambda: orders.cancel(RUN, gone, "again"),
        lambda: orders.send(RUN, gone.order, TODAY, None),
        lambda: returns.take_back(RUN, CALENDAR, gone, {}, "", NOW),
        lambda: payments.pay(RUN, gone, tender(1)),
    ):
        with pytest.raises(InvalidError):
            refused()


def test_what_was_delivered_is_returned_not_cancelled():
    ledger = placed()
    delivered = Ledger(put_of(orders.deliver(RUN, ledger.order, TODAY), Order))
    with pytest.raises(InvalidError, match="with the customer"):
        orders.cancel(RUN, delivered, "moved away")


# any history

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 15000)),
        st.tuples(st.just("refund"), st.integers(1, 15000)),
        st.tuples(st.just("return"), st.dictionaries(st.sampled_from(["HX1", "CH2"]), st.integers(1, 3), max_size=2)),
        st.tuples(st.just("cancel"), st.just("why")),
    ),
    max_size=12,
)


@given(st.integers(0, 20000), STEPS)
def test_any_history_is_refused_or_keeps_every_sum(deposit, steps):
    ledger = placed(paid=deposit)
    deeds = {
        "pay": lambda value: payments.pay(RUN, ledger, tender(value)),
        "refund": lambda value: payments.refund(RUN, ledger, tender(value), None),
        "return": lambda value: returns.take_back(RUN, CALENDAR, ledger, value, "", NOW),
        "cancel": lambda value: orders.cancel(RUN, ledger, value),
    }
    for deed, value in steps:
        try:
            ledger = ledger_of(ledger, deeds[deed](value))
        except InvalidError:
            continue
        account = ledger.account
        assert account.total == sum(item.amount for item in ledger.order.items)
        assert account.paid == sum(one.amount for one in ledger.payments if one.what == "payment")
        assert account.charged == (0 if account.state == "cancelled" else account.total - account.returned)
        assert account.balance - account.refund_owed == account.charged - (account.paid - account.refunded)
        assert min(account.balance, account.refund_owed, account.charged, account.paid - account.refunded) >= 0
        assert not (account.balance and account.refund_owed)
        assert min(units_kept(ledger.order, ledger.returns).values()) >= 0
        if account.state == "returned":
            assert (account.charged, account.returned) == (0, account.total)
