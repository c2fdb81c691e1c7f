"""Figures of tickets and complaints, worked out by hand."""

from datetime import date, timedelta
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crmkit.core.figures import service
from crmkit.core.figures.counting import Period, figure_of, figures
from crmkit.core.figures.service import SERVICE, complained, served
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.tickets.course import TABLE
from crmkit.records import Complaint, Record, Step, Ticket
from crmkit.records.card import CLOCKS, Promises
from tests.core.desk import SETTINGS, TIMETABLE, ZONE, at
from tests.core.tickets.desk import NO_POWER, NO_SPARK, Desk, a_card


def counted(*desks: Desk, now: str, first: date = date.min, last: date = date.max, records: tuple[Record, ...] = ()):
    """The figures of some tickets, each with ids of its own."""
    found: list[Record] = list(records)
    for number, desk in enumerate(desks):
        name = f"TK2611-{number:08}"
        found.append(msgspec.structs.replace(desk.ticket, id=name))
        found += [
            msgspec.structs.replace(step, id=f"ST2611-{number:04}{place:04}", about=name)
            for place, step in enumerate(desk.steps)
        ]
    snapshot, run = Snapshot.of(*found), Run(now=at(now), by="LN", settings=SETTINGS)
    period = Period(first, last, at(now).astimezone(ZONE))
    table = figures([*served(snapshot, period, run, TIMETABLE), *complained(snapshot, period)])
    return {name: (one.count, one.whole) for name in SERVICE if (one := figure_of(table, name)).count or one.whole}


def replied(when: str) -> Desk:
    desk = Desk()
    desk.take("reply", when)
    return desk


def test_a_promise_that_is_not_due_yet_or_waits_is_in_no_figure():
    kept = [replied("2026-11-18 11:00") for _n in range(7)]
    late, breached, open_yet, waiting = replied("2026-11-18 12:30"), Desk(), Desk("2026-11-18 17:00"), Desk()
    waiting.take("wait", "2026-11-18 11:00")
    cancelled = Desk()
    cancelled.take("cancel", "2026-11-18 13:00")
    found = counted(*kept, late, breached, open_yet, waiting, cancelled, now="2026-11-18 17:30")
    assert (found["kept-reply"], found["tickets"]) == ((7, 9), (12, None))
    assert "promised-solution" not in found
    assert "kept-reply" not in counted(*kept, now="2026-11-30 10:00", last=date(2026, 11, 17))


@pytest.mark.parametrize("reason", ["withdrawn", "declined", "not-repairable"])
def test_what_ran_out_before_it_was_dropped_stays_broken_and_a_reply_in_time_kept(reason):
    kept, late = replied("2026-11-18 11:00"), replied("2026-11-18 12:30")
    for desk in (kept, late):
        desk.take("cancel", "2026-11-18 13:00", codes={"reason": reason})
    assert counted(kept, late, now="2026-11-21 10:00")["kept-reply"] == (1, 2)


@pytest.mark.parametrize("reason", ["duplicate", "mistake"])
def test_a_duplicate_and_a_mistake_promised_nothing(reason):
    desk = replied("2026-11-18 11:00")
    desk.take("cancel", "2026-11-18 13:00", codes={"reason": reason})
    assert "kept-reply" not in counted(desk, now="2026-11-21 10:00")


def visited(day: int, *, works: int = 1, card: int = 1, **fields: object) -> Desk:
    desk = Desk(f"2026-09-{day:02} 09:00", card=a_card(card), fault=NO_POWER)
    for number in range(works - 1):
        desk.take("work", f"2026-09-{day:02} {10 + number}:00", by="ZW")
    desk.solve(f"2026-09-{day + (works > 1):02} 15:00", by="ZW", **{"how": "visit", **fields})
    return desk


def test_a_fault_that_is_reported_again_before_it_was_solved_came_not_again():
    open_yet = Desk("2026-09-01 09:00", card=a_card(), fault=NO_POWER)
    second = Desk("2026-09-02 09:00", card=a_card(), fault=NO_POWER)
    found = counted(open_yet, second, now="2026-09-05 10:00")
    assert found["tickets"] == (2, None)
    assert "came-again" not in found


