"""Fixtures shared by all tests: an archive to work in, and the command line as a user types it."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest

from crmkit import cli, i18n, interrupts
from tests import reference

# a loaded machine is no failure; in CI the same examples each time, elsewhere new ones
hypothesis.settings.register_profile("crmkit", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("crmkit")

LONGEST = ("tests/simulation/", "tests/test_examples.py")  # begun first, so that no worker ends alone with one of them

NOW = "2026-11-21T10:00:00+08:00"


ROOT = Path(__file__).parent.parent


def copy_of_the_checkout(folder: Path) -> Path:
    """`folder` with all that belongs to this checkout, committed: what has not been committed yet as well."""
    skipped = shutil.ignore_patterns(".*", "__pycache__", "quickstart*", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=skipped, dirs_exist_ok=True)
    shutil.copy(ROOT / ".gitignore", folder)
    shutil.copy(ROOT / "examples" / "quickstart.sh", folder / "examples")
    author = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    for command in (("init", "-q"), ("add", "-A"), (*author, "commit", "-q", "-m", "copy")):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=60)
    return folder


def untracked(folder: Path) -> list[str]:
    """What stands in a checkout beyond its history or differs from it, what git ignores as well."""
    status = ["git", "status", "--porcelain", "--ignored"]
    return subprocess.run(status, cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


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


@cache
def _load_commands() -> None:
    """Import every command in English: a process takes its help texts from its language when it imports them."""
    list(reference.commands())


class Shell:
    """Runs `crmkit` with a bare environment, at a fixed time.

    In this process, which is several times faster; in a process of its own (`process=True`) where locks, crashes,
    pipes, the locale or what is loaded at start-up matter.
    """

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

    def __call__(self, *arguments: object, stdin: str | bytes = b"", process: bool = False, **env: str) -> Ran:
        """Run `crmkit ARGUMENTS`."""
        typed = [str(argument) for argument in arguments]
        data = stdin.encode() if isinstance(stdin, str) else stdin
        if process:
            return self._in_a_process(typed, data, {**self.env, **env})
        return self._here(typed, data, {**self.env, **env})

    def _in_a_process(self, typed: list[str], data: bytes, env: dict[str, str]) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "crmkit", *typed],
            input=data,
            capture_output=True,
            env=env,
            cwd=self.home,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def _here(self, typed: list[str], data: bytes, env: dict[str, str]) -> Ran:
        _load_commands()
        streams = [io.TextIOWrapper(io.BytesIO(content), encoding="utf-8") for content in (data, b"", b"")]
        code = 0
        with (
            mock.patch.dict(os.environ, env, clear=True),
            mock.patch.object(sys, "stdin", streams[0]),
            redirect_stdout(streams[1]),
            redirect_stderr(streams[2]),
            chdir(self.home),
        ):
            try:
                cli.main(typed)
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                i18n.use("en")
        out, err = (self._printed(stream) for stream in streams[1:])
        return Ran(code, out, err)

    @staticmethod
    def _printed(stream: io.TextIOWrapper) -> str:
        stream.flush()
        return stream.buffer.getvalue().decode()

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
        assert "this is a mistake in crmkit" not in ran.err
        return ran


@pytest.fixture(autouse=True)
def _nothing_is_saved_yet() -> None:
    """What another test saved in this process is none of this one's, as a command begins with nothing saved."""
    interrupts.forget()


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
