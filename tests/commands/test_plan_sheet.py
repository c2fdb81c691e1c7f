"""The sheet of the units to visit, as staff give it back; what became of each unit goes into the settlement."""

import openpyxl
import pytest

from tests.commands.plan_desk import WHO, cards, contract, on, sold
from tests.commands.test_filled_in import fill

DUE = on("2026-04-01", "09:00")
LATER = on("2026-04-02", "09:00")


@pytest.fixture
def booked(fleet, home):
    """A contract of three booked whose first visit is booked, and its sheet in Chinese."""
    fleet.ok("config", "--set", "archive.lang=zh")
    plan = contract(fleet, units=3)
    fleet.ok("plan", "visit", f"{plan}:1", "--at", "2026-04-01 10:00", "--by", "TT", **DUE)
    fleet.ok("plan", "sheet", "--due", "today", "-o", "visits.xlsx", **DUE)
    return fleet, plan, cards(fleet)


def rows(fleet, *words, **env):
    return [(one["slot"], one["by"], one["card_number"]) for one in fleet.json("plan", "sheet", *words, **env)]


def show(fleet, plan, k=1, **env):
    return fleet.json("plan", "slots", plan, **env)[k - 1]


def test_the_list_has_a_line_for_each_unit_that_is_to_be_visited_by_then(booked):
    fleet, plan, (one, two, three) = booked
    assert rows(fleet, **DUE) == [(f"{plan}:1", "TT", card) for card in (one, two, three)]
    assert rows(fleet, "--due", "2026-03-31", **DUE) == []
    assert rows(fleet, "--by", "TT", **DUE) == rows(fleet, **DUE)
    assert rows(fleet, plan, "--due", "2026-01-05", **DUE) == rows(fleet, **DUE)
    assert [k for k, _by, _card in rows(fleet, plan, "--due", "2026-07-01", **DUE)][::3] == [f"{plan}:1", f"{plan}:2"]
    fleet.ok("plan", "report", f"{plan}:1", "--card", two, "--condition", "good", **DUE)
    assert rows(fleet, **DUE) == [(f"{plan}:1", "TT", card) for card in (one, three)]


def test_a_filled_sheet_is_taken_back_unit_by_unit_and_settled_as_it_says(booked, home):
    fleet, plan, (one, two, three) = booked
    fill(home / "visits.xlsx", {
        (one, "Arrived"): "10:30", (one, "Condition"): "需观察", (one, "Finding"): "链条磨损",
        (one, "Parts (CODE:QTY)"): "CHAIN:2", (two, "What became of it"): "未能提供",
        (two, "Waited (1.5h, 90min)"): "1.5h", (three, "What became of it"): "left out", (three, "Finding"): "已停用",
    })  # fmt: skip
    done = fleet.json("plan", "report", "visits.xlsx", **LATER)
    assert (done["counts"]["rows"], done["counts"]["reported"], done["counts"]["rejected"]) == (3, 3, 0)
    steps = {
        step["card"]: step for step in fleet.json("plan", "show", plan, **LATER)["steps"] if step["what"] == "report"
    }
    numbers = {card["id"]: card["number"] for card in fleet.json("card", "list")}
    told = {numbers[card]: (step["codes"], step.get("note", ""), step["by"]) for card, step in steps.items()}
    assert told == {
        one: ({"condition": "watch", "advice": "watch"}, "链条磨损", "TT"),
        two: ({"outcome": "unavailable"}, "", "TT"),
        three: ({"outcome": "skipped"}, "已停用", "TT"),
    }
    assert [step["at"] for card, step in steps.items() if numbers[card] == one] == ["2026-04-01T10:30:00+08:00"]
    settled = fleet.json("plan", "settle", f"{plan}:1", **LATER)
    assert settled["counts"]["amount"] == 12000 + 12000 + 6000  # a unit, an hour and a half, two chains
    (step,) = [step for step in fleet.json("plan", "show", plan, **LATER)["steps"] if step["what"] == "settle"]
    numbers = step["numbers"]
    assert (numbers["done"], numbers["unavailable"], numbers["waited"]) == (1, 1, 90)
    assert fleet.json("plan", "report", "visits.xlsx", **LATER)["counts"]["unchanged"] == 3  # although it is settled


