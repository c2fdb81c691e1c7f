"""How many small changes to the code the tests notice.

python -m tests.mutation map                  run every test once, and note which lines each of them runs
python -m tests.mutation run [--sample 300] [--seed 1] [--room core/phones] [--out FILE.jsonl]
python -m tests.mutation table FILE.jsonl     the score by room, with its 95 % interval, and what survived

The changes are drawn at random from all that there are. Of the tests that run the changed lines, those that run least
else come first; a change that none of them notices survives. A test in a process of its own is not seen by the map, and
so does not count: the true score is a little higher.
"""

import argparse
import ast
import contextlib
import importlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parent.parent.parent
MAP = Path(os.environ.get("CRMKIT_MUTATION_MAP", ROOT / ".mutation" / "coverage"))
NEEDED = ("crmkit", "tests", "examples", "archives/demo", "pyproject.toml", "README.md")
MOST = 150  # tests of one change; beyond them it counts as survived
FIRST = 30  # of these run first, in a process of their own: most changes are noticed by them
LONGEST = 60  # seconds of work of them; a change that makes the tests hang is noticed by that
WAITED = 600  # seconds on a busy machine, or for something that never comes
LIBRARIES = ("pytest", "_pytest.assertion.rewrite", "hypothesis", "openpyxl", "msgspec", "typer.testing", "tinydb",
             "tomlkit", "phonenumbers", "rapidfuzz", "python_calamine", "babel.messages.pofile")  # fmt: skip
SLOW = ("tests/simulation/", "tests/test_examples.py", "tests/faults/", "tests/test_install.py")  # tell little for it


def draw_map() -> None:
    """Run the suite under coverage, a context for each test."""
    MAP.parent.mkdir(parents=True, exist_ok=True)
    pytest = [sys.executable, "-m", "pytest", "-n", "2", "--cov=crmkit", "--cov-context=test", "--cov-report="]
    pytest += [f"--ignore-glob={name}*" for name in SLOW]
    subprocess.run(pytest, cwd=ROOT, env={**os.environ, "COVERAGE_FILE": str(MAP)}, check=False)


class Map:
    """Which tests run a line."""

    def __init__(self) -> None:
        from coverage import CoverageData

        self._there, self._imports = _collected(), _imports()
        self._data = CoverageData(str(MAP))
        self._data.read()
        with sqlite3.connect(MAP) as database:
            rows = database.execute("SELECT context, numbits FROM line_bits JOIN context ON context.id = context_id")
            self._breadth = Counter[str]()  # how many lines a test runs
            for context, numbits in rows:
                self._breadth[_test(context)] += int.from_bytes(numbits).bit_count()
        self._files: dict[str, dict[int, list[str]]] = {}

    def tests(self, path: str, mutant: Mutant) -> list[str]:
        """The tests that run the place of a change, those first that run least else."""
        by_line = self._contexts(path)
        found = {_test(t) for line in range(mutant.line, mutant.end + 1) for t in by_line.get(line, ())} - {""}
        if not found:  # a table or a signature: whoever uses the module
            found = self._users(path)
        return sorted((t for t in found & self._there if not t.startswith(SLOW)), key=lambda t: (self._breadth[t], t))

    def _users(self, path: str) -> set[str]:
        """The tests that run a module or one that imports it, and those in files that import it."""
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        ran = [path, *(user for user in self._imports if name in self._imports[user] and user.startswith("crmkit/"))]
        found = {_test(t) for one in ran for tests in self._contexts(one).values() for t in tests} - {""}
        return found | {t for t in self._there if name in self._imports.get(t.partition("::")[0], ())}

    def _contexts(self, path: str) -> dict[int, list[str]]:
        if path not in self._files:
            self._files[path] = self._data.contexts_by_lineno(str(ROOT / path))
        return self._files[path]


