"""The units of a plan, followed from the card with which they were sold to the one that stands today."""

from datetime import date

import msgspec
import pytest

from crmkit.core.plans import selling, taking
from crmkit.core.plans.course import course, covers, missing_reports
from crmkit.core.plans.money import settlement
from crmkit.core.plans.units import Unit, units_of
from crmkit.errors import InvalidError
from crmkit.records import Card, Plan, Step
from crmkit.records.card import Promises
from tests.core.desk import CALENDAR, a_run, at

PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)
SOLD = at("2026-01-01 10:00")


def a_card(number, **fields):
    known = {"number": f"BJLN-2611000{number}-8", "customer": "C2611-00000001", "product": "FK", "promises": PROMISES}
    return Card(id=f"K2611-0000000{number}", **({"serial": f"S{number}"} | known | fields))


def exchanged(first, second, **fields):
    """Two cards, the second in the place of the first."""
    old = msgspec.structs.replace(first, state="replaced", replaced_by=second.id)
    return old, msgspec.structs.replace(second, replaces=first.id, **fields)


K1, K2 = exchanged(a_card(1, warranty_until=date(2026, 2, 1)), a_card(2), installed_on=date(2026, 5, 10))


def in_it(*cards):
    return {card.id: card for card in cards}.get


def sold(**terms):
    known = {"mode": "contract", "starts_on": date(2026, 1, 1), "months": 12, "every": ("3m",), "price": 12000}
    draft = Plan(customer="C2611-00000001", over="x", **(known | terms))
    return next(iter(selling.sell(a_run(SOLD), CALENDAR, draft, cards=[a_card(1)]).puts))


def standing(plan, steps, day, units):
    return course(plan, steps, CALENDAR, at(f"{day} 12:00"), units)


def steps_of(change):
    return [one for one in change.puts if isinstance(one, Step)]


def test_a_unit_is_followed_over_every_card_and_to_one_that_is_void():
    third = a_card(3, created_at=at("2026-07-01 09:00"), serial="S2", state="void")
    second, third = exchanged(K2, third)
    (unit,) = units_of([K1], in_it(K1, second, third))
    assert (unit.card, unit.void) == (third.id, True)
    assert [(one.card, one.after, one.until, one.exchanged) for one in unit.earlier] == [
        (K1.id, K2.id, date(2026, 5, 10), True), (K2.id, third.id, date(2026, 7, 1), False),
    ]  # fmt: skip
    # only the paper was new in July: the machine is that of May
    assert [unit.begun(card) for card in (K1.id, K2.id, third.id)] == [None, date(2026, 5, 10), date(2026, 5, 10)]


@pytest.mark.parametrize(
    ("day", "named", "stood"),
    [
        ("2026-05-09", K2.id, K1.id), ("2026-05-10", K1.id, K1.id), ("2026-05-10", K2.id, K2.id),
        ("2026-05-11", K1.id, K2.id),
    ],
)  # fmt: skip
def test_which_card_stood_on_a_day(day, named, stood):
    (unit,) = units_of([K1], in_it(K1, K2))
    assert unit.stood(named, date.fromisoformat(day)) == stood


def test_two_cards_in_whose_place_one_came_are_one_unit_and_a_circle_ends():
    a, c = exchanged(a_card(1), a_card(3))
    b, c = exchanged(a_card(2), c)
    assert [unit.card for unit in units_of([a, b], in_it(a, b, c))] == [c.id]
    back = msgspec.structs.replace(c, state="replaced", replaced_by=a.id)
    assert [unit.card for unit in units_of([a], in_it(a, back))] == [c.id]


def test_a_card_whose_successor_is_not_there_serves_nobody():
    (unit,) = units_of([K1], in_it(K1))
    assert unit == Unit(K1.id, date(2026, 2, 1), void=True)


def test_the_new_unit_is_covered_and_its_dates_go_on():
    plan = sold()
    before = standing(plan, (), "2026-05-09", units_of([a_card(1)]))
    after = standing(plan, (), "2026-05-12", units_of([K1], in_it(K1, K2)))
    assert [(one.k, one.due_on, one.state) for one in after.slots[1:]] == [
        (2, date(2026, 7, 1), "planned"), (3, date(2026, 10, 1), "planned"), (4, date(2027, 1, 1), "planned"),
    ]  # fmt: skip
    assert [one.due_on for one in before.slots] == [one.due_on for one in after.slots]
    assert [covers(after, card) for card in (K2.id, K1.id, "K2611-00000009")] == [True, True, False]
    void = msgspec.structs.replace(K2, state="void")
    gone = standing(plan, (), "2026-05-12", units_of([K1], in_it(K1, void)))
    assert [one.state for one in gone.slots] == ["cancelled"] * 4
    assert not covers(gone, K2.id)


