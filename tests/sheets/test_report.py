import io
import posixpath
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import msgspec
import openpyxl
import pytest
import python_calamine

from crmkit.core import figures as core_figures
from crmkit.core.appraisal import appraisals
from crmkit.core.figures import OUT_OF, Period, facts, figure_of, figures
from crmkit.core.marks import records
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Customer
from crmkit.sheets.report import Origin, workbook
from crmkit.sheets.report.appraisal import appraisal_book
from crmkit.sheets.report.calling import callbacks
from crmkit.sheets.report.details import tables
from crmkit.sheets.report.totals import TOTALS, Total
from crmkit.sheets.report.view import View
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.layout import Column, Extras
from tests.sheets.samples import (
    NOW,
    PRODUCT,
    RUN,
    SITE,
    STAFF,
    TIMETABLE,
    some_plans,
    some_records,
    some_settings,
    some_tickets,
)
from tests.sheets.soffice import printed

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), NOW)
RIPE = msgspec.structs.replace(RUN, now=NOW + timedelta(days=40))  # when nobody comes again of what was mended
SHEETS = [
    "Cover", "Leads", "Repeats and suspects", "Assignments", "Callbacks", "Calls", "Messages", "Visits", "Events",
    "Invitations", "Cards issued", "Orders", "Payments", "Returns", "Tickets", "Complaints", "Plans", "Money owed",
    "Visits of plans", "Staff", "Sources", "Faults", "Days",
]  # fmt: skip


def details(count: int, *, mask: bool = False, period: Period = NOVEMBER, run: Run = RUN) -> View:
    more = (*some_plans(), *some_tickets()) if count else ()
    return View(
        Snapshot.of(*some_records(count), *more, *STAFF, PRODUCT, SITE),
        period,
        run,
        TIMETABLE,
        mask,
    )


def an_origin(kind: str = "month", *, mask: bool = False, period: Period = NOVEMBER, lang: str = "en") -> Origin:
    settings = some_settings(id="np6dkp590a909wk6abbc")
    return Origin(settings, "5cf7f6c1a2b3", "20261121-180000-ab12", lang, kind, period, mask)


def a_report(
    count: int, kind: str = "month", *, mask: bool = False, period: Period = NOVEMBER, run: Run = RUN
) -> Workbook:
    return workbook(details(count, mask=mask, period=period, run=run), an_origin(kind, mask=mask, period=period))


def an_appraisal(count: int) -> Workbook:
    """The workbook of `report staff`."""
    view = details(count, run=RIPE)
    people = [one for one in appraisals(RIPE, view.snapshot, NOVEMBER, TIMETABLE) if one.staff]
    return appraisal_book(view, an_origin("staff"), people, records(RIPE, view.snapshot))


def read(book: Workbook) -> dict[str, list[list[object]]]:
    """Every sheet as calamine reads it."""
    loaded = python_calamine.load_workbook(io.BytesIO(book.to_bytes()))
    return {name: loaded.get_sheet_by_name(name).to_python() for name in loaded.sheet_names}


def column(rows: list[list[object]], title: str) -> list[object]:
    """What stands under a title of a detail sheet, whose first row holds the totals."""
    return [row[rows[1].index(title)] for row in rows[2:]]


def block(rows: list[list[object]], heading: str) -> list[dict[object, object]]:
    """The rows of a block by their titles; the last is the total, where it has one."""
    start = next(number for number, row in enumerate(rows) if row[0] == heading) + 1
    end = next((number for number, row in enumerate(rows) if number > start and not row[0]), len(rows))
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 : end]]


def test_the_order_of_the_sheets_is_fixed_and_those_without_rows_are_left_out() -> None:
    assert list(read(a_report(30))) == [*SHEETS, "_crmkit"]
    assert list(read(a_report(0))) == ["Cover", "_crmkit"]
    few = list(read(a_report(2)))
    assert few == [title for title in [*SHEETS, "_crmkit"] if title in few]
    assert "Returns" not in few and "Leads" in few


def test_a_report_of_nothing_says_so_and_shows_its_headlines() -> None:
    cover = read(a_report(0))["Cover"]
    assert [row[0] for row in cover][-1] == "Nothing happened in this period."
    assert [one for one in cover[6] if one][:3] == ["Files collected", "Screened in time", "Callbacks on time"]


