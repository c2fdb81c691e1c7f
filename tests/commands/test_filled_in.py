"""Sheets that staff filled in are taken back: once, row by row, the bad ones returned to be mended."""

import openpyxl
import pytest

from crmkit.i18n import _, speaking
from crmkit.labels import label
from crmkit.records.visit import CONDUCT
from tests.commands.test_callback import OF_LI, SCREENING, one
from tests.core import desk

QIN, LI, LIU = (f"C2611-0000000{n}" for n in (1, 2, 3))


def fill(path, entries, to=None, lang="zh"):
    """Write `entries` by key of the row and title in English into the table of a workbook; the rest stays."""
    workbook = openpyxl.load_workbook(path)
    table = workbook.worksheets[0]
    with speaking(lang):
        columns = {cell.value: cell.column for cell in table[1]}
        for (key, title), value in entries.items():
            (row,) = (row[0].row for row in table.iter_rows(min_row=2) if key in [cell.value for cell in row])
            table.cell(row, columns[_(title)]).value = value
    workbook.save(to or path)


def calls(shop):
    return [(call["callback"], call["outcome"], call["note"]) for call in shop.json("call", "list")]


@pytest.fixture
def sheet(busy, home):
    """The calls of two days as a workbook in Chinese."""
    busy.ok("--lang", "zh", "callback", "sheet", "--due", "+2d", "-o", "calls.xlsx")
    return home / "calls.xlsx"


def test_a_filled_sheet_is_taken_back_and_rows_without_an_entry_are_left_alone(busy, sheet):
    fill(sheet, {
        (SCREENING, "Outcome"): "接通", (SCREENING, "Length (min:sec)"): "4:30", (SCREENING, "Mood"): "满意",
        (SCREENING, "Said"): "膝盖疼，问价格", (SCREENING, "Next appointment"): "明天下午3点",
    })  # fmt: skip
    done = busy.json("callback", "done", "calls.xlsx")
    assert (done["counts"]["rows"], done["counts"]["done"], done["counts"]["rejected"]) == (1, 1, 0)
    (call,) = busy.json("call", "list")
    assert (call["callback"], call["outcome"], call["duration"], call["mood"]) == (SCREENING, "reached", 270, "pleased")
    assert (call["note"], call["next"]) == ("膝盖疼，问价格", "2026-11-24 15:00")
    assert one(busy, SCREENING)["state"] == "done"
    assert one(busy, OF_LI)["state"] == "open"
    assert "2026-11-24T15:00:00+08:00" in [c["due_at"] for c in busy.json("callback", "list")]


@pytest.mark.parametrize("outcome", ["接通", "无人接听", "占线"])
def test_the_same_file_again_changes_nothing(busy, sheet, outcome):
    fill(sheet, {(SCREENING, "Outcome"): outcome})
    busy.ok("callback", "done", "calls.xlsx")
    before = (calls(busy), one(busy, SCREENING))
    again = busy.json("callback", "done", "calls.xlsx")
    assert (again["run"], again["counts"]["rows"], again["counts"]["unchanged"]) == ("", 1, 1)
    assert (calls(busy), one(busy, SCREENING)) == before


def test_what_is_filled_in_later_is_taken_beside_what_was_taken_before(busy, sheet):
    fill(sheet, {(SCREENING, "Outcome"): "接通"})
    busy.ok("callback", "done", "calls.xlsx")
    fill(sheet, {(OF_LI, "Outcome"): "无人接听"})
    counts = busy.json("callback", "done", "calls.xlsx")["counts"]
    assert (counts["rows"], counts["done"], counts["unchanged"]) == (2, 1, 1)
    assert sorted(calls(busy)) == sorted([(SCREENING, "reached", ""), (OF_LI, "no-answer", "")])


def test_bad_rows_come_back_with_their_reason_in_front_and_are_taken_once_mended(busy, sheet, home):
    fill(sheet, {(SCREENING, "Outcome"): "没人理", (SCREENING, "Said"): "再打", (OF_LI, "Outcome"): "占线"})
    failed = busy.fails(5, "--lang", "zh", "callback", "done", "calls.xlsx", "--rejects", "back.xlsx")
    assert "没人理" in failed.err
    assert calls(busy) == [(OF_LI, "busy", "")]
    table = openpyxl.load_workbook(home / "back.xlsx").worksheets[0]
    assert table.max_row == 2
    assert (table["A1"].value, "没人理" in table["A2"].value) == ("原因", True)
    fill(home / "back.xlsx", {(SCREENING, "Outcome"): "接通"})
    busy.ok("callback", "done", "back.xlsx")
    assert sorted(calls(busy)) == sorted([(OF_LI, "busy", ""), (SCREENING, "reached", "再打")])


