from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.planning.planning import plan
from crmkit.core.planning.triggers import TRIGGERS
from crmkit.core.snapshot import Snapshot
from crmkit.errors import InvalidError
from crmkit.records import Call, Callback, Card, Order, Record
from crmkit.records.card import Promises
from crmkit.records.change import Change
from crmkit.records.customer import Consent
from crmkit.records.rows import CallbackRule
from tests.core.desk import CALENDAR, NOW, OPENING, SETTINGS, a_customer, a_phone, a_run, at, staff

PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)


def planned(snapshot: Snapshot, now=NOW, *rules: CallbackRule, **options: int) -> Change:
    return plan(a_run(now, *rules, **options), CALENDAR, snapshot)


def only(change: Change) -> Callback:
    (callback,) = change.puts
    return callback


def order(day: str, number: int = 1, customer: str = "C2611-00000001") -> Order:
    return Order(id=f"O2611-{number:08}", customer=customer, ordered_on=date.fromisoformat(day))


def card(number: int = 1, **fields: object) -> Card:
    known = {"id": f"K2611-{number:08}", "number": "BJLN-26110001-X", "customer": "C2611-00000001", "product": "XA-3"}
    return Card(**(known | {"promises": PROMISES} | fields))


def changed(snapshot: Snapshot, *records: Record) -> Snapshot:
    """The snapshot with these records, new ones or others of the same id."""
    return snapshot.after(Change(puts=records))


@pytest.mark.parametrize(
    ("source", "collected", "due"),
    [
        ("media-radio", "2026-11-23 09:12", "2026-11-23 09:12"),  # the same working day, not before it came in
        ("shop", "2026-11-23 06:30", "2026-11-23 08:00"),
        ("media-tv", "2026-11-23 12:45", "2026-11-23 14:30"),  # the midday rest
        ("media-press", "2026-11-23 20:10", "2026-11-24 08:00"),  # after hours
        ("media-radio", "2026-11-21 11:00", "2026-11-23 08:00"),  # Saturday → Monday
        ("media-radio", "2026-10-10 11:00", "2026-10-10 11:00"),  # a Saturday worked in exchange
        ("outreach", "2026-11-23 09:12", "2026-11-25 08:00"),  # within 2 days
        ("referral", "2026-11-24 17:00", "2026-11-26 08:00"),
        ("outreach", "2026-11-20 09:12", "2026-11-20 09:12"),  # Sunday is too late for Friday, so Friday it is
        ("outreach", "2026-11-21 09:12", "2026-11-23 08:00"),  # Saturday's stand is called on Monday
        ("import", "2026-11-23 00:00", "2026-11-25 08:00"),
        ("", "2026-11-23 09:12", "2026-11-25 08:00"),
    ],
)
def test_a_new_file_is_screened_by_its_source(source, collected, due):
    callback = only(planned(Snapshot.of(a_customer(source=source, collected_at=at(collected)))))
    assert callback.purpose == "screening"
    assert callback.due_at == at(due)


def test_no_file_waits_longer_than_four_days_even_over_a_long_holiday():
    for source, due in (("media-radio", "2026-10-05 08:00"), ("outreach", "2026-10-03 08:00")):
        customer = a_customer(source=source, collected_at=at("2026-10-01 10:00"))
        callback = only(planned(Snapshot.of(customer), at("2026-10-01 12:00")))
        assert callback.due_at == at(due)


@pytest.mark.parametrize(
    ("source", "collected", "due"),
    [
        ("outreach", "2026-10-05 10:00", "2026-10-07 08:00"),  # the whole term is National Day: onto its last day
        ("outreach", "2026-10-06 10:00", "2026-10-08 08:00"),  # work begins again within the term
        ("outreach", "2026-10-06 21:00", "2026-10-08 08:00"),
        ("outreach", "2026-09-30 10:00", "2026-09-30 10:00"),  # the last working moment before
        ("outreach", "2026-09-30 21:00", "2026-10-03 08:00"),  # nobody may be called so late
        ("shop", "2026-10-05 10:00", "2026-10-08 08:00"),  # the same working day, three days on
        ("shop", "2026-09-30 21:00", "2026-10-04 08:00"),  # never more than four days
        ("outreach", "2026-05-02 10:00", "2026-05-04 08:00"),  # Labour Day until the 5th
    ],
)
def test_a_day_off_moves_the_screening_only_within_its_deadline(source, collected, due):
    customer = a_customer(source=source, collected_at=at(collected))
    assert only(planned(Snapshot.of(customer), at(collected))).due_at == at(due)


