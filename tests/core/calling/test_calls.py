import msgspec
import pytest

from crmkit.core.calling import calls
from crmkit.core.calling.calls import Result
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.records import Call, Callback, Customer
from crmkit.records.change import Change
from tests.core.desk import NOW, TIMETABLE, a_customer, a_phone, a_run, at

CUSTOMER = a_customer()
SCREENING = Callback(
    id="B2611-00000001", customer=CUSTOMER.id, purpose="screening", due_at=NOW, owner="WQ", priority=90, plan="p"
)


def done(outcome: str, callback: Callback = SCREENING, customer: Customer = CUSTOMER, now=NOW, **fields) -> Change:
    return calls.done(a_run(now), TIMETABLE, callback, customer, Result(outcome, **fields))


def of(change: Change, record_type):
    return [record for record in change.puts if isinstance(record, record_type)]


def callback_of(change: Change) -> Callback:
    return next(record for record in of(change, Callback) if record.id == SCREENING.id)


def customer_of(change: Change) -> Customer:
    (customer,) = of(change, Customer)
    return customer


def test_a_call_that_reached_the_person_finishes_the_callback_and_is_written_down():
    change = done("reached", duration=190, note="knees; wants a leaflet", next="send the leaflet")
    (call,) = of(change, Call)
    assert (call.at, call.outcome, call.duration, call.by) == (NOW, "reached", 190, "LN")
    assert (call.callback, call.customer, call.phone) == (SCREENING.id, CUSTOMER.id, "+8613900000001")
    assert (call.note, call.next) == ("knees; wants a leaflet", "send the leaflet")
    assert (callback_of(change).state, callback_of(change).call) == ("done", call.id)
    assert change.ids == (SCREENING.id, call.id)
    assert change.counts == {"reached": 1}


def test_a_screening_that_reached_the_person_confirms_the_number_and_screens_the_file():
    customer = customer_of(done("reached"))
    assert customer.stage == "screened"
    assert customer.phones[0].state == "confirmed"


def test_a_buyer_who_is_screened_stays_a_buyer():
    assert customer_of(done("reached", customer=a_customer(stage="buyer"))).stage == "buyer"


def test_another_purpose_screens_nobody():
    change = done("reached", msgspec.structs.replace(SCREENING, purpose="thanks"))
    assert customer_of(change).stage == ""


def test_a_declined_call_finishes_the_callback_without_screening_the_file():
    change = done("declined")
    assert callback_of(change).state == "done"
    assert all(customer.stage == "" for customer in of(change, Customer))


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "switched-off", "unreachable", "call-rejected"])
@pytest.mark.parametrize(
    ("attempt", "now", "due"),
    [
        (0, "2026-11-23 10:00", "2026-11-23 14:30"),  # +3 h is in the midday rest
        (0, "2026-11-23 15:10", "2026-11-23 18:10"),
        (0, "2026-11-23 18:00", "2026-11-24 08:00"),
        (0, "2026-11-27 18:00", "2026-11-30 08:00"),  # Friday evening → Monday
        (0, "2026-11-28 09:00", "2026-11-28 12:00"),  # on a Saturday somebody is at work
        (1, "2026-11-23 10:00", "2026-11-24 14:30"),  # the next day's other half
        (1, "2026-11-23 15:00", "2026-11-24 08:00"),
        (1, "2026-11-27 10:00", "2026-11-30 14:30"),
        (2, "2026-11-23 10:00", "2026-11-26 10:00"),
        (2, "2026-11-25 15:00", "2026-11-30 15:00"),
    ],
)
def test_an_unanswered_call_is_tried_again_by_the_schedule(outcome, attempt, now, due):
    again = callback_of(done(outcome, msgspec.structs.replace(SCREENING, attempt=attempt), now=at(now)))
    assert (again.state, again.attempt, again.due_at) == ("", attempt + 1, at(due))


def test_after_the_last_try_it_stops_and_waits_for_a_decision():
    stopped = callback_of(done("no-answer", msgspec.structs.replace(SCREENING, attempt=3)))
    assert (stopped.state, stopped.attempt, stopped.closing) == ("stopped", 4, "no-answer")
    keys = set(stopped.keys())
    assert "stopped:" in keys
    assert not any(key.startswith("due:") for key in keys)


def test_a_stopped_callback_can_still_be_done():
    stopped = msgspec.structs.replace(SCREENING, state="stopped", closing="no-answer", attempt=4)
    assert callback_of(done("reached", stopped)).state == "done"


def test_a_dropped_call_is_redialled_at_once():
    again = callback_of(done("dropped", now=at("2026-11-23 11:00")))
    assert (again.state, again.due_at, again.attempt) == ("", at("2026-11-23 11:00"), 0)
    assert callback_of(done("dropped", now=at("2026-11-23 20:10"))).due_at == at("2026-11-24 08:00")


