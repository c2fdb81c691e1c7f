"""What may follow what with a ticket, and what became of its promises."""

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from crmkit.core.tickets import taking
from crmkit.core.tickets.charges import bill
from crmkit.core.tickets.clocks import account, next_at
from crmkit.core.tickets.course import STATES, TABLE, all_fit, course
from crmkit.core.tickets.taking import missing, state_of
from crmkit.errors import InvalidError
from crmkit.records.card import Promises
from tests import worlds
from tests.core.desk import ZONE, at
from tests.core.tickets.desk import NO_POWER, NO_SPARK, PROMISES, REPORTED, WORK, Desk, a_card

WED, THU, FRI, TUE = "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-24"


def state(desk: Desk) -> str:
    return state_of(desk.course, bill(desk.course))


def test_a_ticket_from_the_report_to_the_five_answers():
    desk = Desk(card=a_card(), fault=NO_POWER)
    assert (state(desk), desk.ticket.next_at) == ("open", at(f"{WED} 12:00"))
    desk.take("reply", f"{WED} 10:20", note="guided: battery the right way round")
    assert (state(desk), desk.ticket.next_at) == ("replied", at(f"{WED} 18:00"))
    desk.take("solution", f"{WED} 10:30", until=at(f"{WED} 20:00"))
    desk.take("work", f"{WED} 15:00", by="ZW", numbers={"taken": 0})
    assert (state(desk), desk.course.worker) == ("arranged", "ZW")
    desk.solve(f"{WED} 15:40", by="ZW", how="visit")
    assert (state(desk), desk.ticket.next_at, desk.course.cause) == ("solved", at("2026-11-21 10:00"), "defect")
    desk.ask(f"{FRI} 10:00")
    assert (state(desk), desk.ticket.next_at, desk.ticket.closed) == ("closed", None, 1)
    assert desk.verdicts(f"{FRI} 11:00") == "kept kept kept kept kept"


def test_a_ticket_that_is_solved_at_once_has_kept_reply_and_solution_in_the_same_moment():
    desk = Desk(card=a_card())
    desk.solve(f"{WED} 11:00", "no-fault", how="phone")
    assert [clock.stopped_at for clock in desk.clocks(f"{WED} 12:00")] == [at(f"{WED} 11:00")] * 3 + [None]
    assert desk.verdicts(f"{WED} 12:00") == "kept kept kept open"


def test_in_the_very_moment_is_kept_and_a_second_later_is_late():
    in_time, late = Desk(), Desk()
    in_time.take("reply", f"{WED} 12:00")
    late.take("reply", f"{WED} 12:00:01")
    assert [one.clocks(f"{THU} 09:00")[0].verdict for one in (in_time, late)] == ["kept", "late"]
    assert late.clocks(f"{THU} 09:00")[0].left == -timedelta(seconds=1)
    assert [Desk().clocks(f"{WED} {time}")[0].verdict for time in ("12:00", "12:00:01")] == ["open", "breached"]


def test_a_wait_for_the_customer_moves_every_clock_that_runs_and_none_that_ran_out():
    desk = Desk()
    desk.take("wait", f"{WED} 11:00")
    assert [(c.due_at, c.verdict) for c in desk.clocks(f"{WED} 14:00")] == [(None, "waiting")] * 4
    assert desk.ticket.next_at is None
    desk.take("resume", f"{WED} 15:00")
    assert [clock.due_at for clock in desk.clocks(f"{WED} 15:00")] == [
        at(f"{WED} 16:00"), at(f"{WED} 22:00"), at(f"{THU} 20:00"), at("2026-11-21 14:00")
    ]  # fmt: skip
    late = Desk("2026-09-24 16:30")
    late.take("wait", "2026-09-28 10:00")
    (solution,) = (clock for clock in late.clocks("2026-09-29 10:00") if clock.clock == "solution")
    assert (solution.due_at, solution.verdict) == (at("2026-09-25 00:30"), "breached")
    assert solution.left == -timedelta(hours=81.5)  # it does not grow while waiting
    assert late.ticket.next_at == at("2026-09-24 18:30")