def test_columns_that_the_staff_added_come_back_with_a_refused_row_each_time(busy, sheet, home):
    fill(sheet, {(SCREENING, "Outcome"): "没人理"})
    workbook = openpyxl.load_workbook(sheet)
    table = workbook.worksheets[0]
    (row,) = (row[0].row for row in table.iter_rows(min_row=2) if SCREENING in [cell.value for cell in row])
    own = [("门店", "东直门"), ("门店", "西单"), (None, "无题"), ("结果", "再打"), ("原因", "路远")]
    for place, (heading, text) in enumerate(own, table.max_column + 1):
        table.cell(1, place).value, table.cell(row, place).value = heading, text
    workbook.save(sheet)
    for given, back in (("calls.xlsx", "one.xlsx"), ("one.xlsx", "two.xlsx")):
        busy.fails(5, "--lang", "zh", "callback", "done", given, "--rejects", back)
        head, line = openpyxl.load_workbook(home / back).worksheets[0].iter_rows(values_only=True)
        pairs = list(zip(head, line, strict=True))
        assert [pair for pair in pairs if pair in own] == own
        assert (head[0], head.count("原因")) == ("原因", 2)  # why it was refused, and their own one


def test_a_row_that_was_done_otherwise_meanwhile_is_refused(busy, sheet):
    fill(sheet, {(SCREENING, "Outcome"): "接通"})
    busy.ok("callback", "done", SCREENING, "--outcome", "declined")
    assert "is done already" in busy.fails(5, "callback", "done", "calls.xlsx").err


def test_without_an_entry_there_is_nothing_to_do(busy, sheet):
    before = busy.json("history")
    done = busy.json("callback", "done", "calls.xlsx")
    assert (done["run"], done["counts"]["rows"]) == ("", 0)
    assert busy.json("history") == before


def test_a_dry_run_shows_what_would_be_done_and_writes_nothing(busy, sheet):
    fill(sheet, {(SCREENING, "Outcome"): "接通"})
    assert busy.json("callback", "done", "calls.xlsx", "-n")["counts"]["done"] == 1
    assert calls(busy) == []


def test_a_table_of_ones_own_with_the_names_of_fields_is_no_sheet_of_crmkit(busy, home):
    (home / "own.csv").write_text(f"id,outcome,colour\n{SCREENING},reached,red\n", "utf-8")
    assert "no such fields: colour" in busy.ok("callback", "done", "own.csv").err


def test_the_sheet_of_another_verb_says_which_takes_it(busy, sheet):
    fill(sheet, {(SCREENING, "Outcome"): "接通"})
    failed = busy.fails(1, "recheck", "answer", "calls.xlsx")
    assert "calls.xlsx is a sheet of another kind" in failed.err
    assert "crmkit callback done takes it" in failed.err


@pytest.fixture
def asked(shop):
    shop.put(desk.a_customer(1), desk.a_customer(2, name="李建国"), desk.a_customer(3, name="刘国庆", suspect=True))
    return shop


def test_second_askings_are_taken_from_their_sheet_once(asked, home):
    asked.ok("--lang", "zh", "recheck", "list", "-o", "list.xlsx")
    assert asked.ok("recheck", "list", "-o", "again.xlsx").out == ""
    fill(home / "list.xlsx", {
        (QIN, "Number said"): "139 0000 0001", (LI, "Number said"): 13900541731, (LIU, "Without an answer"): "拒绝",
    })  # fmt: skip
    with speaking("zh"):
        refused = _("refused")
    fill(home / "list.xlsx", {(LIU, "Without an answer"): refused})
    counts = asked.json("recheck", "answer", "list.xlsx")["counts"]
    assert (counts["rows"], counts["done"]) == (3, 3)
    suspect = {c["id"]: c["suspect"] for c in asked.json("lead", "list")}
    assert [suspect[who] for who in (QIN, LI, LIU)] == [False, True, True]
    assert asked.json("recheck", "stats")[0]["match"] == 1
    again = asked.json("recheck", "answer", "list.xlsx")
    assert (again["run"], again["counts"]["unchanged"]) == ("", 3)


