"""Sheets that go to staff and come back: written, filled in, sorted, filtered, saved by another program, read."""

import csv
import io
import shutil
import subprocess
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crmkit.i18n import LANGUAGES, _, speaking
from crmkit.sheets.read.staff_sheets import (
    ALL,
    CALLBACKS,
    GUESTS,
    MARK,
    PLAN_VISITS,
    RECHECKS,
    REPAIRS,
    VISITS,
    ReturnedRow,
    StaffSheet,
    returned,
    word,
)
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.qr import ID_SIZE
from crmkit.sheets.write.staff_sheets import LONGEST_LIST, refused_book, staff_book
from tests.sheets.samples import NOW, some_settings
from tests.sheets.scanner import scanned

SETTINGS = some_settings()
STORED = Path(__file__).parent / "returned"
CALLS = [
    {"id": f"B2611-0000000{n}", "owner": "LN", "due_at": f"2026-11-23 1{n}:00", "name": name, "dial": f"1390000000{n}"}
    for n, name in enumerate(("张秀英", "王建国", "李桂兰", "赵德明"), 1)
]
STOPS = [
    {"id": f"V2611-0000000{n}", "by": "LN", "day": "2026-11-22", "window": f"{n + 8}:00-{n + 9}:00", "name": "秦玉兰"}
    for n in (1, 2)
]
PEOPLE = [{"number": f"1205A-LN00{n}-K", "name": "秦玉兰", "placed": f"{n}", "note": "坐轮椅"} for n in (1, 2)]
FILES = [{"id": f"C2611-0000000{n}", "name": "吴美玲", "dial": "13900000001"} for n in (1, 2, 3)]


def a_book(staff_sheet: StaffSheet = CALLBACKS, rows: list[dict[str, str]] = CALLS) -> Workbook:
    return staff_book(staff_sheet, rows, "a title", SETTINGS, NOW)


def opened_table(book: Workbook) -> tuple[Any, Any]:
    workbook = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))
    return workbook, workbook.worksheets[0]


def column(table: Any, title: str) -> int:
    return next(cell.column for cell in table[1] if cell.value == title)


def filled(path: Path, entries: dict[tuple[int, str], object], lang: str = "zh", **of: Any) -> Path:
    """A sheet in `lang` as staff gives it back in `path`: `entries` by row (of data, from 1) and title in English."""
    with speaking(lang):
        workbook, table = opened_table(a_book(**of))
        for (row, title), value in entries.items():
            table.cell(row + 1, column(table, _(title))).value = value
    workbook.save(path)
    return path


def lines(path: Path, staff_sheet: StaffSheet = CALLBACKS, encoding: str = "") -> list[dict[str, object]]:
    rows = read(path, staff_sheet, encoding)
    assert [row.problem for row in rows] == [""] * len(rows)
    return [{name: value for name, value in row.line.items() if name != "key"} for row in rows]


def read(path: Path, staff_sheet: StaffSheet = CALLBACKS, encoding: str = "") -> list[ReturnedRow]:
    found = returned(str(path), staff_sheet, SETTINGS.import_, encoding)
    return found.rows if found else []


ENTRIES: dict[tuple[int, str], object] = {
    (1, "Outcome"): "接通", (1, "Mood"): "满意", (1, "Said"): "膝盖好多了，问价格", (1, "Length (min:sec)"): "4:30",
    (1, "Next appointment"): "下周三 9:30", (3, "Outcome"): "无人接听",
}  # fmt: skip
READ = [
    {
        "id": "B2611-00000001", "outcome": "reached", "mood": "pleased", "note": "膝盖好多了，问价格",
        "duration": "4:30", "next": "下周三 9:30",
    },
    {"id": "B2611-00000003", "outcome": "no-answer"},
]  # fmt: skip


def test_what_was_filled_in_is_read_and_rows_without_an_entry_are_left_alone(tmp_path):
    assert lines(filled(tmp_path / "calls.xlsx", ENTRIES)) == READ