@pytest.mark.parametrize(
    ("trigger", "due"),
    [
        ("2026-09-28 10:00", "2026-09-30 08:00"),
        ("2026-09-29 10:00", "2026-09-30 08:00"),  # the last working day of the term
        ("2026-10-02 10:00", "2026-10-04 08:00"),  # no working day in it: onto its last day, not after it
        ("2026-10-06 10:00", "2026-10-08 08:00"),
    ],
)
def test_a_term_is_kept_whatever_it_is_about(trigger, due):
    visit = CallbackRule(name="after", trigger="file", purpose="service", due="+2d", day_off="previous")
    customer = a_customer(collected_at=at(trigger))
    assert only(planned(Snapshot.of(customer), at(trigger), visit)).due_at == at(due)


def test_a_file_without_a_collection_time_counts_from_when_it_was_written():
    customer = a_customer(collected_at=None, created_at=at("2026-11-23 09:30"))
    assert only(planned(Snapshot.of(customer))).due_at == at("2026-11-23 09:30")


def test_an_order_is_followed_by_thanks_and_the_first_use_callback():
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"))
    assert {c.purpose: c.due_at for c in planned(snapshot).puts} == {
        "thanks": at("2026-11-24 08:00"),
        "first-use": at("2026-11-30 08:00"),
    }


def test_a_term_that_ends_on_a_day_off_is_kept_by_calling_earlier():
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-21"))  # 7 days later is a Saturday
    assert {c.purpose: c.due_at for c in planned(snapshot).puts} == {
        "thanks": at("2026-11-23 08:00"),
        "first-use": at("2026-11-27 08:00"),
    }


def test_a_card_is_followed_by_first_use_installation_and_renewal():
    unit = card(
        bought_on=date(2026, 11, 16), installed_on=date(2026, 11, 20), warranty_until=date(2026, 12, 31)
    )  # fmt: skip
    callbacks = planned(Snapshot.of(a_customer(stage="screened"), unit)).puts
    assert {c.purpose: c.due_at for c in callbacks} == {
        "first-use": at("2026-11-23 08:00"),
        "installed": at("2026-12-18 08:00"),  # the 20th is a Sunday
        "renewal": at("2026-12-01 08:00"),
    }
    assert {c.about for c in callbacks} == {unit.id}


def test_a_date_that_is_not_known_plans_nothing():
    snapshot = Snapshot.of(a_customer(stage="screened"), card(created_at=NOW))
    assert planned(snapshot).puts == ()


@pytest.mark.parametrize("state", ["void", "replaced"])
def test_a_card_that_no_longer_stands_plans_nothing(state):
    snapshot = Snapshot.of(a_customer(stage="screened"), card(bought_on=date(2026, 11, 20), state=state))
    assert planned(snapshot).puts == ()


def done(purpose: str, outcome: str) -> tuple[Callback, Call]:
    call = Call(id="L2611-00000001", customer="C2611-00000001", at=at("2026-11-20 15:00"), outcome=outcome)
    callback = Callback(
        id="B2611-00000001", customer=call.customer, purpose=purpose, due_at=call.at, state="done", call=call.id
    )
    return callback, call


def test_what_was_planned_for_an_order_goes_when_nothing_of_the_order_stands():
    placed = order("2026-11-23")
    open_order = Snapshot.of(a_customer(stage="screened"), placed)
    first = planned(open_order)
    cancelled = msgspec.structs.replace(placed, cancelled_at=NOW)
    change = planned(changed(open_order.after(first), cancelled))
    assert change.counts == {"planned": 0, "unchanged": 0, "cancelled": 2, "screened": 1}
    assert {(one.state, one.closing) for one in change.puts} == {("cancelled", "plan:gone")}
    gone = changed(open_order, cancelled, *first.puts).after(change)
    assert planned(gone).puts == ()
    assert {one.state for one in planned(changed(gone, placed)).puts} == {""}  # the reason is back


def test_what_was_made_or_cancelled_by_a_person_stays_when_its_reason_is_gone():
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"))
    thanks, use = planned(snapshot).puts
    closed = (
        msgspec.structs.replace(thanks, state="done"),
        msgspec.structs.replace(use, state="cancelled", closing="moved"),
    )
    assert planned(snapshot.after(Change(puts=closed, drops=(order("2026-11-23").id,)))).puts == ()
    assert planned(changed(snapshot, *closed)).puts == ()


