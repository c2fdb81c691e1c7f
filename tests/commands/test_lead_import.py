"""`crmkit lead import`."""

import json
import os

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.sheets import oldfiles
from tests.sheets.test_foreign import content_xml, ods

TEXT = "姓名,手机,地址\n张秀英,13900541731,青年路1号\n张阿姨,139-0054-1731,\n李建国,13900541731,\n王志明,1380054173,\n"
COUNTS = {"rows": 4, "added": 1, "repeat": 1, "shared": 1, "unchanged": 0, "rejected": 1}


@pytest.fixture
def sheet(home):
    (home / "leads.csv").write_text(TEXT, "utf-8")
    return "leads.csv"


def test_every_row_ends_as_one_thing_and_the_rest_is_written_down(crm, home, sheet):
    ran = crm("lead", "import", sheet, "--source", "shop", "--rejects", "r.xlsx", "--rows", "rows.jsonl", "-f", "json")
    assert (ran.code, ran.json["counts"]) == (5, COUNTS)
    assert json.loads(ran.err.splitlines()[-1])["error"] == {
        "code": "partial", "message": "leads.csv: 1 of 4 rows were rejected", "hint": "mend r.xlsx and import it again",
    }  # fmt: skip
    became = [json.loads(line) for line in (home / "rows.jsonl").read_text("utf-8").splitlines()]
    assert [(row["row"], row["outcome"]) for row in became] == [
        (2, "added"), (3, "repeat"), (4, "shared"), (5, "rejected"),
    ]  # fmt: skip
    assert became[0]["id"] == became[1]["id"] != became[2]["id"]
    assert became[3]["reason"] == "手机 B5: 1380054173 has 10 digits; a mobile number has 11"
    assert {one["source"] for one in crm.json("lead", "list")} == {"shop"}
    assert len(crm.ok("lead", "list", "--shared", "-f", "ids").lines) == 2
    (line,) = [row for row in load_workbook(home / "r.xlsx").active.iter_rows(values_only=True) if row[1] == "王志明"]
    assert line == (became[3]["reason"], "王志明", "1380054173", None)


def test_the_same_sheet_again_changes_nothing_and_says_so(crm, sheet):
    crm("lead", "import", sheet, "--rejects", "r.xlsx")
    again = crm("lead", "import", sheet, "--rejects", "r.xlsx", "-f", "json")
    assert again.code == 5
    assert again.json["counts"] == {"rows": 4, "added": 0, "repeat": 0, "shared": 0, "unchanged": 3, "rejected": 1}
    assert (again.json["run"], again.json["commit"], again.json["ids"]) == ("", "", [])
    assert "nothing was changed" in again.err


def test_mended_rejects_are_imported_with_what_the_command_line_said(crm, home, sheet):
    crm(
        "lead", "import", sheet, "--source", "shop", "--site", "时间公园", "--date", "2026-11-12", "--rejects", "r.xlsx"
    )
    book = load_workbook(home / "r.xlsx")
    (cell,) = [row[2] for row in book.active.iter_rows() if row[1].value == "王志明"]
    cell.value = "13800541732"
    book.save(home / "mended.xlsx")
    crm.ok("lead", "import", "mended.xlsx")
    shown = crm.json("lead", "show", "13800541732")
    assert (shown["source"], shown["site"], shown["collected_at"][:10]) == ("shop", "时间公园", "2026-11-12")


def test_without_a_rejects_file_the_first_reasons_are_told(crm, sheet):
    ran = crm("lead", "import", sheet)
    assert ran.code == 5
    assert "leads.csv, row 5: 手机 B5: 1380054173 has 10 digits" in ran.err
    assert "hint: --rejects FILE.xlsx writes them down" in ran.err


def test_a_rejects_file_of_other_rows_is_kept_and_nothing_is_imported(crm, home, sheet):
    (home / "r.xlsx").write_bytes(b"mine")
    assert "is there already" in crm.fails(1, "lead", "import", sheet, "--rejects", "r.xlsx").err
    assert (home / "r.xlsx").read_bytes() == b"mine"
    assert crm.json("lead", "list") == []
    assert crm("lead", "import", sheet, "--rejects", "r.xlsx", "--force").code == 5
    assert (home / "r.xlsx").read_bytes() != b"mine"


def test_a_dry_run_counts_and_writes_nothing(crm, home, sheet):
    ran = crm("lead", "import", sheet, "--rejects", "r.xlsx", "--rows", "rows.jsonl", "-n", "-f", "json")
    assert (ran.code, ran.json["counts"], ran.json["dry_run"]) == (5, COUNTS, True)
    assert crm.json("lead", "list") == []
    assert not (home / "r.xlsx").exists() and not (home / "rows.jsonl").exists()


def test_standard_input_is_read_where_a_dash_stands(crm):
    ran = crm.json("lead", "import", "-", stdin=TEXT.splitlines()[0] + "\n张秀英,13900541731,\n")
    assert ran["counts"]["added"] == 1
    ran = crm.json("lead", "import", "-", stdin='{"name": "李桂兰", "phone": 13800541732}\n')
    assert ran["counts"]["added"] == 1