def test_a_sheet_that_nobody_touched_has_nothing_to_say(tmp_path):
    for staff_sheet, rows in ((CALLBACKS, CALLS), (VISITS, STOPS), (GUESTS, PEOPLE), (RECHECKS, FILES)):
        path = filled(tmp_path / f"{staff_sheet.letter}.xlsx", {}, staff_sheet=staff_sheet, rows=rows)
        assert lines(path, staff_sheet) == []


@pytest.mark.parametrize("reading", sorted(LANGUAGES))
@pytest.mark.parametrize("written", sorted(LANGUAGES))
def test_a_sheet_written_in_one_language_is_read_in_another(tmp_path, written, reading):
    with speaking(written):
        entries = {(1, "Outcome"): word("invalid-number"), (2, "Outcome"): "busy", (3, "Outcome"): "占线"}
    path = filled(tmp_path / "calls.xlsx", entries, written)
    with speaking(reading):
        assert [line["outcome"] for line in lines(path)] == ["invalid-number", "busy", "busy"]


def test_sorted_with_rows_and_columns_of_ones_own_it_is_read_the_same(tmp_path):
    path = filled(tmp_path / "calls.xlsx", ENTRIES)
    workbook = openpyxl.load_workbook(path)
    table = workbook.worksheets[0]
    header, *rows = [[cell.value for cell in row] for row in table]
    other = openpyxl.Workbook()
    sheet = other.active
    sheet.append(["李娜的回访", None, "11月23日"])
    sheet.append([])
    for row in (header, *rows[::-1]):
        sheet.append([None, *row[:4], "我的备注" if row is header else "3" if row is rows[1] else None, *row[4:]])
        sheet.append([])
    sheet.append([None, "合计", 2])
    other.save(path)
    assert lines(path) == READ[::-1]


def test_rows_that_a_filter_hides_are_read_as_well(tmp_path):
    path = filled(tmp_path / "calls.xlsx", ENTRIES)
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0].row_dimensions[2].hidden = True
    workbook.save(path)
    assert lines(path) == READ


def test_without_the_hidden_column_it_is_read_the_same(tmp_path):
    path = filled(tmp_path / "calls.xlsx", ENTRIES)
    workbook = openpyxl.load_workbook(path)
    table = workbook.worksheets[0]
    table.delete_cols(column(table, MARK))
    del workbook[workbook.sheetnames[1]]
    workbook.save(path)
    assert lines(path) == READ


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_saved_as_text_in_any_encoding_it_is_read_the_same(tmp_path, encoding, delimiter):
    workbook = openpyxl.load_workbook(filled(tmp_path / "calls.xlsx", ENTRIES))
    path = tmp_path / "calls.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerows([cell.value for cell in row] for row in workbook.worksheets[0])
    assert lines(path) == READ


def test_as_libreoffice_saves_it_it_is_read_the_same(tmp_path):
    """Stored as LibreOffice 7.4 saved them; where it is installed, saved by it now as well."""
    for name in ("calls.xlsx", "calls.ods", "calls.csv"):
        assert lines(STORED / name) == READ
    if shutil.which("soffice"):
        sent = [
            (CALLBACKS, filled(tmp_path / "calls.xlsx", ENTRIES)),
            (VISITS, filled(tmp_path / "route.xlsx", {(1, "Arrived"): "9:05"}, staff_sheet=VISITS, rows=STOPS)),
            (GUESTS, filled(tmp_path / "list.xlsx", {(2, "Came"): "是"}, staff_sheet=GUESTS, rows=PEOPLE)),
            (RECHECKS, filled(tmp_path / "ask.xlsx", {(1, "Number said"): "1390"}, staff_sheet=RECHECKS, rows=FILES)),
        ]
        before = [read(path, staff_sheet) for staff_sheet, path in sent]
        by_libreoffice([path for _sheet, path in sent], "xlsx")
        assert [read(tmp_path / "saved" / path.name, staff_sheet) for staff_sheet, path in sent] == before


