"""Where the bench works: the tools it compares, and the data it makes for them, each once, when first asked for.

All data is made by processes of their own: a program started by a large process counts that one's memory as its own.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench.pairs import Program, Race, Words, race, say

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOOLS = ROOT / ".venv-bench"  # made by run.sh: an environment for each tool
CRMKIT = TOOLS / "crmkit" / "bin" / "crmkit"
PYTHON = TOOLS / "crmkit" / "bin" / "python"
SQLITE_UTILS = TOOLS / "sqlite-utils" / "bin" / "sqlite-utils"
LINKAGE = TOOLS / "linkage" / "bin" / "python"
NOW = "2026-11-21T10:00:00+08:00"
INIT = ("--branch", "BJ", "--operator", "LN", "--area", "010", "--lang", "en", "-q")
IMPORT = ("--source", "outreach", "-q", "-f", "ids")


@dataclass(frozen=True)
class Workshop:
    """A folder to work in, and the size of the office: the number of its customers."""

    folder: Path
    size: int
    made: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def env(self) -> dict[str, str]:
        """The environment of every program."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "CRMKIT_NOW": NOW, "LANG": "C.UTF-8"}

    def race(self, *programs: Program | None) -> Race:
        """Run those of `programs` that are there in turn."""
        there = [program for program in programs if program is not None]
        say("  " + " | ".join(program.name for program in there))
        return race(there, self.env, self.folder)

    def lines(self, *words: object) -> list[str]:
        """What a program prints, line by line. RuntimeError with what it said where it fails."""
        printed = self.folder / "stdout"
        Program("", words, stdout=printed).run(0, self.env, self.folder)
        return printed.read_text("utf-8").splitlines()

    # programs

    def crmkit(self, archive: Path, *words: object) -> list[object]:
        """The words of a crmkit command on `archive`."""
        return [CRMKIT, "-A", archive, *words]

    def sqlite_utils(self, name: str, words: Words | Callable[[int], Words], **more: Any) -> Program | None:
        """A sqlite-utils command; None where it is not installed. `words` follow its name."""
        if not SQLITE_UTILS.exists():
            return None
        typed = (lambda turn: [SQLITE_UTILS, *words(turn)]) if callable(words) else [SQLITE_UTILS, *words]
        return Program(name, typed, **more)

    def linkage(self, tool: str, archive: Path) -> Words:
        """The words of a tool in linkage.py."""
        return [LINKAGE, "-P", HERE / "linkage.py", tool, archive]

    def peer(self, name: str, *words: object) -> Words:
        """The words of a program in peers.py."""
        return [PYTHON, "-P", HERE / "peers.py", name, *words]

    def floor(self, name: str, *words: object) -> Words:
        """The words of a program in floors.py."""
        return [PYTHON, "-P", HERE / "floors.py", name, *words]

    # data

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """The path `name`, made by `make` when it is first asked for."""
        if name not in self.made:
            say(f"  making {name}")
            make(self.folder / name)
            self.made[name] = self.folder / name
        return self.made[name]

    def copied(self, source: Path, target: Path) -> Path:
        """`target` as a fresh copy of the folder `source`."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True)
        return target

    def own(self, source: Path, name: str) -> Path:
        """A copy of an archive to write in, its index brought up to date."""
        archive = self.copied(source, self.folder / name)
        self.lines(*self.crmkit(archive, "status"))
        return archive

    def empty(self) -> Path:
        """An archive with nothing in it."""
        return self.once("empty", lambda path: self.lines(CRMKIT, "init", path, *INIT))

    def office(self, customers: int) -> Path:
        """The archive of an office with so many customers, three callbacks each, a card for every second."""
        return self.once(f"office-{customers}", lambda path: self.module("tests.bench.office", path, customers))

    def settled(self) -> Path:
        """The office after its daily work of this day, with everything planned."""

        def make(path: Path) -> None:
            self.copied(self.own(self.office(self.size), "unsettled"), path)
            self.lines(*self.crmkit(path, "-q", "daily"))

        return self.once("settled", make)

    def ordinary(self, name: str) -> Path:
        """A copy of the settled office to write in, after a morning of its own.

        A copy is an archive whose every file another program wrote: its first morning looks at everybody, and until
        then whatever asks the morning for a part of it does.
        """
        archive = self.own(self.settled(), name)
        self.lines(*self.crmkit(archive, "-q", "daily"))
        return archive

    def long(self, runs: int) -> Path:
        """An archive with a history of so many runs."""

        def make(path: Path) -> None:
            self.copied(self.empty(), path)
            self.module("tests.bench.runs", path, runs)

        return self.once(f"runs-{runs}", make)

    def sheets(self, rows: int) -> Path:
        """The folder with `leads.csv` and `leads.xlsx` of so many rows."""

        def make(path: Path) -> None:
            path.mkdir()
            self.module("tests.bench.sheets", path, rows)

        return self.once(f"sheets-{rows}", make)

    def imported(self, rows: int) -> Path:
        """An archive into which the CSV sheet of so many rows was imported: all of them of one month."""

        def make(path: Path) -> None:
            self.copied(self.empty(), path)
            self.lines(*self.crmkit(path, "lead", "import", self.sheets(rows) / "leads.csv", *IMPORT))

        return self.once(f"imported-{rows}", make)

    def printed(self, customers: int, noun: str) -> Path:
        """What `crmkit NOUN list -f jsonl` prints of the office; a customer's first number as `phone`."""
        states = ("--state", "all") if noun == "callback" else ()

        def make(path: Path) -> None:
            words = self.crmkit(self.office(customers), noun, "list", *states, "-f", "jsonl")
            Program("", words, stdout=path).run(0, self.env, self.folder)
            self.lines(*self.peer("flatten", path))

        return self.once(f"{noun}s-{customers}.jsonl", make)

    def table(self, customers: int) -> Path:
        """The same customers and callbacks in SQLite, with primary keys and the indexes that the queries need."""

        def make(path: Path) -> None:
            for noun, indexed in (("lead", "phone"), ("callback", "due_at")):
                lines = self.printed(customers, noun)
                self.lines(SQLITE_UTILS, "insert", path, f"{noun}s", lines, "--nl", "--pk", "id")
                self.lines(SQLITE_UTILS, "create-index", path, f"{noun}s", indexed)

        return self.once(f"table-{customers}.db", make)

    def phones(self, customers: int) -> list[str]:
        """50 telephone numbers that one customer each has, from all years."""
        return self.lines(*self.peer("own_phones", self.printed(customers, "lead"), 50))

    def some(self, count: int, archive: Path, *words: object, field: str = "") -> list[str]:
        """The ids of so many of the records that a listing shows, spread evenly; those alone that have `field`.

        They are chosen elsewhere, so that this process stays small.
        """
        listed = self.folder / "listed"
        words = (*words, "-f", "jsonl" if field else "ids")
        Program("", self.crmkit(archive, *words), stdout=listed).run(0, self.env, self.folder)
        return self.lines(*self.peer("spread", listed, count, *([field] if field else [])))

    def module(self, name: str, *words: object) -> list[str]:
        """What a module of the bench prints, run in the project's folder."""
        done = subprocess.run([PYTHON, "-m", name, *map(str, words)], check=True, cwd=ROOT, stdout=subprocess.PIPE)
        return done.stdout.decode().splitlines()


def has_module(python: Path, name: str) -> bool:
    """Whether an environment has a module."""
    find = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return python.exists() and subprocess.run([python, "-c", find], check=False).returncode == 0