def test_the_same_sheet_again_changes_nothing_whenever_it_comes(booked, home):
    fleet, _plan, (one, two, _three) = booked
    fill(home / "visits.xlsx", {(one, "Condition"): "良好", (two, "What became of it"): "未能提供"})
    fleet.ok("plan", "report", "visits.xlsx", **LATER)
    again = fleet.json("plan", "report", "visits.xlsx", **on("2026-04-08"))
    assert (again["run"], again["counts"]["rows"], again["counts"]["unchanged"]) == ("", 2, 2)


def test_rows_that_cannot_be_taken_come_back_with_their_reason_and_are_taken_once_mended(booked, home):
    fleet, plan, (one, two, three) = booked
    fill(home / "visits.xlsx", {
        (one, "Condition"): "良好", (two, "Condition"): "还行", (three, "What became of it"): "未能提供",
        (three, "Advice"): "维修",
    })  # fmt: skip
    failed = fleet.fails(5, "plan", "report", "visits.xlsx", "--rejects", "back.xlsx", **LATER)
    assert "还行" in failed.err
    table = openpyxl.load_workbook(home / "back.xlsx").worksheets[0]
    assert (table.max_row, table["A1"].value) == (3, "原因")
    fill(home / "back.xlsx", {(two, "Condition"): "停用", (three, "Advice"): None})
    assert fleet.json("plan", "report", "back.xlsx", **LATER)["counts"]["reported"] == 2
    assert (show(fleet, plan, **LATER)["state"], show(fleet, plan, **LATER)["condition"]) == ("done", "stop")


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [(("unavailable", "unavailable"), "unavailable"), (("skipped", "skipped"), "skipped"),
     (("skipped", "unavailable"), "unavailable"), (("unavailable",), "planned")],
)  # fmt: skip
def test_a_visit_in_which_no_unit_was_maintained_says_why(fleet, outcomes, state):
    plan = contract(fleet, units=2)
    for card, outcome in zip(cards(fleet), outcomes, strict=False):
        fleet.ok("plan", "report", f"{plan}:1", "--card", card, "--outcome", outcome, "--finding", "停产", **DUE)
    assert show(fleet, plan, **DUE)["state"] == state


def test_what_is_said_later_of_a_unit_holds_until_the_visit_is_settled(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--outcome", "unavailable", "--waited", "30min", **DUE)
    fleet.ok("plan", "report", f"{plan}:1", "--card", cards(fleet)[0], "--condition", "good", **LATER)
    assert (show(fleet, plan, **LATER)["state"], show(fleet, plan, **LATER)["done_on"]) == ("done", "2026-04-02")
    assert fleet.json("plan", "settle", f"{plan}:1", **LATER)["counts"]["amount"] == 12000
    late = fleet.fails(1, "plan", "report", f"{plan}:1", "--card", cards(fleet)[0], "--condition", "watch", **LATER)
    assert "that visit is done" in late.err


def test_a_unit_left_out_needs_a_reason_and_one_that_was_not_maintained_has_no_condition(fleet):
    plan = contract(fleet)
    assert "--finding" in fleet.fails(1, "plan", "report", f"{plan}:1", "--outcome", "skipped", **DUE).err
    said = ("--outcome", "unavailable", "--condition", "good")
    assert "no condition" in fleet.fails(1, "plan", "report", f"{plan}:1", *said, **DUE).err
    assert "done, unavailable" in fleet.fails(1, "plan", "report", f"{plan}:1", "--outcome", "gone", **DUE).err


def test_a_plan_without_cards_has_a_row_for_the_visit(fleet, home):
    plan = sold(fleet, "--mode", "contract", "--customer", WHO, "--every", "1m", "--months", "12", "--price", "80")
    fleet.ok("plan", "sheet", plan, "-o", "one.xlsx")
    fill(home / "one.xlsx", {(f"{plan}:1", "Condition"): "good"}, lang="en")
    fleet.ok("plan", "report", "one.xlsx", **on("2026-02-02"))
    assert show(fleet, plan, **on("2026-02-02"))["state"] == "done"


def test_nobody_goes_to_whom_nobody_may_go(booked):
    fleet, _plan, _cards = booked
    fleet.ok("customer", "deceased", WHO, **DUE)
    assert rows(fleet, **DUE) == []
