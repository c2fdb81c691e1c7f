"""The clock of promises: worked values, and the same reckoned minute by minute."""

import json
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.calendar.clocks import Stretch, deadlines, due, lengths, running, stretches
from crmkit.core.calendar.worktime import WorkingTime
from crmkit.records.card import Promises
from tests.core.desk import CALENDAR, HOLIDAYS, SETTINGS, at

WORK = WorkingTime.of(SETTINGS.hours, CALENDAR)  # 08:30-12:00, 13:30-17:30
PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def pauses(*texts: str) -> list[tuple[datetime, datetime | None]]:
    """From `2026-11-18 11:00/2026-11-18 15:00`; without an end it goes on."""
    pairs = [text.partition("/") for text in texts]
    return [(at(begins), at(ends) if ends else None) for begins, _, ends in pairs]


@pytest.mark.parametrize(
    ("reported", "waits", "working", "wall"),
    [
        ("2026-11-18 10:00", [],
         ["2026-11-18 12:00", "2026-11-19 10:30", "2026-11-24 10:00", "2026-12-01 16:00"],
         ["2026-11-18 12:00", "2026-11-18 18:00", "2026-11-19 16:00", "2026-11-21 10:00"]),
        ("2026-11-18 10:00", ["2026-11-18 11:00/2026-11-18 15:00"],
         ["2026-11-18 16:00", "2026-11-19 14:30", "2026-11-24 14:00", "2026-12-02 09:30"],
         ["2026-11-18 16:00", "2026-11-18 22:00", "2026-11-19 20:00", "2026-11-21 14:00"]),
        ("2026-11-18 12:00", [], ["2026-11-18 15:30"], ["2026-11-18 14:00"]),  # a range ends as it is reported
        ("2026-11-18 17:30", [], ["2026-11-19 10:30"], ["2026-11-18 19:30"]),
        ("2026-09-24 16:30", [],  # Mid-Autumn, then National Day
         ["2026-09-28 09:30", "2026-09-28 17:00", "2026-10-08 16:30", "2026-10-15 12:00"],
         ["2026-09-24 18:30", "2026-09-25 00:30", "2026-09-25 22:30", "2026-09-27 16:30"]),
        ("2026-10-10 11:00", [], ["2026-10-10 14:30", "2026-10-12 11:30"], ["2026-10-10 13:00", "2026-10-10 19:00"]),
        ("2026-02-15 10:00", [], ["2026-02-24 10:30", "2026-02-25 09:00"], ["2026-02-15 12:00", "2026-02-15 18:00"]),
        ("2026-09-24 16:30", ["2026-09-28 10:00/2026-09-29 15:00"],  # eleven working hours
         ["2026-09-28 09:30", "2026-09-30 11:30"], ["2026-09-24 18:30", "2026-09-25 00:30"]),
    ],
)  # fmt: skip
def test_the_four_clocks_of_a_report(reported, waits, working, wall):
    wanted = list(lengths(PROMISES).values())
    assert [due(at(reported), n, pauses(*waits), WORK) for n in wanted[: len(working)]] == [at(w) for w in working]
    assert [due(at(reported), n, pauses(*waits)) for n in wanted[: len(wall)]] == [at(w) for w in wall]


def test_a_pause_counts_what_the_clock_would_have_counted():
    wait = pauses("2026-11-18 12:10/2026-11-18 13:20")
    assert due(at("2026-11-18 10:00"), hours(8), wait, WORK) == at("2026-11-19 10:30")  # over lunch: nothing
    assert due(at("2026-11-18 10:00"), hours(8), wait) == at("2026-11-18 19:10")


def test_pauses_that_touch_or_overlap_are_one():
    start, one = at("2026-11-18 10:00"), pauses("2026-11-18 11:00/2026-11-18 14:00")
    for waits in (
        pauses("2026-11-18 11:00/2026-11-18 12:00", "2026-11-18 12:00/2026-11-18 14:00"),
        pauses("2026-11-18 11:30/2026-11-18 14:00", "2026-11-18 11:00/2026-11-18 13:00"),
        [*one, *pauses("2026-11-18 12:00/2026-11-18 12:00", "2026-11-18 13:00/2026-11-18 11:30")],  # nothing, backwards
    ):
        assert due(start, hours(8), waits, WORK) == due(start, hours(8), one, WORK) == at("2026-11-19 12:00")
        assert due(start, hours(8), waits) == at("2026-11-18 21:00")


def test_a_pause_that_goes_on_leaves_the_due_time_open_unless_it_was_over_before():
    start = at("2026-11-18 10:00")
    assert due(start, hours(8), pauses("2026-11-18 11:00/")) is None
    assert due(start, hours(8), pauses("2026-11-18 18:00/")) == at("2026-11-18 18:00")  # in the very moment: reached
    assert due(start, hours(8), pauses("2026-11-18 17:59/")) is None
    assert running(start, at("2026-11-20 10:00"), pauses("2026-11-18 11:00/")) == hours(1)


def test_a_pause_after_the_due_time_moves_nothing():
    late = pauses("2026-09-28 10:00/2026-09-29 10:00")
    assert due(at("2026-09-24 16:30"), hours(8), late) == at("2026-09-25 00:30")


def test_a_pause_before_the_start_is_cut_off():
    assert due(at("2026-11-18 10:00"), hours(2), pauses("2026-11-17 10:00/2026-11-18 10:30")) == at("2026-11-18 12:30")
    assert due(at("2026-11-18 10:00"), hours(2), pauses("2026-11-17 10:00/2026-11-17 12:00")) == at("2026-11-18 12:00")


