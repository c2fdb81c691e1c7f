"""`crmkit lead import` of what other programs write, and of what attackers do: people, or one sentence."""

import re
import time

import pytest

from tests.sheets import oldfiles
from tests.sheets.test_foreign import (
    FOREIGN,
    ODD,
    OPEN_DOCUMENTS,
    PEOPLE,
    PROTECTED,
    content_xml,
    looping,
    ods,
    rezipped,
    xlsx,
)

HAN = re.compile("[\u4e00-\u9fff]")


def names(crm, *arguments):
    """Names and first numbers of the customers that an import adds."""
    crm.ok("lead", "import", *arguments, "--source", "outreach", "-q")
    return {(one["name"], one["phones"][0]["e164"]) for one in crm.json("lead", "list")}


EXPECTED = {(name, f"+86{phone}") for name, phone in PEOPLE[1:]}
GOOD = {
    "an old workbook of a wrong code page": ("in.xls", oldfiles.workbook(PEOPLE, codepage=932, large=True)),
    "a workbook of Excel 5": (
        "in.xls", oldfiles.workbook(PEOPLE, codepage=936, version=oldfiles.BIFF5, encoding="gbk", stream="Book"),
    ),
    **{f"xlsx, {how}": ("in.xlsx", content) for how, content in ODD.items()},
    **{f"ods, {how}": ("in.ods", content) for how, content in OPEN_DOCUMENTS.items()},
    "csv with 300 empty columns": (
        "in.csv", "\n".join(",".join(row) + "," * 300 for row in PEOPLE).encode(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), GOOD.values(), ids=GOOD)
def test_the_people_in_it_are_added(crm, home, name, content):
    (home / name).write_bytes(content)
    assert names(crm, name) == EXPECTED


def test_ascii_texts_of_a_wrong_code_page_hold_no_nul(crm, home):
    content = oldfiles.workbook([["Name", "Phone"], ["Tom Li", "13900541731"]], codepage=1252)
    (home / "in.xls").write_bytes(content)
    assert names(crm, "in.xls") == {("Tom Li", "+8613900541731")}


def sheet(cells):
    def changed(name, data):
        return data.replace(b'<c r="B4"', cells) if name == "xl/worksheets/sheet1.xml" else data

    return rezipped(xlsx(), content=changed)


def far(data):
    return rezipped(data, content=lambda name, part: part.replace(b'r="A4"', b'r="XFD1048576"'))


SST = (
    b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
)
RELATION = (
    b'<Relationship Id="r9" Target="sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


def with_shared_texts():
    related = rezipped(xlsx(), content=lambda _name, data: data.replace(b"</Relationships>", RELATION))
    without = rezipped(related, lambda name: name.replace("sharedStrings", "other"))
    return rezipped(without, more=[("xl/sharedStrings.xml", SST)])


MEMORY = "is damaged, or takes more than 200 MB of memory to read"
REACHES = "the sheet reaches to "
HOSTILE = {
    "a row of ten digits": ("in.xlsx", sheet(b'<c r="B4294967295"'), REACHES),
    "a column of seven letters": ("in.xlsx", sheet(b'<c r="ZZZZZZZ4"'), REACHES),
    "a row of eleven digits": ("in.xlsx", sheet(b'<c/></row><row r="99999999999"><c'), REACHES),
    "a row of a thousand digits": ("in.xlsx", sheet(b'<c r="B%s"' % (b"9" * 5000)), "is damaged, or no workbook"),
    "billions of shared texts": (
        "in.xlsx", with_shared_texts(), MEMORY,
    ),
    "billions of blanks": (
        "in.ods", ods(content_xml().replace("王芳", 'x<text:s text:c="2000000000"/>y')),
        MEMORY,
    ),
    "a billion rows": (
        "in.ods", ods(content_xml(PEOPLE, ' table:number-rows-repeated="+1000000000"')), REACHES,
    ),
    "a part of the sheet that is named in capitals": (
        "in.xlsx", rezipped(far(xlsx()), lambda name: name.replace("sheet1.xml", "Sheet1.XML")), REACHES,
    ),
    "a circle of sectors": ("in.xls", looping("directory"), "is damaged, or no workbook"),
    **{f"a password, {how}": ("in.xls", content, "is protected by a password") for how, content in PROTECTED.items()},
    **{f"a foreign file, {how}": ("in.xls", content if isinstance(content, bytes) else content.encode(), f"is {kind}, ")
       for how, (content, kind, _hint) in FOREIGN.items()},
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_in_the_language_of_the_user_and_nothing_is_added(crm, home, name, content, message):
    (home / name).write_bytes(content)
    if message == MEMORY:
        crm.ok("config", "--set", "import.max_memory_megabytes=200")
    english = crm.fails(1, "lead", "import", name)
    assert (english.out, english.err.count("\n")) == ("", 2)
    assert english.err.startswith(f"error: {name}") and message in english.err
    chinese = crm.fails(1, "--lang", "zh", "lead", "import", name)
    first, second = chinese.err.splitlines()
    assert first.startswith(f"错误：{name}") and HAN.search(first.removeprefix("错误")) and second.startswith("提示：")
    assert HAN.search(second.removeprefix("提示"))
    assert crm.json("lead", "list") == []


OFF = '姓名,电话,备注\n张秀英,13900541731,x\n李建国,13800138000,"a"b\n王芳,13611112222,y\n'


def test_a_row_with_a_stray_quotation_mark_is_rejected_in_the_language_of_the_user_and_the_others_are_read(crm, home):
    (home / "in.csv").write_text(OFF, "utf-8")
    ran = crm("--lang", "zh", "lead", "import", "in.csv", "--rejects", "r.xlsx")
    assert ran.code == 5
    assert {one["name"] for one in crm.json("lead", "list")} == {"张秀英", "王芳"}
    from openpyxl import load_workbook

    *_head, rejected = load_workbook(home / "r.xlsx").active.iter_rows(values_only=True)
    assert rejected == ("引号没有成对，或引号后面还有文字", "李建国", "13800138000", '"a"b')


def test_a_stray_quotation_mark_in_the_header_refuses_the_file(crm, home):
    (home / "in.csv").write_text('姓名,"电话"x\n张秀英,13900541731\n', "utf-8")
    assert crm.fails(1, "lead", "import", "in.csv").err == (
        "error: in.csv, row 1: a quotation mark is not closed, or text follows a closed one\n"
        "hint: look at the quotation marks in this row\n"
    )


def test_a_line_that_is_no_json_is_said_without_a_librarys_words(crm, home):
    (home / "in.jsonl").write_text('{"name": "a", "phone": "13900541731"}\n{"name": NaN}\n', "utf-8")
    assert crm.fails(1, "--lang", "zh", "lead", "import", "in.jsonl").err == "错误：in.jsonl, 第 2 行：不是 JSON 行\n"


@pytest.mark.parametrize("cell", ["x" * 32_000, "(a" * 16_000, "张:" * 16_000], ids=["letters", "brackets", "keys"])
def test_a_long_cell_takes_no_time(crm, home, cell):
    (home / "in.csv").write_text("姓名,电话,备注\n" + f"张秀英,,{cell}\n" * 3 + "王芳,13611112222,\n", "utf-8")
    before = time.process_time()
    crm("lead", "import", "in.csv")
    assert time.process_time() - before < 15  # 50 seconds and more when it was quadratic
    assert [one["name"] for one in crm.json("lead", "list")] == ["王芳"]


def test_standard_input_without_an_end_is_refused(crm):
    crm.ok("config", "--set", "import.max_megabytes=3")
    refused = crm.fails(1, "lead", "import", "-", stdin=b"x" * 4_000_000)
    assert refused.err.splitlines()[0] == "error: standard input is larger than 3 MB"