def test_a_wait_in_working_time_is_counted_in_working_time():
    desk = Desk("2026-09-24 16:30", work=WORK, card=a_card(promises=Promises(
        reply=2, solution=8, solved=30, follow_up=72, working=("reply", "solution", "solved"))))  # fmt: skip
    desk.take("wait", "2026-09-28 10:00")
    desk.take("resume", "2026-09-29 15:00")
    found = {clock.clock: clock.due_at for clock in desk.clocks("2026-09-29 15:00")}
    assert (found["reply"], found["solution"]) == (at("2026-09-28 09:30"), at("2026-09-30 11:30"))
    assert found["follow_up"] == at("2026-09-27 16:30")  # by the wall clock it had run out before the wait
    counted = [(one.what, one.counted) for one in account(desk.course, desk.clocks("2026-09-28 12:00")[0],
                                                          at("2026-09-28 12:00"), WORK)]  # fmt: skip
    assert counted == [("running", timedelta(hours=1)), ("closed", timedelta(0)),
                       ("running", timedelta(hours=1.5)), ("waiting", timedelta(0))]  # fmt: skip


def test_solving_it_ends_the_wait():
    desk = Desk()
    desk.take("wait", f"{WED} 11:00")
    desk.solve(f"{WED} 16:00")
    assert not desk.course.now.waiting
    assert desk.clocks(f"{WED} 17:00")[3].due_at == at("2026-11-21 15:00")


def test_an_attempt_that_reached_nobody_is_a_reply_and_begins_a_wait():
    desk = Desk()
    desk.take("reply", f"{WED} 10:20", codes={"outcome": "no-answer"})
    desk.take("wait", f"{WED} 10:20")
    assert desk.verdicts(f"{WED} 19:00") == "kept waiting waiting waiting"


def test_a_second_cycle_has_four_new_clocks_and_leaves_the_first_as_it_was():
    desk = Desk()
    desk.take("reply", f"{WED} 12:30")  # late
    desk.take("solution", f"{WED} 13:00")
    desk.solve("2026-11-19 15:00")
    before = desk.verdicts("2026-11-20 09:00")
    assert before == "late kept kept open"
    desk.ask("2026-11-20 10:00", solved="no")
    assert (state(desk), desk.course.now.number, desk.ticket.reopened) == ("open", 2, 1)
    assert desk.verdicts("2026-11-20 11:00") == "late kept kept kept open open open open"
    second = [clock.due_at for clock in desk.clocks("2026-11-20 11:00") if clock.cycle == 2]
    assert second[:2] == [at("2026-11-20 12:00"), at("2026-11-20 18:00")]
    desk.solve("2026-11-22 10:00")
    assert desk.verdicts("2026-11-23 10:00") == "late kept kept kept late late late open"


def test_whoever_reports_that_it_never_worked_opens_it_again_and_whoever_said_that_it_did_does_not():
    never = Desk()
    never.solve("2026-11-19 15:00")
    never.reopen("2026-11-20 09:00")
    assert never.verdicts("2026-11-20 09:30").split()[3] == "kept"  # the customer was spoken to
    mended = Desk()
    mended.solve("2026-11-19 15:00")
    mended.ask("2026-11-20 10:00")
    with pytest.raises(InvalidError, match="the customer said that TK2611-00000001 was solved"):
        mended.reopen("2026-11-25 09:00")
    mended.reopen("2026-11-25 09:00", mistake=True)
    assert (state(mended), mended.ticket.closed, mended.ticket.reopened) == ("open", 1, 1)


def test_a_ticket_is_not_opened_again_after_a_year():
    desk = Desk()
    desk.solve("2026-11-19 15:00")
    with pytest.raises(InvalidError, match="was solved on 2026-11-19; it can be opened again for 90 days"):
        desk.reopen("2027-11-19 15:00")
    desk.reopen("2027-02-17 15:00")  # the ninetieth day


