"""The account of an order (core/docs.md, "Orders")."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.accounts import account, return_until, run_out_on, runs_out, units_kept
from crmkit.records import Order, Payment, Product, Return
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import CALENDAR, a_run, at

POWDER = Product(id="P2611-00000001", code="HX1", name="护膝", daily_use=0.1)
TEA = Product(id="P2611-00000002", code="CH2", name="茶", daily_use=2)
PRODUCTS = {"HX1": POWDER, "CH2": TEA}
ORDER = Order(
    id="O2611-00000001",
    customer="C2611-00000001",
    ordered_on=date(2026, 11, 1),
    items=(OrderItem(product="HX1", quantity=3, amount=30000), OrderItem(product="CH2", quantity=10, amount=5000)),
    total=35000,
)


def changed(**fields):
    return msgspec.structs.replace(ORDER, **fields)


def paid(amount, what="payment"):
    return Payment(
        id="Y2611-00000001", customer="C", order=ORDER.id, at=at("2026-11-02 10:00"), amount=amount, what=what
    )


def back(product, quantity, amount):
    item = ReturnedItem(product=product, quantity=quantity, amount=amount)
    return Return(id="J2611-00000001", customer="C", order=ORDER.id, asked_at=at("2026-11-05 10:00"), items=(item,))


@pytest.mark.parametrize(
    ("order", "payments", "returns", "state", "balance", "refund_owed"),
    [
        (ORDER, (), (), "open", 35000, 0),
        (ORDER, (paid(5000),), (), "part-paid", 30000, 0),
        (ORDER, (paid(5000), paid(30000)), (), "paid", 0, 0),
        (ORDER, (paid(5000), paid(5000, "refund")), (), "open", 35000, 0),
        (ORDER, (paid(35000),), (back("HX1", 1, 10000),), "part-returned", 0, 10000),
        (ORDER, (paid(35000), paid(10000, "refund")), (back("HX1", 1, 10000),), "part-returned", 0, 0),
        (ORDER, (paid(5000),), (back("HX1", 1, 10000),), "part-returned", 20000, 0),
        (ORDER, (), (back("HX1", 3, 30000), back("CH2", 10, 5000)), "returned", 0, 0),
        (changed(cancelled_at=at("2026-11-02 11:00")), (paid(5000),), (), "cancelled", 0, 5000),
        (changed(total=None), (), (), "unpriced", None, 0),
        (changed(total=None, cancelled_at=at("2026-11-02 11:00")), (), (), "cancelled", 0, 0),
        (changed(items=(), total=0), (), (), "paid", 0, 0),
    ],
)
def test_how_an_order_stands(order, payments, returns, state, balance, refund_owed):
    made = account(order, payments, returns)
    assert (made.state, made.balance, made.refund_owed) == (state, balance, refund_owed)


AMOUNTS = st.lists(st.integers(1, 50000), max_size=4)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
def test_whatever_two_operators_wrote_down_nothing_is_lost_and_nothing_negative(payments, refunds, returns, cancelled):
    order = changed(cancelled_at=at("2026-11-02 11:00")) if cancelled else ORDER
    made = account(
        order,
        [*map(paid, payments), *(paid(amount, "refund") for amount in refunds)],
        [back("HX1", 1, amount) for amount in returns],
    )
    assert made.charged == (0 if cancelled else max(35000 - sum(returns), 0))
    assert made.balance - made.refund_owed == made.charged - (sum(payments) - sum(refunds))
    assert made.balance >= 0
    assert made.refund_owed >= 0
    assert not (made.balance and made.refund_owed)
    assert made.refund_owed <= made.paid


def test_units_of_one_product_in_two_lines_are_counted_together_and_never_below_zero():
    order = changed(items=(OrderItem(product="HX1", quantity=2), OrderItem(product="HX1", quantity=1)))
    assert units_kept(order, ()) == {"HX1": 3}
    assert units_kept(order, (back("HX1", 2, 0), back("HX1", 2, 0))) == {"HX1": 0}


def test_an_order_runs_out_with_its_last_product_and_returned_units_do_not_count():
    assert run_out_on(ORDER, (), PRODUCTS) == date(2026, 12, 1)
    assert run_out_on(ORDER, (back("HX1", 1, 10000),), PRODUCTS) == date(2026, 11, 21)
    assert run_out_on(ORDER, (back("HX1", 3, 30000),), PRODUCTS) == date(2026, 11, 6)
    assert run_out_on(ORDER, (), {}) is None
    assert run_out_on(changed(cancelled_at=at("2026-11-02 11:00")), (), PRODUCTS) is None


def test_units_last_from_the_day_on_which_the_goods_are_there():
    assert run_out_on(changed(expected_on=date(2026, 11, 11)), (), PRODUCTS) == date(2026, 12, 11)
    delivered = changed(expected_on=date(2026, 11, 11), delivered_on=date(2026, 11, 6))
    assert run_out_on(delivered, (), PRODUCTS) == date(2026, 12, 6)


@pytest.mark.parametrize(("quantity", "daily_use", "days"), [(35, 0.35, 100), (1, 3, 0), (7, 2, 3)])
def test_days_of_use_are_whole_days_and_exact(quantity, daily_use, days):
    product = msgspec.structs.replace(POWDER, daily_use=daily_use)
    assert (runs_out(ORDER, quantity, product) - ORDER.ordered_on).days == days


def test_a_run_out_date_that_cannot_be_is_none():
    assert runs_out(ORDER, 10**12, POWDER) is None
    assert runs_out(ORDER, 3, None) is None


def test_the_window_is_counted_from_the_delivery_and_its_day_does_not_count():
    assert return_until(a_run(), CALENDAR, ORDER) == date(2026, 11, 9)  # the 8th is a Sunday
    assert return_until(a_run(), CALENDAR, changed(sent_on=date(2026, 11, 3))) == date(2026, 11, 10)
    assert return_until(a_run(), CALENDAR, changed(delivered_on=date(2026, 11, 6))) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        (date(2026, 11, 6), date(2026, 11, 13)),  # a Friday
        (date(2026, 11, 7), date(2026, 11, 16)),  # a Saturday
        (date(2026, 9, 25), date(2026, 10, 8)),  # National Day, until the 7th
        (date(2026, 10, 3), date(2026, 10, 10)),  # a Saturday worked in exchange
        (date(2026, 12, 26), date(2027, 1, 4)),  # Saturday the 2nd, of a year that is not known
    ],
)
def test_a_window_that_ends_on_a_day_off_ends_on_the_first_working_day_after_it(delivered, last):
    order = changed(ordered_on=date(2026, 9, 1), delivered_on=delivered)
    assert return_until(a_run(), CALENDAR, order) == last
