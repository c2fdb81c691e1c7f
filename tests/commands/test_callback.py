"""crmkit callback, at a desk on Monday 2026-11-23 at 10:00 (`shop`, and with screenings planned `busy`)."""

import json
import subprocess
from datetime import timedelta

import msgspec
import openpyxl
import pytest

from crmkit.archive.archive import opened
from crmkit.queries.work import with_callbacks
from crmkit.records import Order
from crmkit.records.base import derived_id
from crmkit.records.change import Change
from tests.core import desk

QIN, LI, LIU, SUN = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))
FIELDS = {"id", "customer", "name", "phone", "purpose", "due_at", "owner", "state", "priority", "reason"}


SCREENING, OF_LI = (
    derived_id("B", desk.NOW, f"{rule}:{customer}")
    for rule, customer in (("screening-same-day", QIN), ("screening", LI))
)


def one(shop, identifier):
    (callback,) = [c for c in shop.json("callback", "list", "--state", "all") if c["id"] == identifier]
    return callback


def test_planning_counts_what_it_did_and_does_nothing_the_second_time(shop):
    first = shop.json("callback", "plan")
    assert first["counts"] == {"planned": 2, "unchanged": 0, "suspect": 1, "do-not-contact": 1}
    assert len(first["ids"]) == 2
    assert first["commit"]
    again = shop.json("callback", "plan")
    assert again["counts"] == {"planned": 0, "unchanged": 2, "suspect": 1, "do-not-contact": 1}
    assert (again["run"], again["commit"], again["ids"]) == ("", "", [])


def test_a_dry_run_plans_nothing(shop):
    assert shop.json("callback", "plan", "-n")["counts"]["planned"] == 2
    assert shop.json("callback", "list") == []


def test_planning_is_silent_beyond_its_ids_with_q(shop):
    ran = shop.ok("-q", "callback", "plan")
    assert len(ran.lines) == 2
    assert ran.err == ""
    assert shop.ok("-q", "callback", "plan").out == ""


def test_the_list_has_its_fields_and_only_people_who_may_be_called(busy):
    listed = busy.json("callback", "list")
    assert [c["customer"] for c in listed] == [QIN, LI]
    assert set(listed[0]) >= FIELDS
    assert listed[0]["due_at"] == "2026-11-23T09:12:00+08:00"
    assert (listed[0]["state"], listed[0]["phone"], listed[0]["owner"]) == ("open", "+8613900000001", "LN")
    assert busy.ok("callback", "list", "-f", "csv").lines[0].split(",")[:4] == ["id", "customer", "name", "phone"]


def test_the_list_by_due_date_owner_purpose_and_state(busy):
    def people(*options):
        return [c["customer"] for c in busy.json("callback", "list", *options)]

    assert people("--due", "today") == [QIN]
    assert people("--due", "2026-11-22") == []
    assert people("--due", "+2d") == [QIN, LI]
    assert people("--owner", "WQ") == [LI]
    assert people("--purpose", "thanks") == []
    assert people("--state", "done") == []
    assert people("--state", "all", "--due", "today") == [QIN]


def test_what_cannot_be_listed_is_refused(shop):
    assert "11.21" in shop.fails(1, "callback", "list", "--due", "11.21").err
    assert "no state lost" in shop.fails(2, "callback", "list", "--state", "lost").err
    assert "XX" in shop.fails(1, "callback", "list", "--owner", "XX").err


def test_adding_one_by_hand_echoes_the_absolute_time(shop):
    ran = shop.ok("callback", "add", "139 0000 0001", "--due", "明天下午1点", "--reason", "wants a leaflet")
    (identifier,) = ran.lines
    assert "2026-11-24 13:00 is in quiet hours: moved to 2026-11-24 14:30" in ran.err
    assert f"{identifier} is due 2026-11-24 Tue 14:30 (tomorrow)" in ran.err
    assert one(shop, identifier)["due_at"] == "2026-11-24T14:30:00+08:00"
    assert one(shop, identifier)["reason"] == "wants a leaflet"


def test_the_customer_may_stand_in_an_option(shop):
    (identifier,) = shop.ok("callback", "add", "--customer", LI, "--due", "+1d", "--owner", "WQ").lines
    assert (one(shop, identifier)["owner"], one(shop, identifier)["customer"]) == ("WQ", LI)
    shop.fails(2, "callback", "add", "--due", "+1d")
    shop.fails(2, "callback", "add", LI, "--customer", QIN, "--due", "+1d")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([LIU, "--due", "+1d"], "suspect"),
        ([SUN, "--due", "+1d"], "does not want to be contacted"),
        ([QIN, "--due", "yesterday"], "past"),
        ([QIN, "--due", "soon"], "soon"),
        ([QIN, "--due", "+1d", "--purpose", "pressure"], "pressure"),
        (["C2611-99999999", "--due", "+1d"], "C2611-99999999"),
    ],
)
def test_what_cannot_be_added_is_refused_and_changes_nothing(shop, options, why):
    assert why in shop.fails(1, "callback", "add", *options).err
    assert shop.json("callback", "list", "--state", "all") == []


