from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.calendar.spans import Span, day_after, moment_after, months_after, parse_span
from crmkit.errors import InvalidError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "span"),
    [("+3h", Span(3, "h")), ("-30d", Span(-30, "d")), ("+45min", Span(45, "min")), ("+1m", Span(1, "m"))],
)
def test_reads_a_span(text, span):
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "3d", "+d", "+3", "+3 d", "+3y", "+12345d", "+1d+1d", "+1D", "+³d", "other"])
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidError, match="is not a span of time"):
        parse_span(text)


@pytest.mark.parametrize(
    ("span", "day"),
    [
        (Span(-2, "d"), date(2028, 1, 29)),
        (Span(1, "w"), date(2028, 2, 7)),
        (Span(1, "m"), date(2028, 2, 29)),
        (Span(-2, "m"), date(2027, 11, 30)),
        (Span(12, "m"), date(2029, 1, 31)),
    ],
)
def test_days_weeks_and_months_from_the_last_of_january(span, day):
    assert day_after(date(2028, 1, 31), span) == day


def test_hours_do_not_move_a_day():
    with pytest.raises(InvalidError, match=r"\+3h is not a number of days"):
        day_after(date(2026, 11, 21), Span(3, "h"))


def test_over_the_change_to_summer_time_hours_are_exact_and_days_keep_the_clock():
    before = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert moment_after(before, Span(24, "h")).hour == 13
    assert moment_after(before, Span(1, "d")).hour == 12
    assert moment_after(before, Span(-90, "min")) == datetime(2026, 3, 28, 10, 30, tzinfo=BERLIN)


def test_months_from_an_anchor_keep_its_day():
    anchor = date(2027, 1, 31)
    assert [str(months_after(anchor, n)) for n in range(-2, 4)] == [
        "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip
    assert str(months_after(date(2024, 2, 29), 12)) == "2025-02-28"
    assert str(months_after(date(2024, 2, 29), 48)) == "2028-02-29"


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-600, 600), st.integers(0, 600))
def test_months_are_whole_monotonic_and_end_with_their_month(anchor, n, more):
    found = months_after(anchor, n)
    assert (found.year * 12 + found.month) - (anchor.year * 12 + anchor.month) == n
    assert found.day == anchor.day or (found + timedelta(days=1)).day == 1
    assert found <= months_after(anchor, n + more)


def test_a_time_of_day_that_is_skipped_comes_an_hour_later():
    moved = moment_after(datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN), parse_span("+1d"))
    assert (moved.day, moved.hour, moved.minute) == (29, 3, 30)