def test_mended_the_first_time_is_one_visit_and_no_second_report():
    """20 solved, 14 in one visit, of which 2 came back: 12 of 20."""
    once = [visited(1, card=number) for number in range(14)]
    twice = [visited(1, works=2, card=number + 20) for number in range(6)]
    back = [Desk(f"2026-09-{20 + number} 09:00", card=a_card(number), fault=NO_POWER) for number in range(2)]
    aside = [visited(1, card=50, cause="misuse"), visited(1, card=51, how="phone"), visited(28, card=52)]
    found = counted(*once, *twice, *back, *aside, now="2026-10-27 10:00")
    assert found["first-time"] == (12, 20)
    assert (found["came-again"], found["by-phone"]) == ((2, 23), (1, 23))


def test_another_fault_or_another_unit_did_not_come_again_but_the_unit_in_its_place_did():
    first = visited(1)
    other, elsewhere = (
        Desk("2026-09-10 09:00", card=a_card(1), fault=NO_SPARK),
        Desk("2026-09-10 09:00", card=a_card(2), fault=NO_POWER),
    )
    cards = (a_card(1), a_card(2))
    assert counted(first, other, elsewhere, now="2026-10-27 10:00", records=cards)["came-again"] == (0, 1)
    chained = (a_card(1, state="replaced"), a_card(2, replaces=a_card(1).id))
    assert counted(first, elsewhere, now="2026-10-27 10:00", records=chained)["came-again"] == (1, 1)


def test_money_answers_and_what_was_written_later():
    desk = Desk()
    desk.take("work", "2026-11-18 11:00", "2026-11-18 18:00", by="ZW", numbers={"taken": 2000})
    desk.solve("2026-11-18 18:00", "wear")
    desk.ask("2026-11-19 09:00", "no-answer")
    desk.ask("2026-11-19 15:00")
    found = counted(desk, now="2026-11-20 10:00")
    names = ("overcharged", "answered", "answered-solved", "not-reached", "written-later")
    assert [found[name][0] for name in names] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(("upheld", "count"), [("yes", 1), ("part", 1), ("no", 0)])
def test_complaints_count_in_the_month_in_which_they_were_received_and_closed(upheld, count):
    complaint = Complaint(
        id="CP2611-00000001", customer="C2611-00000001", received_at=at("2026-11-28 10:00"), facts="x"
    )
    names = (("acknowledge", {}), ("investigate", {"whose": "ZW"}), ("offer", {"1": "a", "2": "b"}), ("agree", {}),
             ("carry-out", {}), ("call-back", {"satisfied": "yes"}), ("close", {"upheld": upheld}))  # fmt: skip
    steps = tuple(
        Step(id=f"ST2611-0000000{n}", customer=complaint.customer, about=complaint.id, what=what, seq=n, codes=codes,
             at=at(f"2026-12-0{n + 1} 10:00"), recorded_at=at(f"2026-12-0{n + 1} 10:00"))
        for n, (what, codes) in enumerate(names)
    )  # fmt: skip
    november = counted(now="2026-12-31 10:00", last=date(2026, 11, 30), records=(complaint, *steps))
    december = counted(now="2026-12-31 10:00", first=date(2026, 12, 1), records=(complaint, *steps))
    assert november == {"complaints": (1, None)}
    assert december["complaints-once"] == (1, 1)
    assert december["complaints-upheld"] == (count, 1)


def in_november(*desks: Desk, now: str, records: tuple[Record, ...] = ()):
    return counted(*desks, now=now, first=date(2026, 11, 1), last=date(2026, 11, 30), records=records)