@pytest.mark.parametrize(
    ("before", "what", "words"),
    [
        (["wait"], "wait", "waits for the customer already, since 2026-11-18 10:10"),
        ([], "resume", "does not wait for the customer"),
        (["wait", "resume"], "resume", "does not wait for the customer"),
        ([], "follow-up", "asking afterwards does not fit: at 2026-11-18 10:10 TK2611-00000001 was open"),
        (
            ["solve"],
            "reply",
            "an answer does not fit: at 2026-11-18 10:11 TK2611-00000001 was solved, to be asked about",
        ),
        (["solve"], "wait", "a wait does not fit: at 2026-11-18 10:11 TK2611-00000001 was solved, to be asked about"),
        (["solve"], "work", "work does not fit"),
        (["solve"], "cancel", "cancelling it does not fit"),
        (["cancel"], "reply", "an answer does not fit: at 2026-11-18 10:11 TK2611-00000001 was cancelled"),
        (["cancel"], "solve", "solving it does not fit"),
        (["reply"], "reopen", "opening it again does not fit: at 2026-11-18 10:11 TK2611-00000001 was answered"),
    ],
)
def test_a_step_out_of_order_is_refused(before, what, words):
    desk = Desk()
    for number, one in enumerate((*before, what)):
        when = f"{WED} 10:{10 + number}"
        codes = {"cause": "misuse"} if one == "solve" else None
        if number < len(before):
            desk.take(one, when, codes=codes)
            continue
        with pytest.raises(InvalidError, match=words):
            if what == "reopen":
                desk.reopen(when)
            else:
                desk.take(one, when, codes=codes)
    assert len(desk.steps) == len(before)


def test_a_step_before_the_report_or_in_the_future_is_refused():
    desk = Desk()
    with pytest.raises(InvalidError, match="2026-11-18 09:59 is before the report, 2026-11-18 10:00"):
        desk.take("reply", f"{WED} 09:59", f"{WED} 11:00")
    with pytest.raises(InvalidError, match="2026-11-18 11:30 lies in the future"):
        desk.take("reply", f"{WED} 11:30", f"{WED} 11:00")
    with pytest.raises(InvalidError, match="reported at 2026-11-18 12:00, which lies in the future"):
        Desk(f"{WED} 12:00", told=f"{WED} 11:59")
    with pytest.raises(InvalidError, match="promised for 2026-11-18 11:00, which is not after 2026-11-18 11:00"):
        desk.take("promise", f"{WED} 11:00", until=at(f"{WED} 11:00"))


def test_a_step_that_is_written_down_later_counts_where_it_happened_and_is_counted_as_such():
    desk = Desk()
    desk.take("work", f"{WED} 15:00", by="ZW")
    assert desk.take("reply", f"{WED} 10:30", f"{WED} 18:00").counts == {"added": 1, "back-dated": 1}
    assert desk.clocks(f"{WED} 18:00")[0].stopped_at == at(f"{WED} 10:30")
    assert [step.what for step in desk.course.steps] == ["reply", "work"]
    with pytest.raises(InvalidError, match="solving it at 2026-11-18 14:00 would contradict work at 2026-11-18 15:00"):
        desk.put(taking.solve(desk.run(f"{WED} 18:00"), desk.course, at(f"{WED} 14:00"), cause="misuse"))


def test_a_promised_time_is_a_clock_of_its_own_that_no_wait_moves():
    desk = Desk(promised=f"{WED} 15:00")
    assert desk.ticket.next_at == at(f"{WED} 12:00")
    desk.take("reply", f"{WED} 10:10")
    desk.take("wait", f"{WED} 10:20")
    assert desk.ticket.next_at == at(f"{WED} 15:00")
    desk.take("resume", f"{WED} 14:50")
    *_four, promised = desk.clocks(f"{WED} 15:01")
    assert (promised.clock, promised.due_at, promised.verdict) == ("promised", at(f"{WED} 15:00"), "breached")
    desk.take("work", f"{WED} 15:30")
    assert desk.clocks(f"{WED} 16:00")[-1].verdict == "late"


@pytest.mark.parametrize(
    ("second", "verdicts"),
    [(f"{WED} 14:00", ["kept"]), (f"{WED} 15:10", ["late", "kept"])],  # moved before it came, or after it was broken
)
def test_a_promise_that_was_changed_in_time_is_not_broken(second, verdicts):
    desk = Desk(promised=f"{WED} 15:00")
    desk.take("promise", second, until=at(f"{WED} 18:00"))
    desk.take("work", f"{WED} 17:00")
    assert [c.verdict for c in desk.clocks(f"{WED} 18:00") if c.clock == "promised"] == verdicts


