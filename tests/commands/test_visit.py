"""crmkit visit, at a desk on Monday 2026-11-23 at 10:00."""

import io
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import msgspec
import openpyxl
import pytest

from crmkit.records import Event, Invitation, Order, Product, Visit
from crmkit.records.order import OrderItem
from tests.commands.conftest import at_desk
from tests.core import desk

QIN, LI, LIU, SUN = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))
ORDER = "O2611-00000001"
EVENING = "2026-11-23T19:00:00+08:00"
FIELDS = {"id", "customer", "name", "phone", "purpose", "begins_at", "ends_at", "by", "address", "state", "marks"}


@pytest.fixture(scope="module")
def stocked(staffed, tmp_path_factory):
    """The staffed archive with addresses, and an order of 3 boxes on which nothing is paid. Made once."""
    folder = Path(shutil.copytree(staffed, tmp_path_factory.mktemp("stocked") / "archive"))
    at_desk(folder.parent, folder).put(
        desk.a_customer(1, phones=(desk.a_phone(1, "confirmed"),), address="北京市朝阳区青年路9号", owner="LN"),
        desk.a_customer(2, name="李建国", address="海淀区学院路2号", owner="LN"),
        Product(id="P2611-00000001", code="HX1", name="护膝", price=19800),
        Order(
            id=ORDER, customer=QIN, ordered_on=date(2026, 11, 20), total=59400,
            items=(OrderItem(product="HX1", quantity=3, price=19800, amount=59400),),
        ),
    )  # fmt: skip
    return folder


@pytest.fixture
def home_visits(stocked, home, tmp_path):
    """The command line in that archive."""
    return at_desk(home, Path(shutil.copytree(stocked, tmp_path / "archive")))


def agree(shop, *options, customer=QIN, purpose="courtesy", at="15:00"):
    """Agree on a visit; its id."""
    (identifier,) = shop.ok("visit", "add", customer, "--purpose", purpose, "--at", at, *options).lines
    return identifier


def one(shop, identifier):
    return shop.json("visit", "show", identifier)


def visits_due(shop, *options, **env):
    return [item for item in shop.json("due", *options, **env) if item["kind"] == "visit"]


def test_an_appointment_is_echoed_as_an_absolute_time_and_listed(home_visits):
    ran = home_visits.ok("visit", "add", QIN, "--purpose", "courtesy", "--at", "明天下午3点", "--note", "膝盖不好")
    (identifier,) = ran.lines
    assert f"{identifier} is 2026-11-24 Tue 15:00 (tomorrow)" in ran.err
    (listed,) = home_visits.json("visit", "list")
    assert set(listed) >= FIELDS
    assert (listed["begins_at"], listed["ends_at"]) == ("2026-11-24T15:00:00+08:00", "2026-11-24T15:30:00+08:00")
    assert (listed["by"], listed["state"], listed["marks"]) == ("LN", "open", ["unconfirmed"])
    assert (listed["name"], listed["address"]) == ("秦玉兰", "北京市朝阳区青年路9号")


def test_the_window_ends_when_it_is_said(home_visits):
    ends = {
        options: one(home_visits, agree(home_visits, *options, at=f"{hour}:00"))["ends_at"][11:16]
        for hour, options in (
            (11, ()),
            (15, ("--until", "17:30")),
            (16, ("--until", "+2h")),
            (18, ("--minutes", "90")),
        )
    }
    assert list(ends.values()) == ["11:30", "17:30", "18:00", "19:30"]


@pytest.mark.parametrize(
    ("code", "options", "why"),
    [
        (1, [QIN, "--purpose", "courtesy", "--at", "yesterday 15:00"], "2026-11-22 15:00 is past"),
        (1, [QIN, "--purpose", "courtesy", "--at", "tomorrow"], "no time of day"),
        (1, [QIN, "--purpose", "courtesy", "--at", "soon"], "soon"),
        (1, [QIN, "--purpose", "courtesy", "--at", "15:00", "--until", "14:45"], "cannot end before it begins"),
        (1, [QIN, "--purpose", "courtesy", "--at", "13:00"], "quiet hours"),
        (1, [QIN, "--purpose", "pressure", "--at", "15:00"], "--purpose: pressure is not known"),
        (1, [QIN, "--purpose", "courtesy", "--at", "15:00", "--by", "XX"], "XX"),
        (1, [SUN, "--purpose", "courtesy", "--at", "15:00"], "does not want"),
        (1, ["C2611-99999999", "--purpose", "courtesy", "--at", "15:00"], "C2611-99999999"),
        (1, [LI, "--purpose", "delivery", "--at", "15:00", "--about", ORDER], f"{ORDER} is not of customer {LI}"),
        (1, [QIN, "--purpose", "delivery", "--at", "15:00", "--about", "O2611-99999999"], "O2611-99999999"),
        (1, [QIN, "--purpose", "repair", "--at", "15:00", "--about", "BJLN-26110042-8"], "no card in this archive"),
        (1, [SUN, "--purpose", "repair", "--at", "15:00", "--confirmed"], "no address"),
        (2, ["--purpose", "courtesy", "--at", "15:00"], "one customer"),
    ],
)
def test_what_cannot_be_agreed_is_refused_and_changes_nothing(home_visits, code, options, why):
    assert why in home_visits.fails(code, "visit", "add", *options).err
    assert home_visits.json("visit", "list", "--state", "all") == []