def test_done_writes_the_call_and_screens_the_file(busy):
    done = busy.json("callback", "done", SCREENING, "--outcome", "reached", "--duration", "3:10", "--note", "knees")
    assert done["ids"][0] == SCREENING
    (call,) = busy.json("call", "list")
    assert (call["outcome"], call["duration"], call["note"], call["callback"]) == ("reached", 190, "knees", SCREENING)
    assert one(busy, SCREENING)["state"] == "done"
    assert "is done already" in busy.fails(1, "callback", "done", SCREENING, "--outcome", "reached").err


def test_done_understands_a_prefix_of_the_id(busy):
    busy.ok("callback", "done", SCREENING[:9].lower(), "--outcome", "declined")
    assert one(busy, SCREENING)["state"] == "done"


def test_an_unanswered_call_comes_back_and_at_last_stops(busy):
    assert "is due 2026-11-23 Mon 14:30 (today)" in busy.ok("callback", "done", SCREENING, "--outcome", "no-answer").err
    for _again in range(3):
        busy.ok("callback", "done", SCREENING, "--outcome", "no-answer")
    assert one(busy, SCREENING)["state"] == "stopped"
    assert SCREENING not in busy.ok("callback", "list").out
    assert [(item["kind"], item["id"]) for item in busy.json("due")] == [("unanswered", SCREENING)]
    busy.ok("callback", "snooze", SCREENING, "+1d")
    assert (one(busy, SCREENING)["state"], one(busy, SCREENING)["attempt"]) == ("open", 0)


def test_call_later_needs_a_time_and_keeps_to_it(busy):
    assert "call-later needs the time" in busy.fails(1, "callback", "done", SCREENING, "--outcome", "call-later").err
    busy.fails(1, "callback", "done", SCREENING, "--outcome", "call-later", "--next", "soon")
    ran = busy.ok("callback", "done", SCREENING, "--outcome", "call-later", "--next", "周三下午3点")
    assert "2026-11-25 Wed 15:00 (in 2 days)" in ran.err
    assert one(busy, SCREENING)["due_at"] == "2026-11-25T15:00:00+08:00"


def test_a_next_step_in_words_is_kept_in_words(busy):
    busy.ok("callback", "done", SCREENING, "--outcome", "reached", "--next", "send the leaflet")
    assert busy.json("call", "list")[0]["next"] == "send the leaflet"
    assert [c["customer"] for c in busy.json("callback", "list")] == [LI]


@pytest.mark.parametrize(
    ("typed", "kept"), [("后天", "2026-11-25"), ("明天下午3点", "2026-11-24 15:00"), ("+3h", "2026-11-23 13:00")]
)
def test_a_next_step_that_is_a_time_is_kept_as_that_day_or_minute(busy, typed, kept):
    busy.ok("callback", "done", SCREENING, "--outcome", "reached", "--next", typed)
    busy.ok("call", "log", LI, "--outcome", "reached", "--next", typed)
    assert [one["next"] for one in busy.json("call", "list")] == [kept, kept]


def test_a_wrong_number_takes_the_person_out_of_the_lists(busy):
    busy.ok("callback", "done", SCREENING, "--outcome", "wrong-number")
    assert [c["customer"] for c in busy.json("callback", "list")] == [LI]
    busy.fails(1, "callback", "add", QIN, "--due", "+1d")


def test_an_outcome_that_does_not_exist_is_refused(busy):
    assert "asleep" in busy.fails(1, "callback", "done", SCREENING, "--outcome", "asleep").err


def test_snooze_and_cancel(busy):
    assert "2026-11-30 Mon 09:30" in busy.ok("callback", "snooze", SCREENING, "mon 9:30").err
    assert one(busy, SCREENING)["due_at"] == "2026-11-30T09:30:00+08:00"
    busy.fails(1, "callback", "snooze", SCREENING, "yesterday")
    busy.ok("callback", "cancel", SCREENING, "--reason", "moved away")
    assert (one(busy, SCREENING)["state"], one(busy, SCREENING)["closing"]) == ("cancelled", "moved away")
    assert busy.json("callback", "plan")["counts"]["planned"] == 0
    busy.fails(1, "callback", "cancel", SCREENING)


