from datetime import date

import msgspec
import pytest

from crmkit.core.calling.callsheet import addressed, call_sheet, one_per_customer
from crmkit.core.calling.talking_points import AVOID, STEPS
from crmkit.core.snapshot import Snapshot
from crmkit.records import (
    Call,
    Callback,
    Card,
    Customer,
    Event,
    Invitation,
    Order,
    Payment,
    Product,
    Record,
    Return,
    Touch,
    Visit,
)
from crmkit.records.card import Promises
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.work import PURPOSES
from tests.core.desk import NOW, a_customer, a_phone, a_run, at

CALLBACK = Callback(
    id="B2611-00000001", customer="C2611-00000001", purpose="screening", due_at=at("2026-11-23 14:30"), owner="LN"
)
ORDER = Order(
    id="O2611-00000001",
    customer="C2611-00000001",
    ordered_on=date(2026, 11, 1),
    items=(OrderItem(product="HX1", quantity=3), OrderItem(name="磁疗枕")),
)
POWDER = Product(id="P2611-00000001", code="HX1", name="护膝", daily_use=0.1)
CARD = Card(
    id="K2611-00000001",
    number="BJLN-26110001-X",
    customer="C2611-00000001",
    product="HX1",
    promises=Promises(reply=2, solution=8, solved=30, follow_up=72),
    warranty_until=date(2027, 11, 1),
)


def sheet(
    *records: Record, callback: Callback = CALLBACK, referrer: Customer | None = None, **fields: object
) -> dict[str, object]:
    snapshot = Snapshot.of(*records)
    return call_sheet(a_run(), callback, a_customer(**fields), snapshot, {"HX1": POWDER}, str.upper, referrer)


def a_call(when: str, outcome: str = "reached", **fields: str) -> Call:
    return Call(
        id="L2611-" + when[-5:].replace(":", "").zfill(8),
        customer="C2611-00000001",
        at=at(when),
        outcome=outcome,
        **fields,
    )


@pytest.mark.parametrize(
    ("name", "fields", "title"),
    [
        ("张秀英", {"sex": "female", "age_about": 72}, "张阿姨"),
        ("张秀英", {"sex": "female", "age_about": 35}, "张女士"),
        ("张秀英", {"sex": "female"}, "张女士"),
        ("李建国", {"sex": "male", "birthday": "1950-03-01"}, "李叔叔"),
        ("李建国", {"sex": "male", "birthday": "1980-03-01"}, "李先生"),
        ("欧阳建国", {"sex": "male"}, "欧阳先生"),
        ("李建国", {}, "李建国"),  # the sex is not known
        ("张阿姨", {}, "张阿姨"),  # as they were introduced
        ("张阿姨", {"sex": "female", "age_about": 30}, "张阿姨"),
        ("李建国先生", {}, "李先生"),
        ("Mary Smith", {"sex": "female"}, "Ms Smith"),
        ("John Smith", {"sex": "male"}, "Mr Smith"),
        ("", {"sex": "male"}, ""),
    ],
)
def test_how_to_address_the_person(name, fields, title):
    assert addressed(a_customer(name=name, **fields), NOW.date()) == title


@pytest.mark.parametrize(
    ("source", "desk"),
    [
        ("media-radio", "the programme desk"),
        ("media-tv", "the programme desk"),
        ("shop", "after-sales service"),
        ("outreach", "the company"),
        ("referral", "the company"),
        ("", "the company"),
    ],
)
def test_speak_as_the_desk_of_the_source(source, desk):
    assert sheet(source=source)["speak_as"] == desk


def test_a_referral_names_the_one_who_referred():
    assert (
        sheet(referrer=a_customer(2, name="刘国庆"), source="referral")["speak_as"]
        == "the company, on the recommendation of 刘国庆"
    )


def test_the_number_to_dial_comes_first_and_the_others_are_listed():
    made = sheet(phones=(a_phone(1, "wrong"), a_phone(2), a_phone(3, "confirmed")))
    assert made["phone"] == "+8613900000003"
    assert made["other_phones"] == ["+8613900000001", "+8613900000002"]


def test_an_extension_is_shown_with_the_number():
    assert sheet(phones=(msgspec.structs.replace(a_phone(), ext="801"),))["phone"] == "+8613900000001-801"


def test_the_last_three_contacts_of_every_kind_newest_first():
    calls = (a_call("2026-11-20 10:00", "no-answer"), a_call("2026-11-22 10:00", note="wants a leaflet"))
    touches = (
        Touch(id="T2611-00000001", customer="C", at=at("2026-11-21 09:00"), source="outreach", site="时间公园"),
        Touch(id="T2611-00000002", customer="C", at=at("2026-11-19 00:00"), source="shop"),
    )
    assert sheet(*calls, *touches)["contacts"] == [
        "2026-11-22 10:00 REACHED wants a leaflet",
        "2026-11-21 09:00 OUTREACH 时间公园",
        "2026-11-20 10:00 NO-ANSWER",
    ]


def test_a_contact_whose_time_of_day_is_not_known_shows_the_day():
    touch = Touch(id="T2611-00000002", customer="C", at=at("2026-11-19 00:00"), source="shop")
    assert sheet(touch)["contacts"] == ["2026-11-19 SHOP"]


