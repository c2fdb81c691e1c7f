"""A bar on the terminal, and nowhere else."""

import io
import os
import pty
import subprocess
import sys

import pytest

from crmkit.progress import STEP, bar


class Terminal(io.StringIO):
    """What a person would see, with all the signs that move the cursor."""

    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, *, quiet: bool = False) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    with bar(quiet=quiet) as shown:
        assert list(shown.stage_of("顾客", range(5 * STEP))) == list(range(5 * STEP))
    return stderr.getvalue()


def test_a_terminal_sees_how_much_is_done_how_fast_and_for_how_long_still(monkeypatch):
    seen = drawn(monkeypatch, Terminal())
    assert "顾客" in seen
    assert "1,000, " in seen
    assert " a second" in seen
    assert "0:00:00" in seen


def test_a_file_and_a_quiet_operator_see_nothing(monkeypatch):
    assert drawn(monkeypatch, io.StringIO()) == ""
    assert drawn(monkeypatch, Terminal(), quiet=True) == ""


@pytest.mark.parametrize(
    "arguments",
    [("lead", "import", "leads.csv"), ("dedupe", "find"), ("report", "month", "2026-11", "-o", "m.xlsx")],
)
def test_the_bar_of_a_command_is_on_stderr_alone(crm, arguments):
    (crm.home / "leads.csv").write_text("姓名,电话\n张秀英,13900541731\n")
    command = [sys.executable, "-m", "crmkit", *arguments, "-f", "json"]
    master, slave = pty.openpty()
    done = subprocess.run(command, env=crm.env, cwd=crm.home, stdout=subprocess.PIPE, stderr=slave, check=True)
    os.close(slave)
    seen = os.read(master, 1 << 16)
    os.close(master)
    assert b"\x1b[" in seen
    assert b"\x1b" not in done.stdout
    assert done.stdout[:1] in (b"{", b"[")
