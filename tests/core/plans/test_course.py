"""The course of a plan: two operators, frozen dates, and laws over whatever steps are taken."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.plans import selling, taking
from crmkit.core.plans.course import course
from crmkit.core.plans.money import audit
from crmkit.errors import InvalidError
from crmkit.records import Plan, Step
from tests.core.desk import CALENDAR, a_customer, a_run, at

SOLD = at("2026-01-01 10:00")
RUN = a_run(SOLD)


def a_card(**terms):
    known = {"mode": "prepaid", "starts_on": date(2026, 1, 1), "paid": 120000, "visits": 12, "named": True}
    draft = Plan(customer="C2611-00000001", **(known | terms))
    return next(iter(selling.sell(RUN, CALENDAR, draft).puts))


def steps_of(change):
    return [one for one in change.puts if isinstance(one, Step)]


def used(present, run, **what):
    return steps_of(taking.use(run, CALENDAR, present, run.now, **what))


def test_a_visit_that_two_clones_used_is_used_once_and_the_second_step_is_listed():
    plan = a_card(every=("1m",), months=12)
    run = a_run(at("2026-02-02 10:00"))
    here, there = (used(course(plan, (), CALENDAR, run.now), run, k=1) for _clone in range(2))
    present = course(plan, [*here, *there], CALENDAR, run.now)
    assert [(one.step.id, one.why) for one in present.misfits] == [(max(here + there, key=lambda s: s.id).id, "used")]
    assert present.balance.left == 11
    assert "conflict" in {one.what for one in audit(present, 500000, None)}


def test_the_last_visit_used_in_two_clones_shows_a_balance_below_nothing():
    plan = a_card(visits=1)
    here, there = (used(course(plan, (), CALENDAR, SOLD), RUN) for _clone in range(2))
    present = course(plan, [*here, *there], CALENDAR, SOLD)
    assert (present.balance.left, present.balance.entries[-1].left) == (-1, -1)
    assert "overdrawn" in {one.what for one in audit(present, 500000, None)}
    assert taking.refund_lines(present, "ours", SOLD.date())[-1].amount == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["use", "top-up", "freeze", "thaw", "refund"]), st.integers(1, 5), st.integers(0, 20)),
    max_size=14,
)


@given(steps=STEPS, bonus=st.integers(0, 4), list_price=st.sampled_from([0, 9000, 15000]))
def test_a_ledger_adds_up_at_every_step_and_gives_back_no_more_than_was_paid(steps, bonus, list_price):
    plan, taken, now = a_card(bonus=bonus, list_price=list_price), [], SOLD
    for what, number, days in steps:
        now += timedelta(days=days)
        run, present = a_run(now), course(plan, taken, CALENDAR, now)
        try:
            if what == "use":
                change = taking.use(run, CALENDAR, present, now, units=number)
            elif what == "top-up":
                change = taking.top_up(run, CALENDAR, present, now, paid=number * 8000, visits=number, over="x")
            elif what == "refund":
                change = taking.refund(run, CALENDAR, present, now, cause="customer", paid=0)
            else:
                change = taking.take(run, CALENDAR, present, what, now)
        except InvalidError:
            continue
        taken += steps_of(change)
        after = course(plan, taken, CALENDAR, now)
        left = after.balance
        assert after.misfits == []
        assert left.entries[-1].left == left.left >= 0
        assert left.entries[-1].value_left == sum(line.value for line in left.entries)
        paid = sum(line.value for line in left.entries if line.what in ("issue", "bonus", "top-up"))
        assert paid == left.paid
        if left.open:
            assert left.value_left == left.paid - left.used_value == left.entries[-1].value_left
        else:
            assert 0 <= left.refund_due <= left.paid
            assert left.entries[-1].value_left == left.left == 0


@given(
    anchor=st.dates(date(2020, 1, 1), date(2030, 12, 31)), months=st.integers(1, 36),
    every=st.sampled_from(["1m", "2m", "3m", "1y", "2w", "10d"]),
)  # fmt: skip
def test_no_visit_lies_before_the_plan_or_after_its_end(anchor, months, every):
    plan = Plan(id="PL2611-00000001", customer="C", mode="contract", starts_on=anchor, months=months, every=(every,))
    present = course(plan, (), CALENDAR, SOLD)
    assert [one.k for one in present.slots] == list(range(1, len(present.slots) + 1))
    for one in present.slots:
        assert anchor <= one.window_from <= one.planned_on <= one.window_to <= present.ends_on


def test_a_plan_that_another_program_wrote_has_a_course():
    for terms in ({"months": 10**18}, {"every": ("x", "0m")}, {"visits": -1, "months": 5}, {"until_hours": -5}):
        plan = Plan(id="PL2611-00000001", customer="C", mode="contract", starts_on=date.max, **terms)
        assert course(plan, (), CALENDAR, SOLD).state in ("upcoming", "ended")


def test_a_transfer_keeps_what_was_paid_and_the_anchor_is_not_moved_by_a_freeze():
    plan = a_card(every=("1m",), months=12)
    frozen = steps_of(taking.take(RUN, CALENDAR, course(plan, (), CALENDAR, SOLD), "freeze", SOLD))
    later = at("2026-01-20 10:00")
    thawed = steps_of(taking.take(a_run(later), CALENDAR, course(plan, frozen, CALENDAR, later), "thaw", later))
    present = course(plan, [*frozen, *thawed], CALENDAR, later)
    assert [one.due_on for one in present.slots] == [one.due_on for one in course(plan, (), CALENDAR, later).slots]
    assert present.ends_on == date(2027, 1, 19)
    with pytest.raises(InvalidError, match="is theirs already"):
        selling.transfer(RUN, CALENDAR, present, later, msgspec.structs.replace(a_customer(1), id=plan.customer))


@given(
    readings=st.lists(st.tuples(st.integers(1, 300), st.integers(0, 4000)), max_size=6),
    booked=st.integers(20, 200), every=st.sampled_from([("500h",), ("3m", "500h"), ("250h", "6m")]),
)  # fmt: skip
def test_a_booked_visit_keeps_its_dates_whatever_is_read_later_and_dates_only_rise(readings, booked, every):
    plan = Plan(id="PL2601-00000001", customer="C", mode="contract", starts_on=date(2026, 1, 1), months=12, every=every)
    taken, before = [], None
    for days, hours in sorted({*readings, (booked, -1)}):
        now = SOLD + timedelta(days=days)
        run, present = a_run(now), course(plan, taken, CALENDAR, now)
        try:
            if hours >= 0:
                taken += steps_of(taking.meter(run, CALENDAR, present, now, hours, card="", replaced=False))
            else:
                taken += steps_of(taking.take(run, CALENDAR, present, "book", now, k=1, until=now))
                before = _dates(course(plan, taken, CALENDAR, now).slots[0])
        except InvalidError:
            continue
        present = course(plan, taken, CALENDAR, now)
        assert present.misfits == []
        due = [one.due_on for one in present.slots if one.due_on]
        assert due == sorted(due)
        if before is not None:
            assert _dates(present.slots[0]) == before


def _dates(one):
    return one.due_on, one.planned_on, one.window_from, one.window_to


def test_a_reading_that_another_clone_wrote_too_low_is_a_misfit():
    plan = Plan(id="PL2601-00000001", customer="C", mode="contract", starts_on=date(2026, 1, 1), months=12,
                every=("500h",))  # fmt: skip
    steps = []
    for day, hours in (("2026-02-10", 200), ("2026-02-12", 180)):
        run = a_run(at(f"{day} 10:00"))
        steps += steps_of(taking.meter(run, CALENDAR, course(plan, (), CALENDAR, run.now), run.now, hours, card="",
                                       replaced=False))  # fmt: skip
    present = course(plan, steps, CALENDAR, at("2026-02-12 10:00"))
    assert [(one.step.numbers["hours"], one.why) for one in present.misfits] == [(180, "fell")]
    assert [one.hours for one in present.readings[""]] == [0, 200]


def test_the_hours_of_a_term_are_those_since_its_start():
    plan = Plan(id="PL2601-00000001", customer="C", mode="contract", starts_on=date(2026, 1, 1), months=12,
                every=("3m",), until_hours=2000)  # fmt: skip
    steps = []
    for day, hours in (("2026-01-01", 1500), ("2026-06-01", 3499), ("2026-06-02", 3500)):
        run = a_run(at(f"{day} 10:00"))
        present = course(plan, steps, CALENDAR, run.now)
        assert present.ends_on == date(2026, 12, 31)
        steps += steps_of(taking.meter(run, CALENDAR, present, run.now, hours, card="", replaced=False))
    present = course(plan, steps, CALENDAR, run.now)
    assert (present.ends_on, present.by_hours) == (date(2026, 6, 2), True)


def test_money_on_a_named_card_never_lapses_and_an_unnamed_one_is_valid_for_three_years():
    late = at("2027-03-01 10:00")
    named = course(a_card(visits=0, amount=120000, months=12, terms="A"), (), CALENDAR, late)
    assert (named.state, named.balance.value_left, audit(named, 500000, None)) == ("active", 120000, [])
    short = a_card(visits=0, paid=90000, amount=90000, months=12, named=False, terms="A")
    assert {one.what for one in audit(course(short, (), CALENDAR, SOLD), 500000, None)} == {"short-term"}
    long = a_card(visits=0, paid=90000, amount=90000, months=36, named=False, terms="A")
    assert audit(course(long, (), CALENDAR, SOLD), 500000, None) == []
