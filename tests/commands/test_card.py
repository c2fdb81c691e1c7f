"""`crmkit card`."""

import json

import openpyxl
import pytest

PHONE = "13900541731"
ISSUE = ("card", "issue", "--customer", PHONE, "--name", "秦玉兰", "--product", "HX1", "--bought-on", "2026-11-18")


@pytest.fixture
def shop(crm):
    """An archive with one product."""
    crm.ok("product", "add", "--code", "HX1", "--name", "护膝", "--warranty-months", "12")
    return crm


def test_issue_opens_the_file_numbers_the_card_and_plans_its_callbacks(shop):
    done = shop.json(*ISSUE, "--serial", "SN-1", "--bought-at", "专卖店", "--installed-on", "2026-11-20")
    assert done["counts"] == {
        "issued": 1, "replaced": 0, "callbacks": 4, "callbacks_cancelled": 0, "callbacks_moved": 0,
    }  # fmt: skip
    card = shop.json("card", "show", done["ids"][0])
    assert card["number"].startswith("BJLN-26110001-")
    assert card["warranty_until"] == "2027-11-20"
    promises = {name: card["promises"][name] for name in ("reply", "solution", "solved", "follow_up")}
    assert promises == {"reply": 2, "solution": 8, "solved": 30, "follow_up": 72}
    assert card["if_reported_now"]["reply"] == "2026-11-21T12:00:00+08:00"
    assert (card["state"], card["name"], card["serial"]) == ("active", "秦玉兰", "SN-1")
    customer = shop.json("card", "list", "--customer", PHONE)
    assert [one["id"] for one in customer] == done["ids"]
    purposes = {one["purpose"] for one in shop.json("callback", "list")}
    assert purposes == {"screening", "first-use", "installed", "renewal"}


def test_the_same_serial_number_twice_is_refused_and_replaces_only_when_said(shop):
    shop.ok(*ISSUE, "--serial", "SN-1")
    number = shop.json("card", "list")[0]["number"]
    assert number in shop.fails(4, *ISSUE, "--serial", "sn-1").err
    shop.ok(*ISSUE, "--serial", "sn-1", "--replace", "--reason", "misprint")
    states = {card["number"]: card["state"] for card in shop.json("card", "list")}
    assert (states.pop(number), list(states.values())) == ("replaced", ["active"])


def test_without_an_operator_code_nothing_is_issued_and_it_says_what_to_set(shop, archive):
    (archive / ".crmkit" / "clone.toml").unlink()
    refused = shop.fails(1, *ISSUE)
    assert "operator code is not set" in refused.err
    assert "crmkit config --set operator=" in refused.err
    assert shop.json("card", "list") == []
    shop.ok("config", "--set", "operator=WQ")
    shop.ok(*ISSUE)
    assert shop.json("card", "list")[0]["number"].startswith("BJWQ-26110001-")


def test_numbers_run_on_within_the_month_and_begin_anew_in_the_next(shop):
    for now in ("2026-11-30T10:00:00+08:00", "2026-11-30T10:01:00+08:00", "2026-12-01T10:00:00+08:00"):
        shop.ok(*ISSUE, CRMKIT_NOW=now)
    numbers = [card["number"][:13] for card in shop.json("card", "list")]
    assert numbers == ["BJLN-26110001", "BJLN-26110002", "BJLN-26120001"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--customer", "13811112222", "--product", "HX1"], "nobody on file"),
        (["--customer", PHONE, "--name", "秦玉兰", "--product", "ZZ"], "no product ZZ"),
        (["--customer", PHONE, "--name", "秦玉兰", "--product", "HX1", "--bought-on", "2026-11-31"], "--bought-on: "),
        (["--customer", "秦玉兰", "--product", "HX1"], "no customer has the id, number or name 秦玉兰"),
        (["--product", "HX1"], "the customer is missing"),
    ],
)
def test_what_cannot_be_issued_is_refused_and_changes_nothing(shop, flags, words):
    before = shop.json("status")
    assert words in shop.fails(1, "card", "issue", *flags).err
    assert shop.json("status") == before


