"""Workbooks as other programs write them, and files that only bear a workbook's name."""

import io
import os
import struct
import zipfile

import pytest
from openpyxl import Workbook

from crmkit.errors import InvalidError
from crmkit.sheets.read import ole, tables
from tests.sheets import oldfiles
from tests.tables import settings

PEOPLE = [["姓名", "电话"], ["张秀英", "13900541731"], ["李建国", "13800138000"], ["王芳", "13611112222"]]
LATIN = [["Name", "Phone"], ["Tom Li", "13900541731"], ["Ann Wu", "13800138000"]]


def read(path, encoding="", **limits):
    with tables.opened(str(path), settings(**{"import": limits}).import_, encoding) as source:
        return [[list(row.cells) for row in sheet.rows] for sheet in source.sheets]


@pytest.fixture
def saved(tmp_path):
    def to_file(content, name="in.xls"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def refusal(path, **limits):
    with pytest.raises(InvalidError) as refused:
        read(path, **limits)
    return refused.value.message.removeprefix(f"{path} "), refused.value.hint


# --- old binary workbooks


@pytest.mark.parametrize("codepage", [1200, 1252, 936, 950, 65001, 21010, 10008, 0, 9999, None])
@pytest.mark.parametrize("large", [False, True], ids=["in the mini stream", "in sectors"])
def test_texts_of_excel_97_are_unicode_whatever_its_code_page_says(saved, codepage, large):
    path = saved(oldfiles.workbook(PEOPLE + LATIN, codepage=codepage, large=large))
    assert read(path) == [PEOPLE + LATIN]


PAGES = [(936, "gbk"), (10008, "gb2312"), (54936, "gb18030")]


@pytest.mark.parametrize(("codepage", "encoding"), PAGES)
def test_texts_of_excel_5_are_of_the_page_that_it_names(saved, codepage, encoding):
    content = oldfiles.workbook(
        PEOPLE, codepage=codepage, version=oldfiles.BIFF5, encoding=encoding, stream="Book", large=True
    )
    assert read(saved(content)) == [PEOPLE]


@pytest.mark.parametrize(
    ("codepage", "encoding", "name"),
    [(950, "big5", "陳秀英"), (1251, "cp1251", "Анна"), (10000, "mac_roman", "Zoë"), (None, "cp1252", "Zoë"),
     (437, "cp437", "Zoë"), (32769, "cp1252", "Zoë"), (932, "cp932", "かな")],
)  # fmt: skip
def test_texts_of_excel_5_of_other_countries(saved, codepage, encoding, name):
    content = oldfiles.workbook([["Name"], [name]], codepage=codepage, version=oldfiles.BIFF5, encoding=encoding)
    assert read(saved(content)) == [[["Name"], [name]]]


def test_an_unknown_code_page_of_excel_5_is_refused_not_guessed(saved):
    content = oldfiles.workbook(LATIN, codepage=29001, version=oldfiles.BIFF5, encoding="ascii")
    assert refusal(saved(content)) == (
        "is written in code page 29001, which is not known", "open it in a spreadsheet program and save it as xlsx",
    )  # fmt: skip


def test_bytes_that_are_not_of_the_page_that_excel_5_names_are_refused(saved):
    content = oldfiles.workbook([["Name"], ["Zoë"]], codepage=936, version=oldfiles.BIFF5, encoding="cp1252")
    assert refusal(saved(content))[0] == "is damaged, or no workbook"


BIFF5_LATIN = oldfiles.biff([["Name"], ["Zo?"]], version=oldfiles.BIFF5, encoding="ascii")
BESIDE = {
    "the same for Excel 5": oldfiles.container({"Book": BIFF5_LATIN, "Workbook": oldfiles.biff(PEOPLE)}),
    "the same for Excel 5, behind": oldfiles.container({"Workbook": oldfiles.biff(PEOPLE), "Book": BIFF5_LATIN}),
    "an embedded workbook": oldfiles.container({"Workbook": oldfiles.biff(PEOPLE)}, {"Workbook": oldfiles.biff(LATIN)}),
    "an embedded workbook of another page": oldfiles.container(
        {"Workbook": oldfiles.biff(PEOPLE, codepage=1251)}, {"Workbook": oldfiles.biff(LATIN, codepage=932)}
    ),
    "an embedded letter": oldfiles.container({"Workbook": oldfiles.biff(PEOPLE)}, {"WordDocument": bytes(5000)}),
}


@pytest.mark.parametrize("content", BESIDE.values(), ids=BESIDE)
def test_what_stands_beside_the_workbook_is_not_read_for_it(saved, content):
    assert read(saved(content)) == [PEOPLE]


def test_a_letter_with_an_embedded_workbook_is_a_letter(saved):
    content = oldfiles.container({"WordDocument": bytes(5000)}, {"Workbook": oldfiles.biff(PEOPLE)})
    assert refusal(saved(content)) == (
        "is a Word document, not a workbook", "copy the table into a spreadsheet program and save it as xlsx",
    )  # fmt: skip


FILEPASS = oldfiles.record(0x002F, bytes(6))
PASSWORD = ("is protected by a password", "open it with the password and save a copy without one")
PROTECTED = {
    "Excel 97": oldfiles.workbook(PEOPLE, extra=FILEPASS),
    "Excel 97, large": oldfiles.workbook(PEOPLE, extra=FILEPASS, large=True),
    "Excel 5": oldfiles.workbook(LATIN, version=oldfiles.BIFF5, encoding="ascii", stream="Book", extra=FILEPASS),
    "xlsx": oldfiles.container({"EncryptionInfo": bytes(200), "EncryptedPackage": bytes(5000)}),
}


@pytest.mark.parametrize("content", PROTECTED.values(), ids=PROTECTED)
def test_a_password_is_named(saved, content):
    assert refusal(saved(content)) == PASSWORD


def looping(where):
    """A workbook of which a chain of sectors leads round in circles."""
    data = bytearray(oldfiles.workbook(PEOPLE, large=where != "mini"))
    (fat_at,) = struct.unpack_from("<I", data, 76)
    fat = (fat_at + 1) * oldfiles.SECTOR
    if where == "stream":
        struct.pack_into("<I", data, fat + 4, 0)  # the second sector leads back to the first
    elif where == "directory":
        (directory,) = struct.unpack_from("<I", data, 48)
        struct.pack_into("<I", data, fat + 4 * directory, directory)
    elif where == "table of tables":
        struct.pack_into("<I", data, 68, fat_at)
        struct.pack_into("<I", data, fat + 508, fat_at)
    else:
        (mini,) = struct.unpack_from("<I", data, 60)
        struct.pack_into("<I", data, (mini + 1) * oldfiles.SECTOR, 0)
    return bytes(data)


@pytest.mark.parametrize("where", ["stream", "directory", "table of tables", "mini"])
def test_a_chain_of_sectors_that_leads_round_in_circles_is_damage(saved, where):
    assert refusal(saved(looping(where)))[0] == "is damaged, or no workbook"


# --- zipped workbooks


def xlsx(rows=PEOPLE):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rezipped(data, name=lambda name: name, content=lambda name, data: data, more=()):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w") as target:
        for entry in source.namelist():
            target.writestr(name(entry), content(entry, source.read(entry)))
        for entry, extra in more:
            target.writestr(entry, extra)
    return file.getvalue()


def moved(name):
    return name.replace("xl/workbook.xml", "xl/book2.xml").replace("workbook.xml.rels", "book2.xml.rels")


ODD = {
    "backslashes": rezipped(xlsx(), lambda name: name.replace("/", "\\")),
    "a slash in front": rezipped(xlsx(), lambda name: "/" + name),
    "other case": rezipped(xlsx(), lambda name: name.upper() if name.startswith("xl") else name),
    "what macOS adds": rezipped(
        xlsx(), more=[("__MACOSX/xl/._workbook.xml", b"\0\5\x16\7"), ("xl/worksheets/._sheet1.xml", b"\0\5\x16\7")]
    ),
    "an empty part": rezipped(xlsx(), more=[("xl/worksheets/sheet9.xml", b""), ("docProps/x.xml", b"")]),
    "a broken part of no sheet": rezipped(xlsx(), more=[("docProps/custom.xml", b"<a>"), ("xl/drawings/d.xml", b"<")]),
    "a workbook elsewhere": rezipped(
        xlsx(), moved, lambda name, data: data.replace(b"xl/workbook.xml", b"xl/book2.xml")
    ),
    "a workbook in another folder": rezipped(
        xlsx(), lambda name: name.replace("xl/", "other/"), lambda name, data: data.replace(b"xl/", b"other/")
    ),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_a_workbook_that_is_put_together_oddly_is_read(saved, content):
    assert read(saved(content)) == [PEOPLE]


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_and_its_extent_is_looked_at_all_the_same(saved, content):
    def far(name, data):
        return data.replace(b'r="A4"', b'r="XFD1048576"')

    assert refusal(saved(rezipped(content, content=far)))[0].endswith(
        "the sheet reaches to XFD1048576; at most 1048576 rows and 200 columns are read"
    )


CELL = '<table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>'
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def content_xml(rows=PEOPLE, row_attributes=""):
    lines = "".join(
        f"<table:table-row{row_attributes if n else ''}>{''.join(map(CELL.format, row))}</table:table-row>"
        for n, row in enumerate(rows)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-column/>{lines}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )


def ods(content=None, manifest="", more=(), mimetype=MIMETYPE):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("mimetype", mimetype)
        target.writestr("content.xml", content_xml() if content is None else content)
        target.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="urn:x">{manifest}</manifest:manifest>'
        )
        for name, data in more:
            target.writestr(name, data)
    return file.getvalue()


def indented(xml, gap="\n  "):
    return xml.replace("><", f">{gap}<")


OPEN_DOCUMENTS = {
    "plain": ods(),
    "with the empty part of OpenOffice": ods(more=[("Configurations2/accelerator/current.xml", b"")]),
    "with a part that is not well formed": ods(more=[("settings.xml", b"<a>"), ("Object 1/content.xml", b"")]),
    "indented": ods(indented(content_xml())),
    "indented with tabs and empty lines": ods(indented(content_xml(), "\r\n\r\n\t\t")),
    "indented by one blank": ods(indented(content_xml(), " ")),
    "of a program that writes no mimetype of its own": ods(mimetype=MIMETYPE + "\n"),
}


@pytest.mark.parametrize("content", OPEN_DOCUMENTS.values(), ids=OPEN_DOCUMENTS)
def test_an_open_document_is_read_whoever_wrote_it(saved, content):
    assert read(saved(content, "in.ods")) == [PEOPLE]


def test_blanks_within_a_text_are_no_indentation(saved):
    spans = content_xml([["姓名"], ["x"]]).replace(
        "<text:p>x</text:p>", "<text:p><text:span>张</text:span> <text:span>三</text:span></text:p>"
    )
    assert read(saved(ods(spans)))[0][1] == ["张 三"]


@pytest.mark.parametrize("count", ["4000000", "1000000000", "+4000000", "0000000000004000000", "9" * 30])
def test_however_a_repeat_is_written_it_counts(saved, count):
    attributes = f' table:number-rows-repeated="{count}"'
    message, _hint = refusal(saved(ods(content_xml(PEOPLE, attributes)), "in.ods"))
    assert "the sheet reaches to B" in message


def test_an_open_document_with_a_password_is_named(saved):
    manifest = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    assert refusal(saved(ods(b"\x01\x02", manifest), "in.ods")) == PASSWORD


# --- what only bears a workbook's name

SAVE_AS = "open it in a spreadsheet program and save it as xlsx"
COPY_OUT = "copy the table into a spreadsheet program and save it as xlsx"
TABLE = "<table><tr><td>姓名</td><td>电话</td></tr><tr><td>张秀英</td><td>13900541731</td></tr></table>"
BOOK_2003 = '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'


def zipped(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, data in entries.items():
            target.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return file.getvalue()


FOREIGN = {
    "html": (f"<html><body>{TABLE}</body></html>", "a web page", SAVE_AS),
    "html with a doctype": (f"\r\n<!DOCTYPE html PUBLIC 'x'>\n<html>{TABLE}", "a web page", SAVE_AS),
    "a table alone": (TABLE, "a web page", SAVE_AS),
    "html in gb2312": (f"<meta charset='gb2312'>{TABLE}".encode("gb18030"), "a web page", SAVE_AS),
    "html in utf-16": (f"<html>{TABLE}".encode("utf-16"), "a web page", SAVE_AS),
    "html behind a comment": (f"<!-- made -->\n<table>{TABLE}", "a web page", SAVE_AS),
    "xhtml": (f'<?xml version="1.0"?><html xmlns="x">{TABLE}</html>', "a web page", SAVE_AS),
    "mhtml": ("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\nx", "a web page", SAVE_AS),
    "xml 2003": (f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>{BOOK_2003}',
                 "an XML spreadsheet of Excel 2003", SAVE_AS),
    "xml 2003 without a declaration": (BOOK_2003, "an XML spreadsheet of Excel 2003", SAVE_AS),
    "fods": ('<?xml version="1.0"?><office:document xmlns:office="x"/>',
             "a spreadsheet in one XML file (fods)", SAVE_AS),
    "other xml": ("<?xml version='1.0'?><people/>", "an XML file", SAVE_AS),
    "sylk": ("ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K\"Name\"\r\nE\r\n", "a SYLK sheet", SAVE_AS),
    "dif": ('TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,2\r\n""\r\n', "a DIF sheet", SAVE_AS),
    "excel 2": (b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(40), "a sheet of Excel 2, 3 or 4", SAVE_AS),
    "excel 3": (b"\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00", "a sheet of Excel 2, 3 or 4", SAVE_AS),
    "excel 4": (b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00", "a sheet of Excel 2, 3 or 4", SAVE_AS),
    "excel 4 in a container": (oldfiles.container({"Book": b"\x09\x04\x06\x00\x00\x01\x10\x00\x00\x00"}),
                               "a sheet of Excel 2, 3 or 4", SAVE_AS),
    "lotus": (b"\0\0\x1a\0\0\x10\4\0", "a Lotus or Quattro sheet", SAVE_AS),
    "dbase": (b"\x03\x7e\x0b\x1e\x01\0\0\0\x61\0\x20\0" + bytes(40), "a dBase table", SAVE_AS),
    "rtf": ("{\\rtf1\\ansi x}", "an RTF document", COPY_OUT),
    "pdf": ("%PDF-1.7\n", "a PDF document", COPY_OUT),
    "a word document": (oldfiles.container({"WordDocument": bytes(5000)}), "a Word document", COPY_OUT),
    "docx": (zipped(word__document_dot_xml="<x/>"), "a Word document", COPY_OUT),
    "slides": (zipped(ppt__presentation_dot_xml="<x/>"), "a PowerPoint presentation", COPY_OUT),
    "odt": (ods(mimetype="application/vnd.oasis.opendocument.text"), "an OpenDocument file of another kind", COPY_OUT),
    "numbers": (zipped(Index__Document_dot_iwa="x"), "a Numbers, Pages or Keynote file", "export it as xlsx"),
    "an outlook message": (oldfiles.container({"__properties_version1.0": bytes(32)}), "an Outlook message",
                           "save the attachment, and import that"),
    "png": (b"\x89PNG\r\n\x1a\n", "a picture", "type the table into a spreadsheet program and save it as xlsx"),
    "a database": (b"SQLite format 3\0", "a database", "export the table as csv or xlsx"),
    "zip": (zipped(letter_dot_txt="x"), "a packed archive", "unpack it, and import the workbook inside"),
    "gzip": (b"\x1f\x8b\x08\0", "a packed archive", "unpack it, and import the workbook inside"),
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["xls", "csv"])
@pytest.mark.parametrize(("content", "kind", "hint"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_is_named_for_what_it_is_and_the_way_out(saved, content, kind, hint, suffix):
    assert refusal(saved(content, f"in.{suffix}")) == (f"is {kind}, not a workbook", hint)


TEXTS = {
    "a heading ID": "ID;Phone;Name\n1;13900541731;张三\n",
    "a heading in pointed brackets": "<姓名>,<电话>\n张三,13900541731\n",
    "the word TABLE": "TABLE,Name\n1,Tom\n",
    "a less-than sign": "<5,Name\n1,Tom\n",
    "a column of bytes": "MZ,Name\n1,Tom\n",
}


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_a_table_of_text_that_only_looks_like_something_else_is_read(saved, content):
    assert len(read(saved(content, "in.csv"))[0]) == 2


# --- what is no file


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "in.xlsx")
    assert refusal(tmp_path / "in.xlsx") == (
        "is a pipe or a device, not a file", "give `-` for standard input, or save what it holds as a file",
    )  # fmt: skip


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(device):
    assert refusal(device)[0] == "is a pipe or a device, not a file"


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (None, "cp1252"), (936, "gb18030"), (20936, "gb18030"), (54936, "gb18030"), (10008, "gb18030"), (950, "cp950"),
        (932, "cp932"), (949, "cp949"), (1250, "cp1250"), (1251, "cp1251"), (10000, "mac-roman"), (32768, "mac-roman"),
        (10001, "shift_jis"), (10002, "big5"), (10003, "euc_kr"), (10006, "mac-greek"), (10007, "mac-cyrillic"),
        (10029, "mac-latin2"), (10079, "mac-iceland"), (10081, "mac-turkish"), (32769, "cp1252"), (367, "ascii"),
        (1200, "ascii"), (99999, ""),
    ],
)  # fmt: skip
def test_the_code_page_of_an_old_workbook_names_its_encoding(page, name):
    book = ole.OleWorkbook(ole.BIFF5, page, (), False, False, ())
    assert ole.encoding(book) == name