def test_who_does_not_answer_before_the_window_is_over_is_left_to_a_person():
    eve = msgspec.structs.replace(SCREENING, purpose="event-eve", until=at("2026-11-23 20:00"))
    assert callback_of(done("no-answer", eve, now=at("2026-11-23 15:30"))).due_at == at("2026-11-23 18:30")
    late = callback_of(done("no-answer", eve, now=at("2026-11-23 18:10")))
    assert (late.state, late.closing) == ("stopped", "no-answer")
    asked = callback_of(done("call-later", eve, now=at("2026-11-23 18:10"), next_at=at("2026-11-24 09:00")))
    assert (asked.state, asked.due_at, asked.until) == ("", at("2026-11-24 09:00"), None)  # as they wished


def test_call_later_is_due_when_the_person_said():
    change = done("call-later", next_at=at("2026-11-28 10:00"))
    assert callback_of(change).due_at == at("2026-11-28 10:00")  # a Saturday, as they wished
    moved = done("call-later", next_at=at("2026-11-24 13:00"))
    assert callback_of(moved).due_at == at("2026-11-24 14:30")
    assert "is in quiet hours" in moved.notes[0]


def test_call_later_without_a_time_is_refused():
    with pytest.raises(InvalidError, match="call-later needs the time"):
        done("call-later")


def test_a_time_that_was_named_decides_over_the_schedule():
    again = callback_of(done("no-answer", next_at=at("2026-11-25 09:00")))
    assert (again.due_at, again.attempt) == (at("2026-11-25 09:00"), 1)


def test_a_time_agreed_with_somebody_reached_becomes_a_callback_of_its_own():
    change = done("reached", next="bring the catalogue", next_at=at("2026-11-30 10:00"))
    (agreed,) = [one for one in of(change, Callback) if one.id != SCREENING.id]
    assert (agreed.purpose, agreed.due_at, agreed.owner) == ("manual", at("2026-11-30 10:00"), "WQ")
    assert agreed.reason == "bring the catalogue"
    assert change.ids[-1] == agreed.id


@pytest.mark.parametrize("outcome", ["wrong-number", "invalid-number", "suspended"])
def test_a_false_number_takes_the_only_number_out_of_the_lists(outcome):
    change = done(outcome)
    assert customer_of(change).suspect
    assert customer_of(change).phones[0].state in ("wrong", "invalid")
    assert callback_of(change).state == ""  # it comes back once a number is confirmed


def test_a_false_number_leaves_the_other_one_to_be_dialled_at_once():
    change = done("wrong-number", customer=a_customer(phones=(a_phone(1), a_phone(2))))
    assert not customer_of(change).suspect
    assert callback_of(change).due_at == NOW


def test_the_number_that_was_dialled_is_the_one_that_is_judged():
    change = done("wrong-number", customer=a_customer(phones=(a_phone(1), a_phone(2))), number="+8613900000002")
    assert [phone.state for phone in customer_of(change).phones] == ["", "wrong"]


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_what_is_closed_is_not_done_again(state):
    with pytest.raises(InvalidError):
        done("reached", msgspec.structs.replace(SCREENING, state=state))


def test_an_unknown_outcome_and_an_endless_call_are_refused():
    with pytest.raises(InvalidError, match="outcome: asleep is not known"):
        done("asleep")
    for duration in (-1, 86_401):
        with pytest.raises(InvalidError, match="does not last"):
            done("reached", duration=duration)


def logged(outcome: str, run: Run | None = None, customer: Customer = CUSTOMER, **fields) -> Change:
    return calls.log(run or a_run(), customer, Result(outcome, **fields))


def test_a_call_without_a_callback_is_written_down_as_it_was():
    change = logged("reached", note="asked for the price", direction="in", at=at("2026-11-22 16:00"))
    (call,) = of(change, Call)
    assert (call.at, call.direction, call.callback) == (at("2026-11-22 16:00"), "in", "")
    assert customer_of(change).phones[0].state == "confirmed"
    assert change.ids == (call.id,)


def test_a_call_of_tomorrow_is_refused():
    with pytest.raises(InvalidError, match="has not come yet"):
        logged("reached", at=at("2026-11-24 09:00"))


@pytest.mark.parametrize(
    ("text", "length"), [("", None), ("0", 0), ("90", 90), ("4:30", 270), ("0:05", 5), ("100:00", 6000)]
)
def test_the_length_of_a_call(text, length):
    assert calls.seconds(text) == length


@pytest.mark.parametrize("text", ["-1", "4:61", "long", "1:2:3", "4m", "1.5", "９０", " ", "1234567"])
def test_a_length_that_cannot_be_read_is_refused(text):
    with pytest.raises(InvalidError, match="is not the length of a call"):
        calls.seconds(text)