def test_a_report_of_the_old_unit_is_one_of_the_new_one_and_the_last_word_holds():
    """One operator reports on the old unit, the other, who exchanged it, on the new one: it is settled once."""
    plan, units, run = sold(), units_of([K1], in_it(K1, K2)), a_run(at("2026-05-12 10:00"))
    present = standing(plan, (), "2026-05-12", units)
    first = steps_of(taking.report(run, CALENDAR, present, 1, at("2026-05-09 10:00"), condition="good", cards=[K2.id]))
    assert [step.card for step in first] == [K1.id]  # which stood that day
    present = standing(plan, first, "2026-05-12", units)
    assert missing_reports(present, present.slots[0]) == set()
    later = at("2026-05-11 10:00")
    second = steps_of(taking.report(run, CALENDAR, present, 1, later, condition="watch", cards=[K1.id]))
    assert [step.card for step in second] == [K2.id]
    present = standing(plan, [*first, *second], "2026-05-12", units)
    assert {unit: step.codes["condition"] for unit, step in present.slots[0].reports.items()} == {K2.id: "watch"}
    settled = steps_of(taking.settle(run, CALENDAR, present, 1, run.now))
    assert settled[0].numbers == {"k": 1, "done": 1, "amount": 12000}


def test_one_settled_as_not_available_before_the_exchange_stays_so():
    plan, run = sold(), a_run(at("2026-04-01 10:00"))
    present = standing(plan, (), "2026-04-01", units_of([a_card(1)]))
    steps = steps_of(taking.settle(run, CALENDAR, present, 1, run.now, unavailable=[K1.id]))
    after = standing(plan, steps, "2026-05-12", units_of([K1], in_it(K1, K2)))
    assert (after.misfits, after.slots[0].state) == ([], "unavailable")


def test_visits_within_the_warranty_are_counted_for_each_unit_by_itself():
    new = msgspec.structs.replace(K2, warranty_until=date(2027, 5, 10))
    old = msgspec.structs.replace(K1, warranty_until=date(2027, 1, 1))
    units, steps = units_of([old], in_it(old, new)), []
    plan = sold(every=("1m",))
    for k, day in enumerate(("2026-02-02", "2026-03-02", "2026-04-01", "2026-05-06", "2026-06-01", "2026-07-01"), 1):
        run = a_run(at(f"{day} 10:00"))
        present = standing(plan, steps, day, units)
        steps += steps_of(taking.report(run, CALENDAR, present, k, run.now, condition="good"))
        present = standing(plan, steps, day, units)
        steps += steps_of(taking.settle(run, CALENDAR, present, k, run.now))
    frees = [step.numbers.get("free", 0) for step in steps if step.what == "settle"]
    assert frees == [1, 1, 1, 1, 1, 1]  # four of the old one, two of the new
    present = standing(plan, steps, "2026-07-02", units)
    assert settlement(present, present.slots[5], (), 0, (), 1).free == 0


HOURS = {"every": ("3m", "500h"), "until_hours": 2000}


def read(plan, steps, day, hours, card=K2.id, units=None):
    run = a_run(at(f"{day} 10:00"))
    present = standing(plan, steps, day, units or units_of([K1], in_it(K1, K2)))
    change = taking.meter(run, CALENDAR, present, run.now, hours, card=card, replaced=False)
    steps += steps_of(change)
    return change.notes


