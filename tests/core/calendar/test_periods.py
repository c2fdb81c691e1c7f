"""Weeks, months and years, as periods and as where a list begins or ends; from Saturday 2026-11-21 in Shanghai."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.calendar.dates import parse_day
from crmkit.core.calendar.periods import first_day, is_period, last_day, last_moment, parse_period
from crmkit.errors import InvalidError
from tests.core.calendar.test_dates import DAYS, NOW

PERIODS = {
    ("day", "2026-11-20"): (date(2026, 11, 20), date(2026, 11, 20)),
    ("day", "today"): (date(2026, 11, 21), date(2026, 11, 21)),
    ("day", "昨天"): (date(2026, 11, 20), date(2026, 11, 20)),
    ("week", "2026-W47"): (date(2026, 11, 16), date(2026, 11, 22)),
    ("week", "2026w47"): (date(2026, 11, 16), date(2026, 11, 22)),
    ("week", "2026-W53"): (date(2026, 12, 28), date(2027, 1, 3)),
    ("week", "2026-11-18"): (date(2026, 11, 16), date(2026, 11, 22)),
    ("week", "this"): (date(2026, 11, 16), date(2026, 11, 22)),
    ("week", "本周"): (date(2026, 11, 16), date(2026, 11, 22)),
    ("week", "last"): (date(2026, 11, 9), date(2026, 11, 15)),
    ("week", "上周"): (date(2026, 11, 9), date(2026, 11, 15)),
    ("month", "2026-11"): (date(2026, 11, 1), date(2026, 11, 30)),
    ("month", "2026年2月"): (date(2026, 2, 1), date(2026, 2, 28)),
    ("month", "2026-12"): (date(2026, 12, 1), date(2026, 12, 31)),
    ("month", "this"): (date(2026, 11, 1), date(2026, 11, 30)),
    ("month", "本月"): (date(2026, 11, 1), date(2026, 11, 30)),
    ("month", "last"): (date(2026, 10, 1), date(2026, 10, 31)),
    ("month", "上个月"): (date(2026, 10, 1), date(2026, 10, 31)),
}


@pytest.mark.parametrize(("kind", "text"), PERIODS)
def test_reads_the_period(kind, text):
    assert parse_period(kind, text, NOW) == PERIODS[kind, text]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("day", "2026-11"), ("day", "2026-W47"), ("day", "last"), ("week", "47"), ("week", "2026-W54"),
        ("week", "2027-W53"), ("week", "2026-11"), ("week", "2026-W00"), ("month", "11"), ("month", "11月"),
        ("month", "2026-13"), ("month", "2026"), ("month", "2026-11-21"), ("month", "nov"), ("month", "1800-01"),
    ],
)  # fmt: skip
def test_a_period_that_is_not_one_is_refused(kind, text):
    with pytest.raises(InvalidError):
        parse_period(kind, text, NOW)


BOUNDS = {
    "上周": ("2026-11-09", "2026-11-15"), "本周": ("2026-11-16", "2026-11-22"),
    "这个星期": ("2026-11-16", "2026-11-22"),
    "下周": ("2026-11-23", "2026-11-29"), "上个礼拜": ("2026-11-09", "2026-11-15"),
    "last week": ("2026-11-09", "2026-11-15"), "This Week": ("2026-11-16", "2026-11-22"),
    "next week": ("2026-11-23", "2026-11-29"), "2026-W47": ("2026-11-16", "2026-11-22"),
    "上月": ("2026-10-01", "2026-10-31"), "上个月": ("2026-10-01", "2026-10-31"), "本月": ("2026-11-01", "2026-11-30"),
    "下月": ("2026-12-01", "2026-12-31"), "last month": ("2026-10-01", "2026-10-31"),
    "this month": ("2026-11-01", "2026-11-30"), "next month": ("2026-12-01", "2026-12-31"),
    "2026-02": ("2026-02-01", "2026-02-28"), "2028年2月": ("2028-02-01", "2028-02-29"),
    "去年": ("2025-01-01", "2025-12-31"), "今年": ("2026-01-01", "2026-12-31"), "明年": ("2027-01-01", "2027-12-31"),
    "last year": ("2025-01-01", "2025-12-31"), "this year": ("2026-01-01", "2026-12-31"),
    "2025年": ("2025-01-01", "2025-12-31"), "　上周　": ("2026-11-09", "2026-11-15"),
}  # fmt: skip


@pytest.mark.parametrize("text", BOUNDS)
def test_a_list_begins_with_the_first_day_of_a_period_and_ends_with_its_last(text):
    assert (first_day(text, NOW).isoformat(), last_day(text, NOW).isoformat()) == BOUNDS[text]
    assert is_period(text, NOW)


def test_a_day_begins_and_ends_with_itself():
    for text in DAYS:
        assert (first_day(text, NOW), last_day(text, NOW)) == (parse_day(text, NOW), parse_day(text, NOW))
        assert not is_period(text, NOW)


@pytest.mark.parametrize(
    "text",
    ["", "this", "last", "week", "上上周", "周", "月", "2026", "11月", "最近", "last 7 days", "2026-W54", "2026-13",
     "0000年", "本季度", "this day", "上周周"],
)  # fmt: skip
def test_what_is_neither_a_day_nor_a_period_is_refused(text):
    for read in (first_day, last_day):
        with pytest.raises(InvalidError):
            read(text, NOW)


def test_the_past_is_read_as_of_the_end_of_a_period():
    assert last_moment("上月", NOW).isoformat() == "2026-10-31T23:59:59+08:00"
    assert last_moment("yesterday", NOW).isoformat() == "2026-11-20T23:59:59+08:00"
    assert last_moment("2 hours ago", NOW).isoformat() == "2026-11-21T08:30:15+08:00"
    assert last_moment("HEAD~3", NOW) is None


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_periods_follow_one_another_without_a_gap(today):
    now = NOW.replace(year=today.year, month=today.month, day=today.day)
    for before, this, after in (("上周", "本周", "下周"), ("上月", "本月", "下月"), ("去年", "今年", "明年")):
        assert first_day(this, now) == last_day(before, now) + timedelta(days=1)
        assert first_day(after, now) == last_day(this, now) + timedelta(days=1)
        assert first_day(this, now) <= today <= last_day(this, now)


@settings(max_examples=50)
@given(st.text(max_size=12))
def test_periods_never_crash(text):
    for kind in ("day", "week", "month"):
        try:
            first, last = parse_period(kind, text, NOW)
        except InvalidError:
            continue
        assert first <= last