def test_solved_needs_a_cause_and_a_defect_a_fault_of_that_product():
    desk = Desk(card=a_card())
    with pytest.raises(InvalidError, match="is solved only with its cause") as refused:
        desk.solve(f"{WED} 11:00", "")
    assert refused.value.hint == "--cause, one of: defect, misuse, wear, installation, transport, no-fault, unknown"
    with pytest.raises(InvalidError, match="a defect needs the code of its fault"):
        desk.solve(f"{WED} 11:00", fault=None)
    other = msgspec.structs.replace(NO_POWER, products=("HX1",))
    with pytest.raises(InvalidError, match="no-power is no fault of ZJ1"):
        desk.solve(f"{WED} 11:00", fault=other)
    desk.solve(f"{WED} 11:00", fault=NO_SPARK)  # of any product
    assert desk.course.fault == "no-spark"


def test_it_is_closed_with_the_five_answers_or_with_none_that_the_customer_will_give():
    desk = _solved()
    desk.ask(f"{THU} 10:00", solved="yes", on_time="yes")
    assert (state(desk), missing(desk.course)) == ("solved", ["attitude", "skill", "charged"])
    assert desk.verdicts(f"{THU} 11:00") == "kept kept kept kept"  # she was reached
    desk.ask(f"{FRI} 10:00", attitude=4, skill=5, charged=0)
    assert (state(desk), missing(desk.course)) == ("closed", [])
    silent = Desk()
    silent.solve(f"{WED} 15:00")
    silent.ask(f"{THU} 10:00", "refused")
    assert state(silent) == "closed"
    with pytest.raises(InvalidError, match="whether it is solved was not asked"):
        Desk.ask(_solved(), f"{THU} 10:00", attitude=3)
    with pytest.raises(InvalidError, match="answers of somebody who was not asked: no-answer"):
        Desk.ask(_solved(), f"{THU} 10:00", "no-answer", solved="yes")


def test_whoever_is_not_reached_on_three_days_is_asked_no_more_and_the_promise_stays_broken():
    desk = _solved()
    for when in (f"{THU} 10:00", f"{THU} 16:00", f"{FRI} 10:00"):
        desk.ask(when, "no-answer")
    assert (state(desk), desk.verdicts(f"{FRI} 11:00")) == ("solved", "kept kept kept open")
    desk.ask(f"{TUE} 10:00", "no-answer")
    assert (state(desk), desk.verdicts(f"{TUE} 11:00")) == ("closed", "kept kept kept breached")


def test_a_ticket_is_cancelled_with_a_reason_only():
    desk = Desk()

    def cancel(**fields: str):
        return taking.cancel(desk.run(f"{WED} 11:00"), desk.course, at(f"{WED} 11:00"), **fields)

    for wrong in ({"reason": ""}, {"reason": "tired"}, {"reason": "duplicate"}):
        with pytest.raises(InvalidError, match="cancelled only with a reason"):
            cancel(**wrong)
    with pytest.raises(InvalidError, match="cannot be a duplicate of itself"):
        cancel(reason="duplicate", duplicate=desk.ticket.id)
    desk.put(cancel(reason="duplicate", duplicate="TK2611-00000009"))
    assert (state(desk), desk.ticket.next_at, desk.verdicts(f"{TUE} 10:00")) == (
        "cancelled", None, "kept kept kept kept"
    )  # fmt: skip


@pytest.mark.parametrize(("state_of_card", "words"), [("void", "is void: lost"), ("replaced", "was replaced")])
def test_there_is_no_ticket_on_a_card_that_does_not_stand(state_of_card, words):
    with pytest.raises(InvalidError, match=words):
        Desk(card=a_card(state=state_of_card, reason="lost", replaced_by="K2611-00000009"))


def test_without_a_card_the_promises_are_those_of_the_archive():
    assert Desk().ticket.promises == PROMISES
    own = Promises(reply=1, solution=4, solved=24, follow_up=48)
    assert Desk(card=a_card(promises=own)).ticket.promises == own