def test_the_call_sheet_says_what_to_know_before_dialling(busy):
    sheet = busy.json("callback", "sheet", OF_LI)
    assert (sheet["name"], sheet["address_as"], sheet["phone"]) == ("李建国", "李叔叔", "+8613900000002")
    assert (sheet["speak_as"], sheet["purpose"]) == ("the company", "screening")
    assert sheet["steps"] and sheet["avoid"]
    chinese = busy.ok("--lang", "zh", "callback", "sheet", OF_LI).out
    assert "李叔叔" in chinese


def test_a_calendar_file_is_complete_and_not_overwritten_unasked(busy):
    path = busy.home / "callbacks.ics"
    busy.ok("callback", "ics", "-o", path)
    text = path.read_bytes().decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.count("BEGIN:VEVENT") == 1  # what is due today
    assert "is there already" in busy.fails(1, "callback", "ics", "-o", path).err
    busy.ok("callback", "ics", "-o", path, "--force", "--due", "+7d")
    assert path.read_bytes().count(b"BEGIN:VEVENT") == 2
    assert busy.ok("callback", "ics").out == text
    busy.fails(1, "callback", "ics", "-o", busy.home / "callbacks.xlsx")


def calendar(shell, *options, now=""):
    """The events of `callback ics` as (start, sequence, status) by UID."""
    at = {"CRMKIT_NOW": now} if now else {}
    events = shell.ok("callback", "ics", *options, **at).out.replace("\r\n", "\n").split("BEGIN:VEVENT\n")[1:]
    fields = [dict(line.split(":", 1) for line in event.splitlines() if ":" in line) for event in events]
    return {one["UID"]: (one["DTSTART"], int(one["SEQUENCE"]), one["STATUS"]) for one in fields}


def test_a_telephone_follows_what_is_moved_and_cancelled(shop):
    planned = shop.ok("-q", "callback", "add", LI, "--due", "tomorrow 15:00", "--purpose", "service").out.strip()
    first = calendar(shop, "--due", "+7d")[f"{planned}@crmkit"]
    assert first == ("20261124T070000Z", 0, "CONFIRMED")
    shop.ok("callback", "snooze", planned, "wed 9:30")
    second = calendar(shop, "--due", "+7d")[f"{planned}@crmkit"]
    assert second[::2] == ("20261125T013000Z", "CONFIRMED")
    assert second[1] > first[1]
    shop.ok("callback", "cancel", planned, "--reason", "moved")
    third = calendar(shop, "--due", "+7d")[f"{planned}@crmkit"]
    assert third[::2] == ("20261125T013000Z", "CANCELLED")
    assert third[1] > second[1]
    assert calendar(shop, "--due", "+7d", now="2026-11-25 10:00") == {}  # its time is past: no telephone rings


def test_a_callback_moved_beyond_the_days_asked_for_is_in_the_file_at_its_new_time(shop):
    planned = shop.ok("-q", "callback", "add", LI, "--due", "15:00", "--purpose", "service").out.strip()
    other = shop.ok("-q", "callback", "add", LI, "--due", "+3d", "--purpose", "service").out.strip()
    assert calendar(shop) == {f"{planned}@crmkit": ("20261123T070000Z", 0, "CONFIRMED")}
    shop.ok("callback", "snooze", planned, "wed 9:30")
    (moved,) = calendar(shop).values()
    assert moved[::2] == ("20261125T013000Z", "CONFIRMED") and moved[1] > 0
    assert calendar(shop, "--purpose", "thanks") == {}
    assert f"{other}@crmkit" not in calendar(shop, now="2026-11-24 09:00")
    assert calendar(shop, now="2026-12-01 09:00").keys() >= {f"{planned}@crmkit"}  # due by then


def test_a_call_made_before_its_time_rings_no_more(shop):
    planned = shop.ok("-q", "callback", "add", LI, "--due", "15:00", "--purpose", "service").out.strip()
    shop.ok("callback", "done", planned, "--outcome", "reached")
    (event,) = calendar(shop).values()
    assert event[::2] == ("20261123T070000Z", "CANCELLED")
    assert calendar(shop, now="2026-11-24 09:00") == {}


