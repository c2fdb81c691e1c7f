"""Whole commands timed in turn with a peer that does a part of the same work; the medians and their ratio.

python -m tests.bench.speed [ROWS]
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from openpyxl import Workbook

from tests.bench.leads import leads
from tests.conftest import Shell

PYTHON = sys.executable
CRMKIT = [PYTHON, "-m", "crmkit"]


def timed(command: list[str], env: dict[str, str]) -> float:
    """Seconds that `command` takes."""
    start = perf_counter()
    subprocess.run(command, env=env, capture_output=True, check=False)
    return perf_counter() - start


def pair(name: str, ours: list[str], peer_name: str, peer: list[str], env: dict[str, str], runs: int = 5) -> None:
    """Print the medians of two commands run in turn, and the ratio."""
    timed(ours, env), timed(peer, env)
    times = [(timed(ours, env), timed(peer, env)) for _run in range(runs)]
    a, b = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(x / y for x, y in times)
    print(f"{name:<34} {a:7.3f} s   {peer_name:<34} {b:7.3f} s   ratio {ratio:5.2f}", flush=True)


def sheet(path: Path, rows: int) -> None:
    """A workbook of synthetic leads."""
    book = Workbook(write_only=True)
    page = book.create_sheet("leads")
    page.append(["姓名", "联系电话", "家庭住址", "生日", "日期"])
    for lead in leads(rows, seed=7):
        person = lead.customer
        phones = " ".join(phone.raw for phone in person.phones)
        page.append([person.name, phones, person.address, person.birthday, "2026-11-20"])
    book.save(path)


def main(rows: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shell = Shell(folder, folder / "archive")
        env = shell.env
        pair("crmkit --version", [*CRMKIT, "--version"], "import typer", [PYTHON, "-c", "import typer"], env, 15)

        sheet(folder / "leads.xlsx", rows)
        shell.ok("init", folder / "archive", "--branch", "BJ", "--operator", "LN")
        load = f"import openpyxl; [r for r in openpyxl.load_workbook('{folder}/leads.xlsx').active.values]"
        imported = ["lead", "import", str(folder / "leads.xlsx"), "--source", "outreach", "-q", "-f", "ids"]
        reading = [PYTHON, "-c", load]
        pair(f"lead import -n, {rows} rows", [*CRMKIT, *imported, "-n"], "openpyxl reads the sheet", reading, env, 3)
        start = perf_counter()
        shell(*imported)
        print(f"lead import, {rows} rows, written{'':<10} {perf_counter() - start:7.3f} s")
        start = perf_counter()
        shell(*imported)
        print(f"the same sheet again{'':<21} {perf_counter() - start:7.3f} s")

        customers = f"pathlib.Path('{folder}/archive/customers').iterdir()"
        parse = [PYTHON, "-c", f"import json, pathlib; [json.loads(p.read_bytes()) for p in {customers}]"]
        for words in (["dedupe", "find"], ["callback", "plan", "-n"], ["lead", "list"], ["due"]):
            pair(
                " ".join(words),
                [*CRMKIT, *words, "-q", "-f", "jsonl"],
                "json parses the customers",
                [PYTHON, "-c", parse],
                env,
                3,
            )
        report = [*CRMKIT, "report", "month", "2026-11", "-o", str(folder / "r.xlsx"), "--force", "-q"]
        pair("report month", report, "openpyxl reads the sheet", reading, env, 3)
        print(f"peak memory of any command: {getrusage(RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
