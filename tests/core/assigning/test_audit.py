"""What a file lacks."""

from datetime import date

import msgspec
import pytest

from crmkit.core.assigning.audit import audit
from crmkit.errors import InvalidError
from crmkit.records import Card, Order
from crmkit.records.card import Promises
from crmkit.records.order import OrderItem
from tests.core.desk import NOW, a_customer, a_run

BARE = a_customer()
FULL = a_customer(
    sex="female", birthday="1953-01-02", address="青年路1号", former_employer="棉纺厂", needs="净水",
    hobbies=("太极拳",),
)  # fmt: skip
ORDER = Order(
    id="O2611-00000001", customer=BARE.id, ordered_on=date(2026, 11, 1), items=(OrderItem(product="HX1"),),
    channel="shop",
)  # fmt: skip
CARD = Card(
    id="K2611-00000001", number="BJ-1", customer=BARE.id, product="HX1", bought_on=date(2026, 11, 1), bought_at="东店",
    promises=Promises(reply=2, solution=8, solved=30, follow_up=72),
)  # fmt: skip
ALWAYS = ("sex", "birthday", "address", "former_employer", "needs", "hobbies")


def missing(file, orders=(), cards=()):
    found = audit(a_run(), file, orders, cards)
    return found.list, found.missing


@pytest.mark.parametrize(
    ("file", "orders", "cards", "lacks"),
    [
        (BARE, [], [], ("B", (*ALWAYS, "not_bought"))),
        (FULL, [], [], ("B", ("not_bought",))),
        (msgspec.structs.replace(FULL, not_bought="再考虑"), [], [], ("B", ())),
        (FULL, [ORDER], [], ("A", ())),
        (msgspec.structs.replace(FULL, stage="buyer"), [], [], ("A", ("bought_on", "bought_at", "quantity"))),
        (msgspec.structs.replace(FULL, stage="buyer"), [], [CARD], ("A", ())),
        (FULL, [msgspec.structs.replace(ORDER, channel="")], [], ("A", ("bought_at",))),
        (FULL, [msgspec.structs.replace(ORDER, cancelled_at=NOW)], [], ("B", ("not_bought",))),
        (msgspec.structs.replace(FULL, stage="buyer"), [], [msgspec.structs.replace(CARD, state="void")],
         ("A", ("bought_on", "bought_at", "quantity"))),
    ],
)  # fmt: skip
def test_a_buyer_and_somebody_else_must_tell_different_things(file, orders, cards, lacks):
    assert missing(file, orders, cards) == lacks


def test_the_share_says_how_complete_a_file_is():
    assert audit(a_run(), BARE, (), ()).share == pytest.approx(1 / 8)
    assert audit(a_run(), FULL, [ORDER], ()).share == 1


def with_lists(a, b):
    run = a_run()
    return msgspec.structs.replace(
        run, settings=msgspec.structs.replace(run.settings, audit=type(run.settings.audit)(a=a, b=b))
    )


def test_the_settings_say_what_is_required():
    assert audit(with_lists((), ("wechat", "means")), FULL, (), ()).missing == ("wechat", "means")
    assert audit(with_lists((), ()), BARE, (), ()).share == 1
    with pytest.raises(InvalidError, match=r"audit\.b: there is no field colour"):
        audit(with_lists((), ("colour",)), FULL, (), ())
