"""Dates and birth dates as they stand in sheets."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.calendar.sheet_dates import birthday, moment, read_day
from crmkit.errors import InvalidError

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def read(text, near=NOW.date()):
    written = read_day(text)
    return moment(written, near, NOW).strftime("%Y-%m-%d %H:%M") if written else None


@pytest.mark.parametrize(
    "text",
    [
        "2026.11.3", "2026-11-03", "2026/11/3", "2026年11月3日", "2026年11月3号", "２０２６．１１．３", "20261103",
        "26年11月3日",
        "11月3日", "11.3", "11/3", "3 Nov 2026", "Nov 3, 2026", "November 3rd, 2026", "2026年11月3日(星期二)",
        "2026-11-03 00:00:00", "2026年11月3日 上午", "2026. 11. 3",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_spelt(text):
    assert read(text) == "2026-11-03 00:00"


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026-11-16 10:56", "10:56"), ("2026-11-16T10:56:30", "10:56"), ("11月16日 下午3点", "15:00"),
        ("11月16日下午3:05", "15:05"), ("2026/11/16 3:05 PM", "15:05"), ("11月16日 9点半", "09:30"), ("11-16 12 am",
        "00:00"),
    ],
)  # fmt: skip
def test_a_time_beside_the_day_is_kept(text, clock):
    assert read(text) == f"2026-11-16 {clock}"


@pytest.mark.parametrize("text", ["2026-02-30", "13.45", "2026-11-31", "1753-01-01", "2月30日", "2026-11-03 25:00"])
def test_a_day_or_time_that_does_not_exist_is_refused(text):
    with pytest.raises(InvalidError, match=r"is not a (day of the calendar|time of day)"):
        read_day(text)


def test_a_day_that_can_be_two_is_refused():
    with pytest.raises(InvalidError, match="two different days"):
        read_day("3/11/2026")
    assert read("25/11/2025") == read("11/25/2025") == "2025-11-25 00:00"
    for first, second in ((1, 2), (11, 12), (12, 1)):
        with pytest.raises(InvalidError, match="two different days"):
            read_day(f"{first}/{second}/2026")
    assert read("13/5/2026") == read("5/13/2026") == "2026-05-13 00:00"
    assert read("13/12/2025") == read("12/13/2025") == read("13.12.2025") == "2025-12-13 00:00"
    assert read("5/5/2026") == "2026-05-05 00:00"
    assert read("12-12-2025") == "2025-12-12 00:00"


@pytest.mark.parametrize("text", ["", "不详", "46329", "2026年11月", "11月12日-13日", "三个月前", "13900541731"])
def test_what_is_no_day_is_left_alone(text):
    assert read_day(text) is None


def test_a_missing_year_is_the_sheets_and_never_in_the_future():
    assert read("12月30日", near=date(2026, 1, 5)) == "2025-12-30 00:00"
    assert read("12月30日") == "2025-12-30 00:00"
    assert read("11月21日") == "2026-11-21 00:00"
    assert read("2月29日") == "2024-02-29 00:00"


@given(
    st.dates(date(2000, 1, 1), NOW.date()), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y"])
)
def test_the_key_of_a_day_is_the_same_in_every_spelling(day, spelling):
    assert read_day(day.strftime(spelling)).key() == day.isoformat()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1953-01-02", "1953-01-02"), ("1953年1月2日", "1953-01-02"), ("19530102", "1953-01-02"), ("53年1月2日",
        "1953-01-02"),
        ("1月2日", "--01-02"), ("--01-02", "--01-02"), ("农历八月十五", "lunar:--08-15"), ("1953年腊月初八",
        "lunar:1953-12-08"),
        ("阴历1953.12.8", "lunar:1953-12-08"), ("正月廿一", "lunar:--01-21"), ("2020年闰四月初十", "lunar:2020-04-L10"),
        ("闰四月十五", "lunar:--04-L15"), ("冬月三十", "lunar:--11-30"), ("lunar:1953-12-08", "lunar:1953-12-08"),
    ],
)  # fmt: skip
def test_a_birth_date_is_stored_in_one_form(text, stored):
    assert birthday(text, NOW.date()) == stored
    assert birthday(stored, NOW.date()) == stored


@pytest.mark.parametrize(
    "text", ["1953-02-30", "2030-01-01", "2021年闰四月初十", "1953年腊月三十一", "1953年十三月初一"]
)
def test_a_birth_date_that_cannot_be_is_refused(text):
    with pytest.raises(InvalidError):
        birthday(text, NOW.date())


@pytest.mark.parametrize("text", ["1953", "1953年2月", "不记得", "26年1月2日", "19551192", "属龙"])
def test_what_is_no_birth_date_is_left_alone(text):
    assert birthday(text, NOW.date()) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-03T09:00:00+08:00", "2026-11-03 09:00"), ("2026-11-03T01:00:00Z", "2026-11-03 09:00"),
        ("2026-11-03T01:00:00.000Z", "2026-11-03 09:00"), ("2026-11-03 09:00:00 +0800", "2026-11-03 09:00"),
        ("2026-11-02T20:30-05:00", "2026-11-03 09:30"), ("2026-11-02T16:00Z", "2026-11-03 00:00"),
        ("2026-11-03T00:00:00Z", "2026-11-03 08:00"), ("2026-11-03 9:00 UTC+8", "2026-11-03 09:00"),
        ("2026-11-03T06:30+05:30", "2026-11-03 09:00"),
    ],
)  # fmt: skip
def test_a_moment_with_its_zone_is_shown_in_the_archives(text, shown):
    assert read(text) == shown


def test_a_zone_that_does_not_exist_and_one_without_a_time_are_not_read():
    with pytest.raises(InvalidError, match=r"\+15:00 is not a time zone"):
        read_day("2026-11-03T09:00+15:00")
    assert read_day("2026-11-03 +0800") is None
    assert read_day("2026-11-03T09:00Z").key() != read_day("2026-11-03T09:00").key()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1953-06-08（农历）", "lunar:1953-06-08"), ("1953-06-08(阴历)", "lunar:1953-06-08"),
        ("六月十五(阴)", "lunar:--06-15"), ("1953.6.8 阴", "lunar:1953-06-08"), ("阴1953-06-08", "lunar:1953-06-08"),
        ("阴历53年六月初八", "lunar:1953-06-08"), ("农历一九五三年腊月廿三", "lunar:1953-12-23"),
        ("1953年农历六月初八", "lunar:1953-06-08"), ("夏历：六月十五", "lunar:--06-15"),
        ("阳历1953-06-08", "1953-06-08"), ("公历1953年6月8日", "1953-06-08"), ("1953.6.8（新历）", "1953-06-08"),
        ("公元1953年6月8日", "1953-06-08"), ("一九五三年六月八日", "1953-06-08"), ("六月八日", "--06-08"),
        ("五三年六月八日", "1953-06-08"), ("二〇〇一年十月十日", "2001-10-10"),
        ("一九五三年十二月二十三号", "1953-12-23"),
    ],
)  # fmt: skip
def test_a_birthday_with_the_word_for_its_calendar_or_in_chinese_figures_is_read(text, stored):
    assert birthday(text, NOW.date()) == stored


@pytest.mark.parametrize("text", ["六月十五", "阳历农历1953-06-08", "阴历26年六月初八", "公历1953年腊月初八", "农历"])
def test_a_birthday_of_which_the_calendar_or_century_is_not_known_is_left_unread(text):
    assert birthday(text, NOW.date()) is None


def test_a_column_of_lunar_birthdays_may_hold_solar_ones():
    assert birthday("1953-06-08", NOW.date(), lunar=True) == "lunar:1953-06-08"
    assert birthday("1953-06-08（公历）", NOW.date(), lunar=True) == "1953-06-08"
    with pytest.raises(InvalidError, match="still to come"):
        birthday("农历2030-01-01", NOW.date())
