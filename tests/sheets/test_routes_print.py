"""The printed day route: five visits on a page, in the order of the way."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from crmkit.core.visits.routes import Errand, Stop
from crmkit.labels import label
from crmkit.records import Customer, Visit
from crmkit.records.customer import Phone
from crmkit.records.visit import CONDUCT
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.qr import ID_SIZE
from crmkit.sheets.write.routes import PER_PAGE, route_pages
from tests.sheets.samples import NAMES, NOW, some_settings
from tests.sheets.scanner import scanned
from tests.sheets.soffice import printed


def a_stop(number: int, **fields: object) -> Stop:
    begins = NOW.replace(hour=9) + timedelta(minutes=30 * number)
    phone = Phone(raw="", e164=f"+861390000{number:04}", kind="mobile")
    customer = Customer(id=f"C2611-{number:08}", name=NAMES[number % len(NAMES)], phones=(phone,), address="青年路1号")
    visit = Visit(
        id=f"V2611-{number:08}", customer=customer.id, purpose="delivery", begins_at=begins,
        ends_at=begins + timedelta(minutes=30),
    )  # fmt: skip
    return Stop(msgspec.structs.replace(visit, **fields), customer, Errand(("2 × 护膝",), 19800))


def a_print(**routes: list[Stop]) -> Workbook:
    return route_pages(routes, date(2026, 11, 22), {"LN": "李娜"}, some_settings(), NOW)


def pages(book: Workbook) -> list[list[str]]:
    return [[str(cell.value) for row in sheet for cell in row if cell.value] for sheet in sheets_to_print(book)]


def sheets_to_print(book: Workbook) -> list[Any]:
    """The pages; before them stands the table to fill in."""
    return [sheet for sheet in openpyxl.load_workbook(io.BytesIO(book.to_bytes())) if sheet.title.isdigit()]


@pytest.mark.parametrize(("stops", "sheets"), [(1, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2)])
def test_each_page_is_one_sheet_and_fits_on_it(stops, sheets):
    printed_on = sheets_to_print(a_print(LN=[a_stop(n) for n in range(stops)]))
    assert len(printed_on) == sheets
    for sheet in printed_on:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_every_visitor_has_pages_of_their_own_and_the_stops_are_numbered_through():
    shown = pages(a_print(LN=[a_stop(n) for n in range(6)], WQ=[a_stop(7)]))
    assert [page[0] for page in shown] == [
        "Route of 2026-11-22: LN 李娜, visits: 6",
        "Route of 2026-11-22: LN 李娜, visits: 6",
        "Route of 2026-11-22: WQ, visits: 1",
    ]
    assert "6   11:30-12:00" in shown[1]


def test_a_stop_says_who_where_what_to_take_along_and_has_a_box_for_each_point_of_conduct():
    (shown,) = pages(a_print(LN=[a_stop(0, note="三楼")]))
    assert {
        "13900000000",
        "V2611-00000000",
        "青年路1号",
        "2 × 护膝",
        "198.00",
        "三楼",
        "delivery",
        "address not confirmed",
    } <= set(shown)
    assert [text for text in shown if text.startswith("□")] == [f"□ {label(point)}" for point in CONDUCT]
    (sure,) = pages(a_print(LN=[a_stop(0, confirmed_at=NOW)]))
    assert "address not confirmed" not in sure


def test_a_day_without_visits_is_a_page_without_stops():
    (shown,) = pages(a_print())
    assert shown[0] == "Route of 2026-11-22: nobody yet, visits: 0"


def test_the_same_route_gives_the_same_bytes():
    assert a_print(LN=[a_stop(0)]).to_bytes() == a_print(LN=[a_stop(0)]).to_bytes()


def test_long_texts_are_printed_whole_on_their_page(tmp_path: Path):
    long = "按门铃两次，" * 60 + "从后门进"
    path = tmp_path / "route.xlsx"
    a_print(LN=[a_stop(n, note=long) for n in range(PER_PAGE)]).save(path)
    found = printed(path)
    assert path.stat().st_size > 5000
    assert found is None or (len(found) == 2 and found[1].count("从后门进") == PER_PAGE), "the table, then a page"


def test_a_long_name_is_printed_whole_on_several_lines():
    short, long = a_stop(0), a_stop(1)
    named = msgspec.structs.replace(long.customer, name="Alexandra Konstantinopolskaya-Featherstonehaugh")
    (sheet,) = sheets_to_print(a_print(LN=[short, long._replace(customer=named)]))
    heights = {cell.value: sheet.row_dimensions[cell.row].height for row in sheet for cell in row if cell.value}
    assert heights[named.name] > 2 * heights[short.customer.name]


def test_visits_that_the_visitor_cannot_both_keep_say_so():
    when = {"begins_at": a_stop(1).visit.begins_at, "ends_at": a_stop(1).visit.ends_at, "by": "LN"}
    (shown,) = pages(a_print(LN=[a_stop(0, by="LN"), a_stop(1, **when), a_stop(2, **when)]))
    assert [text for text in shown if text.startswith("overlaps")] == ["overlaps with 3", "overlaps with 2"]
    (shown,) = pages(a_print(LN=[a_stop(n, by="LN") for n in range(3)]))
    assert not any(text.startswith("overlaps") for text in shown)


@pytest.mark.parametrize(
    ("phones", "shown_as"),
    [
        ((), "no number on file"),
        (("wrong",), "none to dial: 13900000000 wrong number"),
        (("invalid", "mismatch"), "none to dial: 13900000000 number not in service, 13900000000 mismatch"),
        (("wrong", ""), "13900000000"),
    ],
)
def test_a_stop_without_a_number_says_why(phones, shown_as):
    stop = a_stop(0)
    (phone,) = stop.customer.phones
    known = tuple(msgspec.structs.replace(phone, state=state) for state in phones)
    (shown,) = pages(a_print(LN=[stop._replace(customer=msgspec.structs.replace(stop.customer, phones=known))]))
    assert shown_as in shown


def test_a_scanner_reads_the_id_of_each_visit():
    book = a_print(LN=[a_stop(n) for n in range(PER_PAGE + 1)])
    assert scanned(book.to_bytes(), ID_SIZE) == [f"V2611-{n:08}" for n in range(PER_PAGE + 1)]
