"""The visits of plans: by the meter, agreed, made, reported on; whom that makes somebody call."""

from tests.commands.plan_desk import cards, contract, on, prepaid, slots, unchanged


def by_hours(fleet, *readings):
    plan = contract(fleet, "--every", "500h", "--until-hours", "2000", "--over", "a second one")
    for day, hours in readings:
        fleet.ok("plan", "meter", plan, "--reading", hours, **on(day))
    return plan


def test_a_reading_that_comes_late_says_when_the_hours_were_reached(fleet):
    plan = by_hours(fleet, ("2026-02-10", "200"), ("2026-03-05", "420"))
    assert slots(fleet, plan, "due_on", "at_hours", "hours_a_day")[0] == ("2026-03-14", 500, 9.57)
    late = fleet.ok("plan", "meter", plan, "--reading", "600", **on("2026-04-20")).err
    assert f"{plan}:1 is due on 2026-03-26, not 2026-03-14: 500 h at 3.9 h a day since 2026-03-05" in late
    assert slots(fleet, plan, "due_on", **on("2026-04-20"))[0] == ("2026-03-26",)  # not back to the calendar's 04-01
    assert f"{plan}:1  2026-03-26" in fleet.ok("plan", "slots", plan, **on("2026-04-20")).out
    idle = by_hours(fleet, ("2026-02-10", "200"), ("2026-03-05", "420"))
    said = fleet.ok("plan", "meter", idle, "--reading", "425", **on("2026-03-20")).err
    assert f"{idle}:1 is due on 2026-04-01, not 2026-03-14: by the calendar" in said  # the truck stood still


def test_a_visit_that_is_booked_stays_and_what_speaks_against_its_day_is_said(fleet):
    plan = by_hours(fleet, ("2026-02-10", "200"), ("2026-03-05", "420"))
    fleet.ok("plan", "visit", f"{plan}:1", "--at", "2026-03-13 09:00", "--by", "TT", **on("2026-03-05"))
    names = ("due_on", "planned_on", "window_from", "window_to", "provisional")
    before = slots(fleet, plan, *names, **on("2026-03-05"))[0]
    assert before[:2] == ("2026-03-14", "2026-03-13")
    assert before[-1] is False
    slow = fleet.ok("plan", "meter", plan, "--reading", "425", **on("2026-03-12")).err
    assert "is due on" not in slow
    fast = fleet.ok("plan", "meter", plan, "--reading", "502", "--at", "2026-03-12 18:00", **on("2026-03-13")).err
    assert f"{plan}:1 stays on 2026-03-13, but its 500 h are reached on 2026-03-12" in fast
    assert slots(fleet, plan, *names, **on("2026-03-13"))[0] == before


def test_a_reading_is_compared_with_those_of_the_same_meter(fleet):
    plan = by_hours(fleet, ("2026-02-10", "200"))
    said = fleet.ok("plan", "meter", plan, "--reading", "3", "--meter-replaced", **on("2026-03-20")).err
    assert "the old meter was read last on 2026-02-10, 200 h; what it showed in the end: --reading H --at DATE" in said
    fleet.ok("plan", "meter", plan, "--reading", "390", "--at", "2026-03-01", **on("2026-03-21"))  # of the old one
    high = unchanged(fleet, 1, "plan", "meter", plan, "--reading", "380", "--at", "2026-03-10", **on("2026-03-21"))
    assert "380 h is less than the 390 h of 2026-03-01" in high
    ahead = unchanged(fleet, 1, "plan", "meter", plan, "--reading", "201", "--at", "2026-02-09", **on("2026-03-21"))
    assert "201 h is more than the 200 h of 2026-02-10" in ahead
    fleet.ok("plan", "meter", plan, "--reading", "1616", **on("2026-10-20"))  # 390 of the old and 1,613 of the new one
    assert fleet.json("plan", "show", plan, **on("2026-10-21"))["ends_on"] == "2026-10-20"


def test_a_meter_that_nobody_read_at_the_start_is_said_to_count_from_nothing(fleet):
    plan = contract(fleet, "--every", "500h")
    said = fleet.ok("plan", "meter", plan, "--reading", "200", **on("2026-02-10")).err
    assert "counted from 0 h on 2026-01-01; if it showed something else then: --reading H --at 2026-01-01" in said
    fleet.ok("plan", "meter", plan, "--reading", "150", "--at", "2026-01-01 09:00", **on("2026-02-10"))
    fleet.ok("plan", "meter", plan, "--reading", "600", **on("2026-03-10"))
    # 650 h: 150 at the start and 500; 400 h in 28 days since 02-10
    assert slots(fleet, plan, "due_on", "at_hours", **on("2026-03-10"))[0] == ("2026-03-14", 650)


