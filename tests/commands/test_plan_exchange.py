"""A unit that is exchanged stays in its plan: dates, reports, coverage, renewal, papers, and in a second clone."""

import openpyxl

from tests.commands.plan_desk import cards, contract, on, prepaid, slots, synced, unchanged


def exchange(fleet, number, serial="S9", day="2026-05-10"):
    """The number of the card in its place."""
    (new,) = fleet.json("card", "replace", number, "--serial", serial, **on(day))["ids"]
    return fleet.json("card", "show", new)["number"]


def units(fleet, plan, day):
    return fleet.json("plan", "show", plan, **on(day))["units"]


def test_the_open_visits_go_on_with_the_new_unit_and_what_was_done_stays_with_the_old_one(fleet, tmp_path):
    plan = contract(fleet)
    old = cards(fleet)[0]
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    fleet.ok("plan", "settle", f"{plan}:1", **on("2026-04-01"))
    before = slots(fleet, plan, "k", "due_on", "planned_on", "state", **on("2026-05-11"))
    said = fleet.ok("card", "replace", old, "--serial", "S9", **on("2026-05-10")).err
    new = fleet.json("card", "list", **on("2026-05-11"))[-1]["number"]
    assert f"{plan} goes on with unit {new}" in said
    assert slots(fleet, plan, "k", "due_on", "planned_on", "state", **on("2026-05-11")) == before == [
        (1, "2026-04-01", "2026-04-01", "settled"), (2, "2026-07-01", "2026-07-01", "planned"),
        (3, "2026-10-01", "2026-10-08", "planned"), (4, "2027-01-01", "2026-12-31", "planned"),
    ]  # fmt: skip
    shown = fleet.json("plan", "show", plan, **on("2026-05-11"))
    assert shown["units"] == [new]
    assert shown["exchanged"] == [{"old": old, "new": new, "on": "2026-05-10"}]
    assert f"{old} → {new} · 2026-05-10" in fleet.ok("plan", "show", plan, **on("2026-05-11")).out
    for number in (old, new):
        assert [one["id"] for one in fleet.json("plan", "list", "--card", number, **on("2026-05-11"))] == [plan]
    sheet = fleet.json("plan", "sheet", plan, **on("2026-07-01"))
    assert [(one["slot"], one["card_number"], one["unit"]) for one in sheet] == [(f"{plan}:2", new, "叉车 S9")]
    fleet.ok("plan", "report", f"{plan}:2", "--condition", "watch", "--card", old, **on("2026-07-01"))
    fleet.ok("plan", "settle", f"{plan}:2", **on("2026-07-01"))
    assert slots(fleet, plan, "state", "amount", **on("2026-07-02"))[:2] == [("settled", 12000)] * 2
    for k, serial in ((1, f"S1\n{old}"), (2, f"S9\n{new}")):
        path = tmp_path / f"{k}.xlsx"
        fleet.ok("plan", "print", f"{plan}:{k}", "--what", "report", "-o", path, **on("2026-07-02"))
        text = [str(cell.value) for row in openpyxl.load_workbook(path).worksheets[0] for cell in row if cell.value]
        assert f"叉车\n{serial}" in text
    assert fleet.json("check", **on("2026-07-02")) == []


def test_the_new_unit_is_covered_replaced_by_a_ticket_as_well_and_renewed_without_a_word(fleet):
    plan = contract(fleet, units=2)
    first, second, _third = cards(fleet)
    ticket = fleet.json("ticket", "add", "--card", first, "--symptom", "漏油", **on("2026-05-09"))["ids"][0]
    assert fleet.json("ticket", "show", ticket, **on("2026-05-09"))["covered_by"] == plan
    for words in (("reply",), ("solution", "--note", "换机")):
        fleet.ok("ticket", words[0], ticket, *words[1:], **on("2026-05-09", "11:00"))
    said = fleet.ok("ticket", "replace", ticket, "--new-serial", "S9", "--over", "客户要求", **on("2026-05-10")).err
    new = fleet.json("card", "list", **on("2026-05-10"))[-1]["number"]
    assert f"{plan} goes on with unit {new}" in said
    assert units(fleet, plan, "2026-05-11") == [new, second]
    again = fleet.json("ticket", "add", "--card", new, "--symptom", "异响", **on("2026-06-09"))["ids"][0]
    found = fleet.json("ticket", "show", again, **on("2026-06-09"))
    assert (found["coverage"], found["covered_by"]) == ("contract", plan)
    refused = unchanged(fleet, 1, "plan", "add", "--mode", "contract", "--card", new, "--every", "3m", "--months", "3",
                        "--from", "2026-08-01", "--price", "1", **on("2026-06-10"))  # fmt: skip
    assert f"{plan} covers unit {new} already, until 2026-12-31" in refused
    renewed = fleet.json("plan", "renew", plan, "--terms", "合同柜", **on("2026-12-10"))["ids"][0]
    assert units(fleet, renewed, "2026-12-11") == [new, second]


