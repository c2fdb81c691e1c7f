"""`crmkit plan strength`: claims of a company beside its rivals', on the screen, on a page, and filled in."""

import json

import openpyxl
import pytest

from tests.commands.plan_desk import WHO, contract, sold, unchanged
from tests.commands.test_filled_in import fill
from tests.sheets.test_plan_pages import rows_of

FAST = ("--claim", "24小时到场", "--own", "20小时")


@pytest.fixture
def company(fleet):
    """A service contract with a claim that is proven, and one that is not."""
    plan = sold(fleet, "--mode", "service", "--customer", WHO, "--months", "12")
    said = ("--proof", "工单统计2025", "--proof", "客户来信", "--rival", "甲公司=48小时", "--rival", "乙公司=36小时")
    fleet.ok("plan", "strength", plan, *FAST, *said)
    fleet.ok("plan", "strength", plan, "--claim", "配件齐全", "--rival", "甲公司＝一般")
    return fleet, plan


def told(fleet, plan):
    return {
        one["claim"]: (one["proofs"], one["unproven"], one["own"], one["rivals"])
        for one in fleet.json("plan", "strength", plan)
    }


PROVEN = (["工单统计2025", "客户来信"], False, "20小时", ["甲公司=48小时", "乙公司=36小时"])


def test_a_claim_is_listed_with_what_proves_it_and_one_without_proof_is_marked(company):
    fleet, plan = company
    assert told(fleet, plan) == {"24小时到场": PROVEN, "配件齐全": ([], True, "", ["甲公司=一般"])}
    assert [one["plan"] for one in fleet.json("plan", "strength")] == [plan, plan]


def test_each_claim_without_proof_is_audited_as_long_as_the_contract_stands(company):
    fleet, plan = company
    fleet.ok("plan", "strength", plan, "--claim", "价格公道")
    found = [(one["what"], one["claim"]) for one in fleet.json("plan", "audit")]
    assert found == [("no-terms", ""), ("unproven", "配件齐全"), ("unproven", "价格公道")]
    assert "优势缺证据" in fleet.ok("plan", "audit", CRMKIT_LANG="zh").out
    fleet.ok("plan", "strength", plan, "--claim", "配件齐全", "--proof", "库存表")
    assert [one["claim"] for one in fleet.json("plan", "audit") if one["what"] == "unproven"] == ["价格公道"]
    fleet.ok("plan", "end", plan, "--reason", "迁走")
    assert fleet.json("plan", "audit") == []


def test_a_service_contract_is_shown_in_chinese_without_codes(company):
    fleet, plan = company
    fleet.ok("plan", "log", plan, "team", "--role", "customer-service", "--staff", "TT")
    shown = fleet.ok("plan", "show", plan, CRMKIT_LANG="zh").out
    assert "客服 TT" in shown
    assert "顾问" in shown  # who is missing
    assert "customer-service" not in shown
    assert fleet.json("plan", "show", plan)["team"] == {"customer-service": "TT"}
    assert fleet.json("plan", "show", plan)["missing"] == [
        "work-order",
        "materials",
        "consultant",
        "specialist",
        "check",
    ]
    fleet.ok("plan", "log", plan, "team", "--role", "consultant", "--staff", "TT")
    assert "customer-service" not in fleet.ok("plan", "contacts", CRMKIT_LANG="zh").out


def test_what_is_typed_takes_the_place_of_what_was_there_and_the_same_changes_nothing(company):
    fleet, plan = company
    assert fleet.json("plan", "strength", plan, *FAST)["run"] == ""
    fleet.ok("plan", "strength", plan, "--claim", "24小时到场", "--proof", "新证据", "--rival", "丙公司=")
    assert told(fleet, plan)["24小时到场"] == (["新证据"], False, "20小时", ["丙公司="])
    fleet.ok("plan", "strength", plan, "--claim", "24小时到场", "--proof", "")
    assert told(fleet, plan)["24小时到场"][:2] == ([], True)


def test_a_claim_is_taken_away_and_comes_back_with_undo(company):
    fleet, plan = company
    fleet.ok("plan", "strength", plan, "--claim", "24小时到场", "--remove")
    assert list(told(fleet, plan)) == ["配件齐全"]
    fleet.ok("undo", "--yes")
    assert told(fleet, plan)["24小时到场"] == PROVEN
    assert "no claim 快" in unchanged(fleet, 1, "plan", "strength", plan, "--claim", "快", "--remove")


