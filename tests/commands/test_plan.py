"""`crmkit plan`: dates, visits, money, what is given back, the end; reckoned by hand."""

import json
import re

import pytest

from tests.commands.plan_desk import WHO, cards, contract, on, prepaid, slots, sold, unchanged


def test_a_year_of_four_visits_is_shown_whole_before_it_is_signed(fleet):
    shown = fleet.ok("plan", "add", "--mode", "contract", "--card", cards(fleet)[0], "--every", "3m", "--from",
                     "2026-01-01", "--months", "12", "--price", "120", "-n").err  # fmt: skip
    assert "1. 2026-04-01 (2026-02-16 … 2026-05-16)" in shown
    assert "3. 2026-10-01 → 2026-10-08 (2026-08-17 … 2026-11-16)" in shown  # the week of the national holiday
    assert "4. 2027-01-01 → 2026-12-31 (2026-11-17 … 2026-12-31)" in shown
    assert fleet.json("plan", "list") == []
    plan = contract(fleet)
    assert slots(fleet, plan, "k", "due_on", "planned_on") == [
        (1, "2026-04-01", "2026-04-01"), (2, "2026-07-01", "2026-07-01"), (3, "2026-10-01", "2026-10-08"),
        (4, "2027-01-01", "2026-12-31"),
    ]  # fmt: skip
    assert [one["ends_on"] for one in fleet.json("plan", "list")] == ["2026-12-31"]


