"""Rows written as XML by ourselves read back as what was put in, by two programs that are not ours."""

import io
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from crmkit.sheets.write import cells
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.layout import Column
from crmkit.sheets.write.rowxml import RowWriter, TableRows
from tests.sheets.test_book import NOW

COLUMNS = [Column("文字"), Column("数", "count"), Column("元", "money"), Column("时", "moment")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["=1+1", "#N/A", "_x0041_", " 两边 ", "a\nb", "<b>&amp;", "\t", "1e5", "]]>"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(-9, 10**9) | st.none(), st.integers(0, 10**11)), min_size=1, max_size=5))
def test_every_row_of_a_table_reads_back_as_it_was(rows):
    book = Workbook(title="t", font="Arial", made_at=NOW)
    book.table("表", COLUMNS, [(*row, NOW) for row in rows])
    data = book.to_bytes()
    (sheet,) = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    read = list(sheet.iter_rows(min_row=2, values_only=True))
    other = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    for (text, count, fen), ours, theirs in zip(rows, read, other, strict=True):
        shown = cells.clean(text) if cells.clean(text).strip() else None
        assert openpyxl.utils.escape.unescape(ours[0] or "") == (shown or "")
        assert theirs[0] == (shown or "")
        assert (ours[1], ours[2]) == (count, fen / 100)
        assert ours[3] == NOW.replace(tzinfo=None)


def test_a_moment_keeps_its_minutes_and_a_day_none():
    book = Workbook(title="t", font="Arial", made_at=NOW)
    moments = [datetime(2026, 11, day, 23, 59, tzinfo=NOW.tzinfo) for day in range(1, 29)]
    book.table("表", [Column("时", "moment"), Column("日", "day")], [(one, one.date()) for one in moments])
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets
    read = [(at, day.date()) for at, day in sheet.iter_rows(min_row=2, values_only=True)]
    assert read == [(one.replace(tzinfo=None), one.date()) for one in moments]


def test_rows_go_into_no_sheet_that_has_some():
    rows = TableRows()
    rows.append(RowWriter(1, 1).rows())
    with pytest.raises(ValueError, match="rows already"):
        rows.write_into(b"<worksheet><sheetData><row/></sheetData></worksheet>", io.BytesIO())


def test_no_single_unsafe_character_reaches_a_sheet():
    unsafe = {*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0x202E, 0x2066, 0xFDD0, 0xFFFE}
    assert not [hex(code) for code in unsafe if cells.clean(chr(code)) == chr(code)]


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("张三", 4), ("e\u0301", 1), ("张\nabc", 3), ("ｱ１", 3), ("", 0)]
)
def test_the_width_of_a_text_is_that_of_its_longest_line(text, columns):
    assert cells.width(text) == columns
