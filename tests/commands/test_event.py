"""`crmkit event`, at a desk on Monday 2026-11-23 at 10:00 with four files (`shop`): two to call, two to leave alone."""

import json

import openpyxl
import pytest

from crmkit.records import Order
from tests.core import desk

ADD = (
    "event", "add", "--code", "1205a", "--name", "科普会", "--kind", "lecture", "--starts", "2026-12-05 09:00",
    "--ends", "11:30", "--place", "友谊宾馆", "--capacity", "6", "--old", "4", "--new", "2",
)  # fmt: skip
ONE, TWO = "13900000001", "13900000002"
FIRST = "1205A-LN001-M"
DAY = {"CRMKIT_NOW": "2026-12-05T08:40:00+08:00"}
AFTER = {"CRMKIT_NOW": "2026-12-06T10:00:00+08:00"}


@pytest.fixture
def hall(shop):
    """An archive with one coming event."""
    shop.ok(*ADD)
    return shop


@pytest.fixture
def guests(hall):
    """Two guests: one who holds the invitation and accepted for two, one who was only invited."""
    hall.ok("event", "invite", "1205A", ONE, "--companions", "1")
    hall.ok("event", "invite", "1205A", TWO)
    hall.ok("event", "deliver", FIRST)
    hall.ok("event", "answer", FIRST, "accepted")
    return hall


def numbers(shell, **env):
    return {guest["number"]: guest["state"] for guest in shell.json("event", "guests", "1205A", **env)}


def second(shell):
    return shell.json("event", "guests", "1205A")[1]["number"]


