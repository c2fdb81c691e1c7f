"""An archive that came from somebody else: none of its programs is run, nothing outside of it is touched, and `check`
says what is there. Also one that came without its history, or has lost sight of it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmkit.archive.archive import Done, opened
from crmkit.archive.health.check import check
from crmkit.archive.journal import disk
from crmkit.archive.journal.transaction import FileStep, Journal, _sealed
from crmkit.archive.repository import objects
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.objects import opened_objects
from crmkit.errors import DamagedError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk
from tests.conftest import Shell

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change",
    "post-merge", "post-rewrite", "post-update", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push",
    "pre-rebase", "prepare-commit-msg", "push-to-checkout", "reference-transaction", "update",
)  # fmt: skip
COMMANDS = (
    ("check",),
    ("check", "--deep"),
    ("status",),
    ("lead", "add", "--name", "张秀英", "--phone", "13900541731"),
    ("lead", "list"),
    ("history",),
    ("--as-of", "2026-11-22", "lead", "list"),
    ("undo", "--yes"),
    ("site", "add", "--name", "时间公园"),
    ("config", "--set", "card.reply=3"),
    ("daily",),
    ("sync",),
    ("conflicts",),
    ("backup", "OUT"),
    ("init", "NEW", "--from", "OUT"),
)
SITE = Site(id="S2611-00000001", name="时间公园")


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """What any program of the hostile archive would make."""
    return tmp_path / "ran"


@pytest.fixture
def hostile(archive: Path, tmp_path: Path, ran: Path) -> Path:
    """An archive whose repository names a program wherever git knows a place for one."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\ncat\n")
    program.chmod(0o700)
    hooks = archive / ".git" / "hooks"
    hooks.mkdir()
    for name in HOOKS:
        shutil.copy(program, hooks / name)
    (archive / ".git" / "info").mkdir(exist_ok=True)
    (archive / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil text\n")
    included = tmp_path / "included"
    included.write_text(f"[core]\n\tfsmonitor = {program}\n")
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
        "core.alternateRefsCommand", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process",
        "diff.evil.textconv", "diff.evil.command", "diff.external", "merge.evil.driver", "gpg.program",
        "gpg.ssh.program", "credential.helper", "sequence.editor", "uploadpack.packObjectsHook", "pager.log",
        "remote.origin.uploadpack", "remote.origin.receivepack", "trailer.x.command",
    ):  # fmt: skip
        setting(archive, key, str(program))
    for key, value in {
        "core.hooksPath": str(hooks),
        "include.path": str(included),
        "alias.log": f"!{program}",
        "alias.ls-tree": f"!{program}",
        "commit.gpgSign": "true",
        "log.showSignature": "true",
        "filter.evil.required": "true",
        "core.attributesFile": str(archive / ".git" / "info" / "attributes"),
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::{program} %S",
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        "branch.main.remote": "origin",
        "branch.main.merge": "refs/heads/main",
        "url.ext::x.insteadOf": "https://",
        "submodule.x.update": f"!{program}",
    }.items():
        setting(archive, key, value)
    return archive


def setting(archive: Path, key: str, value: str) -> None:
    subprocess.run(["git", "config", "--file", archive / ".git" / "config", key, value], check=True)


def test_no_command_runs_a_program_of_the_archive(hostile, home, ran):
    crm = Shell(home, hostile)
    for command in COMMANDS:
        places = {"OUT": home / "out.bundle", "NEW": home / "new"}
        done = crm(*(places.get(word, word) for word in command), CRMKIT_DEBUG="")
        assert done.code == {"check": 6, "sync": 6}.get(command[0], 0), (command, done.err)
        assert not ran.exists(), command
    assert [site["name"] for site in crm.json("site", "list")] == ["时间公园"]
    assert (home / "out.bundle").exists()
    assert not (home / "new" / ".git" / "hooks").exists()


def test_the_programs_would_run_if_somebody_typed_git(hostile, ran):
    subprocess.run(["git", "-C", hostile, "status"], capture_output=True)
    assert ran.exists()