def test_a_mapping_is_remembered_for_sheets_of_this_shape(crm, home):
    (home / "a.csv").write_text("甲,乙,丙\n张秀英,13900541731,合唱\n", "utf-8")
    (home / "b.csv").write_text("甲,乙,丙\n李桂兰,13800541732,书法\n", "utf-8")
    assert "a.csv: no header row found" in crm.fails(1, "lead", "import", "a.csv").err
    crm.ok("lead", "import", "a.csv", "--map", "name=甲", "--map", "phone=B")
    crm.ok("lead", "import", "b.csv")
    assert crm.json("lead", "show", "13800541732")["notes"] == ["丙: 书法"]


def test_new_sites_and_staff_are_said_and_can_be_looked_up(crm, home):
    (home / "a.csv").write_text("科普点:时间公园 收集人:李娜\n姓名,手机\n张秀英,13900541731\n", "utf-8")
    assert crm.ok("lead", "import", "a.csv").err.startswith("new site: 时间公园\nnew staff member: 李娜\n")
    assert [one["name"] for one in crm.json("site", "list")] == ["时间公园"]
    assert len(crm.ok("lead", "list", "--collector", "李娜", "-f", "ids").lines) == 1


def test_rows_without_a_number_are_taken_when_asked_for(crm, home):
    (home / "a.csv").write_text(
        "rec_id,given_name,surname,address_1,date_of_birth\nr-1,Ann,Berry,x,19530102\n", "utf-8"
    )
    assert crm("lead", "import", "a.csv").code == 5
    crm.ok("lead", "import", "a.csv", "--allow-no-phone")
    (one,) = crm.json("lead", "list", "--no-phone")
    assert [one[name] for name in ("external_id", "name", "birthday")] == ["r-1", "Ann Berry", "1953-01-02"]


def test_quietly_it_prints_the_ids_and_nothing_else(crm, home):
    (home / "a.csv").write_text("科普点:时间公园\n姓名,手机\n张秀英,13900541731\n", "utf-8")
    ran = crm.ok("-q", "lead", "import", "a.csv")
    assert (len(ran.lines), ran.err) == (1, "")


def workbook(path, *lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)


def far_cell(path):
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "姓名", "x"
    book.save(path)


BAD = {
    "missing": (lambda path: None, "there is no file bad.xlsx"),
    "empty": (lambda path: path.write_bytes(b""), "bad.xlsx is empty"),
    "empty sheet": (lambda path: workbook(path), "no rows found below a header"),
    "header only": (lambda path: workbook(path, ["姓名", "手机"]), "no rows found below a header"),
    "no header": (lambda path: workbook(path, ["张秀英", "13900541731"]), "bad.xlsx, sheet Sheet: no header row found"),
    "encoding": (lambda path: path.write_bytes(b"\xff\xff\xff"), "bad.xlsx, line 1: not utf-8 / gb18030"),
    "corrupt": (lambda path: path.write_bytes(b"PK\x03\x04xxxx"), "bad.xlsx is damaged, or no workbook"),
    "protected": (
        lambda path: path.write_bytes(oldfiles.container({"EncryptedPackage": bytes(5000)})),
        "bad.xlsx is protected by a password",
    ),
    "bomb": (far_cell, "reaches to XFD1048576"),
    "a megabyte": (
        lambda path: path.write_text("姓名,手机\n" + "x" * 10**6 + ",1\n", "utf-8"),
        "bad.xlsx, A2: a cell of",
    ),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_one_sentence_and_changes_nothing(crm, home, archive, make, message):
    make(home / "bad.xlsx")
    before = sorted((p, p.read_bytes()) for p in archive.rglob("*.json"))
    refused = crm.fails(1, "lead", "import", "bad.xlsx")
    assert message in refused.err
    assert refused.err.startswith("error: ") and refused.err.count("\n") <= 2
    assert sorted((p, p.read_bytes()) for p in archive.rglob("*.json")) == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("张\x00秀英,13900541731,", "姓名 A2: it holds the control character U+0000"),
        ("张\x1b[31m秀英,13900541731,", "姓名 A2: it holds the control character U+001B"),
        ("张秀英,13900541731,2026-02-30", "日期 C2: 2026-02-30 is not a day of the calendar"),
        ("张秀英,1.39E+10,", "手机 B2: "),
    ],
)
def test_a_bad_cell_rejects_its_row_and_names_itself(crm, home, line, reason):
    (home / "a.csv").write_text(f"姓名,手机,日期\n{line}\n李桂兰,13800541732,\n", "utf-8")
    ran = crm("lead", "import", "a.csv", "--rejects", "r.xlsx")
    assert (ran.code, len(crm.json("lead", "list"))) == (5, 1)
    rows = list(load_workbook(home / "r.xlsx").active.iter_rows(values_only=True))
    assert rows[-1][0].startswith(reason)


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--source", "moon"], 1, "moon is not a source"),
        (["--date", "yore"], 1, "yore"),
        (["--map", "colour=A"], 1, "not FIELD=COLUMN"),
        (["--encoding", "klingon"], 2, "klingon is not an encoding"),
        (["--rejects", "r.csv"], 1, "r.csv does not end in .xlsx"),
        (["--rejects", "nowhere/r.xlsx"], 1, "there is no folder nowhere"),
    ],
)
def test_flags_that_mean_nothing_change_nothing(crm, sheet, flags, code, message):
    assert message in crm.fails(code, "lead", "import", sheet, *flags).err
    assert crm.json("lead", "list") == []


