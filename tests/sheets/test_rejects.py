"""The workbook of rejected rows: the sheets as they were, to be mended and imported again."""

import pytest
from openpyxl import load_workbook

from crmkit.core.collecting.draft import RowKeys
from crmkit.core.collecting.intake import ImportBatch
from crmkit.core.collecting.known import Known
from crmkit.errors import InvalidError
from crmkit.sheets.read.blocks import walk
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.headers import parse_mapping
from crmkit.sheets.read.leads import keyed
from crmkit.sheets.read.rows import Reader
from crmkit.sheets.read.tables import opened
from crmkit.sheets.write.rejects import Rejects
from tests.tables import NOW, run, sheet

LINES = (
    "科普档案登记表", "科普点:时间公园  日期:2026年11月12日", "序号|姓名|手机", "1|张秀英|13900541731",
    "2|李桂兰|1380054173",
    "3|王志明|", "合计|2",
)  # fmt: skip


def take(sheets, known, defaults):
    """Import; the reception and the rejects."""
    at, rejects, keys = run(), Rejects(defaults), RowKeys()
    reception = ImportBatch(at, known)
    for one in sheets:
        for block, row in walk("a.xlsx", one, parse_mapping((), {})):
            reader = Reader(at, block, defaults, keys)
            outcome = reception.take(keyed(reader.draft(row), row, reader, keys))
            if outcome.outcome == "rejected":
                rejects.add(block, row, outcome.reason)
    return reception, rejects


def save(rejects, path, force=False):
    if rejects.check(path, force=force, limits=run().settings.import_):
        rejects.save(path, font="Arial", made_at=NOW, force=force)


def test_it_mirrors_the_sheet_with_the_reason_in_front(tmp_path):
    _reception, rejects = take([sheet(*LINES, name="时间公园")], Known(), Defaults(source="outreach", collector="李娜"))
    save(rejects, tmp_path / "r.xlsx")
    (page,) = load_workbook(tmp_path / "r.xlsx").worksheets
    assert page.title == "时间公园"
    assert [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)] == [
        ["source: outreach  collector: 李娜"],
        ["科普档案登记表"],
        ["科普点:时间公园 日期:2026年11月12日"],
        ["reason", "序号", "姓名", "手机"],
        ["手机 C5: 1380054173 has 10 digits; a mobile number has 11", "2", "李桂兰", "1380054173"],
        ["no phone number", "3", "王志明"],
    ]


def test_mended_it_is_imported_as_if_it_had_stood_in_the_sheet(tmp_path):
    known, defaults = Known(), Defaults(source="outreach", collector="李娜")
    _reception, rejects = take([sheet(*LINES, name="时间公园")], known, defaults)
    save(rejects, tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx")
    book.active["D5"], book.active["D6"] = 13800541732, "13700541733"
    book.save(tmp_path / "mended.xlsx")
    with opened(str(tmp_path / "mended.xlsx"), run().settings.import_) as source:
        reception, left = take(source.sheets, known, Defaults())
    assert (reception.counts["added"], left.count) == (2, 0)
    mended = [line.replace("1380054173", "13800541732").replace("王志明|", "王志明|13700541733") for line in LINES]
    again, _rejects = take([sheet(*mended, name="时间公园")], known, defaults)
    assert (again.counts["unchanged"], again.counts["rows"]) == (3, 3)


def test_a_header_named_by_letter_is_written_as_field_names(tmp_path):
    by_hand = parse_mapping(["name=A", "phone=B"], {})
    rejects = Rejects(Defaults())
    ((block, row), *_others) = walk("a.csv", sheet("张秀英|1390054173", "李桂兰|13800541732"), by_hand)
    rejects.add(block, row, "why")
    save(rejects, tmp_path / "r.xlsx")
    assert [list(r) for r in load_workbook(tmp_path / "r.xlsx").active.iter_rows(values_only=True)] == [
        ["reason", "name", "phone"], ["why", "张秀英", "1390054173"],
    ]  # fmt: skip


def test_a_formula_in_a_rejected_row_is_text(tmp_path):
    _reception, rejects = take([sheet("姓名|手机", "=1+1|x")], Known(), Defaults())
    save(rejects, tmp_path / "r.xlsx")
    cell = load_workbook(tmp_path / "r.xlsx").active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_file_that_holds_other_rows_is_not_overwritten_unasked(tmp_path):
    path = tmp_path / "r.xlsx"
    _reception, rejects = take([sheet(*LINES)], Known(), Defaults())
    save(rejects, path)
    before = path.read_bytes()
    save(rejects, path)
    assert path.read_bytes() == before
    _reception, others = take([sheet("姓名|手机", "张秀英|1")], Known(), Defaults())
    with pytest.raises(InvalidError, match="is there already"):
        save(others, path)
    assert path.read_bytes() == before
    save(others, path, force=True)
    assert path.read_bytes() != before


def test_without_rejected_rows_there_is_no_file(tmp_path):
    _reception, rejects = take([sheet("姓名|手机", "张秀英|13900541731")], Known(), Defaults())
    save(rejects, tmp_path / "r.xlsx")
    assert not (tmp_path / "r.xlsx").exists()