def test_the_cover_says_whose_of_when_from_what_and_how_many() -> None:
    cover = read(a_report(30))["Cover"]
    said = {str(row[left]): row[right] for row in cover[1:5] for left, right in ((0, 2), (5, 8))}
    assert said == {
        "Branch": "北京分部 (BJ)",
        "Period": "2026-11-01 – 2026-11-30",
        "Made": "2026-11-21 18:00",
        "Phone numbers": "in full",
        "Archive": "np6dkp590a909wk6abbc",
        "Last run": "20261121-180000-ab12",
        "Archive as of commit": "5cf7f6c1a2b3",
        "Language": "English",
    }
    told = {str(row[0]): row[4] for row in cover[8:]}
    assert (told["Files collected"], told["Service cards issued"], told["Revenue, yuan"]) == (30, 6, 2765)


def fits(value: object, wanted: str) -> bool:
    """Whether a cell passes what a filter says of its column."""
    if wanted == "not empty":
        return value not in ("", None)
    if wanted == "in the period":
        return isinstance(value, datetime) and value in NOVEMBER
    return value != wanted[4:] if wanted.startswith("not ") else wanted == "sum" or value == wanted


@pytest.mark.parametrize("total", [one for totals in TOTALS.values() for one in totals], ids=lambda one: one.words)
def test_every_total_of_the_cover_is_what_its_sheet_and_filter_give(total: Total) -> None:
    everything = details(120, run=RIPE)
    figure = figure_of(figures(facts(everything.snapshot, everything.period, RIPE, TIMETABLE)), total.measure)
    table = next(table for table in tables(everything) if table.name == total.sheet)
    titles = [one.title for one in table.columns]
    rows = [row for row in table.rows if all(fits(row[titles.index(column)], wanted) for column, wanted in total.where)]
    summed = next((titles.index(column) for column, wanted in total.where if wanted == "sum"), None)
    if total.kind in ("money", "days"):
        assert sum(row[summed] or 0 for row in rows) == figure.amount
        assert figure.amount
    else:
        assert {row[0] for row in rows} == set(figure.ids)
        assert rows


def test_each_figure_of_service_counts_what_happened() -> None:
    """Reckoned by hand from the five tickets and four complaints of the samples."""
    table = figures(details(1, run=RIPE).happened)
    told = {
        name: (one.count, one.whole)
        for name in ("tickets", "kept-reply", "kept-solved", "tickets-solved", "by-phone", "first-time", "came-again",
                     "units-replaced", "tickets-reopened", "complaints", "complaint-rate", "complaints-reopened",
                     "complaints-closed", "complaints-once", "complaints-upheld", "complaints-unconfirmed", "satisfied",
                     "tickets-closed", "tickets-unconfirmed", "days-to-close")
        for one in [figure_of(table, name)]
    }  # fmt: skip
    assert told == {
        "tickets": (5, None), "kept-reply": (3, 5), "kept-solved": (4, 5), "tickets-solved": (5, None),
        "by-phone": (1, 5), "first-time": (2, 3), "came-again": (1, 5), "units-replaced": (1, 5),
        "tickets-reopened": (1, None), "complaints": (4, None), "complaint-rate": (4, 0),
        "complaints-reopened": (1, None), "complaints-closed": (3, None), "complaints-once": (2, 3),
        "complaints-upheld": (1, 3),
        "complaints-unconfirmed": (1, 3), "satisfied": (1, 1), "tickets-closed": (2, None),
        "tickets-unconfirmed": (1, 2), "days-to-close": (3, None),
    }  # fmt: skip
    money = [table[name].amount for name in ("overcharged", "money-back", "refund-owed")]
    assert money == [20000, 15000, 5000]
    assert table["days-to-close"].amount == 5 + 6 + 5


def test_the_rows_of_staff_sources_and_days_add_up_to_the_cover() -> None:
    sheets = read(a_report(60))
    total = figures(facts(Snapshot.of(*some_records(60)), NOVEMBER, RUN, TIMETABLE))
    *people, whole = block(sheets["Staff"], "Calls and visits by staff")
    assert [row["Staff"] for row in people] == ["LN 李娜", "WQ 王强"]
    assert sum(row["Calls"] or 0 for row in people) == whole["Calls"] == total["calls"].count
    assert whole["On time, share"] == pytest.approx(total["on-time"].share)
    *people, whole = block(sheets["Staff"], "Money by staff")
    money = "Revenue, yuan"
    assert sum(row[money] or 0 for row in people) == whole[money] == total["revenue"].amount / 100
    *people, whole = block(sheets["Staff"], "Files by staff")
    assert (people[0]["Files"], whole["Staff"], whole["Files"]) == (60, "Total", 60)
    *sources, whole = block(sheets["Sources"], "Source")
    assert sum(row["Files"] for row in sources) == whole["Files"] == total["files"].count
    assert len(sheets["Days"]) == 32
    assert sum(one or 0 for one in column(sheets["Days"], "Files")) == sheets["Days"][0][1] == 60


