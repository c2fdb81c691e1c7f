from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.calendar.hours import Calendar, Opening, Timetable
from crmkit.errors import InvalidError

ZONE = ZoneInfo("Asia/Shanghai")
OPENING = Opening.parse(["08:00-12:30", "14:30-20:00"])
YEAR = {
    "year": 2026,
    "holidays": {"2026-10-01": "国庆节", "2026-10-02": "国庆节"},
    "workdays": {"2026-10-10": "国庆节"},
}
CALENDAR = Calendar.from_json({"calendar/2026.json": YEAR})


def at(text, day="2026-11-23"):
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("00:00", "08:00"),
        ("07:59:59", "08:00"),
        ("08:00", "08:00"),
        ("10:17:09", "10:17:09"),
        ("12:29:59", "12:29:59"),
        ("12:30", "14:30"),
        ("13:00:01", "14:30"),
        ("14:30", "14:30"),
        ("19:59:59", "19:59:59"),
    ],
)
def test_a_moment_in_quiet_hours_moves_to_the_next_open_minute(moment, moved):
    assert OPENING.next_open(at(moment)) == at(moved)


@pytest.mark.parametrize("moment", ["20:00", "20:00:01", "23:59:59"])
def test_after_the_last_hour_it_is_the_next_morning(moment):
    assert OPENING.next_open(at(moment)) == at("08:00", "2026-11-24")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]))
def test_nothing_is_ever_due_in_quiet_hours_and_nothing_moves_back(naive, zone):
    moment = naive.replace(tzinfo=ZoneInfo(zone))
    moved = OPENING.next_open(moment)
    clock = moved.time()
    assert time(8) <= clock < time(12, 30) or time(14, 30) <= clock < time(20)
    assert moment <= moved < moment + timedelta(hours=14)
    assert OPENING.next_open(moved) == moved


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 3, 1))  # two 29 Februaries, clocks put forward and back


@settings(max_examples=200)
@given(MOMENTS, st.integers(0, 72 * 60).map(lambda minutes: timedelta(minutes=minutes)), ZONES)
def test_what_comes_later_is_never_due_earlier(naive, more, zone):
    moment = naive.replace(tzinfo=ZoneInfo(zone))
    later = (moment.astimezone(UTC) + more).astimezone(moment.tzinfo)
    assert OPENING.next_open(moment) <= OPENING.next_open(later)
    timetable = Timetable(OPENING, CALENDAR)
    due, after = (timetable.allowed(one, date(2020, 1, 1)) for one in (moment, later))
    assert moment <= due and due.date() <= after.date()
    assert CALENDAR.is_workday(due.date()) and OPENING.next_open(due) == due


def test_a_day_may_be_open_until_midnight():
    late = Opening.parse(["08:00-24:00"])
    assert late.next_open(at("23:59")) == at("23:59")


@pytest.mark.parametrize(
    ("moment", "other"), [("09:00", "14:30"), ("11:59", "14:30"), ("12:00", "08:00"), ("15:00", "08:00")]
)
def test_the_other_half_of_the_next_day(moment, other):
    assert OPENING.other_half(at(moment)) == at(other, "2026-11-24")


def test_without_an_afternoon_the_other_half_is_the_next_morning():
    assert Opening.parse(["09:00-11:00"]).other_half(at("09:30")) == at("09:00", "2026-11-24")


@pytest.mark.parametrize(
    "ranges",
    [
        [], ["8-12"], ["08:00-08:00"], ["12:00-08:00"], ["08:60-09:00"], ["08:00-24:01"],
        ["08:00-12:00", "11:00-20:00"], ["14:30-20:00", "08:00-12:30"], [""], ["08:00 - 12:30"],
    ],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(ranges):
    with pytest.raises(InvalidError):
        Opening.parse(ranges)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-09-30", True),
        ("2026-10-01", False),  # holiday on a Thursday
        ("2026-10-03", False),  # Saturday
        ("2026-10-10", True),  # Saturday worked in exchange
        ("2026-10-11", False),
        ("2026-10-12", True),
    ],
)
def test_holidays_and_make_up_workdays(day, works):
    assert CALENDAR.is_workday(date.fromisoformat(day)) is works


def test_the_workday_next_to_a_holiday():
    assert CALENDAR.next_workday(date(2026, 10, 1)) == date(2026, 10, 5)
    assert CALENDAR.previous_workday(date(2026, 10, 4)) == date(2026, 9, 30)
    assert CALENDAR.next_workday(date(2026, 10, 10)) == CALENDAR.previous_workday(date(2026, 10, 10))


def test_an_unknown_year_has_weekends_and_is_not_known():
    assert not CALENDAR.knows(date(2027, 10, 1))
    assert CALENDAR.is_workday(date(2027, 10, 1))
    assert not CALENDAR.is_workday(date(2027, 10, 2))
    assert CALENDAR.knows(date(2026, 1, 1))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_next_and_previous_are_workdays_and_nothing_lies_between(day):
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert before <= day <= after
    assert CALENDAR.is_workday(after) and CALENDAR.is_workday(before)
    assert not any(CALENDAR.is_workday(before + timedelta(days=n)) for n in range(1, (after - before).days))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "Expected"),
        ("2026", "Expected"),
        ({"year": 2026}, "holidays"),
        ({**YEAR, "year": "2026"}, "year"),
        ({**YEAR, "year": 2027}, "2026-10-01 is not in the year 2027"),
        ({**YEAR, "extra": 1}, "extra"),
        ({**YEAR, "holidays": {"2026-02-30": "春节"}}, "2026-02-30 is no date"),
        ({**YEAR, "workdays": {"10月10日": "国庆节"}}, "10月10日 is no date"),
        ({**YEAR, "holidays": ["2026-10-01"]}, "holidays"),
        ({**YEAR, "workdays": {"2026-10-01": "国庆节"}}, "2026-10-01 is both a holiday and a workday"),
    ],
)
def test_a_calendar_file_that_is_wrong_is_refused_by_name(document, words):
    with pytest.raises(InvalidError, match=r"calendar/2026\.json: ") as refused:
        Calendar.from_json({"calendar/2026.json": document})
    assert words in refused.value.message


def test_a_year_stands_in_one_file():
    with pytest.raises(InvalidError, match=r"calendar/b\.json: the year 2026 is there twice"):
        Calendar.from_json({"calendar/a.json": YEAR, "calendar/b.json": YEAR})


def test_without_calendar_files_only_weekends_are_off():
    calendar = Calendar.from_json({})
    assert calendar.is_workday(date(2026, 10, 1))
    assert not calendar.knows(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 13:00", "2026-11-23 14:30"),
        ("2026-11-27 20:30", "2026-11-30 08:00"),  # Friday night → Monday
        ("2026-11-28 15:00", "2026-11-30 15:00"),  # the time of day stays
        ("2026-10-01 15:00", "2026-10-05 15:00"),
        ("2026-11-22 15:00", "2026-11-22 15:00"),  # a Sunday, but today: somebody is at work
    ],
)
def test_a_timetable_moves_to_open_hours_of_a_working_day(moment, moved):
    timetable = Timetable(OPENING, CALENDAR)
    day, _space, clock = moment.partition(" ")
    day_after, _space, clock_after = moved.partition(" ")
    assert timetable.allowed(at(clock, day), date(2026, 11, 22)) == at(clock_after, day_after)