def test_an_event_is_added_listed_shown_and_changed(hall):
    (listed,) = hall.json("event", "list", "--coming")
    assert (listed["code"], listed["kind"], listed["state"]) == ("1205A", "lecture", "coming")
    hall.ok("event", "edit", "1205a", "--set", "weather=小雪", "--set", "capacity=8")
    shown = hall.json("event", "show", "1205A")
    assert (shown["weather"], shown["capacity"], shown["invited"]) == ("小雪", 8, 0)
    assert shown["ends_at"] == "2026-12-05T11:30:00+08:00"
    assert hall.json("event", "list", "--past") == []
    assert [one["code"] for one in hall.json("event", "list", "--past", **AFTER)] == ["1205A"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--code", "1205A", "--starts", "2026-12-06 09:00"], "1205A is taken"),
        (["--code", "1120A", "--starts", "2026-11-20 09:00"], "2026-11-20 09:00 is past"),
        (["--code", "冬", "--starts", "2026-12-06 09:00"], "not an event code"),
        (["--code", "1206A", "--starts", "2026-12-06"], "has no time of day"),
        (["--code", "1206A", "--starts", "2026-12-06 09:00", "--ends", "08:00"], "before it starts"),
        (["--code", "1206A", "--starts", "2026-12-06 09:00", "--kind", "party"], "kind: party"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_nothing_is_changed(hall, flags, words):
    assert words in hall.fails(1, "event", "add", *flags).err
    assert len(hall.json("event", "list")) == 1


def test_a_past_event_is_added_when_that_is_said(shop):
    shop.ok("event", "add", "--code", "1120A", "--starts", "2026-11-20 09:00", "--past")
    assert shop.json("event", "show", "1120A")["state"] == "held"


def test_moving_and_cancelling_say_whom_to_tell_and_move_the_reminders(guests):
    assert reminders(guests) == ["2026-12-04T18:00:00+08:00"]
    moved = guests.ok("event", "move", "1205A", "--starts", "2026-12-12 14:00")
    assert "guests who have to be told: 2" in moved.err
    assert guests.json("event", "show", "1205A")["ends_at"] == "2026-12-12T16:30:00+08:00"
    assert reminders(guests) == ["2026-12-11T18:00:00+08:00"]
    assert "only with a reason" in guests.fails(1, "event", "cancel", "1205A").err
    guests.ok("event", "cancel", "1205A", "--reason", "hall not free")
    assert guests.json("event", "show", "1205A")["state"] == "cancelled"
    assert reminders(guests) == []
    assert "cancelled: hall not free" in guests.fails(1, "event", "invite", "1205A", ONE).err


def reminders(shell):
    return [one["due_at"] for one in shell.json("callback", "list", "--purpose", "event-eve")]


def test_a_second_invitation_of_the_same_person_is_refused_and_nothing_is_changed(hall):
    hall.ok("event", "invite", "1205A", ONE)
    refused = hall.fails(1, "event", "invite", "1205A", "+86 139 0000 0001")
    assert f"invited already, with {FIRST}" in refused.err
    assert numbers(hall) == {FIRST: "invited"}


def test_of_many_those_are_invited_who_can_be_and_the_others_are_listed_with_the_reason(hall):
    hall.ok("event", "invite", "1205A", ONE)
    suspect, refused, unknown = "C2611-00000003", "C2611-00000004", "13811112222"
    ran = hall("event", "invite", "1205A", suspect, TWO, refused, unknown, "+86 139 0000 0001", "-f", "json")
    assert ran.code == 5
    assert ran.json["counts"] | {"callbacks": 0} == ran.json["counts"] | {
        "rows": 5, "invited": 1, "unchanged": 1, "rejected": 3, "callbacks": 0,
    }  # fmt: skip
    told = json.loads(ran.err.splitlines()[-1])["error"]["message"]
    assert told.startswith("3 of 5 were not invited: ")
    assert f"{suspect}: the file is suspect: no number is confirmed; " in told
    assert f"{refused}: the person does not want to be contacted; " in told
    assert f"no customer has the id, number or name {unknown}" in told
    assert list(numbers(hall).values()) == ["invited", "invited"]


def test_seats_go_to_the_first_named_and_who_has_none_is_listed(hall):
    ran = hall("event", "invite", "1205A", ONE, TWO, "--companions", "3")
    assert ran.code == 5
    assert "1 of 2 were not invited: 13900000002: the event 1205A has 6 seats and 4 are taken" in ran.err
    assert list(numbers(hall).values()) == ["invited"]
    hall.ok("event", "invite", "1205A", TWO, "C2611-00000001", "--companions", "1")  # who is invited stays so


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["9999Z", ONE], "there is no event 9999Z"),
        (["1205A", "13811112222"], "no customer has"),
        (["1205A", "C2611-00000003"], "suspect"),
        (["1205A", "C2611-00000004"], "does not want to be contacted"),
        (["1205A", ONE, "--companions", "-1"], "-1 companions cannot be"),
        (["1205A", ONE, "--companions", "6"], "6 seats and 0 are taken: no room for 7 more"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_no_number_is_used(hall, arguments, words):
    assert words in hall.fails(1, "event", "invite", *arguments).err
    assert numbers(hall) == {}


def test_many_are_invited_from_json_lines_and_bad_lines_come_back(hall, home):
    hall.ok("event", "invite", "1205A", ONE)
    lines = [
        {"customer": ONE},
        {"customer": TWO, "companions": 1, "by": "WQ"},
        {"customer": "C2611-00000004"},
        {"who": TWO},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    ran = hall("event", "invite", "1205A", "-", "--rejects", "bad.jsonl", "-f", "json", stdin=text, CRMKIT_DEBUG="")
    assert ran.code == 5
    counts = {name: ran.json["counts"][name] for name in ("rows", "invited", "unchanged", "rejected")}
    assert counts == {"rows": 4, "invited": 1, "unchanged": 1, "rejected": 2}
    assert [guest["by"] for guest in hall.json("event", "guests", "1205A")] == ["LN", "WQ"]
    assert len((home / "bad.jsonl").read_text("utf-8").splitlines()) == 2


def test_two_clones_never_write_the_same_number(hall):
    hall.ok("event", "invite", "1205A", ONE)
    hall.ok("config", "--set", "operator=WQ")
    hall.ok("event", "invite", "1205A", TWO)
    assert [number[:11] for number in numbers(hall)] == ["1205A-LN001", "1205A-WQ001"]


def test_a_clone_without_operator_code_invites_nobody_and_says_what_to_set(hall):
    (hall.archive / ".crmkit" / "clone.toml").unlink()
    assert "config --set operator=" in hall.fails(1, "event", "invite", "1205A", ONE).err


def test_an_undone_invitation_is_void_and_its_number_not_given_out_again(hall):
    hall.ok("event", "invite", "1205A", ONE)
    hall.ok("undo", "--yes")
    assert numbers(hall) == {FIRST: "void"}
    hall.ok("event", "invite", "1205A", ONE)
    assert [number[:11] for number in numbers(hall)] == ["1205A-LN001", "1205A-LN002"]


def test_an_invitation_is_delivered_and_answered_and_its_guest_reminded(guests):
    assert list(numbers(guests).values()) == ["accepted", "invited"]
    told = guests.ok("event", "eve", "1205A", "-f", "json")
    assert [(one["number"], one["phone"], one["companions"]) for one in told.json] == [(FIRST, "+8613900000001", 1)]
    assert "call on 2026-12-04 between 18:00 and 20:00" in told.err
    guests.ok("event", "answer", "1205aln001m", "declined", "--reason", "带孙子")
    assert guests.json("event", "eve", "1205A") == []
    assert reminders(guests) == []


def test_who_refuses_all_contact_is_reminded_no_more(guests):
    guests.put(desk.a_customer(1, do_not_contact=("all",)))
    assert guests.json("event", "eve", "1205A") == []


def test_who_has_two_invitations_after_their_files_were_merged_is_told(guests):
    guests.ok("dedupe", "merge", "C2611-00000001", "C2611-00000002", "--yes")
    said = guests.ok("event", "guests", "1205A")
    assert f"one customer has {FIRST}, 1205A-LN002-K: make one void" in said.err
    guests.ok("event", "void", "1205A-LN002-K", "--reason", "two files, one person")
    assert "make one void" not in guests.ok("event", "guests", "1205A").err


def test_a_void_invitation_keeps_its_number_and_reason(guests):
    assert "only with a reason" in guests.fails(1, "event", "void", FIRST).err
    guests.ok("event", "void", FIRST, "--reason", "lost")
    assert guests.json("event", "guests", "1205A", "--state", "void")[0]["reason"] == "lost"
    assert "is void: lost" in guests.fails(1, "event", "deliver", FIRST).err


def test_check_in_by_the_number_of_another_event_names_that_event(guests):
    guests.ok("event", "add", "--code", "1206B", "--name", "联谊会", "--starts", "2026-12-06 09:00")
    guests.ok("event", "invite", "1206B", ONE)
    (other,) = guests.json("event", "guests", "1206B")
    refused = guests.fails(1, "event", "checkin", "1205A", other["number"], **DAY)
    assert f"{other['number']} is for the event 1206B (联谊会, 2026-12-06 09:00), not for 1205A" in refused.err
    assert "absent" not in numbers(guests).values()


def test_a_check_in_is_taken_back_by_undo(guests):
    guests.ok("event", "checkin", "1205A", FIRST, **DAY)
    guests.ok("undo", "--yes", **DAY)
    assert numbers(guests, **DAY)[FIRST] == "accepted"


def test_check_in_again_says_that_the_guest_is_in_already(guests):
    guests.ok("event", "checkin", "1205A", FIRST, **DAY)
    again = guests.ok("event", "checkin", "1205A", FIRST, **DAY)
    assert f"{FIRST} is in already, since 08:40" in again.err
    assert "wrong character" in guests.fails(1, "event", "checkin", "1205A", "1205A-LN002-M", **DAY).err
    assert list(numbers(guests, **AFTER).values()) == ["attended", "absent"]


def test_a_scanner_checks_in_many_and_wrong_lines_come_back_to_be_read_again(guests, home):
    lines = f"{FIRST}\n{FIRST}\nrubbish\n" + json.dumps({"number": second(guests), "companions": 1, "seat": "A3"})
    ran = guests(
        "event", "checkin", "1205A", "-", "--rejects", "bad.jsonl", "-f", "json", stdin=lines, CRMKIT_DEBUG="", **DAY
    )
    assert ran.code == 5
    counts = {name: ran.json["counts"][name] for name in ("rows", "attended", "updated", "unchanged", "rejected")}
    assert counts == {"rows": 4, "attended": 2, "updated": 0, "unchanged": 1, "rejected": 1}
    (rejected,) = (home / "bad.jsonl").read_text("utf-8").splitlines()
    mended = rejected.replace("rubbish", FIRST)
    assert guests.json("event", "checkin", "1205A", "-", stdin=mended, **DAY)["counts"]["unchanged"] == 1


def test_seats_are_given_once_listed_and_printed(guests, home):
    guests.ok("event", "assign", "1205A")
    assert guests.json("event", "assign", "1205A")["counts"] == {"seated": 0, "unchanged": 2}
    assert [one["seat"] for one in guests.json("event", "seats", "1205A")] == ["1-2", "3"]
    guests.ok("event", "seats", "1205A", "-o", "seats.xlsx")
    sheet = openpyxl.load_workbook(home / "seats.xlsx").worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["1-2", "3"]


def test_the_invitations_not_delivered_yet_are_printed_for_who_may_be_visited(guests, home):
    guests.ok("event", "print", "1205A", "-o", "some.xlsx")
    assert printed(home / "some.xlsx") == {second(guests)}
    guests.put(desk.a_customer(2, do_not_contact=("visit",)))
    left_out = guests.ok("event", "print", "1205A", FIRST, second(guests), "-o", "all.xlsx")
    assert printed(home / "all.xlsx") == {FIRST}
    assert "left out: the person does not want to be contacted" in left_out.err
    assert "no invitation to print" in guests.fails(1, "event", "print", "1205A", "-o", "none.xlsx").err


def printed(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {cell.value for row in sheet for cell in row if str(cell.value).startswith("1205A-")}


def test_figures_name_the_records_behind_them_and_followups_who_bought_nothing(guests):
    for number in numbers(guests):
        guests.ok("event", "checkin", "1205A", number, **DAY)
    event, (first, two) = guests.json("event", "show", "1205A")["id"], guests.json("event", "guests", "1205A")
    guests.put(
        Order(
            id="O2612-00000001", customer=two["customer"], ordered_on=desk.at("2026-12-05 11:00").date(),
            event_id=event, total=79_000,
        )
    )  # fmt: skip
    figures = {one["measure"]: one for one in guests.json("event", "figures", "1205A", **AFTER)}
    assert (figures["attended"]["count"], figures["companions"]["count"], figures["bought"]["count"]) == (2, 1, 1)
    assert (figures["orders"]["amount"], figures["orders"]["ids"]) == (79_000, ["O2612-00000001"])
    assert guests.ok("event", "figures", "1205A", "--ids", "attended", "-f", "ids").lines == [first["id"], two["id"]]
    assert [one["id"] for one in guests.json("event", "followups", "1205A", **AFTER)] == [first["id"]]
    assert "no measure" in guests.fails(2, "event", "figures", "1205A", "--ids", "money").err


def test_a_dry_run_shows_the_invitation_and_writes_none(hall):
    preview = hall.json("event", "invite", "1205A", ONE, "-n")
    assert any("number" in fields for fields in preview["changes"].values())
    assert numbers(hall) == {}


def test_due_lists_invitations_to_deliver_in_the_week_before_and_the_event_itself_the_day_before(guests):
    assert due(guests, "2026-11-27") == []
    (delivery,) = due(guests, "2026-11-28")
    assert (delivery["kind"], delivery["customer"], delivery["owner"]) == ("invitation", "C2611-00000002", "LN")
    assert [item["kind"] for item in due(guests, "2026-12-04")] == ["event", "invitation"]
    guests.put(desk.a_customer(2, do_not_contact=("visit",)))
    assert [(item["name"], item["what"]) for item in due(guests, "2026-12-04")] == [
        ("科普会", "3 people expected: crmkit event seats 1205A")
    ]


def due(shell, day):
    return [item for item in shell.json("due", "--on", day) if item["kind"] in ("event", "invitation")]


def test_who_is_named_twice_gets_one_invitation(hall):
    hall.ok("event", "invite", "1205A", ONE, "+8613900000001")
    assert list(numbers(hall)) == [FIRST]


def test_who_left_invites_nobody(hall):
    hall.ok("staff", "edit", "WQ", "--set", "left=yes")
    line = json.dumps({"customer": ONE, "by": "WQ"})
    assert "WQ does not work here any more" in hall.fails(5, "event", "invite", "1205A", "-", stdin=line).err


def test_an_empty_name_is_said_to_be_empty(hall):
    assert "CUSTOMER is empty" in hall.fails(2, "event", "invite", "1205A", "").err
    assert "CODE is empty" in hall.fails(2, "event", "show", "").err
