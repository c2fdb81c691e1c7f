import io
import posixpath
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from crmkit.core.figures import OUT_OF, Period, facts, figure_of, figures
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Customer
from crmkit.sheets.report import Origin, workbook
from crmkit.sheets.report.calling import callbacks
from crmkit.sheets.report.details import tables
from crmkit.sheets.report.totals import TOTALS, Total
from crmkit.sheets.report.view import View
from crmkit.sheets.write.book import Workbook
from tests.sheets.samples import NOW, PRODUCT, RUN, SITE, STAFF, TIMETABLE, some_records, some_settings
from tests.sheets.soffice import printed

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), NOW)
SHEETS = [
    "Cover", "Leads", "Repeats and suspects", "Assignments", "Callbacks", "Calls", "Messages", "Visits", "Events",
    "Invitations", "Cards issued", "Orders", "Payments", "Returns", "Staff", "Sources", "Days",
]  # fmt: skip


def details(count: int, *, mask: bool = False, period: Period = NOVEMBER) -> View:
    return View(Snapshot.of(*some_records(count), *STAFF, PRODUCT, SITE), period, RUN, TIMETABLE, mask)


def a_report(count: int, kind: str = "month", *, mask: bool = False, period: Period = NOVEMBER) -> Workbook:
    return workbook(kind, details(count, mask=mask, period=period), Origin(some_settings(), "5cf7f6c1a2b3"))


def read(book: Workbook) -> dict[str, list[list[object]]]:
    """Every sheet as calamine reads it."""
    loaded = python_calamine.load_workbook(io.BytesIO(book.to_bytes()))
    return {name: loaded.get_sheet_by_name(name).to_python() for name in loaded.sheet_names}


def column(rows: list[list[object]], title: str) -> list[object]:
    return [row[rows[0].index(title)] for row in rows[1:]]


def test_the_sheets_and_their_order_are_fixed_for_an_empty_and_a_full_period() -> None:
    assert list(read(a_report(0))) == SHEETS
    assert list(read(a_report(30))) == SHEETS


def test_the_cover_says_whose_of_when_from_what_and_how_many() -> None:
    cover = read(a_report(30))["Cover"]
    said = {str(row[0]): row[1] for row in cover if row[0]}
    assert said["Branch"] == "北京分部 (BJ)"
    assert said["Period"] == "2026-11-01 – 2026-11-30"
    assert said["Made"] == "2026-11-21 18:00"
    assert said["Archive as of commit"] == "5cf7f6c1a2b3"
    assert (said["Files collected"], said["Service cards issued"], said["Revenue, yuan"]) == (30, 6, 2765)


def fits(value: object, wanted: str) -> bool:
    """Whether a cell passes what a filter says of its column."""
    if wanted == "not empty":
        return value not in ("", None)
    if wanted == "in the period":
        return isinstance(value, datetime) and value in NOVEMBER
    return value != wanted[4:] if wanted.startswith("not ") else wanted == "sum" or value == wanted


@pytest.mark.parametrize("total", [one for totals in TOTALS.values() for one in totals], ids=lambda one: one.words)
def test_every_total_of_the_cover_is_what_its_sheet_and_filter_give(total: Total) -> None:
    everything = details(120)
    figure = figure_of(figures(facts(everything.snapshot, everything.period, RUN, TIMETABLE)), total.measure)
    table = tables(everything)[total.sheet]
    titles = [one.title for one in table.columns]
    rows = [row for row in table.rows if all(fits(row[titles.index(column)], wanted) for column, wanted in total.where)]
    summed = next((titles.index(column) for column, wanted in total.where if wanted == "sum"), None)
    if total.kind == "money":
        assert sum(row[summed] or 0 for row in rows) == figure.amount
        assert figure.amount
    else:
        assert {row[0] for row in rows} == set(figure.ids)
        assert rows


def test_the_rows_of_staff_sources_and_days_add_up_to_the_cover() -> None:
    sheets = read(a_report(60))
    total = figures(facts(Snapshot.of(*some_records(60)), NOVEMBER, RUN, TIMETABLE))
    assert sum(column(sheets["Staff"], "Calls")) == total["calls"].count
    assert sum(column(sheets["Days"], "Files")) == total["files"].count
    sources = [row for row in sheets["Sources"][1:] if row[0] == "Source"]
    assert sum(row[2] for row in sources) == total["files"].count
    assert len(sheets["Days"]) == 31


def test_a_share_stands_beside_its_numerator_and_denominator() -> None:
    cover = read(a_report(60))["Cover"]
    (row,) = [row for row in cover if row[0] == "Files with a false number, of those tested"]
    table = figures(facts(Snapshot.of(*some_records(60)), NOVEMBER, RUN, TIMETABLE))
    assert row[1:3] == [table["false"].count, table["tested"].count]
    assert row[3] == pytest.approx(table["false"].count / table["tested"].count)
    assert OUT_OF["false"] == "tested"


