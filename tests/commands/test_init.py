"""`crmkit init`."""

import os
import stat
import subprocess
from pathlib import Path

import pytest


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
