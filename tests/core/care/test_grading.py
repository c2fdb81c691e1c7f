"""Grades by share of revenue, tiers by what was spent within a year."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.care.grading import grade_all, standings, tier
from crmkit.records import Order, Return
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core import desk

RUN = desk.a_run()
DAY = date(2026, 11, 1)


def an_order(number, yuan, day=DAY, of=None, **fields):
    amount = None if yuan is None else yuan * 100
    item = OrderItem(product="HX1", quantity=1, amount=amount)
    customer = f"C2611-{of or number:08}"
    return Order(
        id=f"O2611-{number:08}", customer=customer, ordered_on=day, items=(item,), total=amount, **fields
    )  # fmt: skip


def a_return(order):
    items = (ReturnedItem(product="HX1", quantity=1, amount=order.total or 0),)
    return Return(id="J" + order.id[1:], customer=order.customer, order=order.id, asked_at=desk.NOW, items=items)


def grades(orders, returns=(), customers=None, run=RUN):
    people = customers or [desk.a_customer(n) for n in range(1, 6)]
    return {one.customer.id[-1]: one.grade for one in standings(run, people, orders, returns)}


def test_a_are_the_fewest_who_bring_eighty_per_cent_b_the_other_buyers_c_the_rest():
    orders = [an_order(1, 500), an_order(2, 300), an_order(3, 150), an_order(4, 50)]
    assert grades(orders) == {"1": "A", "2": "A", "3": "B", "4": "B", "5": "C"}


def test_what_came_back_brings_nothing_and_an_order_that_came_back_whole_makes_no_buyer():
    orders = [an_order(1, 500), an_order(2, 300), an_order(3, 100, cancelled_at=desk.NOW)]
    assert grades(orders, [a_return(orders[0])]) == {"1": "C", "2": "A", "3": "C", "4": "C", "5": "C"}


def test_an_order_without_a_price_makes_a_buyer_who_is_never_a():
    assert grades([an_order(1, None)]) == {"1": "B", "2": "C", "3": "C", "4": "C", "5": "C"}


def test_a_file_imported_as_a_buyer_is_one_until_orders_say_otherwise():
    people = [desk.a_customer(n, stage="buyer") for n in (1, 2)]
    order = an_order(2, 100)
    assert grades([order], [a_return(order)], people) == {"1": "B", "2": "C"}


def test_of_two_with_the_same_revenue_the_one_who_bought_last_ranks_first_then_the_older_file():
    orders = [an_order(n, 100, day) for n, day in ((1, DAY), (2, date(2026, 11, 9)), (3, DAY))]
    ranked = [one.customer.id[-1] for one in standings(RUN, [desk.a_customer(n) for n in (3, 2, 1)], orders, [])]
    assert ranked == ["2", "1", "3"]


def test_an_alias_has_no_grade():
    people = [desk.a_customer(1), desk.a_customer(2, merged_into="C2611-00000001")]
    assert grades([an_order(1, 100)], customers=people) == {"1": "A"}


@pytest.mark.parametrize(
    ("yuan", "name"),
    [(0, "regular"), (1999, "regular"), (2000, "silver"), (4999, "silver"), (5000, "gold"), (10000, "star")],
)
def test_tiers_by_what_was_spent(yuan, name):
    assert tier(RUN, yuan * 100) == name


def test_the_tier_counts_twelve_months_and_the_grade_everything():
    (one, *_rest) = standings(RUN, [desk.a_customer(1)], [an_order(1, 6000, date(2025, 11, 23))], [])
    assert (one.grade, one.revenue, one.spent, one.tier) == ("A", 600000, 0, "regular")
    (one, *_rest) = standings(RUN, [desk.a_customer(1)], [an_order(1, 6000, date(2025, 11, 24))], [])
    assert (one.spent, one.tier) == (600000, "gold")


def test_grading_again_changes_nothing():
    people = [desk.a_customer(1), desk.a_customer(2)]
    first = grade_all(RUN, people, [an_order(1, 100)], [])
    assert (first.counts, first.notes) == ({"updated": 2, "unchanged": 0}, ("grade A 1, B 0, C 1",))
    again = grade_all(RUN, first.puts, [an_order(1, 100)], [])
    assert (again.counts, again.puts) == ({"updated": 0, "unchanged": 2}, ())


@given(st.lists(st.integers(0, 5000), max_size=12))
def test_a_bring_their_share_and_would_not_with_one_less(amounts):
    orders = [an_order(n, yuan) for n, yuan in enumerate(amounts, 1)]
    found = standings(RUN, [desk.a_customer(n) for n in range(1, 14)], orders, [])
    total, of_a = sum(amounts) * 100, [one.revenue for one in found if one.grade == "A"]
    assert (sum(of_a) * 10 >= total * 8) and (not of_a or sum(of_a[:-1]) * 10 < total * 8)
    assert sum(one.revenue for one in found) == total
    assert {one.grade for one in found if not one.orders} == {"C"}
