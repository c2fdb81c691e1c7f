from datetime import date, timedelta

import msgspec

from crmkit.core import due
from crmkit.core.assigning import recycling, screening
from crmkit.core.collecting.recheck import Recheck
from crmkit.records import Callback
from tests.core.desk import NOW, a_customer, a_run, at

CALLBACK = Callback(
    id="B2611-00000001", customer="C2611-00000001", purpose="screening", due_at=NOW, owner="LN", priority=90, plan="p"
)


def who(**fields: object):
    return lambda identifier: a_customer(**fields)


def test_a_callback_says_whom_to_call_on_which_number_and_why():
    (item,) = due.callbacks(a_run(), [CALLBACK], who(), str.upper)
    assert item == due.Item(
        "callback", "B2611-00000001", "C2611-00000001", "秦玉兰", "+8613900000001", NOW, "LN", "SCREENING"
    )


def test_a_number_is_asked_again_by_whoever_collected_it():
    customer = a_customer(collector="WQ")
    asking = Recheck(customer=customer, collected_at=customer.collected_at, due_at=at("2026-11-23 09:42"))
    (item,) = due.rechecks([asking])
    assert (item.kind, item.id, item.owner, item.due_at) == ("recheck", customer.id, "WQ", at("2026-11-23 09:42"))


def test_people_who_may_not_be_called_are_in_no_list():
    for fields in ({"suspect": True}, {"do_not_contact": ("all",)}, {"phones": ()}):
        assert list(due.callbacks(a_run(), [CALLBACK], who(**fields), str)) == []
        assert list(due.unanswered(a_run(), [CALLBACK], who(**fields), str)) == []
        assert list(due.unassigned(a_run(), [a_customer(**fields)])) == []


def test_a_callback_that_was_never_answered_waits_for_a_decision():
    stopped = msgspec.structs.replace(CALLBACK, state="stopped", attempt=4)
    (item,) = due.unanswered(a_run(), [stopped], who(), str.upper)
    assert (item.kind, item.owner) == ("unanswered", "LN")
    assert item.what == "SCREENING: not reached, 4 times; snooze it or cancel it"


def overdue(*callbacks, until=NOW + timedelta(hours=14), **fields):
    late = screening.Screening(a_customer(**fields), date(2026, 11, 20), 3)
    return list(due.screenings([late], lambda _id: callbacks, until, str.upper))


def test_an_overdue_screening_says_how_late_it_is():
    (item,) = overdue(CALLBACK)
    assert (item.kind, item.id, item.what) == ("callback", CALLBACK.id, "SCREENING: 3 days late")


def test_a_file_whose_screening_is_not_even_planned_is_listed():
    thanks = msgspec.structs.replace(CALLBACK, purpose="thanks")
    declined = msgspec.structs.replace(CALLBACK, state="done")
    for planned in ((), (thanks,), (declined,)):
        (item,) = overdue(*planned, owner="WQ")
        assert (item.kind, item.id, item.owner, item.due_at) == (
            "unscreened", "C2611-00000001", "WQ", at("2026-11-23 09:12")
        )  # fmt: skip


def test_a_screening_that_was_agreed_for_later_or_never_answered_is_not_overdue_twice():
    assert overdue(msgspec.structs.replace(CALLBACK, due_at=NOW + timedelta(days=1))) == []
    assert overdue(msgspec.structs.replace(CALLBACK, state="stopped")) == []


def test_a_file_that_passes_on_soon_is_told_to_whoever_has_it():
    file = a_customer(owner="LN")
    soon = recycling.UnsoldFile(file, date(2026, 8, 25), date(2026, 11, 25), "", ())
    (item,) = due.recycle_notices([soon], NOW.tzinfo)
    assert (item.kind, item.customer, item.owner, item.due_at) == (
        "recycle-notice", file.id, "LN", at("2026-11-25 00:00")
    )  # fmt: skip


def test_a_shared_number_waits_for_a_decision_even_if_the_person_may_not_be_called():
    (item,) = due.shared(a_run(), [a_customer(shared=True, do_not_contact=("all",))])
    assert (item.kind, item.customer, item.phone) == ("shared", "C2611-00000001", "")
    (item,) = due.shared(a_run(), [a_customer(shared=True)])
    assert item.phone == "+8613900000001"
