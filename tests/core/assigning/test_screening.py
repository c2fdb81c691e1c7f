"""The screening of new files: until when, by whom, what comes of it."""

import json
from datetime import date, datetime, time, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.assigning.screening import OUTCOMES, last_day, screen, unscreened
from crmkit.core.calendar.hours import Calendar, Timetable
from crmkit.core.figures.screening import screenings
from crmkit.core.planning.planning import plan
from crmkit.core.planning.rules import active
from crmkit.core.planning.triggers import Trigger
from crmkit.core.snapshot import Snapshot
from crmkit.errors import CrmkitError, InvalidError
from crmkit.records import Call, Callback, Customer
from crmkit.records.customer import SOURCES
from tests.core.desk import HOLIDAYS, NOW, OPENING, TIMETABLE, ZONE, a_customer, a_phone, a_run, at, staff

LN = staff("LN", "screener")
PLANNED = Callback(id="B2611-00000001", customer="C2611-00000001", purpose="screening", due_at=NOW, owner="LN")


@pytest.mark.parametrize(
    ("source", "collected", "day"),
    [
        ("media-radio", "2026-11-23 09:12", "2026-11-23"),
        ("shop", "2026-11-23 19:59", "2026-11-23"),
        ("shop", "2026-11-23 21:00", "2026-11-24"),  # nobody may be called so late
        ("media-tv", "2026-11-21 11:00", "2026-11-23"),  # a Saturday
        ("media-tv", "2026-10-10 11:00", "2026-10-10"),  # a Saturday worked in exchange
        ("media-tv", "2026-10-01 11:00", "2026-10-05"),  # a holiday of seven days: never more than four
        ("outreach", "2026-11-23 09:12", "2026-11-25"),
        ("outreach", "2026-11-20 09:12", "2026-11-22"),
        ("referral", "2026-11-24 17:00", "2026-11-26"),
        ("", "2026-11-23 00:00", "2026-11-25"),
    ],
)
def test_the_source_says_until_when_a_file_is_screened(source, collected, day):
    customer = a_customer(source=source, collected_at=at(collected))
    assert str(last_day(a_run(), TIMETABLE)(customer)) == day