def test_somebody_who_says_no_is_taken_off_the_telephone(shop):
    planned = shop.ok("-q", "callback", "add", LI, "--due", "tomorrow 15:00", "--purpose", "follow-up").out.strip()
    shop.ok("callback", "add", QIN, "--due", "tomorrow 15:00", "--purpose", "warm-up")
    shop.ok("customer", "dnc", QIN, "--channel", "call")
    off = [status for _start, _sequence, status in calendar(shop, "--due", "+7d").values()]
    assert sorted(off) == ["CANCELLED", "CONFIRMED"]
    text = shop.ok("callback", "ics", "--due", "+7d").out
    assert "秦玉兰" not in text and f"{planned}@crmkit" in text


def test_where_nothing_is_due_no_calendar_is_written_and_yesterdays_does_not_stay(shop, tmp_path):
    path = tmp_path / "callbacks.ics"
    said = shop.ok("callback", "ics", "-o", path)
    assert (said.out, said.err) == ("", "nothing to do, so no calendar is written\n")
    assert not path.exists()
    assert shop.ok("callback", "ics").out == ""
    path.write_text("yesterday's")
    assert "is there already" in shop.fails(1, "callback", "ics", "-o", path).err
    assert path.read_text() == "yesterday's"
    quiet = shop.ok("-q", "callback", "ics", "-o", path, "--force")
    assert (quiet.out, quiet.err, path.exists()) == ("", "", False)


def test_a_rule_in_the_archive_changes_the_plan(shop):
    settings = shop.archive / "archive.toml"
    rule = 'name = "screening-same-day"\ntrigger = "file"\npurpose = "screening"\ndue = "+1d"\nat = "18:00"\n'
    settings.write_text(settings.read_text("utf-8") + f"\n[[callback.rules]]\n{rule}", "utf-8")
    shop.ok("callback", "plan")
    assert {c["due_at"] for c in shop.json("callback", "list")} >= {"2026-11-24T18:00:00+08:00"}
    settings.write_text(settings.read_text("utf-8").replace('"+1d"', '"soon"'), "utf-8")
    assert "callback rule screening-same-day" in shop.fails(1, "callback", "plan").err


def test_a_calendar_that_is_damaged_is_named(shop):
    path = shop.archive / "calendar" / "2026.json"
    path.write_text(json.dumps({"year": 2026, "holidays": {"2026-13-01": "?"}, "workdays": {}}), "utf-8")
    assert "calendar" in shop.fails(1, "callback", "plan").err


def test_no_name_or_number_stands_in_the_history(busy):
    busy.ok("callback", "done", SCREENING, "--outcome", "reached", "--note", "秦玉兰 13900000001")
    log = subprocess.run(["git", "log", "--format=%B"], cwd=busy.archive, capture_output=True, text=True, check=True)
    assert "callback done: 3 records" in log.stdout
    assert "秦玉兰" not in log.stdout
    assert "1390000" not in log.stdout


def test_declined_for_good_stops_every_call_and_declined_alone_does_not(busy):
    busy.ok("callback", "done", SCREENING, "--outcome", "declined", "--objection", "no time", "--mood", "annoyed")
    assert busy.json("lead", "show", QIN)["do_not_contact"] == []
    busy.ok("callback", "add", LI, "--due", "+3d")
    busy.ok("callback", "done", OF_LI, "--outcome", "declined", "--dnc", "call")
    assert busy.json("lead", "show", LI)["do_not_contact"] == ["call"]
    assert busy.json("callback", "list") == []
    (call,) = busy.json("call", "list", QIN)
    assert (call["objections"], call["mood"]) == (["no time"], "annoyed")


def test_the_sheet_of_one_call_or_of_all_that_are_due(busy, home):
    assert busy.json("callback", "sheet", SCREENING)["name"] == "秦玉兰"
    assert [one["id"] for one in busy.json("callback", "sheet", "--due", "+2d")] == [SCREENING, OF_LI]
    assert [one["id"] for one in busy.json("callback", "sheet", "--due", "+2d", "--owner", "WQ")] == [OF_LI]
    busy.ok("callback", "sheet", "--due", "+2d", "-o", "calls.xlsx")
    assert openpyxl.load_workbook(home / "calls.xlsx").sheetnames == ["Callbacks", "1", "2"]
    assert "calls.xlsx" in busy.fails(1, "callback", "sheet", "--due", "+2d", "-o", "calls.xlsx").err
    busy.fails(2, "callback", "sheet")
    busy.fails(2, "callback", "sheet", SCREENING, "--due", "today")


def test_no_sheet_is_made_for_a_person_who_refuses(busy):
    busy.put(desk.a_customer(1, do_not_contact=("call",)))
    assert "does not want to be contacted" in busy.fails(1, "callback", "sheet", SCREENING).err
    assert SCREENING not in busy.ok("callback", "sheet", "--due", "+2d", "-f", "json").out