@pytest.mark.parametrize("typed", [("--own", "18小时"), ("--remove",), ("--claim", "", "--proof", "x")])
def test_what_is_typed_without_its_claim_is_refused_and_not_answered_with_a_list(company, typed):
    fleet, plan = company
    assert "--claim is missing" in unchanged(fleet, 2, "plan", "strength", plan, *typed)
    for verb, option, missing in (("review", "--outcome", "PLAN"), ("invoice", "--number", "PLAN")):
        assert f"{missing} is missing" in unchanged(fleet, 2, "plan", verb, option, "renew")


def test_many_are_taken_line_by_line(company):
    fleet, plan = company
    told_of = (("便宜", "甲公司=贵"), ("快", "x"))
    lines = "".join(json.dumps({"plan": plan, "claim": one, "rival": [other]}) + "\n" for one, other in told_of)
    failed = fleet.fails(5, "plan", "strength", "-", stdin=lines)
    assert "x is not NAME=VALUE" in failed.err
    assert told(fleet, plan)["便宜"] == ([], True, "", ["甲公司=贵"])


def test_only_a_service_contract_has_claims(fleet):
    plan = contract(fleet)
    assert "not a service contract" in unchanged(fleet, 1, "plan", "strength", plan, *FAST)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_a_column_for_each_rival_and_says_in_red_what_has_no_proof(company, lang):
    fleet, plan = company
    fleet.ok("--lang", lang, "plan", "print", plan, "--what", "strength", "-o", "page.xlsx")
    page = openpyxl.load_workbook(fleet.home / "page.xlsx").worksheets[1]
    found = rows_of([page])
    missing = {"en": "no proof", "zh": "缺证据"}[lang]
    assert ["24小时到场", "工单统计2025\n客户来信", "20小时", "48小时", "36小时"] in found
    assert ["配件齐全", missing, "一般"] in found
    assert [cell.style for row in page for cell in row if cell.value == missing] == ["crmkit doubt"]
    assert found[5][-2:] == ["甲公司", "乙公司"]


def test_more_rivals_than_fit_beside_each_other_stand_in_further_tables(company):
    fleet, plan = company
    names = [word for n in range(7) for word in ("--rival", f"第{n}家={n}")]
    fleet.ok("plan", "strength", plan, "--claim", "24小时到场", *names)
    fleet.ok("plan", "print", plan, "--what", "strength", "-o", "page.xlsx")
    found = rows_of(openpyxl.load_workbook(fleet.home / "page.xlsx").worksheets[1:])
    assert [row[3:] for row in found if row[:1] == ["Claim"]] == [
        ["第0家", "第1家", "第2家"], ["第3家", "第4家", "第5家"], ["第6家", "甲公司"],
    ]  # fmt: skip


def test_the_sheet_goes_out_with_what_is_known_and_comes_back_with_what_was_added(company):
    fleet, plan = company
    fleet.ok("--lang", "zh", "plan", "print", plan, "--what", "strength", "-o", "page.xlsx")
    page = fleet.home / "page.xlsx"
    again = fleet.json("plan", "strength", "page.xlsx")
    assert (again["run"], again["counts"]["rows"], again["counts"]["unchanged"]) == ("", 2, 2)
    fill(page, {("配件齐全", "Proofs (one a line)"): "库存表\n盘点表", ("24小时到场", "Take away"): "是"})
    table = openpyxl.load_workbook(page)
    sheet = table.worksheets[0]
    sheet["B4"], sheet["E4"] = "便宜", "甲公司"
    table.save(page)
    fleet.fails(5, "--lang", "zh", "plan", "strength", "page.xlsx", "--rejects", "back.xlsx")
    assert told(fleet, plan) == {"配件齐全": (["库存表", "盘点表"], False, "", ["甲公司=一般"])}
    fill(fleet.home / "back.xlsx", {("便宜", "Rivals (NAME=VALUE, one a line)"): "甲公司=贵"})
    assert fleet.json("plan", "strength", "back.xlsx")["counts"]["noted"] == 1
    assert told(fleet, plan)["便宜"] == ([], True, "", ["甲公司=贵"])
