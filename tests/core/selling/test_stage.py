"""A customer is a buyer as long as an order stands (core/docs.md, "Orders")."""

from datetime import date

import pytest

from crmkit.core.accounts import Ledger, is_still_buyer, no_longer_buyer
from crmkit.core.care.grading import grade_all
from crmkit.records import Card, Order, Return
from crmkit.records.card import Promises
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import NOW, a_customer, a_run

PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)


def an_order(number: int = 1, **fields: object) -> Order:
    item = OrderItem(product="HX1", quantity=2, amount=39600)
    known = {"id": f"O2611-{number:08}", "customer": "C2611-00000001", "ordered_on": date(2026, 11, 20)}
    return Order(**{**known, "items": (item,), "total": 39600, **fields})


def back(order: Order, quantity: int) -> Return:
    item = ReturnedItem(product="HX1", quantity=quantity, amount=19800 * quantity)
    return Return(id=f"J{order.id[1:]}", customer=order.customer, order=order.id, asked_at=NOW, items=(item,))


def a_card(product: str = "HX1", **fields: object) -> Card:
    known = {"id": "K2611-00000001", "number": "BJLN-26110001-Q", "customer": "C2611-00000001"}
    return Card(**{**known, "product": product, "promises": PROMISES, **fields})


GONE = an_order(cancelled_at=NOW)


@pytest.mark.parametrize(
    ("ledgers", "cards", "buys"),
    [
        ([Ledger(an_order())], [], True),
        ([Ledger(GONE)], [], False),
        ([Ledger(an_order(), (), (back(an_order(), 2),))], [], False),
        ([Ledger(an_order(), (), (back(an_order(), 1),))], [], True),  # one of two is kept
        ([Ledger(GONE), Ledger(an_order(2))], [], True),
        ([Ledger(GONE)], [a_card()], False),  # the card of the unit that is gone
        ([Ledger(GONE)], [a_card("XA-3")], True),  # another unit, bought at a dealer
        ([Ledger(GONE)], [a_card("XA-3", state="void")], False),
        ([], [a_card()], True),
        ([], [], False),
    ],
)
def test_what_makes_a_buyer(ledgers, cards, buys):
    assert is_still_buyer(ledgers, cards) is buys


@pytest.mark.parametrize(
    ("fields", "spoken", "stage", "grade"),
    [
        ({"stage": "buyer", "grade": "A", "owner": "LN"}, False, "screened", "C"),
        ({"stage": "buyer", "grade": ""}, True, "screened", ""),
        ({"stage": "buyer", "grade": "B"}, False, "", "C"),  # never screened: it is to be screened now
        ({"stage": "lost", "grade": "C", "owner": "LN"}, True, "lost", "C"),
    ],
)
def test_the_stage_goes_back_to_the_one_before(fields, spoken, stage, grade):
    found = no_longer_buyer(a_customer(**fields), spoken=spoken)
    assert (found.stage, found.grade) == (stage, grade)


def test_grading_puts_a_stage_right_that_two_clones_left_behind():
    people = [
        a_customer(1, stage="buyer", grade="A", owner="LN"),  # its order was taken back in another clone
        a_customer(2, stage="screened", grade="C"),  # an order was placed in another clone
        a_customer(3, stage="buyer", grade="B"),  # imported without orders
        a_customer(4, stage="buyer", grade="B"),  # a unit of a dealer's, beside an order that is gone
        a_customer(5, stage="lost", grade="C"),  # wants nothing more
    ]
    orders = [
        GONE,
        an_order(2, customer="C2611-00000002"),
        an_order(4, customer="C2611-00000004", cancelled_at=NOW),
        an_order(5, customer="C2611-00000005"),
    ]
    cards = [a_card("XA-3", customer="C2611-00000004")]
    change = grade_all(a_run(), people, orders, [], cards)
    stages = {one.id[-1]: (one.stage, one.grade) for one in change.puts}
    assert stages["1"] == ("screened", "C")
    assert stages["2"][0] == "buyer"
    assert not {"3", "4"} & stages.keys()
    assert stages.get("5", ("lost",))[0] == "lost"
