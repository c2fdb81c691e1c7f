from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.calendar.hours import Calendar
from crmkit.core.calendar.worktime import WorkingTime, weekdays
from crmkit.errors import InvalidError
from tests.core.desk import CALENDAR, SETTINGS, at

HOURS = SETTINGS.hours  # 08:30-12:00, 13:30-17:30: 7.5 hours a day
WORK = WorkingTime.of(HOURS, CALENDAR)


def week(**days: tuple[str, ...]) -> WorkingTime:
    """Working time with hours of their own for some weekdays."""
    hours = msgspec.structs.replace(HOURS, week=msgspec.structs.replace(HOURS.week, **days))
    calendar = Calendar(CALENDAR.years, CALENDAR.holidays, CALENDAR.workdays, weekdays(hours))
    return WorkingTime.of(hours, calendar)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def begin(hours, moment):
    """The first moment from then on that is working time."""
    return next(hours.ranges(moment, moment + timedelta(days=30)))[0]


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 07:00", "2026-11-23 08:30"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 17:30", "2026-11-24 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),  # Friday → Monday
        ("2026-09-30 18:00", "2026-10-08 08:30"),  # over the National Day holidays
        ("2026-10-09 18:00", "2026-10-10 08:30"),  # to a Saturday worked in exchange
    ],
)
def test_the_next_working_moment(moment, working):
    assert begin(WORK, at(moment)) == at(working)


@pytest.mark.parametrize(
    ("moment", "length", "end"),
    [
        ("2026-11-23 10:00", 1, "2026-11-23 11:00"),
        ("2026-11-23 10:00", 2, "2026-11-23 12:00"),  # the end of a range is still in time
        ("2026-11-23 10:00", 2.5, "2026-11-23 14:00"),
        ("2026-11-23 09:00", 8, "2026-11-24 09:30"),
        ("2026-11-27 16:30", 30, "2026-12-03 16:30"),
        ("2026-11-28 03:00", 0.5, "2026-11-30 09:00"),
        ("2026-11-28 03:00", 0, "2026-11-28 03:00"),
        ("2026-09-30 17:00", 1, "2026-10-08 09:00"),
    ],
)
def test_adding_working_hours(moment, length, end):
    assert WORK.add(at(moment), hours(length)) == at(end)
    assert WORK.elapsed(at(moment), at(end)) == hours(length)


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00", 0),
        ("2026-11-23 12:10", "2026-11-23 13:20", 0),
        ("2026-11-23 00:00", "2026-11-24 00:00", 7.5),
        ("2026-11-21 00:00", "2026-11-22 23:00", 0),  # a weekend
        ("2026-09-28 00:00", "2026-10-12 00:00", 5 * 7.5 + 7.5),  # three days, the holidays, two and a Saturday
        ("2026-11-24 10:00", "2026-11-23 10:00", 0),
    ],
)
def test_the_working_time_between_two_moments(start, end, worked):
    assert WORK.elapsed(at(start), at(end)) == hours(worked)


def test_a_weekday_may_have_hours_of_its_own_or_none():
    branch = week(sat=("09:00-11:30",), wed=())
    assert begin(branch, at("2026-11-27 18:00")) == at("2026-11-28 09:00")  # Saturday morning
    assert begin(branch, at("2026-11-24 18:00")) == at("2026-11-26 08:30")  # Tuesday evening → Thursday
    assert branch.calendar.is_workday(date(2026, 11, 28)) and not branch.calendar.is_workday(date(2026, 11, 25))
    made_up = at("2026-10-10 00:00")  # a Saturday worked in exchange is a whole day
    assert branch.elapsed(made_up, at("2026-10-11 00:00")) == hours(7.5)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("working", (), "hours.working"), ("working", ("8-12",), "hours.working: '8-12'")],
)
def test_hours_that_make_no_sense_are_named(field, value, words):
    with pytest.raises(InvalidError, match=words):
        WorkingTime.of(msgspec.structs.replace(HOURS, **{field: value}), CALENDAR)
    with pytest.raises(InvalidError, match=r"hours\.week\.sat: 'morning'"):
        week(sat=("morning",))


def test_a_week_without_work_has_no_next_moment():
    with pytest.raises(InvalidError, match="no working time after 2026-11-23"):
        week(mon=(), tue=(), wed=(), thu=(), fri=()).add(at("2026-11-23 10:00"), timedelta(minutes=1))


@pytest.mark.parametrize(
    ("day", "after", "before"),
    [
        ("2026-11-24", "2026-11-24", "2026-11-24"),
        ("2026-11-28", "2026-11-30", "2026-11-27"),
        ("2026-10-01", "2026-10-08", "2026-09-30"),
        ("2026-10-10", "2026-10-10", "2026-10-10"),  # a Saturday worked in exchange
        ("2026-10-11", "2026-10-12", "2026-10-10"),
    ],
)
def test_the_workday_next_to_a_day(day, after, before):
    found = CALENDAR.next_workday(date.fromisoformat(day)), CALENDAR.previous_workday(date.fromisoformat(day))
    assert found == (date.fromisoformat(after), date.fromisoformat(before))


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 3, 1))  # two 29 Februaries, clocks put forward and back
LENGTHS = st.integers(0, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=80)
@given(MOMENTS, LENGTHS, LENGTHS, ZONES)
def test_working_hours_add_up_in_every_zone(naive, one, more, zone):
    moment = naive.replace(tzinfo=ZoneInfo(zone))
    first, both = WORK.add(moment, one), WORK.add(moment, one + more)
    assert moment.astimezone(UTC) <= first.astimezone(UTC) <= both.astimezone(UTC)
    assert WORK.elapsed(moment, both) == one + more
    assert WORK.elapsed(moment, first) + WORK.elapsed(first, both) == one + more
    assert WORK.add(first, more) == both


@settings(max_examples=80)
@given(MOMENTS, ZONES)
def test_the_next_working_moment_is_the_first(naive, zone):
    moment = naive.replace(tzinfo=ZoneInfo(zone))
    found = begin(WORK, moment)
    assert begin(WORK, found) == found >= moment
    assert WORK.elapsed(moment, found) == timedelta()
    assert WORK.elapsed(found, found + timedelta(minutes=1)) > timedelta()
    assert CALENDAR.is_workday(found.date())