def test_what_nobody_touched_moves_with_the_day_of_its_trigger():
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"))
    first = planned(snapshot)
    later = changed(snapshot.after(first), order("2026-11-25"))
    change = planned(later)
    assert change.counts == {"planned": 0, "unchanged": 0, "moved": 2, "screened": 1}
    assert {c.purpose: c.due_at for c in change.puts} == {
        "thanks": at("2026-11-26 08:00"),
        "first-use": at("2026-12-02 08:00"),
    }
    assert planned(later.after(change)).puts == ()


@pytest.mark.parametrize("fields", [{"due_at": at("2026-11-24 15:00")}, {"attempt": 1}, {"state": "done"}])
def test_what_somebody_touched_does_not_move(fields):
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"))
    touched = tuple(msgspec.structs.replace(one, **fields) for one in planned(snapshot).puts)
    assert planned(changed(snapshot, order("2026-11-25"), *touched)).puts == ()


def test_a_refusal_cancels_what_was_planned_and_taking_it_back_plans_nothing_old():
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"))
    refusing = Snapshot.of(a_customer(stage="screened", do_not_contact=("call",)), order("2026-11-23"))
    change = planned(changed(refusing, *planned(snapshot).puts))
    assert {one.closing for one in change.puts} == {"do-not-contact"}
    assert planned(changed(snapshot, *change.puts)).puts == ()


def test_a_screening_goes_once_the_file_is_screened():
    callback = only(planned(Snapshot.of(a_customer())))
    change = planned(Snapshot.of(a_customer(stage="screened"), callback))
    assert only(change).closing == "plan:gone"


def test_the_second_use_callback_follows_the_first_within_a_month():
    callback = only(planned(Snapshot.of(a_customer(), *done("first-use", "reached"))))
    assert callback.purpose == "second-use"
    assert callback.due_at == at("2026-12-18 08:00")


@pytest.mark.parametrize(("purpose", "outcome"), [("first-use", "declined"), ("thanks", "reached")])
def test_another_end_does_not_lead_to_the_second_use_callback(purpose, outcome):
    change = planned(Snapshot.of(a_customer(stage="screened"), *done(purpose, outcome)))
    assert change.puts == ()


def test_planning_again_changes_nothing_and_says_so():
    snapshot = Snapshot.of(a_customer(1), a_customer(2), order("2026-11-20"))
    first = planned(snapshot)
    again = planned(snapshot.after(first))
    assert first.counts["planned"] == 4
    assert again.puts == ()
    assert again.counts == {"planned": 0, "unchanged": 4}


@pytest.mark.parametrize(
    "fields", [{"state": "done"}, {"state": "cancelled"}, {"state": "stopped"}, {"due_at": at("2026-12-24 10:00")}]
)
def test_what_was_done_cancelled_or_moved_is_not_planned_again(fields):
    snapshot = Snapshot.of(a_customer())
    touched = msgspec.structs.replace(only(planned(snapshot)), **fields)
    assert planned(changed(snapshot, touched)).puts == ()


def test_two_clones_plan_the_same_record():
    snapshot = Snapshot.of(a_customer(), order("2026-11-20"), staff("LN", "screener"))
    early, late = planned(snapshot, at("2026-11-23 10:00")), planned(snapshot, at("2026-12-01 21:00"))
    assert early.puts == late.puts


def test_the_id_stays_when_the_date_of_the_trigger_is_corrected():
    wrong, right = order("2026-10-20"), order("2026-11-20")
    ids = [{c.id for c in planned(Snapshot.of(a_customer(), o)).puts} for o in (wrong, right)]
    assert ids[0] == ids[1]


def test_a_missed_day_is_caught_up_with_its_own_due_date():
    customer = a_customer(collected_at=at("2026-11-16 09:00"))
    assert only(planned(Snapshot.of(customer), at("2026-11-23 10:00"))).due_at == at("2026-11-16 09:00")


