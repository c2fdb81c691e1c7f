"""The sample sheets of `examples/sheets`: each row ends as its maker knows it must, and again nothing changes."""

import csv
import io
import json

import pytest
from openpyxl import Workbook, load_workbook

from crmkit.core.collecting.draft import RowKeys
from crmkit.core.collecting.intake import ImportBatch
from crmkit.core.collecting.known import Known
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.headers import parse_mapping
from crmkit.sheets.read.leads import read_leads
from crmkit.sheets.read.tables import opened
from tests import make_sheets
from tests.tables import run


def imported(known):
    """What became of every row, by file."""
    found, at = {}, run()
    for name, source in make_sheets.SOURCES.items():
        reception = ImportBatch(at, known)
        with opened(str(make_sheets.FOLDER / name), at.settings.import_) as table:
            reads = read_leads(at, table, parse_mapping((), {}), Defaults(source=source), RowKeys())
            found[name] = [(read.draft, reception.take(read.draft)) for read in reads]
        found[name, "change"] = reception.change("")
    return found


def test_every_row_ends_as_it_must_and_again_nothing_changes():
    known = Known()
    expected = json.loads((make_sheets.FOLDER / "expected.json").read_text("utf-8"))
    first = imported(known)
    for name, rows in expected.items():
        became = [{"sheet": d.sheet, "name": d.name, "outcome": o.outcome} for d, o in first[name]]
        assert became == rows, name
    again = imported(known)
    for name in expected:
        assert {o.outcome for _d, o in again[name]} <= {"unchanged", "rejected"}, name
        assert not again[name, "change"], name


def test_everyone_who_came_through_a_referral_is_linked_to_who_brought_them():
    known = Known()
    referred = [known.customer(outcome.id) for _draft, outcome in imported(known)["referrals.csv"]]
    linked = [(customer.name, known.customer(customer.referrer)) for customer in referred]
    text = (make_sheets.FOLDER / "referrals.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 12
    wanted = [(row["新顾客姓名"], row["老顾客"], f"+86{row['老顾客电话']}") for row in rows]
    assert [(name, old.name, old.phones[0].e164) for name, old in linked] == wanted


def cells(book: Workbook):
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize("name", make_sheets.SOURCES)
def test_the_sheets_are_those_that_the_maker_makes(name):
    made, expected = make_sheets.sheets()
    stored = make_sheets.FOLDER / name
    if isinstance(made[name], bytes):
        assert stored.read_bytes() == made[name]
    else:
        assert cells(load_workbook(stored)) == cells(made[name])
    assert (make_sheets.FOLDER / "expected.json").read_text("utf-8") == expected


SAVED = make_sheets.FOLDER.parents[1] / "tests" / "sheets" / "saved"  # the samples as LibreOffice saves them


@pytest.mark.parametrize("name", ["shop.xls", "shop.csv", "outreach.ods"])
def test_a_sheet_saved_in_another_format_changes_nothing(name):
    known, at = Known(), run()
    imported(known)
    reception = ImportBatch(at, known)
    source = next(source for sample, source in make_sheets.SOURCES.items() if sample.startswith(name[:4]))
    with opened(str(SAVED / name), at.settings.import_) as table:
        for read in read_leads(at, table, parse_mapping((), {}), Defaults(source=source), RowKeys()):
            reception.take(read.draft)
    assert reception.counts["rows"] == reception.counts["unchanged"] + reception.counts["rejected"] >= 25
    assert not reception.change("")
