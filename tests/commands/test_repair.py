"""`crmkit repair`, as it is typed."""

import shutil
import subprocess

import pytest

from tests.conftest import Shell

SHARD = "customers/2026-11.json"


@pytest.fixture
def customer(crm) -> str:
    """The id of 张秀英."""
    return crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop").lines[0]


def test_nothing_to_do_is_said_by_silence(crm, customer):
    ran = crm.ok("repair")
    assert (ran.out, ran.err) == ("", "")
    assert crm.json("repair", "--yes")["counts"] == {"repaired": 0, "remaining": 0}


def test_a_damaged_shard_comes_back(crm, archive, customer):
    good = (archive / SHARD).read_bytes()
    (archive / SHARD).write_bytes(good[:-40])
    assert "crmkit repair" in crm.fails(6, "lead", "list").err
    preview = crm.json("repair", "-n")
    assert preview["dry_run"] and [one["place"] for one in preview["repaired"]] == [SHARD]
    assert (archive / SHARD).read_bytes() == good[:-40]
    ran = crm.ok("repair", "--yes")
    assert SHARD in ran.out and str(archive / ".crmkit" / "damaged") in ran.err
    assert (archive / SHARD).read_bytes() == good
    crm.ok("check")
    assert [lead["id"] for lead in crm.json("lead", "list")] == [customer]


def test_the_outcome_as_json(crm, archive, customer):
    (archive / SHARD).write_bytes(b"")
    done = crm.json("repair", "--yes")
    assert done.keys() == {"run", "commit", "ids", "counts", "repaired", "remaining"}
    assert done["run"].startswith("20261121-100000-") and len(done["commit"]) == 40
    assert (done["counts"], done["remaining"]) == ({"repaired": 1, "remaining": 0}, [])
    assert done["repaired"][0].keys() == {"code", "place", "message", "lost"}


def test_it_is_not_done_without_being_asked_for(crm, archive, customer):
    (archive / SHARD).write_bytes(b"")
    refused = crm.fails(2, "repair")
    assert "--yes" in refused.err and SHARD in refused.err
    assert (archive / SHARD).read_bytes() == b""


def test_what_is_left_to_a_person_is_said_and_ends_with_6(crm, archive, customer):
    (archive / SHARD).chmod(0o644)
    (archive / "customers" / "copy.json").touch()
    ran = crm.fails(6, "-q", "repair", "--yes")
    assert "permissions" in ran.out and "copy.json" in ran.err
    assert (archive / SHARD).stat().st_mode & 0o777 == 0o600
    assert [p["code"] for p in crm.fails(6, "check", "-f", "json").json] == ["stray"]


def test_a_file_named_comes_back_as_it_was_recorded(crm, archive, customer):
    good = (archive / SHARD).read_bytes()
    (archive / SHARD).write_bytes(good.replace("张秀英".encode(), "张秀兰".encode()))
    assert "changed" in crm.fails(6, "repair", "--yes", "-f", "json").out
    ran = crm.ok("repair", SHARD, "--yes")
    assert f"{customer}: name" in ran.out
    assert (archive / SHARD).read_bytes() == good
    crm.fails(1, "repair", "customers/2025-01.json", "--yes")


@pytest.mark.parametrize("text", [None, "", "archive = 3\n", '[archive]\ntz = "Nowhere"\n', '[archive]\nlang = "xx"\n'])
def test_settings_come_back(crm, archive, customer, text):
    marker = archive / "archive.toml"
    good = marker.read_bytes()
    marker.unlink()
    if text is not None:
        marker.write_text(text)
    crm.ok("repair", "--yes")
    assert marker.read_bytes() == good
    crm.ok("check")


def test_a_copy_without_history_gets_one(crm, archive, customer):
    shutil.rmtree(archive / ".git")
    crm.ok("repair", "--yes")
    assert [run["command"] for run in crm.json("history")] == ["archive begin"]
    crm.ok("check")


def test_a_repair_that_changed_the_history_can_be_looked_at(crm, archive, customer):
    crm.ok("config", "--set", "card.reply=3")
    marker = archive / "archive.toml"
    marker.write_text("[archive\n")
    git(archive, "commit", "-qam", "broken")
    done = crm.json("repair", "--yes", "--by", "LN")
    newest = crm.json("history", "--limit", 1)[0]
    assert (newest["run"], newest["command"], newest["commit"]) == (done["run"], "repair", done["commit"])
    assert "reply = 3" in marker.read_text("utf-8")


def test_it_works_on_the_archive_around_the_folder_one_is_in(crm, archive, home, customer):
    (archive / "archive.toml").unlink()
    inside = Shell(archive / "customers")
    inside.env["HOME"] = str(home)
    inside.ok("repair", "--yes")
    crm.ok("check")


def test_a_past_state_cannot_be_repaired(crm, customer):
    crm.fails(2, "--as-of", "2026-11-20", "repair", "--yes")


def git(archive, *arguments) -> None:
    author = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", "-C", archive, *author, *arguments], check=True, capture_output=True)