def test_a_share_stands_beside_its_numerator_and_denominator() -> None:
    cover = read(a_report(60))["Cover"]
    (row,) = [row for row in cover if row[0] == "Files with a false number, of those tested"]
    table = figures(facts(Snapshot.of(*some_records(60)), NOVEMBER, RUN, TIMETABLE))
    assert row[4:6] == [table["false"].count, table["tested"].count]
    assert row[6] == pytest.approx(table["false"].count / table["tested"].count)
    assert OUT_OF["false"] == "tested"


def test_every_figure_of_the_cover_stands_there_with_its_whole_and_share_in_figures() -> None:
    everything = details(120, run=RIPE)
    table = figures(facts(everything.snapshot, everything.period, RIPE, TIMETABLE))
    sheet = openpyxl.load_workbook(io.BytesIO(a_report(120, run=RIPE).to_bytes()))["Cover"]
    lines = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    for total in (one for totals in TOTALS.values() for one in totals):
        figure, line = figure_of(table, total.measure), lines[total.words]
        if total.kind == "money":
            assert [cell.value for cell in line[4:7]] == [figure.amount / 100, None, None]
            assert line[4].number_format == "#,##0.00"
            continue
        if total.kind == "days":
            assert [cell.value for cell in line[4:6]] == [figure.amount, figure.count]
            assert (line[6].value, line[6].number_format) == (pytest.approx(figure.amount / figure.count), "0.0")
            continue
        assert [cell.value for cell in line[4:6]] == [figure.count, figure.whole], total.words
        assert line[6].value == (None if figure.share is None else pytest.approx(figure.share)), total.words
        assert [cell.number_format for cell in line[4:7]] == ["#,##0", "#,##0", "0.0%"]
        assert line[4].alignment.horizontal == line[6].alignment.horizontal == "right"
    shares = [row[6].value for row in lines.values() if isinstance(row[6].value, float)]
    assert len(shares) > 5
    assert any(0 < share < 1 for share in shares)


def test_every_line_of_the_cover_leads_to_its_sheet_and_has_a_name() -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_report(30).to_bytes()))
    sheet = book["Cover"]
    links = {row[7].value: row[7].hyperlink.location for row in sheet.iter_rows() if row[7].hyperlink}
    assert len(links) > 30
    assert all(target == f"'{text.partition(' › ')[0]}'!A1" for text, target in links.items())
    assert {target[1:-4] for target in links.values()} <= set(book.sheetnames)
    (row,) = [row[0].row for row in sheet.iter_rows() if row[0].value == "Revenue, yuan"]
    assert book.defined_names["figure_revenue_yuan"].attr_text == f"'Cover'!$E${row}"
    assert sheet[f"E{row}"].value == 2765
    headings = [row for row in sheet.iter_rows() if row[4].value == "Count"]
    assert len(headings) == len(TOTALS)
    for row in headings:
        assert [cell.value for cell in row[4:8]] == ["Count", "Of", "Share", "Where the records stand"]


def test_what_is_empty_is_left_out_of_the_cover() -> None:
    said = [str(row[0]) for row in read(a_report(2))["Cover"]]
    assert "Files collected" in said and "Files under suspicion" in said  # none of two is worth a line
    assert not [words for words in ("Returns asked for", "Paid back in the period, yuan") if words in said]


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


@pytest.mark.parametrize("sheet", ["Leads", "Callbacks", "Calls", "Messages", "Visits", "Payments", "Returns"])
def test_no_notes_go_out_of_the_house_masked(sheet: str) -> None:
    full, masked = (read(a_report(60, mask=mask))[sheet][1] for mask in (False, True))
    notes = {"Notes", "Note", "Next step", "Text", "Outcome", "Reason"}
    gone = [title for title in full if title not in masked]
    assert gone
    assert set(gone) <= notes
    assert [title for title in full if title not in gone] == masked
    assert len(read(a_report(60, mask=True))[sheet]) == len(read(a_report(60))[sheet])