def by_libreoffice(paths: list[Path], form: str) -> None:
    """`paths` opened and saved by LibreOffice in a folder beside them."""
    folder = paths[0].parent
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", form, "--outdir", folder / "saved", *paths],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def test_a_visit_is_read_with_its_times_on_its_day_and_its_points_as_codes(tmp_path):
    entries = {
        (1, "Arrived"): "9:05", (1, "Left"): "上午9点40", (1, "Outcome"): "满意，再约", (1, "Points kept"): "其余全部",
        (1, "Points broken"): "不收礼、不争辩", (2, "Outcome"): "不在家", (2, "Nobody there"): "√",
        (2, "Not delivered"): "是", (2, "Left"): "2026-11-23 10:00",
    }  # fmt: skip
    with speaking("zh"):
        entries[1, "Points broken"] = "、".join((word("no-gifts"), word("no-arguing")))
    assert lines(filled(tmp_path / "route.xlsx", entries, staff_sheet=VISITS, rows=STOPS), VISITS) == [
        {
            "id": "V2611-00000001", "started": "2026-11-22 9:05", "at": "2026-11-22 上午9点40", "outcome": "满意，再约",
            "kept": ["rest"], "broken": ["no-gifts", "no-arguing"],
        },
        {"id": "V2611-00000002", "at": "2026-11-23 10:00", "missed": True, "outcome": "不在家", "not_delivered": True},
    ]  # fmt: skip


@pytest.mark.parametrize("yes", ["是", "yes", "√", "✓", "1", 1, True])
def test_a_guest_came_however_that_is_ticked(tmp_path, yes):
    entries = {(1, "Came"): yes, (1, "Companions who came"): 2, (1, "Seat taken"): "12-14"}
    assert lines(filled(tmp_path / "list.xlsx", entries, staff_sheet=GUESTS, rows=PEOPLE), GUESTS) == [
        {"number": "1205A-LN001-K", "companions": "2", "seat": "12-14"}
    ]


@pytest.mark.parametrize("no", ["否", "no", "☐", "0", 0, False, " "])
def test_a_guest_who_did_not_come_is_left_alone(tmp_path, no):
    assert lines(filled(tmp_path / "l.xlsx", {(1, "Came"): no}, staff_sheet=GUESTS, rows=PEOPLE), GUESTS) == []


def test_a_second_asking_is_the_number_said_or_why_there_is_none(tmp_path):
    entries = {(1, "Number said"): 13900541731, (2, "Without an answer"): "拒答", (3, "Number said"): "139 0054 1731"}
    with speaking("zh"):
        entries[2, "Without an answer"] = word("refused")
    assert lines(filled(tmp_path / "l.xlsx", entries, staff_sheet=RECHECKS, rows=FILES), RECHECKS) == [
        {"id": "C2611-00000001", "phone": "13900541731"},
        {"id": "C2611-00000002", "phone": "refused"},
        {"id": "C2611-00000003", "phone": "139 0054 1731"},
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("4:30", "4:30"), ("270", "270"), (270, "270"), (time(4, 30), "4:30"), (time(0, 4, 30), "4:30"),
        (timedelta(minutes=4, seconds=30), "4:30"), (timedelta(hours=4, minutes=30), "4:30"),
    ],
)  # fmt: skip
def test_a_length_that_the_program_took_for_a_time_of_day_is_meant_in_minutes(tmp_path, cell, text):
    assert lines(filled(tmp_path / "calls.xlsx", {(1, "Length (min:sec)"): cell}))[0]["duration"] == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [(datetime(2026, 12, 5, 9, 30), "2026-12-05 09:30"), (date(2026, 12, 5), "2026-12-05"), (time(9, 30), "9:30")],
)
def test_an_appointment_that_the_program_took_for_a_time_is_read_as_one(tmp_path, cell, text):
    assert lines(filled(tmp_path / "calls.xlsx", {(1, "Next appointment"): cell}))[0]["next"] == text


def test_a_word_that_is_in_no_list_is_left_to_whoever_takes_it(tmp_path):
    (line,) = lines(filled(tmp_path / "calls.xlsx", {(2, "Outcome"): "没人理"}))
    assert line == {"id": "B2611-00000002", "outcome": "没人理"}