def test_an_answer_and_a_reason_why_there_is_none_exclude_each_other(asked, home):
    asked.ok("recheck", "list", "-o", "list.xlsx")
    fill(home / "list.xlsx", {(QIN, "Number said"): "13900000001", (QIN, "Without an answer"): "gone"}, lang="en")
    failed = asked.fails(5, "recheck", "answer", "list.xlsx")
    assert "either Number said or Without an answer" in failed.err


def test_refused_and_gone_are_answers_as_well(asked):
    asked.ok("recheck", "answer", QIN, "gone")
    assert asked.json("recheck", "stats")[0]["gone"] == 1


def test_any_list_goes_to_a_workbook_with_its_ids_in_words_of_the_language(shop, home):
    assert shop.ok("--lang", "zh", "lead", "list", "-o", "leads.xlsx", "--sort", "name").out == ""
    table = openpyxl.load_workbook(home / "leads.xlsx").worksheets[0]
    titles = [cell.value for cell in table[1]]
    rows = [[cell.value for cell in row] for row in table.iter_rows(min_row=2)]
    ids = [row[titles.index("编号")] for row in rows]
    assert sorted(ids) == sorted(one["id"] for one in shop.json("lead", "list"))
    assert table.freeze_panes == "A2"
    assert "is there already" in shop.fails(1, "lead", "list", "-o", "leads.xlsx").err
    shop.ok("lead", "list", "-o", "leads.xlsx", "--force", "--columns", "name")
    table = openpyxl.load_workbook(home / "leads.xlsx").worksheets[0]
    assert [cell.value for cell in table[1]] == ["name", "id"]


@pytest.fixture
def agreed(shop):
    """Two visits of that afternoon."""
    for who, at in ((QIN, "15:00"), (LI, "16:00")):
        shop.put(desk.a_customer(int(who[-1]), address="青年路1号", phones=(desk.a_phone(int(who[-1]), "confirmed"),)))
        shop.ok("visit", "add", who, "--purpose", "courtesy", "--at", at, "--by", "LN")
    return shop


EVENING = {"CRMKIT_NOW": "2026-11-23 18:00"}
NEXT_DAY = {"CRMKIT_NOW": "2026-11-24 09:00"}


def made(shop):
    return {
        one["id"]: tuple(one[name] for name in ("state", "outcome", "started_at", "finished_at", "kept", "broken"))
        for one in shop.json("visit", "list", "--state", "all", **EVENING)
    }


def test_a_route_comes_back_the_next_day_with_the_times_of_its_own(agreed, home):
    first, second = (one["id"] for one in agreed.json("visit", "list"))
    agreed.ok("--lang", "zh", "visit", "route", "-o", "route.xlsx")
    with speaking("zh"):
        gifts = label("no-gifts")
    fill(home / "route.xlsx", {
        (first, "Arrived"): "15:05", (first, "Left"): "15:30", (first, "Outcome"): "满意",
        (first, "Points kept"): "其余全部", (first, "Points broken"): gifts,
    })  # fmt: skip
    counts = agreed.json("visit", "finish", "route.xlsx", **NEXT_DAY)["counts"]
    assert (counts["rows"], counts["done"], counts["rejected"]) == (1, 1, 0)
    assert made(agreed)[first] == (
        "done", "满意", "2026-11-23T15:05:00+08:00", "2026-11-23T15:30:00+08:00",
        [point for point in CONDUCT if point != "no-gifts"], ["no-gifts"],
    )  # fmt: skip
    assert made(agreed)[second][0] == "open"
    again = agreed.json("visit", "finish", "route.xlsx", **NEXT_DAY)
    assert (again["run"], again["counts"]["unchanged"]) == ("", 1)


def test_a_visit_without_its_arrival_comes_back_to_be_mended(agreed, home):
    first, _second = (one["id"] for one in agreed.json("visit", "list"))
    agreed.ok("visit", "route", "-o", "route.xlsx")
    fill(home / "route.xlsx", {(first, "Outcome"): "likes it"}, lang="en")
    agreed.fails(5, "visit", "finish", "route.xlsx", "--rejects", "back.xlsx", **EVENING)
    table = openpyxl.load_workbook(home / "back.xlsx").worksheets[0]
    assert (table["A1"].value, "was not begun" in table["A2"].value, table.max_row) == ("reason", True, 2)
    fill(home / "back.xlsx", {(first, "Arrived"): "15:10"}, lang="en")
    agreed.ok("visit", "finish", "back.xlsx", **EVENING)
    assert made(agreed)[first][:2] == ("done", "likes it")


