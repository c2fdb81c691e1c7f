"""`crmkit calendar`, and that a year without one is said."""

import json

import openpyxl
import pytest

from tests.core import desk

LIST = "2027-01-01..2027-01-03, holiday, 假日\n2027-10-09, workday, 假日\n"  # made up: not the official one


@pytest.fixture
def unknown(shop):
    """The list, and a customer with a birthday visit planned in the year that is not known."""
    (shop.home / "2027.txt").write_text(LIST)
    return shop


def test_a_calendar_is_written_from_a_list_and_taken_back(unknown):
    ran = unknown.ok("calendar", "import", "2027.txt", "-n", "-f", "json")
    assert ran.json["changes"]["calendar/2027.json"]["2027-01-01"] == [None, "holiday 假日"]
    file = unknown.archive / "calendar" / "2027.json"
    assert not file.exists()
    ran = unknown.ok("calendar", "import", "2027.txt", "-f", "json")
    assert (ran.json["ids"], ran.json["counts"]) == (["calendar/2027.json"], {"updated": 4})
    assert "2027: 3 holidays, 1 make-up workdays" in ran.err
    assert json.loads(file.read_text())["workdays"] == {"2027-10-09": "假日"}
    assert unknown.json("calendar", "list", "--year", "2027")[-1] == {
        "day": "2027-10-09", "what": "workday", "occasion": "假日",
    }  # fmt: skip
    assert "nothing to change" in unknown.ok("calendar", "import", "2027.txt").err
    (unknown.home / "2027.txt").write_text(LIST.replace("2027-01-03", "2027-01-02"))
    refused = unknown.fails(1, "calendar", "import", "2027.txt").err
    assert "calendar/2027.json is there already; days that differ: 1" in refused
    unknown.ok("calendar", "import", "2027.txt", "--force")
    assert len(json.loads(file.read_text())["holidays"]) == 2
    unknown.ok("undo", "--yes")
    assert len(json.loads(file.read_text())["holidays"]) == 3
    unknown.ok("check")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_list_in_another_encoding_and_bad_lists_end_in_one_sentence(unknown, lang):
    (unknown.home / "gb.csv").write_bytes(LIST.encode("gb18030"))
    unknown.ok("--lang", lang, "calendar", "import", "gb.csv", "-n")
    (unknown.home / "bad.csv").write_text("2027-10-32, holiday, x\n")
    ran = unknown.fails(1, "--lang", lang, "calendar", "import", "bad.csv")
    assert "bad.csv:1: 2027-10-32" in ran.err
    (unknown.home / "long.csv").write_text("#" * 200_000)
    for name in ("long.csv", "gone.csv", "."):
        assert name in unknown.fails(1, "--lang", lang, "calendar", "import", name).err
    unknown.fails(1, "calendar", "import", "2027.txt", "--year", "2028")


SAID = "the public holidays of 2027 are not known"


@pytest.mark.parametrize("command", [("status",), ("daily",), ("check",), ("calendar", "list")])
def test_from_october_on_a_year_without_a_calendar_is_said(unknown, command):
    assert SAID in unknown.ok(*command).err
    assert SAID not in unknown.ok("-q", *command).err
    assert SAID not in unknown.ok(*command, "--now", "2026-09-30 10:00", *unknown_clock(command)).err
    unknown.ok("calendar", "import", "2027.txt")
    assert SAID not in unknown.ok(*command).err


def unknown_clock(command):
    return ["--clock-is-right"] if command == ("daily",) else []


def test_what_is_planned_into_an_unknown_year_is_marked_and_moved_once_it_is_known(unknown):
    unknown.put(
        desk.a_customer(5, collected_at=desk.at("2026-12-30 09:00"), source="outreach"),
        desk.a_customer(6, collected_at=desk.at("2026-12-28 09:00"), source="outreach"),
    )
    late = {"CRMKIT_NOW": "2026-12-30T10:00:00+08:00"}
    unknown.ok("callback", "plan", **late)
    listed = {one["customer"][-1]: one for one in unknown.json("callback", "list", **late)}
    assert (listed["5"]["due_at"][:10], listed["5"]["provisional"]) == ("2027-01-01", True)
    assert listed["6"]["provisional"] is False
    table = unknown.ok("callback", "list", **late)
    (line,) = [line for line in table.lines if listed["5"]["id"] in line]
    assert "provisional" in table.lines[0] and line.split()[-1] == "yes"
    ics = unknown.ok("callback", "ics", "--due", "2027-01-10", **late).out
    assert ics.count("STATUS:TENTATIVE") == 1
    unknown.ok("callback", "sheet", "--due", "2027-01-10", "-o", "calls.xlsx", **late)
    cells = [
        cell.value for sheet in openpyxl.load_workbook(unknown.home / "calls.xlsx") for row in sheet for cell in row
    ]
    assert sum("(provisional)" in str(cell) for cell in cells) == 1
    unknown.ok("calendar", "import", "2027.txt", **late)
    unknown.ok("daily", **late)
    (moved,) = [one for one in unknown.json("callback", "list", **late) if one["id"] == listed["5"]["id"]]
    assert (moved["due_at"][:10], moved["provisional"]) == ("2026-12-31", False)
