"""The walks that verbs share: a batch from lines or a sheet, what it sees of itself, what the operator hears."""

import json

import pytest

QIN, LI, LIU = "C2611-00000001", "C2611-00000002", "C2611-00000003"


def jsonl(*lines):
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


@pytest.fixture
def planned_calls(busy):
    return busy.json("callback", "list")


def test_ids_one_a_line_share_the_options_that_may_be_shared(busy, planned_calls):
    ids = [one["id"] for one in planned_calls]
    typed = "\n".join([*ids, ids[0]])
    ran = busy.fails(5, "callback", "cancel", "-", "--reason", "moved away", "-f", "json", stdin=typed)
    counts = json.loads(ran.out)["counts"]
    assert counts == {"rows": len(ids) + 1, "cancelled": len(ids), "unchanged": 0, "rejected": 1}
    closed = busy.json("callback", "list", "--state", "cancelled")
    assert {one["id"]: one["closing"] for one in closed} == dict.fromkeys(ids, "moved away")
    assert busy.json("callback", "list") == []


def test_a_batch_is_one_commit_and_is_taken_back_as_one(busy, planned_calls):
    ids = [one["id"] for one in planned_calls]
    done = json.loads(busy.ok("callback", "cancel", "-", "-f", "json", stdin="\n".join(ids)).out)
    assert len(ids) > 1
    busy.ok("undo", done["run"], "--yes")
    assert [one["id"] for one in busy.json("callback", "list")] == ids


def test_each_line_sees_what_those_before_it_changed(busy, planned_calls):
    one = planned_calls[0]["id"]
    lines = jsonl({"id": one, "outcome": "reached", "note": "first"}, {"callback": one, "outcome": "no-answer"})
    ran = busy.fails(5, "callback", "done", "-", "-f", "json", stdin=lines)
    assert json.loads(ran.out)["counts"]["rejected"] == 1
    assert "line 2" in ran.err
    assert "done" in ran.err
    assert [call["outcome"] for call in busy.json("call", "list")] == ["reached"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_a_batch_in_any_encoding(busy, planned_calls, tmp_path, encoding):
    one = planned_calls[0]["id"]
    sheet = tmp_path / "calls.csv"
    sheet.write_bytes(f"id,outcome,note\n{one},reached,她说周末回来\n".encode(encoding))
    ran = busy.ok("callback", "done", sheet, "-f", "json")
    assert json.loads(ran.out)["counts"]["done"] == 1
    (call,) = busy.json("call", "list")
    assert (call["outcome"], call["note"]) == ("reached", "她说周末回来")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"callback": "ID", "outcome": "reached", "colour": "red"}, "there is no field colour"),
        ({"callback": "ID"}, "the outcome is missing"),
        ({"outcome": "reached"}, "the callback is missing"),
        ({"callback": "ID", "outcome": ["reached"]}, 'outcome: ["reached"] is not text'),
        ({"callback": "ID", "outcome": "asleep"}, "asleep"),
        ({"callback": "B2611-00000000", "outcome": "reached"}, "B2611-00000000"),
    ],
)
def test_what_is_wrong_in_a_line_is_said_with_the_line_and_changes_nothing(busy, planned_calls, line, told):
    typed = {name: planned_calls[0]["id"] if value == "ID" else value for name, value in line.items()}
    ran = busy.fails(5, "callback", "done", "-", stdin=jsonl(typed))
    assert "line 1: " in ran.err
    assert told in ran.err
    assert busy.json("call", "list") == []


def test_refused_lines_come_back_and_are_taken_once_mended(busy, planned_calls, tmp_path):
    first, second = (one["id"] for one in planned_calls[:2])
    back = tmp_path / "back.jsonl"
    lines = jsonl({"id": first, "outcome": "reached"}, {"id": second, "outcome": "asleep"})
    busy.fails(5, "callback", "done", "-", "--rejects", back, stdin=lines)
    (kept,) = map(json.loads, back.read_text("utf-8").splitlines())
    assert (kept["id"], kept["outcome"]) == (second, "asleep")
    assert "asleep" in kept["error"]
    back.write_text(jsonl({**kept, "outcome": "no-answer"}), "utf-8")
    assert json.loads(busy.ok("callback", "done", back, "-f", "json").out)["counts"]["done"] == 1


def test_an_option_of_one_record_beside_many_is_refused(busy):
    ran = busy.fails(2, "callback", "done", "-", "--outcome", "reached", stdin="B2611-00000000")
    assert "either many, or --outcome of one" in ran.err


def test_numbers_are_taken_as_typed_and_out_of_range_is_said(shop):
    lines = jsonl({"customer": QIN, "purpose": "courtesy", "at": "tomorrow 15:00", "minutes": 0})
    assert "minutes" in shop.fails(5, "visit", "add", "-", stdin=lines).err


def test_the_operator_hears_when_a_callback_is_due_and_a_script_only_the_id(busy, planned_calls):
    one = planned_calls[0]["id"]
    ran = busy.ok("callback", "snooze", one, "2026-11-25 10:00")
    assert ran.out == f"{one}\n"
    assert ran.err.startswith(f"{one} is due ")
    assert busy.ok("-q", "callback", "snooze", one, "2026-11-26 10:00").err == ""
