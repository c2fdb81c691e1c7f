"""crmkit customer referrals, at a desk on Monday 2026-11-23 at 10:00."""

from datetime import date

from crmkit.records import Order
from tests.core import desk

QIN, LI, LIU = (f"C2611-0000000{n}" for n in (1, 2, 3))


def test_a_chain_and_its_first_ones(shop):
    shop.ok("lead", "edit", LI, "--set", f"referrer={QIN}")
    shop.ok("lead", "edit", LIU, "--set", f"referrer={LI}")
    shop.put(Order(id="O2611-00000001", customer=LIU, ordered_on=date(2026, 11, 1), total=79000))
    chain = shop.json("customer", "referrals", QIN)
    assert [(one["id"], one["level"], one["buyer"], one["revenue"]) for one in chain] == [
        (QIN, 0, False, 0),
        (LI, 1, False, 0),
        (LIU, 2, True, 79000),
    ]
    assert (chain[0]["files"], chain[0]["buyers"], chain[0]["amount"]) == (2, 1, 79000)
    assert [one["id"] for one in shop.json("customer", "referrals")] == [LI, QIN]
    assert "· · 刘国庆" in shop.ok("customer", "referrals", QIN).out


def test_two_who_referred_each_other_are_told_once(shop):
    """No command makes such a circle; two clones can."""
    shop.put(desk.a_customer(1, id=QIN, referrer=LI), desk.a_customer(2, id=LI, referrer=QIN))
    assert [one["id"] for one in shop.json("customer", "referrals", QIN)] == [QIN, LI]