def test_the_order_of_the_sheet_is_kept_in_every_list(crm, home):
    named = [f"第{n}行" for n in range(1, 41)]
    lines = [f"{name},1390054{n:04}" for n, name in enumerate(named, 1)]
    (home / "forty.csv").write_text("\n".join(["姓名,电话", *lines]), "utf-8")
    crm.ok("lead", "import", "forty.csv", "--date", "today")
    assert [one["name"] for one in crm.json("lead", "list")] == named
    crm.ok("callback", "plan")
    assert [one["name"] for one in crm.json("callback", "list", "--due", "+9d")] == named
    crm.ok("report", "month", "2026-11", "-o", "m.xlsx")
    book = load_workbook(home / "m.xlsx")
    for title in ("Leads", "Callbacks"):
        assert [row[1] for row in book[title].iter_rows(min_row=3, values_only=True)] == named, title


@pytest.mark.parametrize(
    ("lang", "error"),
    [
        ("en", "error: m.xlsx is a report for head office, not a list of people: crmkit wrote it from 北京分部 (BJ), "
               "2026-11-01 – 2026-11-30\n"
               "hint: all that stands in it is in that archive; its people as a list: crmkit lead list -f csv\n"),
        ("zh", "错误：m.xlsx 是给总部的报表，不是顾客名单：由 crmkit 从 北京分部 (BJ) 生成，"
               "期间 2026-11-01 – 2026-11-30\n"
               "提示：其中的内容都在该档案库里；要导出名单：crmkit lead list -f csv\n"),
    ],
)  # fmt: skip
def test_a_report_is_refused_as_what_it_is(crm, home, lang, error):
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731")
    crm.ok("config", "--set", "archive.name=北京分部")
    crm.ok("report", "month", "2026-11", "-o", "m.xlsx")
    assert crm.fails(1, "--lang", lang, "lead", "import", "m.xlsx").err == error
    assert len(crm.json("lead", "list")) == 1


def test_a_sheet_of_a_report_that_was_saved_by_itself_is_refused_too(crm, home):
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731")
    crm.ok("report", "month", "2026-11", "-o", "m.xlsx")
    rows = load_workbook(home / "m.xlsx", data_only=True)["Leads"].iter_rows(values_only=True)
    (home / "leads.csv").write_text("\n".join(",".join(str(one or "") for one in row) for row in rows), "utf-8")
    refused = crm.fails(1, "lead", "import", "leads.csv", "-n")
    assert refused.err.startswith("error: leads.csv: crmkit wrote this sheet; its rows are in the archive")


MIXED = (
    "科普档案,,,,\n科普点:时间公园,,,,\n序号,姓名,手机,病史,口味,业务员电话\n"
    "例,张三,13800138000,无,甜,\n1,张秀英,13900541731,高血压十年,甜,13600136000\n2,李桂兰,13800541732,,,\n合计,2,,,,\n"
)


def test_how_a_sheet_was_read_is_told_in_a_few_lines(crm, home):
    (home / "a.csv").write_text(MIXED, "utf-8")
    told = crm.ok("lead", "import", "a.csv").err.splitlines()
    assert told == [
        "new site: 时间公园",
        "a.csv: headings in row 3, 2 rows",
        "  姓名 → name, 手机 → phone",
        "  kept as notes: 口味 (1), 业务员电话 (1)",
        "  not used: 序号",
        "  from above the table: site 时间公园",
        "about health, 病史: left out in 1 rows (no consent to notes about health)",
        "left out: the sample in row 4",
        "no rows of people: row 7",
    ]
    assert crm.ok("-q", "lead", "import", "a.csv").err == ""


def test_columns_without_a_value_are_not_told_of(crm, home):
    (home / "a.csv").write_text("姓名,手机,病史,口味\n张秀英,13900541731,,\n李桂兰,13800541732,,\n", "utf-8")
    told = crm.ok("lead", "import", "a.csv").err.splitlines()
    assert told == ["a.csv: headings in row 1, 2 rows", "  姓名 → name, 手机 → phone"]


def test_the_counts_of_an_import_are_told_in_chinese(crm, home):
    (home / "a.csv").write_text("姓名,手机\n张秀英,13900541731\n李桂兰,138\n", "utf-8")
    told = crm("--lang", "zh", "lead", "import", "a.csv").out.splitlines()
    assert [line.split()[0] for line in told[2:]] == ["行", "新增", "重复", "号码共用", "未变", "被拒"]