def test_a_unit_is_named_by_its_serial_number_too(fleet):
    plan = contract(fleet, "--every", "500h", units=2)
    fleet.ok("plan", "meter", plan, "--card", "s2", "--reading", "150")
    assert "BJLN" in unchanged(fleet, 1, "plan", "meter", plan, "--card", "S9", "--reading", "150")
    assert fleet.json("plan", "list", "--card", "S1")[0]["id"] == plan


def booked(fleet, plan, k, day):
    fleet.ok("plan", "visit", f"{plan}:{k}", "--at", f"{day} 09:00", "--by", "TT", **on(day, "08:00"))
    return fleet.json("visit", "list", **on(day, "08:00"))[0]["id"]


def finished(fleet, visit, day, *words):
    return fleet.ok("visit", "finish", visit, "--started", f"{day} 09:00", "--outcome", "done", *words,
                    **on(day, "11:00")).err  # fmt: skip


def test_a_visit_that_was_made_asks_for_the_report_of_each_unit_and_is_not_settled_without(fleet):
    plan = contract(fleet, units=2)
    first, second = cards(fleet)[:2]
    visit = booked(fleet, plan, 1, "2026-04-01")
    fleet.ok("plan", "report", f"{plan}:1", "--card", first, "--condition", "good", **on("2026-04-01", "10:00"))
    said = finished(fleet, visit, "2026-04-01")
    assert f"{plan}:1: a report is missing ({second}): crmkit plan report {plan}:1 --condition good" in said
    assert slots(fleet, plan, "state", "done_on", "kept", **on("2026-06-10"))[0] == ("made", "2026-04-01", True)
    (due,) = [one for one in fleet.json("due", **on("2026-04-02")) if one["id"] == f"{plan}:1"]
    assert "visit 1 has no report: crmkit plan report" in due["what"]
    assert "no-report" in {one["what"] for one in fleet.json("plan", "audit", **on("2026-04-02"))}
    refused = unchanged(fleet, 1, "plan", "settle", f"{plan}:1", **on("2026-04-02"))
    assert f"{plan}:1 has no report of {second}" in refused
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "watch", **on("2026-04-02"))
    fleet.ok("plan", "settle", f"{plan}:1", **on("2026-04-02"))
    assert slots(fleet, plan, "state", "amount", **on("2026-04-02"))[0] == ("settled", 24000)


