"""crmkit lead screen and lead list --unscreened, at a desk on Monday 2026-11-23 at 10:00 (`shop`, `busy`)."""

import json

from tests.core import desk

WHO = "C2611-00000001"


def test_a_screening_is_written_down_with_its_call_and_closes_the_callback(busy):
    done = busy.json("lead", "screen", WHO, "--outcome", "valid", "--duration", "4:10", "--note", "想净水")
    assert (done["ids"][0], done["counts"]["valid"]) == (WHO, 1)
    assert busy.json("lead", "show", WHO)["stage"] == "screened"
    (call,) = busy.json("call", "list", WHO)
    assert (call["outcome"], call["duration"], call["note"], call["by"]) == ("reached", 250, "想净水", "LN")
    (callback,) = [one for one in busy.json("callback", "list", "--state", "all") if one["customer"] == WHO]
    assert (callback["state"], callback["call"]) == ("done", call["id"])


def test_a_long_screening_is_said_on_stderr(busy):
    assert "5:10" in busy.ok("lead", "screen", WHO, "--outcome", "lost", "--duration", "5:10").err


def test_who_wants_no_more_calls_is_called_no_more(busy):
    busy.ok("callback", "add", WHO, "--due", "tomorrow 9:00")
    done = busy.json("lead", "screen", WHO, "--outcome", "refused", "--dnc", "call")
    assert done["counts"]["refused"] == 1
    assert busy.json("lead", "show", WHO)["do_not_contact"] == ["call"]
    assert [one["state"] for one in busy.json("callback", "list", "--state", "all") if one["purpose"] == "manual"] == [
        "cancelled"
    ]


def test_a_screening_can_be_undone(busy):
    before = busy.json("lead", "show", WHO)
    busy.ok("lead", "screen", WHO, "--outcome", "valid")
    busy.ok("undo", "--yes")
    after = busy.json("lead", "show", WHO)
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    assert busy.json("call", "list", WHO) == []


def test_a_dry_run_writes_nothing(busy):
    assert "stage: screened" in busy.ok("lead", "screen", WHO, "--outcome", "valid", "-n").out
    assert busy.json("lead", "show", WHO)["stage"] == ""


def test_many_screenings_come_as_json_lines_and_bad_ones_go_back(busy):
    lines = [
        {"customer": WHO, "outcome": "valid", "duration": 90},
        {"customer": WHO, "outcome": "lost"},
        {"customer": "C2611-00000002", "outcome": "refused", "note": "不需要", "dnc": "all"},
        {"customer": "C2611-00000003", "outcome": "great"},
        {"customer": "C2611-00000003", "colour": "red"},
    ]
    ran = busy.fails(5, "lead", "screen", "-", "-f", "json", stdin="\n".join(map(json.dumps, lines)))
    assert ran.json["counts"].items() >= {"rows": 5, "valid": 1, "refused": 1, "rejected": 3}.items()
    assert "line 2" in ran.err and "is screened already" in ran.err
    shown = busy.json("lead", "show", "C2611-00000002")
    assert (shown["stage"], shown["do_not_contact"]) == ("lost", ["all"])


def test_who_is_no_screener_is_refused_and_nothing_changes(busy):
    busy.ok("staff", "edit", "LN", "--set", "roles=service")
    assert "--by" in busy.fails(1, "lead", "screen", WHO, "--outcome", "valid").err
    assert busy.json("lead", "show", WHO)["stage"] == ""
    busy.ok("--by", "WQ", "lead", "screen", WHO, "--outcome", "valid")


def test_what_the_screener_said_of_one_is_not_said_of_many_but_an_outcome_may_be(busy):
    busy.fails(2, "lead", "screen", "-", "--note", "x", stdin=WHO)
    ran = busy.fails(5, "lead", "screen", "-", "--outcome", "lost", "-f", "json", stdin=f"{WHO}\nC2611-00000099")
    assert ran.json["counts"].items() >= {"rows": 2, "lost": 1, "rejected": 1}.items()


def test_screenings_come_as_a_sheet(busy, tmp_path):
    sheet = tmp_path / "screened.csv"
    sheet.write_text("customer,outcome,duration\n13900000001,valid,4:10\n13900000002,great,\n", "utf-8")
    ran = busy.fails(5, "lead", "screen", sheet, "-f", "json")
    assert ran.json["counts"].items() >= {"rows": 2, "valid": 1, "rejected": 1}.items()
    assert [call["duration"] for call in busy.json("call", "list")] == [250]


def test_files_to_be_screened_are_listed_with_their_last_day_the_longest_overdue_first(shop):
    shop.put(
        desk.a_customer(5, collected_at=desk.at("2026-11-18 09:00"), source="outreach"),
        desk.a_customer(6, collected_at=desk.at("2026-11-17 09:00")),
        desk.a_customer(7, collected_at=desk.at("2026-11-17 09:00"), stage="lost"),
    )
    listed = shop.json("lead", "list", "--unscreened")
    assert [(one["id"][-1], one["screen_by"], one["days_late"]) for one in listed] == [
        ("6", "2026-11-17", 6), ("5", "2026-11-20", 3), ("1", "2026-11-23", 0), ("2", "2026-11-25", 0),
    ]  # fmt: skip
    assert [one["id"][-1] for one in shop.json("lead", "list", "--unscreened", "--source", "outreach")] == ["5", "2"]