def test_hours_go_on_over_an_exchanged_unit_whose_meter_begins_anew():
    plan, steps, alone = sold(**HOURS), [], units_of([a_card(1)])
    read(plan, steps, "2026-02-10", 200, K1.id, alone)
    read(plan, steps, "2026-05-09", 400, K1.id, alone)
    units = units_of([K1], in_it(K1, K2))
    before = [one.due_on for one in standing(plan, steps, "2026-05-11", alone).slots]
    assert [one.due_on for one in standing(plan, steps, "2026-05-11", units).slots] == before
    notes = read(plan, steps, "2026-05-30", 60)  # less than the 400 of the old one
    assert notes[0] == "counted from 0 h on 2026-05-10; if it showed something else then: --reading H --at 2026-05-10"
    after = standing(plan, steps, "2026-06-01", units)
    assert [one.hours for one in after.readings[K2.id]] == [0, 200, 400, 400, 460]
    read(plan, steps, "2026-10-20", 1600)
    done = standing(plan, steps, "2026-10-21", units)
    assert (done.ends_on, done.misfits) == (date(2026, 10, 20), [])


def test_a_new_unit_that_was_used_before_counts_from_its_first_reading():
    plan, steps = sold(**HOURS), []
    read(plan, steps, "2026-05-09", 400, K1.id, units_of([a_card(1)]))
    assert read(plan, steps, "2026-05-12", 3000) == ()
    read(plan, steps, "2026-05-20", 3050)
    after = standing(plan, steps, "2026-06-01", units_of([K1], in_it(K1, K2)))
    assert [one.hours for one in after.readings[K2.id]] == [0, 400, 400, 450]


def test_what_the_old_meter_showed_in_the_end_may_be_told_later_and_what_fell_is_refused():
    plan, steps = sold(**HOURS), []
    read(plan, steps, "2026-05-09", 400, K1.id, units_of([a_card(1)]))
    read(plan, steps, "2026-05-30", 60)
    units = units_of([K1], in_it(K1, K2))
    run, told = a_run(at("2026-06-01 10:00")), list(steps)
    for time, hours in (("08:00", 405), ("09:00", 410)):
        present = standing(plan, told, "2026-06-01", units)
        late = taking.meter(run, CALENDAR, present, at(f"2026-05-10 {time}"), hours, card=K1.id, replaced=False)
        told += steps_of(late)
    after = standing(plan, told, "2026-06-01", units)
    # the new one begins after them, though it counts from that day
    assert [one.hours for one in after.readings[K2.id]] == [0, 400, 405, 410, 410, 470]
    with pytest.raises(InvalidError, match="50 h is less than the 60 h of 2026-05-30"):
        read(plan, steps, "2026-06-02", 50)


def test_a_paper_that_is_replaced_changes_nothing_of_a_meter():
    paper = msgspec.structs.replace(a_card(2), serial="S1", created_at=at("2026-05-10 09:00"))
    old, paper = exchanged(a_card(1), paper)
    plan, steps, units = sold(**HOURS), [], units_of([old], in_it(old, paper))
    read(plan, steps, "2026-05-09", 400, old.id, units_of([a_card(1)]))
    with pytest.raises(InvalidError, match="60 h is less than the 400 h of 2026-05-09"):
        read(plan, steps, "2026-05-30", 60, paper.id, units)
    read(plan, steps, "2026-05-30", 460, paper.id, units)
    assert [one.hours for one in standing(plan, steps, "2026-06-01", units).readings[paper.id]] == [0, 400, 460]


def test_prepaid_visits_go_on_and_the_exchanged_unit_is_renewed_whatever_its_new_warranty_says():
    terms = {"mode": "prepaid", "paid": 120000, "visits": 12, "every": ("1m",), "price": 0}
    plan, units = sold(**terms), units_of([K1], in_it(K1, K2))
    run = a_run(at("2026-06-01 10:00"))
    used = steps_of(taking.use(run, CALENDAR, standing(plan, (), "2026-06-01", units), run.now, k=5))
    assert (used[0].numbers["units"], standing(plan, used, "2026-06-02", units).balance.left) == (1, 11)
    new = msgspec.structs.replace(K2, warranty_until=date(2027, 5, 10))
    old = sold()
    present = standing(old, (), "2026-12-20", units_of([K1], in_it(K1, new)))
    draft = msgspec.structs.replace(old, id="", starts_on=date(2027, 1, 1), replaces=old.id, over="")
    renewed = selling.renew(a_run(at("2026-12-20 10:00")), CALENDAR, present, draft, cards=[new], others=[present])
    assert next(one for one in renewed.puts if isinstance(one, Plan)).cards == (K2.id,)
    with pytest.raises(InvalidError, match="is under warranty until 2027-05-10"):
        selling.sell(a_run(at("2026-12-20 10:00")), CALENDAR, draft, cards=[new])