def test_every_figure_of_the_cover_stands_there_with_its_whole_and_share_in_figures() -> None:
    everything = details(120)
    table = figures(facts(everything.snapshot, everything.period, RUN, TIMETABLE))
    sheet = openpyxl.load_workbook(io.BytesIO(a_report(120).to_bytes()))["Cover"]
    lines = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    for total in (one for totals in TOTALS.values() for one in totals):
        figure, line = figure_of(table, total.measure), lines[total.words]
        if total.kind == "money":
            assert [cell.value for cell in line[1:4]] == [figure.amount / 100, None, None]
            assert line[1].number_format == "#,##0.00"
            continue
        assert [cell.value for cell in line[1:3]] == [figure.count, figure.whole], total.words
        assert line[3].value == (None if figure.share is None else pytest.approx(figure.share)), total.words
        assert [cell.number_format for cell in line[1:4]] == ["#,##0", "#,##0", "0.0%"]
        assert line[1].alignment.horizontal == line[3].alignment.horizontal == "right"
    shares = [row[3].value for row in lines.values() if isinstance(row[3].value, float)]
    assert len(shares) > 5
    assert any(0 < share < 1 for share in shares)


def test_the_cover_fits_one_page_and_leads_to_the_sheets() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(a_report(30).to_bytes()))["Cover"]
    assert [sheet.column_dimensions[name].width for name in "ABCDE"] == [34, 13, 9, 9, 40]
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (
        9,
        1,
        "portrait",
    )
    assert not sheet.sheet_view.showGridLines
    assert (sheet["A1"].font.sz, sheet["A1"].font.b, sheet.row_dimensions[1].height) == (20, True, 34)
    links = {row[4].value: row[4].hyperlink.location for row in sheet.iter_rows() if row[4].hyperlink}
    assert links
    assert all(target == f"'{text.partition(' › ')[0]}'!A1" for text, target in links.items())
    headings = [row for row in sheet.iter_rows() if row[1].value == "Count"]
    assert len(headings) == len(TOTALS)
    for row in headings:
        assert [cell.value for cell in row[1:]] == ["Count", "Of", "Share", "Where the records stand"]
        assert {
            (cell.font.b, cell.fill.start_color.rgb[2:], sheet.row_dimensions[cell.row].height) for cell in row
        } == {(True, "DCE6F1", 20)}


def test_phones_are_text_and_dates_are_dates() -> None:
    sheets = read(a_report(10))
    assert column(sheets["Leads"], "Phone")[0] == "13900000000"
    assert column(sheets["Leads"], "Collected")[0] == datetime(2026, 11, 1, 9)
    assert column(sheets["Cards issued"], "Warranty until")[0] in (date(2027, 11, 1), datetime(2027, 11, 1))


def test_masked_phones_stand_nowhere_not_even_in_notes() -> None:
    def whole(book: Workbook) -> list[str]:
        cells = [str(value) for rows in read(book).values() for row in rows for value in row]
        return [text for text in cells if re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)]

    assert len(whole(a_report(40))) > 40
    assert whole(a_report(40, mask=True)) == []
    assert column(read(a_report(40, mask=True))["Leads"], "Phone")[0] == "139****0000"


def test_the_same_records_give_the_same_bytes() -> None:
    assert a_report(40).to_bytes() == a_report(40).to_bytes()


def test_a_chart_stands_on_the_cover_where_there_is_something_to_see() -> None:
    def charts(book: Workbook) -> int:
        return len(openpyxl.load_workbook(io.BytesIO(book.to_bytes()))["Cover"]._charts)

    day = Period(date(2026, 11, 3), date(2026, 11, 3), NOW)
    assert [charts(a_report(0)), charts(a_report(30)), charts(a_report(30, "day", period=day))] == [0, 1, 1]


def test_callbacks_done_in_the_period_but_due_before_it_are_listed_and_not_counted_as_due() -> None:
    records = Snapshot.of(*some_records(2))
    early = Callback(
        id="B2610-00000001", customer=records[Customer][0].id, purpose="thanks", due_at=NOW - timedelta(days=40),
        state="done", call=records[Call][0].id,
    )  # fmt: skip
    all_records = Snapshot.of(*records[Customer], *records[Call], early)
    (row,) = callbacks(View(all_records, NOVEMBER, RUN, TIMETABLE)).rows
    assert row[0] == early.id
    table = figures(facts(all_records, NOVEMBER, RUN, TIMETABLE))
    assert (figure_of(table, "due").count, figure_of(table, "finished").count) == (0, 1)


def test_libreoffice_prints_every_sheet_with_its_title_and_page_number(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    a_report(100).save(path)
    pages = printed(path)
    assert python_calamine.load_workbook(str(path)).sheet_names == SHEETS
    if pages is not None:
        text = "\n".join(pages)
        assert all(f"{title}: " in text for title in SHEETS[1:])
        assert f"page 1 of {len(pages)}" in pages[0]
        assert "#" not in text, "a column is too narrow for its numbers"
        leads = [page for page in pages if "Leads: 100 rows" in page]
        assert len(leads) > 1
        assert all("Collected" in page for page in leads)


def test_parts_of_a_workbook_are_related_by_relative_names_of_parts_that_are_there() -> None:
    data = a_report(30).to_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        targets = {
            (name, target)
            for name in book.namelist()
            if name.endswith(".rels")
            for target in re.findall('Target="([^"]*)"', book.read(name).decode())
        }
        resolved = {posixpath.normpath(posixpath.join(name, "../..", target)) for name, target in targets}
        assert resolved <= set(book.namelist())
        drawing = book.read("xl/drawings/drawing1.xml").decode()
    assert {
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/drawings/drawing1.xml",
        "xl/charts/chart1.xml",
    } <= resolved
    assert not [target for _name, target in targets if target.startswith("/")]
    # the prefix that exceljs asks for
    assert drawing.startswith("<xdr:wsDr ") and 'xmlns:xdr="http://schemas.openxmlformats.org/' in drawing
    assert not re.search(r"</?\w+[\s/>]", drawing)
