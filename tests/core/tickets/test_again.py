"""The same fault again, and what promise and law give."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from crmkit.core.run import Run
from crmkit.core.tickets.again import chain, covered_until, entitlements, same_fault
from crmkit.core.tickets.charges import bill
from crmkit.core.tickets.course import Course
from tests.core.desk import CALENDAR, SETTINGS, at
from tests.core.tickets.desk import NO_POWER, NO_SPARK, Desk, a_card


def earlier(day: str = "2026-06-21", number: int = 5, card: int = 1, **fields: object) -> Course:
    """A ticket of a unit, reported ten days before it was solved on `day`."""
    reported = f"{datetime.fromisoformat(day) - timedelta(days=11):%Y-%m-%d} 10:00"
    desk = Desk(reported, card=a_card(card), fault=NO_POWER)
    desk.ticket = msgspec.structs.replace(desk.ticket, id=f"TK2606-{number:08}")
    desk.solve(f"{day} 10:00", **fields)
    return desk.course


def again(run: Run, before: Course, card: int = 1, fault=NO_POWER, reported: str = "2026-09-02 09:00") -> str:
    """The ticket that a new one of that card and fault repeats, "" for none."""
    found = Desk(reported, card=a_card(card), fault=fault, earlier=(before,)).ticket.again
    return "T1" if found == before.ticket.id else found


def a_run(now: str = "2026-09-02 10:00", months: int = 0) -> Run:
    settings = msgspec.structs.replace(SETTINGS, ticket=msgspec.structs.replace(SETTINGS.ticket, again_months=months))
    return Run(now=at(now), by="LN", settings=settings)


def listed(course: Course, *others: Course, now: str = "2026-09-02 10:00", card=None) -> list[tuple]:
    found = entitlements(a_run(now), course, card or a_card(), others, bill(course), CALENDAR)
    return [(one.what, one.by, str(one.until or ""), one.reason) for one in found]


def test_the_same_fault_after_it_was_solved_is_told_and_another_one_or_misuse_is_not():
    run = a_run()
    assert again(run, earlier()) == "T1"
    assert again(run, earlier(), fault=NO_SPARK) == ""
    assert again(run, earlier(cause="misuse")) == ""  # the battery was flat
    assert again(run, earlier(cause="no-fault")) == ""
    assert again(run, earlier("2026-09-03")) == ""  # it was not solved yet
    assert again(run, earlier(), fault=None) == ""


def test_the_fault_as_it_was_found_is_what_is_compared():
    before = earlier(fault=NO_SPARK)
    assert (again(a_run(), before), again(a_run(), before, fault=NO_SPARK)) == ("", "T1")


def test_without_end_of_time_unless_the_settings_set_one():
    desk = Desk("2026-12-21 09:00", card=a_card(), fault=NO_POWER)
    late = Desk("2026-12-22 09:00", card=a_card(), fault=NO_POWER)
    found = [
        same_fault(a_run("2026-12-22 12:00", months), one.ticket, "no-power", [earlier()]) is not None
        for months in (0, 6) for one in (desk, late)
    ]  # fmt: skip
    assert found == [True, True, True, False]


def test_a_unit_in_the_place_of_another_carries_its_history():
    first = a_card(1, state="replaced", replaced_by="K2611-00000002")
    second, third = a_card(2, replaces=first.id), a_card(3, replaces="K2611-00000002")
    by_id = {card.id: card for card in (first, second, third)}
    assert chain(third, by_id) == [third.id, second.id, first.id]
    assert chain(msgspec.structs.replace(first, replaces=third.id), by_id) == [
        first.id,
        third.id,
        second.id,
    ]  # a circle
    assert again(a_run(), earlier(), card=2) == "T1"


def test_the_promise_is_a_new_unit_in_and_out_of_warranty():
    desk = Desk("2026-09-02 09:00", card=a_card(), fault=NO_POWER, earlier=(earlier(),))
    assert listed(desk.course, earlier()) == [("replace", "promise", "", "again")]
    other = Desk("2026-09-02 09:00", card=a_card(2), fault=NO_POWER)
    assert listed(other.course, earlier(), card=a_card(2)) == [("replace", "promise", "", "again-replaced")]
    desk.take("work", "2026-09-02 09:30", codes={"cause": "misuse"})
    assert listed(desk.course, earlier()) == []


def test_after_two_repairs_the_law_gives_a_new_unit_within_the_warranty():
    card = a_card(warranty_until=date(2027, 3, 1))
    desk = Desk("2026-09-02 09:00", card=card, fault=NO_SPARK)
    two = [earlier("2026-06-21", 5), earlier("2026-07-21", 6)]
    law = ("replace", "law", "2027-03-23", "two-repairs")  # later by the 22 days in repair
    assert listed(desk.course, *two, card=card) == [("repair", "promise", "2027-03-23", "warranty"), law]
    assert law not in listed(desk.course, two[0], card=card)
    explained = [earlier("2026-06-21", 5), earlier("2026-07-21", 6, how="phone")]
    assert [one[3] for one in listed(desk.course, *explained, card=card)] == ["warranty"]
    assert [one[3] for one in listed(desk.course, *two)] == []  # out of warranty


def test_the_days_in_repair_come_behind_the_warranty():
    card = a_card(warranty_until=date(2027, 3, 1))
    assert covered_until(a_run(), card, [earlier()]) == date(2027, 3, 12)
    assert covered_until(a_run(), card, [earlier(cause="misuse"), earlier(card=2)]) == date(2027, 3, 1)
    assert covered_until(a_run(), a_card(), [earlier()]) is None
    late = Desk("2027-03-12 23:00", card=card, earlier=(earlier(),))
    assert late.ticket.coverage == "warranty"
    assert Desk("2027-03-13 00:01", card=card, earlier=(earlier(),)).ticket.coverage == "none"


def test_a_unit_that_was_just_bought_is_returned_or_exchanged_by_law():
    card = a_card(bought_on=date(2026, 11, 1))
    desk = Desk("2026-11-05 09:00", card=card)
    assert listed(desk.course, now="2026-11-05 10:00", card=card) == [
        ("return", "law", "2026-11-09", "7-days"), ("exchange", "law", "2026-11-16", "15-days"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        ("2026-10-02 10:00", ["warranty"]),
        ("2026-10-03 10:00", ["warranty", "30-days-out-of-use"]),
        ("2026-12-02 10:00", ["warranty", "30-days-out-of-use", "90-days-without-parts"]),
    ],
)
def test_a_repair_that_takes_too_long_gives_a_new_unit_by_law(now, reasons):
    card = a_card(warranty_until=date(2027, 3, 1))
    desk = Desk("2026-09-02 09:00", card=card, fault=NO_POWER)
    assert [one[3] for one in listed(desk.course, now=now, card=card)] == reasons


def test_money_to_be_paid_back_is_among_it():
    desk = Desk(card=a_card())
    desk.take("work", "2026-11-18 15:00", numbers={"taken": 2000})
    assert listed(desk.course) == [("refund", "promise", "", "overcharge")]


def test_once_the_unit_is_replaced_another_one_is_not_offered_and_the_new_ones_term_runs():
    desk = Desk("2026-09-02 09:00", card=a_card(warranty_until=date(2027, 3, 1)), fault=NO_POWER, earlier=(earlier(),))
    desk.take("replace", "2026-09-10 10:00", card="K2611-00000002")
    new = a_card(2, warranty_until=date(2027, 9, 10), replaces="K2611-00000001")
    assert listed(desk.course, earlier(), now="2026-09-10 11:00", card=new) == [
        ("repair", "promise", "2027-09-10", "warranty")
    ]


def test_a_fault_that_was_never_mended_is_not_the_same_fault_again():
    desk = Desk("2026-09-02 09:00", card=a_card(), fault=NO_POWER)
    desk.solve("2026-09-02 12:00")
    desk.reopen("2026-09-04 09:00")
    assert listed(desk.course) == []
    assert desk.course.now.number == 2


@pytest.mark.parametrize(
    ("now", "sources"),
    [
        ("2026-12-02 10:00", ["card", "goods-1995-13", "goods-1995-12"]),
        ("2026-09-05 10:00", ["card", "goods-1995-9", "goods-1995-10"]),
    ],
)
def test_each_says_where_it_stands(now, sources):
    card = a_card(warranty_until=date(2027, 3, 1), bought_on=date(2026, 9, 1))
    desk = Desk("2026-09-02 09:00", card=card, fault=NO_POWER)
    found = entitlements(a_run(now), desk.course, card, (), bill(desk.course), CALENDAR)
    assert [one.source for one in found] == sources