def test_how_a_sheet_was_read_is_told_in_chinese(crm, home):
    (home / "a.csv").write_text(MIXED, "utf-8")
    told = crm.ok("--lang", "zh", "lead", "import", "a.csv").err
    assert "a.csv：列名在第 3 行，2 行\n  姓名 → 姓名, 手机 → 电话\n  记为备注：口味 (1), 业务员电话 (1)\n" in told
    assert "健康信息列 病史：1 行未收录" in told
    assert all(len(line) <= 80 for line in told.splitlines())


def test_many_tables_of_one_kind_are_told_once_and_of_many_kinds_only_some(crm, home):
    book = Workbook()
    for n in range(8):
        page = book.create_sheet(f"S{n}")
        page.append(["姓名", "手机"])
        page.append([f"人{n}", f"1390054{n:04}"])
    book.save(home / "alike.xlsx")
    told = crm.ok("lead", "import", "alike.xlsx", "-n").err
    assert told.count("姓名 → name") == 1
    assert "sheet S0, sheet S1" in told and "sheet S7: headings in row 1, 8 rows" in told.replace("\n  ", " ")
    for n, page in enumerate(book.worksheets[1:]):
        page["C1"], page["C2"] = f"口味{n}", "甜"
    book.save(home / "other.xlsx")
    told = crm.ok("lead", "import", "other.xlsx", "-n").err
    assert told.count("姓名 → name") == 6
    assert "and 2 more tables" in told


def test_a_dry_run_shows_the_first_five_rows_and_the_counts_not_every_field(crm, home):
    lines = [f"人{n},1390054{n:04},青年路{n}号" for n in range(60)]
    (home / "a.csv").write_text("\n".join(["姓名,手机,地址", *lines]), "utf-8")
    ran = crm.ok("lead", "import", "a.csv", "-n")
    shown = [line.split()[:4] for line in ran.lines if line[:1].isdigit()]
    assert shown == [[str(n + 2), "added", f"人{n}", f"1390054{n:04}"] for n in range(5)]
    assert "added      60" in ran.out and len(ran.lines) < 20
    assert "headings in row 1, 60 rows" in ran.err and ran.err.endswith("dry run: nothing was written\n")
    assert len(crm.json("lead", "import", "a.csv", "-n")["changes"]) > 60


@pytest.mark.parametrize(
    ("mapped", "message", "hint"),
    [
        ("note=口味2", "--map: there is no column 口味2", "one of: 姓名, 手机, 口味"),
        ("note=Z", "--map: there is no column Z", "one of: 姓名, 手机, 口味"),
        ("name=名称", "--map: there is no column 名称", "one of: 姓名, 手机, 口味"),
    ],
)
def test_a_mapping_to_a_column_that_is_not_there_is_refused_with_those_that_are(crm, home, mapped, message, hint):
    (home / "a.csv").write_text("姓名,手机,口味\n张秀英,13900541731,甜\n", "utf-8")
    refused = crm.fails(1, "lead", "import", "a.csv", "--map", mapped).err
    assert message in refused and hint in refused
    assert crm.json("lead", "list") == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2", "the columns are named; is there a row"), ("姓名,手机\n", "the columns are named; is there a row"),
        ("甲,乙\n张秀英,13900541731\n", "no column is called as --map says; the first row is: 甲, 乙"),
    ],
)  # fmt: skip
def test_a_hint_does_not_repeat_what_was_done(crm, home, text, hint):
    (home / "a.csv").write_text(text, "utf-8")
    letters = ["--map", "name=姓名"] if "甲" in text else ["--map", "name=A", "--map", "phone=B"]
    refused = crm.fails(1, "lead", "import", "a.csv", *letters).err
    assert hint in refused
    assert "for example --map" not in refused


def test_a_product_that_no_price_list_has_is_said_with_its_rows(crm, home):
    crm.ok("product", "add", "--code", "XA-3", "--name", "护膝", "--price", "198")
    rows = [
        "张秀英,13900541731,护膝,1",
        "李桂兰,13800541732,磁枕,1",
        "王志明,13700541733,磁枕,2",
        "赵玉珍,13600541734,xa-3,1",
    ]
    (home / "a.csv").write_text("\n".join(["姓名,手机,产品,数量", *rows]), "utf-8")
    told = crm.ok("lead", "import", "a.csv").err
    assert "not in `crmkit product list`, with the rows: 磁枕 (2)\n" in told
    assert [one["items"][0]["product"] for one in crm.json("order", "list")] == ["XA-3", "", "", "XA-3"]


def test_marks_of_yes_and_no_make_nobody_a_buyer(crm, home):
    rows = [f"人{n},1390054{n:04},{'NY'[n % 3 == 0]}" for n in range(20)]
    (home / "a.csv").write_text("\n".join(["Name,Phone,Bought?", *rows]), "utf-8")
    crm.ok("lead", "import", "a.csv")
    assert crm.json("order", "list") == []
    assert {one["stage"] for one in crm.json("lead", "list")} == {""}


