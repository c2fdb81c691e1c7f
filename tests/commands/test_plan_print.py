"""`crmkit plan print`: several plans in one workbook, from the arguments or from standard input."""

import json
import shutil

import openpyxl
import pytest

WHO = "13900541731"


@pytest.fixture(scope="module")
def sold(pristine, tmp_path_factory):
    """A customer with a prepaid card and a contract. Made once."""
    from tests.conftest import Shell

    folder = shutil.copytree(pristine, tmp_path_factory.mktemp("plans") / "archive")
    crm = Shell(folder.parent, folder)
    crm.env["CRMKIT_NOW"] = "2026-01-01T10:00:00+08:00"
    crm.ok("lead", "add", "--name", "秦玉兰", "--phone", WHO, "--source", "shop")
    for words in (
        ("--mode", "prepaid", "--visits", "12", "--paid", "1200", "--terms", "A"),
        ("--mode", "contract", "--every", "3m", "--months", "12", "--price", "120", "--terms", "B"),
    ):
        crm.ok("plan", "add", "--customer", WHO, *words)
    return folder


@pytest.fixture
def shelf(sold, home, tmp_path):
    from tests.conftest import Shell

    crm = Shell(home, shutil.copytree(sold, tmp_path / "archive"))
    crm.env["CRMKIT_NOW"] = "2026-04-01T10:00:00+08:00"
    return crm


def ids(crm):
    found = {one["mode"]: one["id"] for one in crm.json("plan", "list")}
    return found["prepaid"], found["contract"]


def titles(path):
    return [(sheet.title, sheet["A1"].value) for sheet in openpyxl.load_workbook(path)]


def test_several_plans_go_into_one_workbook_each_on_pages_of_its_own(shelf):
    card, contract = ids(shelf)
    shelf.ok("plan", "print", contract, card, card, "--what", "statement", "-o", "all.xlsx")
    assert titles(shelf.home / "all.xlsx") == [(one, "Statement of account") for one in (contract, card)]


def test_the_paper_follows_from_the_kind_of_plan_where_none_is_named(shelf):
    card, contract = ids(shelf)
    shelf.ok("plan", "print", card, "-o", "card.xlsx")
    shelf.ok("plan", "print", contract, "-o", "dates.xlsx")
    assert titles(shelf.home / "card.xlsx") == [(card, "Prepaid card")]
    assert titles(shelf.home / "dates.xlsx") == [(contract, "Schedule of visits")]
    assert "--what card" in shelf.fails(1, "plan", "print", card, contract, "-o", "both.xlsx").err
    assert not (shelf.home / "both.xlsx").exists()


def test_a_list_is_printed_from_standard_input_and_what_is_not_found_is_named(shelf):
    card, contract = ids(shelf)
    lines = f"{card}\n{json.dumps({'id': contract})}\nPL2601-zzzzzzzz\n{{}}\n"
    failed = shelf.fails(5, "plan", "print", "-", "--what", "card", "-o", "some.xlsx", stdin=lines)
    assert "2 of 4 lines were refused: line 3: " in failed.err
    assert "line 4: the id is missing" in failed.err
    assert [title for title, _head in titles(shelf.home / "some.xlsx")] == [card, contract]


def test_a_report_is_of_the_visit_named_else_of_the_last_that_was_made(shelf):
    _card, contract = ids(shelf)
    shelf.ok("plan", "report", f"{contract}:1", "--condition", "good")
    shelf.ok("plan", "print", contract, "--what", "report", "-o", "last.xlsx")
    shelf.ok("plan", "print", f"{contract}:2", "--what", "report", "-o", "next.xlsx")
    assert [title for title, _head in titles(shelf.home / "last.xlsx")] == [f"{contract} 1"]
    assert [title for title, _head in titles(shelf.home / "next.xlsx")] == [f"{contract} 2"]
    assert "no visit 9" in shelf.fails(1, "plan", "print", f"{contract}:9", "--what", "report", "-o", "no.xlsx").err


def test_what_no_paper_would_say_is_refused(shelf):
    card, contract = ids(shelf)
    visit = shelf.fails(2, "plan", "print", f"{contract}：2", "--what", "schedule", "-o", "no.xlsx").err
    assert "a visit is named for its report only" in visit
    claims = shelf.fails(1, "plan", "print", card, "--what", "strength", "-o", "no.xlsx").err
    assert f"{card} is not a service contract" in claims
    assert not (shelf.home / "no.xlsx").exists()


def test_a_reprint_is_the_same_file_and_does_not_write_over_another_unasked(shelf):
    card, _contract = ids(shelf)
    shelf.ok("plan", "print", card, "-o", "card.xlsx")
    first = (shelf.home / "card.xlsx").read_bytes()
    assert shelf.fails(1, "plan", "print", card, "-o", "card.xlsx").err
    shelf.ok("plan", "print", card, "-o", "card.xlsx", "--force")
    assert (shelf.home / "card.xlsx").read_bytes() == first


def test_what_is_no_paper_is_refused_with_those_there_are(shelf):
    card, _contract = ids(shelf)
    assert "card, schedule, report" in shelf.fails(1, "plan", "print", card, "--what", "poster", "-o", "no.xlsx").err
