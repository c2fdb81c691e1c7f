"""What the items of an order cost (core/docs.md, "Orders")."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.selling.pricing import Discount, WantedItem, lines, list_price, priced, read_discount, read_item
from crmkit.errors import InvalidError
from crmkit.records import Product
from crmkit.records.reference import Tier
from tests.core.desk import a_run

RUN = a_run()
TIERS = (Tier(quantity=1, price=19800), Tier(quantity=5, price=18000), Tier(quantity=10, price=16050))
BOXES = Product(id="P2611-00000001", code="HX1", name="护膝", price=21000, tiers=TIERS)
TEA = Product(id="P2611-00000002", code="CH2", name="茶", price=5000)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("HX1:2", WantedItem("HX1", 2)),
        ("HX1", WantedItem("HX1", 1)),
        ("护膝：3＠180.50", WantedItem("护膝", 3, 18050)),
        ("HX1@0", WantedItem("HX1", 1, 0)),
    ],
)
def test_items_as_people_type_them(text, wanted):
    assert read_item(text) == wanted


@pytest.mark.parametrize("text", ["", "HX1:", "HX1:0", "HX1:-1", "HX1:two", ":2", "HX1:2@", "HX1:2@free", "HX1:1.5"])
def test_what_is_no_item_is_refused(text):
    with pytest.raises(InvalidError):
        read_item(text)


def test_a_discount_says_why():
    assert read_discount("HX1＝20.50：old customer: third order") == Discount("HX1", 2050, "old customer: third order")
    for text in ("HX1=20", "HX1=20:", "=20:why", "HX1=:why", "HX1"):
        with pytest.raises(InvalidError):
            read_discount(text)


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, 19800), (4, 19800), (5, 18000), (9, 18000), (10, 16050), (20, 16050)]
)
def test_the_tier_that_the_quantity_reaches_gives_the_price(quantity, price):
    assert list_price(RUN, BOXES, quantity) == price


def test_below_the_first_tier_the_product_has_its_own_price():
    late = msgspec.structs.replace(BOXES, tiers=TIERS[1:])
    assert list_price(RUN, late, 4) == 21000


def test_more_than_the_list_covers_needs_a_price_agreed():
    with pytest.raises(InvalidError, match="ends at 20"):
        list_price(RUN, BOXES, 21)
    assert priced(RUN, BOXES, WantedItem("HX1", 21, 15000)).amount == 21 * 15000
    wholesale = msgspec.structs.replace(BOXES, tiers=(*TIERS, Tier(quantity=50, price=15000)))
    assert list_price(RUN, wholesale, 50) == 15000
    assert list_price(RUN, TEA, 100) == 5000


def test_a_product_without_a_price_needs_one():
    with pytest.raises(InvalidError, match="has no price"):
        list_price(RUN, msgspec.structs.replace(TEA, price=None), 1)


@given(st.integers(1, 200), st.integers(0, 10**8), st.integers(0, 10**10))
def test_a_line_is_quantity_times_price_less_discount_and_never_below_zero(quantity, price, off):
    discount = Discount("CH2", off, "why")
    if off > quantity * price:
        with pytest.raises(InvalidError):
            priced(RUN, TEA, WantedItem("CH2", quantity, price), [discount])
        return
    line = priced(RUN, TEA, WantedItem("CH2", quantity, price), [discount])
    assert line.amount == line.quantity * line.price - line.discount
    assert line.amount >= 0
    assert line.reason == "why"


def product_of(text):
    return {"HX1": BOXES, "护膝": BOXES, "CH2": TEA}[text]


def test_a_discount_finds_its_line_by_code_or_name():
    made = lines(RUN, [WantedItem("HX1", 1), WantedItem("CH2", 2)], [Discount("护膝", 800, "old customer")], product_of)
    assert [(line.product, line.amount, line.discount) for line in made] == [("HX1", 19000, 800), ("CH2", 10000, 0)]


def test_a_discount_that_fits_no_line_or_two_is_refused():
    for wanted in ([WantedItem("CH2", 1)], [WantedItem("HX1", 1), WantedItem("护膝", 1, 0)]):
        with pytest.raises(InvalidError, match="stands in"):
            lines(RUN, wanted, [Discount("HX1", 800, "old customer")], product_of)