def test_check_names_every_one_of_them(hostile, home):
    listed = Shell(home, hostile).fails(6, "check", "-f", "json").json
    assert {f".git/hooks/{name}" for name in HOOKS} <= {problem["place"] for problem in listed}
    said = " ".join(problem["message"] for problem in listed).lower()
    for key in ("core.fsmonitor", "filter.evil.process", "include.path", "alias.log", "core.hookspath", "url.ext::x"):
        assert key in said
    assert ".git/info/attributes" in said


# the repository that it exchanges with


@pytest.fixture
def stick(tmp_path: Path, ran: Path) -> Path:
    """A repository on a stick that names a program wherever git knows a place for one on the receiving side."""
    place = tmp_path / "my stick" / "shop.git"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{ran}'\n")
    program.chmod(0o700)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", place], check=True)
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "lender.git"], check=True)
    (place / "objects" / "info" / "alternates").write_text(f"{tmp_path / 'lender.git' / 'objects'}\n")
    for name in (*HOOKS, "pre-receive", "post-receive", "proc-receive"):
        shutil.copy(program, place / "hooks" / name)
    (place / "info" / "attributes").write_text("* filter=evil\n")
    for key, value in {
        **dict.fromkeys(
            (
                "core.alternateRefsCommand", "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.askPass",
                "core.pager", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "gpg.program",
                "uploadpack.packObjectsHook", "gc.recentObjectsHook", "credential.helper",
            ),
            str(program),
        ),
        "core.hooksPath": str(place / "hooks"),
        "receive.certNonceSeed": "seed",
        "receive.autogc": "true",
        "gc.auto": "1",
        "gc.autoDetach": "false",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::{program} %S",
        "protocol.allow": "always",
    }.items():  # fmt: skip
        subprocess.run(["git", "config", "--file", place / "config", key, value], check=True)
    return place


def addresses(place: Path) -> dict[str, str]:
    """The ways to name a repository on this machine."""
    return {"path": str(place), "url": place.as_uri(), "relative": f"../{place.parent.name}/{place.name}"}


@pytest.mark.parametrize("way", ["path", "url", "relative"])
def test_no_program_of_a_local_remote_is_run(crm, archive, stick, ran, way):
    crm.ok("site", "add", "--name", "时间公园")
    setting(archive, "remote.origin.url", addresses(stick)[way])
    for _again in range(2):  # with refs there, the next exchange asks more
        assert crm.json("sync")["counts"]["sent"] in (2, 1)
        crm.ok("site", "add", "--name", f"博物馆{_again}")
    assert not ran.exists(), ran.read_text()
    tip = subprocess.run(["git", "-C", stick, "rev-parse", "main~0"], capture_output=True, text=True)
    assert tip.stdout.strip() == Git(archive).line("rev-parse", "HEAD^")


def test_a_remote_that_hands_its_refs_to_a_program_takes_nothing_and_runs_nothing(crm, archive, stick, ran):
    setting(archive, "remote.origin.url", str(stick))
    subprocess.run(["git", "config", "--file", stick / "config", "receive.procReceiveRefs", "refs"], check=True)
    assert "does not take what is sent" in crm.fails(1, "sync").err
    assert not ran.exists(), ran.read_text()


def test_no_program_of_the_repository_that_an_archive_is_brought_back_from_is_run(crm, archive, stick, ran, home):
    setting(archive, "remote.origin.url", str(stick))
    crm.ok("sync")
    Shell(home).ok("init", home / "new", "--from", stick, "--operator", "WQ")
    assert not ran.exists(), ran.read_text()
    assert Git(home / "new").head() == Git(archive).head()


def test_the_programs_of_the_remote_would_run_if_somebody_typed_git_push(archive, stick, ran):
    subprocess.run(["git", "-C", archive, "push", "-q", stick, "main"], capture_output=True)
    assert "pre-receive" in ran.read_text()


