"""Contacts, usual intervals, and who has been silent for too long."""

from datetime import date, timedelta

import pytest

from crmkit.core.care.attention import Contact, at_risk, contacts, last_contact, usual_interval
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Invitation, Order, Visit
from tests.core import desk

RUN = desk.a_run()
TODAY = desk.NOW.date()
QIN = "C2611-00000001"


def silent(*days_ago, what="call"):
    return sorted(Contact(TODAY - timedelta(days=ago), what) for ago in days_ago)


def test_only_what_reached_the_person_is_a_contact():
    visit = {"customer": QIN, "purpose": "courtesy", "ends_at": desk.NOW}
    had = contacts(
        RUN,
        Snapshot.of(
            Call(customer=QIN, at=desk.at("2026-11-02 09:00"), outcome="reached"),
            Call(customer=QIN, at=desk.at("2026-11-20 09:00"), outcome="no-answer"),
            Visit(**visit, begins_at=desk.at("2026-11-03 09:00"), state="done"),
            Visit(**visit, begins_at=desk.at("2026-11-21 09:00"), state="missed"),
            Invitation(event_id="G2611-00000001", customer=QIN, number="1", attended_at=desk.at("2026-11-04 09:00")),
            Invitation(event_id="G2611-00000001", customer=QIN, number="2"),
            Order(customer=QIN, ordered_on=date(2026, 11, 1)),
        ),
    )
    assert [(f"{one.day:%m-%d}", one.what) for one in had[QIN]] == [
        ("11-01", "order"),
        ("11-02", "call"),
        ("11-03", "visit"),
        ("11-04", "event"),
    ]
    assert last_contact(had[QIN]) == Contact(date(2026, 11, 4), "event")
    assert last_contact([]) is None


def test_the_usual_interval_is_the_median_and_a_day_counts_once():
    assert usual_interval(silent(100, 90, 90, 60), 3) == 20.0
    assert usual_interval(silent(100, 90), 3) is None
    assert usual_interval(silent(100), 1) is None


@pytest.mark.parametrize(
    ("days_ago", "is_at_risk"),
    [
        ((100, 80, 60), True),  # 60 days of silence, 20 usual: three times as long
        ((60, 50, 40), True),
        ((80, 60, 40), False),  # exactly twice as long
        ((60, 40, 29), False),
        ((31, 30, 29), False),  # less than `risk.min_days`
        ((100, 60), False),  # too few contacts to know
    ],
)
def test_who_is_silent_for_more_than_twice_the_usual_interval_is_at_risk(days_ago, is_at_risk):
    found = at_risk(RUN, [desk.a_customer(stage="buyer")], {QIN: silent(*days_ago)})
    assert bool(found) is is_at_risk


def test_only_buyers_unless_everybody_is_wanted():
    had = {QIN: silent(100, 80, 60)}
    assert at_risk(RUN, [desk.a_customer()], had) == []
    assert len(at_risk(RUN, [desk.a_customer()], had, everybody=True)) == 1
    assert len(at_risk(RUN, [desk.a_customer()], {QIN: silent(100, 80, 60, what="order")})) == 1


def test_who_does_not_want_to_be_contacted_is_left_in_peace():
    person = desk.a_customer(stage="buyer", do_not_contact=("all",))
    assert at_risk(RUN, [person], {QIN: silent(100, 80, 60)}) == []


def test_the_longest_over_their_interval_come_first():
    people = [desk.a_customer(n, stage="buyer") for n in (1, 2)]
    had = {QIN: silent(100, 80, 60), "C2611-00000002": silent(120, 110, 100)}
    rows = [one.row() for one in at_risk(RUN, people, had)]
    assert [(row["id"][-1], row["interval"], row["days"], row["times"]) for row in rows] == [
        ("2", 10.0, 100, 10.0),
        ("1", 20.0, 60, 3.0),
    ]
