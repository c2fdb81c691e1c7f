"""crmkit customer grade, at a desk on Monday 2026-11-23 at 10:00."""

from datetime import date

import pytest

from crmkit.archive.archive import opened
from crmkit.core.care import grading
from crmkit.records import Card, Customer, Order, Return
from crmkit.records.order import OrderItem
from tests.tables import NOW, run

QIN, LI = "C2611-00000001", "C2611-00000002"


def an_order(number, yuan):
    item = OrderItem(product="HX1", amount=yuan * 100)
    return Order(
        id=f"O2611-{number:08}", customer=f"C2611-{number:08}", ordered_on=date(2026, 11, 1), items=(item,),
        total=yuan * 100,
    )  # fmt: skip


@pytest.fixture
def sold(shop):
    shop.put(an_order(1, 9000), an_order(2, 500))
    return shop


def test_every_file_gets_its_grade_once(sold):
    ran = sold.ok("customer", "grade", "-f", "json")
    assert ran.json["counts"] == {"updated": 4, "unchanged": 0}
    assert "grade A 1, B 1, C 2" in ran.err
    again = sold.json("customer", "grade")
    assert (again["counts"], again["run"]) == ({"updated": 0, "unchanged": 4}, "")
    assert [one["id"] for one in sold.json("lead", "list", "--grade", "A")] == [QIN]


def test_a_dry_run_shows_the_grades_and_stores_none(sold):
    assert sold.json("customer", "grade", "-n")["changes"][QIN] == {"stage": ["", "buyer"], "grade": ["", "A"]}
    assert sold.json("customer", "grade", QIN)["stored"] == ""


def test_one_customer_is_explained_and_nothing_is_changed(sold):
    told = sold.json("customer", "grade", "13900000002")
    wanted = {"grade": "B", "tier": "regular", "rank": 2, "revenue": 50000, "share": 1.0, "spent": 50000, "orders": 1}
    assert {name: told[name] for name in wanted} == wanted
    assert "500.00" in sold.ok("customer", "grade", LI).out
    sold.fails(2, "customer", "grade", LI, "-n")


def test_grading_can_be_taken_back(sold):
    sold.ok("customer", "grade")
    sold.ok("undo", "--yes")
    assert sold.json("customer", "grade", QIN)["stored"] == ""


def test_one_customer_stands_where_they_stand_among_all(sold):
    files = [
        Customer(id="C2611-00000011", stage="buyer", created_at=NOW),  # imported as one: no order tells of it
        Customer(id="C2611-00000012", stage="buyer", created_at=NOW),
        Customer(id="C2611-00000013", created_at=NOW),
        Customer(id="C2611-00000014", merged_into=LI, created_at=NOW),
        Customer(id="C2611-00000015", stage="screened", created_at=NOW),
        Customer(id="C2611-00000016", created_at=NOW),
    ]
    sold.put(*files, an_order(13, 500), an_order(14, 20000), an_order(15, 9000), an_order(16, 0))
    with opened(sold.archive, exclusive=False, wait=10) as archive:
        bought = archive.all(Order), archive.all(Return), archive.all(Card)
        all_ = grading.standings(run(), list(archive.all(Customer)), *bought)
    told = {one.customer.id: sold.json("customer", "grade", one.customer.id) for one in all_}
    assert [(one["rank"], one["grade"]) for one in told.values()] == [
        (1, "A"), (2, "A"), (3, "B"), (4, "B"), (5, "B"), (6, "B"), (7, "B"), (None, "C"), (None, "C"),
    ]  # fmt: skip
    for one in all_:
        row = one.row()
        assert {name: told[one.customer.id][name] for name in ("rank", "share", "grade", "revenue", "orders")} == {
            "rank": row["rank"], "share": row["share"], "grade": row["grade"], "revenue": row["revenue"],
            "orders": row["orders"],
        }  # fmt: skip