def test_what_is_said_of_health_is_kept_only_of_those_who_consented(crm, home):
    (home / "a.csv").write_text("姓名,手机\n张秀英,13900541731\n李桂兰,13800541732\n", "utf-8")
    crm.ok("lead", "import", "a.csv")
    crm.ok("customer", "consent", "13900541731", "health", "--how", "书面")
    rows = [
        "张秀英,13900541731,高血压十年,氨氯地平",
        "李桂兰,13800541732,糖尿病,二甲双胍",
        "赵玉珍,13700541733,心绞痛,",
    ]
    (home / "b.csv").write_text("\n".join(["姓名,手机,病史,用药", *rows, "王志明,138,胃溃疡,"]), "utf-8")
    ran = crm("lead", "import", "b.csv", "--rejects", "r.xlsx", "--rows", "rows.jsonl")
    assert "about health, 病史, 用药: left out in 3 rows" in ran.err and "kept in 1 rows" in ran.err
    assert crm.json("lead", "show", "13900541731")["health_notes"] == "病史: 高血压十年; 用药: 氨氯地平"
    said = json.dumps([crm.json("lead", "list"), crm.json("lead", "show", "13800541732")], ensure_ascii=False)
    for words in ("糖尿病", "二甲双胍", "心绞痛", "胃溃疡"):
        assert words not in said + ran.err + ran.out
    for flags in ([], ["--mask"]):
        crm.ok("report", "month", "2026-11", "-o", "m.xlsx", "--force", *flags)
        for name in ("m.xlsx", "r.xlsx"):
            texts = [
                str(c) for page in load_workbook(home / name) for row in page.iter_rows(values_only=True) for c in row
            ]
            assert not any(
                word in text for text in texts for word in ("高血压", "糖尿病", "心绞痛", "氨氯地平", "胃溃疡")
            )


def test_a_sheet_in_which_two_people_stand_is_read_for_the_customer_alone(crm, home):
    (home / "group.csv").write_text(
        "联系人,,负责人,\n姓名,手机号,姓名,手机号\n张秀英,13900541731,刘主管,13600136000\n王桂兰,13700541777,刘主管,13600136000\n",
        "utf-8",
    )
    told = crm.ok("lead", "import", "group.csv").err
    assert "somebody else's, kept as notes: 负责人 姓名 (2), 负责人 手机号 (2)" in told
    found = [
        (one["name"], [phone["e164"] for phone in one["phones"]], one["shared"]) for one in crm.json("lead", "list")
    ]
    assert found == [("张秀英", ["+8613900541731"], False), ("王桂兰", ["+8613700541777"], False)]
    assert crm.json("lead", "list")[0]["notes"] == ["负责人 姓名: 刘主管", "负责人 手机号: 13600136000"]
    crm.fails(1, "lead", "show", "13600136000")


def test_cells_that_no_heading_names_are_rejected_or_kept(crm, home):
    (home / "a.csv").write_text("姓名,电话,地址,备注\n张秀英,13900541731,北京市朝阳区,青年路9号,回电\n", "utf-8")
    assert "a.csv, row 2: 5 cells under 4 headings" in crm.fails(5, "lead", "import", "a.csv").err
    workbook(home / "b.xlsx", ["姓名", "电话"], ["张秀英", "13900541731", "", "周五回电"])
    assert "kept as notes: column D (1)" in crm.ok("lead", "import", "b.xlsx").err
    assert crm.json("lead", "show", "13900541731")["notes"] == ["周五回电"]


def test_what_a_workbook_hides_is_read_and_said(crm, home):
    book = Workbook()
    seen, old = book.active, book.create_sheet("旧表")
    for page, first in ((seen, 0), (old, 100)):
        page.append(["姓名", "手机", "口味", "内部编号"])
        for n in range(first, first + 12):
            page.append([f"人{n}", f"1390054{n:04}", "甜", ""])
    for row in (3, 5, 6, 40):
        seen.row_dimensions[row].hidden = True
    seen.column_dimensions["C"].hidden = True
    old.sheet_state = "hidden"
    book.save(home / "a.xlsx")
    ran = crm.ok("lead", "import", "a.xlsx")
    told = " ".join(ran.err.split())
    assert "hidden in sheet Sheet, and read like the rest: 3 rows, by hand or by a filter; columns 口味" in told
    assert "hidden in sheet 旧表, and read like the rest: the whole sheet (12 rows)" in told
    assert len(crm.json("lead", "list")) == 24


