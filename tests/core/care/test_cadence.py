"""Letters and visits that are due by grade."""

from datetime import date

import msgspec
import pytest

from crmkit.core.care.cadence import care, due
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.records import Message, Visit
from crmkit.records.rows import Cadence
from crmkit.records.settings import CadenceSettings
from tests.core import desk

RUN = desk.a_run()
TODAY = desk.NOW.date()
COLLECTED = desk.at("2026-01-10 09:00")
QIN = "C2611-00000001"


def listed(person, visits=(), messages=(), until=TODAY, run=RUN):
    found = due(run, [person], care(run, visits, messages), until)
    return [(one.what, one.due_on.isoformat(), one.last_on and one.last_on.isoformat()) for one in found]


def a_visit(day, state="done"):
    at = desk.at(f"{day} 10:00")
    return Visit(customer=QIN, purpose="courtesy", begins_at=at, ends_at=at, state=state)


def a_letter(day, channel="letter"):
    return Message(customer=QIN, at=desk.at(f"{day} 10:00"), occasion="letter:2026-1", channel=channel)


def test_an_a_customer_is_visited_every_half_year_from_the_last_visit_or_the_file():
    person = desk.a_customer(grade="A", collected_at=COLLECTED)
    assert listed(person) == [("visit", "2026-07-10", None)]
    assert listed(person, [a_visit("2026-03-31"), a_visit("2026-05-22")]) == [("visit", "2026-11-22", "2026-05-22")]
    assert listed(person, [a_visit("2026-05-24")]) == []
    assert listed(person, [a_visit("2026-05-24")], until=date(2026, 11, 24)) == [("visit", "2026-11-24", "2026-05-24")]


def test_a_b_customer_gets_a_letter_every_half_year_and_a_visit_every_year():
    person = desk.a_customer(grade="B", collected_at=desk.at("2025-10-01 09:00"))
    assert [what for what, _due, _last in listed(person)] == ["letter", "visit"]
    assert listed(person, messages=[a_letter("2026-06-01")]) == [("visit", "2026-10-01", None)]
    assert len(listed(person, messages=[a_letter("2026-06-01", channel="sms")])) == 2


def test_nothing_is_due_of_others_or_where_a_visit_is_agreed():
    assert listed(desk.a_customer(grade="C", collected_at=COLLECTED)) == []
    assert listed(desk.a_customer(grade="A", collected_at=COLLECTED), [a_visit("2026-11-30", state="")]) == []


@pytest.mark.parametrize(("refused", "left"), [("visit", ["letter"]), ("letter", ["visit"]), ("all", [])])
def test_who_refused_a_way_is_not_listed_for_it(refused, left):
    person = desk.a_customer(grade="B", collected_at=desk.at("2025-10-01 09:00"), do_not_contact=(refused,))
    assert [what for what, _due, _last in listed(person)] == left


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"every": "often"}, "every often cannot be read"),
        ({"every": "-6m"}, "every -6m cannot be read"),
        ({"every": "+3h"}, r"every \+3h cannot be read"),
        ({"what": "gift"}, "there is no gift"),
        ({"grade": "Z"}, "there is no Z"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_name(fields, problem):
    rule = Cadence(**({"name": "own", "grade": "A", "what": "visit", "every": "+6m"} | fields))
    settings = msgspec.structs.replace(desk.SETTINGS, cadence=CadenceSettings(due_days=14, rules=(rule,)))
    with pytest.raises(InvalidError, match=f"cadence rule own: {problem}"):
        listed(desk.a_customer(), run=Run(now=desk.NOW, by="LN", settings=settings))