def test_open_promises_are_what_was_agreed_last_and_what_else_is_planned():
    calls = (
        a_call("2026-11-22 10:00", next="send the leaflet", promise="a price list"),
        a_call("2026-11-20 10:00", next="call again"),
        a_call("2026-11-22 18:00", "no-answer", next="try the landline"),
    )
    other = Callback(id="B2611-00000002", customer="C", purpose="manual", due_at=at("2026-12-01 10:00"), reason="visit")
    closed = msgspec.structs.replace(other, id="B2611-00000003", state="done")
    made = sheet(*calls, CALLBACK, other, closed)
    assert made["promises"] == [
        "2026-11-22 promised: a price list",
        "2026-11-22 send the leaflet",
        "2026-11-22 try the landline",
    ]
    assert made["planned"] == ["2026-12-01 10:00 MANUAL · visit"]


def test_what_else_is_planned_with_the_person_in_order_of_time():
    visit = Visit(
        id="V2611-00000001", customer="C", purpose="delivery", begins_at=at("2026-11-25 15:00"),
        ends_at=at("2026-11-25 15:30"),
    )  # fmt: skip
    past = msgspec.structs.replace(visit, id="V2611-00000002", state="done", outcome="all well")
    event = Event(id="G2611-00000001", code="1124A", name="茶话会", place="礼堂", starts_at=at("2026-11-24 09:00"))
    held = msgspec.structs.replace(event, id="G2611-00000002", starts_at=at("2026-11-20 09:00"))
    guest = Invitation(id="N2611-00000001", event_id=event.id, customer="C", number="1124A-001", answer="accepted")
    former = msgspec.structs.replace(guest, id="N2611-00000002", event_id=held.id)
    made = sheet(visit, past, guest, former, event, held)
    assert made["planned"] == [
        "2026-11-24 09:00 茶话会 · 礼堂 · 1124A-001 · ACCEPTED",
        "2026-11-25 15:00 visit: DELIVERY",
    ]
    assert made["contacts"] == ["2026-11-25 15:00 DELIVERY all well"]


def test_what_is_owed_and_what_came_back():
    order = msgspec.structs.replace(
        ORDER, total=90000, items=(OrderItem(product="HX1", quantity=3, amount=90000),),
        collect_at=at("2026-11-26 15:00"), sent_on=date(2026, 11, 20),
    )  # fmt: skip
    deposit = Payment(id="Y2611-00000001", customer="C", order=order.id, at=NOW, amount=20000, what="payment")
    back = Return(
        id="J2611-00000001", customer="C", order=order.id, asked_at=NOW,
        items=(ReturnedItem(product="HX1", quantity=2, amount=60000),),
    )  # fmt: skip
    assert sheet(order, deposit)["bought"] == [
        "2026-11-01 护膝, 3 pieces, runs out 2026-12-20",
        "  O2611-00000001: still to pay: 700.00, collected 2026-11-26 15:00, sent 2026-11-20",
    ]
    assert sheet(order, deposit, back)["bought"] == [
        "2026-11-01 护膝, 3 pieces, runs out 2026-11-30",
        "  O2611-00000001: PART-RETURNED, still to pay: 100.00, collected 2026-11-26 15:00, sent 2026-11-20",
    ]


def test_what_is_bought_and_when_it_runs_out():
    assert sheet(ORDER, CARD)["bought"] == [
        "2026-11-01 护膝, 3 pieces, runs out 2026-12-01",
        "2026-11-01 磁疗枕, 1 pieces",
        "card BJLN-26110001-X: 护膝, ACTIVE, warranty until 2027-11-01",
    ]


def test_the_outline_is_that_of_the_purpose():
    assert "finish within 5 minutes" in "".join(sheet()["steps"])
    greeting = msgspec.structs.replace(CALLBACK, purpose="greeting")
    assert sheet(callback=greeting)["avoid"][0] == "no promotion in this call"


def test_every_purpose_has_its_outline():
    assert set(STEPS) == set(PURPOSES)
    assert set(AVOID) <= set(PURPOSES)


def test_a_file_of_which_nothing_is_known_still_has_a_sheet():
    made = sheet(name="", source="", collected_at=None)
    assert made["contacts"] == made["promises"] == made["bought"] == []
    assert made["steps"]


def test_calls_to_one_person_are_one_sheet_with_the_reasons_and_outlines_of_all():
    greeting = msgspec.structs.replace(CALLBACK, id="B2611-00000002", purpose="greeting", due_at=at("2026-11-23 15:00"))
    later = msgspec.structs.replace(CALLBACK, id="B2611-00000003", purpose="reorder", due_at=at("2026-11-30 15:00"))
    planned = (CALLBACK, greeting, later)
    first, second = sheet(*planned), sheet(*planned, callback=greeting)
    other = sheet() | {"customer": "C2611-00000009"}
    merged, alone = one_per_customer([first, other, second])
    assert alone == other
    assert merged["id"] == CALLBACK.id
    assert merged["also"] == [greeting.id]
    assert merged["why"] == "SCREENING; GREETING"
    assert merged["steps"] == list(dict.fromkeys([*first["steps"], *second["steps"]]))
    assert merged["planned"] == ["2026-11-30 15:00 REORDER"]