def test_a_workbook_that_hides_nothing_is_told_without_a_word_of_it(crm, home):
    workbook(home / "a.xlsx", ["姓名", "手机"], ["张秀英", "13900541731"])
    assert "hidden" not in crm.ok("lead", "import", "a.xlsx").err


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "tsv"])
def test_the_list_that_crmkit_writes_is_taken_back_and_changes_nothing(crm, home, fmt):
    (home / "zone.csv").write_text("姓名,电话,收集时间\n张秀英,13900541731,2026-11-03T01:00:00.000Z\n", "utf-8")
    crm.ok("lead", "import", "zone.csv")
    crm.ok("lead", "add", "--name", "陈桂兰", "--phone", "010-65881234转801", "--phone", "13900541750", "--age", "70",
           "--birthday", "农历1953-06-08", "--note", "一", "--note", "二", "--source", "外拓")  # fmt: skip
    before = crm.json("lead", "list")
    assert {one["collected_at"][:16] for one in before if one["name"] == "张秀英"} == {"2026-11-03T09:00"}
    (home / f"own.{fmt}").write_text(crm.ok("lead", "list", "-f", fmt).out, "utf-8")
    counts = crm.ok("lead", "import", f"own.{fmt}", "-f", "json").json["counts"]
    assert (counts["rows"], counts["unchanged"]) == (2, 2)
    assert crm.json("lead", "list") == before


BOUGHT = "姓名,手机,日期,购买产品,数量,金额,备注\n"


def items(crm):
    return sorted(
        (o["items"][0]["name"], o["items"][0]["quantity"], o["ordered_on"]) for o in crm.json("order", "list")
    )


def test_a_row_with_a_remark_added_files_its_purchase_once_and_says_so(crm, home):
    (home / "a.csv").write_text(f"{BOUGHT}张秀英,13900541731,2026-11-03,护膝,1,198,\n", "utf-8")
    crm.ok("lead", "import", "a.csv")
    (first,) = crm.json("order", "list")
    (home / "a.csv").write_text(f"{BOUGHT}张秀英,13900541731,2026-11-03,护膝,1,198,女儿陪同\n", "utf-8")
    told = crm.ok("lead", "import", "a.csv").err
    assert f"purchases on file already, not filed again: 1 ({first['id']})\n" in told
    assert [one["id"] for one in crm.json("order", "list")] == [first["id"]]
    assert crm.json("lead", "show", "13900541731")["notes"] == ["女儿陪同"]


def test_an_undated_purchase_imported_before_under_another_key_is_filed_once(crm, home):
    (home / "a.csv").write_text("姓名,手机,购买产品,数量\n张秀英,13900541731,护膝,2\n", "utf-8")
    crm.ok("lead", "import", "a.csv")
    (home / "a.csv").write_text("姓名,手机,购买产品,数量,口味\n张秀英,13900541731,护膝,2,甜\n", "utf-8")
    crm.env["CRMKIT_NOW"] = "2026-12-24T10:00+08:00"
    crm.ok("lead", "import", "a.csv")
    assert [(name, n) for name, n, _day in items(crm)] == [("护膝", 2)]


def test_purchases_that_differ_or_stand_twice_in_a_sheet_are_all_filed(crm, home):
    rows = ["张秀英,13900541731,2026-11-03,护膝,1,198,"] * 2
    (home / "a.csv").write_text(BOUGHT + "\n".join(rows), "utf-8")
    crm.ok("lead", "import", "a.csv")
    assert items(crm) == [("护膝", 1, "2026-11-03")] * 2
    rows += [
        "张秀英,13900541731,2026-11-03,护膝,1,198,",  # a third one on the same day
        "张秀英,13900541731,2026-11-04,护膝,1,198,",
        "张秀英,13900541731,2026-11-03,护膝,2,396,",
        "张秀英,13900541731,2026-11-03,磁枕,1,198,",
    ]
    (home / "a.csv").write_text(BOUGHT + "\n".join(rows), "utf-8")
    crm.ok("lead", "import", "a.csv")
    assert items(crm) == [
        *[("护膝", 1, "2026-11-03")] * 3, ("护膝", 1, "2026-11-04"), ("护膝", 2, "2026-11-03"),
        ("磁枕", 1, "2026-11-03"),
    ]  # fmt: skip


def test_days_that_a_program_wrote_as_mere_numbers_are_days_and_that_is_said(crm, home):
    book = Workbook()
    book.active.append(["姓名", "电话", "登记日期", "生日"])
    book.active.append(["卫一", "13900547001", 46329, 19518])
    book.active.append(["卫二", "13900547002", 46335.5, "1953"])
    book.save(home / "a.xlsx")
    told = crm.ok("lead", "import", "a.xlsx").err
    assert "  days as mere numbers, counted from 1899-12-30: 登记日期 (2), 生日 (1)\n" in told
    one, two = (crm.json("lead", "show", number) for number in ("13900547001", "13900547002"))
    assert (one["collected_at"], one["birthday"]) == ("2026-11-03T00:00:00+08:00", "1953-06-08")
    assert (two["collected_at"], two["birthday"]) == ("2026-11-09T12:00:00+08:00", "")
    # saved by another program as days, they are the same rows
    book.active["C2"], book.active["C3"] = "2026-11-03", "2026-11-09 12:00"
    book.save(home / "b.xlsx")
    assert crm.ok("lead", "import", "b.xlsx", "-f", "json").json["counts"]["unchanged"] == 2


ROW_1904 = [["姓名", "电话", "登记日期"], ["章一", "13900547003", "44867.0"]]
NULL_DATE = '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'