def test_a_push_checks_nothing_out_where_the_remote_would(crm, archive, tmp_path, ran):
    """A remote with a work tree may lead it anywhere, and name filters for what is written there."""
    away = tmp_path / "away"
    away.mkdir()
    place = tmp_path / "shop"
    subprocess.run(["git", "clone", "-q", archive, place], check=True, capture_output=True)
    for key, value in {
        "receive.denyCurrentBranch": "updateInstead", "core.worktree": str(away), "filter.evil.smudge": f"touch {ran}",
    }.items():  # fmt: skip
        subprocess.run(["git", "config", "--file", place / ".git" / "config", key, value], check=True)
    (place / ".git" / "info" / "attributes").write_text("* filter=evil\n")
    setting(archive, "remote.origin.url", str(place))
    crm.ok("site", "add", "--name", "时间公园")
    assert "git init --bare" in crm.fails(1, "sync").err
    assert list(away.iterdir()) == [] and not ran.exists()


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("./.cache.git", True),
        (".cache.git", True),
        ("{archive}/.cache.git", True),
        ("file://{archive}/.cache.git", True),
        ("file://localhost{archive}/.cache%2egit", True),
        ("{archive}", True),
        ("../{name}/.git", True),
        ("{link}/.cache.git", True),
        ("{archive}-2.git", False),
        ("/nowhere/shop.git", False),
        ("host:{archive}", False),
        ("ssh://host{archive}/.cache.git", False),
    ],
)
def test_a_remote_inside_the_archive_is_refused_and_found(crm, archive, tmp_path, address, refused):
    (tmp_path / "link").symlink_to(archive)
    subprocess.run(["git", "init", "-q", "--bare", archive / ".cache.git"], check=True)
    setting(archive, "remote.origin.url", address.format(archive=archive, name=archive.name, link=tmp_path / "link"))
    found = [problem for problem in check(archive, wait=5) if problem.code == "remote"]
    assert ["origin" in problem.message for problem in found] == ([True] if refused else [])
    if refused:
        assert "lies inside the archive" in crm.fails(6, "sync").err


@pytest.mark.parametrize("key", ["remote.origin.pushurl", "remote.other.url"])
def test_every_address_of_every_remote_is_looked_at(archive, tmp_path, key):
    setting(archive, "remote.origin.url", str(tmp_path / "shop.git"))
    setting(archive, key, "./.cache.git")
    setting(archive, "remote.third.url", "ext::sh -c true% %S")
    (inside, program) = [problem.message for problem in check(archive, wait=5) if problem.code == "remote"]
    assert inside.startswith(f"the remote {key.split('.')[1]} lies inside the archive")
    assert program.startswith("the address of the remote third makes git run a program")


def test_addresses_here_and_elsewhere_in_one_remote_are_refused(crm, archive, stick):
    setting(archive, "remote.origin.url", str(stick))
    subprocess.run(["git", "-C", archive, "remote", "set-url", "--add", "--push", "origin", str(stick)], check=True)
    subprocess.run(
        ["git", "-C", archive, "remote", "set-url", "--add", "--push", "origin", "ssh://nowhere.invalid/shop.git"],
        check=True,
    )
    crm.ok("site", "add", "--name", "时间公园")
    assert "addresses on this machine and elsewhere" in crm.fails(1, "sync").err


@pytest.mark.parametrize("key", ["gc.recentObjectsHook", "fetch.bundleURI"])
def test_settings_that_only_look_harmless_are_found(archive, key):
    setting(archive, key, "x")
    found = [problem.message for problem in check(archive, wait=5) if problem.code == "git-setting"]
    assert [key.lower() in message.lower() for message in found] == [True]


def test_a_journal_that_names_a_place_outside_is_not_carried_out(archive, home, tmp_path):
    bait = b"* * * * * evil\n"
    for path in ("../outside", "/tmp/crmkit-outside", ".git/hooks/post-merge", "customers/../../outside", ".GIT/x"):
        stage = archive / ".crmkit" / "stage"
        disk.make_folder(stage)
        (stage / "bait").write_bytes(bait)
        step = FileStep(path=path, old="", new=disk.digest(bait), stage="bait")
        journal = Journal(run="20261121-100000-aaaa", message="x", by="", at="2026-11-21T10:00:00+08:00", steps=(step,))
        (archive / ".crmkit" / "journal").write_bytes(_sealed(journal))
        assert "journal" in Shell(home, archive).fails(6, "site", "add", "--name", "时间公园").err
        assert ("journal", ".crmkit/journal") in [(p.code, p.place) for p in check(archive, wait=5)]
    assert not (tmp_path / "outside").exists() and not Path("/tmp/crmkit-outside").exists()
    assert not (archive / ".git" / "hooks").exists()