def test_quiet_hours_are_kept_unless_the_person_asked_for_them(home_visits):
    identifier = agree(home_visits, "--anyway", at="13:00")
    assert one(home_visits, identifier)["begins_at"] == "2026-11-23T13:00:00+08:00"


def test_a_visitor_who_is_expected_elsewhere_is_told(home_visits):
    first = agree(home_visits)
    words = ("visit", "add", LI, "--purpose", "courtesy", "--at", "15:15")
    refused = home_visits.fails(1, *words)
    assert f"LN is expected elsewhere then: {first}, 2026-11-23 15:00-15:30" in refused.err
    assert "--overlap" in refused.err
    other = agree(home_visits, customer=LI, at="16:00")
    assert "elsewhere" in home_visits.fails(1, "visit", "move", other, "--at", "15:15").err
    said = home_visits.ok(*words, "--overlap")
    assert f"LN is expected elsewhere then: {first}" in said.err
    home_visits.ok("visit", "cancel", other, "--reason", "away")
    assert "elsewhere" not in home_visits.ok("visit", "add", LI, "--purpose", "repair", "--at", "+1d 15:15").err
    home_visits.ok("visit", "cancel", first, "--reason", "away")
    assert "elsewhere" not in home_visits.ok("visit", "add", LI, "--purpose", "courtesy", "--at", "14:30").err


def test_a_dry_run_agrees_on_nothing_and_undo_takes_an_appointment_back(home_visits):
    assert home_visits.json("visit", "add", QIN, "--purpose", "courtesy", "--at", "15:00", "-n")["dry_run"]
    assert home_visits.json("visit", "list") == []
    agree(home_visits)
    home_visits.ok("undo", "--yes")
    assert home_visits.json("visit", "list", "--state", "all") == []


def test_the_list_by_day_visitor_state_and_purpose(home_visits):
    today = agree(home_visits)
    later = agree(home_visits, "--by", "WQ", customer=LI, purpose="repair", at="+1d 9:00")
    gone = agree(home_visits, at="+2d 9:00")
    home_visits.ok("visit", "cancel", gone, "--reason", "away")

    def ids(*options):
        return [visit["id"] for visit in home_visits.json("visit", "list", *options)]

    assert ids() == [today, later]
    assert ids("--on", "today") == [today]
    assert ids("--by", "WQ") == [later]
    assert ids("--purpose", "repair") == [later]
    assert ids("--state", "cancelled") == [gone]
    assert ids("--state", "all", "--on", "+2d") == [gone]
    assert "no state lost" in home_visits.fails(2, "visit", "list", "--state", "lost").err


def test_what_a_person_refuses_later_is_left_out_of_lists_and_routes(home_visits):
    identifier = agree(home_visits)
    home_visits.put(desk.a_customer(1, do_not_contact=("visit",)))
    for command in (("visit", "list"), ("visit", "route")):
        ran = home_visits.ok(*command, "-f", "ids")
        assert ran.out == ""
        assert f"left out: {identifier}" in ran.err
    assert visits_due(home_visits) == []


def test_the_file_gets_a_new_address_only_when_said(home_visits):
    identifier = agree(home_visits)
    assert "--update-file" in home_visits.ok("visit", "confirm", identifier, "--address", "和平路30号").err
    visit = one(home_visits, identifier)
    assert (visit["address"], visit["marks"]) == ("和平路30号", [])
    assert home_visits.json("lead", "show", QIN)["address"] == "北京市朝阳区青年路9号"
    home_visits.ok("visit", "confirm", identifier, "--address", "和平路30号", "--update-file")
    assert home_visits.json("lead", "show", QIN)["address"] == "和平路30号"


