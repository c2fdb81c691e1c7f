import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import openpyxl
import pytest
import segno
from PIL import Image

from crmkit.records import Card, Customer
from crmkit.records.card import Promises
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cards import HEIGHTS, PER_PAGE, Face, card_pages, promise_lines
from crmkit.sheets.write.qr import NUMBER_SIZE, qr_png
from tests.sheets.samples import NAMES, NOW, PRODUCT, PROMISES, a_card, some_settings
from tests.sheets.scanner import read, scanned


def faces(count: int, prints: int = 0) -> list[Face]:
    people = [Customer(id=f"C2611-{n:08}", name=NAMES[n % len(NAMES)]) for n in range(count)]
    return [Face(a_card(n, person, NOW, prints), person, PRODUCT) for n, person in enumerate(people)]


def a_print(count: int, prints: int = 0) -> Workbook:
    return card_pages(faces(count, prints), some_settings(), NOW)


def texts(book: Workbook) -> list[str]:
    workbook = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))
    return [str(cell.value) for sheet in workbook for row in sheet for cell in row if cell.value]


def test_a_card_shows_number_customer_unit_dates_and_both_languages() -> None:
    shown = texts(a_print(1))
    card = faces(1)[0].card
    assert {card.number, "秦玉兰", "磁疗床垫 XA-3型", "SN-000000", "2026-11-01 朝阳专卖店", "2027-11-01"} <= set(shown)
    assert any("售后服务卡 Service card" in text and "北京分部" in text for text in shown)
    assert set(promise_lines(PROMISES)) <= set(shown)


def test_the_promises_say_what_is_frozen_on_the_card_and_which_clocks_count_working_time() -> None:
    card_promises = Promises(reply=4, solution=8, solved=48, follow_up=72, working=("solved",))
    chinese, english = promise_lines(card_promises)
    assert chinese == "4小时内答复 · 8小时内给出方案 · 48个工作小时内解决 · 72小时内回访"
    assert english == "Reply within 4 h · solution 8 h · solved 48 working h · follow-up 72 h"


def test_only_a_second_print_is_marked_a_copy() -> None:
    assert "副本 COPY" not in texts(a_print(1))
    assert "副本 COPY" in texts(a_print(1, prints=1))


def test_the_hotline_stands_on_the_card_where_one_is_set() -> None:
    settings = some_settings()
    card = msgspec.structs.replace(settings.card, hotline="400-812-3123")
    with_hotline = msgspec.structs.replace(settings, card=card)
    assert any("400-812-3123" in text for text in texts(card_pages(faces(1), with_hotline, NOW)))


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2), (13, 3)])
def test_six_cards_stand_on_a_page_and_each_page_is_one_sheet(count: int, pages: int) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(a_print(count).to_bytes()))
    assert len(workbook.sheetnames) == pages
    for sheet in workbook:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    heights = sum(workbook.worksheets[0].row_dimensions[n].height for n in range(1, workbook.worksheets[0].max_row + 1))
    margins = workbook.worksheets[0].page_margins
    assert heights <= 842 - 72 * (margins.top + margins.bottom)


def test_a_card_has_one_size_on_every_page_however_many_stand_on_it() -> None:
    full, last = openpyxl.load_workbook(io.BytesIO(a_print(PER_PAGE + 1).to_bytes())).worksheets
    printed = {sheet.print_area.rpartition("!")[2] for sheet in (full, last)}
    assert printed == {f"$A$1:$I${3 * (len(HEIGHTS) + 2)}"}, "what is fitted to the page must be equally large"
    for sheet in (full, last):
        assert [sheet.row_dimensions[n].height for n in range(1, 3 * (len(HEIGHTS) + 2) + 1)] == [
            4.5, *HEIGHTS, 4.5, 4.5, *HEIGHTS, 4.5, 4.5, *HEIGHTS, 4.5,
        ]  # fmt: skip
    assert {cell.style for row in last.iter_rows(min_row=20) for cell in row} == {"crmkit gap", "Normal"}


def test_a_card_has_the_address_of_the_branch_and_room_for_its_stamp() -> None:
    settings = some_settings()
    card = msgspec.structs.replace(settings.card, address="青年路11号")
    book = card_pages(faces(1), msgspec.structs.replace(settings, card=card), NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets[0]
    box = [cell for row in sheet for cell in row if cell.style.startswith("crmkit stamp")]
    assert "地址 Address 青年路11号" in [cell.value for row in sheet for cell in row]
    assert [cell.value for cell in box] == ["盖章处 Stamp", None, None, None]
    assert sum(sheet.row_dimensions[cell.row].height for cell in box) >= 92  # points: a seal of 32 mm


def test_each_card_has_the_qr_code_of_its_number() -> None:
    book = a_print(3)
    with zipfile.ZipFile(io.BytesIO(book.to_bytes())) as archive:
        pictures = [archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".png")]
    assert pictures == [qr_png(face.card.number) for face in faces(3)]
    code = segno.make(faces(1)[0].card.number, error="q", micro=False, boost_error=False)
    assert code.designator == "1-Q", "a longer number would make the modules too small to scan"


def test_the_same_cards_give_the_same_bytes_in_every_process() -> None:
    script = (
        "import sys; from tests.sheets import test_cards_print as t; sys.stdout.buffer.write(t.a_print(9).to_bytes())"
    )
    one, two = (
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    )
    assert one == two == a_print(9).to_bytes()


def test_a_card_without_serial_dates_and_warranty_shows_dashes() -> None:
    person = Customer(id="C2611-00000001", name="秦玉兰")
    bare = Card(id="K2611-00000001", number="BJLN-26110001-Q", customer=person.id, product="X", promises=PROMISES)
    assert texts(card_pages([Face(bare, person, PRODUCT)], some_settings(), NOW)).count("—") == 4


def test_a_scanner_reads_the_number_of_each_card_as_printed() -> None:
    found = scanned(a_print(10).to_bytes(), NUMBER_SIZE)
    assert sorted(found) == sorted(face.card.number for face in faces(10))


def test_a_code_that_is_torn_or_too_small_is_not_taken_for_read() -> None:  # else the test above could not fail
    whole = qr_png(faces(1)[0].card.number)
    picture = Image.open(io.BytesIO(whole)).convert("L")
    torn = io.BytesIO()
    picture.paste(255, (0, 0, picture.width, picture.height // 2))
    picture.save(torn, "png")
    assert read(whole, NUMBER_SIZE) == faces(1)[0].card.number
    assert read(torn.getvalue(), NUMBER_SIZE) == ""
    assert read(whole, 0.4) == ""
