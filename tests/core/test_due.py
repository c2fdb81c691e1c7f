import msgspec

from crmkit.core import due
from crmkit.core.recheck import Due
from crmkit.records import Call, Callback
from tests.core.desk import NOW, a_customer, at

CALLBACK = Callback(
    id="B2611-00000001", customer="C2611-00000001", purpose="screening", due_at=NOW, owner="LN", priority=90, plan="p"
)


def who(**fields: object):
    return lambda identifier: a_customer(**fields)


def test_a_callback_says_whom_to_call_on_which_number_and_why():
    (item,) = due.callbacks([CALLBACK], who(), str.upper)
    assert item == due.Item(
        "callback", "B2611-00000001", "C2611-00000001", "秦玉兰", "+8613900000001", NOW, "LN", "SCREENING"
    )


def test_a_number_is_asked_again_by_whoever_collected_it():
    customer = a_customer(collector="WQ")
    asking = Due(customer=customer, collected_at=customer.collected_at, due_at=at("2026-11-23 09:42"))
    (item,) = due.rechecks([asking])
    assert (item.kind, item.id, item.owner, item.due_at) == ("recheck", customer.id, "WQ", at("2026-11-23 09:42"))


def test_people_who_may_not_be_called_are_in_no_list():
    for fields in ({"suspect": True}, {"do_not_contact": ("all",)}, {"phones": ()}):
        assert list(due.callbacks([CALLBACK], who(**fields), str)) == []
        assert list(due.unanswered([CALLBACK], who(**fields), str)) == []
        assert list(due.unscreened([a_customer(**fields)], lambda _id: (), lambda _id: ())) == []


def test_a_callback_that_was_never_answered_waits_for_a_decision():
    stopped = msgspec.structs.replace(CALLBACK, state="stopped", attempt=4)
    (item,) = due.unanswered([stopped], who(), str.upper)
    assert (item.kind, item.owner) == ("unanswered", "LN")
    assert item.what == "SCREENING: not reached, 4 times; snooze it or cancel it"


def test_a_file_whose_screening_is_not_even_planned_is_listed():
    (item,) = due.unscreened([a_customer(owner="WQ")], lambda _id: (), lambda _id: ())
    assert (item.kind, item.id, item.owner, item.due_at) == (
        "unscreened", "C2611-00000001", "WQ", at("2026-11-23 09:12")
    )  # fmt: skip


def test_a_planned_screening_or_a_conversation_is_enough():
    talk = Call(id="L2611-00000001", customer="C2611-00000001", at=NOW, outcome="reached")
    missed = msgspec.structs.replace(talk, outcome="no-answer")
    thanks = msgspec.structs.replace(CALLBACK, purpose="thanks")
    assert list(due.unscreened([a_customer()], lambda _id: [CALLBACK], lambda _id: ())) == []
    assert list(due.unscreened([a_customer()], lambda _id: (), lambda _id: [talk])) == []
    assert len(list(due.unscreened([a_customer()], lambda _id: [thanks], lambda _id: [missed]))) == 1


def test_a_shared_number_waits_for_a_decision_even_if_the_person_may_not_be_called():
    (item,) = due.shared([a_customer(shared=True, do_not_contact=("all",))])
    assert (item.kind, item.customer) == ("shared", "C2611-00000001")