def test_the_number_dialled_is_found_in_any_spelling():
    customer = a_customer(phones=(a_phone(1), a_phone(2)))
    assert calls.dialled(customer, "139 0000 0002", "") == "+8613900000002"
    assert calls.dialled(customer, "", "") == ""
    with pytest.raises(InvalidError, match="has no number 13900000003"):
        calls.dialled(customer, "13900000003", "")


def noted(customer: Customer = CUSTOMER, known=(), outcome="reached", **fields) -> Change:
    return calls.log(a_run(), customer, Result(outcome, **fields), known)


def test_what_was_said_is_kept_as_it_was_said():
    change = noted(objections=("too dear", " "), mood="doubtful", promise=" leaflet ", external_id="P-1", by="WQ")
    (call,) = of(change, Call)
    assert (call.objections, call.mood, call.promise) == (("too dear",), "doubtful", "leaflet")
    assert (call.external_id, call.by) == ("P-1", "WQ")
    (call,) = of(done("reached", objections=("too dear",), mood="pleased", promise="leaflet"), Call)
    assert (call.objections, call.mood, call.promise) == (("too dear",), "pleased", "leaflet")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"mood": "purple"}, "mood: purple is not known"),
        ({"direction": "sideways"}, "direction: sideways is not known"),
        ({"direction": "in", "outcome": "wrong-number"}, "they called us"),
        ({"direction": "in", "outcome": "invalid-number"}, "they called us"),
        ({"direction": "in", "outcome": "suspended"}, "they called us"),
        ({"direction": "in", "outcome": "switched-off"}, "they called us"),
        ({"direction": "in", "outcome": "unreachable"}, "they called us"),
        ({"at": at("2026-11-23 10:01")}, "not come yet"),
    ],
)
def test_a_call_that_cannot_have_been_is_refused(fields, why):
    with pytest.raises(InvalidError, match=why):
        noted(**fields)


def test_an_incoming_call_confirms_the_number_it_came_from():
    two = a_customer(phones=(a_phone(1), a_phone(2)))
    change = noted(two, direction="in", number="+8613900000002")
    assert [phone.state for phone in customer_of(change).phones] == ["", "confirmed"]


def test_an_incoming_call_of_which_only_the_person_is_known_confirms_nothing_among_several_numbers():
    change = noted(a_customer(phones=(a_phone(1), a_phone(2))), direction="in")
    assert (of(change, Customer), of(change, Call)[0].phone) == ([], "")
    assert customer_of(noted(direction="in")).phones[0].state == "confirmed"


def test_a_call_of_the_past_says_nothing_about_a_number_that_was_called_since():
    (later,) = of(noted(), Call)
    assert of(noted(known=[later], outcome="wrong-number", at=at("2026-11-22 10:00")), Customer) == []
    other = msgspec.structs.replace(later, phone="+8613900000009")
    change = noted(known=[other], outcome="wrong-number", at=at("2026-11-22 10:00"))
    assert customer_of(change).phones[0].state == "wrong"


def test_the_number_may_be_the_one_by_which_the_person_was_named():
    two = a_customer(phones=(a_phone(1), a_phone(2)))
    assert calls.dialled(two, "", "010", "139 0000 0002") == "+8613900000002"
    assert calls.dialled(two, "13900000001", "010", "139 0000 0002") == "+8613900000001"
    assert calls.dialled(two, "", "010", "C2611-00000001") == ""


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"since": NOW.date(), "until": NOW.date()}, True),
        ({"since": at("2026-11-24 00:00").date()}, False),
        ({"until": at("2026-11-22 00:00").date()}, False),
        ({"objection": "TOO"}, True),
        ({"objection": "son"}, False),
        ({"mood": "pleased"}, False),
        ({"mood": "doubtful", "outcome": "reached", "caller": "LN"}, True),
    ],
)
def test_calls_are_found_by_day_outcome_caller_mood_and_objection(wanted, fits):
    (call,) = of(noted(objections=("Too dear",), mood="doubtful"), Call)
    assert calls.CallFilter(**wanted).fits(call, NOW.tzinfo) is fits


def test_a_call_to_the_only_number_is_to_that_number_though_it_was_in_doubt():
    suspect = a_customer(suspect=True, phones=(a_phone(1, "mismatch"),))
    for direction in ("", "in"):
        call, after = calls.log(a_run(), suspect, calls.Result("reached", direction=direction)).puts
        assert (call.phone, after.phones[0].state, after.suspect) == ("+8613900000001", "confirmed", False)


def test_which_of_several_doubtful_numbers_was_answered_has_to_be_said():
    suspect = a_customer(suspect=True, phones=(a_phone(1, "mismatch"), a_phone(2, "wrong")))
    (call,) = calls.log(a_run(), suspect, calls.Result("reached")).puts
    assert call.phone == ""
    call, after = calls.log(a_run(), suspect, calls.Result("reached", number="+8613900000001")).puts
    assert ([phone.state for phone in after.phones], after.suspect) == (["confirmed", "wrong"], False)