def test_calls_of_a_colleague_who_is_ill_are_given_to_another(busy):
    assert {one(busy, i)["owner"] for i in (SCREENING, OF_LI)} == {"LN", "WQ"}
    done = busy.json("callback", "edit", SCREENING, OF_LI, "--owner", "WQ")
    assert done["counts"] == {"updated": 1, "unchanged": 1}
    assert {one(busy, i)["owner"] for i in (SCREENING, OF_LI)} == {"WQ"}
    busy.ok("callback", "edit", OF_LI[:9], "--priority", "100")
    assert [c["id"] for c in busy.json("callback", "list")] == [OF_LI, SCREENING]
    busy.ok("undo", "--yes")
    assert [c["id"] for c in busy.json("callback", "list")] == [SCREENING, OF_LI]
    busy.fails(2, "callback", "edit", SCREENING)
    assert "XX" in busy.fails(1, "callback", "edit", SCREENING, "--owner", "XX").err
    busy.ok("callback", "cancel", SCREENING)
    assert "was cancelled" in busy.fails(1, "callback", "edit", OF_LI, SCREENING, "--owner", "LN").err
    assert one(busy, OF_LI)["owner"] == "WQ"


def test_a_clock_two_days_back_plans_nothing(busy):
    refused = busy.fails(1, "callback", "plan", CRMKIT_NOW="2026-11-21T10:00:00+08:00")
    assert "2026-11-23 10:00" in refused.err
    assert busy.json("callback", "plan")["counts"]["planned"] == 0


def test_what_a_command_plans_is_what_planning_asks_for(shop):
    """The helper of every command, and the planner over the whole archive, come to the same."""
    order = Order(id="O2611-00000001", customer=QIN, ordered_on=desk.NOW.date(), total=100, sent_on=desk.NOW.date())

    def planned_beside(*records):
        with opened(shop.archive, exclusive=True, wait=10) as archive:
            run = desk.a_run()
            change = with_callbacks(archive, run, Change(puts=records))
            archive.commit(change, "test put", run_at=run.now, by="LN")
            return change.counts

    counts = {"callbacks": 3, "callbacks_cancelled": 0, "callbacks_moved": 0}
    assert planned_beside(order) == counts
    assert shop.json("callback", "plan")["counts"]["unchanged"] == 3
    assert planned_beside(order) == {**counts, "callbacks": 0}
    assert planned_beside(msgspec.structs.replace(order, ordered_on=desk.NOW.date() - timedelta(days=3)))[
        "callbacks_moved"
    ] == 2  # fmt: skip
    assert planned_beside(msgspec.structs.replace(order, cancelled_at=desk.NOW))["callbacks_cancelled"] == 2
    again = shop.json("callback", "plan")["counts"]
    assert (again["planned"], again.get("cancelled", 0), again.get("reopened", 0)) == (0, 0, 0)


def test_a_merge_moves_what_is_planned_and_nothing_is_doubled(shop):
    shop.ok("callback", "plan")
    shop.ok("dedupe", "merge", QIN, LI, "--keep", QIN, "--yes")
    shop.ok("callback", "plan")
    screenings = [c for c in shop.json("callback", "list", "--purpose", "screening") if c["customer"] == QIN]
    assert [c["id"] for c in screenings] == [SCREENING]


def test_a_wrong_holiday_file_is_named_and_nothing_is_planned(shop):
    (shop.archive / "calendar" / "2027.json").write_text(
        '{"year": 2027, "holidays": {"2027-02-30": "春节"}, "workdays": {}}', "utf-8"
    )
    refused = shop.fails(1, "callback", "plan")
    assert "calendar/2027.json: 2027-02-30 is no date" in refused.err
    assert shop.json("callback", "list") == []


def test_callbacks_of_many_are_planned_by_lines(shop):
    lines = [{"customer": "13900000001", "reason": "甲"}, {"customer": "13900000002", "due": "+2d"}, {"customer": "X"}]
    stdin = "\n".join(json.dumps(line) for line in lines)
    ran = shop.fails(5, "callback", "add", "-", "--due", "tomorrow 9:00", "-f", "json", stdin=stdin)
    assert ran.json["counts"].items() >= {"rows": 3, "planned": 2, "unchanged": 0, "rejected": 1}.items()
    listed = {one["customer"]: (one["due_at"][:10], one["reason"]) for one in shop.json("callback", "list")}
    assert listed == {"C2611-00000001": ("2026-11-24", "甲"), "C2611-00000002": ("2026-11-25", "")}
