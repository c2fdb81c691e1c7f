"""What is given back of a prepaid card, reckoned by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.plans.refunds import CAUSES, Prepaid, list_used, refund, share_used
from crmkit.errors import InvalidError

PAID_ON = date(2026, 3, 1)
LATER = date(2026, 6, 1)


def visits(used):
    return Prepaid(120000, PAID_ON, units=12, bonus=3, used=used, list_price=15000)


def returned_goods(card, cause, on=LATER):
    return refund(card, cause, on)[-1].amount


@pytest.mark.parametrize(
    ("used", "ours", "customer"), [(2, 104000, 90000), (5, 80000, 45000), (9, 48000, 0), (15, 0, 0)]
)
def test_twelve_visits_and_three_as_a_bonus(used, ours, customer):
    assert returned_goods(visits(used), "ours") == ours
    assert returned_goods(visits(used), "customer") == customer


def test_an_unused_card_is_taken_back_whole_within_seven_days():
    for cause in CAUSES:
        assert returned_goods(visits(0), cause, PAID_ON + timedelta(days=7)) == 120000
    with pytest.raises(InvalidError, match="the seven days ended on 2026-03-08"):
        refund(visits(0), "seven-days", PAID_ON + timedelta(days=8))
    with pytest.raises(InvalidError, match="the card was used"):
        refund(visits(1), "seven-days", PAID_ON)


def test_a_money_card_with_a_bonus():
    card = Prepaid(300000, PAID_ON, units=300000, bonus=100000, used=359400, list_price=1)
    assert share_used(card) == 269550
    assert returned_goods(card, "ours") == 30450
    assert returned_goods(card, "customer") == 0


def test_a_year_that_ended_after_90_days():
    card = Prepaid(73000, date(2026, 1, 1), units=365, used=90)
    assert returned_goods(card, "ours", date(2026, 4, 1)) == 55000


def test_a_part_of_a_fen_is_never_lost_over_all_visits():
    assert [share_used(Prepaid(100000, PAID_ON, units=3, used=n)) for n in (1, 2, 3)] == [33333, 66666, 100000]


def test_the_calculation_says_what_is_not_claimed():
    assert [(line.what, line.amount) for line in refund(visits(9), "customer", LATER)] == [
        ("paid", 120000), ("used-list", -135000), ("nothing-claimed", 15000), ("refund", 0),
    ]  # fmt: skip


def test_a_cause_that_is_none_is_refused():
    with pytest.raises(InvalidError, match="weather is no cause"):
        refund(visits(1), "weather", LATER)


@given(
    paid=st.integers(0, 10**7), units=st.integers(1, 400), bonus=st.integers(0, 50), used=st.integers(0, 450),
    price=st.integers(0, 10**5), cause=st.sampled_from(["ours", "customer"]),
)  # fmt: skip
def test_lines_add_up_and_nothing_beyond_what_was_paid_is_given_back(paid, units, bonus, used, price, cause):
    card = Prepaid(paid, PAID_ON, units, bonus, min(used, units + bonus), price)
    *lines, last = refund(card, cause, LATER)
    assert sum(line.amount for line in lines) == last.amount
    assert 0 <= last.amount <= paid
    assert list_used(card) >= 0
