"""What is typed in Chinese, and what an error calls it: at a desk on Monday 2026-11-23 at 10:00 (`shop`, `busy`)."""

import json
import re
import subprocess
import sys

import pytest

QIN, LI = "C2611-00000001", "C2611-00000002"


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [("关机", "switched-off"), ("停机", "suspended"), ("拒接", "call-rejected"), ("暂时无法接通", "unreachable"),
     ("空号", "invalid-number"), ("无人接听", "no-answer"), ("接通", "reached"), ("refused", "declined")],
)  # fmt: skip
def test_a_call_is_written_down_in_the_words_of_the_caller(shop, typed, outcome):
    shop.ok("call", "log", QIN, "--outcome", typed)
    assert [call["outcome"] for call in shop.json("call", "list", "--outcome", typed)] == [outcome]


def test_a_suspended_number_is_of_no_use_to_anybody(shop):
    shop.ok("call", "log", QIN, "--outcome", "停机")
    shown = shop.json("lead", "show", QIN)
    assert (shown["suspect"], [phone["state"] for phone in shown["phones"]]) == (True, ["invalid"])


def test_a_list_is_narrowed_by_the_words_it_shows(busy):
    assert busy.json("callback", "list", "--purpose", "筛选") == busy.json("callback", "list", "--purpose", "screening")
    assert busy.json("callback", "list", "--state", "未完成") == busy.json("callback", "list", "--state", "open") != []
    assert busy.json("callback", "list", "--state", "已完成") == []
    for words in (("visit", "list", "--state", "已取消"), ("order", "list", "--state", "已付清"),
                  ("card", "list", "--state", "作废"), ("customer", "cadence", "--what", "上门"),
                  ("dedupe", "find", "--suggest", "合并")):  # fmt: skip
        assert busy.json(*words) == []


