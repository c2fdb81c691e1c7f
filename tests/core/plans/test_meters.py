"""Meters of hours, against values reckoned by hand."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.plans import meters
from crmkit.core.plans.meters import MeterReading
from crmkit.errors import InvalidError


def at(text):
    return datetime.fromisoformat(f"{text}T09:00:00+08:00")


def test_hours_are_forecast_at_the_pace_of_the_readings():
    found = meters.forecast([MeterReading(at("2026-02-10"), 200), MeterReading(at("2026-03-05"), 420)], 500)
    assert (found.on, round(found.a_day, 2)) == (date(2026, 3, 14), 9.57)
    assert meters.forecast([MeterReading(at("2026-02-10"), 200)], 500) is None
    assert meters.forecast([MeterReading(at("2026-02-10"), 200), MeterReading(at("2026-03-05"), 200)], 500) is None


def readings(*pairs):
    return [MeterReading(at(day), hours) for day, hours in pairs]


def test_a_reading_that_comes_late_tells_when_the_hours_were_reached_not_when_somebody_looked():
    # 80 h after the 5th at 180 h in 46 days; the day of the reading would be later than the calendar's 04-01
    found = meters.reaches(readings(("2026-02-10", 200), ("2026-03-05", 420), ("2026-04-20", 600)), 500)
    assert (found.on, found.hours) == (date(2026, 3, 26), 500)
    assert [found.since.hours, found.last.hours] == [420, 600]


def test_hours_are_foretold_at_the_pace_of_the_latest_readings_that_lie_a_week_apart():
    idle = readings(
        ("2026-01-01", 0), ("2026-02-01", 310), ("2026-03-01", 310), ("2026-03-20", 405), ("2026-03-23", 420)
    )
    found = meters.reaches(idle, 500)
    assert (found.on, found.a_day) == (date(2026, 4, 8), 5.0)  # since 03-01 it runs 5 hours a day, not 10
    assert meters.reaches(readings(("2026-02-10", 200)), 500) is None
    assert meters.reaches(readings(("2026-02-10", 600)), 500).on == date(2026, 2, 10)  # by then, at the latest


def test_a_meter_that_nobody_read_at_the_start_was_at_zero_unless_it_cannot_have_been():
    start = at("2026-01-01")
    assert [one.hours for one in meters.from_zero(start, readings(("2026-02-10", 200)))] == [0, 200]
    assert [one.hours for one in meters.from_zero(start, readings(("2026-02-10", 960)))] == [0, 960]  # 24 h a day
    assert [one.hours for one in meters.from_zero(start, readings(("2026-02-10", 961)))] == [961]
    assert [one.hours for one in meters.from_zero(start, readings(("2026-01-01", 20), ("2026-02-10", 90)))] == [20, 90]


def test_the_hours_of_a_day_lie_between_the_readings_around_it():
    some = readings(("2026-03-05", 420), ("2026-03-18", 550))
    days = [date(2026, 3, day) for day in (4, 5, 16, 18, 30)]
    assert [meters.hours_on(some, day) for day in days] == [420, 420, 530, 550, 550]


def test_a_plan_ends_with_the_first_reading_that_has_reached_its_hours():
    readings = [
        MeterReading(at("2026-09-01"), 1800),
        MeterReading(at("2026-10-20"), 2010),
        MeterReading(at("2026-11-01"), 2100),
    ]
    assert meters.ended_on(2000, readings) == date(2026, 10, 20)
    assert meters.ended_on(3000, readings) is None


def test_a_reading_lies_between_those_of_the_same_meter_around_it():
    before, after = readings(("2026-02-10", 200), ("2026-03-20", 300))
    with pytest.raises(InvalidError, match="90 h is less than the 200 h of 2026-02-10"):
        meters.must_lie_between(before, MeterReading(at("2026-03-05"), 90), None)
    with pytest.raises(InvalidError, match="350 h is more than the 300 h of 2026-03-20"):
        meters.must_lie_between(before, MeterReading(at("2026-03-05"), 350), after)
    for hours in (200, 300):
        meters.must_lie_between(before, MeterReading(at("2026-03-05"), hours), after)


STRETCHES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), min_size=1, max_size=8)


@given(stretches=STRETCHES, target=st.integers(1, 2000))
def test_the_day_on_which_hours_are_reached_is_that_of_a_count_day_by_day(stretches, target):
    some = readings(("2026-01-01", 0))
    for days, hours in stretches:
        some.append(MeterReading(some[-1].at + timedelta(days=days), some[-1].hours + hours))
    found = meters.reaches(some, target)
    place = next((n for n, one in enumerate(some) if one.hours >= target), None)
    apart = [one for one in some if (some[-1].at - one.at).days >= 7]
    since, last = (some[place - 1], some[place]) if place else (apart[-1] if apart else some[-1], some[-1])
    pace = Fraction(last.hours - since.hours, max(1, (last.at - since.at).days))
    if not pace:
        assert found is None
        return
    day, hours = since.at.date(), Fraction(since.hours)
    while hours < target:
        day, hours = day + timedelta(days=1), hours + pace
    assert found.on == day
    assert found.a_day == pytest.approx(float(pace))
