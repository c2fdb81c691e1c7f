from datetime import date, timedelta

from crmkit.core.care.timeline import TOLD, Names, timeline
from crmkit.records import (
    TYPES,
    Callback,
    Card,
    Event,
    Invitation,
    Merge,
    Order,
    Payment,
    Product,
    Return,
    Touch,
)
from crmkit.records import Call as Spoken
from crmkit.records.card import Promises
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import NOW, ZONE, at

C, LATER = "C2611-00000001", NOW + timedelta(days=2)
PRODUCT = Product(id="P1", code="HX1", name="Air cleaner")
EVENT = Event(id="G1", code="1205A", name="Lecture", starts_at=LATER)
NAMES = Names(lambda code: code.upper(), ZONE, {"HX1": PRODUCT}, {"G1": EVENT})


def told(*records):
    return [(entry.kind, entry.what) for entry in timeline(records, NAMES)]


def test_every_record_of_a_customer_has_a_line():
    assert set(TOLD) == {
        kind for kind in TYPES if "customer" in kind.__struct_fields__ or kind.kind in ("decisions", "merges")
    }


def test_the_newest_stands_first_and_what_is_planned_before_it():
    records = [
        Touch(id="T1", customer=C, at=at("2026-11-20 09:00"), source="shop"),
        Callback(id="B1", customer=C, purpose="thanks", due_at=LATER),
        Spoken(id="L1", customer=C, at=NOW, outcome="reached"),
    ]
    assert [entry.id for entry in timeline(records, NAMES)] == ["B1", "L1", "T1"]


def test_a_call_tells_all_that_was_written_down():
    call = Spoken(
        id="L1", customer=C, at=NOW, outcome="reached", duration=305, direction="in", mood="pleased", note="knees",
        objections=("too dear", "the son\nsays no"), promise="leaflet", next="visit",
    )  # fmt: skip
    assert told(call) == [
        (
            "call",
            "IN · REACHED · 5:05 · PLEASED · knees · objection: too dear · objection: the son says no"
            " · promised: leaflet · next: visit",
        )
    ]


def test_a_finished_callback_is_told_by_its_call_and_a_cancelled_one_by_why():
    done, gone = (
        Callback(id=f"B{n}", customer=C, purpose="greeting", due_at=NOW, state=state, closing=why, plan="x")
        for n, (state, why) in enumerate([("done", ""), ("cancelled", "do-not-contact")])
    )
    assert told(done, gone) == [("callback", "GREETING · CANCELLED · DO-NOT-CONTACT")]


def test_money_and_goods_are_told_in_yuan_and_by_name():
    items = (OrderItem(product="HX1", quantity=2, amount=158000), OrderItem(name="tea", quantity=1, amount=0))
    records = [
        Order(id="O1", customer=C, ordered_on=date(2026, 11, 20), items=items, total=158000),
        Payment(id="Y1", customer=C, order="O1", at=NOW, amount=50000, what="payment", method="cash"),
        Payment(id="Y2", customer=C, order="O1", at=LATER, amount=50000, what="refund"),
        Return(id="J1", customer=C, order="O1", asked_at=NOW, items=(ReturnedItem(product="HX1", quantity=2),)),
    ]
    assert told(*records) == [
        ("refund", "500.00 yuan"),
        ("payment", "500.00 yuan · PAY-CASH"),
        ("return", "Air cleaner × 2"),
        ("order", "Air cleaner × 2, tea × 1 · 1580.00 yuan"),
    ]


def test_an_invitation_stands_at_the_time_of_its_event_with_its_answer():
    invited = Invitation(id="N1", customer=C, event_id="G1", number="1205A-1", companions=1, answer="accepted")
    assert told(invited) == [("invitation", "Lecture · 1205A-1 · ACCEPTED · with 1")]
    (entry,) = timeline([Invitation(id="N1", customer=C, event_id="G1", number="1", attended_at=NOW)], NAMES)
    assert (entry.at, entry.what) == (LATER, "Lecture · 1 · ATTENDED")


def test_a_card_without_any_date_has_no_place_in_time():
    card = Card(
        id="K1", customer=C, number="BJLN-1", product="HX1",
        promises=Promises(reply=2, solution=8, solved=30, follow_up=72), created_at=NOW,
    )  # fmt: skip
    assert told(card) == [("card", "BJLN-1 · Air cleaner")]


def test_a_merge_that_was_split_has_two_lines():
    merge = Merge(id="M1", survivor=C, loser="C2", at=NOW, split_at=LATER)
    assert told(merge) == [("merge", f"C2 and {C} are apart again"), ("merge", f"C2 merged into {C}")]