def _imports() -> dict[str, set[str]]:
    """Of each file of the project and of its tests, the modules that it imports, and the names from them."""
    found: dict[str, set[str]] = {}
    for path in (*(ROOT / "crmkit").rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        names = found[str(path.relative_to(ROOT))] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    return found


def _collected() -> set[str]:
    """The tests that there are; the map may be older."""
    listing = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    told = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return {line for line in told.splitlines() if "::" in line}


def _test(context: str) -> str:
    return context.partition("|")[0]


def room(path: str) -> str:
    """The part of the house that a module belongs to: two folders at most."""
    parts = Path(path).parts[1:-1]
    return "/".join(parts[:2]) or "crmkit"


def places(only: str) -> Iterator[tuple[str, Mutant]]:
    """Every change of every module."""
    for path in sorted((ROOT / "crmkit").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if room(name).startswith(only):
            yield from ((name, mutant) for mutant in mutants(path.read_text("utf-8")))


def run(sample: int, seed: int, only: str, out: Path, workers: int) -> None:
    """Try a random sample of the changes, and write a line of JSON for each."""
    known = Map()
    drawn = list(places(only))
    random.Random(seed).shuffle(drawn)
    jobs = [(path, mutant, known.tests(path, mutant)) for path, mutant in drawn[:sample]]
    for name in LIBRARIES:  # once, not for every change; crmkit itself is imported by each
        importlib.import_module(name)
    folder = Path(tempfile.mkdtemp(prefix="mutation-"))
    fork = multiprocessing.get_context("fork")
    try:
        with fork.Pool(workers) as pool, out.open("a", encoding="utf-8") as file:
            for result in pool.imap_unordered(partial(_tried, folder), jobs):
                file.write(json.dumps(result, ensure_ascii=False) + "\n")
                file.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(folder: Path) -> Path:
    """The copy of the project that belongs to this worker."""
    copy = folder / str(os.getpid())
    for name in NEEDED if not copy.exists() else ():
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    return copy


def _tried(folder: Path, job: tuple[str, Mutant, list[str]]) -> dict[str, Any]:
    path, mutant, tests = job
    copy = _copied(folder)
    place = copy / path
    original = place.read_text("utf-8")
    began = time.monotonic()
    try:
        place.write_text(mutant.applied(original), "utf-8")
        noticed = any(_fails(copy, part) for part in (tests[:FIRST], tests[FIRST:MOST]) if part)
    finally:
        place.write_text(original, "utf-8")
    return {
        "room": room(path), "path": path, "line": mutant.line, "kind": mutant.kind, "before": mutant.before[:300],
        "after": mutant.after[:300], "tests": len(tests), "noticed": noticed,
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _fails(copy: Path, tests: list[str]) -> bool:
    """Whether one of the tests fails, or all together take too long."""
    child = os.fork()
    if not child:
        os.setsid()  # so that what the tests start ends with them
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        with contextlib.suppress(BaseException):
            os._exit(_pytest(copy, tests))
        os._exit(1)
    ends = time.monotonic() + WAITED
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _pytest(copy: Path, tests: list[str]) -> int:
    """Run the tests in this process, against the copy."""
    import pytest

    os.environ.update(PYTHONPATH=str(copy), PYTHONDONTWRITEBYTECODE="1", CI="1")
    sys.dont_write_bytecode = True
    os.chdir(copy)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "crmkit")]:
        del sys.modules[name]
    sys.path[:] = [str(copy), *(p for p in sys.path if p not in ("", str(ROOT)))]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    listed = copy / "tests.txt"
    listed.write_text("\n".join(tests), "utf-8")
    without = [part for plugin in ("cacheprovider", "xdist", "cov") for part in ("-p", f"no:{plugin}")]
    return int(pytest.main(["-x", "-q", *without, "-o", "addopts=", f"@{listed}"]))


def table(files: list[Path]) -> None:
    """Print the score by room, and what survived."""
    results = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    rooms: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        rooms[result["room"]].append(result["noticed"])
        rooms["all"].append(result["noticed"])
    for name, noticed in sorted(rooms.items()):
        low, high = _interval(sum(noticed), len(noticed))
        print(f"{name:24} {len(noticed):5} changes {sum(noticed) / len(noticed):6.1%} noticed ({low:.0%}-{high:.0%})")
    for result in sorted(results, key=lambda r: (r["path"], r["line"])):
        if not result["noticed"]:
            print(f"{result['path']}:{result['line']} {result['kind']} ({result['tests']} tests)")
            print(f"    {_short(result['before'])}  ->  {_short(result['after'])}")


def _short(text: str) -> str:
    return " ".join(text.split())[:110]


def _interval(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 %."""
    z, share = 1.96, hits / count
    middle = share + z * z / (2 * count)
    width = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - width) / (1 + z * z / count), (middle + width) / (1 + z * z / count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("verb", choices=["map", "run", "table"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", default="")
    parser.add_argument("--out", type=Path, default=Path("mutation.jsonl"))
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.verb == "map":
        draw_map()
    elif given.verb == "run":
        run(given.sample, given.seed, given.room, given.out, given.workers)
    else:
        table(given.files)
