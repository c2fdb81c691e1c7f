from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crmkit.core.calling.calls import first_calls, marks, told
from crmkit.records import Call
from tests.core.desk import NOW, TIMETABLE, a_run, at

BERLIN = ZoneInfo("Europe/Berlin")


def a_call(when=NOW, number=1, **fields):
    return Call(**{"id": f"L{number}", "customer": "C1", "at": when, "outcome": "reached", **fields})


def of(call, *, first=False, now=NOW):
    return marks(a_run(now), call, TIMETABLE, first=first)


@pytest.mark.parametrize(
    ("clock", "marked"),
    [
        ("07:59:59", True),
        ("08:00:00", False),
        ("12:29:59", False),
        ("12:30:00", True),
        ("14:29:59", True),
        ("14:30:00", False),
        ("19:59:59", False),
        ("20:00:00", True),
        ("00:00:00", True),
    ],
)
def test_a_call_begun_in_quiet_hours_is_marked_to_the_second(clock, marked):
    assert of(a_call(at(f"2026-11-23 {clock}"))) == (("quiet-hours",) if marked else ())


@pytest.mark.parametrize(
    ("utc", "marked"),
    [
        ("2026-03-28T06:59", True),  # 07:59 in winter time
        ("2026-03-28T07:00", False),
        ("2026-03-29T05:59", True),  # 07:59, an hour earlier by the sun: summer time has begun
        ("2026-03-29T06:00", False),
        ("2026-10-24T17:59", False),  # 19:59 in summer time
        ("2026-10-24T18:00", True),
        ("2026-10-25T18:59", False),  # 19:59 again in winter time
        ("2026-10-25T19:00", True),
        ("2026-10-25T00:30", True),  # 02:30 for the first time
        ("2026-10-25T01:30", True),  # 02:30 for the second time
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall_when_summer_time_begins_and_ends(utc, marked):
    call = a_call(datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert of(call, now=datetime(2026, 11, 1, 12, tzinfo=BERLIN)) == (("quiet-hours",) if marked else ())


@pytest.mark.parametrize(
    ("duration", "first", "marked"),
    [(300, True, False), (301, True, True), (3600, False, False), (None, True, False)],
)
def test_a_first_call_over_five_minutes_is_marked(duration, first, marked):
    assert of(a_call(duration=duration), first=first) == (("long",) if marked else ())


def test_a_call_can_bear_both_marks_and_each_is_said_in_words():
    call = a_call(at("2026-11-22 21:10"), duration=400)
    assert told(a_run(), call, TIMETABLE, first=True) == [
        "L1 was made in quiet hours, at 21:10",
        "L1, the first call with this person, took 6:40: more than 5 minutes",
    ]


def test_who_calls_us_may_call_at_any_hour_and_talk_as_long_as_they_like():
    assert of(a_call(at("2026-11-22 21:10"), duration=4000, direction="in"), first=True) == ()


def test_the_first_call_is_the_earliest_at_which_the_person_was_reached():
    calls = [
        a_call(NOW, 1),
        a_call(NOW - timedelta(days=1), 2),
        a_call(NOW - timedelta(days=2), 3, outcome="no-answer"),
        a_call(NOW, 4, customer="C2"),
    ]
    assert first_calls(calls) == {"L2", "L4"}