def test_a_confirmed_appointment_keeps_the_address_it_was_confirmed_at(home_visits):
    identifier = agree(home_visits, "--confirmed")
    home_visits.put(desk.a_customer(1, address="和平路30号"))
    visit = one(home_visits, identifier)
    assert (visit["address"], visit["marks"]) == ("北京市朝阳区青年路9号", [])


def test_planned_minutes_are_those_of_the_visit(home_visits):
    identifier = agree(home_visits, "--minutes", "90", "--until", "18:00")
    visit = one(home_visits, identifier)
    assert (visit["planned_minutes"], visit["ends_at"][11:16]) == (90, "18:00")
    late = {"CRMKIT_NOW": "2026-11-23T18:00:00+08:00"}
    home_visits.ok("visit", "finish", identifier, "--outcome", "ok", "--started", "15:00", "--at", "16:30", **late)
    assert "over-time" not in one(home_visits, identifier)["marks"]


def test_visits_that_two_clones_agreed_on_at_one_time_are_listed_by_check(home_visits):
    first = Visit(
        id="V2611-00000001", customer="C2611-00000001", purpose="courtesy", by="LN", planned_minutes=30,
        begins_at=desk.at("2026-11-24 15:00"), ends_at=desk.at("2026-11-24 15:30"),
    )  # fmt: skip
    second = msgspec.structs.replace(first, id="V2611-00000002", customer="C2611-00000002")
    meant = msgspec.structs.replace(first, id="V2611-00000003", customer="C2611-00000002", overlap=True)
    elsewhere = msgspec.structs.replace(second, id="V2611-00000004", by="WQ")
    later = msgspec.structs.replace(
        second, id="V2611-00000005", begins_at=desk.at("2026-11-24 15:30"), ends_at=desk.at("2026-11-24 16:00")
    )
    home_visits.put(first, meant, elsewhere, later)
    home_visits.ok("check")
    home_visits.put(second)
    ran = home_visits.fails(6, "check")
    assert "LN cannot keep both V2611-00000001 and V2611-00000002, 2026-11-24 15:00" in ran.out
    home_visits.ok("visit", "move", second.id, "--at", "tomorrow 17:00")
    home_visits.ok("check")


def test_moving_keeps_the_length_of_the_window(home_visits):
    identifier = agree(home_visits, "--minutes", "60")
    assert "2026-11-24 Tue 09:00" in home_visits.ok("visit", "move", identifier, "--at", "tomorrow 9:00").err
    assert one(home_visits, identifier)["ends_at"] == "2026-11-24T10:00:00+08:00"
    assert "past" in home_visits.fails(1, "visit", "move", identifier, "--at", "9:00").err


def test_a_late_notice_keeps_the_apology_and_is_marked_when_it_came_late(home_visits):
    first, second = agree(home_visits), agree(home_visits, at="16:00")
    home_visits.ok("visit", "late", first, "--note", "堵车，已道歉", CRMKIT_NOW="2026-11-23T14:50:00+08:00")
    told = home_visits.ok("visit", "late", second, "--note", "忘了", CRMKIT_NOW="2026-11-23T16:10:00+08:00")
    assert "marked" in told.err
    assert (one(home_visits, first)["late"], one(home_visits, first)["marks"]) == (
        "堵车，已道歉",
        ["unconfirmed", "told"],
    )
    assert "told-late" in one(home_visits, second)["marks"]
    home_visits.fails(1, "visit", "late", first)


def test_a_visit_is_begun_finished_and_shown_with_its_conduct(home_visits):
    identifier = agree(home_visits)
    home_visits.ok("visit", "start", identifier, "--at", "15:05", CRMKIT_NOW=EVENING)
    ran = home_visits.ok(
        "visit", "finish", identifier, "--at", "15:40", "--outcome", "聊得很好", "--broken", "no-gifts",
        "--kept", "care", "--gift", "苹果:returned", CRMKIT_NOW=EVENING,
    )  # fmt: skip
    assert "took 35 minutes, more than 30" in ran.err
    visit = one(home_visits, identifier)
    assert (visit["state"], visit["minutes"], visit["outcome"]) == ("done", 35, "聊得很好")
    assert visit["marks"] == ["over-time", "broken"]
    assert visit["conduct"]["no-gifts"] == "broken"
    assert visit["conduct"]["care"] == "kept"
    assert visit["conduct"]["needs"] == "unreported"
    assert [one["id"] for one in home_visits.json("visit", "list", "--broken")] == [identifier]
    assert "done already" in home_visits.fails(1, "visit", "finish", identifier, "--outcome", "x").err