def test_what_happens_later_leaves_the_month_as_it_was():
    """Opened again, handed on, overcharged once more and cancelled in December: November says what it said."""
    one, other = Desk(by="LN"), Desk("2026-11-19 09:00")
    one.take("hand", "2026-11-18 11:00", by="ZW")
    one.take("work", "2026-11-18 15:00", by="ZW", numbers={"taken": 2000})
    one.solve("2026-11-18 18:00", "wear", by="ZW", how="visit")
    one.ask("2026-11-19 15:00")
    before = in_november(one, other, now="2026-11-30 23:00")
    one.reopen("2026-12-05 10:00", mistake=True)
    one.take("hand", "2026-12-05 11:00", by="LN")
    one.take("work", "2026-12-05 15:00", by="LN", numbers={"taken": 1000})
    one.solve("2026-12-05 16:00", "misuse", by="LN", how="phone")
    other.take("solution", "2026-12-06 10:00")
    other.take("cancel", "2026-12-07 10:00", codes={"reason": "withdrawn"})
    after = in_november(one, other, now="2026-12-31 23:00")
    ripe = {"first-time", "mended"}
    assert {name: value for name, value in after.items() if name not in ripe} == before
    assert after["first-time"] == (0, 1)  # known only thirty days later, and opened again within them
    assert (before["tickets-solved"], before["kept-reply"], before["overcharged"]) == ((1, None), (0, 2), (1, None))


def facts_of(*desks: Desk, now: str, last: date = date.max) -> list[tuple[str, str, int]]:
    """What is counted for whom: measure, staff, fen."""
    run = Run(now=at(now), by="LN", settings=SETTINGS)
    period = Period(date(2026, 11, 1), last, at(now).astimezone(ZONE))
    records = [record for desk in desks for record in (desk.ticket, *desk.steps)]
    return [(one.measure, one.staff, one.amount) for one in served(Snapshot.of(*records), period, run, TIMETABLE)]


def test_an_answer_and_a_kept_promise_stay_with_whoever_served_when_the_ticket_is_handed_on():
    desk = Desk(by="LN")
    desk.take("reply", "2026-11-18 10:30", by="WQ")
    desk.take("work", "2026-11-18 15:00", by="ZW", numbers={"taken": 2000})
    desk.solve("2026-11-18 18:00", "wear", by="ZW")
    desk.ask("2026-11-19 15:00")
    desk.reopen("2026-11-20 10:00", mistake=True)
    desk.take("hand", "2026-11-20 11:00", by="YL")
    found = {(measure, staff) for measure, staff, _amount in facts_of(desk, now="2026-11-30 10:00")}
    assert {("kept-reply", "WQ"), ("kept-solved", "ZW"), ("answered-solved", "ZW"), ("satisfied", "ZW")} <= found
    assert ("refund-owed", "ZW") in found
    assert {staff for measure, staff in found if measure in ("answered", "good-skill", "overcharged")} == {"ZW"}


def test_a_promise_that_ran_out_is_with_whoever_had_it_then():
    desk = Desk(by="LN")
    desk.take("hand", "2026-11-18 10:30", by="ZW")
    desk.take("reply", "2026-11-18 13:00", by="LN")
    found = facts_of(desk, now="2026-11-18 14:00")
    assert [(measure, staff) for measure, staff, _amount in found if "reply" in measure] == [("promised-reply", "ZW")]


def test_who_was_charged_too_much_twice_counts_each_time_in_its_own_month():
    desk = Desk()
    desk.take("work", "2026-11-18 15:00", by="ZW", numbers={"taken": 2000})
    desk.take("work", "2026-12-05 15:00", by="YL", numbers={"taken": 500})

    def over(last: date, first: date) -> list[int]:
        run = Run(now=at("2026-12-31 10:00"), by="LN", settings=SETTINGS)
        period = Period(first, last, run.now.astimezone(ZONE))
        happened = served(Snapshot.of(desk.ticket, *desk.steps), period, run, TIMETABLE)
        return [fact.amount for fact in happened if fact.measure == "overcharged"]

    assert over(date(2026, 11, 30), date(2026, 11, 1)) == [2000]
    assert over(date(2026, 12, 31), date(2026, 12, 1)) == [500]
    assert over(date(2026, 12, 31), date(2026, 11, 1)) == [2500]


@pytest.mark.parametrize(
    ("reason", "counts"), [("duplicate", None), ("mistake", None), ("withdrawn", (0, 1))]
)  # who withdraws after the promise was broken did have a promise broken
def test_a_cancelled_ticket_promised_nothing_unless_the_customer_withdrew(reason, counts):
    desk = Desk()
    desk.take("cancel", "2026-11-18 13:00", codes={"reason": reason})
    found = counted(desk, now="2026-11-30 10:00")
    assert found.get("kept-reply") == counts
    assert "kept-solution" not in found  # not run out when it was cancelled


