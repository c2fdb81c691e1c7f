from datetime import date, timedelta

import pytest

from crmkit.core.care.dossier import Dossier, facts, last_contact, next_appointment, totals
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Event, Invitation, Message, Order, Payment, Return, Touch, Visit
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import NOW, a_customer, a_run, at

C = "C2611-00000001"
DAY = timedelta(days=1)
ORDER = Order(
    id="O1", customer=C, ordered_on=date(2026, 11, 20), total=158000, collect_at=at("2026-11-24 15:00"),
    items=(OrderItem(product="HX1", quantity=2, amount=158000),),
)  # fmt: skip
PAID = Payment(id="Y1", customer=C, order="O1", at=NOW, amount=50000, what="payment")
BACK = Return(
    id="J1", customer=C, order="O1", asked_at=NOW, items=(ReturnedItem(product="HX1", quantity=1, amount=79000),)
)
EVENT = Event(id="G1", code="1205A", name="lecture", starts_at=at("2026-12-05 09:00"))


def dossier(*records, **around):
    return Dossier(customer=around.pop("customer", a_customer()), snapshot=Snapshot.of(*records), **around)


def a_callback(purpose="greeting", due=NOW, state=""):
    return Callback(id="B1", customer=C, purpose=purpose, due_at=due, state=state)


def an_invitation(**fields):
    return Invitation(id="N1", customer=C, event_id="G1", number="1205A-1", **fields)


def test_totals_add_up_all_orders_with_what_was_paid_and_what_came_back():
    unpriced = Order(id="O2", customer=C, ordered_on=date(2026, 11, 1))
    assert totals(dossier(ORDER, PAID, BACK, unpriced)) == {
        "revenue": 79000,
        "paid": 50000,
        "balance": 29000,
        "refund_owed": 0,
    }
    assert totals(dossier()) == {"revenue": 0, "paid": 0, "balance": 0, "refund_owed": 0}


def test_the_last_contact_is_the_latest_at_which_the_person_was_there_or_was_written_to():
    touch = Touch(id="T1", customer=C, at=NOW - 5 * DAY)
    spoken = Call(id="L1", customer=C, at=NOW - 4 * DAY, outcome="declined")
    missed = Call(id="L2", customer=C, at=NOW, outcome="no-answer")
    planned = Visit(id="V1", customer=C, purpose="courtesy", begins_at=NOW, ends_at=NOW)
    assert last_contact(dossier(touch, missed, planned)) == touch.at
    assert last_contact(dossier(touch, spoken, missed)) == spoken.at
    sent = Message(id="H1", customer=C, at=NOW - DAY, occasion="thanks")
    assert last_contact(dossier(touch, spoken, sent)) == sent.at
    assert last_contact(dossier(touch, sent, an_invitation(attended_at=NOW))) == NOW
    assert last_contact(dossier()) is None


def test_the_next_appointment_is_the_first_that_stands():
    visit = Visit(id="V1", customer=C, purpose="courtesy", begins_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY)
    records = (ORDER, a_callback(due=NOW + 2 * DAY), visit, an_invitation())
    found = next_appointment(a_run(), dossier(*records, EVENT))
    assert (found.kind, found.id, found.what) == ("collection", "O1", "balance")
    found = next_appointment(a_run(), dossier(*records[1:], EVENT))
    assert (found.kind, found.what) == ("callback", "greeting")
    found = next_appointment(a_run(), dossier(*records[2:], EVENT))
    assert (found.kind, found.id) == ("visit", "V1")
    found = next_appointment(a_run(), dossier(an_invitation(), EVENT))
    assert (found.kind, found.what, found.at) == ("event", "lecture", EVENT.starts_at)


@pytest.mark.parametrize(
    ("customer", "records"),
    [
        (a_customer(), [a_callback(state="done"), an_invitation(answer="declined"), an_invitation(state="void")]),
        (a_customer(do_not_contact=("all",)), [a_callback()]),
        (a_customer(), [ORDER, Payment(id="Y2", customer=C, order="O1", at=NOW, amount=158000, what="payment")]),
    ],
)
def test_what_is_closed_refused_or_paid_is_no_appointment(customer, records):
    assert next_appointment(a_run(), dossier(*records, EVENT, customer=customer)) is None


def test_the_facts_name_the_people_around():
    around = {"referrer": a_customer(2, name="李建国"), "referred": (a_customer(3, stage="buyer"),), "aliases": ("C9",)}
    found = facts(a_run(), dossier(**around))
    assert (found["referrer_name"], found["aliases"]) == ("李建国", ["C9"])
    assert found["referred"] == [{"id": "C2611-00000003", "name": "秦玉兰", "stage": "buyer"}]
    assert (found["last_contact"], found["next_appointment"]) == ("", {})
