"""`crmkit backup` and `crmkit init --from`, as they are typed."""

import subprocess

import pytest


@pytest.fixture
def customer(crm) -> str:
    return crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop").lines[0]


def test_there_and_back(crm, bare, home, customer):
    made = crm.json("backup", "shop.bundle")
    assert (made["file"], made["runs"]) == (str(home / "shop.bundle"), 2)
    bare.ok("init", "again", "--from", "shop.bundle", "--operator", "WQ")
    assert bare.json("-A", "again", "lead", "show", customer) == crm.json("lead", "show", customer)
    assert bare.json("-A", "again", "history")[0]["command"] == "lead add"
    status = bare.json("-A", "again", "status")
    assert (status["operator"], status["branch"], status["commit"]) == ("WQ", "BJ", made["commit"])
    bare.ok("-A", "again", "lead", "edit", customer, "--set", "sex=female")


def test_a_folder_gets_a_dated_file(crm, home, customer):
    (home / "usb").mkdir()
    assert crm.json("backup", "usb")["file"] == str(home / "usb" / "crmkit-BJ-20261121-100000.bundle")
    assert "exists" in crm.fails(1, "backup", "usb").err


def test_cron_hears_nothing_when_all_is_well(crm, home, customer):
    for _night in range(2):
        ran = crm.ok("-q", "backup", "--force", home / "shop.bundle")
        assert (ran.out, ran.err) == ("", "")


def test_edits_by_hand_come_along(crm, bare, archive, customer):
    (shard,) = (archive / "customers").glob("*.json")
    shard.write_text(shard.read_text("utf-8").replace("张秀英", "张秀兰"), "utf-8")
    settings = archive / "archive.toml"
    settings.write_text(settings.read_text("utf-8").replace("# solved = 30", "solved = 31"), "utf-8")
    crm.ok("backup", "shop.bundle")
    assert crm.json("history", "--limit", 1)[0]["command"] == "archive edit"
    bare.ok("init", "again", "--from", "shop.bundle")
    assert bare.json("-A", "again", "lead", "show", customer)["name"] == "张秀兰"


def test_a_backup_brings_its_own_settings(crm, bare, customer):
    crm.ok("backup", "shop.bundle")
    assert "--branch" in bare.fails(2, "init", "again", "--from", "shop.bundle", "--branch", "SH").err
    assert "no backup" in bare.fails(6, "init", "again", "--from", ".").err
    assert "there is no" in bare.fails(1, "init", "again", "--from", "nothing.bundle").err


def test_no_backup_of_the_past_or_in_the_archive(crm, archive, customer):
    assert "--as-of" in crm.fails(2, "--as-of", "today", "backup", "shop.bundle").err
    assert "inside the archive" in crm.fails(1, "backup", archive).err


def test_a_clone_of_the_folder_holds_no_settings_of_the_old_one(crm, bare, archive, customer):
    subprocess.run(["git", "-C", archive, "config", "core.sshCommand", "false"], check=True)
    bare.ok("init", "again", "--from", archive, "--operator", "WQ")
    done = subprocess.run(["git", "-C", bare.home / "again", "config", "core.sshCommand"], capture_output=True)
    assert done.stdout == b""
    assert bare.json("-A", "again", "lead", "show", customer)["name"] == "张秀英"