def test_many_cards_come_from_json_lines_and_bad_lines_come_back(shop, home):
    lines = [
        {"customer": PHONE, "name": "秦玉兰", "product": "HX1", "serial": "SN-1", "bought_on": "2026-11-18"},
        {"customer": PHONE, "product": "护膝", "serial": "SN-2", "bought_on": "11月19日"},
        {"customer": PHONE, "product": "HX1", "serial": "sn-2"},
        {"customer": "13811112222", "name": "吴美玲", "product": "HX1", "colour": "red"},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + "not json\n"
    ran = shop("card", "issue", "-", "--rejects", "bad.jsonl", "-f", "json", stdin=text, CRMKIT_DEBUG="")
    assert ran.code == 5
    counts = {name: n for name, n in ran.json["counts"].items() if not name.startswith("callbacks")}
    assert counts == {"rows": 5, "issued": 2, "replaced": 0, "unchanged": 0, "rejected": 3}
    assert json.loads(ran.err)["error"]["code"] == "partial"
    assert [card["serial"] for card in shop.json("card", "list")] == ["SN-1", "SN-2"]
    rejects = [json.loads(line) for line in (home / "bad.jsonl").read_text("utf-8").splitlines()]
    assert ["sn-2" in rejects[0]["error"], "colour" in rejects[1]["error"], rejects[2]["line"]] == [
        True, True, "not json",
    ]  # fmt: skip
    mended = json.dumps({**rejects[0], "serial": "SN-3"})
    shop.ok("card", "issue", "-", stdin=mended)
    assert len(shop.json("card", "list")) == 3


def test_a_dry_run_shows_the_card_and_issues_none(shop):
    preview = shop.json(*ISSUE, "-n")
    assert any("number" in fields for fields in preview["changes"].values())
    assert shop.json("card", "list") == []


def test_verify_reads_any_spelling_and_explains_a_wrong_number(shop):
    shop.ok(*ISSUE, "--serial", "SN-1")
    number = shop.json("card", "list")[0]["number"]
    verified = shop.json("card", "verify", number.lower().replace("-", ""))
    assert (verified["valid"], verified["number"], verified["state"]) == (True, number, "active")
    wrong = shop.fails(1, "card", "verify", number.replace("0001", "O001"))
    assert number in wrong.err
    assert "no card in this archive" in shop.fails(1, "card", "verify", "BJLN-26110042-8").err


def test_void_needs_a_reason_and_frees_the_serial_number(shop):
    shop.ok(*ISSUE, "--serial", "SN-1")
    number = shop.json("card", "list")[0]["number"]
    assert "reason" in shop.fails(1, "card", "void", number).err
    shop.ok("card", "void", number, "--reason", "unit returned")
    assert shop.json("card", "show", number)["reason"] == "unit returned"
    assert [card["number"] for card in shop.json("card", "list", "--state", "void")] == [number]
    shop.ok(*ISSUE, "--serial", "SN-1")


def test_replace_gives_the_new_unit_a_card_of_its_own(shop):
    shop.ok(*ISSUE, "--serial", "SN-1")
    old = shop.json("card", "list")[0]
    new = shop.json("card", "show", shop.json("card", "replace", old["number"], "--serial", "SN-2")["ids"][0])
    assert (new["serial"], new["replaces"], new["warranty_until"]) == ("SN-2", old["id"], "2027-11-21")
    assert shop.json("card", "show", old["number"])["replaced_by"] == new["id"]
    assert "was replaced" in shop.fails(1, "card", "void", old["number"], "--reason", "x").err


def test_print_counts_the_prints_and_marks_the_second_as_a_copy(shop, home):
    shop.ok(*ISSUE, "--serial", "SN-1")
    number = shop.json("card", "list")[0]["number"]
    shop.ok("card", "print", number, "-o", "cards.xlsx")
    assert "is there already" in shop.fails(1, "card", "print", number, "-o", "cards.xlsx").err
    assert shop.json("card", "show", number)["prints"] == 1
    shop.ok("card", "print", number, "-o", "copy.xlsx")
    first, second = (
        {cell.value for row in openpyxl.load_workbook(home / name).worksheets[0] for cell in row}
        for name in ("cards.xlsx", "copy.xlsx")
    )
    assert number in first & second
    assert ("副本 COPY" in first, "副本 COPY" in second) == (False, True)


def test_list_filters(shop):
    shop.ok(*ISSUE, "--serial", "SN-1", CRMKIT_NOW="2026-11-20T10:00:00+08:00")
    shop.ok(*ISSUE, "--serial", "SN-2")
    serials = {
        name: [card["serial"] for card in shop.json("card", "list", f"--{name}", value)]
        for name, value in (("since", "2026-11-21"), ("serial", "sn-1"), ("product", "护膝"), ("state", "expired"))
    }
    assert serials == {"since": ["SN-2"], "serial": ["SN-1"], "product": ["SN-1", "SN-2"], "state": []}
    shop.fails(2, "card", "list", "--state", "gone")
