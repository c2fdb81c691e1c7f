"""Files of rows: formats, encodings, separators, and whatever could harm the machine."""

import io
import random
import re
import zipfile
from contextlib import nullcontext, suppress
from datetime import date, datetime, time
from pathlib import Path
from xml.parsers import expat

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from crmkit.errors import InvalidError, NotFoundError, UsageError
from crmkit.sheets.read import grid, tables, zipcheck
from tests.tables import settings

LIMITS = settings().import_
SAVED = Path(__file__).parent / "saved"


def read(path, encoding="", **limits):
    """Every sheet as (name, rows of cells)."""
    with tables.opened(str(path), settings(**{"import": limits}).import_, encoding) as source:
        return [(sheet.name, [row.cells for row in sheet.rows]) for sheet in source.sheets]


def rows(path, **options):
    ((_name, found),) = read(path, **options)
    return found


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name
        if isinstance(content, Workbook):
            content.save(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def workbook(*lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    return book


TEXT = "姓名,手机\n张秀英,13900541731\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_encoding_is_told_by_content(write, encoding):
    assert rows(write("a.csv", TEXT.encode(encoding))) == [["姓名", "手机"], ["张秀英", "13900541731"]]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("marks", [1, 2])
def test_marks_of_the_byte_order_are_no_letters_whichever_program_put_them_there(write, encoding, marks):
    before = "\ufeff" * marks  # `iconv -f utf-8 -t gb18030` keeps the mark, `-t utf-16` writes another one before it
    assert rows(write("a.csv", (before + TEXT).encode(encoding))) == [["姓名", "手机"], ["张秀英", "13900541731"]]
    line = '{"姓名": "张秀英"}\n{"姓名": "李建国"}\n'
    assert rows(write("a.jsonl", (before + line).encode(encoding))) == [["姓名"], ["张秀英"], ["李建国"]]
    card = "BEGIN:VCARD\nFN:张秀英\nTEL:13900541731\nEND:VCARD\n"
    assert rows(write("a.vcf", (before + card).encode(encoding))) == [["name", "phone"], ["张秀英", "13900541731"]]


def test_rare_characters_survive_gb18030(write):
    assert rows(write("a.csv", "𠮷野㐂子,1\n".encode("gb18030"))) == [["𠮷野㐂子", "1"]]


def test_an_encoding_can_be_named(write):
    assert rows(write("a.csv", "姓名,電話\n".encode("big5")), encoding="big5") == [["姓名", "電話"]]
    with pytest.raises(InvalidError, match=r"a.csv, line 2: not utf-8"):
        rows(write("a.csv", b"ok\n\xff\xfe\xff"), encoding="utf-8")
    with pytest.raises(UsageError, match="klingon is not an encoding"):
        rows(write("a.csv", TEXT), encoding="klingon")


def test_bytes_of_no_encoding_are_refused_with_the_line(write):
    with pytest.raises(InvalidError, match=r"a.csv, line 2: not utf-8 / gb18030"):
        rows(write("a.csv", b"name,phone\n\xff\xff\xff\n"))


def test_utf_16_without_its_mark_is_refused_not_guessed(write):
    with pytest.raises(InvalidError, match="NUL") as refused:
        rows(write("a.csv", "name,phone\n".encode("utf-16-le")))
    assert "--encoding utf-16-le" in refused.value.hint


@pytest.mark.parametrize("separator", list(",;\t|"))
def test_a_separator_is_told_by_content(write, separator):
    lines = ["姓名,手机,地址".replace(",", separator), "登记表"]
    lines += [separator.join(["张秀英", "13900541731", "青年路1号" if separator == "," else "青年路1号,2单元"])] * 5
    assert {len(cells) for cells in rows(write("a.csv", "\n".join(lines)))} == {1, 3}


def test_a_new_line_within_quotation_marks_is_in_the_cell_and_rows_keep_their_numbers(write):
    path = write("a.csv", '姓名,地址\n张秀英,"青年路\n1号"\n李桂兰,x\n')
    with tables.opened(str(path), LIMITS) as source:
        found = [(row.number, row.cells[1]) for row in next(source.sheets).rows]
    assert found == [(1, "地址"), (2, "青年路\n1号"), (4, "x")]


def test_json_lines_are_rows_below_their_keys(write):
    first = '{"name": "张秀英", "phones": ["13900541731", {"raw": "65911234"}]}'
    path = write("a.jsonl", first + '\n\n{"name": "X", "age": 7}\n')
    assert rows(path) == [
        ["name", "phones", "age"], ["张秀英", "13900541731; 65911234", None], ["X", None, 7],
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["{", '{"a": NaN}', '{"a": 1} x', "[" * 100_000, "[1]"])
def test_a_json_line_that_is_none_is_refused_with_its_number(write, line):
    with pytest.raises(InvalidError, match=r"a.jsonl, row 2: "):
        rows(write("a.jsonl", '{"a": 1}\n' + line))


def test_a_workbook_gives_every_sheet_with_its_types(write):
    book = workbook(
        ["日期", "电话"], [datetime(2026, 11, 3), 13900541731], [datetime(2026, 11, 3, 10, 56), 1.5], [time(9)]
    )
    hidden = book.create_sheet("隐藏")
    hidden["B3"] = "=1+1"
    hidden["C3"] = "x"
    hidden.sheet_state = "hidden"
    assert read(write("a.xlsx", book)) == [
        ("Sheet", [["日期", "电话"], [date(2026, 11, 3), 13900541731], [datetime(2026, 11, 3, 10, 56),
        1.5], [time(9), None]]),
        ("隐藏", [[None, None, None], [None, None, None], [None, "=?", "x"]]),
    ]  # fmt: skip


def test_a_workbook_is_told_by_content_not_by_name(write):
    assert rows(write("a.csv", workbook(["x"]))) == [["x"]]


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S"><table:table-row table:number-rows-repeated="{0}">'
    '<table:table-cell table:number-columns-repeated="{1}" office:value-type="string"><text:p>x</text:p>'
    '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def an_ods(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:x"/>')
    return path


@pytest.fixture
def ods(tmp_path):
    return lambda rows, columns: an_ods(tmp_path / "a.ods", ODS.format(rows, columns))


def test_an_open_document_is_read(ods):
    assert rows(ods(2, 3)) == [["x"] * 3] * 2


def test_cells_that_are_only_formatted_do_not_count(write):
    book = workbook(["x"])
    book.active["XFD1048576"].font = Font(bold=True)
    assert rows(write("a.xlsx", book))[0] == ["x"]


def bomb():
    book = workbook(["x"])
    book.active["XFD1048576"] = "y"
    return book


def test_a_value_in_the_last_cell_is_refused_before_it_is_opened(write):
    with pytest.raises(InvalidError, match="reaches to XFD1048576"):
        read(write("a.xlsx", bomb()))


@pytest.mark.parametrize(("down", "across"), [(1_000_000, 16_384), ("+1000000", "+16384"), ("01000000", "016384")])
def test_repeated_cells_are_refused_before_they_are_opened(ods, down, across):
    with pytest.raises(InvalidError, match="reaches to XFD1000000"):
        read(ods(down, across))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, write):
    write("a.xlsx", workbook(["x"]))
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"<a>" + b" " * 3_000_000)
    assert (tmp_path / "a.xlsx").stat().st_size < 20_000
    with pytest.raises(InvalidError, match="unpacks to more than 2 MB"):
        read(tmp_path / "a.xlsx", max_megabytes=2)


