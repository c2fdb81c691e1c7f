import io
import zipfile

import openpyxl
import pytest

from crmkit import i18n
from crmkit.records import Customer, Event, Invitation
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.invitations import LAYOUT, invitation_pages
from crmkit.sheets.write.qr import ID_SIZE, NUMBER_SIZE, qr_png
from crmkit.sheets.write.seats import seat_list
from tests.core.desk import a_customer, at
from tests.core.guests import a_guest, an_event
from tests.sheets.samples import some_settings
from tests.sheets.scanner import scanned

NOW = at("2026-11-23 10:00")
EVENT = an_event(place="友谊宾馆", route="地铁4号线", speaker="王教授")


def guests(count: int) -> list[tuple[Invitation, Customer]]:
    return [
        (a_guest(n, companions=n - 1), a_customer(n, name="秦玉兰", sex="female", age_about=70))
        for n in range(1, count + 1)
    ]


def a_print(count: int, event: Event = EVENT) -> Workbook:
    return invitation_pages(event, guests(count), some_settings(), NOW)


def texts(book: Workbook) -> list[str]:
    workbook = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))
    return [str(cell.value) for sheet in workbook for row in sheet for cell in row if cell.value]


def test_an_invitation_shows_number_guest_companions_time_place_and_route() -> None:
    shown = texts(a_print(2))
    assert {"1205A-LN001-M", "Dear 秦阿姨,", "友谊宾馆", "地铁4号线", "王教授"} <= set(shown)
    assert {"we cordially invite you to: 科普会", "we cordially invite you to: 科普会 (companions: 1)"} <= set(shown)
    assert "Sat 5 December 2026, 09:00–11:30" in shown


def test_an_invitation_speaks_the_language_in_use() -> None:
    with i18n.speaking("zh"):
        shown = texts(a_print(2))
    assert {"请柬", "尊敬的秦阿姨：", "诚邀您参加：科普会（可偕同伴1人）", "2026年12月5日（周六）09:00–11:30"} <= set(
        shown
    )


@pytest.mark.parametrize(
    ("name", "sex", "english", "chinese"),
    [
        ("王芳", "", "Dear Ms or Mr 王芳,", "尊敬的王芳 女士/先生："),
        ("阿依古丽", "", "Dear Ms or Mr 阿依古丽,", "尊敬的阿依古丽 女士/先生："),
        ("王芳", "female", "Dear 王阿姨,", "尊敬的王阿姨："),
        ("张老师", "", "Dear 张老师,", "尊敬的张老师："),
        ("张阿姨", "", "Dear 张阿姨,", "尊敬的张阿姨："),
        ("Ann Berry", "", "Dear Ann Berry,", "尊敬的Ann Berry："),
    ],
)
def test_the_form_of_address_fits_where_the_sex_is_not_known(name, sex, english, chinese) -> None:
    guest = [(a_guest(1), a_customer(1, name=name, sex=sex, age_about=70))]
    assert english in texts(invitation_pages(EVENT, guest, some_settings(), NOW))
    with i18n.speaking("zh"):
        assert chinese in texts(invitation_pages(EVENT, guest, some_settings(), NOW))


def test_the_seat_stands_on_the_invitation_once_it_is_given() -> None:
    person = a_customer(1)
    shown = texts(invitation_pages(EVENT, [(a_guest(1, seat="3-7"), person)], some_settings(), NOW))
    assert shown[shown.index("Seat") + 1] == "3-7"
    shown = texts(invitation_pages(EVENT, [(a_guest(1), person)], some_settings(), NOW))
    assert shown[shown.index("Seat") + 1] == "Place", "to be written in by hand"


def test_without_an_end_or_on_another_day_only_the_beginning_is_printed() -> None:
    for event in (an_event(ends_at=None), an_event(ends_at=at("2026-12-07 18:00"))):
        assert "Sat 5 December 2026, 09:00" in texts(a_print(1, event))


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (LAYOUT.per_page, 1), (LAYOUT.per_page + 1, 2)])
def test_six_invitations_stand_on_a_page_and_each_has_the_qr_code_of_its_number(count: int, pages: int) -> None:
    data = a_print(count).to_bytes()
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    assert len(workbook.sheetnames) == pages
    sheet = workbook.worksheets[0]
    heights = sum(sheet.row_dimensions[n].height for n in range(1, sheet.max_row + 1))
    assert heights <= 842 - 72 * (sheet.page_margins.top + sheet.page_margins.bottom)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pictures = {archive.read(name) for name in archive.namelist() if name.endswith(".png")}
    assert pictures == {qr_png(guest.number) for guest, _person in guests(count)}


def test_a_scanner_reads_the_number_of_each_invitation_as_printed() -> None:
    found = scanned(a_print(7).to_bytes(), NUMBER_SIZE)
    assert sorted(found) == sorted(guest.number for guest, _person in guests(7))


def seats() -> Workbook:
    expected = [a_guest(1, seat="1-3", attended_at=NOW, came=2, buyer=True), a_guest(2, seat="4", note="坐轮椅")]
    people = {guest.id: a_customer(n) for n, guest in enumerate(expected, 1)}
    return seat_list(EVENT, expected, people, some_settings(), NOW)


def test_the_seat_list_says_who_came_and_leaves_room_for_who_comes() -> None:
    table, paper = openpyxl.load_workbook(io.BytesIO(seats().to_bytes())).worksheets
    rows = [[cell.value for cell in row] for row in table.iter_rows(min_row=2)]
    assert rows == [
        ["1-3", "1205A-LN001-M", "秦玉兰", "13900000001", "2", "attended", "yes", *[None] * 4, "N1"],
        ["4", "1205A-LN002-K", "秦玉兰", "13900000002", "0", "invited", None, "坐轮椅", *[None] * 3, "N1"],
    ]
    assert [cell.value for cell in paper["H"]] == ["Note", None, "坐轮椅"]
    assert [cell.value for cell in paper["I"]] == ["Came", "□", "□"]


def test_a_scanner_reads_the_number_of_each_guest_on_the_seat_list() -> None:
    assert scanned(seats().to_bytes(), ID_SIZE) == ["1205A-LN001-M", "1205A-LN002-K"]


@pytest.mark.parametrize(
    ("place", "style"),
    [
        ("友谊宾馆", "crmkit lines"),
        ("友谊宾馆三楼多功能厅" * 4, "crmkit fine lines"),
        ("厅" * 60, "crmkit finest lines"),
    ],
)
def test_a_long_place_is_printed_small_instead_of_cut(place: str, style: str) -> None:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(a_print(1, an_event(place=place)).to_bytes())).worksheets
    assert {cell.style for row in sheet for cell in row if cell.value == place} == {style}