def problems(path: Path, staff_sheet: StaffSheet = CALLBACKS) -> list[tuple[str, str]]:
    return [(f"row {row.number}", row.problem) for row in read(path, staff_sheet)]


def test_a_row_that_cannot_be_taken_says_why_and_the_others_go_on(tmp_path):
    path = filled(tmp_path / "calls.xlsx", {(n, "Outcome"): "busy" for n in (1, 2, 3, 4)}, "en")
    workbook = openpyxl.load_workbook(path)
    table = workbook.worksheets[0]
    table.cell(2, column(table, "Id")).value = None
    table.cell(3, column(table, MARK)).value = "V1"
    table.cell(4, column(table, MARK)).value = "B2"
    workbook.save(path)
    assert problems(path) == [
        ("row 2", "the row does not say whose it is: the column Id is empty"),
        ("row 3", "the row is of another sheet: crmkit visit finish takes it"),
        ("row 4", "the sheet was written by a newer crmkit (version 2)"),
        ("row 5", ""),
    ]


def test_another_file_is_none_of_them(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("姓名,电话\n张秀英,13900541731\n", "utf-8")
    assert returned(str(path), CALLBACKS, SETTINGS.import_) is None
    rechecks = filled(tmp_path / "list.xlsx", {}, staff_sheet=RECHECKS, rows=FILES)
    assert returned(str(rechecks), GUESTS, SETTINGS.import_) is None


def test_a_table_of_ones_own_with_such_titles_is_told_from_a_sheet_that_went_out(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("编号,结果\nB2611-00000001,接通\n", "utf-8")
    own = returned(str(path), CALLBACKS, SETTINGS.import_)
    ours = returned(str(filled(tmp_path / "calls.xlsx", {})), CALLBACKS, SETTINGS.import_)
    assert (own and own.marked, ours and ours.marked) == (False, True)


def test_a_row_is_known_again_by_its_record_time_and_entries_however_it_was_saved(tmp_path):
    path = filled(tmp_path / "calls.xlsx", ENTRIES)
    first, second = (row.line["key"] for row in read(path))
    assert first != second
    assert [row.line["key"] for name in ("calls.csv", "calls.ods") for row in read(STORED / name)] == [
        first,
        second,
    ] * 2
    (tmp_path / "slashes.csv").write_text(
        (STORED / "calls.csv").read_text("gb18030").replace("2026-11-23", "2026/11/23"), "utf-8"
    )
    assert [row.line["key"] for row in read(tmp_path / "slashes.csv")] == [first, second]
    later = read(filled(tmp_path / "calls.xlsx", ENTRIES | {(3, "Said"): "再打"}))
    assert later[0].line["key"] == first
    assert later[1].line["key"] != second


def test_a_guest_for_whom_something_is_filled_in_must_have_come(tmp_path):
    path = filled(tmp_path / "l.xlsx", {(1, "Seat taken"): "12"}, "en", staff_sheet=GUESTS, rows=PEOPLE)
    assert problems(path, GUESTS) == [("row 2", "something is filled in, but not the column Came")]


def test_a_number_said_and_no_answer_exclude_each_other(tmp_path):
    entries = {(1, "Number said"): "13900541731", (1, "Without an answer"): "gone"}
    path = filled(tmp_path / "l.xlsx", entries, "en", staff_sheet=RECHECKS, rows=FILES)
    assert problems(path, RECHECKS) == [("row 2", "either Number said or Without an answer")]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_rows_that_come_back_bear_their_reason_and_can_be_mended_and_given_again(tmp_path, lang):
    entries = {(1, "Outcome"): "没人理", (1, "Said"): "早上打", (3, "Outcome"): "busy"}
    rows = read(filled(tmp_path / "calls.xlsx", entries, lang))
    with speaking(lang):
        refused_book(CALLBACKS, [(rows[0], "没人理 is no outcome")], SETTINGS, NOW).save(tmp_path / "mend.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "mend.xlsx")
    table = workbook.worksheets[0]
    assert [cell.value for cell in table[2]][:5] == [
        "没人理 is no outcome", "LN", "2026-11-23 11:00", "张秀英", None,
    ]  # fmt: skip
    with speaking(lang):
        place = column(table, _("Outcome"))
    table.cell(2, place).value = "忙线" if lang == "zh" else "busy"
    workbook.save(tmp_path / "mended.xlsx")
    (line,) = lines(tmp_path / "mended.xlsx")
    assert line == {"id": "B2611-00000001", "outcome": "忙线" if lang == "zh" else "busy", "note": "早上打"}


def offers(table: Any) -> dict[str, list[str]]:
    found = {}
    for one in table.data_validations.dataValidation:
        (cells,) = one.sqref.ranges
        assert (cells.min_row, cells.max_row) == (2, table.max_row)
        found[table.cell(1, cells.min_col).value] = one.formula1.strip('"').split(",")
    return found


def test_lists_to_choose_from_are_in_the_words_of_the_language():
    _book, table = opened_table(a_book())
    assert offers(table)["Outcome"][:3] == ["reached", "no answer", "busy"]
    assert offers(table)["Mood"] == ["pleased", "neutral", "doubtful", "annoyed"]
    with speaking("zh"):
        _book, table = opened_table(a_book(VISITS, STOPS))
        assert set(offers(table)) == {"做到的", "没做到的", "未交货", "家中无人"}
        assert offers(table)["做到的"][0] == "其余全部"
        assert offers(table)["未交货"] == ["是"]


def test_ids_and_what_is_to_be_typed_are_text_and_the_mark_is_hidden():
    _book, table = opened_table(a_book())
    assert {cell.number_format for row in table.iter_rows(min_row=2) for cell in row} == {"@"}
    assert table.column_dimensions["N"].hidden
    assert [cell.value for cell in table["N"]] == [MARK, *["B1"] * 4]
    assert table.freeze_panes == "A2"


def test_paper_has_the_code_of_each_id_and_boxes_where_something_is_chosen():
    workbook = openpyxl.load_workbook(io.BytesIO(a_book(RECHECKS, FILES).to_bytes()))
    paper = workbook["To print"]
    assert [cell.value for cell in paper[1]][:4] == ["Name", "Phone", "Number said", "Without an answer"]
    assert [cell.value for cell in paper[2]][:5] == [
        "吴美玲", "13900000001", None, "□ refused\n□ gone", "C2611-00000001",
    ]  # fmt: skip
    assert scanned(a_book(RECHECKS, FILES).to_bytes(), ID_SIZE) == [row["id"] for row in FILES]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("staff_sheet", ALL, ids=lambda one: one.verb)
def test_titles_and_words_are_told_apart_and_lists_are_not_too_long(staff_sheet, lang):
    with speaking(lang):
        titles = [_(one.title) for one in staff_sheet.columns]
        assert sorted(set(titles)) == sorted(titles)
        for one in staff_sheet.columns:
            words = [word(code) for code in one.codes]
            assert len(set(words)) == len(words)
            assert len(",".join(words)) <= LONGEST_LIST
            assert not any("," in text for text in words)


def test_the_same_list_gives_the_same_bytes():
    assert a_book().to_bytes() == a_book().to_bytes()


@pytest.mark.parametrize("staff_sheet", [REPAIRS, PLAN_VISITS], ids=lambda one: one.letter)
def test_what_is_too_wide_for_a_page_lies_on_its_side_with_what_is_known_line_by_line(staff_sheet):
    known = {one.field: f"{one.field} " + "北京市朝阳区" * 4 for one in staff_sheet.columns if not one.entry}
    rows = [known | {staff_sheet.key: f"{staff_sheet.letter}L2611-0000000{n}:1"} for n in (1, 2)]
    book = a_book(staff_sheet, rows)
    data = book.to_bytes()
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[1]
    assert page.page_setup.orientation == "landscape"
    assert sum(one.width for one in page.column_dimensions.values()) < 150
    assert all(text in page["A2"].value for text in rows[0].values())
    assert [cell.value for cell in page[1]][1:] == [one.title for one in staff_sheet.entries]
    assert scanned(data, ID_SIZE) == [row[staff_sheet.key] for row in rows]
