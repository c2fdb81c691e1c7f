"""`crmkit sync`: two and three operators with a shared repository, on the command line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmkit.archive.exchange.create import FORMER_GITATTRIBUTES
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.recording import record
from tests.conftest import Shell


def git(*arguments: object) -> str:
    return subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def shared(crm: Shell, home: Path) -> Path:
    """A shared repository that holds the archive of `crm`, where LN and WQ are on the staff."""
    repository = home / "shared.git"
    git("init", "-q", "--bare", "-b", "main", repository)
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强")
    git("-C", crm.archive, "remote", "add", "origin", repository)
    crm.ok("sync")
    return repository


def clone(shared: Path, home: Path, operator: str) -> Shell:
    """A new clone, as a second operator makes it."""
    folder = home / operator.lower()
    git("clone", "-q", shared, folder)
    shell = Shell(home, folder)
    shell.ok("config", "--set", f"operator={operator}")
    return shell


def files(shell: Shell) -> dict[str, bytes]:
    """Every file of an archive that is not private to the clone."""
    paths = (p for p in Path(str(shell.archive)).rglob("*") if p.is_file())
    found = {str(p.relative_to(str(shell.archive))): p.read_bytes() for p in paths}
    return {name: data for name, data in found.items() if not name.startswith((".git/", ".crmkit/"))}


def test_without_a_remote_there_is_nothing_to_do(crm):
    ran = crm.ok("sync", "-f", "json")
    assert ran.json["counts"] == {"received": 0, "sent": 0, "conflicts": 0}
    assert "no remote" in ran.err
    assert crm.ok("-q", "sync").err == ""


def test_three_clones_end_equal_with_everybodys_work(crm, shared, home):
    wang, chen = clone(shared, home, "WQ"), clone(shared, home, "CJ")
    person = crm.ok("-q", "lead", "add", "--name", "张秀英", "--phone", "13900541731").out.strip()
    for shell in (crm, wang, chen):
        shell.ok("-q", "sync")
    crm.ok("lead", "edit", person, "--set", "address=青年路1号")
    wang.ok("lead", "edit", person, "--set", "address=和平里3号", "--set", "owner=WQ")
    chen.ok("call", "log", person, "--outcome", "reached", "--note", "well")
    wang.ok("lead", "add", "--name", "刘国庆", "--phone", "13700541732")
    chen.ok("lead", "add", "--name", "刘先生", "--phone", "137 0054 1732")
    chen.ok("site", "add", "--name", "时间公园", "--kind", "park")
    crm.ok("sync")
    ran = wang.ok("sync", "-f", "json")
    assert ran.json["counts"] == {"received": 1, "sent": 4, "conflicts": 1}  # the change of owner is a record as well
    assert len(ran.json["ids"]) == 1
    ran = chen.ok("sync", "-f", "json")
    assert [meeting["what"] for meeting in ran.json["meetings"]] == ["phone"]
    assert "phone numbers that both sides entered: 1" in ran.err
    assert "13700541732" not in ran.err
    for shell in (crm, wang):
        shell.ok("-q", "sync")
    assert files(crm) == files(wang) == files(chen)
    assert crm.json("lead", "show", person)["owner"] == "WQ"
    assert [row["record"] for row in crm.json("conflicts")] == [person]
    assert "张" not in git("-C", crm.archive, "log", "--format=%B")


def test_a_remote_that_cannot_be_reached_costs_nothing(crm, shared):
    shared.rename(shared.with_suffix(".away"))
    crm.ok("site", "add", "--name", "时间公园")
    ran = crm.fails(1, "sync")
    assert "everything is saved here" in ran.err
    assert str(shared) not in ran.err
    assert str(shared) in crm.fails(1, "-v", "sync").err
    shared.with_suffix(".away").rename(shared)
    assert crm.json("sync")["counts"]["sent"] == 1


def test_a_repository_that_takes_nothing_is_named(crm, shared):
    git("-C", shared, "config", "core.bare", "false")  # somebody works in it: what is checked out is not moved
    crm.ok("site", "add", "--name", "时间公园")
    assert "does not take what is sent" in crm.fails(1, "sync").err


def test_a_remote_that_does_not_exist_is_named(crm, shared):
    ran = crm.fails(1, "sync", "--remote", "backup")
    assert "no remote backup" in ran.err


def test_a_dry_run_shows_what_would_come_and_sends_nothing(crm, shared, home):
    wang = clone(shared, home, "WQ")
    wang.ok("site", "add", "--name", "时间公园")
    wang.ok("sync")
    crm.ok("site", "add", "--name", "和平公园")
    before = git("-C", shared, "rev-parse", "main")
    ran = crm.ok("sync", "-n", "-f", "json")
    assert (ran.json["dry_run"], ran.json["counts"]["received"], ran.json["counts"]["sent"]) == (True, 1, 1)
    assert git("-C", shared, "rev-parse", "main") == before
    assert [site["name"] for site in crm.json("site", "list")] == ["和平公园"]


def test_a_merge_that_does_not_end_in_a_sound_archive_is_not_sent(crm, shared, home):
    wang = clone(shared, home, "WQ")
    wang.ok("site", "add", "--name", "时间公园")
    wang.ok("sync")
    crm.ok("site", "add", "--name", "和平公园")
    staff = Path(str(crm.archive)) / "staff"
    (staff / "2026-11-2.json").write_bytes((staff / "2026-11.json").read_bytes())  # the same record in two shards
    before = git("-C", shared, "rev-parse", "main")
    assert "nothing was sent" in crm.fails(6, "sync").err
    assert git("-C", shared, "rev-parse", "main") == before


def test_the_lock_is_free_while_the_network_is_waited_for(crm, shared, home):
    """git is replaced by one that adds a site with crmkit before it fetches."""
    path = crm.env["PATH"]
    stub = home / "bin" / "git"
    stub.parent.mkdir()
    add = f'PATH="{path}" {sys.executable} -m crmkit --wait 0 -A {crm.archive} site add --name x'
    stub.write_text(f'#!/bin/sh\ncase " $* " in *" fetch "*) {add} ;; esac\nexec {shutil.which("git")} "$@"\n')
    stub.chmod(0o755)
    crm.ok("sync", PATH=f"{stub.parent}:{path}")
    assert [site["name"] for site in crm.json("site", "list")] == ["x"]
    assert "site add" in git("-C", shared, "log", "-1", "--format=%s", "main")


def test_two_clones_with_one_operator_code_are_told_so(crm, shared, home):
    crm.ok("product", "add", "--code", "W1", "--name", "净水器")
    person = crm.ok("-q", "lead", "add", "--name", "张秀英", "--phone", "13900541731").out.strip()
    crm.ok("-q", "sync")
    twin = clone(shared, home, "LN")
    for shell, serial in ((crm, "SN1"), (twin, "SN1")):
        shell.ok("card", "issue", "--customer", person, "--product", "W1", "--serial", serial)
    crm.ok("-q", "sync")
    found = twin.json("sync")["meetings"]
    assert sorted(meeting["what"] for meeting in found) == ["number", "operator", "serial"]


def test_two_operators_who_recycle_the_same_files_offline_move_each_of_them_once(crm, shared, home):
    crm.ok("staff", "add", "--code", "LN", "--role", "service")
    crm.ok("staff", "edit", "WQ", "--set", "roles=service")
    who = crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731").lines[0]
    crm.ok("lead", "edit", who, "--set", "stage=screened", "--set", "owner=LN")
    crm.ok("sync")
    wang = clone(shared, home, "WQ")
    crm.ok("lead", "recycle", "--now", "2027-02-22 08:00")
    wang.ok("lead", "recycle", "--now", "2027-02-22 09:00")
    crm.ok("sync")
    assert wang.json("sync")["counts"]["conflicts"] == 0
    shown = wang.json("lead", "show", who)
    assert (shown["owner"], [move["to"] for move in shown["owners"]]) == ("WQ", ["LN", "WQ"])


def test_settings_and_calendars_that_were_edited_by_hand_go_along(crm, shared, home):
    wang = clone(shared, home, "WQ")
    root = Path(str(crm.archive))
    settings = root / "archive.toml"
    settings.write_text(settings.read_text("utf-8").replace("# reply = 2", "reply = 4"), "utf-8")
    (root / "calendar" / "2031.json").write_text((root / "calendar" / "2026.json").read_text("utf-8"), "utf-8")
    edited = files(crm)
    crm.ok("sync")
    wang.ok("sync")
    assert files(wang) == files(crm) == edited
    assert "reply = 4" in files(wang)["archive.toml"].decode()
    assert git("-C", crm.archive, "log", "-1", "--format=%s") == "archive edit: 2 files changed by hand"


def bare_repository(home: Path, branch: str) -> Path:
    """An empty shared repository whose HEAD names `branch`, as git makes it where that is its default."""
    repository = home / "shared.git"
    git("init", "-q", "--bare", "-b", branch, repository)
    return repository


@pytest.mark.parametrize("branch", ["master", "trunk", "shop/2026"])
def test_a_colleague_gets_in_where_the_shared_repository_names_another_branch(crm, home, branch):
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强")
    git("-C", crm.archive, "remote", "add", "origin", bare_repository(home, branch))
    first = crm.ok("sync").err
    assert "in origin HEAD names another branch" in first and "crmkit init DIR --from" in first
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731")
    assert "HEAD" not in crm.ok("sync").err  # said once

    git("clone", "-q", home / "shared.git", home / "two")
    two = Shell(home, home / "two")
    hint = f"git -C {home / 'two'} checkout main"
    assert f"hint: {hint}\n" in two.fails(1, "status").err
    assert f"hint: {hint}\n" in two.fails(1, "init", home / "two", "--branch", "BJ", "--operator", "WQ").err
    assert f"hint: {hint}\n" in two.fails(1, "init", home / "two", "--from", home / "shared.git").err
    subprocess.run(hint, shell=True, check=True, capture_output=True)
    assert two.json("status")["customers"] == 1

    three = Shell(home, home / "three")
    three.ok("init", home / "three", "--from", home / "shared.git", "--operator", "WQ")
    assert three.json("status")["operator"] == "WQ"
    three.ok("lead", "add", "--name", "刘国庆", "--phone", "13700541732")
    assert three.json("sync")["counts"]["sent"] == 2  # the file and its touch
    assert crm.json("sync")["counts"]["received"] == 2
    assert files(crm) == files(three)


@pytest.mark.parametrize("way", ["clone", "from"])
def test_a_shared_repository_that_calls_the_branch_otherwise_keeps_its_name(crm, shared, home, way):
    git("-C", shared, "branch", "-m", "main", "master")
    wang = Shell(home, home / "wq")
    if way == "clone":
        git("clone", "-q", shared, home / "wq")
    else:
        wang.ok("init", home / "wq", "--from", shared, "--operator", "WQ")
    done = wang.json("lead", "add", "--name", "刘国庆", "--phone", "13700541732")
    assert done["commit"] and wang.json("sync")["counts"]["sent"] == 2  # the file and its touch
    assert crm.json("sync")["counts"]["received"] == 2
    assert git("-C", shared, "for-each-ref", "--format=%(refname)") == "refs/heads/master"


def test_a_repository_that_began_with_something_else_is_refused(crm, home):
    repository = bare_repository(home, "master")
    git("clone", "-q", repository, home / "web")
    (home / "web" / "README").write_text("made on the server")
    git("-C", home / "web", "add", "README")
    git("-C", home / "web", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "first")
    git("-C", home / "web", "push", "-q", "origin", "HEAD")
    git("-C", crm.archive, "remote", "add", "origin", repository)
    assert "nothing in common" in crm.fails(1, "sync").err
    assert "crmkit" not in git("-C", repository, "log", "--all", "--format=%an")
    assert "no archive.toml" in crm.fails(6, "init", home / "two", "--from", repository).err
    assert not (home / "two").exists()


def test_nothing_is_made_from_a_repository_that_is_empty_or_out_of_reach(bare, home):
    empty = bare_repository(home, "main")
    assert "is an empty repository" in bare.fails(1, "init", home / "two", "--from", empty).err
    gone = bare.fails(1, "init", home / "two", "--from", f"file://{home}/nowhere.git")
    assert f"file://{home}/nowhere.git cannot be reached or read; nothing was made" in gone.err
    assert "there is no" in bare.fails(1, "init", home / "two", "--from", "nowhere.git").err
    assert not (home / "two").exists()


def test_an_address_is_cloned_like_a_folder(crm, shared, home):
    wang = Shell(home, home / "wq")
    wang.ok("init", home / "wq", "--from", f"file://{shared}", "--operator", "WQ")
    assert git("-C", home / "wq", "remote", "get-url", "origin") == f"file://{shared}"
    assert wang.json("sync")["counts"] == {"received": 0, "sent": 0, "conflicts": 0}


@pytest.mark.parametrize("former", [False, True])
@pytest.mark.parametrize("eol", [("core.autocrlf=true",), ("core.autocrlf=true", "core.eol=crlf"), ("core.eol=crlf",)])
def test_a_clone_whose_git_writes_other_line_ends_is_whole(crm, shared, home, eol, former):
    if former:  # an archive made before its attributes covered every file
        record(Git(Path(str(crm.archive))), {".gitattributes": FORMER_GITATTRIBUTES.encode()}, "former", "", "")
        git("-C", crm.archive, "push", "-q", "origin", "main")
    settings = [word for setting in eol for word in ("-c", setting)]
    git(*settings, "clone", "-q", shared, home / "two")
    for setting in eol:
        git("-C", home / "two", "config", *setting.split("="))
    two = Shell(home, home / "two")
    if not former:
        two.ok("check")
    two.ok("lead", "add", "--name", "李建国", "--phone", "13800138000")
    changed = git("-C", home / "two", "diff", "--name-only", "HEAD~1").splitlines()
    assert {name.partition("/")[0] for name in changed} <= {"customers", "touches"}
    assert b"\r" not in b"".join(files(two).values())
    two.ok("check")