def test_the_same_records_give_the_same_bytes() -> None:
    assert a_report(40).to_bytes() == a_report(40).to_bytes()


def test_a_chart_stands_on_the_cover_where_there_is_something_to_see() -> None:
    def charts(book: Workbook) -> int:
        return len(openpyxl.load_workbook(io.BytesIO(book.to_bytes()))["Cover"]._charts)

    day = Period(date(2026, 11, 3), date(2026, 11, 3), NOW)
    assert [charts(a_report(0)), charts(a_report(30)), charts(a_report(30, "day", period=day))] == [0, 3, 3]


def test_the_charts_draw_the_cells_that_they_are_about() -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_report(60).to_bytes()))
    drawn = [(one.series[0].val.numRef.f, one.series[0].cat.numRef.f) for one in book["Cover"]._charts]
    values = [[cell.value for row in book[ref.split("!")[0].strip("'")][ref.split("!")[1]] for cell in row]
              for pair in drawn for ref in pair]  # fmt: skip
    assert sum(one or 0 for one in values[0]) == 60
    assert values[1] == [datetime(2026, 11, day) for day in range(1, 31)]
    assert values[3] == ["LN 李娜", "WQ 王强"]
    assert values[5] == ["Files collected", "Number confirmed", "Screened in time", "Became buyers"]
    assert values[4] == [60, 18, figures(details(60).happened)["in-time"].count, 12]


def opened(book: Workbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book.to_bytes()))


def test_totals_stand_above_the_header_and_follow_a_filter() -> None:
    data = a_report(60).to_bytes()
    formulas, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only)["Orders"] for only in (False, True))
    titles = [cell.value for cell in formulas[2]]
    at = titles.index("Total, yuan") + 1
    last = formulas.max_row
    assert formulas.cell(1, 1).value == f"=SUBTOTAL(103,A3:A{last})"
    assert formulas.cell(1, at).value == f"=SUBTOTAL(109,{openpyxl.utils.get_column_letter(at)}3:"\
        f"{openpyxl.utils.get_column_letter(at)}{last})"  # fmt: skip
    assert values.cell(1, 1).value == last - 2
    assert values.cell(1, at).value == sum(row[at - 1] or 0 for row in values.iter_rows(min_row=3, values_only=True))
    assert values.cell(1, titles.index("Ordered") + 1).value is None


def test_ages_are_not_added_up() -> None:
    leads = read(a_report(30))["Leads"]
    assert (leads[0][0], leads[0][leads[1].index("Age")]) == (30, "")


def test_a_detail_sheet_is_a_table_frozen_at_the_name_and_hides_what_is_empty() -> None:
    book = opened(a_report(30))
    leads = book["Leads"]
    titles = [cell.value for cell in leads[2]]
    assert titles[:3] == ["ID", "Name", "Phone"]
    assert (leads.freeze_panes, leads.print_title_rows) == ("C3", "$1:$2")
    (table,) = leads.tables.values()
    assert (table.displayName, table.ref) == ("leads", f"A2:{openpyxl.utils.get_column_letter(len(titles))}32")
    assert [one.name for one in table.tableColumns] == titles
    assert leads.auto_filter.ref is None
    hidden = [titles[number - 1] for number in range(1, len(titles) + 1)
              if leads.column_dimensions[openpyxl.utils.get_column_letter(number)].hidden]  # fmt: skip
    assert hidden == ["Owner", "crmkit"]
    names = [name for sheet in book for name in sheet.tables]
    assert len(names) == len(set(names)) == 19


def test_what_is_overdue_is_red() -> None:
    book = opened(a_report(30))
    for sheet, title, words in (("Callbacks", "State", "overdue"), ("Money owed", "Overdue", "yes")):
        page = book[sheet]
        column = openpyxl.utils.get_column_letter([cell.value for cell in page[2]].index(title) + 1)
        (found,) = [(area.sqref, rule) for area in page.conditional_formatting for rule in area.rules]
        assert (found[1].formula, found[1].dxf.font.color.rgb[2:]) == ([f'${column}3="{words}"'], "C00000")
        assert f"{found[0]}".startswith("A3:")


def test_a_duration_is_minutes_and_seconds() -> None:
    calls = opened(a_report(30))["Calls"]
    at = [cell.value for cell in calls[2]].index("Duration") + 1
    assert (calls.cell(3, at).value, calls.cell(3, at).number_format) == (timedelta(seconds=102), "[m]:ss")
    assert calls.cell(1, at).number_format == "[h]:mm:ss"