@pytest.mark.parametrize("form", ["xlsx", "ods", "xls"])
def test_days_as_numbers_of_workbooks_that_count_from_1904(crm, home, form):
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(ROW_1904[0])
    book.active.append([*ROW_1904[1][:2], 44867])
    book.save(home / "a.xlsx")
    content = content_xml(ROW_1904).replace("<office:spreadsheet>", f"<office:spreadsheet>{NULL_DATE}")
    (home / "a.ods").write_bytes(ods(content))
    (home / "a.xls").write_bytes(oldfiles.workbook(ROW_1904, extra=oldfiles.record(0x0022, b"\1\0")))
    told = crm.ok("lead", "import", f"a.{form}").err
    assert "counted from 1904-01-01: 登记日期 (1)" in told
    assert crm.json("lead", "show", "13900547003")["collected_at"] == "2026-11-03T00:00:00+08:00"


@pytest.mark.parametrize("number", ["20000", "99999", "4632", "463290"])
def test_a_number_that_is_no_day_of_this_century_is_no_date(crm, home, number):
    (home / "a.csv").write_text(f"姓名,电话,登记日期\n卫一,13900547001,{number}\n", "utf-8")
    assert f"{number} cannot be read as a date" in crm.fails(5, "lead", "import", "a.csv").err


def test_a_formula_without_its_value_rejects_its_row_but_not_the_total(crm, home):
    book = Workbook()
    for row in (["姓名", "电话", "金额"], ["陶一", "13900541801", "=1*198"], ["陶二", "13900541802", 198],
                ["合计", None, "=SUM(C2:C3)"]):  # fmt: skip
        book.active.append(row)
    book.save(home / "a.xlsx")
    told = crm.fails(5, "lead", "import", "a.xlsx", "--rejects", "r.xlsx").err
    assert "1 of 2 rows were rejected" in told
    rejected = list(load_workbook(home / "r.xlsx").active.iter_rows(values_only=True))[-1]
    assert rejected[0].startswith("金额 C2: a formula whose value the file does not hold")
    assert "C2: a formula" in crm.fails(5, "lead", "import", "r.xlsx").err.replace("D2", "C2")


WILLS = [
    # title, cell, do_not_contact, deceased, consents given, consents refused
    ("勿扰", "是", ["all"], False, [], []),
    ("勿扰", "否", [], False, [], []),
    ("是否勿扰", "√", ["all"], False, [], []),
    ("拒绝回访", "电话、短信", ["call", "sms"], False, [], []),
    ("Do not contact", "no visits", ["visit"], False, [], []),
    ("黑名单", "拉黑", ["all"], False, [], []),
    ("已故", "是", [], True, [], []),
    ("去世日期", "2026-10-02", [], True, [], []),
    ("Deceased", "n", [], False, [], []),
    ("备注", "已去世", [], True, [], []),
    ("状态", "去世", [], True, [], []),
    ("备注", "请不要再打电话了！", ["all"], False, [], []),
    ("Remarks", "Do not call again.", ["all"], False, [], []),
    ("是否同意营销", "同意", [], False, ["marketing"], []),
    ("是否同意营销", "否", [], False, [], ["marketing"]),
    ("是否愿意接电话", "不愿意", [], False, [], ["contact"]),
    ("Consent", "yes", [], False, ["contact"], []),
    ("备注", "老伴已去世，不要打电话到家里", [], False, [], []),
    ("业务员备注", "勿扰", ["all"], False, [], []),
]


@pytest.mark.parametrize(("title", "cell", "channels", "dead", "given", "refused"), WILLS)
def test_what_a_sheet_says_of_being_contacted_and_of_death_is_read(
    crm, home, title, cell, channels, dead, given, refused
):
    (home / "a.csv").write_text(f"姓名,手机,{title}\n张秀英,13900541731,{cell}\n", "utf-8")
    crm.ok("lead", "import", "a.csv", "--date", "2026-11-03")
    shown = crm.json("lead", "show", "13900541731")
    assert (shown["do_not_contact"], shown["deceased"]) == (channels, dead)
    assert [c["purpose"] for c in shown["consents"] if c["given_at"]] == given
    assert [c["purpose"] for c in shown["consents"] if c["withdrawn_at"]] == refused
    assert all((c["given_at"] or c["withdrawn_at"])[:10] == "2026-11-03" for c in shown["consents"])
    counts = crm.json("lead", "import", "a.csv", "--date", "2026-11-03")["counts"]
    assert counts["unchanged"] == 1


@pytest.mark.parametrize(("title", "cell"), [("勿扰", "再说"), ("已故", "不清楚吧"), ("是否同意营销", "看情况")])
def test_a_word_that_is_neither_yes_nor_no_there_refuses_the_row(crm, home, title, cell):
    (home / "a.csv").write_text(f"姓名,手机,{title}\n张秀英,13900541731,{cell}\n", "utf-8")
    assert f"{title} C2: {cell} is neither yes nor no" in crm.fails(5, "lead", "import", "a.csv").err


