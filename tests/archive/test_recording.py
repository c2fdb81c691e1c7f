"""History: each run becomes one commit of exactly what it changed, at once or, where git fails, by a later command."""

import json
import os
import shutil
import subprocess

import pytest

from crmkit.archive.journal import transaction
from crmkit.archive.repository.git import GUARD, Git
from crmkit.archive.repository.recording import record

SITES = "sites/2026-11.json"


def git(archive, *arguments, **more):
    done = subprocess.run(["git", "-C", archive, *arguments], capture_output=True, text=True, check=True, **more)
    return done.stdout.strip()


def subjects(archive):
    return git(archive, "log", "--format=%s", "main").splitlines()


def names(archive, revision):
    table = json.loads(git(archive, "show", f"{revision}:{SITES}"))["sites"]
    return sorted(document["name"] for document in table.values())


def pending(crm):
    return crm.json("status")["history_pending"]


def test_a_run_is_one_commit_of_exactly_its_files(crm, archive):
    (archive / "README").write_text("mine")
    git(archive, "add", "README")
    crm.ok("site", "add", "--name", "时间公园")
    assert git(archive, "show", "--name-only", "--format=", "HEAD") == SITES
    assert git(archive, "status", "--porcelain") == "?? README"
    assert git(archive, "log", "-1", "--format=%an <%ae> %aI%n%B") == (
        "LN <crmkit@localhost> 2026-11-21T10:00:00+08:00\nsite add: 1 record\n\n"
        + "\n".join(git(archive, "log", "-1", "--format=%(trailers)").splitlines())
    )


def cut_off(archive):
    (archive / ".git" / "index").write_bytes(b"")


def lose_shared(archive):
    git(archive, "update-index", "--split-index")
    for part in (archive / ".git").glob("sharedindex.*"):
        part.unlink()


@pytest.mark.parametrize("break_index", [cut_off, lose_shared])
def test_an_index_that_git_cannot_read_any_more_is_made_anew(crm, archive, break_index):
    crm.ok("site", "add", "--name", "时间公园")
    break_index(archive)
    assert subprocess.run(["git", "-C", archive, "status"], capture_output=True, check=False).returncode != 0
    crm.ok("site", "add", "--name", "滨河广场")
    assert git(archive, "status", "--porcelain") == ""


def test_a_split_index_is_whole_again_after_the_next_run(crm, archive):
    """An older crmkit split it, which programs built on libgit2 cannot read."""
    crm.ok("site", "add", "--name", "时间公园")
    git(archive, "config", "core.splitIndex", "true")
    git(archive, "update-index", "--split-index")
    assert b"link" in (archive / ".git" / "index").read_bytes()
    crm.ok("site", "add", "--name", "滨河广场")
    assert b"link" not in (archive / ".git" / "index").read_bytes()
    assert list((archive / ".git").glob("sharedindex.*")) == []
    assert git(archive, "ls-files", SITES) == SITES
    assert git(archive, "status", "--porcelain") == ""


def lock_index(archive):
    (archive / ".git" / "index.lock").touch()
    return lambda: (archive / ".git" / "index.lock").unlink()


def detach(archive):
    git(archive, "checkout", "-q", "--detach")
    return lambda: git(archive, "symbolic-ref", "HEAD", "refs/heads/main")


def other_branch(archive):
    git(archive, "checkout", "-q", "-b", "trial")
    return lambda: git(archive, "symbolic-ref", "HEAD", "refs/heads/main")


def lock_branch(archive):
    path = archive / ".git" / "refs" / "heads" / "main.lock"
    path.touch()
    return path.unlink


def no_room(archive):
    objects = archive / ".git" / "objects"
    objects.rename(archive / ".git" / "elsewhere")
    objects.write_text("")
    return lambda: (objects.unlink(), (archive / ".git" / "elsewhere").rename(objects))


@pytest.mark.parametrize("trouble", [lock_index, detach, other_branch, lock_branch, no_room])
def test_where_git_fails_the_run_is_saved_and_a_later_command_records_it(crm, archive, trouble):
    crm.ok("site", "add", "--name", "甲")
    mend = trouble(archive)
    ran = crm.ok("site", "add", "--name", "乙")
    assert "saved; history pending" in ran.err
    assert crm.ok("site", "list", "-f", "ids").out.count("S") == 2
    assert pending(crm) == 1
    crm.ok("site", "add", "--name", "丙")
    mend()
    crm.ok("site", "add", "--name", "丁")
    assert pending(crm) == 0
    assert subjects(archive)[:4] == ["site add: 1 record"] * 4
    assert [len(names(archive, f"main~{n}")) for n in range(4)] == [4, 3, 2, 1]
    assert git(archive, "status", "--porcelain") == ""
    assert not list((archive / ".crmkit" / "kept").glob("*"))


@pytest.mark.parametrize("code", [1, 128, 137])
def test_a_git_that_always_fails_keeps_nobody_from_working(crm, archive, tmp_path, code):
    crm.ok("site", "add", "--name", "甲")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    broken = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    assert "history pending" in crm.ok("site", "add", "--name", "乙", **broken).err
    assert len(crm.ok("site", "list", "-f", "ids", **broken).lines) == 2
    crm.ok("site", "add", "--name", "丙")
    assert [len(names(archive, f"main~{n}")) for n in range(3)] == [3, 2, 1]