def test_a_note_of_a_run_takes_nothing_from_outside_into_the_history(archive, home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"key")
    step = FileStep(path="../secret", old="", new=disk.digest(b"key"))
    note = Journal(run="20261121-100000-aaaa", message="x", by="", at="2026-11-21T10:00:00+08:00", steps=(step,))
    disk.make_folder(archive / ".crmkit" / "pending")
    (archive / ".crmkit" / "pending" / "000001-20261121-100000-aaaa").write_bytes(_sealed(note))
    Shell(home, archive)("site", "add", "--name", "时间公园", CRMKIT_DEBUG="")
    assert b"secret" not in Git(archive).run("log", "--all", "--name-only")


@pytest.mark.parametrize("place", ["sites", "sites/2026-11.json", ".crmkit/stage", ".crmkit"])
def test_nothing_is_written_through_a_link(archive, home, tmp_path, place):
    Desk(archive).run(lambda _archive: Change(puts=(SITE,)))
    elsewhere = tmp_path / "elsewhere"
    shutil.move(archive / place, elsewhere)
    (archive / place).symlink_to(elsewhere)
    before = {path: path.read_bytes() for path in [elsewhere, *elsewhere.rglob("*")] if path.is_file()}
    crm = Shell(home, archive)
    for command in (("site", "add", "--name", "博物馆"), ("site", "list"), ("undo", "--yes"), ("daily",)):
        assert crm(*command, CRMKIT_DEBUG="").code == 6, command
    assert {path: path.read_bytes() for path in [elsewhere, *elsewhere.rglob("*")] if path.is_file()} == before
    assert ("link", place) in [(problem.code, problem.place) for problem in check(archive, wait=5)]


def test_a_change_is_not_staged_for_a_place_behind_a_link(archive, tmp_path):
    (archive / "scribbles").symlink_to(tmp_path)
    files = {"scribbles/x.json": b"{}"}
    with opened(archive, exclusive=True, wait=5) as it, pytest.raises(DamagedError):
        it.commit_files(files, dict.fromkeys(files), "sync", Done(), run_at=NOW, by="")
    assert not (tmp_path / "x.json").exists()


