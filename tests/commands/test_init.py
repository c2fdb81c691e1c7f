"""`crmkit init`."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.commands.test_lead_add import at_terminal


def test_makes_a_private_archive_with_a_first_commit(bare, home):
    bare.ok("init", "shop", "--name", "北京分部", "--branch", "BJ", "--operator", "LN", "--lang", "zh")
    for folder, _folders, files in os.walk(home / "shop"):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700, folder
        for name in files:
            assert stat.S_IMODE(Path(folder, name).stat().st_mode) & 0o077 == 0, name
    log = subprocess.run(["git", "-C", home / "shop", "log", "--format=%s"], capture_output=True, text=True).stdout
    assert log == "archive init: 0 records\n"
    assert bare.json("-A", home / "shop", "status")["operator"] == "LN"


def test_refuses_a_folder_that_is_not_empty_and_leaves_it_as_it_was(bare, home):
    (home / "shop").mkdir()
    (home / "shop" / "mine.txt").write_text("mine")
    assert "is not empty" in bare.fails(1, "init", "shop", "--branch", "BJ").err
    assert [p.name for p in (home / "shop").iterdir()] == ["mine.txt"]


def test_refuses_a_branch_or_operator_that_card_numbers_cannot_carry(bare, home):
    assert "branch code" in bare.fails(1, "init", "shop", "--branch", "bei jing").err
    assert "operator code" in bare.fails(1, "init", "shop", "--branch", "BJ", "--operator", "李").err
    assert not (home / "shop").exists()


def test_refuses_an_unknown_language_or_time_zone(bare, home):
    assert bare.fails(1, "init", "shop", "--branch", "BJ", "--tz", "Mars/Base").code == 1
    assert bare.fails(2, "init", "shop", "--branch", "BJ", "--lang", "fr").code == 2
    assert not (home / "shop").exists()


def test_without_git_nothing_is_made(bare, home):
    ran = bare.fails(1, "init", "shop", "--branch", "BJ", PATH="/nonexistent")
    assert "git is not installed" in ran.err
    assert not (home / "shop").exists()


def test_works_inside_another_repository(bare, home):
    subprocess.run(["git", "init", "-q", home], check=True)
    bare.ok("init", "shop", "--branch", "BJ")
    bare.ok("-A", "shop", "site", "add", "--name", "时间公园")
    log = subprocess.run(["git", "-C", home / "shop", "log", "--format=%s"], capture_output=True, text=True).stdout
    assert log.splitlines()[0] == "site add: 1 record"


@pytest.mark.parametrize("flag", ["--name", "--branch", "--tz", "--area"])
def test_what_a_backup_brings_itself_cannot_be_given_beside_it(bare, home, flag):
    refused = bare.fails(
        2, "init", home / "a", "--from", home / "none.bundle", "--operator", "LN", flag, "Asia/Shanghai"
    )
    assert f"{flag}: a backup brings its own settings" in refused.err
    assert not (home / "a").exists()


def staff_of(shell, folder):
    return [(one["code"], one["name"], one["roles"]) for one in shell.json("-A", folder, "staff", "list")]


def settings_of(shell, folder):
    shown = {row["key"]: row["value"] for row in shell.json("-A", folder, "config", "--show")}
    names = ("archive.name", "archive.branch", "operator", "archive.area", "card.hotline", "card.address")
    return [shown[name] for name in names]


def test_at_a_terminal_it_asks_for_what_a_branch_needs_once_and_again_only_for_what_cannot_be(bare, home):
    answers = (
        "北京分部\nbei jing\nBJ\nLN\n0123\n010\n010-65911234\n青年路1号\n"
        "LN 李娜 screener\nWQ 王强 cook\nWQ 王强 service\n\n"
    )
    code, _out, said = at_terminal(bare, answers, "init", "shop")
    assert code == 0, said
    assert settings_of(bare, home / "shop") == ["北京分部", "BJ", "LN", "010", "010-65911234", "青年路1号"]
    assert staff_of(bare, home / "shop") == [("LN", "李娜", ["screener"]), ("WQ", "王强", ["service"])]
    assert said.count("name of the branch [shop]: ") == said.count("telephone on cards and slips: ") == 1
    assert said.count("branch code on cards, for example BJ: ") == 2
    assert said.count("area code of landlines, for example 010: ") == 2
    assert "0123 is not an area code of mainland China; for example 010 or 0571" in said
    assert "bei jing is not a branch code" in said and "cook" in said


def test_at_a_terminal_what_is_given_is_not_asked_and_empty_answers_take_the_default(bare, home):
    given = ("--branch", "BJ", "--hotline", "4008123123", "--staff", "LN:李娜:screener,service", "--staff", "WQ")
    code, _out, said = at_terminal(bare, "\n\n\n\n", "init", "shop", *given, CRMKIT_LANG="zh")
    assert code == 0, said
    assert settings_of(bare, home / "shop") == ["shop", "BJ", "", "", "4008123123", ""]
    assert staff_of(bare, home / "shop") == [("LN", "李娜", ["screener", "service"]), ("WQ", "", [])]
    assert [word in said for word in ("分部名称 [shop]", "操作员代码", "固定电话区号", "分部地址")] == [True] * 4
    assert not any(word in said for word in ("分部代码", "印在服务卡和销售单上的电话", "员工"))


def test_at_a_terminal_where_nothing_more_is_typed_nothing_is_made(bare, home):
    code, _out, said = at_terminal(bare, "北京分部\n\x04", "init", "shop")
    assert (code, (home / "shop").exists(), "is not a branch code" in said) == (1, False, True)


def test_without_a_terminal_nothing_is_asked_and_bad_staff_makes_nothing(bare, home):
    assert bare.ok("init", "shop", "--branch", "BJ").err == "next: crmkit -A shop lead import FILE\n"
    assert staff_of(bare, home / "shop") == []
    assert "cook" in bare.fails(1, "init", "other", "--branch", "BJ", "--staff", "WQ:王强:cook").err
    assert bare.fails(1, "init", "other", "--branch", "BJ", "--area", "abc").err.startswith("error: --area: abc is not")
    assert not (home / "other").exists()
    assert bare.fails(1, "init", "shop").err.startswith("error: ")


def test_a_card_without_a_telephone_is_said_where_cards_are(busy, home):
    hint = "the cards carry no telephone: crmkit config --set card.hotline=NUMBER\n"
    assert hint not in busy.ok("status").err
    busy.ok("product", "add", "--code", "T9", "--name", "T", "--price", "5", "--warranty-months", "12")
    sold = ("--customer", "13900000001", "--product", "T9", "--serial", "S-9", "--bought-on", "today")
    card = busy.ok("card", "issue", *sold).lines[0]
    assert hint in busy.ok("card", "print", card, "-o", "cards.xlsx").err
    assert hint in busy.ok("status").err and hint in busy.ok("check").err
    busy.ok("config", "--set", "card.hotline=4008123123")
    assert (
        hint not in busy.ok("card", "print", card, "-o", "more.xlsx").err + busy.ok("status").err + busy.ok("check").err
    )
