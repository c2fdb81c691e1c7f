"""One command on one record, in a small archive and in a large one: the ratio shows whether its cost grows.

python -m tests.bench.single_record [SMALL LARGE]
"""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from crmkit.archive.archive import opened
from crmkit.records.change import Change
from tests.bench.leads import leads
from tests.conftest import Shell
from tests.core.desk import NOW

RUNS = 7


def filled(folder: Path, count: int) -> Shell:
    """An archive with `count` customers, in portions as they would come in."""
    shell = Shell(folder, folder / f"archive-{count}")
    shell.ok("init", shell.archive, "--branch", "BJ", "--operator", "LN")
    people = [lead.customer for lead in leads(count, seed=11)]
    with opened(shell.archive, exclusive=True, wait=10) as archive:
        for start in range(0, count, 10_000):
            change = Change(puts=tuple(people[start : start + 10_000]))
            archive.commit(change, "lead import", run_at=NOW, by="LN")
    return shell


def median(shell: Shell, *words: str) -> float:
    """The median seconds of a command in a process of its own."""
    times = []
    for _run in range(RUNS + 1):
        start = perf_counter()
        ran = shell(*words, process=True)
        times.append(perf_counter() - start)
        assert ran.code == 0, ran.err
    return statistics.median(times[1:])


def main(small: int, large: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        shells = [filled(Path(name), count) for count in (small, large)]
        someone = [shell.ok("lead", "list", "-f", "ids").lines[0] for shell in shells]
        for title, command in (
            ("lead show", lambda i: ("lead", "show", someone[i])),
            ("lead edit", lambda i: ("lead", "edit", someone[i], "--set", f"address=青年路{perf_counter()}号")),
            (
                "lead add",
                lambda i: ("lead", "add", "--name", "张秀英", "--phone", f"139{perf_counter() * 1e6:.0f}"[:11]),
            ),
        ):
            few, many = (median(shells[i], *command(i), *(["--new"] if title == "lead add" else [])) for i in (0, 1))
            print(f"{title:<12} {small} files {few:6.3f} s   {large} files {many:6.3f} s   ratio {many / few:5.2f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]) if sys.argv[1:] else (1_000, 100_000))