def test_a_remark_in_which_somebody_may_have_refused_or_died_is_said(crm, home):
    (home / "a.csv").write_text("姓名,手机,备注\n张秀英,13900541731,老伴已去世\n", "utf-8")
    told = crm.ok("lead", "import", "a.csv", "--rows", "rows.jsonl").err
    assert "rows in which something was not read as it stands: 1" in told
    assert "老伴已去世: does the person want no contact, or has died?" in (home / "rows.jsonl").read_text("utf-8")


def test_a_name_with_the_word_for_dead_behind_it_is_that_of_a_deceased_person(crm, home):
    (home / "a.csv").write_text("姓名,手机\n张秀英（已故）,13900541731\n故建国,13900541732\n", "utf-8")
    told = crm.ok("lead", "import", "a.csv").err
    assert "rows that say that the person has died: 1" in told
    assert [(one["name"], one["deceased"]) for one in crm.json("lead", "list")] == [("张秀英", True), ("故建国", False)]


def test_a_refusal_in_a_later_sheet_stops_what_was_planned_and_no_sheet_takes_one_back(crm, home):
    (home / "a.csv").write_text("姓名,手机\n张秀英,13900541731\n", "utf-8")
    crm.ok("lead", "import", "a.csv")
    crm.ok("callback", "plan")
    assert [one["purpose"] for one in crm.json("callback", "list", "--due", "+9d")] == ["screening"]
    (home / "b.csv").write_text("姓名,手机,勿扰,是否同意联系\n张秀英,13900541731,是,否\n", "utf-8")
    assert "rows that say that the person refuses: 1" in crm.ok("lead", "import", "b.csv").err
    assert crm.json("callback", "list", "--due", "+9d") == []
    assert crm.ok("callback", "plan", "-f", "json").json["counts"]["cancelled"] == 1
    (home / "c.csv").write_text("姓名,手机,勿扰,是否同意联系\n张秀英,13900541731,否,\n", "utf-8")
    crm.ok("lead", "import", "c.csv")
    assert crm.json("lead", "show", "13900541731")["do_not_contact"] == ["all"]


def test_health_is_kept_where_the_same_row_consents_to_it(crm, home):
    rows = ["张秀英,13900541731,高血压,是", "李桂兰,13900541732,糖尿病,否"]
    (home / "a.csv").write_text("\n".join(["姓名,手机,病史,是否同意记录健康信息", *rows]), "utf-8")
    told = crm.ok("lead", "import", "a.csv").err.replace("\n  ", " ")
    assert "left out in 1 rows (no consent to notes about health), kept in 1 rows" in told
    assert [crm.json("lead", "show", f"1390054173{n}")["health_notes"] for n in (1, 2)] == ["病史: 高血压", ""]


@pytest.mark.parametrize("name", ["people.csv", "rows.txt", "pipe.jsonl", "rows.jsonl", "none/rows.jsonl"])
def test_what_became_of_the_rows_overwrites_nothing_and_nothing_is_imported(crm, home, name):
    (home / "people.csv").write_text("姓名,电话\n张秀英,13900541731\n", "utf-8")
    (home / "rows.jsonl").write_text("mine", "utf-8")
    os.mkfifo(home / "pipe.jsonl")  # a device is as little a file: as root it would be replaced
    crm.fails(1, "lead", "import", home / "people.csv", "--rows", home / name)
    assert (home / "rows.jsonl").read_text("utf-8") == "mine" and (home / "people.csv").read_text("utf-8")[:2] == "姓名"
    assert (home / "pipe.jsonl").is_fifo() and not (home / "rows.txt").exists()
    assert crm.json("lead", "list") == []
    crm.ok("lead", "import", home / "people.csv", "--rows", home / "rows.jsonl", "--force")
    assert '"outcome":"added"' in (home / "rows.jsonl").read_text("utf-8")


@pytest.mark.parametrize("name", ["张建国/李秀英", "张建国、李秀英", "王大爷夫妇", "Ann & Bob Lee"])
def test_two_people_in_one_cell_are_said_and_with_two_numbers_refused(crm, home, name):
    (home / "a.csv").write_text(f"姓名,手机\n{name},13900541731 13900541732\n", "utf-8")
    assert f"姓名 A2: {name}: two people and several numbers" in crm.fails(5, "lead", "import", "a.csv").err
    (home / "a.csv").write_text(f"姓名,手机\n{name},13900541731\n", "utf-8")
    crm.ok("lead", "import", "a.csv", "--rows", "rows.jsonl")
    assert f"{name}: two people in one file?" in (home / "rows.jsonl").read_text("utf-8")


@pytest.mark.parametrize("name", ["？", "?", "—", "***"])
def test_marks_are_no_name(crm, home, name):
    (home / "a.csv").write_text(f"姓名,手机\n{name},13900541731\n", "utf-8")
    crm.ok("lead", "import", "a.csv")
    assert crm.json("lead", "show", "13900541731")["name"] == ""
