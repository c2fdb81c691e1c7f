import io
import stat
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.errors import CrmkitError, InvalidError
from crmkit.sheets.write.book import HEADING_COLUMNS, Workbook
from crmkit.sheets.write.cells import LONGEST_TEXT, cell, clean, width
from crmkit.sheets.write.layout import Column

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
COLUMNS = (
    Column("编号"), Column("姓名"), Column("人数", "count"), Column("金额", "money"), Column("比例", "share"),
    Column("日期", "day"), Column("时间", "moment"), Column("备注", widest=20),
)  # fmt: skip
ROW = (
    "C2611-00000001",
    "秦玉兰",
    1203,
    79050,
    0.125,
    date(2026, 11, 3),
    datetime(2026, 11, 3, 1, 30, tzinfo=UTC),
    "好",
)


def a_book(*rows: tuple[object, ...], now: datetime = NOW) -> Workbook:
    book = Workbook(title="月报 & 2026-11", font="等线", made_at=now)
    book.table("顾客档案", COLUMNS, rows or [ROW])
    return book


def opened(book: Workbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book.to_bytes()))


def parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(*values: str) -> list[str]:
    """What a spreadsheet program reads back of one text column."""
    book = Workbook(title="", font="等线", made_at=NOW)
    book.table("a", (Column("id"), Column("text")), [(n, value) for n, value in enumerate(values, 1)])
    rows = python_calamine.load_workbook(io.BytesIO(book.to_bytes())).get_sheet_by_index(0).to_python()
    return [str(row[1]) for row in rows[1:]]


def test_dates_and_numbers_are_real_and_times_are_local() -> None:
    sheet = opened(a_book())["顾客档案"]
    values = [sheet.cell(2, n).value for n in range(1, 9)]
    assert values == [
        "C2611-00000001", "秦玉兰", 1203, 790.5, 0.125, datetime(2026, 11, 3), datetime(2026, 11, 3, 9, 30), "好",
    ]  # fmt: skip
    formats = [sheet.cell(2, n).number_format for n in range(1, 9)]
    assert formats == ["@", "@", "#,##0", "#,##0.00", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@"]


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "#N/A", "+86 139", "-1", "@SUM(A1)", "13900541731"])
def test_text_is_never_a_formula_an_error_or_a_number(text: str) -> None:
    sheet = opened(a_book((text, *ROW[1:])))["顾客档案"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].number_format) == (text, "s", "@")


def test_characters_that_break_a_workbook_are_made_visible() -> None:
    assert clean("a\x00\x1b[31m\ufffe\ud800\u202eb\r\nc\rd\te") == "a\\u0000\\u001b[31m\\ufffe\\ud800\\u202eb\nc\nd\te"
    assert texts("秦\x1b玉兰\ud83d") == ["秦\\u001b玉兰\\ud83d"]


def test_rare_characters_and_emoji_stay() -> None:
    assert texts("𠮷野家 🏠 ·") == ["𠮷野家 🏠 ·"]