def test_what_would_have_been_due_long_ago_is_left_out():
    old, recent = a_customer(1, collected_at=at("2024-03-01 09:00")), a_customer(2, collected_at=at("2026-09-01 09:00"))
    change = planned(Snapshot.of(old, recent))
    assert only(change).customer == recent.id
    assert change.counts == {"planned": 1, "unchanged": 0, "too-old": 1}
    assert planned(Snapshot.of(old, recent), horizon_days=1).counts["too-old"] == 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"do_not_contact": ("all",)}, "do-not-contact"),
        ({"do_not_contact": ("call",)}, "do-not-contact"),
        ({"consents": (Consent(purpose="marketing", withdrawn_at=NOW),)}, "do-not-contact"),
        ({"suspect": True}, "suspect"),
        ({"phones": ()}, "no-phone"),
        ({"phones": (a_phone(1, "wrong"), a_phone(2, "invalid"))}, "no-phone"),
        ({"stage": "screened"}, "screened"),
        ({"stage": "lost"}, "screened"),
    ],
)
def test_who_is_not_called_is_counted_by_the_reason(fields, reason):
    change = planned(Snapshot.of(a_customer(**fields)))
    assert change.puts == ()
    assert change.counts == {"planned": 0, "unchanged": 0, reason: 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"do_not_contact": ("sms", "visit")},
        {"consents": (Consent(purpose="health", withdrawn_at=NOW), Consent(purpose="contact", given_at=NOW))},
        {"phones": (a_phone(1, "wrong"), a_phone(2))},
        {"stage": "buyer"},
    ],
)
def test_who_may_be_called_is_planned(fields):
    assert only(planned(Snapshot.of(a_customer(**fields)))).purpose == "screening"


def test_a_suspect_is_planned_once_a_number_is_confirmed():
    assert planned(Snapshot.of(a_customer(suspect=True))).puts == ()
    assert only(planned(Snapshot.of(a_customer(phones=(a_phone(1, "confirmed"),))))).purpose == "screening"


def test_somebody_spoken_with_needs_no_screening():
    call = Call(id="L2611-00000001", customer="C2611-00000001", at=NOW, outcome="reached", direction="in")
    assert planned(Snapshot.of(a_customer(), call)).counts["screened"] == 1
    missed = msgspec.structs.replace(call, outcome="no-answer")
    assert planned(Snapshot.of(a_customer(), missed)).counts["planned"] == 1


def test_a_screening_from_a_merged_file_serves_for_the_whole_person():
    moved = Callback(
        id="B2611-00000009", customer="C2611-00000001", purpose="screening", due_at=NOW, plan="screening:C2611-00000002"
    )
    alias = a_customer(2, merged_into="C2611-00000001", source="referral")
    assert planned(Snapshot.of(a_customer(), alias, moved)).counts == {
        "planned": 0, "unchanged": 1, "screened": 1,
    }  # fmt: skip


def test_a_file_that_was_merged_before_it_was_planned_still_leads_to_one_screening():
    old = a_customer(1, collected_at=at("2024-03-01 09:00"))
    new = a_customer(2, merged_into=old.id)
    callback = only(planned(Snapshot.of(old, new)))
    assert (callback.customer, callback.plan) == (old.id, f"screening-same-day:{new.id}")


def test_records_of_a_file_that_is_gone_are_left_out():
    assert planned(Snapshot.of(order("2026-11-20"))).counts == {"planned": 0, "unchanged": 0, "merged": 2}


def test_three_units_of_one_day_are_one_call():
    units = [card(n, bought_on=date(2026, 11, 20)) for n in (1, 2, 3)]
    change = planned(Snapshot.of(a_customer(stage="screened"), *units, order("2026-11-20")))
    assert sorted(c.purpose for c in change.puts) == ["first-use", "thanks"]
    assert change.counts["same-day"] == 3


def test_the_owner_of_the_file_calls():
    snapshot = Snapshot.of(a_customer(owner="WQ"), staff("LN", "screener"))
    assert only(planned(snapshot)).owner == "WQ"


def test_files_without_owner_go_by_turn_to_whoever_has_least_to_do():
    busy = Callback(id="B2611-00000009", customer="C2611-00000009", purpose="manual", due_at=NOW, owner="AA")
    team = (
        staff("AA", "screener"),
        staff("BB", "screener"),
        staff("CC", "service"),
        staff("DD", "screener", left=True),
    )
    change = planned(Snapshot.of(*(a_customer(n) for n in range(1, 6)), *team, busy))
    owners = [callback.owner for callback in change.puts]
    assert owners[0] == "BB"
    assert sorted(owners) == ["AA", "AA", "BB", "BB", "BB"]


def test_a_command_that_sees_one_customer_only_does_not_give_everything_to_the_first():
    team = tuple(staff(code, "screener") for code in ("AA", "BB", "CC"))
    owners = {only(planned(Snapshot.of(a_customer(n), *team))).owner for n in range(30)}
    assert owners == {"AA", "BB", "CC"}


def test_without_anybody_of_the_role_nobody_is_named():
    assert only(planned(Snapshot.of(a_customer(), staff("CC", "service")))).owner == ""


