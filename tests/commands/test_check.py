"""`crmkit check`, as it is typed."""

import shutil

import pytest

from tests.conftest import Shell


@pytest.fixture
def customer(crm) -> str:
    """The id of 张秀英."""
    return crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop").lines[0]


def test_a_sound_archive_is_passed_over_in_silence(crm, customer):
    for arguments in (("check",), ("-q", "check"), ("check", "--deep")):
        ran = crm.ok(*arguments, CRMKIT_NOW="2026-09-21T10:00:00+08:00")  # next year need not be known yet
        assert (ran.out, ran.err) == ("", "")
    assert crm.json("check") == []


def test_damage_is_listed_with_its_place_and_what_to_do(crm, archive, customer):
    (shard,) = (archive / "customers").glob("*.json")
    shard.write_bytes(shard.read_bytes()[:-20])
    ran = crm.fails(6, "check")
    assert "customers/2026-11.json, line" in ran.out and "crmkit repair" in ran.out
    (problem,) = crm.fails(6, "-q", "check", "-f", "json").json
    assert problem.keys() == {"code", "place", "message", "fix"}
    assert (problem["code"], problem["place"]) == ("damaged", "customers/2026-11.json")


def test_an_archive_without_settings_is_still_looked_at(crm, archive, home, customer):
    (archive / "archive.toml").unlink()
    assert [p["place"] for p in crm.fails(6, "check", "-f", "json").json] == ["archive.toml"]
    inside = Shell(home)
    inside.env["CRMKIT_ARCHIVE"] = ""
    inside.home = archive / "customers"
    assert [p["place"] for p in inside.fails(6, "check", "-f", "json").json] == ["archive.toml"]


@pytest.mark.parametrize("text", ["archive = 3\n", '[archive]\nlang = "xx"\n', "\x00", "[archive"])
def test_settings_that_cannot_be_read_do_not_keep_it_from_looking(crm, archive, customer, text):
    (archive / "archive.toml").write_text(text)
    assert "archive.toml" in [p["place"] for p in crm.fails(6, "check", "-f", "json").json]


def test_a_folder_that_is_no_archive_is_refused(bare, tmp_path):
    bare.fails(1, "-A", tmp_path, "check")


def test_other_files_are_mentioned_on_the_side(crm, archive, customer):
    (archive / "readme.txt").touch()
    ran = crm.ok("check")
    assert ran.out == "" and "readme.txt" in ran.err
    assert crm.ok("-q", "check").err == ""


def test_a_past_state_is_not_checked(crm, customer):
    crm.fails(2, "--as-of", "2026-11-20", "check")


def test_an_archive_without_history_is_named_and_the_next_run_begins_one(crm, archive, customer):
    shutil.rmtree(archive / ".git")
    assert [p["code"] for p in crm.fails(6, "check", "-f", "json").json] == ["no-history"]