def test_a_visit_that_was_made_is_used_with_its_card_once(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12")
    visit = booked(fleet, plan, 1, "2026-02-02")
    assert "visits left: 11" in finished(fleet, visit, "2026-02-02")
    shown = fleet.json("plan", "show", plan, **on("2026-02-02"))
    assert (shown["visits_left"], shown["steps"][-1]["what"], shown["steps"][-1]["by"]) == (11, "use", "TT")
    assert "was used already" in unchanged(fleet, 1, "plan", "use", f"{plan}:1", **on("2026-02-03"))
    fleet.ok("undo", "--yes", **on("2026-02-03"))
    assert slots(fleet, plan, "state", **on("2026-02-03"))[0] == ("booked",)
    assert fleet.json("plan", "show", plan, **on("2026-02-03"))["visits_left"] == 12


def test_a_visit_beyond_what_is_paid_for_is_finished_and_says_what_is_missing(fleet):
    plan = prepaid(fleet, "--visits", "2", "--every", "1m", "--months", "2")
    visit = booked(fleet, plan, 1, "2026-02-02")
    fleet.ok("plan", "use", plan, "--units", "2", **on("2026-02-02", "09:30"))
    said = finished(fleet, visit, "2026-02-02")
    assert f"0 visits left on {plan}, not 1 visits; crmkit plan top-up {plan} adds to it" in said
    assert fleet.json("visit", "list", "--state", "done", **on("2026-02-02"))[0]["id"] == visit


def test_an_appointment_that_is_moved_or_given_up_is_so_for_the_plan(fleet):
    plan = contract(fleet)
    visit = booked(fleet, plan, 1, "2026-04-01")
    fleet.ok("visit", "move", visit, "--at", "2026-04-08 14:30", **on("2026-04-01", "08:30"))
    assert slots(fleet, plan, "state", "planned_on", **on("2026-04-01"))[0] == ("booked", "2026-04-08")
    fleet.ok("dispatch", "move", visit, "--slot", "2026-04-09 am", **on("2026-04-01", "08:30"))
    assert slots(fleet, plan, "planned_on", **on("2026-04-01"))[0] == ("2026-04-09",)
    fleet.ok("visit", "cancel", visit, "--reason", "停产", **on("2026-04-02"))
    assert slots(fleet, plan, "state", "planned_on", "visit", **on("2026-04-02"))[0] == ("planned", "2026-04-01", "")
    again = booked(fleet, plan, 1, "2026-04-14")
    fleet.ok("visit", "missed", again, "--reason", "nobody", **on("2026-04-14", "15:00"))
    assert slots(fleet, plan, "state", "planned_on", **on("2026-04-14"))[0] == ("planned", "2026-04-01")


def test_advice_to_stop_prints_the_command_that_opens_a_ticket_or_opens_it(fleet):
    plan = contract(fleet, units=2)
    first, second = cards(fleet)[:2]
    said = fleet.ok("plan", "report", f"{plan}:1", "--card", first, "--condition", "stop", "--finding", "货叉 裂纹",
                    **on("2026-04-01")).err  # fmt: skip
    assert f"open a ticket: crmkit ticket add --card {first} --how visit --symptom '货叉 裂纹' --safety" in said
    fleet.ok("plan", "report", f"{plan}:1", "--card", second, "--condition", "repair", "--finding", "漏油", "--ticket",
             **on("2026-04-01"))  # fmt: skip
    (ticket,) = fleet.json("ticket", "list", **on("2026-04-01"))
    shown = fleet.json("ticket", "show", ticket["id"], **on("2026-04-01"))
    assert (shown["symptom"], shown["how"], shown["safety"]) == ("漏油", "visit", False)
    assert slots(fleet, plan, "state", **on("2026-04-01"))[0] == ("done",)
    silent = unchanged(fleet, 1, "plan", "report", f"{plan}:2", "--condition", "stop", "--ticket", **on("2026-07-01"))
    assert "what was found?" in silent
    fleet.ok("plan", "report", f"{plan}:2", "--condition", "watch", "--ticket", **on("2026-07-01"))
    assert len(fleet.json("ticket", "list", "--state", "all", **on("2026-07-01"))) == 1


def calls(fleet, plan, purpose, **env):
    found = fleet.json("callback", "list", "--state", "all", **env)
    return sorted(
        (one["due_at"][:10], one["state"]) for one in found if (one["about"], one["purpose"]) == (plan, purpose)
    )


def test_whoever_bought_a_plan_is_thanked_the_day_after_once(fleet):
    plan = contract(fleet)
    assert calls(fleet, plan, "thanks") == [("2026-01-04", "open")]  # after the days off of New Year
    fleet.ok("daily", **on("2026-01-09"))
    assert calls(fleet, plan, "thanks", **on("2026-01-09")) == [("2026-01-04", "open")]
    fleet.ok("plan", "end", plan, "--reason", "mistake", **on("2026-01-09"))
    assert calls(fleet, plan, "thanks", **on("2026-01-09")) == [("2026-01-04", "cancelled")]


def test_whom_a_card_was_handed_on_to_is_not_thanked_for_buying_it(fleet):
    fleet.ok("lead", "add", "--name", "李建国", "--phone", "13900541732", "--source", "shop")
    plan = prepaid(fleet, "--visits", "12")
    new = fleet.json("plan", "transfer", plan, "--to", "13900541732", **on("2026-02-05"))["ids"][0]
    fleet.ok("daily", **on("2026-02-06"))
    assert calls(fleet, new, "thanks", **on("2026-02-06")) == []


def test_before_an_invoice_is_due_somebody_calls_also_after_mornings_without_anybody(fleet):
    plan = contract(fleet)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    fleet.ok("plan", "settle", f"{plan}:1", **on("2026-04-01"))
    assert calls(fleet, plan, "balance", **on("2026-04-01")) == []  # a month ahead is too early to plan it
    assert fleet.json("plan", "show", plan, **on("2026-04-01"))["next"] == "invoice:1"
    fleet.ok("daily", **on("2026-05-11"))  # nobody ran it when it was due
    assert calls(fleet, plan, "balance", **on("2026-05-11")) == [("2026-04-30", "open")]
    assert fleet.json("daily", **on("2026-05-12"))["counts"]["planned"] == 0
    (due,) = [one for one in fleet.json("due", **on("2026-05-12")) if one["kind"] == "plan-invoice"]
    assert (due["id"], due["late"]) == (f"{plan}:1", True)
    fleet.ok("plan", "invoice", f"{plan}:1", **on("2026-05-12"))
    assert calls(fleet, plan, "balance", **on("2026-05-12")) == [("2026-04-30", "cancelled")]


def test_the_same_report_once_more_changes_nothing_and_is_paid_once(fleet):
    plan = contract(fleet, "--waiting-fee", "60")
    words = ("plan", "report", f"{plan}:1", "--condition", "repair", "--finding", "链条磨损", "--part", "CHAIN:2",
             "--waited", "1.5h")  # fmt: skip
    fleet.ok(*words, **on("2026-04-01"))
    before = fleet.json("history")[0]
    assert "建议 维修" in fleet.ok("--lang", "zh", *words, "-n", "--condition", "watch", "--advice", "repair",
                                **on("2026-04-01")).err  # fmt: skip
    fleet.ok(*words, **on("2026-04-01"))
    assert fleet.json("history")[0] == before
    settled = fleet.json("plan", "settle", plan, **on("2026-04-01"))
    assert settled["counts"]["amount"] == 12000 + 9000 + 6000


def test_a_report_of_a_visit_whose_units_all_have_one_must_say_of_which_unit(fleet):
    plan = contract(fleet, units=2)
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    said = unchanged(fleet, 1, "plan", "report", f"{plan}:1", "--condition", "stop", **on("2026-04-01"))
    assert f"{plan}:1: every unit has its report" in said
    assert "--card NUMBER" in said
    fleet.ok("plan", "report", f"{plan}:1", "--condition", "stop", "--card", cards(fleet)[1], **on("2026-04-01"))
    assert fleet.json("plan", "settle", plan, **on("2026-04-01"))["counts"]["amount"] == 24000


def test_a_visit_left_out_beforehand_brings_no_later_one_forward(fleet):
    plan = contract(fleet, "--every", "500h")
    fleet.ok("plan", "meter", plan, "--reading", "100", "--at", "2026-01-01")
    fleet.ok("plan", "meter", plan, "--reading", "300", **on("2026-01-21"))
    assert slots(fleet, plan, "k", "due_on", **on("2026-01-21"))[:2] == [(1, "2026-02-20"), (2, "2026-05-20")]
    fleet.ok("plan", "skip", f"{plan}:1", "--reason", "停产", **on("2026-01-21"))
    # 600 h on 20 February; 500 more at 10 a day
    assert slots(fleet, plan, "k", "due_on", **on("2026-01-21"))[:2] == [(1, "2026-02-20"), (2, "2026-04-11")]
    fleet.ok("plan", "skip", f"{plan}:3", "--reason", "停产", **on("2026-01-21"))
    days = [day for (day,) in slots(fleet, plan, "due_on", **on("2026-01-21"))]
    assert days == sorted(days)


def test_a_report_is_shown_beforehand_in_words_and_in_yuan(fleet):
    plan = contract(fleet, "--waiting-fee", "60")
    words = ("plan", "report", f"{plan}:1", "--condition", "repair", "--waited", "90min")
    told = fleet.ok("--lang", "zh", *words, "-n", **on("2026-04-01")).out
    assert "  代码: 状况 维修，建议 维修\n" in told
    assert "  数值: 第几次 1，等候分钟 90\n" in told
    fleet.ok(*words, **on("2026-04-01"))
    assert "金额 210.00" in fleet.ok("--lang", "zh", "plan", "settle", plan, "-n", **on("2026-04-01")).out
    shown = fleet.json("plan", "show", plan)["steps"][-1]
    assert (shown["codes"], shown["numbers"]) == ({"condition": "repair", "advice": "repair"}, {"k": 1, "waited": 90})
    lines = fleet.ok("--lang", "zh", "plan", "show", plan).out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("设备卡号")] == cards(fleet)[:1]