def test_the_account_of_a_clock_can_be_added_up_with_a_pencil():
    start, until = at("2026-11-18 11:00"), at("2026-11-19 09:00")
    waits = pauses("2026-11-18 14:00/2026-11-18 15:30")
    account = stretches(start, until, waits, WORK)
    assert account == [
        Stretch(at("2026-11-18 11:00"), at("2026-11-18 12:00"), "running", hours(1)),
        Stretch(at("2026-11-18 12:00"), at("2026-11-18 13:30"), "closed", hours(0)),
        Stretch(at("2026-11-18 13:30"), at("2026-11-18 14:00"), "running", hours(0.5)),
        Stretch(at("2026-11-18 14:00"), at("2026-11-18 15:30"), "waiting", hours(0)),
        Stretch(at("2026-11-18 15:30"), at("2026-11-18 17:30"), "running", hours(2)),
        Stretch(at("2026-11-18 17:30"), at("2026-11-19 08:30"), "closed", hours(0)),
        Stretch(at("2026-11-19 08:30"), at("2026-11-19 09:00"), "running", hours(0.5)),
    ]
    assert [(one.what, one.counted) for one in stretches(start, until, waits)] == [
        ("running", hours(3)), ("waiting", hours(0)), ("running", hours(17.5))
    ]  # fmt: skip


def test_a_promise_runs_by_the_clock_that_the_card_names():
    promises = Promises(reply=2, solution=8, solved=30, follow_up=72, working=("solution", "solved"))
    assert deadlines(promises, at("2026-11-27 16:00"), WORK) == {
        "reply": at("2026-11-27 18:00"),
        "solution": at("2026-11-30 16:30"),  # an hour and a half on Friday, the rest on Monday
        "solved": at("2026-12-03 16:00"),
        "follow_up": at("2026-11-30 16:00"),
    }


def test_a_promise_of_a_card_that_was_issued_in_another_zone_is_told_in_the_zone_of_the_report():
    reported = datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Berlin"))  # clocks go forward in the night
    assert due(reported, hours(8)).isoformat() == "2026-03-29T05:00:00+02:00"


FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 300 * 24 * 60
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


@cache
def worked(zone: str) -> bytearray:
    """For each minute since FIRST, 1 where it is working time in `zone`; the rule written down once more, by hand."""
    year = json.loads((HOLIDAYS / "2026.json").read_text("utf-8"))
    open_minutes = [*range(8 * 60 + 30, 12 * 60), *range(13 * 60 + 30, 17 * 60 + 30)]
    day_of_work = bytearray(1 if minute in open_minutes else 0 for minute in range(24 * 60))
    flags = bytearray()
    for block in range(MINUTES // 30):  # no zone is put forward or back within half an hour
        local = (FIRST + timedelta(minutes=block * 30)).astimezone(ZoneInfo(zone))
        day, minute = local.date(), local.hour * 60 + local.minute
        off = str(day) in year["holidays"] or (day.weekday() > 4 and str(day) not in year["workdays"])
        flags += bytes(30) if off else day_of_work[minute : minute + 30]
    return flags


minute_of_spring = st.integers(30 * 24 * 60, 100 * 24 * 60)
length_of_pause = st.one_of(st.integers(0, 90), st.integers(0, 30 * 24 * 60))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES), minute_of_spring, st.integers(0, 200 * 60), st.booleans(),
    st.lists(st.tuples(st.integers(-3000, 60 * 24 * 60), length_of_pause), max_size=6),
)  # fmt: skip
def test_the_due_time_is_that_of_a_count_minute_by_minute(zone, started, length, by_work, waits):
    """Months with holidays, make-up days, pauses at every edge, clocks put forward and back."""
    counted = worked(zone)[:] if by_work else bytearray(b"\1") * MINUTES
    for after, long in waits:
        begins = max(started + after, started)
        ends = max(started + after + long, started)
        counted[begins:ends] = bytes(ends - begins)
    sums = list(accumulate(counted[started:], initial=0))
    reached = started + bisect_left(sums, length)

    def moment(minute):
        return (FIRST + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))

    paused = [(moment(started + after), moment(started + after + long)) for after, long in waits]
    hours_of = WorkingTime.of(SETTINGS.hours, CALENDAR) if by_work else None
    found = due(moment(started), timedelta(minutes=length), paused, hours_of)
    assert found.astimezone(UTC) == moment(reached).astimezone(UTC)
    assert running(moment(started), found, paused, hours_of) == timedelta(minutes=length)
    account = stretches(moment(started), found, paused, hours_of)
    assert sum((one.counted for one in account), timedelta()) == timedelta(minutes=length)
    assert all(one.ends == other.begins for one, other in pairwise(account))


def test_the_count_knows_the_holidays_and_the_days_worked_in_exchange():
    def day(on):
        return (datetime(on.year, on.month, on.day, tzinfo=ZoneInfo("Asia/Shanghai")) - FIRST).days * 1440

    a_day = {on: sum(worked("Asia/Shanghai")[day(on) + 960 : day(on) + 960 + 1440]) for on in (
        date(2026, 2, 16), date(2026, 2, 28), date(2026, 3, 2), date(2026, 3, 7))}  # fmt: skip
    assert list(a_day.values()) == [0, 450, 450, 0]