def test_a_new_unit_that_is_void_later_leaves_the_plan(fleet):
    plan = contract(fleet)
    new = exchange(fleet, cards(fleet)[0])
    fleet.ok("card", "void", new, "--reason", "sold", **on("2026-05-20"))
    states = [state for (state,) in slots(fleet, plan, "state", **on("2026-05-21"))]
    assert states == ["missed", "cancelled", "cancelled", "cancelled"]
    refused = unchanged(fleet, 1, "plan", "renew", plan, **on("2026-12-10"))
    assert f"card {new} does not stand" in refused


def test_the_exchange_taken_back_leaves_the_plan_as_it_was(fleet):
    plan = contract(fleet)
    old = cards(fleet)[0]
    exchange(fleet, old)
    fleet.ok("undo", "--yes", **on("2026-05-10"))
    assert units(fleet, plan, "2026-05-11") == [old]
    assert fleet.json("plan", "show", plan, **on("2026-05-11"))["exchanged"] == []


def test_prepaid_visits_go_on_with_the_new_unit(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12", "--card", cards(fleet)[0])
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    new = exchange(fleet, cards(fleet)[0])
    fleet.ok("plan", "use", f"{plan}:5", **on("2026-06-01"))
    shown = fleet.json("plan", "show", plan, **on("2026-06-01"))
    assert (shown["visits_left"], shown["units"], shown["slots"][5]["state"]) == (10, [new], "planned")


def test_by_hours_the_meter_of_the_new_unit_is_asked_for_and_the_hours_go_on(fleet):
    plan = contract(fleet, "--every", "500h", "--until-hours", "2000")
    old = cards(fleet)[0]
    fleet.ok("plan", "meter", plan, "--reading", "400", **on("2026-03-05"))
    said = fleet.ok("card", "replace", old, "--serial", "S9", **on("2026-03-10")).err
    new = fleet.json("card", "list", **on("2026-03-10"))[-1]["number"]
    assert f"crmkit plan meter {plan} --card {new} --reading H --at 2026-03-10" in said
    fleet.ok("plan", "meter", plan, "--card", new, "--reading", "0", "--at", "2026-03-10", **on("2026-03-11"))
    fleet.ok("plan", "meter", plan, "--reading", "100", **on("2026-03-20"))
    # 500 h are reached with the new one's first 100, not at the 6.3 h a day of the old one
    assert slots(fleet, plan, "k", "due_on", **on("2026-03-20"))[0] == (1, "2026-03-20")
    fell = unchanged(fleet, 1, "plan", "meter", plan, "--reading", "90", **on("2026-03-21"))
    assert "90 h is less than the 100 h of 2026-03-20" in fell


def test_two_clones_of_which_one_exchanged_a_unit_agree(two):
    here, clone = two
    plan = contract(here)
    old = cards(here)[0]
    there = clone()
    new = exchange(here, old)
    there.ok("plan", "report", f"{plan}:1", "--condition", "good", "--card", old, **on("2026-05-11"))
    synced(here, there, **on("2026-05-12"))
    for shell in (here, there):
        shown = shell.json("plan", "show", plan, **on("2026-05-12"))
        assert (shown["units"], shown["misfits"]) == ([new], [])
        assert [one["state"] for one in shown["slots"]] == ["done", "planned", "planned", "planned"]
    assert there.json("plan", "renew", plan, "--terms", "x", **on("2026-12-10"))["counts"]["renewed"] == 1


def test_a_unit_that_both_clones_exchanged_is_one_unit_in_both(two):
    here, clone = two
    plan = contract(here)
    old = cards(here)[0]
    there = clone()
    exchange(here, old, "S8")
    exchange(there, old, "S9")
    for shell in (here, there, here):
        shell("-q", "sync", **on("2026-05-12"))
    found = [units(shell, plan, "2026-05-12") for shell in (here, there)]
    assert found[0] == found[1]
    assert len(found[0]) == 1