def test_gifts_are_listed_with_what_became_of_them(home_visits):
    identifier = agree(home_visits)
    assert "not begun" in home_visits.fails(1, "visit", "gift", identifier, "苹果:declined").err
    home_visits.ok("visit", "start", identifier, CRMKIT_NOW=EVENING)
    home_visits.ok("visit", "gift", identifier, "苹果:declined", CRMKIT_NOW=EVENING)
    assert "became of the gift" in home_visits.fails(1, "visit", "gift", identifier, "苹果:eaten").err
    (gift,) = home_visits.json("visit", "gifts", "--since", "today")
    assert (gift["visit"], gift["what"], gift["became"], gift["by"]) == (identifier, "苹果", "declined", "LN")
    assert home_visits.json("visit", "gifts", "--since", "tomorrow") == []


def test_nobody_at_home(home_visits):
    identifier = agree(home_visits)
    assert "begins only at" in home_visits.fails(1, "visit", "missed", identifier, "--reason", "out").err
    ran = home_visits.ok("visit", "missed", identifier, "--reason", "没人开门", CRMKIT_NOW=EVENING)
    assert f"crmkit visit add {QIN}" in ran.err
    assert one(home_visits, identifier)["state"] == "missed"


def test_a_finished_delivery_marks_the_order_and_says_what_to_type_next(home_visits):
    identifier = agree(home_visits, "--about", ORDER, purpose="delivery")
    assert one(home_visits, identifier)["bring"] == ["3 × 护膝"]
    assert one(home_visits, identifier)["balance"] == 59400
    finish = ("visit", "finish", identifier, "--started", "15:00", "--at", "15:20", "--outcome", "ok")
    ran = home_visits.ok(*finish, CRMKIT_NOW=EVENING)
    assert f"order {ORDER} is delivered since 2026-11-23" in ran.err
    assert f"crmkit order pay {ORDER} --amount 594.00" in ran.err
    assert home_visits.json("order", "show", ORDER)["delivered_on"] == "2026-11-23"
    home_visits.ok("undo", "--yes")
    assert home_visits.json("order", "show", ORDER)["delivered_on"] is None
    assert one(home_visits, identifier)["state"] == "open"


def test_goods_that_were_not_handed_over_are_not_delivered(home_visits):
    identifier = agree(home_visits, "--about", ORDER, purpose="delivery")
    ran = home_visits.ok(
        "visit",
        "finish",
        identifier,
        "--started",
        "15:00",
        "--outcome",
        "not in",
        "--not-delivered",
        CRMKIT_NOW=EVENING,
    )
    assert f"crmkit order deliver {ORDER}" in ran.err
    assert home_visits.json("order", "show", ORDER)["delivered_on"] is None


def test_the_day_of_a_collection_follows_its_visit(home_visits):
    def collected():
        return home_visits.json("order", "show", ORDER)["collect_at"]

    identifier = agree(home_visits, "--about", ORDER, purpose="collection", at="+2d 15:00")
    assert collected() == "2026-11-25T15:00:00+08:00"
    home_visits.ok("visit", "move", identifier, "--at", "+3d 9:00")
    assert collected() == "2026-11-26T09:00:00+08:00"
    home_visits.ok("visit", "cancel", identifier, "--reason", "she pays at the shop")
    assert collected() is None


def test_a_repair_plans_the_question_whether_it_was_good(home_visits):
    identifier = agree(home_visits, purpose="repair")
    home_visits.ok(
        "visit", "finish", identifier, "--started", "15:00", "--at", "15:20", "--outcome", "fixed", CRMKIT_NOW=EVENING
    )
    assert "service" in {callback["purpose"] for callback in home_visits.json("callback", "list")}