def test_a_ticket_that_nobody_answered_for_is_closed_unconfirmed():
    asked, away, refused = Desk(), Desk(), Desk()
    for desk in (asked, away, refused):
        desk.solve("2026-11-18 15:00", "wear")
    asked.ask("2026-11-19 10:00")
    refused.ask("2026-11-19 10:00", "refused")
    for day in (19, 20, 21):
        away.ask(f"2026-11-{day} 10:00", "no-answer")
    assert counted(asked, away, refused, now="2026-11-30 10:00")["tickets-unconfirmed"] == (2, 3)


@pytest.mark.parametrize(("attitude", "skill", "good"), [(4, 4, 1), (5, 3, 1), (4, 3, 0), (3, 5, 1), (1, 5, 0)])
def test_satisfied_is_four_of_five_on_the_mean_of_both_marks(attitude, skill, good):
    desk = Desk()
    desk.solve("2026-11-18 15:00", "wear")
    desk.ask("2026-11-19 10:00", solved="yes", attitude=attitude, skill=skill)
    found = counted(desk, now="2026-11-30 10:00")
    assert (found["satisfied"], found["good-attitude"]) == ((good, 1), (int(attitude >= 4), 1))


HOURS = st.integers(-3, 300)
PROMISES = st.builds(
    Promises, reply=HOURS, solution=HOURS, solved=HOURS, follow_up=HOURS,
    working=st.just(()) | st.lists(st.sampled_from(CLOCKS), max_size=2, unique=True).map(tuple),
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(TABLE)), st.integers(0, 24 * 20), st.integers(1, 2),
        st.sampled_from(["", "taken", "paid"]),
    ), max_size=6,
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 24 * 5), PROMISES, STEPS), min_size=1, max_size=4))
@hypothesis_settings(max_examples=25)
def test_whatever_counts_of_a_ticket_on_any_day_is_found_although_most_tickets_are_passed_over(told):
    start, records = at("2026-11-01 08:00"), list[Record]()
    for n, (reported, promises, steps) in enumerate(told):
        about = f"TK2611-{n:08}"
        records.append(
            Ticket(id=about, customer="C2611-00000001", reported_at=start + timedelta(hours=reported), fault="no-power",
                   promises=promises, card="K2611-00000001")
        )  # fmt: skip
        for place, (what, hour, cycle, paid) in enumerate(steps):
            moment = start + timedelta(hours=hour)
            records.append(
                Step(id=f"ST2611-{n:04}{place:04}", customer="C2611-00000001", about=about, what=what, at=moment,
                     recorded_at=moment, cycle=cycle, numbers={paid: 100} if paid else {})
            )  # fmt: skip
    now = at("2026-12-31 10:00")
    run, snapshot = Run(now=now, by="LN", settings=SETTINGS), Snapshot.of(*records)
    for day in range(45):
        period = Period(start.date() + timedelta(days=day), start.date() + timedelta(days=day), now)
        few = list(served(snapshot, period, run, TIMETABLE))
        with patch.object(service, "_is_past", return_value=False):
            everything = list(served(snapshot, period, run, TIMETABLE))
        assert few == everything


def test_a_promise_that_runs_out_long_after_a_wait_counts_on_its_day():
    waited = Desk("2026-11-18 09:00")
    waited.take("wait", "2026-11-18 10:00")
    waited.take("resume", "2026-11-28 10:00")
    on = {
        day: counted(waited, now="2026-12-20 10:00", first=day, last=day)
        for day in (date(2026, 11, 30), date(2026, 12, 1))
    }
    assert [found.get("kept-follow_up") for found in on.values()] == [None, (0, 1)]


def test_the_course_of_a_ticket_is_made_only_where_something_of_it_may_count():
    old, fresh = [Desk("2026-11-01 09:00") for _n in range(20)], Desk("2026-11-20 09:00")
    for desk in old:
        desk.take("solve", "2026-11-01 12:00", codes={"how": "visit"})
    with patch.object(service, "course", wraps=service.course) as made:
        found = counted(*old, fresh, now="2026-11-20 18:00", first=date(2026, 11, 20), last=date(2026, 11, 20))
    assert found["tickets"] == (1, None)
    assert made.call_count == 1