def test_where_nobody_was_there_the_route_says_so_with_what_was_found(agreed, home):
    first, second = (one["id"] for one in agreed.json("visit", "list"))
    agreed.ok("--lang", "zh", "visit", "route", "-o", "route.xlsx")
    fill(home / "route.xlsx", {
        (first, "Arrived"): "15:05", (first, "Nobody there"): "是", (first, "Outcome"): "没人开门",
        (second, "Nobody there"): "√",
    })  # fmt: skip
    refused = agreed.fails(5, "visit", "finish", "route.xlsx", **NEXT_DAY)
    assert "the outcome is missing" in refused.err
    assert made(agreed)[first][0] == "missed"
    assert agreed.json("visit", "show", first)["reason"] == "没人开门"
    assert made(agreed)[second][0] == "open"
    fill(home / "route.xlsx", {(second, "Outcome"): "搬走了", (second, "Points kept"): "其余全部"})
    assert "nobody was there" in agreed.fails(5, "visit", "finish", "route.xlsx", **NEXT_DAY).err
    fill(home / "route.xlsx", {(second, "Points kept"): None})
    counts = agreed.json("visit", "finish", "route.xlsx", **NEXT_DAY)["counts"]
    assert (counts["done"], counts["missed"], counts["unchanged"]) == (1, 1, 1)
    assert made(agreed)[second][0] == "missed"


def test_a_route_written_before_it_had_that_column_is_still_taken(agreed, home):
    first, _second = (one["id"] for one in agreed.json("visit", "list"))
    agreed.ok("visit", "route", "-o", "route.xlsx")
    workbook = openpyxl.load_workbook(home / "route.xlsx")
    table = workbook.worksheets[0]
    for row in table.iter_rows(min_row=2):
        for cell in row:
            cell.value = "V1" if cell.value == "V2" else cell.value
    table.delete_cols([cell.value for cell in table[1]].index("Nobody there") + 1)
    workbook.save(home / "route.xlsx")
    fill(home / "route.xlsx", {(first, "Arrived"): "15:05", (first, "Outcome"): "好"}, lang="en")
    assert agreed.json("visit", "finish", "route.xlsx", **NEXT_DAY)["counts"]["done"] == 1


@pytest.fixture
def event(shop):
    shop.ok("event", "add", "--code", "1205A", "--name", "科普会", "--starts", "2026-12-05 09:00", "--capacity", "4")
    shop.ok("event", "invite", "1205A", QIN, "--companions", "1")
    shop.ok("event", "invite", "1205A", LI)
    return shop


DAY = {"CRMKIT_NOW": "2026-12-05 08:40"}


@pytest.mark.parametrize("verb", ["seats", "guests"])
def test_guests_come_in_by_their_list_once(event, home, verb):
    first, second = (one["number"] for one in event.json("event", "guests", "1205A"))
    event.ok("--lang", "zh", "event", verb, "1205A", "-o", "list.xlsx")
    fill(home / "list.xlsx", {(first, "Came"): "是", (first, "Companions who came"): 2, (first, "Seat taken"): "A3"})
    counts = event.json("event", "checkin", "1205A", "list.xlsx", **DAY)["counts"]
    assert {name: counts[name] for name in ("rows", "attended", "unchanged", "rejected")} == {
        "rows": 1, "attended": 1, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    found = event.json("event", "guests", "1205A", **DAY)
    assert [(one["number"], one["came"], one["seat"]) for one in found if one["attended_at"]] == [(first, 2, "A3")]
    again = event.ok("event", "checkin", "1205A", "list.xlsx", "-f", "json", **DAY)
    assert (again.json["run"], again.json["counts"]["unchanged"], again.err) == ("", 1, "")
    fill(home / "list.xlsx", {(second, "Came"): "√"})
    assert event.json("event", "checkin", "1205A", "list.xlsx", **DAY)["counts"]["attended"] == 1


def test_more_guests_than_seats_are_said_once_for_a_whole_list(event, home):
    event.ok("--lang", "zh", "event", "guests", "1205A", "-o", "list.xlsx")
    numbers = [one["number"] for one in event.json("event", "guests", "1205A")]
    fill(home / "list.xlsx", {(n, t): v for n in numbers for t, v in (("Came", "是"), ("Companions who came", "3"))})
    said = event.ok("event", "checkin", "1205A", "list.xlsx", **DAY).err
    assert said.count("people are in, and there are 4 seats") == 1
    assert "8 people are in" in said