def test_a_column_has_room_for_its_total() -> None:
    book = Workbook(title="", font="等线", made_at=NOW)
    columns = [Column("a"), Column("b", "count"), Column("c", "money"), Column("d", "duration")]
    book.table("t", columns, [("x", 999_999, 99_999_900, 3599)] * 90, extras=Extras("t"))
    sheet = opened(book)["t"]
    totals = ["89,999,910", "89,999,910.00", "89:58:30"]  # b, c, d
    widths = [sheet.column_dimensions[name].width for name in "BCD"]
    assert [width >= len(total) * 1.15 + 1 for width, total in zip(widths, totals, strict=True)] == [True] * 3


def test_every_detail_row_ends_with_its_id_and_a_digest_of_what_it_says() -> None:
    for title, rows in read(a_report(30)).items():
        if title in SHEETS[1:-4]:
            marks = column(rows, "crmkit")
            assert [str(mark).partition(".")[0] for mark in marks] == [row[0] for row in rows[2:]], title
            assert all(re.fullmatch("[0-9a-f]{12}", str(mark).partition(".")[2]) for mark in marks)
    one, other, masked, chinese = (
        [row[-1] for row in read(workbook(details(30), an_origin(**how)))["Leads"][2:]]
        for how in ({}, {}, {"mask": True}, {"lang": "zh"})
    )
    assert one == other
    assert not {*one} & {*masked, *chinese}


def test_a_changed_cell_has_another_digest() -> None:
    mark = an_origin().mark_of("leads")
    assert mark(["C1", "王芳", None]) == mark(["C1", "王芳", None])
    assert len({mark(["C1", "王芳", None]), mark(["C1", "王方", None]), mark(["C1", "王芳", 0])}) == 3
    assert an_origin().mark_of("calls")(["C1", "王芳", None]) != mark(["C1", "王芳", None])


def test_the_workbook_says_three_times_where_it_comes_from() -> None:
    book = opened(a_report(30))
    hidden = book["_crmkit"]
    assert hidden.sheet_state == "hidden"
    told = {row[0]: row[1] for row in hidden.iter_rows(values_only=True) if row[0] != "sheet"}
    assert told == {
        "archive": "np6dkp590a909wk6abbc", "branch": "北京分部 (BJ)", "run": "20261121-180000-ab12", "report": "month",
        "first": "2026-11-01", "last": "2026-11-30", "lang": "en", "mask": "no",
    }  # fmt: skip
    sheets = {row[1]: row[2] for row in hidden.iter_rows(values_only=True) if row[0] == "sheet"}
    assert (sheets["leads"], sheets["owed"]) == ("Leads", "Money owed")
    (noted,) = book.custom_doc_props.props
    assert noted.value.startswith("archive=np6dkp590a909wk6abbc branch=北京分部 (BJ) run=20261121-180000-ab12")


@pytest.mark.parametrize("mask", [True, False])
def test_every_sheet_is_printed_at_eight_points_or_more(mask: bool) -> None:
    inches = {(9, "portrait"): 8.27, (9, "landscape"): 11.69, (8, "landscape"): 16.54}
    for sheet in opened(a_report(60, mask=mask)):
        widths = [one.width for one in sheet.column_dimensions.values() if not one.hidden]  # of 7 pixels
        room = inches[int(sheet.page_setup.paperSize), sheet.page_setup.orientation] - 0.8
        scale = room / (sum(widths) * 7 / 96)
        fits = sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (scale if fits else sheet.page_setup.scale / 100) * 10 >= 7.95, (sheet.title, scale)


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
    assert python_calamine.load_workbook(str(path)).sheet_names == [*SHEETS, "_crmkit"]
    if pages is not None:
        text = "\n".join(pages)
        tables = [title for title in SHEETS[1:] if title not in ("Staff", "Sources", "Faults")]
        assert all(f"{title}: " in text for title in tables)
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


def test_of_the_period_before_only_the_measures_of_the_headlines_are_counted() -> None:
    with (
        patch.object(core_figures, "kept", wraps=core_figures.kept) as kept,
        patch.object(core_figures, "sold", wraps=core_figures.sold) as sold,
    ):
        a_report(20)
    months = [[call.args[1].first for call in counted.call_args_list] for counted in (kept, sold)]
    assert months == [[date(2026, 11, 1)], [date(2026, 11, 1), date(2026, 10, 1)]]
