"""The technicians' day on paper: pages of their own for each, with all that is known of a ticket and its code."""

import io
from datetime import date
from pathlib import Path

import openpyxl

from crmkit.i18n import speaking
from crmkit.records.ticket import CAUSES
from crmkit.sheets.read.staff_sheets import REPAIRS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.qr import ID_SIZE
from crmkit.sheets.write.repairs import repair_pages
from tests.sheets.samples import NOW, some_settings
from tests.sheets.scanner import scanned
from tests.sheets.soffice import printed


def a_line(number: int, by: str = "ZW", **fields: str) -> dict[str, object]:
    known = {
        "by": by, "day": "2026-11-22", "window": "14:30-20:00", "name": "陈玉珍", "dial": "139 0000 0001",
        "address": "青年路1号", "card_number": "BJLN-26110001-Q", "fault": "no-power 不通电", "symptom": "打不着火",
        "guide": "电池装反了吗\n换电池", "before": "2026-10-01 · 不通电 · wear · 换了电池盒",
        "ticket": f"TK2611-{number:08}",
    }  # fmt: skip
    return known | fields


def a_print(*lines: dict[str, object]) -> bytes:
    return a_book(*lines).to_bytes()


def a_book(*lines: dict[str, object]) -> Workbook:
    return repair_pages(lines, date(2026, 11, 22), {"ZW": "周伟"}, some_settings(), NOW)


def pages(data: bytes) -> list[list[str]]:
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    return [[str(cell.value) for row in sheet for cell in row if cell.value] for sheet in workbook.worksheets[1:]]


def test_every_technician_has_pages_of_their_own_with_the_code_of_each_ticket():
    lines = [*(a_line(n) for n in range(6)), a_line(7, by="YL")]
    data = a_print(*lines)
    shown = pages(data)
    headings = ["Repairs of 2026-11-22: ZW 周伟, visits: 6"] * 2 + ["Repairs of 2026-11-22: YL, visits: 1"]
    assert [page[0] for page in shown] == headings
    assert [one[:4] for page in shown for one in page if "14:30" in one] == [f"{n}   " for n in (1, 2, 3, 4, 5, 6, 1)]
    assert sorted(scanned(data, ID_SIZE)) == [str(line["ticket"]) for line in lines]


def test_a_page_tells_all_that_is_known_and_has_room_for_what_is_found():
    (page,) = pages(a_print(a_line(1), a_line(2, before="", guide="")))
    told = {text for one in page for text in one.split("\n")}
    assert told >= {
        "陈玉珍", "139 0000 0001", "青年路1号", "BJLN-26110001-Q", "no-power 不通电", "打不着火", "电池装反了吗",
        "换电池", "2026-10-01 · 不通电 · wear · 换了电池盒", "TK2611-00000001", "Arrived", "Solved", "Taken, yuan",
        "Signature", "Work done", "Parts (CODE:QTY)",
    }  # fmt: skip
    assert (page.count("Guide"), page.count("Done before"), page.count("Work done")) == (1, 1, 2)
    assert sum(one.startswith("□ ") for one in page) == 2 * len(CAUSES)


def test_the_table_for_all_stands_in_front_and_each_page_is_one_on_paper(tmp_path: Path):
    path = tmp_path / "day.xlsx"
    long = "先问清楚，再带顾客一步一步做，" * 30 + "最后再点火"
    with speaking("zh"):
        a_book(a_line(1, guide=long), a_line(2), a_line(7, by="YL")).save(path)
    first = openpyxl.load_workbook(path).worksheets[0]
    assert (first.max_row, first.cell(2, len(REPAIRS.columns) + 1).value) == (4, "T1")
    found = printed(path)
    assert found is None or [("派工单" in page, "最后再点火" in page) for page in found[-2:]] == [
        (True, True),
        (True, False),
    ]