def test_without_git_nothing_is_written_and_everything_is_read(crm, archive, tmp_path):
    crm.ok("site", "add", "--name", "甲")
    (tmp_path / "bin").mkdir()
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    ran = crm.fails(1, "site", "add", "--name", "乙", PATH=str(tmp_path / "bin"))
    assert "git is not installed" in ran.err
    assert "nothing changed" in ran.err
    assert crm.ok("site", "list", "-f", "ids", PATH=str(tmp_path / "bin")).lines
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_hooks_identity_and_the_callers_own_settings_play_no_part(crm, archive, tmp_path):
    hooks = archive / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\nexit 1\n")
        (hooks / name).chmod(0o755)
    (crm.home / ".gitconfig").write_text(
        "[user]\nuseConfigOnly = true\n[commit]\ngpgSign = true\n[core]\nhooksPath=/x\n"
    )
    crm.ok("site", "add", "--name", "甲", GIT_DIR="/nowhere", GIT_INDEX_FILE="/nowhere", GIT_AUTHOR_DATE="1 +0000")
    assert (pending(crm), (tmp_path / "ran").exists()) == (0, False)


def test_what_another_program_changed_is_a_commit_of_its_own_and_said(crm, archive):
    crm.ok("site", "add", "--name", "甲")
    path = archive / "archive.toml"
    path.write_text(path.read_text("utf-8").replace("[card]", "[card]\nreply = 3"), "utf-8")
    crm.ok("site", "list")  # a reader takes note of it, and does not say or record anything
    ran = crm.ok("site", "add", "--name", "乙")
    assert "changed by another program since the last run: archive.toml" in ran.err
    assert subjects(archive)[:2] == ["site add: 1 record", "archive edit: 1 file changed by hand"]
    assert "reply = 3" in git(archive, "show", "main~1:archive.toml")
    assert crm.ok("site", "add", "--name", "丙").err == ""


def test_an_edit_between_two_runs_that_git_missed_is_in_the_history_as_well(crm, archive):
    crm.ok("site", "add", "--name", "甲")
    mend = lock_index(archive)
    crm.ok("site", "add", "--name", "乙")
    path = archive / SITES
    path.write_text(path.read_text("utf-8").replace("乙", "乙二"), "utf-8")
    crm.ok("site", "add", "--name", "丙")
    mend()
    crm.ok("site", "add", "--name", "丁")
    assert pending(crm) == 0
    assert names(archive, "main") == sorted(["甲", "乙二", "丙", "丁"])
    assert git(archive, "status", "--porcelain") == ""


def test_a_run_recorded_twice_is_one_commit(crm, archive):
    """As after a crash between git's commit and the note's removal."""
    crm.ok("site", "add", "--name", "甲")
    mend = lock_index(archive)
    crm.ok("site", "add", "--name", "乙")
    notes = archive / ".crmkit" / "pending"
    shutil.copytree(notes, archive.parent / "notes")
    mend()
    crm.ok("site", "add", "--name", "丙")
    before = subjects(archive)
    (note,) = (archive.parent / "notes").iterdir()
    shutil.copy(note, notes)
    crm.ok("site", "edit", "丙", "--set", "kind=park")
    assert subjects(archive) == ["site edit: 1 record", *before]
    assert names(archive, "main") == sorted(["甲", "乙", "丙"])


def test_a_lock_file_of_a_git_that_was_killed_with_us_is_removed_and_anybody_elses_is_not(crm, archive):
    crm.ok("site", "add", "--name", "甲")
    ours = archive / ".git" / "refs" / "heads" / "main.lock"
    (archive / ".crmkit" / GUARD).write_text("!")
    ours.touch()
    assert crm.ok("site", "add", "--name", "乙").err == ""
    assert (pending(crm), ours.exists()) == (0, False)
    ours.touch()
    assert "history pending" in crm.ok("site", "add", "--name", "丙").err
    assert ours.exists()


def test_names_and_messages_of_any_kind_come_out_as_they_went_in(archive):
    message = 'sync merge: 1 record\n\nCrmkit-By: 李娜 <x> "y"\n\ndone\nfrom nowhere\n'
    path = "sites/2026-11.json"
    commit = record(Git(archive), {path: b"no newline at the end"}, message, "李<娜>\n", "2026-11-21T10:00:00-03:30")
    assert git(archive, "log", "-1", "--format=%H %an %aI", "main") == f"{commit} 李娜 2026-11-21T10:00:00-03:30"
    raw = subprocess.run(["git", "-C", archive, "cat-file", "commit", "main"], capture_output=True, check=True).stdout
    assert raw.endswith(message.encode())
    assert git(archive, "cat-file", "blob", f"main:{path}") == "no newline at the end"
    assert record(Git(archive), {path: b"no newline at the end"}, message, "", "") == ""
    record(Git(archive), {path: None}, message, "", "")
    assert path not in git(archive, "ls-tree", "-r", "--name-only", "main")


def test_notes_are_in_order_whatever_the_clock_says(crm, archive):
    mend = lock_index(archive)
    for day in ("23", "21", "22"):
        crm.ok("site", "add", "--name", day, CRMKIT_NOW=f"2026-11-{day}T10:00:00+08:00")
    runs = [journal.run[:8] for _path, journal in transaction.pending(archive)]
    assert runs == ["20261123", "20261121", "20261122"]
    mend()
    crm.ok("site", "add", "--name", "24")
    assert [names(archive, f"main~{n}") for n in (2, 1)] == [["21", "23"], ["21", "22", "23"]]