# pipes and devices where files belong


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Nothing may wait longer than that."""

    def ring(_number: int, _frame: object) -> None:
        raise Waited

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Waited(BaseException):
    """A command waits for somebody to write into a pipe."""


def test_a_pipe_in_the_place_of_any_file_holds_no_command_up_and_is_found(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop")
    files = [path for path in archive.rglob("*") if path.is_file()]
    stored = sorted(path for path in files if path.parent.parent.name == "objects")
    assert len(stored) > 5 and len(files) > len(stored) + 20, (len(stored), len(files))
    files = [path for path in files if path not in stored[2:]]
    for path in files:
        place = str(path.relative_to(archive))
        path.rename(archive.parent / "kept")
        os.mkfifo(path)
        with within(30):
            told = crm("status", CRMKIT_DEBUG="")
            assert told.code in (0, 1, 6) and len(told.err.splitlines()) <= 2, (place, told)
            listed = crm.fails(6, "check", "-f", "json").json
        assert ("irregular", place) in {(problem["code"], problem["place"]) for problem in listed}, place
        (archive.parent / "kept").rename(path)
    assert check(archive, wait=5) == []


@pytest.mark.parametrize("place", [".crmkit/index.sqlite", ".crmkit/index.seal"])
def test_a_folder_in_the_place_of_the_index_is_found_and_set_aside(crm, archive, place):
    crm.ok("site", "add", "--name", "时间公园")
    (archive / place).unlink()
    (archive / place).mkdir()
    listed = crm.fails(6, "check", "-f", "json").json
    assert [(problem["code"], problem["place"]) for problem in listed] == [("irregular", place)]
    crm.ok("repair", "--yes")
    assert [one["name"] for one in crm.json("site", "list")] == ["时间公园"]
    assert crm.json("check") == []


@pytest.mark.parametrize("place", [".crmkit/index.sqlite", ".crmkit/index.seal"])
def test_check_lists_a_link_in_the_place_of_the_index(crm, archive, tmp_path, place):
    crm.ok("site", "add", "--name", "时间公园")
    (archive / place).rename(tmp_path / "kept")
    (archive / place).symlink_to(tmp_path / "kept")
    listed = crm.fails(6, "check", "-f", "json").json
    assert [(problem["code"], problem["place"]) for problem in listed] == [("link", place)]


@pytest.mark.parametrize(
    "place", [".crmkit/lock", ".crmkit/git.running", ".git/HEAD", ".git/config", ".git/index", ".git/refs/heads/main"]
)
def test_a_writer_says_where_the_pipe_is_or_saves_without_git(crm, archive, place):
    crm.ok("site", "add", "--name", "时间公园")
    (archive / place).unlink()
    os.mkfifo(archive / place)
    with within(30):
        told = crm("site", "add", "--name", "博物馆", CRMKIT_DEBUG="")
    if told.code == 0:
        assert "history pending" in told.err
    else:
        assert told.code == 6 and f"{place} is not a regular file" in told.err


@pytest.mark.parametrize(
    "place",
    [
        ".crmkit/index.seal", ".crmkit/index.sqlite", ".git/HEAD", ".git/config", ".git/index", ".git/packed-refs",
        ".git/refs/heads/main", ".git/logs/HEAD", "sites/2026-11.json", "calendar/2026.json", ".crmkit/journal",
    ],
)  # fmt: skip
def test_repair_sets_a_pipe_aside_and_all_is_there_again(crm, archive, place):
    crm.ok("site", "add", "--name", "时间公园")
    (archive / place).unlink(missing_ok=True)
    os.mkfifo(archive / place)
    with within(30):
        crm.ok("repair", "--yes")
        assert crm.ok("check").out == ""
    assert [site["name"] for site in crm.json("site", "list")] == ["时间公园"]
    assert crm.json("history")[-1]["command"] == "archive init"


def test_a_pipe_beside_the_archive_is_nobodys_business(crm, archive):
    os.mkfifo(archive / "scribbles")
    with within(30):
        assert crm.ok("check").out == ""
        crm.ok("site", "add", "--name", "时间公园")


@pytest.mark.parametrize("place", ["HEAD", "config", "packed-refs", "objects/pack/pack-1.idx", "refs/heads/x"])
def test_a_pipe_in_the_shared_repository_holds_no_sync_and_no_init_up(crm, archive, tmp_path, place):
    shared = tmp_path / "shop.git"
    subprocess.run(["git", "clone", "-q", "--bare", archive, shared], check=True, capture_output=True)
    setting(archive, "remote.origin.url", str(shared))
    (shared / place).unlink(missing_ok=True)
    os.mkfifo(shared / place)
    with within(30):
        assert f"{place} is not a regular file" in crm.fails(1, "sync").err
        assert f"{place} is not a regular file" in crm.fails(1, "init", tmp_path / "new", "--from", shared).err
    assert not (tmp_path / "new").exists()


def test_a_backup_is_neither_read_from_nor_written_to_what_is_no_file(crm, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with within(30):
        for source in (tmp_path / "pipe", Path("/dev/zero")):
            assert "is not a regular file" in crm.fails(1, "init", tmp_path / "new", "--from", source).err
        for target in (tmp_path / "pipe", Path("/dev/null")):
            assert "is not a regular file" in crm.fails(1, "backup", target, "--force").err
    assert (tmp_path / "pipe").is_fifo() and not (tmp_path / "new").exists()


# settings and calendars

DEEP, LONG = 100_000, 200_000
QUOTED = ('"a b"', "'c'")
SETTINGS = {
    "deep": (f"x = {'[' * DEEP}{']' * DEEP}\n", "values nested too deeply"),
    "deep tables": (f"x = {'{a=' * 17}1{'}' * 17}\n", "values nested too deeply"),
    "digits": (f"x = {'9' * 10_000}\n", "a number beyond all measure"),
    "hexadecimal digits": (f"x = 0x{'f' * 10_000}\n", "a number beyond all measure"),
    "over 64 bits": (f"x = {2**63}\n", "a number beyond all measure"),
    "infinity": ("x = -inf\n", "a number beyond all measure"),
    "no number": ("x = nan\n", "a number beyond all measure"),
    "parts": (f"[{'.'.join(['a'] * LONG)}]\n", "a key of more than 32 parts"),
    "quoted parts": (f"x = {{{' . '.join(QUOTED * 50_000)} = 1}}\n", "a key of more than 32 parts"),
    "long": (f"# {'x' * (1 << 20)}\n", "it is larger than 1024 KB"),
    "bytes": ("x = '\udcff'\n", "'utf-8' codec can't decode byte 0xff"),
}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("place", ["archive.toml", ".crmkit/clone.toml", "config.toml"])
def test_settings_that_no_program_writes_are_refused_in_one_sentence(crm, home, archive, kind, place):
    text, problem = SETTINGS[kind]
    if kind == "long" and place != "archive.toml":
        text = text * 2
    path = archive / place if place != "config.toml" else home / ".config" / "crmkit" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    path.write_bytes(text.encode(errors="surrogateescape") + before)
    with within(30):
        said = crm.fails(1, "status").err
        assert f"{place} cannot be read: {problem}" in said and said.count("\n") == (2 if "clone" in place else 1)
        if place != "config.toml":
            (found,) = [p for p in crm.fails(6, "check", "-f", "json").json if p["code"] != "permissions"]
            assert (found["code"], found["place"]) == ("damaged", place) and problem in found["message"]
    crm.ok("config", "--set", "operator=WQ") if "clone" in place else path.write_bytes(before)
    crm.ok("status")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "values nested too deeply"),
        (b'{"a":' + b"9" * 10_000 + b"}", "out of range"),
        (b"[]", "Expected `object`"),
        (b"\xff", "malformed"),
        (b"", "truncated"),
    ],
)
def test_calendars_that_no_program_writes_are_refused_in_one_sentence(crm, archive, data, problem):
    (archive / "calendar" / "2026.json").write_bytes(data)
    with within(30):
        listed = crm.fails(6, "check", "-f", "json").json
        assert ("damaged", "calendar/2026.json") in [(p["code"], p["place"]) for p in listed]
        said = crm.fails(6, "callback", "plan").err
    assert "error: calendar/2026.json, line 1: " in said and problem in said
    assert said.count("\n") == 3  # the first line says that another program changed it


@pytest.mark.parametrize("place", ["archive.toml", "calendar/2026.json", "sites/2026-11.json", ".crmkit/lock"])
def test_a_file_without_end_is_not_read(crm, archive, place):
    """A file with a hole takes no room on the disk, and any memory where it is read."""
    crm.ok("site", "add", "--name", "时间公园")
    os.truncate(archive / place, 1 << 40)
    with within(30):
        said = crm("site", "add", "--name", "博物馆", CRMKIT_DEBUG="")
        listed = crm("check", "-f", "json", CRMKIT_DEBUG="").out
    if place == ".crmkit/lock":  # its content is for people only
        assert said.code == 0
    else:
        assert said.code in (1, 6) and place in said.err and said.err.count("\n") <= 2, said.err
        assert place in listed


# a history that would fill the memory or the disk

BOMBS = {
    "paths": "more files than an archive has",
    "folders": "more files than an archive has",  # and no file at all
    "sum": "more files than an archive has, or larger ones",
    "bytes": "sites is too large for a file of an archive: 1 MB, the limit is 1 MB",
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits, made small so that to reach them takes no time."""
    monkeypatch.setattr(disk, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(objects, "MAX_TOTAL", 16 << 20)
    monkeypatch.setattr(objects, "MAX_FILES", 1000)


def grown(git: Git, kind: str) -> str:
    """A commit on top of the archive's own with a few small objects that say a great deal."""
    size = {"bytes": disk.MAX_BYTES + 1, "sum": disk.MAX_BYTES}.get(kind, 1)
    blob = git.run("hash-object", "-w", "--stdin", data=b"\0" * size).decode().strip()
    entry = f"040000 tree {folder(git, [])}" if kind == "folders" else f"100644 blob {blob}"
    for number in {"bytes": [], "sum": [17]}.get(kind, [10] * 10):
        entry = f"040000 tree {folder(git, [entry] * number)}"
    root = git.run("ls-tree", "HEAD") + f"{entry}\tsites\n".encode()
    tree = git.run("mktree", data=root).decode().strip()
    return git.line("commit-tree", tree, "-p", "HEAD", "-m", "x")


def folder(git: Git, entries: list[str]) -> str:
    lines = [f"{entry}\t{number}\n" for number, entry in enumerate(entries)]
    return git.run("mktree", data="".join(lines).encode()).decode().strip()


@pytest.mark.parametrize("kind", BOMBS)
def test_more_than_an_archive_holds_is_refused_before_it_is_read(crm, archive, tmp_path, small, kind):
    shared = tmp_path / "shop.git"
    subprocess.run(["git", "clone", "-q", "--bare", archive, shared], check=True, capture_output=True)
    git = Git(archive)
    ours, bomb = git.head(), grown(git, kind)
    git.run("push", "-q", str(shared), f"{bomb}:refs/heads/main")
    git.run("update-ref", "refs/heads/main", bomb)
    git.run("bundle", "create", "-q", str(tmp_path / "bomb.bundle"), "HEAD", "main")
    git.run("update-ref", "refs/heads/main", ours)
    setting(archive, "remote.origin.url", str(shared))
    with within(30):
        for source in (tmp_path / "bomb.bundle", shared):
            assert BOMBS[kind] in crm.fails(6, "init", tmp_path / "new", "--from", source).err
        assert f"origin holds what no archive holds, and nothing was taken in: {BOMBS[kind]}" in (
            crm.fails(6, "sync").err.replace("the history holds ", "")
        )
        assert BOMBS[kind] in crm.fails(6, "--as-of", bomb, "status").err
    assert [path.name for path in tmp_path.iterdir() if "scratch" in path.name or path.name == "new"] == []
    assert git.head() == ours and crm.ok("check", "--deep").out == ""
    git.run("update-ref", "refs/heads/main", bomb)  # a copied archive whose own history is like that
    with within(30):
        listed = crm.fails(6, "check", "--deep", "-f", "json").json
        assert [BOMBS[kind] in problem["message"] for problem in listed if problem["code"] == "history"] == [True]
        assert BOMBS[kind] in crm.fails(6, "sync").err


def test_a_version_of_a_file_that_is_too_large_is_not_read_and_the_others_are(archive, monkeypatch):
    git = Git(archive)
    large, small = (
        git.run("hash-object", "-w", "--stdin", data=data).decode().strip() for data in (b"x" * 300_000, b"y")
    )
    monkeypatch.setattr(disk, "MAX_BYTES", 200_000)
    with opened_objects(git) as store:
        with pytest.raises(DamagedError, match="too large"):
            store.read(large)
        assert store.read(small) == b"y"


def test_a_run_that_changes_more_than_an_archive_holds_is_not_taken_back(crm, archive, small):
    git = Git(archive)
    ours, bomb = git.head(), grown(git, "paths")
    mended = git.line("commit-tree", git.line("rev-parse", f"{ours}^{{tree}}"), "-p", bomb, "-m", "x")
    git.run("update-ref", "refs/heads/main", mended)
    with within(30):
        for commit in (bomb, mended):
            assert "more files than an archive has" in crm.fails(6, "undo", commit, "-n").err


def test_no_run_writes_a_file_that_could_not_be_read_again(archive, monkeypatch):
    monkeypatch.setattr(disk, "MAX_BYTES", 30_000)  # enough for the settings
    site = Site(id="S2611-00000001", name="时间公园", address="a" * 30_000)
    with pytest.raises(DamagedError, match=r"sites/2026-11\.json is too large"):
        Desk(archive).run(lambda _archive: Change(puts=(site,)))
    assert not (archive / "sites").exists() and list((archive / ".crmkit" / "stage").iterdir()) == []


# odd folders and clones


@pytest.mark.parametrize("name", ["new\nline", '"quoted"', "back\\slash", "#comment", "tab\t", " blank ", "'$(x)`y`"])
def test_the_name_of_the_folder_does_not_matter(home, tmp_path, archive, name):
    place = tmp_path / name
    archive.rename(place)
    crm = Shell(home, place)
    crm.ok("site", "add", "--name", "时间公园")
    assert [site["name"] for site in crm.json("--as-of", "today", "site", "list")] == ["时间公园"]
    assert [run["command"] for run in crm.json("--as-of", "today", "history")] == ["site add", "archive init"]
    shared = tmp_path / f"{name} shared"
    subprocess.run(["git", "init", "-q", "--bare", shared], check=True)
    setting(place, "remote.origin.url", f"../{shared.name}")
    assert crm.json("sync")["counts"]["sent"] == 1
    crm.ok("backup", tmp_path / f"{name}.bundle")
    crm.ok("undo", "--yes")
    assert crm.ok("check").out == ""
    crm.ok("init", tmp_path / f"{name} back", "--from", tmp_path / f"{name}.bundle")
    assert [site["name"] for site in crm.json("-A", tmp_path / f"{name} back", "site", "list")] == ["时间公园"]


def test_a_part_of_a_history_is_no_backup(crm, archive, tmp_path):
    crm.ok("site", "add", "--name", "时间公园")
    part = tmp_path / "part"
    subprocess.run(["git", "clone", "-q", "--depth", "1", archive.as_uri(), part], check=True)
    crm.ok("-A", part, "site", "add", "--name", "博物馆")
    for command in (("-A", part, "backup", tmp_path / "part.bundle"), ("init", tmp_path / "new", "--from", part)):
        said = crm.fails(1, *command).err
        assert f"{part} is a shallow clone: it holds a part of the history only" in said
        assert "fetch --unshallow" in said
    assert not (tmp_path / "part.bundle").exists() and not (tmp_path / "new").exists()
    subprocess.run(["git", "-C", part, "fetch", "-q", "--unshallow"], check=True)
    crm.ok("-A", part, "backup", tmp_path / "part.bundle")


# without a history


def test_a_copy_without_its_history_reads_and_its_first_run_begins_one(archive, home):
    Desk(archive).run(lambda _archive: Change(puts=(SITE,)))
    shutil.rmtree(archive / ".git")
    shutil.rmtree(archive / ".crmkit")
    crm = Shell(home, archive)
    assert [site["name"] for site in crm.json("site", "list")] == ["时间公园"]
    assert not (archive / ".git").exists()
    crm.ok("site", "add", "--name", "博物馆")
    assert [run["command"] for run in crm.json("history")] == ["site add", "archive begin"]
    assert check(archive, wait=5) == []
    crm.ok("undo", "--yes")
    assert [site["name"] for site in crm.json("site", "list")] == ["时间公园"]


def test_a_branch_that_was_lost_goes_on_where_it_stood(archive, home):
    crm = Shell(home, archive)
    crm.ok("site", "add", "--name", "时间公园")
    (archive / ".git" / "refs" / "heads" / "main").unlink()
    crm.ok("site", "add", "--name", "博物馆")
    assert [run["command"] for run in crm.json("history")] == ["site add", "site add", "archive init"]
    assert check(archive, wait=5) == []


def test_a_branch_that_is_damaged_is_never_begun_anew(archive, home):
    crm = Shell(home, archive)
    crm.ok("site", "add", "--name", "时间公园")
    branch = archive / ".git" / "refs" / "heads" / "main"
    stood = branch.read_bytes()
    for name, content in (("a", b""), ("b", b"x" * 41), ("c", b"0123456789" * 4 + b"\n")):
        branch.write_bytes(content)
        assert "history pending" in crm.ok("site", "add", "--name", name).err
        assert branch.read_bytes() == content
    branch.write_bytes(stood)
    assert check(archive, wait=5) == []
    assert len(crm.json("history")) == 5
