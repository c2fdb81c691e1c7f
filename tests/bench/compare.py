"""Two results of the bench side by side: `python -m tests.bench.compare OLD.json NEW.json`.

The seconds of two runs on one machine may be compared; on two machines, or at two times of a busy one, the ratios to
the peers.
"""

import json
import sys
from pathlib import Path
from typing import Any

TITLES = ("work", "beside", "old", "new", "new / old", "old ratio", "new ratio", "target", "held", "holds")


def compared(old: dict[str, Any], new: dict[str, Any]) -> list[list[str]]:
    """A line for each row that both have."""
    before = {(row["work"], row["peer"]): row for row in old["rows"]}
    lines = []
    for row in new["rows"]:
        was = before.get((row["work"], row["peer"]))
        if was:
            change = row["ours"] / was["ours"] if was["ours"] else 1.0
            values = [was["ours"], row["ours"], change, was["ratio"], row["ratio"]]
            figures = ["" if value is None else f"{value:.3g}" for value in values]
            held = ["" if r["holds"] is None else "yes" if r["holds"] else "no" for r in (was, row)]
            lines.append([row["work"], row["peer"], *figures, row["target"], *held])
    return lines


def main(old: str, new: str) -> None:
    """Print the comparison."""
    from tabulate import tabulate

    results = [json.loads(Path(name).read_text("utf-8")) for name in (old, new)]
    for name, result in zip(("old", "new"), results, strict=True):
        print(
            f"{name}: commit {result['commit']}, {result['size']}, {result['cores']} cores, Python {result['python']}"
        )
    print(tabulate(compared(*results), TITLES, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
