import msgspec
import pytest

from crmkit.core.callbacks import Work, add, cancel, in_order, listed, snooze
from crmkit.errors import InvalidError
from crmkit.records import Callback, Customer
from crmkit.records.change import Change
from tests.core.desk import NOW, TIMETABLE, a_customer, a_phone, a_run, at

CUSTOMER = a_customer(owner="WQ")
OPEN = Callback(
    id="B2611-00000001", customer=CUSTOMER.id, purpose="screening", due_at=at("2026-11-23 14:30"), plan="p", attempt=2
)


def added(due: str, purpose: str = "manual", customer: Customer = CUSTOMER, **options: object) -> Change:
    return add(a_run(), TIMETABLE, customer, purpose, at(due), **options)


def snoozed(until: str, callback: Callback = OPEN) -> Change:
    return snooze(a_run(), TIMETABLE, callback, at(until))


def only(change: Change) -> Callback:
    (callback,) = change.puts
    assert change.ids == (callback.id,)
    return callback


def test_a_callback_added_by_hand_is_due_when_it_was_asked_for():
    callback = only(added("2026-11-25 10:00", "reorder", reason="asked for it", priority=70, about="O2611-00000001"))
    assert (callback.due_at, callback.purpose, callback.state) == (at("2026-11-25 10:00"), "reorder", "")
    assert (callback.reason, callback.priority, callback.about) == ("asked for it", 70, "O2611-00000001")


def test_it_is_the_files_owners_unless_somebody_is_named():
    assert only(added("2026-11-25 10:00")).owner == "WQ"
    assert only(added("2026-11-25 10:00", owner="XX")).owner == "XX"
    assert only(added("2026-11-25 10:00", customer=a_customer(owner=""))).owner == "LN"  # who plans it


@pytest.mark.parametrize(
    ("wanted", "due"),
    [
        ("2026-11-25 13:00", "2026-11-25 14:30"),
        ("2026-11-25 20:00", "2026-11-26 08:00"),
        ("2026-11-28 07:00", "2026-11-28 08:00"),  # a Saturday: the person chose it
    ],
)
def test_quiet_hours_move_it_and_say_so(wanted, due):
    change = added(wanted)
    assert only(change).due_at == at(due)
    assert change.notes == (f"{wanted} is in quiet hours: moved to {due}",)


def test_a_time_outside_quiet_hours_is_not_talked_about():
    assert added("2026-11-25 10:00").notes == ()


def test_earlier_today_means_now():
    assert only(added("2026-11-23 08:00")).due_at == NOW


@pytest.mark.parametrize("handle", [added, snoozed])
def test_a_day_that_is_past_is_refused(handle):
    with pytest.raises(InvalidError, match="2026-11-22 is past"):
        handle("2026-11-22 10:00")


def test_an_unknown_purpose_is_refused():
    with pytest.raises(InvalidError, match="purpose: pressure is not known"):
        added("2026-11-25 10:00", "pressure")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"do_not_contact": ("all",)}, "does not want to be contacted"),
        ({"suspect": True}, "suspect"),
        ({"phones": (a_phone(1, "wrong"),)}, "no number"),
        ({"merged_into": "C2611-00000002"}, "merged"),
    ],
)
def test_who_may_not_be_called_gets_no_callback(fields, why):
    with pytest.raises(InvalidError, match=why):
        added("2026-11-25 10:00", customer=a_customer(**fields))


def test_a_service_that_was_asked_for_goes_on():
    assert only(added("2026-11-25 10:00", "service", a_customer(do_not_contact=("all",)))).purpose == "service"


def test_a_snoozed_callback_is_the_same_one_later():
    later = only(snoozed("2026-11-26 13:00"))
    assert later.due_at == at("2026-11-26 14:30")
    assert msgspec.structs.replace(later, due_at=OPEN.due_at) == OPEN


def test_snoozing_a_stopped_one_begins_again():
    stopped = msgspec.structs.replace(OPEN, state="stopped", closing="no-answer", attempt=4)
    later = only(snoozed("2026-11-26 10:00", stopped))
    assert (later.state, later.closing, later.attempt) == ("", "", 0)


def test_a_moved_date_is_no_longer_provisional():
    assert not only(snoozed("2027-01-26 10:00", msgspec.structs.replace(OPEN, provisional=True))).provisional


def test_a_cancelled_callback_keeps_its_plan_and_the_reason():
    gone = only(cancel(a_run(), OPEN, "moved away"))
    assert (gone.state, gone.closing, gone.plan) == ("cancelled", "moved away", "p")


@pytest.mark.parametrize(("state", "why"), [("done", "is done already"), ("cancelled", "was cancelled")])
def test_what_is_closed_stays_closed(state, why):
    closed = msgspec.structs.replace(OPEN, state=state)
    with pytest.raises(InvalidError, match=why):
        snoozed("2026-11-26 10:00", closed)
    with pytest.raises(InvalidError, match=why):
        cancel(a_run(), closed, "")


def test_what_a_person_moves_has_no_end_any_more():
    eve = msgspec.structs.replace(OPEN, until=at("2026-11-23 20:00"))
    assert only(snoozed("2026-11-24 09:00", eve)).until is None


def test_why_names_the_purpose_and_what_a_person_typed_but_not_the_rule():
    by_rule = msgspec.structs.replace(OPEN, reason="own-rule", plan="own-rule:C2611-00000001")
    assert Work(by_rule, CUSTOMER).why(str.upper) == "SCREENING"
    birthday = msgspec.structs.replace(by_rule, reason="birthday")
    assert Work(birthday, CUSTOMER).why(str.upper) == "SCREENING · BIRTHDAY"
    by_hand = msgspec.structs.replace(OPEN, plan="", reason="wants a leaflet")
    assert Work(by_hand, CUSTOMER).why(str.upper) == "SCREENING · wants a leaflet"


def test_the_most_urgent_come_first():
    def one(number: int, priority: int, due: str) -> Callback:
        return msgspec.structs.replace(OPEN, id=f"B2611-{number:08}", priority=priority, due_at=at(due))

    late, early = one(1, 50, "2026-11-23 15:00"), one(2, 50, "2026-11-20 09:00")
    urgent, twin = one(3, 90, "2026-11-25 09:00"), one(4, 50, "2026-11-23 15:00")
    assert in_order([twin, late, early, urgent]) == [urgent, early, late, twin]


def test_lists_leave_out_people_who_may_not_be_called():
    people = {
        "C1": a_customer(1, id="C1"),
        "C2": a_customer(2, id="C2", suspect=True),
        "C3": a_customer(3, id="C3", do_not_contact=("call",)),
        "C4": a_customer(4, id="C4", phones=()),
    }
    planned = [msgspec.structs.replace(OPEN, id=f"B{who}", customer=who) for who in people]
    assert [work.customer.id for work in listed(a_run(), planned, people.__getitem__)] == ["C1"]
    done = [msgspec.structs.replace(callback, state="done") for callback in planned]
    assert len(list(listed(a_run(), done, people.__getitem__))) == 4


def test_a_number_confirmed_brings_the_person_back_into_the_list():
    suspect, cleared = a_customer(suspect=True), a_customer(phones=(a_phone(1, "confirmed"),))
    assert list(listed(a_run(), [OPEN], lambda _id: suspect)) == []
    assert [work.callback for work in listed(a_run(), [OPEN], lambda _id: cleared)] == [OPEN]