def test_two_who_solve_it_without_knowing_of_each_other_are_both_kept_and_the_first_counts():
    one, other = Desk(by="LN"), Desk(by="WQ")
    one.solve(f"{WED} 15:00", "misuse")
    other.solve(f"{WED} 14:00", "wear")
    theirs = [msgspec.structs.replace(step, id="ST2611-00000009") for step in other.steps]
    both = course(one.ticket, [*one.steps, *theirs])
    assert (both.now.state, both.cause, [step.by for step in both.misfits]) == ("solved", "wear", ["LN"])
    assert both.now.stops["solved"] == at(f"{WED} 14:00")


def _solved() -> Desk:
    desk = Desk()
    desk.solve(f"{WED} 11:00")
    return desk


def test_the_order_in_which_steps_are_found_changes_nothing():
    desk = Desk()
    desk.take("reply", f"{WED} 10:20")
    desk.take("wait", f"{WED} 10:20")
    desk.take("resume", f"{WED} 10:20")
    desk.solve(f"{WED} 10:20")
    desk.ask(f"{WED} 10:20", solved="no")
    for mixed in permutations(desk.steps):
        assert course(desk.ticket, mixed) == desk.course
    assert desk.course.misfits == []


A_STEP = worlds.record(type(Desk().take("reply", REPORTED).puts[0]), 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(A_STEP, max_size=6), worlds.record(type(Desk().ticket), 0))
def test_whatever_stands_in_an_archive_has_a_course(steps, ticket):
    """Steps that another program wrote, or two clones: none is lost, and a state comes out."""
    found = course(msgspec.structs.replace(ticket, promises=PROMISES), steps)
    told = [step for cycle in found.cycles for step in (*cycle.taken, *cycle.misfits)]
    assert sorted(step.id for step in told) == sorted(step.id for step in found.steps)
    assert found.now.state in STATES
    money = bill(found)
    assert min(money.payable, money.charged, money.refund_due) >= 0 or any(s.numbers or s.charges for s in steps)
    at_now = max([ticket.reported_at, *(step.at for step in steps)]).astimezone(ZONE)
    if ticket.reported_at.year > 1000 and at_now.year < 9000:
        next_at(found, at_now, None)


KINDS = (*sorted(TABLE), "solve", "wait", "resume", "reopen", "a kind of tomorrow")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(-1, 5), st.integers(0, 3)), max_size=7))
def test_whether_all_steps_fit_is_told_as_their_course_tells_it(written):
    """Before the report, in a cycle that nobody opened, waits that were never ended: whatever two clones wrote."""
    desk = Desk()
    step = desk.take("reply", f"{WED} 10:20").puts[0]
    steps = [
        msgspec.structs.replace(
            step, id=f"ST2611-0000000{n}", what=what, at=at(REPORTED) + timedelta(minutes=minute), cycle=cycle, seq=n
        )
        for n, (what, minute, cycle) in enumerate(written)
    ]
    event(f"all fit: {all_fit(desk.ticket, steps)}")
    assert all_fit(desk.ticket, steps) == (course(desk.ticket, steps).misfits == [])
    first = [msgspec.structs.replace(one, cycle=min(one.cycle, 1), at=max(one.at, at(REPORTED))) for one in steps]
    assert all_fit(desk.ticket, first) == (course(desk.ticket, first).misfits == [])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(TABLE)), st.integers(0, 2000)), max_size=12))
def test_no_clock_is_moved_by_anything_but_a_wait_for_the_customer(tried):
    """Whatever is tried in whatever order: due times change by waits only, and what is refused changes nothing."""
    desk, minute = Desk(), 0
    for what, later in tried:
        minute += later
        when = f"{at(REPORTED) + timedelta(minutes=minute):%Y-%m-%d %H:%M}"
        before = (desk.steps[:], {(c.clock, c.cycle): c.due_at for c in desk.clocks(when)})
        try:
            desk.take(what, when)
        except InvalidError:
            assert desk.steps == before[0]
            continue
        after = {(c.clock, c.cycle): c.due_at for c in desk.clocks(when)}
        if what not in ("wait", "resume"):
            assert all(end in (None, after[key]) for key, end in before[1].items())