def with_part(path, name, content):
    """The workbook at `path` with one of its files replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in (parts | {name: content(parts[name])}).items():
            archive.writestr(entry, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"
TRICKS = {
    "an entity": lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml,
    "a > in an attribute": lambda xml: xml.replace(b'r="XFD1048576"', b'x=">" r="XFD1048576"'),
    "two blanks": lambda xml: xml.replace(b'<c r="XFD', b'<c  r="XFD'),
    "a line break": lambda xml: xml.replace(b'<c r="XFD', b'<c\nr="XFD'),
    "other quotation marks": lambda xml: xml.replace(b'r="XFD1048576"', b"r='XFD1048576'"),
    "a character by its number": lambda xml: xml.replace(b'r="XFD', b'r="&#88;FD'),
    "a prefix": lambda xml: xml.replace(b"<c ", b"<x:c ").replace(b"</c>", b"</x:c>"),
    "another encoding": lambda xml: b"\xff\xfe" + xml.decode().encode("utf-16-le"),
    "a row number only": lambda xml: xml.replace(b' r="XFD1048576"', b""),
    "cut off": lambda xml: xml[:-30],
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_bomb_in_disguise_is_refused(write, trick):
    with pytest.raises(InvalidError, match=r"reaches to|is damaged"):
        read(with_part(write("a.xlsx", bomb()), SHEET, trick), max_rows=200_000)


OTHERWISE = {
    **TRICKS,
    "another encoding that says so": lambda xml: b'<?xml version="1.0" encoding="UTF-16"?>' + xml,
    "another order": lambda xml: xml.replace(b'<c r="XFD1048576"', b'<c t="n" r="XFD1048576"'),
    "small letters": lambda xml: xml.replace(b'r="XFD', b'r="xfd'),
    "leading zeros": lambda xml: xml.replace(b'r="XFD', b'r="XFD0'),
    "a name alone": lambda xml: xml.replace(b"</sheetData>", b"<c/></sheetData>"),
    "too far": lambda xml: xml,
}  # fmt: skip


@pytest.mark.parametrize("piece", [150, 1 << 20])
@pytest.mark.parametrize("form", OTHERWISE)
def test_cells_are_plain_to_see_only_in_the_form_that_all_programs_write(tmp_path, write, monkeypatch, form, piece):
    monkeypatch.setattr(zipcheck, "CHUNK", piece)
    with zipfile.ZipFile(write("a.xlsx", bomb())) as book:
        xml = book.read(SHEET)
    near = xml.replace(b"XFD1048576", b"GR200").replace(b'row r="1048576"', b'row r="200"')
    for declared in (b"", b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>'):
        assert zipcheck._evidently_within(io.BytesIO(declared + near), "a.xlsx", LIMITS)
    with suppress(InvalidError, expat.ExpatError):
        assert not zipcheck._evidently_within(io.BytesIO(OTHERWISE[form](xml)), "a.xlsx", LIMITS)


def test_a_sheet_hidden_under_another_name_is_refused(write):
    path = write("a.xlsx", workbook(["x"]))
    with_part(path, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1.xml", b"sheet1.bin"))
    with pytest.raises(InvalidError, match="is damaged"):
        read(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_with_any_one_bit_wrong_is_read_or_refused(tmp_path, write, method):
    path = tmp_path / "packed.xlsx"
    with zipfile.ZipFile(write("a.xlsx", workbook(["x"]))) as whole, zipfile.ZipFile(path, "w", method) as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name))
    data, chance = path.read_bytes(), random.Random(4)
    refused = 0
    for _turn in range(600):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            zipcheck.check(io.BytesIO(damaged), "a.xlsx", settings().import_)
        except InvalidError:
            refused += 1
    assert refused > 200


BROKEN = {
    "cut off": (b"PK\x03\x04" + b"x" * 100, "is damaged, or no workbook"),
    "an old workbook, broken": (grid.OLE_MAGIC + b"\0" * 3000, "is damaged, or no workbook"),
    "empty": (b"", "is empty"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_clear_sentence(write, content, message):
    with pytest.raises(InvalidError, match=f"a.xlsx {message}"):
        read(write("a.xlsx", content))


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(NotFoundError, match="there is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InvalidError, match="is a folder"):
        read(tmp_path)


def test_a_cell_of_a_megabyte_is_refused_with_its_place(write):
    with pytest.raises(InvalidError, match=r"a\.csv, B2: a cell of 1000000 characters"):
        rows(write("a.csv", f"a,b\nc,{'x' * 1_000_000}\n"))


def told(path):
    """The rows of a file of text: number and cells, or number and "refused"."""
    with tables.opened(str(path), LIMITS) as source:
        sheet = next(source.sheets)
        return [(row.number, "refused" if row.error else row.cells) for row in sheet.rows]


OFF = {
    "text behind a closed one": ('a,b\n"c"x,d\ne,f\n', [(2, "refused"), (3, ["e", "f"])]),
    "never closed": ('a,b\n"c,d\ne,f\ng,h\n', [(2, "refused"), (3, ["e", "f"]), (4, ["g", "h"])]),
    "never closed, in the last row": ('a,b\ne,f\n"c,d', [(2, ["e", "f"]), (3, "refused")]),
    "closed by the mark of another row": (
        'a,b\n"c,d\ne,f\ng,"h,i"\nj,k\n', [(2, "refused"), (3, ["e", "f"]), (4, ["g", "h,i"]), (5, ["j", "k"])],
    ),
    "closed by a row of two lines": (
        'a,b\n"c,d\ne,f\ng,"h\ni"\nj,k\n', [(2, "refused"), (3, ["e", "f"]), (4, ["g", "h\ni"]), (6, ["j", "k"])],
    ),
    "an empty quoted cell within": ('a,b\n"c,d\n"",f\ng,h\n', [(2, "refused"), (3, ["", "f"]), (4, ["g", "h"])]),
    "lines of a cell are no rows": (
        'a,b\nc,"road 1\nflat 2\nfloor 3"x\ne,f\n', [(2, "refused"), (3, "refused"), (4, "refused"), (5, ["e", "f"])],
    ),
    "every row": ('a,b\nc,"d\ne,"f\n', [(2, "refused"), (3, "refused")]),
    "in the middle of a cell it means nothing": ('a,b\nc 5" d,e\n', [(2, ['c 5" d', "e"])]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OFF.values(), ids=OFF)
def test_a_stray_quotation_mark_refuses_its_row_and_no_other(write, text, expected):
    assert told(write("a.csv", text)) == [(1, ["a", "b"]), *expected]


def test_a_cell_beyond_all_measure_is_one_clear_sentence(write):
    with pytest.raises(InvalidError, match=r"a\.csv, A1: a cell of 17000000 characters"):
        rows(write("a.csv", "x" * 17_000_000))


def test_empty_cells_at_the_end_of_a_row_do_not_count(write):
    wide = "姓名,电话" + "," * 300 + "\n" + "张秀英,13900541731" + ", " * 300 + "\n"
    assert rows(write("a.csv", wide)) == [["姓名", "电话"], ["张秀英", "13900541731"]]
    with pytest.raises(InvalidError, match="row 3: more than 200 columns"):
        rows(write("a.csv", wide + "," * 200 + "x\n"))


@pytest.mark.parametrize(
    ("limits", "message"), [({"max_rows": 2}, "more than 2 rows"), ({"max_columns": 1}, "more than 1")]
)
def test_limits_hold_for_text_too(write, limits, message):
    with pytest.raises(InvalidError, match=message):
        rows(write("a.csv", "a,b\n" * 3), **limits)


def test_letters_of_columns():
    assert [grid.letter(n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_a_long_sheet_and_a_wide_one_of_the_same_file_are_not_taken_for_one(tmp_path, monkeypatch):
    monkeypatch.setattr(zipcheck, "MAX_CELLS", 15)
    cell = b'<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    row = b"<table:table-row>%s</table:table-row>"
    long, wide, both = row % cell * 4, row % (cell * 4), row % (cell * 4) * 4
    for sheets, fits in (((long, wide), True), ((both,), False)):
        tables_ = b"".join(b"<table:table>%s</table:table>" % sheet for sheet in sheets)
        with zipfile.ZipFile(tmp_path / "a.ods", "w") as book:
            book.writestr("content.xml", b'<o xmlns:office="o" xmlns:table="t" xmlns:text="x">%s</o>' % tables_)
        with (tmp_path / "a.ods").open("rb") as file:
            refused = nullcontext() if fits else pytest.raises(InvalidError, match="reaches to D4")
            with refused:
                zipcheck.check(file, "a.ods", LIMITS)


CELLS_BY_NAME = {
    "as all programs write it": lambda xml: xml,
    "in other quotation marks": lambda xml: re.sub(rb'<c r="([A-Z]+[0-9]+)"', rb"<c r='\1'", xml),
    "without their names": lambda xml: re.sub(rb'<c r="[A-Z]+[0-9]+"', b"<c", xml),
    "without names, nor numbers of rows": lambda xml: re.sub(rb'<(c|row) r="[A-Z0-9]+"', rb"<\1", xml),
}


def of_seven_rows(tmp_path, form):
    """A sheet of seven rows and three columns."""
    if form == "an ods of repeated cells":
        return an_ods(tmp_path / "a.ods", ODS.format("+7", "03"))
    if form == "an ods of single cells":
        cells = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>' * 3
        head, tail = (
            ODS.partition('<table:table-row table:number-rows-repeated="{0}">')[0],
            ODS[ODS.index("</table:table>") :],
        )
        return an_ods(tmp_path / "a.ods", head + f"<table:table-row>{cells}</table:table-row>" * 7 + tail)
    if form == "csv":
        (tmp_path / "a.csv").write_text("x,x,x\n" * 7)
        return tmp_path / "a.csv"
    path = tmp_path / "a.xlsx"
    workbook(*[["x"] * 3] * 7).save(path)
    return with_part(path, SHEET, CELLS_BY_NAME[form])


@pytest.mark.parametrize("form", [*CELLS_BY_NAME, "an ods of repeated cells", "an ods of single cells", "csv"])
def test_a_sheet_is_read_up_to_its_limits_of_rows_and_of_columns_and_no_further(tmp_path, form):
    path = of_seven_rows(tmp_path, form)
    assert rows(path, max_rows=7, max_columns=3) == [["x"] * 3] * 7
    with pytest.raises(InvalidError, match=r"more than 6 rows|reaches to [AC]7; at most 6 rows and 3 columns"):
        rows(path, max_rows=6, max_columns=3)
    with pytest.raises(InvalidError, match=r"more than 2 columns|reaches to C[17]; at most 7 rows and 2 columns"):
        rows(path, max_rows=7, max_columns=2)


def test_an_old_workbook_is_read_up_to_its_limits(saved=SAVED / "shop.xls"):
    ((_name, found),) = read(saved)
    tall, wide = len(found), len(found[0])
    assert tall != wide
    assert rows(saved, max_rows=tall, max_columns=wide) == found
    for limits in ({"max_rows": tall - 1, "max_columns": wide}, {"max_rows": tall, "max_columns": wide - 1}):
        with pytest.raises(InvalidError, match=rf"reaches to {grid.letter(wide - 1)}{tall};"):
            rows(saved, **limits)


def test_a_sheet_of_more_rows_than_columns_are_allowed_is_read_without_any_setting(write):
    assert len(rows(write("a.xlsx", workbook(*[["a", "b"]] * 250)))) == 250
    with pytest.raises(InvalidError, match=r"reaches to GS2; at most 1048576 rows and 200 columns"):
        rows(write("a.xlsx", workbook(["x"], ["x"] * 250)))
