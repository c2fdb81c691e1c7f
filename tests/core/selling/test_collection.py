"""Collecting a balance at home (core/docs.md, "Repeats")."""

import msgspec
import pytest

from crmkit.core.accounts import Ledger
from crmkit.core.selling import orders
from crmkit.core.selling.collection import collect, confirm, same_address, with_collection
from crmkit.core.wording import risk_sign
from crmkit.errors import InvalidError
from crmkit.records import Customer, Order, PhoneCheck, Visit
from crmkit.records.order import OrderItem
from tests.core.desk import NOW, a_customer, a_run, at

RUN = a_run()
HOME = "北京市朝阳区青年路11号院12号楼3单元450室"
BUYER = a_customer(address=HOME, owner="WQ")
LEDGER = Ledger(orders.draft(RUN, BUYER, (OrderItem(product="HX1", quantity=1, amount=19800),), {}))
THREE = at("2026-11-25 15:00")


def put_of(change, record_type):
    (found,) = (put for put in change.puts if isinstance(put, record_type))
    return found


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (HOME, "青年路十一号院12-3-450", True),
        (HOME, "青年路11号院12号楼3单元451室", False),
        ("和平里3号", "北京市东城区和平里三号", True),
        ("和平里3号", "和平里5号", False),
        ("12 Park Road", "12, park road", True),
        (HOME, "12 Park Road", False),
        ("?", "!", False),
    ],
)
def test_two_spellings_of_one_door(a, b, same):
    assert same_address(a, b) is same


def test_the_same_phone_and_address_confirm_the_order():
    change = confirm(RUN, BUYER, LEDGER.order, "1390000 0001", "青年路11号院12-3-450")
    order = put_of(change, Order)
    assert (order.confirmed_at, order.address, order.risk) == (NOW, HOME, "")
    assert put_of(change, PhoneCheck).result == "match"
    assert put_of(change, Customer).phones[0].state == "confirmed"
    assert (change.ids, change.counts) == ((order.id,), {"confirmed": 1, "match": 1})


@pytest.mark.parametrize(
    ("phone", "address", "signs"),
    [
        ("13911112222", HOME, "phone asked again: 13911112222"),
        ("13900000001", "和平里5号", f"address asked again: 和平里5号, not {HOME}"),
    ],
)
def test_what_differs_leaves_it_unconfirmed_and_is_a_sign_of_risk(phone, address, signs):
    before = msgspec.structs.replace(LEDGER.order, confirmed_at=NOW, risk="low", risk_sign="hesitated")
    change = confirm(RUN, BUYER, before, phone, address)
    order = put_of(change, Order)
    assert (order.confirmed_at, order.risk, order.risk_sign) == (None, "medium", "hesitated")
    assert risk_sign(order) == f"hesitated; {signs}"
    assert f"is not confirmed: {signs}" in change.notes[0]
    assert change.counts["confirmed"] == 0
    assert any(isinstance(put, Customer) and put.suspect for put in change.puts) is (phone == "13911112222")
    grave = msgspec.structs.replace(before, risk="high")
    assert put_of(confirm(RUN, BUYER, grave, phone, address), Order).risk == "high"


def test_without_an_address_on_file_the_one_said_is_taken_and_one_must_be_said():
    homeless = msgspec.structs.replace(BUYER, address="")
    assert put_of(confirm(RUN, homeless, LEDGER.order, "13900000001", "和平里5号"), Order).address == "和平里5号"
    with pytest.raises(InvalidError, match="no address was said"):
        confirm(RUN, homeless, LEDGER.order, "13900000001", " ")


def test_a_collection_is_an_appointment_kept_with_the_order_and_says_what_is_unconfirmed():
    change = collect(RUN, LEDGER, BUYER, THREE, "")
    order, visit = put_of(change, Order), put_of(change, Visit)
    assert order.collect_at == visit.begins_at == THREE
    assert (visit.purpose, visit.about, visit.by, visit.ends_at) == (
        "collection",
        order.id,
        "WQ",
        at("2026-11-25 15:30"),
    )
    assert visit.confirmed_at is None
    assert "were not confirmed yet" in change.notes[0]
    sure = Ledger(msgspec.structs.replace(LEDGER.order, confirmed_at=NOW, address=HOME))
    change = collect(RUN, sure, BUYER, THREE, "LN")
    visit = put_of(change, Visit)
    assert (visit.by, visit.address, visit.confirmed_at, change.notes) == ("LN", HOME, NOW, ())


def test_a_collection_agreed_before_moves_and_no_second_one_is_made():
    visit = put_of(collect(RUN, LEDGER, BUYER, THREE, ""), Visit)
    moved = put_of(collect(RUN, LEDGER, BUYER, at("2026-11-26 09:00"), "", planned=[visit]), Visit)
    assert (moved.id, moved.begins_at) == (visit.id, at("2026-11-26 09:00"))
    missed = msgspec.structs.replace(visit, state="missed")
    assert put_of(collect(RUN, LEDGER, BUYER, THREE, "", planned=[missed]), Visit).id != visit.id


def test_nothing_is_collected_where_nothing_is_owed_or_in_the_past():
    for order in (
        msgspec.structs.replace(LEDGER.order, total=0),
        msgspec.structs.replace(LEDGER.order, total=None),
        msgspec.structs.replace(LEDGER.order, cancelled_at=NOW),
    ):
        with pytest.raises(InvalidError):
            collect(RUN, Ledger(order), BUYER, THREE, "")
    with pytest.raises(InvalidError, match="is past"):
        collect(RUN, LEDGER, BUYER, at("2026-11-22 15:00"), "")


def test_an_order_placed_with_its_collection_is_one_change():
    change = with_collection(RUN, orders.place(RUN, BUYER, LEDGER.order), BUYER, THREE)
    assert put_of(change, Order).collect_at == THREE
    assert {type(put) for put in change.puts} == {Order, Customer, Visit}
    assert (change.ids, change.counts) == ((LEDGER.order.id,), {"added": 1})
