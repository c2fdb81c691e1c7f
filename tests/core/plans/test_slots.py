"""The dates of a plan, against values reckoned by hand and against an independent calculation."""

import calendar as months
from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.calendar.hours import Calendar
from crmkit.core.plans import slots
from crmkit.core.plans.slots import Every
from crmkit.errors import InvalidError

CHINA = Calendar(frozenset({2026}), {}, {date(2026, 2, 28): "make-up day"})
MONTHLY = Every(months=1)


def days(texts):
    return [date.fromisoformat(text) for text in texts.split()]


def test_the_end_of_a_month_stays_the_end_of_a_month():
    found = [slots.nth(date(2026, 1, 31), MONTHLY, k) for k in range(1, 13)]
    assert found[:4] == days("2026-02-28 2026-03-31 2026-04-30 2026-05-31")
    assert found[-1] == date(2027, 1, 31)


def test_the_29_of_february_comes_back_in_the_leap_year():
    found = [slots.nth(date(2024, 2, 29), Every(months=12), k) for k in range(1, 5)]
    assert found == days("2025-02-28 2026-02-28 2027-02-28 2028-02-29")


def test_visits_that_do_not_divide_the_year_are_spread_over_it():
    found = slots.spread(date(2026, 1, 1), date(2026, 12, 31), 5, CHINA)
    assert [slot.due_on for slot in found] == days("2026-03-15 2026-05-27 2026-08-08 2026-10-20 2027-01-01")
    quarter = slots.spread(date(2026, 1, 1), date(2026, 3, 31), 2, CHINA)
    assert [(slot.window_from, slot.window_to) for slot in quarter] == [
        (date(2026, 1, 1), date(2026, 2, 14)), (date(2026, 2, 15), date(2026, 3, 31)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "planned"),
    [
        ("2026-02-28", "2026-02-28"),  # a Saturday that is worked
        ("2026-05-31", "2026-05-29"),  # a Sunday; the next workday is in June
        ("2026-10-31", "2026-10-30"),
        ("2026-08-01", "2026-08-03"),  # a Saturday within its month
        ("2026-08-05", "2026-08-05"),
    ],
)
def test_a_day_off_moves_the_visit_forward_but_never_out_of_its_month(due, planned):
    assert slots.on_a_workday(date.fromisoformat(due), CHINA) == date.fromisoformat(planned)


def test_a_plan_of_four_visits_a_year_begins_one_interval_after_its_start():
    year = list(slots.slots(date(2026, 1, 31), Every(months=3), date(2027, 1, 31), CHINA))
    assert [slot.due_on for slot in year] == days("2026-04-30 2026-07-31 2026-10-31 2027-01-31")
    assert [slot.planned_on for slot in year][2] == date(2026, 10, 30)
    assert [slot.k for slot in year] == [1, 2, 3, 4]


def test_a_first_visit_of_its_own_is_where_the_others_are_counted_from():
    year = list(slots.slots(date(2026, 1, 1), Every(months=3), date(2026, 12, 31), CHINA, first=date(2026, 1, 15)))
    assert [slot.due_on for slot in year] == days("2026-01-15 2026-04-15 2026-07-15 2026-10-15")


@given(
    anchor=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    step=st.sampled_from([1, 2, 3, 6, 12]),
    count=st.integers(1, 60),
)
def test_slots_are_those_of_an_independent_calculation(anchor, step, count):
    end = date(anchor.year + 70, 1, 1)
    found = list(islice(slots.slots(anchor, Every(months=step), end, CHINA), count))
    for k, slot in enumerate(found, 1):
        number = anchor.month - 1 + step * k
        year, month = anchor.year + number // 12, number % 12 + 1
        assert slot.due_on == date(year, month, min(anchor.day, months.monthrange(year, month)[1]))
        assert slot.window_from <= slot.planned_on <= slot.window_to
    for before, after in pairwise(found):
        assert before.window_to + timedelta(days=1) == after.window_from  # every day belongs to one visit


def test_the_cycle_of_hours_or_months_begins_anew_with_the_visit():
    both = [Every(months=3), Every(hours=500)]
    assert slots.next_after(date(2026, 3, 16), 512, both) == (date(2026, 6, 16), 1012)
    assert slots.next_after(date(2026, 3, 16), 512, [Every(months=3)]) == (date(2026, 6, 16), None)


def test_a_notice_in_time_ends_on_the_end_and_a_late_one_after_its_days():
    end = date(2027, 2, 28)
    assert slots.notice_until(end, 30) == date(2027, 1, 29)
    assert slots.earliest_end(date(2027, 1, 29), end, 30) == end
    assert slots.earliest_end(date(2027, 2, 10), end, 30) == date(2027, 3, 12)


def test_an_invoice_is_due_a_month_later_and_keeps_the_end_of_the_month():
    assert slots.invoice_due(date(2026, 1, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("text", "every"),
    [("3m", Every(3)), ("1y", Every(12)), ("2w", Every(days=14)), ("10d", Every(days=10)), ("500h", Every(hours=500))],
)
def test_intervals_are_read_as_typed(text, every):
    assert slots.parse_every(text) == every


@pytest.mark.parametrize("text", ["", "m", "0m", "3", "3 months", "-1m", "1.5m", "3M"])
def test_what_is_no_interval_is_refused(text):
    with pytest.raises(InvalidError, match="is no interval"):
        slots.parse_every(text)


def test_every_anchor_of_every_month_gives_the_dates_of_an_independent_calculation():
    for anchor in (date(2023, 1, 1) + timedelta(days=n) for n in range(730)):  # 2024 is a leap year
        for step in (1, 2, 3, 6, 12):
            for k in range(1, 61):
                month = anchor.year * 12 + anchor.month - 1 + step * k
                last = _last_of(month)
                assert slots.nth(anchor, Every(months=step), k) == last.replace(day=min(anchor.day, last.day))


def _last_of(month):
    """The last day of a month counted from the year 0: the day before the first of the next."""
    year, following = divmod(month + 1, 12)
    return date(year, following + 1, 1) - timedelta(days=1)


@given(first=st.dates(date(2020, 1, 1), date(2030, 12, 31)), days=st.integers(1, 800), visits=st.integers(1, 60))
def test_visits_that_are_spread_fill_the_term_in_equal_parts(first, days, visits):
    if visits > days:
        return
    found = slots.spread(first, first + timedelta(days=days - 1), visits, CHINA)
    lengths = [(one.window_to - one.window_from).days + 1 for one in found]
    assert (len(found), sum(lengths), found[0].window_from) == (visits, days, first)
    assert max(lengths) - min(lengths) <= 1
    assert found[-1].due_on == first + timedelta(days=days)
    assert all(one.window_from <= one.planned_on <= one.window_to for one in found)