def test_what_looks_like_an_escape_of_the_format_stays_as_written() -> None:
    assert texts("_x0041_ and _x000D_", "_x005F_") == ["_x0041_ and _x000D_", "_x005F_"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was_cleaned(values: list[str]) -> None:
    cleaned = [clean(value) for value in values]
    assert texts(*values) == [text if text.strip() else "" for text in cleaned]


def test_text_too_long_for_a_cell_is_cut_and_said_so() -> None:
    book = Workbook(title="", font="等线", made_at=NOW)
    book.table("a", (Column("备注"),), [("汉" * 40_000,), ("𠮷" * 20_000,), ("汉" * LONGEST_TEXT,)])
    assert len(book.notes) == 2
    assert "a, row 2, 备注" in book.notes[0]
    rows = python_calamine.load_workbook(io.BytesIO(book.to_bytes())).get_sheet_by_index(0).to_python()
    units = [len(str(row[0]).encode("utf-16-le")) // 2 for row in rows[1:]]
    assert units == [LONGEST_TEXT, LONGEST_TEXT - 1, LONGEST_TEXT]


def test_a_day_before_the_spreadsheet_era_is_text() -> None:
    assert cell(date(1899, 5, 1), "day", NOW.tzinfo).value == "1899-05-01"


def test_a_value_of_the_wrong_kind_is_a_mistake_not_a_guess() -> None:
    with pytest.raises(TypeError):
        cell("790", "money", NOW.tzinfo)


def test_a_chinese_character_is_two_columns_wide_and_a_long_column_is_capped_and_wrapped() -> None:
    assert (width("秦玉兰"), width("Qin"), width("秦a\n玉兰香")) == (6, 3, 6)
    sheet = opened(a_book((*ROW[:7], "下午三点后方便" * 10), ROW))["顾客档案"]
    assert sheet.column_dimensions["H"].width == 21
    assert sheet["H2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 60
    assert sheet.column_dimensions["A"].width == len("C2611-00000001") + 1


def test_a_table_is_ready_to_filter_and_to_print() -> None:
    sheet = opened(a_book())["顾客档案"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H2"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'顾客档案'!$A$1:$H$2"
    assert sheet.oddFooter.center.text == "page &P of &N"
    assert sheet.oddHeader.left.text == "月报 && 2026-11"
    assert sheet["B2"].font.name == "等线"


def test_a_wide_table_is_printed_in_landscape() -> None:
    book = Workbook(title="", font="等线", made_at=NOW)
    book.table("narrow", COLUMNS, [ROW])
    book.table("wide", [Column(f"column {n}") for n in range(12)], [["x" * 20] * 12])
    workbook = opened(book)
    assert [sheet.page_setup.orientation for sheet in workbook] == ["portrait", "landscape"]


def test_an_empty_table_is_its_header() -> None:
    book = Workbook(title="", font="等线", made_at=NOW)
    book.table("a", COLUMNS, [])
    sheet = opened(book)["a"]
    assert (sheet.max_row, sheet["A1"].value, sheet.auto_filter.ref) == (1, "编号", "A1:H1")


def test_the_same_data_gives_the_same_bytes_whenever_it_is_written() -> None:
    first = a_book(ROW, ROW).to_bytes()
    entries = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert a_book(ROW, ROW).to_bytes() == first


def test_only_the_time_of_making_differs_between_two_runs() -> None:
    books = [a_book(now=now).to_bytes() for now in (NOW, NOW.replace(hour=11))]
    one, two = (parts(book) for book in books)
    assert [name for name in one if one[name] != two[name]] == ["docProps/core.xml"]
    assert openpyxl.load_workbook(io.BytesIO(books[0])).properties.created == datetime(2026, 11, 21, 2)


def test_a_file_is_private_and_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    a_book().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(InvalidError, match="is there already") as caught:
        a_book(ROW, ROW).save(path)
    assert "--force" in caught.value.hint
    assert path.read_bytes() == before
    a_book(ROW, ROW).save(path, force=True)
    assert path.read_bytes() != before
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize("name", ["a.xls", "report", "no/such/folder.xlsx", "folder.xlsx"])
def test_a_target_that_cannot_be_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(InvalidError):
        a_book().save(tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.xlsx"]


def test_a_failing_disk_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    a_book().save(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmkit.sheets.write.files.os.fsync", full)
    with pytest.raises(CrmkitError, match="No space left on device"):
        a_book(ROW, ROW).save(path, force=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_workbook_that_reads_back_short_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = a_book().to_bytes()
    monkeypatch.setattr(Workbook, "to_bytes", lambda self: short)
    with pytest.raises(CrmkitError, match="顾客档案 is not whole"):
        a_book(ROW, ROW).save(tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_long_title_leaves_room_for_what_stands_beside_it_over_the_page() -> None:
    book = Workbook(title="冬季养生科普讲座" * 10, font="Arial", made_at=NOW)
    book.table("Guests", [Column("Name")], [["王秀英"]])
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets
    heading = sheet.oddHeader.left.text
    assert heading.endswith("…")
    assert width(heading) <= HEADING_COLUMNS["portrait"]
