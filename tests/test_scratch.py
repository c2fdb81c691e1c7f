"""What lasts as long as one command: gone when it ends, however it ends; what was killed is swept by another one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crmkit import scratch
from tests.conftest import Shell

NUMBER = "13900541731"
STOP = """
import os, sys
from pathlib import Path
from crmkit import cli
from crmkit.archive.{room} import {module}

def waits(*arguments, **named):
    done = whole(*arguments, **named)
    print("ready", flush=True)
    sys.stdin.read()
    return done

whole, {module}.{function} = {module}.{function}, waits
cli.main(sys.argv[1:])
"""


class Held:
    """A command in a process of its own that waits where it has unpacked the archive."""

    def __init__(self, crm: Shell, tmp: Path, room: str, module: str, function: str, *typed: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", STOP.format(room=room, module=module, function=function), *map(str, typed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**crm.env, "TMPDIR": str(tmp)},
            cwd=crm.home,
        )  # fmt: skip
        assert self.process.stdout and self.process.stdout.readline() == b"ready\n", self.process.communicate()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate()
        return self.process.returncode


HELD = {  # what is held where
    "backup, unpacked": ("exchange", "backup", "_bring_out", "backup", "STICK"),
    "backup, being written": ("exchange", "backup", "_sync_file", "backup", "STICK"),
    "as-of": ("history", "past", "_copy", "--as-of", "today", "lead", "list"),
    "report": ("history", "past", "_copy", "--as-of", "today", "report", "month", "2026-11", "-o", "STICK/month.xlsx"),
    "init": ("exchange", "backup", "_bring_out", "init", "STICK/new", "--from", "ARCHIVE"),
}


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where a command writes to."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def tmp(tmp_path: Path) -> Path:
    """The folder for temporary files."""
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


def held(crm: Shell, tmp: Path, stick: Path, kind: str) -> Held:
    room, module, function, *typed = HELD[kind]
    given = [word.replace("STICK", str(stick)).replace("ARCHIVE", str(crm.archive)) for word in typed]
    made = Held(crm, tmp, room, module, function, *given)
    assert len([*tmp.iterdir(), *stick.iterdir()]) >= 1  # else there is nothing to be left
    return made


@pytest.mark.parametrize("kind", HELD)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_that_is_ended_leaves_nothing_unpacked(crm, tmp, stick, kind, number):
    crm.ok("lead", "add", "--name", "张秀英", "--phone", NUMBER, "--source", "shop")
    code = held(crm, tmp, stick, kind).end(number)
    assert code == (130 if number == signal.SIGINT else -number)
    assert [*tmp.iterdir(), *stick.iterdir()] == []
    assert crm.ok("check").out == ""


@pytest.mark.parametrize("kind", ["backup, unpacked", "as-of"])
def test_check_sweeps_what_a_kill_has_left_and_says_so(crm, tmp, stick, kind):
    crm.ok("lead", "add", "--name", "张秀英", "--phone", NUMBER, "--source", "shop")
    held(crm, tmp, stick, kind).end(signal.SIGKILL)
    (left,) = tmp.iterdir()
    assert any(NUMBER.encode() in path.read_bytes() for path in left.rglob("*.json"))
    told = crm.ok("check", process=True, TMPDIR=str(tmp))
    assert f"removed what a command that was killed had unpacked: {left}" in told.err
    assert list(tmp.iterdir()) == []


def test_the_next_backup_sweeps_the_stick(crm, tmp, stick):
    for _twice in range(2):
        held(crm, tmp, stick, "backup, being written").end(signal.SIGKILL)
    (left,) = stick.iterdir()  # the second one has swept what the first one left
    assert [path.suffix for path in left.iterdir()] == [".bundle"]
    crm.ok("backup", stick)
    (bundle,) = stick.iterdir()
    assert bundle.name == "crmkit-BJ-20261121-100000.bundle"


def test_what_is_in_use_is_not_swept(crm, tmp, stick):
    running = held(crm, tmp, stick, "backup, unpacked")
    there = set(tmp.iterdir()) | set(stick.iterdir())
    assert len(there) == 2
    crm.ok("check", process=True, TMPDIR=str(tmp))
    crm.ok("backup", stick / "other.bundle", process=True, TMPDIR=str(tmp))
    assert set(tmp.iterdir()) | set(stick.iterdir()) == there | {stick / "other.bundle"}
    running.process.communicate(b"")
    assert running.process.returncode == 0
    assert {path.suffix for path in stick.iterdir()} == {".bundle"} and list(tmp.iterdir()) == []


def test_nothing_of_anybody_else_is_swept(tmp):
    names = [
        "crmkit-archives",
        ".crmkit-scratch",
        ".crmkit-scratch-",
        ".crmkit-scratch-abc",
        ".crmkit-scratch-ABCDEFGH",
    ]
    for name in names:
        (tmp / name).mkdir()
    (tmp / "mine").mkdir()
    (tmp / "mine" / "kept").touch()
    (tmp / ".crmkit-scratch-abcdefgh").symlink_to(tmp / "mine")
    assert scratch.sweep(tmp) == []
    (tmp / ".crmkit-scratch-00000000").mkdir()
    (tmp / ".crmkit-scratch-0000000_").touch()
    assert sorted(path.name[-8:] for path in scratch.sweep(tmp)) == ["00000000", "0000000_"]
    assert {path.name for path in tmp.iterdir()} == {*names, "mine", ".crmkit-scratch-abcdefgh"}
    assert (tmp / "mine" / "kept").exists()


def test_a_folder_that_cannot_be_listed_is_left(tmp):
    assert scratch.sweep(tmp / "nowhere") == []


def test_what_the_block_renames_stays(tmp):
    with scratch.folder(tmp) as folder:
        folder.rename(tmp / "archive")
    assert [path.name for path in tmp.iterdir()] == ["archive"]
    with scratch.file(tmp) as file:
        assert (file.stat().st_size, oct(file.stat().st_mode)[-3:]) == (0, "600")
    assert [path.name for path in tmp.iterdir()] == ["archive"]


def test_signals_are_as_before_after_the_block(tmp):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with scratch.folder(tmp) as folder:
            os.kill(os.getpid(), signal.SIGHUP)
            assert folder.is_dir()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