def test_a_days_visits_are_finished_from_json_lines_and_bad_lines_come_back(home_visits):
    first, second = agree(home_visits), agree(home_visits, customer=LI, at="16:00")
    lines = [
        {"id": first, "started": "15:02", "at": "15:25", "outcome": "好", "kept": ["rest"], "gifts": ["茶叶:declined"]},
        {"id": first, "started": "15:02", "outcome": "again"},
        {"id": second, "outcome": "no arrival"},
        {"id": second, "started": "16:00", "outcome": "x", "broken": ["politeness"]},
        {"id": "V2611-99999999", "outcome": "x"},
        {"id": second, "colour": "red"},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = home_visits(
        "visit", "finish", "-", "--rejects", "bad.jsonl", "-f", "json", stdin=text, CRMKIT_NOW=EVENING, CRMKIT_DEBUG=""
    )
    assert done.code == 5
    assert {name: done.json["counts"][name] for name in ("rows", "done", "rejected")} == {
        "rows": 6, "done": 1, "rejected": 5,
    }  # fmt: skip
    rejects = [json.loads(line) for line in (home_visits.home / "bad.jsonl").read_text("utf-8").splitlines()]
    reasons = ("done already", "not begun", "politeness", "V2611-99999999", "colour")
    assert [reason in line["error"] for reason, line in zip(reasons, rejects, strict=True)] == [True] * 5
    mended = json.dumps({**rejects[1], "started": "16:00", "at": "16:10"})
    home_visits.ok("visit", "finish", "-", stdin=mended, CRMKIT_NOW=EVENING)
    assert [visit["id"] for visit in home_visits.json("visit", "list", "--state", "done")] == [first, second]
    home_visits.fails(2, "visit", "finish", "-", "--outcome", "x", stdin=text)


def test_the_route_goes_by_appointment_then_by_address(home_visits):
    wide = ("--until", "18:00")
    far = agree(home_visits, *wide, customer=LI, at="14:30")
    near = agree(home_visits, *wide, at="14:30")
    fixed = agree(home_visits, customer=LI, purpose="repair", at="14:30")
    other = agree(home_visits, "--by", "WQ", purpose="maintenance", at="15:00")
    route = home_visits.json("visit", "route")
    assert [(stop["by"], stop["stop"], stop["id"]) for stop in route] == [
        ("LN", 1, fixed), ("LN", 2, far), ("LN", 3, near), ("WQ", 1, other),
    ]  # fmt: skip
    assert [stop["id"] for stop in home_visits.json("visit", "route", "--by", "WQ")] == [other]
    assert home_visits.json("visit", "route", "--on", "tomorrow") == []


@pytest.mark.parametrize(("language", "words"), [("en", "address not confirmed"), ("zh", "地址未核实")])
def test_the_printed_route_shows_what_to_take_along(home_visits, language, words):
    agree(home_visits, "--about", ORDER, "--note", "三楼", purpose="delivery")
    home_visits.ok("--lang", language, "visit", "route", "-o", "route.xlsx")
    workbook = openpyxl.load_workbook(io.BytesIO((home_visits.home / "route.xlsx").read_bytes()))
    shown = {str(cell.value) for row in workbook["1"] for cell in row if cell.value}
    assert {"北京市朝阳区青年路9号", "3 × 护膝", "594.00", "三楼", "13900000001", words} <= shown
    assert "is there already" in home_visits.fails(1, "visit", "route", "-o", "route.xlsx").err


def test_an_invitation_is_taken_to_its_guest(home_visits):
    home_visits.put(
        Event(id="G2611-00000001", code="1205A", name="联谊会", starts_at=desk.at("2026-12-05 09:00")),
        Invitation(id="N2611-00000001", event_id="G2611-00000001", customer=QIN, number="1205A-003"),
    )
    identifier = agree(home_visits, "--about", "1205a", purpose="invitation")
    assert one(home_visits, identifier)["bring"] == ["invitation 1205A-003 to 联谊会"]


def test_due_names_todays_visits_and_those_that_nobody_came_to(home_visits):
    identifier = agree(home_visits)
    (item,) = visits_due(home_visits)
    assert (item["kind"], item["id"], item["owner"]) == ("visit", identifier, "LN")
    assert item["what"] == "courtesy visit · 北京市朝阳区青年路9号, until 15:30"
    (late,) = visits_due(home_visits, CRMKIT_NOW="2026-11-24T09:00:00+08:00")
    assert "the window has passed" in late["what"]
    assert visits_due(home_visits, "--on", "yesterday") == []


def test_the_calendar_file_has_the_window_and_the_place(home_visits):
    identifier = agree(home_visits)
    agree(home_visits, at="+1d 9:00")
    text = home_visits.ok("visit", "ics", "--on", "today").out
    assert text.count("BEGIN:VEVENT") == 1
    assert f"UID:{identifier}@crmkit" in text
    assert "DTSTART:20261123T070000Z" in text
    assert "DTEND:20261123T073000Z" in text
    assert "LOCATION:北京市朝阳区青年路9号" in text
    home_visits.ok("visit", "ics", "-o", "visits.ics")
    assert (home_visits.home / "visits.ics").read_bytes().count(b"BEGIN:VEVENT") == 2
    assert "is there already" in home_visits.fails(1, "visit", "ics", "-o", "visits.ics").err


def on_the_telephone(shell, *options):
    """The events of `visit ics` as (start, sequence, status) by UID."""
    events = shell.ok("visit", "ics", *options).out.replace("\r\n", "\n").split("BEGIN:VEVENT\n")[1:]
    fields = [dict(line.split(":", 1) for line in event.splitlines() if ":" in line) for event in events]
    return {one["UID"]: (one["DTSTART"], int(one["SEQUENCE"]), one["STATUS"]) for one in fields}


def test_a_telephone_follows_a_visit_that_is_moved_and_cancelled(home_visits):
    identifier = agree(home_visits)
    uid = f"{identifier}@crmkit"
    first = on_the_telephone(home_visits)[uid]
    assert first[::2] == ("20261123T070000Z", "CONFIRMED")
    home_visits.ok("visit", "move", identifier, "--at", "tomorrow 9:00")
    for options in ((), ("--on", "today")):  # today's file as well, else it rings today
        (moved,) = on_the_telephone(home_visits, *options).values()
        assert moved[::2] == ("20261124T010000Z", "CONFIRMED") and moved[1] > first[1]
    home_visits.ok("visit", "cancel", identifier, "--reason", "away")
    (off,) = on_the_telephone(home_visits).values()
    assert off[::2] == ("20261124T010000Z", "CANCELLED") and off[1] > moved[1]
    assert "秦玉兰" not in home_visits.ok("visit", "ics").out


def test_where_nobody_is_visited_no_calendar_is_written(home_visits, tmp_path):
    said = home_visits.ok("visit", "ics", "-o", tmp_path / "visits.ics")
    assert (said.out, said.err) == ("", "nothing to do, so no calendar is written\n")
    assert list(tmp_path.glob("*.ics")) == []


def test_visits_of_merged_files_go_on_under_the_survivor(home_visits):
    identifier = agree(home_visits, customer=LI)
    home_visits.ok("dedupe", "merge", QIN, LI, "--keep", QIN, "--yes")
    assert one(home_visits, identifier)["customer"] == QIN


def test_no_name_or_address_stands_in_the_history(home_visits):
    identifier = agree(home_visits, "--address", "和平路30号")
    home_visits.ok("visit", "cancel", identifier, "--reason", "秦玉兰 is away")
    command = ["git", "log", "--format=%B"]
    log = subprocess.run(command, cwd=home_visits.archive, capture_output=True, text=True, check=True).stdout
    assert "visit cancel: 1 record" in log
    assert "和平路" not in log
    assert "秦玉兰" not in log


def test_a_sheet_of_appointments_taken_again_changes_nothing(home_visits, tmp_path):
    sheet = tmp_path / "va.csv"
    sheet.write_text(
        f"customer,purpose,at\n{QIN},courtesy,明天 15:00\n{LI},courtesy,明天 16:30\n{QIN},courtesy,明天 15:00\n"
    )
    first = json.loads(home_visits.ok("visit", "add", sheet, "-f", "json").out)
    again = json.loads(home_visits.ok("visit", "add", sheet, "-f", "json").out)
    assert (first["counts"]["added"], first["counts"]["unchanged"]) == (2, 1)
    assert (again["counts"]["added"], again["counts"]["unchanged"]) == (0, 3)
    assert len(home_visits.json("visit", "list")) == 2


def test_who_left_is_not_sent_on_a_visit(home_visits):
    home_visits.ok("staff", "edit", "WQ", "--set", "left=yes")
    add = ("visit", "add", QIN, "--purpose", "courtesy", "--at", "15:00")
    assert "WQ does not work here any more" in home_visits.fails(1, *add, "--by", "WQ").err


def test_a_window_of_more_than_a_day_is_a_slip_of_the_hand(home_visits):
    for minutes in ("1441", "99999999999999999999"):
        add = ("visit", "add", QIN, "--purpose", "courtesy", "--at", "15:00", "--minutes", minutes)
        assert "--minutes" in home_visits.fails(2, *add).err


def test_what_is_not_a_purpose_is_not_listed_as_nothing(home_visits):
    assert "one of: invitation, delivery" in home_visits.fails(2, "visit", "list", "--purpose", "party").err


def test_a_calendar_file_is_said_to_be_written(home_visits, tmp_path):
    agree(home_visits)
    assert "visits.ics" in home_visits.ok("visit", "ics", "-o", tmp_path / "visits.ics").err
