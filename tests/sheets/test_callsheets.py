"""The printed call sheets: who, why, what is known, and room for what was said."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl

from crmkit.core.calling.callsheet import call_sheet
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import speaking
from crmkit.labels import label
from crmkit.records import Callback
from crmkit.records.work import OUTCOMES
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.callsheets import call_pages
from crmkit.sheets.write.forms import PAGE_HEIGHT
from crmkit.sheets.write.qr import ID_SIZE
from tests.core.desk import NOW, a_customer, a_run, at
from tests.sheets.samples import some_settings
from tests.sheets.scanner import scanned
from tests.sheets.soffice import printed


def a_sheet(number: int = 1, due: str = "2026-11-23 08:00", **fields: object) -> dict[str, object]:
    customer = a_customer(number, name="张秀英", sex="female", age_about=72, address="青年路1号", notes=("早上打",))
    known = {
        "id": f"B2611-{number:08}",
        "customer": customer.id,
        "purpose": "screening",
        "due_at": at(due),
        "owner": "LN",
    }
    return call_sheet(a_run(), Callback(**(known | fields)), customer, Snapshot.of(), {}, label)


def a_print(**sheets: Sequence[dict[str, object]]) -> Workbook:
    return call_pages(sheets, date(2026, 11, 23), {"LN": "李娜"}, some_settings(), NOW)


def pages(book: Workbook) -> list[Any]:
    """The sheets to print; before them stands the table to fill in."""
    return [sheet for sheet in openpyxl.load_workbook(io.BytesIO(book.to_bytes())) if sheet.title.isdigit()]


def texts(book: Workbook) -> list[list[str]]:
    return [[str(cell.value) for row in sheet for cell in row if cell.value] for sheet in pages(book)]


def test_a_block_tells_what_to_know_and_has_every_outcome_to_tick():
    (page,) = texts(a_print(LN=[a_sheet()]))
    assert page[0] == "Calls of 2026-11-23: LN 李娜, 1 in all"
    assert page[2:6] == ["1   08:00", "张秀英 (张阿姨)", "13900000001", "screening"]
    assert "as the programme desk · 72 years · 青年路1号" in page
    assert "Notes: 早上打" in page
    assert any(text.startswith("1. greet by name") for text in page)
    assert "B2611-00000001" in page
    assert [text for text in page if text.startswith("□")][: len(OUTCOMES)] == [f"□ {label(one)}" for one in OUTCOMES]


def test_what_is_written_on_paper_has_the_titles_under_which_it_is_typed_into_the_table():
    with speaking("zh"):
        made = a_print(LN=[a_sheet()]).to_bytes()
    table, page = openpyxl.load_workbook(io.BytesIO(made)).worksheets
    titles, written = [cell.value for cell in table[1]], [cell.value for row in page for cell in row]
    for title in ("情绪", "通话内容", "承诺", "下次约定"):
        assert title in titles
        assert title in written


def test_the_window_names_its_day_only_where_it_is_another():
    sheets = [a_sheet(1, "2026-11-22 18:00"), a_sheet(2, "2026-11-23 18:00", until=at("2026-11-23 20:00"))]
    (page,) = texts(a_print(LN=sheets))
    assert "1   11-22 18:00" in page
    assert "2   18:00–20:00" in page


def test_every_owner_has_pages_of_their_own_and_no_block_is_divided():
    made = pages(a_print(LN=[a_sheet(n) for n in range(1, 6)], WQ=[a_sheet(6)]))
    heads = [[str(row[0].value) for row in sheet if "   08:00" in str(row[0].value)] for sheet in made]
    assert heads == [
        ["1   08:00", "2   08:00", "3   08:00"], ["4   08:00", "5   08:00"], ["1   08:00"],
    ]  # fmt: skip
    for sheet in made:
        assert sum(sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)) <= PAGE_HEIGHT
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 1)


def test_three_calls_of_people_with_a_past_stand_on_a_page_in_both_languages():
    told = {
        "contacts": ["2026-11-20 10:00 接通 膝盖疼，问价格", "2026-11-18 09:30 无人接听", "2026-11-12 外拓 时间公园"],
        "promises": ["2026-11-20 答应寄说明书"],
        "bought": ["2026-11-01 磁疗床垫，1件", "服务卡 BJLN-26110000-8：磁疗床垫，有效"],
    }
    for lang in ("en", "zh"):
        with speaking(lang):
            made = pages(a_print(LN=[a_sheet(n) | told for n in range(1, 7)]))
        assert len(made) == 2


def test_people_who_are_called_on_one_number_are_named_on_each_others_sheets():
    first, second, other = (a_sheet(n) for n in (1, 2, 3))
    second |= {"phone": first["phone"], "name": "王建国"}
    printed_on = texts(a_print(LN=[first, other], WQ=[second]))
    said = [[text for text in page if text.startswith("Called on the same number")] for page in printed_on]
    assert said == [["Called on the same number today: 王建国"], ["Called on the same number today: 张秀英"]]
    assert "Called on the same number" not in str(texts(a_print(LN=[first, first | {"id": "B2611-00000009"}])))


def test_two_callbacks_of_one_person_are_one_sheet_that_names_both():
    one, two = a_sheet(1), a_sheet(1) | {"id": "B2611-00000002", "why": "thanks"}
    (page,) = texts(a_print(LN=[one, two]))
    assert "screening; thanks" in page
    assert "With it: B2611-00000002" in page


def test_a_scanner_reads_the_id_of_each_call():
    assert scanned(a_print(LN=[a_sheet(n) for n in range(1, 5)]).to_bytes(), ID_SIZE) == [
        f"B2611-{n:08}" for n in range(1, 5)
    ]


def test_without_anybody_to_call_the_page_says_so():
    assert texts(a_print()) == [["Calls of 2026-11-23", "There is nobody to call."]]


def test_the_same_calls_give_the_same_bytes():
    assert a_print(LN=[a_sheet()]).to_bytes() == a_print(LN=[a_sheet()]).to_bytes()


def test_each_sheet_is_one_printed_page(tmp_path):
    path = tmp_path / "calls.xlsx"
    a_print(LN=[a_sheet(n) for n in range(1, 5)]).save(path)
    found = printed(path)
    assert path.stat().st_size > 5000
    assert found is None or len(found) == 3, "the table, then two pages"