def test_files_are_given_out_in_the_way_that_is_said(shop):
    shop.ok("staff", "edit", "WQ", "--set", "roles=客服")
    given = shop.json("lead", "assign", "--how", "turn", "-n")["changes"]
    assert shop.json("lead", "assign", "--how", "轮流", "-n")["changes"].keys() == given.keys()
    assert "one of: turn, load, district" in shop.fails(2, "lead", "assign", "--how", "随便").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["call", "log", QIN, "--outcome", "asleep"], "error: --outcome: asleep is not known"),
        (["call", "log", QIN, "--outcome", "reached", "--mood", "blue"], "error: --mood: blue is not known"),
        (["order", "add", "--customer", QIN, "--item", "HX1:1", "--deposit", "x"], "error: --deposit: x is not an"),
        (["order", "add", "--customer", QIN, "--item", "HX1:1", "--pay", "x"], "error: --pay: x is not an amount"),
        (["order", "add", "--customer", QIN, "--item", "HX1:1", "--on", "x"], "error: --on: 'x' is not a date"),
        (["order", "add", "--customer", QIN, "--item", "HX1:1", "--expected", "x"], "error: --expected: 'x' is not"),
        (["order", "add", "--customer", QIN, "--item", "HX1:1", "--risk", "x"], "error: --risk: x is not known"),
        (["customer", "tick", QIN, "rich"], "error: CRITERION: rich is not known"),
        (["customer", "dnc", QIN, "--channel", "fax"], "error: --channel: fax is not known"),
        (["recheck", "set", QIN, "match"], "error: RESULT: match is not known"),
        (["lead", "edit", QIN, "--set", "stage=moon"], "error: stage: moon is not known"),
        (["lead", "add", "--name", "王芳", "--phone", "13900541731", "--sex", "x"], "error: --sex: x is not a sex"),
        (["site", "add", "--name", "X", "--kind", "moon"], "error: --kind: moon is not known"),
    ],
)  # fmt: skip
def test_an_error_names_the_option_as_it_was_typed(shop, words, told):
    shop("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    assert told in shop.fails(1, *words).err


def test_no_help_lists_a_choice_by_its_code_to_an_operator_in_chinese():
    """In a process of its own: the texts of the options are made once, in the language of the first who needs them."""
    script = (
        "import json; from crmkit import i18n; i18n.use('zh'); i18n.use = lambda _language: None\n"
        "from tests.reference import commands\n"
        "print(json.dumps([(n, p.help) for n, c in commands() for p in c.params if getattr(p, 'help', None)]))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    choices = [(name, text) for name, text in json.loads(ran.stdout) if text.startswith("可选：")]
    assert len(choices) >= 40
    assert [(name, text) for name, text in choices if re.search("[a-z]", text)] == []


def test_the_choices_are_listed_in_the_language_of_the_operator(shop):
    told = shop.fails(1, "--lang", "zh", "call", "log", QIN, "--outcome", "睡着了").err
    assert told.splitlines() == [
        "错误：--outcome：没有“睡着了”这个选项",
        "提示：可选：接通、无人接听、占线、关机、暂时无法接通、拒接、停机、空号、错号、谢绝、改时再打、中途断线",
    ]
    assert "one of: reached, no-answer, busy, switched-off" in shop.fails(1, "call", "log", QIN, "--outcome", "x").err
    assert "接通、无人接听、占线、关机" in shop.ok("--lang", "zh", "call", "log", "--help", process=True).out


def test_a_line_of_a_batch_names_its_key(shop):
    line = f'{{"customer": "{QIN}", "outcome": "asleep"}}\n'
    assert "outcome: asleep is not known" in shop.fails(5, "lead", "screen", "-", stdin=line).err


def test_a_screening_in_vain_is_tried_again(busy):
    busy.ok("staff", "edit", "LN", "--set", "roles=screener")
    (planned, *_more) = [
        one for one in busy.json("callback", "list", "--purpose", "screening") if one["customer"] == LI
    ]
    busy.ok("lead", "screen", LI, "--outcome", "关机")
    (again,) = [one for one in busy.json("callback", "list", "--purpose", "screening") if one["customer"] == LI]
    assert again["id"] == planned["id"]
    assert again["due_at"] == "2026-11-23T14:30:00+08:00"
    busy.ok("lead", "screen", LI, "--outcome", "改时再打", "--next", "tomorrow 15:00")
    (later,) = [one for one in busy.json("callback", "list", "--purpose", "screening") if one["customer"] == LI]
    assert later["due_at"] == "2026-11-24T15:00:00+08:00"


def test_a_number_is_shown_as_people_dial_it_and_stays_whole_in_data(busy):
    assert "  13900000001  " in busy.ok("callback", "list").out
    assert "+86" not in busy.ok("callback", "list").out + busy.ok("lead", "list").out + busy.ok("lead", "show", QIN).out
    assert {one["phone"] for one in busy.json("callback", "list")} == {"+8613900000001", "+8613900000002"}
    assert "+8613900000001" in busy.ok("callback", "list", "-f", "csv").out
    busy.ok("lead", "add", "--name", "王芳", "--phone", "010-65881234转801", "--source", "shop")
    assert "010-65881234-801" in busy.ok("lead", "list", "--columns", "name,phones").out
    assert "010-65881234-801" in busy.ok("--lang", "zh", "lead", "list", process=True).out


def test_a_column_is_headed_by_what_stands_in_it(busy):
    """`name` of a person, a site, an event; `number` of a card, an invitation; `purpose` of a call, a visit."""
    busy.ok("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    busy.ok("card", "issue", "--customer", QIN, "--product", "HX1", "--serial", "SN-7")
    busy.ok("event", "add", "--code", "1205A", "--name", "科普会", "--starts", "2026-12-05 09:00")
    busy.ok("event", "invite", "1205A", QIN)
    busy.ok(
        "visit",
        "add",
        QIN,
        "--at",
        "2026-11-25 10:00",
        "--purpose",
        "delivery",
        "--by",
        "LN",
        "--address",
        "柳荫街 2 号",
    )

    def heads(*words: str) -> list[str]:
        return busy.ok("--lang", "zh", *words, process=True).out.splitlines()[0].split()

    assert "姓名" in heads("lead", "list")
    assert heads("staff", "list")[1:3] == ["代码", "姓名"]
    assert "名称" in heads("event", "list")
    assert heads("product", "list")[1:3] == ["代码", "名称"]
    assert "请柬号" in heads("event", "guests", "1205A")
    assert "请柬号" in heads("event", "seats", "1205A")
    assert "卡号" in heads("card", "list")
    assert "上门目的" in heads("visit", "list")
    assert "目的" in heads("callback", "list")
    assert heads("event", "guests", "1205A", "--columns", "请柬号,姓名") == ["请柬号", "姓名"]
    assert busy.ok("event", "guests", "1205A", "-f", "csv").out.splitlines()[0] == (
        "number,state,customer,name,phone,companions,buyer,seat,by,note,id"
    )
