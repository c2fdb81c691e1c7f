"""`python -m tests.bench`, started by run.sh in the environment that it has made."""

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.pairs import Row, as_json, say, table
from tests.bench.report import README, renewed
from tests.bench.workshop import ROOT, Workshop

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
FAMILIES = (
    "start", "single", "commands", "many", "morning", "lists", "reading", "importing", "duplicates", "workbook", "past",
)  # fmt: skip


def main() -> int:
    """Measure, print the table; 1 where a target is missed, or a program of a family failed."""
    parser = argparse.ArgumentParser(prog="sh tests/bench/run.sh", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k", help="customers of the office; 10k")
    parser.add_argument("--only", choices=FAMILIES, action="append", help="this family of works; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the results, for tests.bench.compare and .report")
    parser.add_argument("--renew-table", action="store_true", help="put the table into README.md")
    given = parser.parse_args()
    rows: list[Row] = []
    failed: list[str] = []
    with TemporaryDirectory(prefix="crmkit-bench-") as folder:
        shop = Workshop(Path(folder), SIZES[given.size])
        for family in given.only or FAMILIES:
            say(f"== {family}")
            try:
                for row in import_module(f"tests.bench.{family}").rows(shop):
                    rows.append(row)
                    if given.json:
                        results = as_json(rows, circumstances(given.size))
                        given.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
            except (RuntimeError, subprocess.CalledProcessError) as error:  # the other families have taken long as well
                failed.append(family)
                say(str(error))
    print(table(rows))
    if failed:
        print(f"\nstopped in the middle: {', '.join(failed)}")
    if given.renew_table and not failed:
        results = as_json(rows, circumstances(given.size))
        README.write_text(renewed(README.read_text("utf-8"), results), "utf-8")
    return 1 if failed or any(row.holds is False for row in rows) else 0


def circumstances(size: str) -> dict[str, object]:
    """What the figures depend on."""
    commit = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "commit": commit.stdout.strip(), "size": size, "cores": os.cpu_count(), "machine": platform.machine(),
        "python": platform.python_version(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