@settings(max_examples=60)
@given(st.sampled_from(SOURCES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_no_file_may_wait_longer_than_four_days(source, moment):
    collected = moment.replace(microsecond=0, tzinfo=NOW.tzinfo)
    waits = last_day(a_run(), TIMETABLE)(a_customer(source=source, collected_at=collected)) - collected.date()
    assert 0 <= waits.days <= 4


def test_without_a_rule_the_longest_wait_holds():
    rule = msgspec.structs.replace(a_run().settings.callback.rules[0], sources=("shop",))
    assert str(last_day(a_run(NOW, rule), TIMETABLE)(a_customer(source="outreach"))) == "2026-11-27"


def test_the_longest_overdue_comes_first_and_who_may_not_be_called_is_left_out():
    late = a_customer(1, source="outreach", collected_at=at("2026-11-16 09:00"))
    later = a_customer(2, collected_at=at("2026-11-13 09:00"))
    today = a_customer(3)
    others = [a_customer(4, stage="screened"), a_customer(5, suspect=True), a_customer(6, do_not_contact=("call",))]
    found = unscreened(a_run(), TIMETABLE, [today, late, later, *others])
    assert [(one.customer.id[-1], one.days_late) for one in found] == [("2", 10), ("1", 5), ("3", 0)]


def screened(outcome, customer=None, callbacks=(PLANNED,), screener=LN, **said):
    customer = customer or a_customer()
    return screen(a_run(), TIMETABLE, customer, callbacks, outcome, screener=screener, **said)


def only(change, record_type):
    (found,) = [record for record in change.puts if isinstance(record, record_type)]
    return found


@pytest.mark.parametrize(
    ("outcome", "stage", "call", "state"),
    [
        ("valid", "screened", "reached", "done"), ("lost", "lost", "reached", "done"),
        ("refused", "lost", "declined", "done"), ("wrong", "", "wrong-number", ""),
        ("invalid", "", "invalid-number", ""),
    ],
)  # fmt: skip
def test_an_outcome_is_a_call_a_stage_and_the_end_of_the_planned_screening(outcome, stage, call, state):
    change = screened(outcome, duration=250, note="想净水")
    made = only(change, Call)
    assert (made.outcome, made.duration, made.note, made.callback) == (call, 250, "想净水", PLANNED.id)
    assert only(change, Customer).stage == stage
    assert only(change, Callback).state == state
    assert change.counts == {outcome: 1}


def test_a_false_number_makes_the_file_suspect_or_leaves_it_to_the_next_number():
    assert only(screened("wrong"), Customer).suspect
    two = a_customer(phones=(a_phone(1), a_phone(2)))
    file = only(screened("invalid", two), Customer)
    assert ([phone.state for phone in file.phones], file.suspect) == (["invalid", ""], False)


def test_a_screening_that_nobody_planned_is_written_down_all_the_same():
    change = screened("valid", callbacks=())
    assert (only(change, Customer).stage, only(change, Call).callback) == ("screened", "")


def test_a_lost_file_can_be_won_back_and_a_screened_one_is_not_screened_again():
    assert only(screened("valid", a_customer(stage="lost")), Customer).stage == "screened"
    assert only(screened("wrong", a_customer(stage="lost")), Customer).stage == "lost"
    for stage in ("screened", "buyer"):
        with pytest.raises(InvalidError, match="screened already"):
            screened("valid", a_customer(stage=stage))


@pytest.mark.parametrize("nobody", [None, staff("WQ", "service"), staff("LN", "screener", left=True)])
def test_only_a_screener_screens(nobody):
    with pytest.raises(CrmkitError, match="may not screen"):
        screened("valid", screener=nobody)


def test_with_no_role_set_anybody_screens():
    run = a_run()
    free = msgspec.structs.replace(run.settings, screening=msgspec.structs.replace(run.settings.screening, role=""))
    change = screen(
        msgspec.structs.replace(run, by="", settings=free), TIMETABLE, a_customer(), (), "valid", screener=None
    )
    assert only(change, Customer).stage == "screened"


def test_an_unknown_outcome_is_refused_with_those_there_are():
    with pytest.raises(InvalidError) as refused:
        screened("asleep")
    assert all(outcome in refused.value.hint for outcome in OUTCOMES)


@pytest.mark.parametrize("typed", ["no-answer", "关机", "暂时无法接通", "拒接", "busy"])
def test_whoever_is_not_had_is_called_again_and_still_to_be_screened(typed):
    change = screened(typed)
    (again,) = [one for one in change.puts if isinstance(one, Callback)]
    (file,) = [one for one in change.puts if isinstance(one, Customer)]
    assert (again.state, again.attempt, file.stage, file.suspect) == ("", 1, "", False)


@pytest.mark.parametrize(("typed", "counted"), [("valid", "valid"), ("reached", "valid"), ("refused", "refused"),
                         ("有意向", "valid"), ("空号", "invalid"), ("wrong", "wrong"),
                         ("停机", "suspended")])  # fmt: skip
def test_the_words_of_a_call_and_those_of_a_screening_are_one_vocabulary(typed, counted):
    assert screened(typed).counts == {counted: 1}


HOURS = ((0, 0), (7, 59), (10, 30), (12, 40), (19, 59), (20, 0), (23, 59))


TABLES = {path.name: json.loads(path.read_text("utf-8")) for path in HOLIDAYS.glob("202[456].json")}
THREE_YEARS = Timetable(OPENING, Calendar.from_json(TABLES))
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(1096)]  # to 31 December 2026


def test_on_every_day_of_three_years_a_screening_is_planned_within_its_deadline_and_on_a_working_day_if_there_is_one():
    rules = [rule for rule in active(a_run()) if rule.row.purpose == "screening"]
    for day, source, hour in product(DAYS, SOURCES, HOURS):
        trigger = Trigger("C2611-00000001", "C2611-00000001", datetime.combine(day, time(*hour), ZONE), source=source)
        (rule,) = [rule for rule in rules if rule.applies(trigger)]
        due, last = rule.due_at(trigger, THREE_YEARS), rule.deadline(trigger, THREE_YEARS)
        said = (day, source, hour, due, last)
        assert trigger.at <= due, said
        assert due.date() <= last <= day + timedelta(days=4), said
        assert OPENING.next_open(due) == due, said
        if not THREE_YEARS.calendar.is_workday(due.date()):
            first = OPENING.next_open(trigger.at).date()
            assert THREE_YEARS.calendar.next_workday(first) > last, said


def test_what_is_planned_listed_and_counted_agree():
    files = [
        a_customer(n, source=SOURCES[n % len(SOURCES)], collected_at=datetime.combine(day, time(*HOURS[n % 7]), ZONE))
        for n, day in enumerate(DAYS)
    ]
    run = a_run(at("2027-02-01 10:00"), horizon_days=2000)
    planned = {one.customer: one.due_at for one in plan(run, THREE_YEARS.calendar, Snapshot.of(*files)).puts}
    last_days = {one.customer.id: one.last_day for one in unscreened(run, THREE_YEARS, files)}
    assert planned.keys() == last_days.keys() == {file.id for file in files}
    when_due = [_spoken(file, planned[file.id]) for file in files]
    on_the_last_day = [_spoken(file, datetime.combine(last_days[file.id], time(19), ZONE)) for file in files]
    too_late = [_spoken(file, one.at + timedelta(days=1)) for file, one in zip(files, on_the_last_day, strict=True)]
    for calls, state in ((when_due, "in-time"), (on_the_last_day, "in-time"), (too_late, "late")):
        judged = screenings(Snapshot.of(*files, *calls), run, THREE_YEARS)
        assert {file.id: judged(file) for file in files} == dict.fromkeys(last_days, state)


def _spoken(file, moment):
    return Call(id=f"L{file.id[1:]}", customer=file.id, at=moment, outcome="reached")
