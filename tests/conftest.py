"""Fixtures shared by all tests: an archive to work in, and the command line as a user types it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NOW = "2026-11-21T10:00:00+08:00"


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """The lines on stdout."""
        return self.out.splitlines()


class Shell:
    """Runs `crmkit` in a process of its own, with a bare environment, at a fixed time."""

    def __init__(self, home: Path, archive: Path | None = None) -> None:
        self.home = home
        self.archive = archive
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CRMKIT_NOW": NOW,
            "CRMKIT_DEBUG": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if archive is not None:
            self.env["CRMKIT_ARCHIVE"] = str(archive)

    def __call__(self, *arguments: object, stdin: str | bytes = b"", **env: str) -> Ran:
        """Run `crmkit ARGUMENTS`."""
        done = subprocess.run(
            [sys.executable, "-m", "crmkit", *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**self.env, **env},
            cwd=self.home,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ok(self, *arguments: object, **kwargs: Any) -> Ran:
        """Run `crmkit ARGUMENTS`, which must succeed."""
        ran = self(*arguments, **kwargs)
        assert ran.code == 0, ran.err
        return ran

    def json(self, *arguments: object, **kwargs: Any) -> Any:
        """The JSON document that `crmkit ARGUMENTS -f json` prints; the command must succeed."""
        return self.ok(*arguments, "-f", "json", **kwargs).json

    def fails(self, code: int, *arguments: object, **kwargs: Any) -> Ran:
        """Run `crmkit ARGUMENTS`, which must exit with `code`, print no data and no traceback."""
        ran = self(*arguments, **{"CRMKIT_DEBUG": "", **kwargs})
        assert ran.code == code, (ran.code, ran.out, ran.err)
        assert "Traceback" not in ran.err
        return ran


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def bare(home: Path) -> Shell:
    """The command line of a user without an archive."""
    return Shell(home)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new archive, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("pristine")
    archive = folder / "archive"
    Shell(folder).ok(
        "init", archive, "--name", "北京分部", "--branch", "BJ", "--operator", "LN", "--lang", "en", "--area", "010"
    )
    return archive


@pytest.fixture
def archive(pristine: Path, tmp_path: Path) -> Path:
    """An empty archive of its own for the test."""
    return Path(shutil.copytree(pristine, tmp_path / "archive"))


@pytest.fixture
def crm(home: Path, archive: Path) -> Shell:
    """The command line in an empty archive, on 2026-11-21 at 10:00."""
    return Shell(home, archive)
