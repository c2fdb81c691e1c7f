"""Some weeks of a small office in a few seconds; `python -m tests.simulation` lives half a year with 2,000 files."""

from datetime import date

import pytest

from tests.simulation import laws
from tests.simulation.office import opened
from tests.simulation.verdict import broken


def test_in_some_weeks_of_a_branch_office_no_law_is_broken(bare):
    bare.archive = bare.home / "archive"
    bare.env["CRMKIT_ARCHIVE"] = str(bare.archive)
    office = opened(bare, seed=3, files=7, first=date(2026, 3, 2), last=date(2026, 3, 20), rate=6, plans=6)
    office.branch.live()
    assert list(broken(office)) == []
    told = laws.tables(bare.archive)
    for kind in ("callbacks", "calls", "events", "visits", "assignments", "merges", "marks"):
        assert told[kind], kind
    taken = {step["what"] for step in told["steps"].values()}
    assert taken >= {
        "reply", "wait", "resume", "visit", "work", "solve", "follow-up",
        "listen", "acknowledge", "investigate", "offer", "agree", "carry-out", "call-back", "close",
        "use", "meter", "check", "train",
    }  # fmt: skip
    assert office.second.synced


A = "C2603-00000001"
REFUSED = {A: laws.moment("2026-03-05T10:00:00+08:00")}
LATER = laws.moment("2026-06-01T00:00:00+08:00")


def callback(**fields):
    """A callback as it is stored."""
    due = {"due_at": "2026-03-04T09:00:00+08:00", "planned_for": "2026-03-04T09:00:00+08:00"}
    return {"customer": A, "purpose": "screening", **due, **fields}


def archive(**kinds):
    """Tables that hold one customer and what is given."""
    told = {kind: {} for kind in ("callbacks", "calls", "messages", "orders", "payments", "returns", "invitations")}
    told |= {"events": {}, "assignments": {}, "merges": {}}
    told["customers"] = {A: {"collected_at": "2026-03-02T09:00:00+08:00", "phones": [{}], "owner": "LN"}}
    return told | kinds


@pytest.mark.parametrize("due", ["07:59:00", "12:30:00", "20:00:00"])
def test_a_callback_in_quiet_hours_breaks_the_law(due):
    told = archive(callbacks={"B1": callback(due_at=f"2026-03-04T{due}+08:00")})
    assert len(list(laws.quiet_hours_are_kept(told))) == 1


def test_a_doubled_plan_and_two_calls_on_one_day_break_the_law():
    told = archive(callbacks={"B1": callback(plan="screening:1"), "B2": callback(plan="screening:1")})
    assert len(list(laws.nothing_is_doubled(told))) == 2
    of_two = archive(callbacks={"B1": callback(plan="screening:1"), "B2": callback(plan="screening:2")})
    assert len(list(laws.nothing_is_doubled(of_two))) == 1
    assert list(laws.nothing_is_doubled(of_two | {"merges": {"M1": {"loser": "C2", "moved": ["B2"]}}})) == []


def test_calling_writing_to_and_still_planning_for_who_refused_break_the_law():
    after = "2026-03-06T09:00:00+08:00"
    told = archive(
        callbacks={"B1": callback(), "B2": callback(purpose="service")},
        calls={
            "L1": {"customer": A, "callback": "B1", "at": after},
            "L2": {"customer": A, "callback": "B2", "at": after},
        },
        messages={"H1": {"customer": A, "at": after}},
    )
    assert len(list(laws.refusals_are_kept(told, REFUSED))) == 3


def test_a_file_that_nobody_screens_an_order_without_thanks_and_a_guest_without_a_call_break_the_law():
    when = {
        "answer": "accepted",
        "answered_at": "2026-03-10T09:00:00+08:00",
        "attended_at": "2026-03-20T09:00:00+08:00",
    }
    told = archive(
        orders={"O1": {"customer": A, "ordered_on": "2026-03-03", "items": [{"quantity": 1}]}},
        events={"G1": {"starts_at": "2026-03-20T09:00:00+08:00"}},
        invitations={"N1": {"customer": A, "event": "G1", **when}},
    )
    lost = list(laws.no_callback_is_lost(told, {}, LATER))
    assert [sentence.split(": no ")[1].split()[0] for sentence in lost] == [
        "screening", "thanks", "first-use", "event-eve", "after-event",
    ]  # fmt: skip
    assert list(laws.no_callback_is_lost(told, REFUSED, LATER)) == []


def test_money_that_nobody_can_explain_breaks_the_law():
    order = {"customer": A, "ordered_on": "2026-03-03", "total": 200, "items": [{"amount": 200}]}
    paid = {"order": "O1", "what": "payment", "amount": 150}
    told = archive(orders={"O1": order}, payments={"Y1": paid, "Y2": paid | {"what": "refund", "amount": 160}})
    right = {"O1": {"total": 200, "paid": 150, "balance": 200}}
    assert len(list(laws.balances_are_explained(told, right))) == 2
    told["payments"].pop("Y2")
    assert list(laws.balances_are_explained(told, {"O1": {"total": 200, "paid": 150, "balance": 50}})) == []


def test_a_file_kept_too_long_or_given_back_too_soon_breaks_the_law():
    def move(at, to):
        return {"customer": A, "at": f"2026-{at}T09:00:00+08:00", "to": to, "how": "recycled"}

    kept = archive(assignments={"A1": move("01-02", "LN")})
    assert list(laws.files_pass_on(kept, {}, LATER.date())) == [f"LN still has {A} since 2026-01-02"]
    back = archive(assignments={"A1": move("01-02", "LN"), "A2": move("04-02", "WQ"), "A3": move("05-02", "LN")})
    assert len(list(laws.files_pass_on(back, {}, LATER.date()))) == 1