def test_a_year_whose_holidays_are_unknown_is_provisional_and_settled_once_they_are_known():
    unit = card(bought_on=date(2026, 1, 5), warranty_until=date(2027, 2, 5))
    snapshot = Snapshot.of(a_customer(stage="screened"), unit)
    callback = only(planned(snapshot))
    assert callback.provisional
    assert callback.due_at == at("2027-01-06 08:00")
    known = CALENDAR.from_json({"2027": {"year": 2027, "holidays": {"2027-01-06": "元旦"}, "workdays": {}}})
    change = plan(a_run(), known, snapshot.after(planned(snapshot)))
    assert change.counts["moved"] == 1
    assert (only(change).due_at, only(change).provisional) == (at("2027-01-05 08:00"), False)
    assert only(change).id == callback.id


def rule(**fields: object) -> CallbackRule:
    return CallbackRule(**({"name": "own", "trigger": "order", "purpose": "manual", "due": "+1d"} | fields))


def own(**fields: object) -> Callback:
    return only(planned(Snapshot.of(a_customer(), order("2026-11-20")), NOW, rule(**fields)))


def test_a_rule_of_ones_own_may_name_the_hour_and_keep_the_day():
    assert own(at="18:00", day_off="keep").due_at == at("2026-11-21 18:00")
    assert own(at="18:00").due_at == at("2026-11-23 18:00")
    assert own(at="13:00").due_at == at("2026-11-23 14:30")
    assert own(due="-3d", day_off="keep").due_at == at("2026-11-20 08:00")  # never before its trigger
    assert own(priority=7).priority == 7
    assert own(name="mine").reason == "mine"


def test_a_rule_can_be_switched_off():
    assert planned(Snapshot.of(a_customer(), order("2026-11-20")), NOW, rule(off=True)).counts["planned"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": "comet"}, {"purpose": "pressure"}, {"due": "soon"}, {"due": ""}, {"due": "+3h"}, {"at": "25:00"},
        {"at": "noon"}, {"latest": "never"},
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_named(fields):
    with pytest.raises(InvalidError, match="callback rule own"):
        planned(Snapshot.of(a_customer()), NOW, rule(**fields))


def test_every_default_rule_is_known_to_the_engine():
    assert planned(Snapshot.of()).counts == {"planned": 0, "unchanged": 0}
    assert {row.trigger for row in SETTINGS.callback.rules} == set(TRIGGERS)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.datetimes(at("2026-09-01 00:00").replace(tzinfo=None), at("2026-12-20 00:00").replace(tzinfo=None)),
            st.sampled_from(["media-radio", "shop", "outreach", "referral", "import", ""]),
        ),
        max_size=6,
    ),
    st.lists(st.dates(date(2026, 9, 1), date(2026, 12, 10)), max_size=4),
)
def test_whatever_is_planned_is_in_open_hours_and_planned_once(files, days):
    customers = [
        a_customer(n, source=source, collected_at=at(f"{moment:%Y-%m-%d %H:%M}"))
        for n, (moment, source) in enumerate(files, 1)
    ]
    orders = [order(str(day), n) for n, day in enumerate(days, 1)]
    snapshot = Snapshot.of(*customers, *orders)
    change = planned(snapshot, at("2026-12-20 12:00"))
    for callback in change.puts:
        assert OPENING.next_open(callback.due_at) == callback.due_at
        on_time = callback.purpose == "screening" and not CALENDAR.is_workday(callback.due_at.date())
        assert CALENDAR.is_workday(callback.due_at.date()) or on_time
    for callback in change.puts[: len(customers)]:
        if callback.purpose == "screening":
            collected = snapshot.customers[callback.customer].collected_at
            assert collected <= callback.due_at
            assert callback.due_at.date() - collected.date() <= timedelta(days=4)
    assert len({callback.id for callback in change.puts}) == len(change.puts)
    assert planned(snapshot.after(change), at("2026-12-20 12:00")).puts == ()


def test_a_call_that_a_merge_cancelled_as_doubled_does_not_stand_in_the_way_of_another():
    doubled = Callback(
        id="B2611-00000009", customer="C2611-00000001", purpose="thanks", due_at=at("2026-11-24 08:00"),
        state="cancelled", closing="merge C2611-00000001", plan="greet:C2611-00000002",
    )  # fmt: skip
    snapshot = Snapshot.of(a_customer(stage="screened"), order("2026-11-23"), doubled)
    assert planned(snapshot).counts["planned"] == 2
    by_hand = msgspec.structs.replace(doubled, closing="the person has called us")
    assert planned(changed(snapshot, by_hand)).counts["same-day"] == 1
