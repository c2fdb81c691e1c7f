"""crmkit call, at a desk on Monday 2026-11-23 at 10:00 (`shop`)."""

import json

import pytest

from crmkit.records import Callback
from tests.core import desk

QIN, LI = "C2611-00000001", "C2611-00000002"


def test_a_call_is_written_down_as_it_was(shop):
    shop.ok("call", "log", "13900000001", "--outcome", "reached", "--duration", "90", "--incoming", "--at", "昨天15:00")
    (call,) = shop.json("call", "list")
    assert (call["customer"], call["name"], call["outcome"]) == (QIN, "秦玉兰", "reached")
    assert (call["duration"], call["direction"], call["by"]) == (90, "in", "LN")
    assert call["at"] == "2026-11-22T15:00:00+08:00"


def test_a_dry_run_writes_nothing(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached", "-n")
    assert shop.json("call", "list") == []


def test_somebody_spoken_with_needs_no_screening(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached")
    assert shop.json("callback", "plan")["counts"]["screened"] == 1


def test_weeks_and_months_bound_a_list_and_are_said_as_days(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached", "--at", "2026-11-15 09:00")
    shop.ok("call", "log", LI, "--outcome", "reached", "--at", "2026-11-16 09:00")

    def people(*options):
        return [call["customer"] for call in shop.json("call", "list", *options)]

    assert people("--since", "上周") == [LI]
    assert people("--until", "上周", "--since", "上月") == [LI, QIN]
    assert people("--since", "last month", "--until", "2026-11-15") == [QIN]
    assert people("--since", "11/16") == [LI]
    ran = shop.ok("call", "list", "--since", "上月", "--until", "本周")
    assert ran.err.splitlines() == ["from 2026-10-01", "up to 2026-11-29"]
    assert shop.ok("call", "list", "--since", "3 days ago").err == ""
    assert "'上上周' is not a date" in shop.fails(1, "call", "list", "--since", "上上周").err


def test_the_list_is_the_newest_first_and_can_be_narrowed(shop):
    shop.ok("call", "log", QIN, "--outcome", "no-answer", "--at", "-2d 9:00")
    shop.ok("--by", "WQ", "call", "log", "--customer", LI, "--outcome", "reached")

    def people(*options):
        return [call["customer"] for call in shop.json("call", "list", *options)]

    assert people() == [LI, QIN]
    assert people(QIN) == [QIN]
    assert people("--since", "yesterday") == [LI]
    assert people("--outcome", "no-answer") == [QIN]
    assert people("--caller", "WQ") == [LI]


def test_what_cannot_be_is_refused(shop):
    assert "has not come yet" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--at", "tomorrow 9:00").err
    assert "asleep" in shop.fails(1, "call", "log", QIN, "--outcome", "asleep").err
    assert "length of a call" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--duration", "long").err
    assert "has no number" in shop.fails(1, "call", "log", QIN, "--outcome", "reached", "--phone", "13900000002").err
    assert shop.json("call", "list") == []


def test_the_options_of_a_call_are_kept_and_can_be_searched(shop):
    said = ["--objection", "太贵", "--objection", "儿子不同意", "--mood", "doubtful", "--promise", "寄资料"]
    shop.ok("call", "log", QIN, "--outcome", "reached", *said)
    shop.ok("call", "log", LI, "--outcome", "no-answer", "--at", "-3d 9:00")
    (call,) = shop.json("call", "list", "--objection", "儿子")
    assert (call["objections"], call["mood"], call["promise"]) == (["太贵", "儿子不同意"], "doubtful", "寄资料")
    assert [one["customer"] for one in shop.json("call", "list", "--mood", "doubtful")] == [QIN]
    assert [one["customer"] for one in shop.json("call", "list", "--until", "-1d")] == [LI]


def test_a_first_call_over_five_minutes_and_one_in_quiet_hours_are_marked_and_said(shop):
    ran = shop.ok("call", "log", QIN, "--outcome", "reached", "--duration", "5:01", "--at", "yesterday 21:10")
    assert "was made in quiet hours, at 21:10" in ran.err
    assert "took 5:01: more than 5 minutes" in ran.err
    quiet = shop.ok("call", "log", QIN, "--outcome", "reached", "--duration", "50:00")
    assert "minutes" not in quiet.err
    assert [call["marks"] for call in shop.json("call", "list")] == [[], ["quiet-hours", "long"]]
    assert len(shop.json("call", "list", "--marked")) == 1
    assert "marks" not in shop.ok("schema", "calls").out


def test_a_call_from_a_number_confirms_that_number(shop):
    shop.ok("lead", "edit", QIN, "--set", "phone=13900000077")
    shop.ok("call", "log", "13900000077", "--outcome", "reached", "--incoming")
    states = {phone["e164"]: phone["state"] for phone in shop.json("lead", "show", QIN)["phones"]}
    assert states["+8613900000077"] == "confirmed"


def test_a_refusal_heard_in_a_call_is_written_down_with_it(busy):
    ran = busy.ok("call", "log", QIN, "--outcome", "declined", "--dnc", "all")
    assert "are cancelled" in ran.err
    assert QIN not in busy.ok("callback", "list").out
    assert busy.json("lead", "show", QIN)["do_not_contact"] == ["all"]


def lines(*calls):
    return "\n".join(json.dumps(call) for call in calls)


def test_the_log_of_a_telephone_system_is_read_once(shop):
    log = lines(
        {"customer": "13900000001", "outcome": "no-answer", "at": "2026-11-22 09:00", "external_id": "P-1"},
        {"customer": "13900000001", "outcome": "reached", "at": "2026-11-22 11:00", "duration": 95, "direction": "in",
         "external_id": "P-2", "by": "WQ"},
        {"customer": "13999999999", "outcome": "reached", "external_id": "P-3"},
        {"customer": "13900000001", "outcome": "reached", "external_id": "P-2"},
    )  # fmt: skip
    ran = shop("call", "log", "-", "-f", "json", stdin=log)
    assert ran.code == 5
    assert {name: ran.json["counts"][name] for name in ("rows", "logged", "unchanged", "rejected")} == {
        "rows": 4, "logged": 2, "unchanged": 1, "rejected": 1,
    }  # fmt: skip
    assert [(call["outcome"], call["by"]) for call in shop.json("call", "list")] == [
        ("reached", "WQ"), ("no-answer", "LN"),
    ]  # fmt: skip
    again = shop("call", "log", "-", "-f", "json", stdin=log).json
    assert (again["run"], again["counts"]["logged"], again["counts"]["unchanged"]) == ("", 0, 3)


def test_lines_that_say_nothing_or_too_much_come_back(shop):
    bad = lines({"customer": QIN}, {"customer": QIN, "outcome": "reached", "colour": "red"}, {"outcome": "reached"})
    ran = shop.fails(5, "call", "log", "-", stdin=bad)
    assert "the outcome is missing" in ran.err
    assert "colour" in ran.err
    assert "the customer is missing" in ran.err
    shop.fails(2, "call", "log", "-", "--outcome", "reached", stdin="{}")
    assert "--outcome is missing" in shop.fails(2, "call", "log", QIN).err


def test_calls_come_as_a_sheet_and_each_sees_the_one_before(shop, tmp_path):
    sheet = tmp_path / "calls.csv"
    rows = ["customer,outcome,direction,caller,at,dnc", "13900000001,reached,,WQ,2026-11-22 11:00,",
            "13900000001,no-answer,in,,2026-11-22 09:00,", "13900000002,declined,,,,\"call,sms\""]  # fmt: skip
    sheet.write_text("\n".join(rows), "utf-8")
    counts = shop.json("call", "log", sheet)["counts"]
    assert {name: counts[name] for name in ("rows", "logged", "unchanged", "rejected")} == {
        "rows": 3, "logged": 3, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert [(call["outcome"], call["by"], call["direction"]) for call in shop.json("call", "list", QIN)] == [
        ("reached", "WQ", "out"), ("no-answer", "LN", "in"),
    ]  # fmt: skip
    assert shop.json("lead", "show", LI)["do_not_contact"] == ["call", "sms"]
    # who was reached after the call that nobody took is not called back
    assert [one for one in shop.json("callback", "list") if one["reason"] == "missed-call"] == []


def test_the_direction_of_a_call_may_be_said_either_way(shop):
    shop.ok("call", "log", QIN, "--outcome", "reached", "--direction", "in")
    assert [call["direction"] for call in shop.json("call", "list")] == ["in"]
    assert (
        "--direction: up is not known"
        in shop.fails(1, "call", "log", QIN, "--outcome", "busy", "--direction", "up").err
    )


def test_a_call_with_a_key_is_written_down_once_and_undo_takes_it_back(shop):
    assert shop.json("call", "log", QIN, "--outcome", "reached", "--external-id", "P-9")["counts"]["logged"] == 1
    assert shop.json("call", "log", QIN, "--outcome", "reached", "--external-id", "P-9")["counts"]["unchanged"] == 1
    shop.ok("undo", "--yes")
    assert shop.json("call", "list") == []


@pytest.mark.parametrize(
    ("outcome", "planned"), [("no-answer", True), ("busy", True), ("dropped", True), ("reached", False)]
)
def test_an_incoming_call_that_was_missed_is_called_back_at_once(shop, outcome, planned):
    call = shop.json("call", "log", "13900000001", "--incoming", "--outcome", outcome)["ids"][0]
    found = [one for one in shop.json("callback", "list") if one["reason"] == "missed-call"]
    assert [(one["customer"], one["due_at"][:16], one["plan"]) for one in found] == [
        ("C2611-00000001", "2026-11-23T10:00", f"missed:{call}")
    ] * planned
    if planned:
        assert "called us and was not answered" in shop.ok("callback", "sheet", found[0]["id"]).out
        shop.ok("callback", "plan")  # the planner leaves it alone
        assert found[0]["id"] in shop.ok("callback", "list", "-f", "ids").out
        shop.ok("undo", "--yes")


def test_who_was_reached_since_is_not_called_back_and_a_missed_call_at_night_waits_for_the_morning(shop):
    shop.ok("call", "log", "13900000001", "--outcome", "reached")
    shop.ok("call", "log", "13900000001", "--incoming", "--outcome", "no-answer", "--at", "9:30")
    shop.ok("call", "log", "13900000002", "--outcome", "no-answer")  # we called: that is no missed call
    assert not [one for one in shop.json("callback", "list") if one["reason"] == "missed-call"]
    late = {"CRMKIT_NOW": "2026-11-23T21:00:00+08:00"}
    shop.ok("call", "log", "13900000002", "--incoming", "--outcome", "no-answer", **late)
    (one,) = [one for one in shop.json("callback", "list", **late) if one["reason"] == "missed-call"]
    assert one["due_at"] == "2026-11-24T08:00:00+08:00"


@pytest.mark.parametrize("way", ["log", "done", "screen"])
def test_whoever_declines_is_asked_nothing_more(shop, way):
    who = "C2611-00000001"
    callbacks = {
        purpose: Callback(
            id=f"B2611-0000010{number}", customer=who, purpose=purpose, due_at=desk.NOW, owner="LN", reason="x"
        )
        for number, purpose in enumerate(("screening", "greeting", "reorder", "first-use", "balance", "manual"))
    }
    other = Callback(id="B2611-00000200", customer="C2611-00000002", purpose="reorder", due_at=desk.NOW)
    shop.put(*callbacks.values(), other)
    ran = {
        "log": lambda: shop.ok("call", "log", who, "--outcome", "declined"),
        "done": lambda: shop.ok("callback", "done", callbacks["greeting"].id, "--outcome", "declined"),
        "screen": lambda: shop.ok("lead", "screen", who, "--outcome", "refused"),
    }[way]()
    left = {one["purpose"] for one in shop.json("callback", "list", "--state", "open") if one["customer"] == who}
    assert {"first-use", "balance", "manual"} <= left
    assert not {"screening", "greeting", "reorder"} & left
    assert f"declined: {3 if way == 'log' else 2} more callbacks are cancelled with it" in ran.err
    (asked,) = [one for one in shop.json("callback", "list", "--state", "cancelled") if one["purpose"] == "reorder"]
    assert asked["closing"] == "declined"
    assert other.id in shop.ok("callback", "list", "-f", "ids").out
    shop.ok("callback", "plan")
    again = {one["id"] for one in shop.json("callback", "list") if one["customer"] == who}
    assert callbacks["reorder"].id not in again
