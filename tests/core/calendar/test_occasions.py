"""Birthdays, wedding days and festivals by both calendars; lunar dates checked against lunar_python both ways."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lunar_python import Lunar, Solar

from crmkit.core.calendar import occasions
from crmkit.core.calendar.lunar import months
from crmkit.errors import InvalidError
from crmkit.records.rows import Festival
from tests.core import desk

YEARS = st.integers(1930, 2099)
DAYS = st.dates(date(1930, 1, 1), date(2099, 12, 31))


def birthdays_in(text, year):
    """Every day of the solar year: mostly one, for a lunar date also two or none."""
    return tuple(found.day for found in occasions.occurrences("birthday", text, date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize(
    ("text", "year", "day"),
    [
        ("1953-01-02", 2026, date(2026, 1, 2)),
        ("--01-02", 2026, date(2026, 1, 2)),
        ("1952-02-29", 2028, date(2028, 2, 29)),
        ("1952-02-29", 2026, date(2026, 2, 28)),
        ("lunar:1953-08-15", 2026, date(2026, 9, 25)),
        ("lunar:--08-15", 2025, date(2025, 10, 6)),
        ("lunar:--01-01", 2026, date(2026, 2, 17)),
        ("lunar:--06-L15", 2025, date(2025, 8, 8)),  # 2025 has a leap sixth month
        ("lunar:--06-L15", 2026, date(2026, 7, 28)),  # 2026 has none: the ordinary sixth month
        ("lunar:--06-15", 2025, date(2025, 7, 9)),  # the ordinary month of a year that has both
        ("lunar:--12-30", 2026, date(2026, 2, 16)),  # that month has 29 days: its last
    ],
)
def test_the_day_of_the_celebration(text, year, day):
    assert birthdays_in(text, year) == (day,)


@pytest.mark.parametrize("text", ["", "lunar:--13-01", "lunar:--08-31", "1953-02-30", "--08-L15", "about 1953"])
def test_a_text_that_names_no_day_is_kept_on_no_day(text):
    assert birthdays_in(text, 2026) == ()


def test_a_lunar_day_late_in_the_year_falls_twice_in_one_solar_year_and_not_at_all_in_another():
    text = "lunar:--12-10"
    assert birthdays_in(text, 2025) == (date(2025, 1, 9),)
    assert birthdays_in(text, 2024) == (date(2024, 1, 20),)
    text = "lunar:--11-29"
    by_year = {year: len(birthdays_in(text, year)) for year in range(1990, 2030)}
    assert set(by_year.values()) == {0, 1, 2}
    twice = next(year for year, times in by_year.items() if times == 2)
    first, second = birthdays_in(text, twice)
    assert first < second
    keys = [found.key for found in occasions.occurrences("birthday", text, date(twice, 1, 1), date(twice, 12, 31))]
    assert keys == [f"birthday:{twice - 1}", f"birthday:{twice}"]


def test_no_birthday_is_kept_before_the_first_one():
    assert birthdays_in("2026-03-01", 2026) == ()
    assert birthdays_in("2026-03-01", 2027) == (date(2027, 3, 1),)
    assert birthdays_in("lunar:2025-12-20", 2026) == ()
    assert birthdays_in("lunar:2025-12-20", 2027) == (date(2027, 1, 27),)


@settings(max_examples=60)
@given(DAYS, YEARS)
def test_a_lunar_birthday_read_back_by_lunar_python_is_the_same_lunar_day(born, year):
    lunar = Solar.fromYmd(born.year, born.month, born.day).getLunar()
    month, day, leap = abs(lunar.getMonth()), lunar.getDay(), lunar.getMonth() < 0
    for kept in birthdays_in(f"lunar:--{month:02}-{'L' if leap else ''}{day:02}", year):
        back = Solar.fromYmd(kept.year, kept.month, kept.day).getLunar()
        of_year = months(back.getYear())
        has_leap = leap and (month, True) in of_year
        assert (abs(back.getMonth()), back.getMonth() < 0) == (month, has_leap)
        assert back.getDay() == min(day, of_year[month, has_leap].length)


@settings(max_examples=60)
@given(YEARS, st.integers(1, 12), st.integers(1, 29))
def test_the_solar_day_of_a_lunar_one_is_the_one_lunar_python_gives(year, month, day):
    solar = Lunar.fromYmd(year, month, day).getSolar()
    wanted = date(solar.getYear(), solar.getMonth(), solar.getDay())
    assert wanted in birthdays_in(f"lunar:--{month:02}-{day:02}", wanted.year)


@settings(max_examples=40)
@given(DAYS, st.integers(0, 40), st.sampled_from(["1950-02-29", "--12-31", "lunar:--12-30", "lunar:--04-L30"]))
def test_days_cut_in_two_hold_the_same_occasions_as_in_one(start, length, text):
    middle, end = start + timedelta(days=length), start + timedelta(days=1000)
    whole = list(occasions.occurrences("birthday", text, start, end))
    parts = [
        *occasions.occurrences("birthday", text, start, middle),
        *occasions.occurrences("birthday", text, middle + timedelta(days=1), end),
    ]
    assert whole == parts
    assert len({found.key for found in whole}) == len(whole)


def test_the_age_counts_the_years_of_the_calendar_in_which_the_day_is_written():
    (solar,) = occasions.occurrences("birthday", "1953-01-02", date(2026, 1, 1), date(2026, 1, 31))
    (lunar,) = occasions.occurrences("birthday", "lunar:1953-12-20", date(2026, 2, 1), date(2026, 2, 28))
    (unknown,) = occasions.occurrences("birthday", "--01-02", date(2026, 1, 1), date(2026, 1, 31))
    assert (solar.age, lunar.age, unknown.age) == (73, 72, None)


def test_a_person_has_a_birthday_and_a_wedding_day():
    person = desk.a_customer(birthday="lunar:1953-10-14", wedding_day="1978-11-22")
    found = occasions.of_customer(person, date(2026, 11, 22), date(2026, 11, 22))
    assert [(one.key, one.age) for one in found] == [("birthday:2026", 73), ("wedding:2026", 48)]


def test_the_festivals_of_2026():
    found = occasions.festivals(desk.SETTINGS.occasion.festivals, date(2026, 1, 1), date(2026, 12, 31))
    assert [(one.key, f"{one.day:%m-%d}") for one in found] == [
        ("festival:new-year:2026", "01-01"),
        ("festival:spring-festival:2026", "02-17"),
        ("festival:lantern:2026", "03-03"),
        ("festival:dragon-boat:2026", "06-19"),
        ("festival:mid-autumn:2026", "09-25"),
        ("festival:national-day:2026", "10-01"),
        ("festival:double-ninth:2026", "10-18"),
    ]


def test_a_festival_that_is_switched_off_is_left_out_and_one_on_no_day_is_refused():
    rows = [Festival(name="arbor-day", date="--03-12", off=True), Festival(name="founding", date="--05-08")]
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert [one.name for one in occasions.festivals(rows, *year)] == ["festival:founding"]
    with pytest.raises(InvalidError, match=r"festival founding: 05-32 is not a day"):
        occasions.festivals([Festival(name="founding", date="05-32")], *year)


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("birthday:2026", date(2026, 11, 23)),
        ("wedding:2026", date(2026, 11, 22)),
        ("festival:mid-autumn:2026", date(2026, 9, 25)),
        ("festival:easter:2026", None),
        ("season:2026-Q4", None),
        ("birthday:soon", None),
    ],
)
def test_the_day_of_a_greeting_follows_from_its_key(key, day):
    person = desk.a_customer(birthday="lunar:1953-10-15", wedding_day="1978-11-22")
    assert occasions.day_of(person, desk.SETTINGS.occasion.festivals, key) == day
