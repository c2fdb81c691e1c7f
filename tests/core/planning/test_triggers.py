"""The table of callbacks (core/docs.md, "Calls") row by row, with the default rules; Monday 2026-11-23, 10:00."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.planning.planning import plan
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Event, Invitation, Message, Order, Payment, Product, Record, Return, Visit
from crmkit.records.change import Change
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import CALENDAR, NOW, OPENING, a_customer, a_run, at, staff
from tests.core.planning.test_planning import card, changed

QIN = a_customer(stage="screened")
TEA = Product(id="P2611-00000001", code="TEA", daily_use=2)
DAY = timedelta(days=1)


def planned(snapshot: Snapshot, now=NOW, **options: int) -> Change:
    return plan(a_run(now, **options), CALENDAR, snapshot)


def due(snapshot: Snapshot, now=NOW) -> dict[str, str]:
    """The due time of what is planned, by purpose."""
    callbacks = [one for one in planned(snapshot, now).puts if not one.state]
    assert len({one.purpose for one in callbacks}) == len(callbacks)
    return {one.purpose: f"{one.due_at:%Y-%m-%d %H:%M}" for one in callbacks}


def an_order(number: int = 1, quantity: int = 60, **fields: object) -> Order:
    known = {"id": f"O2611-{number:08}", "customer": QIN.id, "ordered_on": date(2026, 11, 23), "total": 60000}
    items = (OrderItem(product="TEA", quantity=quantity, price=1000, amount=1000 * quantity),)
    return Order(**(known | {"items": items} | fields))


def a_return(order: Order, quantity: int) -> Return:
    item = ReturnedItem(product="TEA", quantity=quantity, amount=1000 * quantity)
    return Return(id="J2611-00000001", customer=QIN.id, order=order.id, asked_at=NOW, items=(item,))


def paid(order: Order, amount: int) -> Payment:
    return Payment(
        id="Y2611-00000001", customer=QIN.id, order=order.id, at=NOW, amount=amount, what="payment", method="cash"
    )


def an_event(starts: str = "2026-12-05 09:30", **fields: object) -> Event:
    begins = at(starts)
    return Event(id="G2611-00000001", code="1205A", starts_at=begins, ends_at=begins + timedelta(hours=2), **fields)


def a_guest(**fields: object) -> Invitation:
    known = {"id": "N2611-00000001", "event_id": "G2611-00000001", "customer": QIN.id, "number": "1205A-001"}
    return Invitation(**(known | {"created_at": NOW} | fields))


def hall(guest: Invitation | None = None, event: Event | None = None, *records: Record) -> Snapshot:
    return Snapshot.of(QIN, event or an_event(), guest or a_guest(), *records)


def test_the_arrival_is_checked_on_the_expected_day_once_the_goods_are_sent():
    expected = an_order(expected_on=date(2026, 11, 26))
    assert "arrival" not in due(Snapshot.of(QIN, expected))
    sent = msgspec.structs.replace(expected, sent_on=date(2026, 11, 24))
    assert due(Snapshot.of(QIN, sent))["arrival"] == "2026-11-26 08:00"


def test_the_collection_of_a_balance_is_announced_the_day_before():
    order = an_order(collect_at=at("2026-11-30 15:00"))  # a Monday: announced on Sunday
    assert due(Snapshot.of(QIN, order, paid(order, 100)))["balance"] == "2026-11-29 08:00"


def test_a_balance_that_was_paid_needs_no_reminder_and_one_agreed_anew_gets_its_own():
    order = an_order(collect_at=at("2026-11-27 15:00"))
    snapshot = Snapshot.of(QIN, order)
    reminder = next(one for one in planned(snapshot).puts if one.purpose == "balance")
    done = msgspec.structs.replace(reminder, state="done")
    settled = planned(changed(snapshot, paid(order, 60000), reminder))
    assert [one.closing for one in settled.puts if one.purpose == "balance"] == ["plan:gone"]
    later = msgspec.structs.replace(order, collect_at=at("2026-12-04 15:00"))
    for known, left in ((reminder, {reminder.id}), (done, set())):
        change = planned(changed(snapshot, later, known))
        balances = [one for one in change.puts if one.purpose == "balance"]
        assert {one.id for one in balances if one.state} == left
        assert [one.due_at for one in balances if not one.state] == [at("2026-12-03 08:00")]


def test_a_reminder_serves_until_the_day_of_the_collection():
    snapshot = Snapshot.of(QIN, an_order(collect_at=at("2026-11-27 15:00")))
    assert "balance" in due(snapshot, at("2026-11-27 10:00"))
    assert "balance" not in due(snapshot, at("2026-11-28 10:00"))
    late = planned(snapshot.after(planned(snapshot)), at("2026-11-28 10:00"))
    assert [(one.purpose, one.closing) for one in late.puts] == [("balance", "plan:lapsed")]


def test_a_reorder_call_comes_seven_days_before_the_supply_runs_out():
    snapshot = Snapshot.of(QIN, an_order(quantity=60), TEA)  # 30 days: until 23 December
    assert due(snapshot)["reorder"] == "2026-12-16 08:00"
    (call,) = (one for one in planned(snapshot).puts if one.purpose == "reorder")
    assert call.id.startswith("B2611-")  # filed under the month of the order, whatever its products are called


def test_what_came_back_is_not_used_up_and_what_was_bought_since_is_used_after_it():
    first, second = an_order(1, 60), an_order(2, 20, ordered_on=date(2026, 12, 3))
    few = Snapshot.of(QIN, first, a_return(first, 20), TEA)  # 20 days: until 13 December
    assert due(few)["reorder"] == "2026-12-04 08:00"
    snapshot = Snapshot.of(QIN, first, TEA)
    old = next(one for one in planned(snapshot).puts if one.purpose == "reorder")
    more = changed(snapshot, first, second, old)  # 40 days in all: until 2 January
    reorders = {one.about: one for one in planned(more, at("2026-12-04 10:00")).puts if one.purpose == "reorder"}
    assert reorders[first.id].closing == "plan:gone"
    assert reorders[second.id].due_at == at("2026-12-25 08:00")  # the 26th is a Saturday


def test_an_order_that_came_back_in_whole_leads_to_nothing_more():
    order = an_order(sent_on=NOW.date(), expected_on=date(2026, 11, 25), collect_at=at("2026-11-27 15:00"))
    snapshot = Snapshot.of(QIN, order, TEA)
    change = planned(snapshot)
    assert {one.purpose for one in change.puts} == {"thanks", "arrival", "first-use", "balance", "reorder"}
    partly = planned(changed(snapshot.after(change), a_return(order, 20)))
    assert {one.state for one in partly.puts} == {""}  # the reorder call moved
    wholly = planned(changed(snapshot.after(change), a_return(order, 60)))
    assert len(wholly.puts) == 5
    assert {one.closing for one in wholly.puts} == {"plan:gone"}


def test_the_second_use_callback_goes_with_the_order_as_well():
    order = an_order()
    call = Call(id="L2611-00000001", customer=QIN.id, at=NOW, outcome="reached")
    use = Callback(
        id="B2611-00000001",
        customer=QIN.id,
        purpose="first-use",
        due_at=NOW,
        state="done",
        call=call.id,
        about=order.id,
    )
    snapshot = Snapshot.of(QIN, order, use, call)
    assert due(snapshot)["second-use"] == "2026-12-23 08:00"
    cancelled = msgspec.structs.replace(order, cancelled_at=NOW)
    assert "second-use" not in due(changed(snapshot, cancelled))


@pytest.mark.parametrize(
    ("purpose", "plans"),
    [
        ("repair", {"service": "2026-11-30 08:00", "follow-up": "2026-11-26 08:00"}),  # 72 hours after it
        ("maintenance", {"service": "2026-11-30 08:00"}),
        ("installation", {"installed": "2026-12-23 08:00"}),
        ("courtesy", {}),
    ],
)
def test_a_finished_visit_is_asked_about(purpose, plans):
    made = Visit(
        id="V2611-00000001", customer=QIN.id, purpose=purpose, begins_at=NOW, ends_at=NOW, state="done",
        finished_at=NOW, about=card().id,
    )  # fmt: skip
    assert due(Snapshot.of(QIN, made, card())) == plans
    assert due(Snapshot.of(QIN, msgspec.structs.replace(made, state="missed"), card())) == {}


def test_calls_lead_to_an_event_as_far_as_the_guest_has_not_said_and_got_everything():
    assert due(hall()) == {
        "warm-up": "2026-11-25 08:00",
        "invite": "2026-11-27 08:00",  # seven days before is a Saturday
        "invitation-card": "2026-12-02 08:00",
    }
    held = a_guest(delivered_at=NOW)
    assert due(hall(held)) == {
        "warm-up": "2026-11-25 08:00",
        "invite": "2026-11-27 08:00",
        "event-eve": "2026-12-04 18:00",
    }
    accepted = msgspec.structs.replace(held, answer="accepted")
    assert due(hall(accepted)) == {"event-eve": "2026-12-04 18:00"}


def test_who_is_invited_at_short_notice_gets_the_invitation_at_once():
    now = at("2026-12-04 10:00")
    assert due(hall(a_guest(created_at=now)), now) == {"invite": "2026-12-04 10:00"}


@pytest.mark.parametrize(
    ("guest", "event"),
    [
        ({"answer": "declined"}, {}),
        ({"state": "void"}, {}),
        ({}, {"cancelled_at": NOW}),
    ],
)
def test_the_calls_go_when_the_guest_or_the_event_does(guest, event):
    snapshot = hall(a_guest(delivered_at=NOW))
    change = planned(changed(snapshot.after(planned(snapshot)), a_guest(delivered_at=NOW, **guest), an_event(**event)))
    assert len(change.puts) == 3
    assert {one.closing for one in change.puts} == {"plan:gone"}
    back = planned(changed(snapshot, *planned(snapshot).puts).after(change))
    assert {one.state for one in back.puts} == {""}
    assert back.counts["reopened"] == 3


def test_the_calls_move_with_the_event():
    snapshot = hall(a_guest(answer="accepted"))
    change = planned(changed(snapshot.after(planned(snapshot)), an_event("2026-12-12 09:30")))
    assert [f"{one.due_at:%m-%d %H:%M}" for one in change.puts if not one.state] == ["12-09 08:00", "12-11 18:00"]
    assert {one.closing for one in change.puts if one.state} == {"plan:gone"}


def test_the_evening_before_ends_at_eight_and_is_no_call_of_the_next_morning():
    snapshot = hall(a_guest(answer="accepted", delivered_at=NOW))
    (eve,) = planned(snapshot).puts
    assert (eve.due_at, eve.until) == (at("2026-12-04 18:00"), at("2026-12-04 20:00"))
    late = planned(changed(snapshot, eve), at("2026-12-05 08:00"))
    assert [one.closing for one in late.puts] == ["plan:lapsed"]
    assert planned(snapshot, at("2026-12-05 08:00")).counts["lapsed"] == 1


def test_who_came_and_bought_nothing_is_called_within_two_days():
    came = a_guest(answer="accepted", delivered_at=NOW, attended_at=at("2026-12-05 09:20"))
    now = at("2026-12-05 12:00")
    assert due(hall(came), now) == {"after-event": "2026-12-07 08:00"}
    assert due(hall(came), at("2026-12-05 10:00")) == {}  # it is still going on
    absent = msgspec.structs.replace(came, attended_at=None)
    assert due(hall(absent), now) == {}
    there = an_order(event_id="G2611-00000001", ordered_on=date(2026, 12, 5))
    assert "after-event" not in due(hall(came, None, there), now)


@pytest.mark.parametrize(
    ("starts", "ends", "now", "day"),
    [
        ("2026-12-09 09:30", None, "2026-12-10 00:00", "2026-12-11"),  # Wednesday: within 2 days of that day
        ("2026-12-09 09:30", "2026-12-09 21:00", "2026-12-10 00:00", "2026-12-11"),
        ("2026-12-09 20:00", "2026-12-10 00:00", "2026-12-10 00:00", "2026-12-11"),  # until midnight
        ("2026-12-09 20:00", "2026-12-10 00:30", "2026-12-10 01:00", "2026-12-11"),  # Saturday is off: a day earlier
        ("2026-12-08 09:30", "2026-12-10 11:00", "2026-12-10 12:00", "2026-12-11"),
        ("2026-12-06 09:30", None, "2026-12-07 00:00", "2026-12-08"),
    ],
)
def test_an_event_without_an_end_ends_on_its_own_day(starts, ends, now, day):
    event = msgspec.structs.replace(an_event(starts), ends_at=at(ends) if ends else None)
    came = a_guest(answer="accepted", delivered_at=NOW, attended_at=at(starts))
    assert due(hall(came, event), at(now)) == {"after-event": f"{day} 08:00"}
    assert due(hall(came, event), at(starts)) == {}


def test_who_sold_or_invited_calls_where_the_file_has_no_owner():
    team = (staff("WQ"), staff("ZH", left=True))
    snapshot = hall(a_guest(by="WQ"), None, an_order(by="ZH"), *team)
    owners = {one.purpose: one.owner for one in planned(snapshot).puts}
    assert (owners["invite"], owners["thanks"]) == ("WQ", "")
    assert {one.owner for one in planned(changed(snapshot, a_customer(owner="LN"))).puts} == {"LN"}


def test_a_birthday_is_greeted_on_its_day_and_planned_a_week_ahead():
    snapshot = Snapshot.of(a_customer(stage="screened", birthday="1953-11-29"))
    (greeting,) = planned(snapshot).puts
    assert (greeting.due_at, greeting.reason) == (at("2026-11-29 08:00"), "birthday")  # a Sunday
    assert planned(snapshot, at("2026-11-21 10:00")).puts == ()
    assert planned(snapshot, at("2026-12-01 10:00")).counts["planned"] == 1  # missed days are caught up
    assert planned(snapshot, at("2026-12-03 10:00")).puts == ()


def test_a_clock_set_back_takes_nothing_away_and_doubles_nothing():
    days = {"birthday": "1953-11-29", "wedding_day": "--11-28", "collected_at": at("2026-10-28 09:00")}
    snapshot = Snapshot.of(
        a_customer(stage="screened", grade="A", **days), a_guest(attended_at=NOW), an_event("2026-11-22 09:00")
    )
    first = planned(snapshot)
    assert sorted(one.purpose for one in first.puts) == ["after-event", "cadence", "greeting", "greeting"]
    for now in (at("2026-11-20 10:00"), at("2026-10-01 10:00")):
        early = snapshot.after(planned(snapshot.after(first), now))
        assert len({one.plan for one in early[Callback]}) == len(early[Callback])
        again = early.after(planned(early))
        assert {one.id for one in again[Callback] if not one.state} == {one.id for one in first.puts}


@pytest.mark.parametrize(
    ("birthday", "now", "day"),
    [
        ("--02-29", "2027-02-25 10:00", "2027-02-28"),
        ("lunar:1953-10-15", "2026-11-23 10:00", "2026-11-23"),
        ("lunar:--10-30", "2026-12-02 10:00", "2026-12-08"),  # that month has 29 days
        ("lunar:--06-L01", "2026-07-10 10:00", "2026-07-14"),  # no leap month that year
    ],
)
def test_birthdays_by_both_calendars(birthday, now, day):
    (greeting,) = planned(Snapshot.of(a_customer(stage="screened", birthday=birthday)), at(now)).puts
    assert str(greeting.due_at.date()) == day


def test_festivals_are_called_for_by_grade():
    now = at("2026-09-24 10:00")  # Mid-Autumn is on the 25th, National Day on 1 October
    snapshot = Snapshot.of(*(a_customer(n, stage="screened", grade=grade) for n, grade in enumerate("ABC", 1)))
    greetings = [one for one in planned(snapshot, now).puts if one.purpose == "greeting"]
    assert {(one.customer[-1], one.reason, f"{one.due_at:%m-%d}") for one in greetings} == {
        (n, festival, day) for n in "12" for festival, day in (("mid-autumn", "09-25"), ("national-day", "10-01"))
    }


def test_who_got_the_greeting_as_a_message_is_not_called_for_it():
    snapshot = Snapshot.of(a_customer(stage="screened", birthday="1953-11-25"))
    sent = Message(id="H2611-00000001", customer=QIN.id, at=NOW, occasion="birthday:2026")
    assert planned(changed(snapshot, sent)).puts == ()
    taken_back = planned(changed(snapshot.after(planned(snapshot)), sent))
    assert [one.closing for one in taken_back.puts] == ["plan:gone"]


def test_a_customer_of_grade_a_is_called_a_month_after_the_latest_contact():
    call = Call(id="L2611-00000001", customer=QIN.id, at=at("2026-10-25 15:00"), outcome="reached", direction="in")
    best = a_customer(stage="screened", grade="A", collected_at=at("2026-05-01 09:00"))
    snapshot = Snapshot.of(best, call)
    (cadence,) = planned(snapshot).puts
    assert (cadence.purpose, cadence.due_at) == ("cadence", at("2026-11-25 08:00"))
    assert planned(Snapshot.of(msgspec.structs.replace(best, grade="B"), call)).puts == ()
    visit = Visit(
        id="V2611-00000001", customer=QIN.id, purpose="courtesy", begins_at=NOW, ends_at=NOW, state="done"
    )  # fmt: skip
    change = planned(changed(snapshot.after(planned(snapshot)), visit))
    assert [one.closing for one in change.puts] == ["plan:gone"]
    december = planned(changed(snapshot, visit), at("2026-12-20 10:00"))
    assert [one.due_at for one in december.puts if not one.state] == [at("2026-12-23 08:00")]


def test_nobody_is_forgotten_for_want_of_any_contact():
    silent = a_customer(stage="screened", grade="A", collected_at=at("2024-05-01 09:00"))
    assert planned(Snapshot.of(silent)).counts["planned"] == 1


MOMENTS = st.datetimes(at("2026-10-20 00:00").replace(tzinfo=None), at("2026-12-20 00:00").replace(tzinfo=None))
DAYS = st.dates(date(2026, 10, 20), date(2026, 12, 20))


@settings(max_examples=40)
@given(DAYS, st.none() | MOMENTS, MOMENTS, st.sampled_from(["", "accepted"]), st.lists(MOMENTS, min_size=2, max_size=4))
def test_missed_days_change_nothing_but_what_lapsed(ordered_on, collect, starts, answer, runs):
    """However often planning ran, what is open at the end is what one run plans; nothing is due in quiet hours."""
    moment = starts.replace(tzinfo=NOW.tzinfo)
    snapshot = Snapshot.of(
        a_customer(grade="A", birthday="--11-30", collected_at=at("2026-10-20 09:00")),
        an_order(ordered_on=ordered_on, collect_at=collect and collect.replace(tzinfo=NOW.tzinfo)),
        TEA,
        an_event(f"{moment:%Y-%m-%d %H:%M}"),
        a_guest(answer=answer, created_at=at("2026-10-20 09:00")),
    )
    *early, last = sorted(run.replace(tzinfo=NOW.tzinfo) for run in runs)
    stepwise = snapshot
    for now in (*early, last):
        stepwise = stepwise.after(planned(stepwise, now))
    once = planned(snapshot, last)
    assert _open(stepwise[Callback]) == _open(once.puts)
    assert len({one.plan for one in stepwise[Callback]}) == len(stepwise[Callback])
    assert all(OPENING.next_open(one.due_at) == one.due_at for one in stepwise[Callback])
    assert planned(stepwise, last).puts == ()


def _open(callbacks) -> set[tuple[str, object]]:
    return {(one.plan, one.due_at) for one in callbacks if not one.state}
