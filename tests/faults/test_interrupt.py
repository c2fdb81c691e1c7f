"""Ctrl-C: nothing is half done, and the operator hears what was saved."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Ran, Shell

PIPE_HOLDS = 1 << 16  # bytes; whoever has written more knows that they are being read
ROWS = 3000
INTERRUPTING_GIT = """#!/bin/sh
case " $* " in *" fast-import "*) kill -INT $PPID ;; esac
exec {git} "$@"
"""


def sheet() -> str:
    return "姓名,电话,地址\n" + "".join(f"张秀{n},139005{n:05d},青年路{n}号\n" for n in range(ROWS))


def interrupted_while_reading(crm: Shell, *arguments: str) -> Ran:
    """`lead import -` that gets SIGINT when it has read a part of the sheet."""
    command = [sys.executable, "-m", "crmkit", "lead", "import", "-", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=crm.env, cwd=crm.home, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        part = sheet().encode()[: PIPE_HOLDS + 4096]
        process.stdin.write(part)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        process.stdin.close()  # a signal just before it reads on does not end the reading
        code = process.wait(timeout=60)
        assert process.stdout is not None
        assert process.stderr is not None
        return Ran(code, process.stdout.read().decode(), process.stderr.read().decode())


@pytest.fixture
def git_that_interrupts(tmp_path: Path) -> str:
    """A PATH whose git sends SIGINT to whoever has it record a run."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(INTERRUPTING_GIT.format(git=shutil.which("git")))
    (folder / "git").chmod(0o755)
    return str(folder)


def test_ctrl_c_while_a_sheet_is_read_saves_nothing_and_says_so(crm: Shell) -> None:
    before = crm.ok("history", "-f", "json").out
    ran = interrupted_while_reading(crm)
    assert (ran.code, ran.out) == (130, "")
    assert "interrupted before anything of this run was saved" in ran.err
    assert "Traceback" not in ran.err
    assert crm.ok("history", "-f", "json").out == before
    assert crm.json("check") == []
    assert crm.json("lead", "import", "-", stdin=sheet())["counts"]["added"] == ROWS


def test_ctrl_c_while_a_run_is_saved_waits_for_it_and_names_it(crm: Shell, git_that_interrupts: str) -> None:
    (crm.home / "leads.csv").write_text(sheet())
    path = f"{git_that_interrupts}:{crm.env['PATH']}"
    arguments = ["lead", "import", "leads.csv", "--rejects", "r.xlsx", "--rows", "rows.jsonl"]
    ran = crm(*arguments, process=True, PATH=path, CRMKIT_DEBUG="")
    (newest, *_older) = crm.json("history")
    assert ran.code == 130, ran.err
    assert f"run {newest['run']} is saved whole" in ran.err
    assert f"crmkit undo {newest['run']}" in ran.err
    assert newest["commit"]
    assert len((crm.home / "rows.jsonl").read_text().splitlines()) == ROWS
    assert crm.json("check") == []
    assert crm.json("lead", "import", "leads.csv")["counts"]["unchanged"] == ROWS


def test_ctrl_c_while_a_single_record_is_saved(crm: Shell, git_that_interrupts: str) -> None:
    path = f"{git_that_interrupts}:{crm.env['PATH']}"
    ran = crm("lead", "add", "--name", "张秀英", "--phone", "13900541731", process=True, PATH=path, CRMKIT_DEBUG="")
    assert (ran.code, ran.out) == (130, "")
    assert "is saved whole" in ran.err
    assert [one["name"] for one in crm.json("lead", "list")] == ["张秀英"]
