"""What workbooks hide, as Excel, WPS and LibreOffice write it down."""

import io
import zipfile

import pytest

from crmkit.sheets.read import hidden
from crmkit.sheets.read.tables import opened
from tests.tables import settings

WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="{}"/></Relationships>'


def xlsx(sheet, target="worksheets/sheet1.xml"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(target))
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return file


@pytest.mark.parametrize(
    ("sheet", "rows", "columns"),
    [
        ('<row r="2" hidden="1"><c/></row><row r="3" spans="1:2" ht="15" hidden="true">', [(2, 2), (3, 3)], []),
        ("<row hidden='1' r='7'/>", [(7, 7)], []),
        ('<x:row r="2" x:a="b" hidden="1">', [(2, 2)], []),
        ('<cols><col min="3" max="5" width="0" hidden="1"/></cols><row r="1" hidden="0"/>', [], [(2, 4)]),
    ],
)
def test_hidden_rows_and_columns_of_an_xlsx(sheet, rows, columns):
    for target in ("worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"):
        assert hidden.of_zip(xlsx(sheet, target)).sheets == {"A & B": hidden.Hidden(rows, columns)}


@pytest.mark.parametrize("sheet", ['<row r="1"/>', '<row r="1" hidden="0"/>', "<t>hidden</t>", ""])
def test_an_xlsx_that_hides_nothing(sheet):
    assert hidden.of_zip(xlsx(sheet)).sheets == {}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('<c r="E2"><f>C2*D2</f><v></v></c>', {(1, 4)}),
        ('<c r="AA10" s="3"><f t="shared" si="0"/></c>', {(9, 26)}),
        ('<x:c r="A1"><x:f>B1</x:f><x:v/></x:c>', {(0, 0)}),
        ('<c r="E2" t="str"><f>A2&amp;""</f><v></v></c>', set()),  # it came to an empty text
        ('<c r="E2"><f>C2*D2</f><v>396</v></c><c r="F2"/>', set()),
    ],
)
def test_formulas_of_which_the_value_is_not_there(cell, found):
    sheets = hidden.of_zip(xlsx(f'<row r="1">{cell}</row>')).sheets
    assert sheets == ({"A & B": hidden.Hidden([], [], frozenset(found))} if found else {})


def test_numbers_beyond_the_last_row_are_none():
    assert hidden.within([(2, 3), (5, 1_000_000)], 6) == {2, 3, 5, 6}


CELLS = (
    '<table:table-cell office:value-type="string"><text:p>姓名</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>手机</text:p></table:table-cell>'
)


def test_filtered_rows_of_an_open_document(tmp_path):
    row = "<table:table-row{}>" + CELLS + "</table:table-row>"
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="S"><table:table-column/><table:table-column table:visibility="collapse" '
        'table:number-columns-repeated="3"/>'
        + row.format("")
        + row.format(' table:number-rows-repeated="2" table:visibility="filter"')
        + row.format("")
        + row.format(' table:visibility="collapse"')
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:x"/>')
    with opened(str(tmp_path / "a.ods"), settings().import_) as source:
        (sheet,) = source.sheets
    assert (sheet.name, sheet.hidden_rows, sheet.hidden_columns) == ("S", {2, 3, 5}, {1})