def test_the_end_of_a_month_stays_one_and_days_off_move_no_other(fleet):
    usual = ("--mode", "contract", "--customer", WHO, "--every", "1m", "--months", "12", "--price", "1")
    plan = sold(fleet, *usual, "--from", "2026-01-31")
    due = [day for (day,) in slots(fleet, plan, "due_on")]
    assert due[:4] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert due[-1] == "2027-01-31"
    planned = dict(slots(fleet, plan, "due_on", "planned_on"))
    # a make-up Saturday stays; a Sunday whose Monday is in June; a Saturday at the end of October
    assert [planned[day] for day in ("2026-02-28", "2026-05-31", "2026-10-31")] == [
        "2026-02-28", "2026-05-29", "2026-10-30",
    ]  # fmt: skip
    leap = sold(fleet, "--mode", "contract", "--customer", WHO, "--every", "1y", "--months", "60", "--from",
                "2024-02-29", "--price", "1")  # fmt: skip
    assert [day for (day,) in slots(fleet, leap, "due_on")][:4] == [
        "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip


def test_visits_that_do_not_divide_the_year_are_spread_over_it(fleet):
    plan = sold(fleet, "--mode", "contract", "--customer", WHO, "--visits", "5", "--months", "12", "--from",
                "2026-01-01", "--price", "1")  # fmt: skip
    assert [day for (day,) in slots(fleet, plan, "due_on")] == [
        "2026-03-15", "2026-05-27", "2026-08-08", "2026-10-20", "2027-01-01",
    ]  # fmt: skip


def test_hours_or_months_whichever_comes_first_and_the_cycle_begins_anew_with_the_visit(fleet):
    plan = contract(fleet, "--every", "500h", "--until-hours", "2000")
    assert slots(fleet, plan, "k", "due_on")[0] == (1, "2026-04-01")
    for day, hours in (("2026-02-10", "200"), ("2026-03-05", "420")):
        fleet.ok("plan", "meter", plan, "--reading", hours, **on(day))
    assert slots(fleet, plan, "k", "due_on", "provisional")[0] == (1, "2026-03-14", True)  # 9.57 h a day
    fleet.ok("plan", "meter", plan, "--reading", "512", **on("2026-03-16"))
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-03-16"))
    first, second = slots(fleet, plan, "k", "state", "due_on", **on("2026-03-17"))[:2]
    assert first == (1, "done", "2026-03-15")  # 500 h between the 420 of the 5th and the 512
    assert second == (2, "planned", "2026-05-15")  # 1012 h at 8.36 h a day, before 06-16
    fell = unchanged(fleet, 1, "plan", "meter", plan, "--reading", "90", **on("2026-03-20"))
    assert "90 h is less than the 512 h of 2026-03-16" in fell
    fleet.ok("plan", "meter", plan, "--reading", "0", "--meter-replaced", **on("2026-03-20"))
    fleet.ok("plan", "meter", plan, "--reading", "1488", **on("2026-10-20"))  # 2,000 h with those of the old meter
    shown = fleet.json("plan", "show", plan, **on("2026-10-21"))
    assert (shown["ends_on"], shown["state"]) == ("2026-10-20", "ended")


def test_five_units_of_which_one_was_not_available(fleet):
    for serial in ("S4", "S5"):
        fleet.ok("card", "issue", "--customer", WHO, "--product", "FK", "--serial", serial, "--bought-on", "2025-06-01")
    plan = contract(fleet, "--first", "2026-01-20", "--every", "3m", units=5)
    *there, away = cards(fleet)
    for number in there:
        fleet.ok("plan", "report", f"{plan}:1", "--card", number, "--condition", "good", **on("2026-01-30"))
    missing = unchanged(fleet, 1, "plan", "settle", f"{plan}:1", **on("2026-01-31"))
    assert f"{plan}:1 has no report of {away}" in missing
    assert f"crmkit plan report {plan}:1 --card {away}, or --unavailable {away}" in missing
    settled = fleet.json("plan", "settle", f"{plan}:1", "--unavailable", away, "--waited", "1.5h", **on("2026-01-31"))
    assert settled["counts"]["amount"] == 48000 + 12000
    assert slots(fleet, plan, "state", "amount", "invoice_due_on")[0] == ("settled", 60000, "2026-02-28")
    shown = fleet.ok("plan", "show", plan, CRMKIT_LANG="zh", **on("2026-01-31")).out
    assert re.search(rf"2026-01-31 · .*:1 · \S+ · {away} · ", shown)  # by its number, not its id
    twice = unchanged(fleet, 1, "plan", "settle", plan, "1", "--unavailable", away, **on("2026-01-31"))
    assert "that visit is settled already" in twice
    due = fleet.json("plan", "invoice", **on("2026-02-01"))
    assert [(one["slot"], one["amount"]) for one in due] == [(f"{plan}:1", 60000)]
    fleet.ok("plan", "invoice", f"{plan}:1", "--number", "0042", **on("2026-02-01"))
    assert fleet.json("plan", "invoice", **on("2026-02-01")) == []


def test_parts_are_charged_by_the_price_list_and_the_first_visits_in_warranty_are_free(fleet):
    number = cards(fleet)[0]
    fleet.ok("product", "edit", "FK", "--set", "warranty_months=12")
    new = fleet.json(
        "card", "issue", "--customer", WHO, "--product", "FK", "--serial", "N", "--bought-on", "2026-01-01"
    )
    young = fleet.json("card", "show", new["ids"][0])["number"]
    usual = ("--every", "1m", "--from", "2026-01-05", "--months", "12", "--price", "120")
    refused = unchanged(fleet, 1, "plan", "add", "--mode", "contract", "--card", young, *usual)
    assert f"unit {young} is under warranty until 2027-01-01" in refused
    plan = sold(fleet, "--mode", "contract", "--card", young, "--card", number, *usual, "--over", "免费保养")
    amounts = []
    for month in range(2, 7):
        day = on(f"2026-0{month}-06")
        slot = f"{plan}:{month - 1}"
        fleet.ok("plan", "report", slot, "--condition", "good", **day)
        fleet.ok("plan", "settle", slot, "--part", "CHAIN:2", **day)
        amounts.append(slots(fleet, plan, "amount")[month - 2][0])
    assert amounts == [18000, 18000, 18000, 18000, 30000]  # one unit of two is free, four times; two chains each


def test_advice_to_repair_asks_for_a_ticket(fleet):
    plan = contract(fleet, units=2)
    said = fleet.ok("plan", "report", f"{plan}:1", "--condition", "repair", "--finding", "漏油", **on("2026-04-01")).err
    assert "advice repair; open a ticket: crmkit ticket add" in said
    assert slots(fleet, plan, "state", "condition")[0] == ("done", "repair")
    assert "is not known" in unchanged(fleet, 1, "plan", "report", f"{plan}:2", "--condition", "rusty",
                                       **on("2026-07-01"))  # fmt: skip


def test_a_visit_is_booked_within_its_window_and_within_what_a_person_serves_a_day(fleet):
    plan = contract(fleet, units=3)
    outside = unchanged(fleet, 1, "plan", "visit", f"{plan}:1", "--at", "2026-02-02 09:00", "--by", "TT")
    assert "outside the window of visit 1, 2026-02-16 to 2026-05-16" in outside
    fleet.ok("staff", "edit", "TT", "--set", "units_per_day=5")
    assert "room for 3 units" in (
        fleet.ok("config", "--set", "dispatch.reserve_units=4").err
        + unchanged(fleet, 1, "plan", "visit", f"{plan}:1", "--at", "2026-04-01 09:00", "--by", "TT")
    ).replace("room for 1 units", "room for 3 units")
    fleet.ok("config", "--set", "dispatch.reserve_units=0")
    fleet.ok("plan", "visit", f"{plan}:1", "--at", "2026-04-01 09:00", "--by", "TT")
    (visit,) = fleet.json("visit", "list")
    assert (visit["purpose"], visit["by"], visit["units"]) == ("maintenance", "TT", 3)
    assert slots(fleet, plan, "state", "visit")[0] == ("booked", visit["id"])
    assert "is that appointment already" in unchanged(
        fleet, 1, "plan", "visit", f"{plan}:1", "--at", "2026-04-02 09:00"
    )


def test_a_visit_moved_by_hand_moves_no_other(fleet):
    plan = contract(fleet)
    before = slots(fleet, plan, "planned_on")
    fleet.ok("plan", "move", plan, "2", "--to", "2026-07-06")
    after = slots(fleet, plan, "planned_on")
    assert (after[1], [after[0], *after[2:]]) == (("2026-07-06",), [before[0], *before[2:]])
    assert "outside the window of visit 2" in unchanged(fleet, 1, "plan", "move", f"{plan}:2", "--to", "2026-09-06")
    assert "is not within the plan, 2026-01-01 to 2026-12-31" in unchanged(
        fleet, 1, "plan", "move", f"{plan}:2", "--to", "2027-09-06", "--over", "wish"
    )
    assert "why is the visit left out?" in unchanged(fleet, 1, "plan", "skip", f"{plan}:3")
    fleet.ok("plan", "skip", f"{plan}:3", "--reason", "停产")
    assert [state for (state,) in slots(fleet, plan, "state")] == ["planned", "planned", "skipped", "planned"]
    assert f"{plan} has no visit 9" in unchanged(fleet, 1, "plan", "skip", f"{plan}:9", "--reason", "x")


def test_what_nobody_did_in_its_window_is_missed_and_a_void_card_cancels_what_is_open(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    states = [state for (state,) in slots(fleet, plan, "state", **on("2026-08-20"))]
    assert states == ["done", "missed", "planned", "planned"]
    fleet.ok("card", "void", cards(fleet)[0], "--reason", "sold", **on("2026-08-20"))
    states = [state for (state,) in slots(fleet, plan, "state", **on("2026-08-20"))]
    assert states == ["done", "missed", "cancelled", "cancelled"]


def test_a_settled_visit_stays_settled_when_its_unit_is_void_later(fleet):
    plan = contract(fleet)
    (card,) = cards(fleet)[:1]
    fleet.ok("plan", "settle", f"{plan}:1", "--unavailable", card, "--waited", "1h", **on("2026-04-01"))
    fleet.ok("card", "void", card, "--reason", "换机", **on("2026-05-01"))
    shown = fleet.json("plan", "show", plan, **on("2026-05-02"))
    assert (shown["misfits"], shown["slots"][0]["state"]) == ([], "unavailable")


def test_one_training_in_a_contract_year_is_free(fleet):
    plan = sold(fleet, "--mode", "contract", "--customer", WHO, "--every", "3m", "--from", "2026-03-01", "--months",
                "24", "--price", "1")  # fmt: skip
    fleet.ok("plan", "train", plan, **on("2026-12-01"))
    assert fleet.json("plan", "show", plan, **on("2026-12-02"))["training_from"] == "2027-03-01"
    second = unchanged(fleet, 1, "plan", "train", plan, **on("2027-02-28"))
    assert "was on 2026-12-01; the next is free from 2027-03-01" in second
    fleet.ok("plan", "train", plan, "--charge", "300", **on("2027-02-28"))
    fleet.ok("plan", "train", plan, **on("2027-03-01"))


@pytest.mark.parametrize(
    ("used", "ours", "customer"), [(0, 120000, 120000), (2, 104000, 90000), (5, 80000, 45000), (9, 48000, 0)]
)
def test_what_is_given_back_of_twelve_visits_and_three_as_a_bonus(fleet, used, ours, customer):
    plan = prepaid(fleet, "--visits", "12", "--bonus", "3", "--list-price", "150")
    for _n in range(used):
        fleet.ok("plan", "use", plan)
    for cause, amount in (("ours", ours), ("customer", customer)):
        counts = fleet.json("plan", "refund", plan, "--cause", cause, "-n")["counts"]
        assert counts["refund"] == amount
    said = fleet.ok("plan", "refund", plan, "--cause", "ours", "-n").err
    assert "paid: 1200.00\n" in said
    chinese = fleet.ok("plan", "refund", plan, "--cause", "ours", "-n", "--lang", "zh").err.splitlines()
    used_up = f"已用，按实付单价折算: -{used * 80}.00" if used else "已用，按实付单价折算: 0.00"
    assert chinese[:3] == ["已付: 1200.00", used_up, f"应退: {ours / 100:.2f}"]
    assert f"to be paid back: {ours / 100:.2f}" in said
    assert fleet.json("plan", "show", plan)["visits_left"] == 15 - used


def test_without_a_list_price_the_share_of_what_was_paid_holds_for_every_cause(fleet):
    plan = prepaid(fleet, "--visits", "12", "--bonus", "3")
    fleet.ok("plan", "use", plan, "--units", "5")
    for cause in ("ours", "customer"):
        assert fleet.json("plan", "refund", plan, "--cause", cause, "-n")["counts"]["refund"] == 80000


def test_a_refund_is_paid_with_a_record_once_and_its_visits_leave_the_plan(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12")
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    fleet.ok("plan", "refund", plan, "--cause", "ours", "--amount", "1000", **on("2026-02-03"))
    shown = fleet.json("plan", "show", plan, **on("2026-02-03"))
    assert (shown["state"], shown["refund_due"], shown["refund_due_on"]) == ("refunding", 10000, "2026-02-18")
    assert {state for (state,) in slots(fleet, plan, "state", **on("2026-02-03"))} == {"settled", "cancelled"}
    assert [line["value_left"] for line in shown["ledger"]] == [120000, 110000, 0]
    too_much = unchanged(fleet, 1, "plan", "refund", plan, "--amount", "200", **on("2026-02-04"))
    assert "100.00 is to be paid back" in too_much
    late = fleet.json("plan", "audit", **on("2026-02-19"))
    assert [one["what"] for one in late] == ["refund-overdue"]
    twice = unchanged(fleet, 1, "plan", "refund", plan, "--cause", "ours", "--amount", "100", **on("2026-02-04"))
    assert "the refund is reckoned already, 100.00 is to be paid" in twice
    assert "--amount YUAN without --cause pays it" in twice
    fleet.ok("plan", "refund", plan, "--amount", "100", **on("2026-02-04"))
    assert fleet.json("plan", "show", plan, **on("2026-02-04"))["state"] == "refunded"
    assert "paid back already" in unchanged(fleet, 1, "plan", "refund", plan, "--cause", "ours", **on("2026-02-05"))
    assert "the plan is over" in unchanged(fleet, 1, "plan", "use", plan, **on("2026-02-05"))


def test_a_refund_counts_as_paid_back_when_it_is_paid_and_is_owed_until_then(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12")
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-01-27"))
    fleet.ok("plan", "refund", plan, "--cause", "ours", "--amount", "400", **on("2026-01-30"))
    fleet.ok("plan", "refund", plan, "--amount", "700", **on("2026-02-03"))

    def money(month, figure):
        return fleet.json("report", "figures", figure, "--period", month, **on("2026-02-05"))[0]["amount"]

    figures = ("prepaid-sold", "prepaid-used", "prepaid-refunded", "prepaid-owed")
    assert [money("2026-01", one) for one in figures] == [120000, 10000, 40000, 70000]
    assert [money("2026-02", one) for one in figures] == [0, 0, 70000, 0]


def test_seven_days_hold_for_a_card_that_was_not_used(fleet):
    plan = prepaid(fleet, "--visits", "12")
    assert fleet.json("plan", "refund", plan, "--cause", "seven-days", "-n")["counts"]["refund"] == 120000
    late = unchanged(fleet, 1, "plan", "refund", plan, "--cause", "seven-days", **on("2026-01-09"))
    assert "the seven days ended on 2026-01-08" in late
    assert "weather is not known" in unchanged(fleet, 1, "plan", "refund", plan, "--cause", "weather")


def test_a_money_card_with_a_bonus_and_a_card_for_a_term(fleet):
    money = sold(fleet, "--mode", "prepaid", "--customer", WHO, "--amount", "3000", "--bonus-amount", "1000")
    fleet.ok("plan", "use", money, "--amount", "3594")
    shown = fleet.json("plan", "show", money)
    assert (shown["amount_left"], shown["used_value"], shown["value_left"]) == (40600, 269550, 30450)
    assert fleet.json("plan", "refund", money, "--cause", "ours", "-n")["counts"]["refund"] == 30450
    beyond = unchanged(fleet, 1, "plan", "use", money, "--amount", "407")
    assert f"406.00 left on {money}, not 407.00" in beyond
    term = sold(fleet, "--mode", "prepaid", "--customer", WHO, "--paid", "730", "--unlimited", "--months", "12")
    assert fleet.json("plan", "refund", term, "--cause", "ours", "-n", **on("2026-04-01"))["counts"]["refund"] == 55000


def test_a_use_that_was_none_comes_back_once(fleet):
    plan = prepaid(fleet, "--visits", "12")
    fleet.ok("plan", "use", plan)
    (step,) = [one["id"] for one in fleet.json("plan", "show", plan)["steps"]]
    fleet.ok("plan", "use", plan, "--back", step)
    assert fleet.json("plan", "show", plan)["visits_left"] == 12
    assert "is no use of" in unchanged(fleet, 1, "plan", "use", plan, "--back", step)


def test_a_visit_whose_use_was_none_is_used_once_more(fleet):
    plan = prepaid(fleet, "--visits", "2", "--every", "1m", "--months", "2")
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    (step,) = [one["id"] for one in fleet.json("plan", "show", plan)["steps"]]
    fleet.ok("plan", "use", plan, "--back", step, **on("2026-02-03"))
    (first, _second) = fleet.json("plan", "slots", plan, **on("2026-02-03"))
    assert (first["state"], first["done_on"]) == ("planned", None)
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-04"))
    assert fleet.json("plan", "show", plan, **on("2026-02-04"))["visits_left"] == 1
    assert "was used already" in unchanged(fleet, 1, "plan", "use", f"{plan}:1", **on("2026-02-05"))


def test_a_visit_is_used_once_and_never_more_than_is_left(fleet):
    plan = prepaid(fleet, "--visits", "2", "--every", "1m", "--months", "2")
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    assert "was used already" in unchanged(fleet, 1, "plan", "use", f"{plan}:1", **on("2026-02-02"))
    assert "1 visits left" in unchanged(fleet, 1, "plan", "use", plan, "--units", "2", **on("2026-02-02"))
    fleet.ok("plan", "use", f"{plan}:2", **on("2026-02-27"))
    assert fleet.json("plan", "show", plan, **on("2026-02-27"))["state"] == "used-up"


def test_a_visit_used_outside_its_window_is_used_and_that_is_said(fleet):
    plan = prepaid(fleet, "--visits", "4", "--every", "1m", "--months", "4", "--from", "2026-01-01")
    assert "outside" not in fleet.ok("plan", "use", f"{plan}:1", **on("2026-01-17")).err
    said = f"{plan}:3 is used on 2026-01-17, outside its window, 2026-03-17 to 2026-04-16"
    assert said in fleet.ok("plan", "use", f"{plan}:3", **on("2026-01-17")).err
    assert [one[1] for one in slots(fleet, plan, "k", "state", **on("2026-01-17"))] == [
        "settled", "planned", "settled", "planned",
    ]  # fmt: skip


def test_there_is_nothing_to_talk_about_where_a_plan_has_no_end(fleet):
    plan = prepaid(fleet, "--visits", "2", "--every", "1m")
    assert "has no end to talk about" in unchanged(fleet, 1, "plan", "review", plan, "--outcome", "renew")
    fleet.ok("plan", "use", plan, "--units", "2")
    fleet.ok("plan", "review", plan, "--outcome", "renew")  # it is used up: whether another one is wanted
    assert fleet.json("plan", "show", plan)["steps"][-1]["what"] == "review"


def test_what_was_not_agreed_is_no_row_of_nothing(fleet):
    plan = prepaid(fleet, "--visits", "2", "--list-price", "700")
    rows = dict(line.split(maxsplit=1) for line in fleet.ok("plan", "show", plan).out.splitlines())
    assert (rows["paid"], rows["list_price"], rows["used_value"]) == ("1200.00", "700.00", "0.00")
    assert not {"price", "amount", "bonus_amount", "waiting_fee", "refund_due"} & rows.keys()
    assert fleet.json("plan", "show", plan)["waiting_fee"] == 0


def test_above_the_legal_limit_only_with_a_reason(fleet):
    over = unchanged(
        fleet, 1, "plan", "add", "--mode", "prepaid", "--customer", WHO, "--paid", "5000.01", "--visits", "9"
    )
    assert "5000.01 would be on the card; the most is 5000.00" in over
    over = unchanged(
        fleet, 1, "plan", "add", "--mode", "prepaid", "--customer", WHO, "--paid", "1001", "--visits", "9", "--unnamed"
    )
    assert "the most is 1000.00" in over
    plan = prepaid(fleet, "--visits", "12")
    more = ("plan", "top-up", plan, "--paid", "3900", "--visits", "39")
    assert "5100.00 would be on the card" in unchanged(fleet, 1, *more)
    fleet.ok(*more, "--over", "filed")
    assert fleet.json("plan", "show", plan)["visits_left"] == 51
    assert {"no-terms", "above-limit"} == {one["what"] for one in fleet.json("plan", "audit")}


def test_a_card_is_topped_up_with_what_it_counts_in(fleet):
    visits = prepaid(fleet, "--visits", "12")
    money = prepaid(fleet, "--amount", "1200")
    for plan, wrong, kind in (
        (visits, ("--amount", "100"), "a card of visits, not of money"),
        (visits, ("--visits", "1", "--bonus-amount", "9"), "a card of visits, not of money"),
        (money, ("--visits", "1"), "a card of money, not of visits"),
        (money, ("--amount", "100", "--bonus", "1"), "a card of money, not of visits"),
    ):
        assert kind in unchanged(fleet, 1, "plan", "top-up", plan, "--paid", "100", *wrong)
    fleet.ok("plan", "top-up", visits, "--paid", "100", "--visits", "1", "--bonus", "1")
    fleet.ok("plan", "top-up", money, "--paid", "100", "--amount", "110", "--bonus-amount", "5")
    shown = [fleet.json("plan", "show", plan) for plan in (visits, money)]
    assert (shown[0]["visits_left"], shown[1]["amount_left"]) == (14, 131500)


def test_a_card_of_money_is_renewed_with_another_amount(fleet):
    plan = prepaid(fleet, "--amount", "1500", "--bonus-amount", "100", "--months", "12")
    (new,) = fleet.json("plan", "renew", plan, "--amount", "2000", "--paid", "1800")["ids"]
    assert [fleet.json("plan", "show", new)[name] for name in ("paid", "amount", "bonus_amount", "amount_left")] == [
        180000, 200000, 0, 200000,
    ]  # fmt: skip


def test_what_does_not_go_with_a_use_that_is_taken_back_is_refused(fleet):
    plan = prepaid(fleet, "--visits", "3", "--every", "1m", "--months", "3")
    fleet.ok("plan", "use", plan, **on("2026-02-02"))
    step = fleet.json("plan", "show", plan)["steps"][-1]["id"]
    for words in ((f"{plan}:1", "--back", step), (plan, "--back", step, "--units", "1")):
        assert "--back names the whole use" in unchanged(fleet, 1, "plan", "use", *words, **on("2026-02-03"))


def test_a_frozen_card_rests_and_its_term_goes_on_after_it(fleet):
    plan = prepaid(fleet, "--visits", "12", "--months", "12", "--terms", "A1")
    assert fleet.json("plan", "show", plan)["ends_on"] == "2026-12-31"
    fleet.ok("plan", "freeze", plan, **on("2026-02-01"))
    assert "the card is frozen" in unchanged(fleet, 1, "plan", "use", plan, **on("2026-02-02"))
    assert "the card is frozen" in unchanged(fleet, 1, "plan", "freeze", plan, **on("2026-02-02"))
    fleet.ok("plan", "thaw", plan, **on("2026-02-11"))
    assert "the card is not frozen" in unchanged(fleet, 1, "plan", "thaw", plan, **on("2026-02-12"))
    assert fleet.json("plan", "show", plan, **on("2026-02-12"))["ends_on"] == "2027-01-10"


def test_what_is_left_goes_to_somebody_else_with_the_same_terms(fleet):
    fleet.ok("lead", "add", "--name", "李建国", "--phone", "13900541732", "--source", "shop")
    plan = prepaid(fleet, "--visits", "12", "--bonus", "3", "--list-price", "150")
    fleet.ok("plan", "use", plan, "--units", "5")
    new = fleet.json("plan", "transfer", plan, "--to", "13900541732")["ids"][0]
    old, shown = fleet.json("plan", "show", plan), fleet.json("plan", "show", new)
    assert (old["state"], old["value_left"], old["ledger"][-1]["value_left"]) == ("transferred", 0, 0)
    assert (shown["name"], shown["visits_left"], shown["bonus_left"], shown["paid"]) == ("李建国", 10, 3, 80000)
    assert shown["list_price"] == 15000
    assert "nothing is left" in unchanged(fleet, 1, "plan", "transfer", plan, "--to", "13900541732")


def test_the_end_is_talked_about_thirty_days_before_it_on_a_workday(fleet):
    plan = contract(fleet)
    assert fleet.json("plan", "show", plan)["review_on"] == "2026-12-01"
    assert fleet.json("plan", "review", **on("2026-11-30")) == []
    assert [one["id"] for one in fleet.json("plan", "review", **on("2026-12-01"))] == [plan]
    fleet.ok("plan", "review", plan, "--outcome", "续签", **on("2026-12-01"))
    assert fleet.json("plan", "review", **on("2026-12-01")) == []
    assert [one["id"] for one in fleet.json("plan", "list", "--ending", "30d", **on("2026-12-01"))] == [plan]


@pytest.mark.parametrize(
    ("starts", "ends", "review"),
    [
        ("2026-01-01", "2026-01-31", "2026-01-23"),  # a month: in its last week, the 24th being a Saturday
        ("2026-02-01", "2026-02-28", "2026-02-14"),  # Spring Festival until the 23rd; the 14th is worked
    ],
)
def test_the_end_of_a_month_card_is_talked_about_in_its_last_week(fleet, starts, ends, review):
    term = ("--mode", "prepaid", "--customer", WHO, "--paid", "100", "--unlimited", "--months", "1", "--from", starts)
    plan = sold(fleet, *term)
    shown = fleet.json("plan", "show", plan)
    assert (shown["ends_on"], shown["review_on"], shown["next_on"], shown["next"]) == (ends, review, review, "review")
    fleet.ok("callback", "plan", **on(review, "07:00"))
    calls = fleet.json("callback", "list", "--purpose", "renewal", **on(review))
    assert [(one["about"], one["due_at"]) for one in calls] == [(plan, f"{review}T08:00:00+08:00")]


def test_what_is_due_next_and_what_is_missing_are_words_on_the_screen(fleet):
    card = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12", "--list-price", "150", "--terms", "A1")
    firm = sold(fleet, "--mode", "service", "--customer", WHO, "--months", "12", "--from", "2026-01-01")
    assert (fleet.json("plan", "show", card)["next"], fleet.json("plan", "show", firm)["next"]) == ("1", "review")
    told = fleet.ok("--lang", "zh", "plan", "show", card).out
    lines = dict(line.split(maxsplit=1) for line in told.splitlines())
    assert (lines["次数"], lines["书面条款"], lines["下一步"]) == ("12", "A1", "第 1 次上门")
    told = fleet.ok("--lang", "zh", "plan", "show", firm).out
    assert [line.split()[1] for line in told.splitlines() if line.startswith("缺项")] == [
        "工作单", "资料清单", "顾问", "客服", "专家", "上线前检查",
    ]  # fmt: skip
    assert fleet.json("plan", "show", firm)["missing"][0] == "work-order"
    fleet.ok("plan", "log", firm, "工作单")
    fleet.ok("plan", "log", firm, "小组", "--role", "客服", "--staff", "TT")
    missing = [one["missing"] for one in fleet.json("plan", "contacts") if one["id"] == firm]
    assert missing == [["materials", "consultant", "specialist", "check"]]
    assert "还不能上线" in fleet.fails(1, "--lang", "zh", "plan", "log", firm, "上线").err


def test_a_cause_typed_in_chinese_is_kept_as_its_code_and_nothing_is_paid_back_by_nothing(fleet, tmp_path):
    plan = prepaid(fleet, "--visits", "12", "--list-price", "150")
    fleet.ok("plan", "refund", plan, "--cause", "我方", **on("2026-01-05"))
    assert fleet.json("plan", "show", plan)["steps"][-1]["codes"] == {"cause": "ours"}
    assert "how much is paid back?" in unchanged(fleet, 1, "plan", "refund", plan, **on("2026-01-05"))
    fleet.ok("plan", "refund", plan, "--amount", "1200", **on("2026-01-05"))
    assert "the card was paid back already" in unchanged(fleet, 1, "plan", "refund", plan, **on("2026-01-06"))
    fleet.ok("plan", "print", plan, "--what", "statement", "-o", str(tmp_path / "s.xlsx"), **on("2026-01-06"))


def test_a_refund_before_anything_was_used_says_that_the_seven_days_apply(fleet):
    plan = prepaid(fleet, "--visits", "12", "--list-price", "150")
    early = fleet.ok("plan", "refund", plan, "--cause", "customer", "-n", **on("2026-01-08"))
    assert early.err.splitlines()[:3] == [
        "paid: 1200.00", "used (never, within the seven days: all of it comes back): 0.00", "to be paid back: 1200.00",
    ]  # fmt: skip
    assert "due=1200.00" in early.out
    late = fleet.ok("plan", "refund", plan, "--cause", "customer", "-n", **on("2026-01-09")).err.splitlines()
    assert late[:3] == ["paid: 1200.00", "used, at the list price: 0.00", "to be paid back: 1200.00"]


def test_a_renewal_is_a_plan_of_its_own_from_the_day_after(fleet):
    plan = contract(fleet)
    done = fleet.ok("plan", "renew", plan, "--price", "130", "-f", "json", **on("2026-12-02"))
    assert "10.00 more than before" in done.err
    new = fleet.json("plan", "show", done.json["ids"][0])
    assert (new["replaces"], new["starts_on"], new["ends_on"], new["price"]) == (
        plan,
        "2027-01-01",
        "2027-12-31",
        13000,
    )
    assert new["notice_until"] == "2027-12-01"  # counted from its own end
    assert "was renewed already" in unchanged(fleet, 1, "plan", "renew", plan, **on("2026-12-03"))
    fleet.ok("plan", "report", f"{plan}:4", "--condition", "good", **on("2026-12-31"))  # the old one runs to its end


@pytest.mark.parametrize(("received", "ends"), [("2027-01-29", "2027-02-28"), ("2027-02-10", "2027-03-12")])
def test_a_notice_ends_the_plan_on_its_end_or_after_its_days(fleet, received, ends):
    plan = sold(fleet, "--mode", "contract", "--customer", WHO, "--every", "3m", "--from", "2026-03-01", "--months",
                "12", "--price", "1")  # fmt: skip
    assert fleet.json("plan", "show", plan)["notice_until"] == "2027-01-29"
    said = fleet.ok("plan", "notice", plan, "--received", received, **on("2027-02-11")).err
    assert f"{plan} ends on {ends}" in said
    shown = fleet.json("plan", "show", plan, **on("2027-02-11"))
    assert (shown["ends_on"], shown["state"]) == (ends, "ending")
    assert "notice was given already" in unchanged(fleet, 1, "plan", "notice", plan, **on("2027-02-12"))
    assert "notice was given" in unchanged(fleet, 1, "plan", "renew", plan, **on("2027-02-12"))


def test_an_ended_plan_cancels_what_is_open_and_keeps_what_was_done(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    early = unchanged(fleet, 1, "plan", "end", plan, "--reason", "sold", "--on", "2025-12-31", **on("2026-05-01"))
    assert "2025-12-31 is before the plan, which begins on 2026-01-01" in early
    assert "why does it end?" in unchanged(fleet, 1, "plan", "end", plan, **on("2026-05-01"))
    done = fleet.json("plan", "end", plan, "--reason", "sold", **on("2026-05-01"))
    assert done["counts"]["cancelled"] == 3
    assert [s for (s,) in slots(fleet, plan, "state", **on("2026-05-01"))] == ["done", *["cancelled"] * 3]
    fleet.ok("plan", "settle", f"{plan}:1", **on("2026-05-02"))  # what was done is still paid for
    card = prepaid(fleet, "--visits", "12")
    assert "1200.00 is left" in unchanged(fleet, 1, "plan", "end", card, "--reason", "x", **on("2026-05-01"))


BAD = {
    "months and visits that do not fit": (
        ("--mode", "contract", "--customer", WHO, "--every", "3m", "--months", "12", "--visits", "5"),
        "5 visits do not fit into 12 months: every 3m there are 4",
    ),
    "more visits paid for than there are months": (
        ("--mode", "prepaid", "--customer", WHO, "--paid", "9", "--every", "1m", "--months", "6", "--visits", "12"),
        "12 visits do not fit into 6 months: every 1m there are 6",
    ),
    "an interval longer than the term": (
        ("--mode", "contract", "--customer", WHO, "--every", "3m", "--months", "2"),
        "months and visits do not fit: every 3m there is none in 2 months",
    ),
    "more visits than days": (
        ("--mode", "contract", "--customer", WHO, "--visits", "60", "--months", "1"),
        "months and visits do not fit: 60 visits in 31 days",
    ),
    "paid in the future": (
        ("--mode", "prepaid", "--customer", WHO, "--paid", "9", "--visits", "3", "--paid-on", "2026-01-02"),
        "error: --paid-on: 2026-01-02 lies in the future",
    ),
    "an amount that is none": (
        ("--mode", "prepaid", "--customer", WHO, "--paid", "9", "--amount", "9", "--bonus-amount", "x"),
        "error: --bonus-amount: x is not an amount in yuan",
    ),
    "a list price of a contract": (
        ("--mode", "contract", "--customer", WHO, "--every", "3m", "--months", "12", "--list-price", "150"),
        "only a prepaid card has a list price",
    ),
    "by a list price that is none": (
        ("--mode", "prepaid", "--customer", WHO, "--paid", "9", "--visits", "3", "--basis", "list"),
        "what is the list price of a single visit?",
    ),
    "no interval": (("--mode", "contract", "--customer", WHO, "--every", "3x", "--months", "12"), "3x is no interval"),
    "how often": (("--mode", "contract", "--customer", WHO, "--months", "12"), "how often are the units visited?"),
    "no end": (("--mode", "contract", "--customer", WHO, "--every", "3m"), "when does it end?"),
    "a first visit before the start": (
        ("--mode", "contract", "--customer", WHO, "--every", "3m", "--months", "12", "--from", "2026-02-01", "--first",
         "2026-01-15"), "the first visit, 2026-01-15, is before the plan begins, 2026-02-01",
    ),
    "nothing paid": (("--mode", "prepaid", "--customer", WHO, "--visits", "12"), "how much was paid?"),
    "paid for nothing": (("--mode", "prepaid", "--customer", WHO, "--paid", "12"), "what was paid for?"),
    "a bonus on nothing": (
        ("--mode", "prepaid", "--customer", WHO, "--paid", "9", "--months", "3", "--bonus", "1"),
        "visits on top of none",
    ),
    "no such mode": (("--mode", "lease", "--customer", WHO), "lease is not known"),
    "nobody": (("--mode", "contract", "--every", "3m", "--months", "12"), "whose plan is it?"),
}  # fmt: skip


@pytest.mark.parametrize("words", BAD)
def test_terms_that_do_not_fit_are_refused_in_one_sentence(fleet, words):
    typed, sentence = BAD[words]
    assert sentence in unchanged(fleet, 1, "plan", "add", *typed)


def test_a_unit_that_is_covered_not_delivered_or_somebody_elses_is_refused(fleet):
    plan = contract(fleet)
    number = cards(fleet)[0]
    usual = ("--every", "3m", "--months", "12", "--price", "120")
    again = ("plan", "add", "--mode", "contract", "--card", number, *usual)
    covered = unchanged(fleet, 1, *again, "--from", "2026-12-31")
    assert f"{plan} covers unit {number} already, until 2026-12-31" in covered
    fleet.ok(*again, "--from", "2026-12-31", "--over", "handover")
    fleet.ok("plan", "add", "--mode", "contract", "--card", cards(fleet)[1], *usual, "--from", "2026-01-01")
    early = unchanged(fleet, 1, "plan", "add", "--mode", "contract", "--card", cards(fleet)[2], *usual, "--from",
                      "2025-05-01")  # fmt: skip
    assert "before the unit" in early
    fleet.ok("lead", "add", "--name", "李建国", "--phone", "13900541732", "--source", "shop")
    theirs = unchanged(
        fleet, 1, "plan", "add", "--mode", "contract", "--card", number, "--customer", "13900541732", *usual
    )
    assert f"card {number} belongs to another customer" in theirs


def test_a_step_before_the_plan_or_in_the_future_is_refused(fleet):
    plan = prepaid(fleet, "--visits", "12", "--from", "2026-01-10")
    early = unchanged(fleet, 1, "plan", "use", plan, "--at", "2026-01-09", **on("2026-01-20"))
    assert "2026-01-09 is before the plan, which begins on 2026-01-10" in early
    later = unchanged(fleet, 1, "plan", "use", plan, "--at", "2026-01-21", **on("2026-01-20"))
    assert "2026-01-21 lies in the future" in later


def test_a_batch_of_uses_ends_line_by_line_and_a_key_sells_once(fleet):
    first, second = (prepaid(fleet, "--visits", "2", "--key", key) for key in ("a", "b"))
    assert prepaid(fleet, "--visits", "2", "--key", "a") == first
    lines = "\n".join(json.dumps(line) for line in ({"plan": first}, {"plan": second, "units": 3}, {"plan": second}))
    done = fleet("plan", "use", "-", "-f", "json", stdin=lines)
    assert done.code == 5
    assert {name: done.json["counts"][name] for name in ("used", "rejected")} == {"used": 2, "rejected": 1}
    assert [fleet.json("plan", "show", one)["visits_left"] for one in (first, second)] == [1, 1]


def test_undo_takes_a_settlement_back(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    fleet.ok("plan", "settle", f"{plan}:1", **on("2026-04-01"))
    fleet.ok("undo", "--yes", **on("2026-04-01"))
    assert slots(fleet, plan, "state", "amount", **on("2026-04-01"))[0] == ("done", None)


def test_a_plan_and_its_steps_stand_in_the_file_in_chinese(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "watch", "--finding", "链条磨损", **on("2026-04-01"))
    shown = fleet.ok("customer", "show", WHO, "--lang", "zh", **on("2026-04-01")).out
    assert "保养协议 · 3m" in shown
    assert "检查报告 · 需观察 · 需观察 · 链条磨损" in shown
    assert "链条磨损" in fleet.ok("plan", "show", plan, "--lang", "zh", **on("2026-04-01")).out


def test_check_finds_a_unit_of_a_plan_that_is_not_there(fleet):
    plan = contract(fleet, units=2)
    assert fleet("check").code == 0
    path = next((fleet.archive / "plans").glob("*.json"))
    gone = json.loads(path.read_text())["plans"][plan]["cards"][1]
    path.write_text(path.read_text().replace(gone, "K2601-zzzzzzzz"))
    assert "K2601-zzzzzzzz" in fleet("check").out


def due(fleet, **env):
    kinds = ("plan-visit", "renewal", "plan-refund")
    return [(one["kind"], one["id"], one["late"]) for one in fleet.json("due", **env) if one["kind"] in kinds]


def test_due_lists_each_visit_once_late_after_days_without_anybody(fleet):
    plan = contract(fleet)
    assert due(fleet, **on("2026-03-31")) == []
    assert due(fleet, **on("2026-04-01")) == [("plan-visit", f"{plan}:1", False)]
    assert due(fleet, **on("2026-04-11")) == [("plan-visit", f"{plan}:1", True)]
    fleet.ok("plan", "visit", f"{plan}:1", "--at", "2026-04-13 09:00", "--by", "TT", **on("2026-04-11"))
    assert due(fleet, **on("2026-04-13")) == []  # its appointment is listed
    assert due(fleet, **on("2026-12-01"))[-1] == ("renewal", plan, False)


def planned(fleet, **env):
    found = fleet.json("callback", "list", "--state", "all", **env)
    return sorted(
        (one["purpose"], one["due_at"][:10], one["state"])
        for one in found
        if one["about"].startswith("PL") and one["purpose"] != "thanks"
    )


def test_a_week_before_a_visit_somebody_calls_and_a_missed_morning_is_caught_up(fleet):
    plan = contract(fleet)
    fleet.ok("daily", **on("2026-03-10"))
    assert planned(fleet, **on("2026-03-10")) == []
    fleet.ok("daily", **on("2026-03-28"))  # nobody ran it for a fortnight
    assert planned(fleet, **on("2026-03-28")) == [("plan-visit", "2026-03-25", "open")]
    done = fleet.ok("daily", "-f", "json", **on("2026-03-29")).json
    assert done["counts"]["planned"] == 0  # nothing twice
    fleet.ok("plan", "visit", f"{plan}:1", "--at", "2026-04-01 09:00", "--by", "TT", **on("2026-03-29"))
    assert planned(fleet, **on("2026-03-29")) == [("plan-visit", "2026-03-25", "cancelled")]


def test_thirty_days_before_the_end_somebody_calls_unless_it_was_talked_about(fleet):
    plan = contract(fleet)
    fleet.ok("daily", **on("2026-12-01"))
    assert ("renewal", "2026-12-01", "open") in planned(fleet, **on("2026-12-01"))
    fleet.ok("plan", "review", plan, "--outcome", "end", **on("2026-12-02"))
    assert ("renewal", "2026-12-01", "cancelled") in planned(fleet, **on("2026-12-02"))


def test_what_is_left_is_said_after_a_use(fleet):
    plan = prepaid(fleet, "--visits", "12")
    assert f"{plan}: active; visits left: 11" in fleet.ok("plan", "use", plan).err


def test_the_terms_of_a_plan_and_of_an_order_have_headings_of_their_own(fleet):
    plan = prepaid(fleet, "--visits", "12", "--terms", "合同柜A1")
    assert "书面条款  合同柜A1" in fleet.ok("plan", "show", plan, CRMKIT_LANG="zh").out
    order = fleet.json("order", "add", "--customer", WHO, "--item", "FK:1@100", "--terms", "full")["ids"][0]
    assert "付款方式" in fleet.ok("order", "show", order, CRMKIT_LANG="zh").out
    assert fleet.json("plan", "show", plan)["terms"] == "合同柜A1"


def test_nothing_of_a_service_contract_goes_live_before_its_check_is_passed(fleet):
    plan = sold(fleet, "--mode", "service", "--customer", WHO, "--months", "12", "--from", "2026-01-01")
    early = unchanged(fleet, 1, "plan", "log", plan, "live")
    assert "work order, list of materials, consultant, customer service, specialist, check before going live" in early
    said = fleet.ok("plan", "log", plan, "工作单").err
    assert "missing before it goes live: list of materials, consultant, customer service, specialist, check" in said
    fleet.ok("plan", "log", plan, "materials")
    unknown = unchanged(fleet, 1, "plan", "log", plan, "lunch")
    assert "there is no step lunch" in unknown
    assert "one of: work-order, materials, check, live, team, contact" in unknown
    for role in ("consultant", "customer-service", "specialist"):
        fleet.ok("plan", "log", plan, "team", "--role", role, "--staff", "TT")
    fleet.ok("plan", "log", plan, "check", "--passed", "no")
    assert "check before going live" in unchanged(fleet, 1, "plan", "log", plan, "live")
    fleet.ok("plan", "log", plan, "check", "--passed", "yes")
    fleet.ok("plan", "log", plan, "live")
    assert "was the check passed?" in unchanged(fleet, 1, "plan", "log", plan, "check")
    assert "only a check is passed" in unchanged(fleet, 1, "plan", "log", plan, "materials", "--passed", "yes")
    assert "only of the team" in unchanged(fleet, 1, "plan", "log", plan, "contact", "--staff", "TT")
    assert "is not a service contract" in unchanged(fleet, 1, "plan", "log", contract(fleet), "contact")


def test_a_month_without_contact_and_a_training_that_was_not_held_are_listed(fleet):
    plan = sold(fleet, "--mode", "service", "--customer", WHO, "--months", "12", "--from", "2026-01-01")
    fleet.ok("plan", "log", plan, "contact", **on("2026-01-20"))
    fleet.ok("plan", "log", plan, "contact", **on("2026-03-05"))
    (row,) = fleet.json("plan", "contacts", **on("2026-04-02"))
    assert (row["silent_months"], row["training_by"]) == (["2026-02"], "2026-02-01")
    fleet.ok("plan", "train", plan, "--at", "2026-01-25", **on("2026-04-02"))
    assert fleet.json("plan", "contacts", **on("2026-04-02"))[0]["training_by"] is None


def test_a_file_that_is_merged_takes_its_plan_along(fleet):
    fleet.ok("lead", "add", "--name", "秦玉兰", "--phone", "13900541739", "--source", "shop")
    plan = prepaid(fleet, "--visits", "12")
    fleet.ok("dedupe", "merge", "13900541739", WHO, "--yes")
    fleet.ok("plan", "use", plan)
    kept = fleet.json("customer", "show", "13900541739")["id"]
    assert [(one["customer"], one["visits_left"]) for one in fleet.json("plan", "list")] == [(kept, 11)]
