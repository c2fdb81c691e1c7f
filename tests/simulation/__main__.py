"""The half-year at full length, or any other: python -m tests.simulation [FILES] [SEED]"""

import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from time import perf_counter

from tests.conftest import Shell
from tests.simulation.office import Shown, opened
from tests.simulation.verdict import broken


def main(files: int, seed: int) -> int:
    """Live half a year, say what it came to, list what broke a law; the number of those."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        office = opened(Shell(home, home / "archive"), seed, files, date(2026, 3, 2), date(2026, 8, 30))
        branch = office.branch
        start = perf_counter()
        branch.live()
        print(f"{files} files, {len(branch.days)} days, {branch.commands} commands: {perf_counter() - start:.0f} s")
        print(f"days without cron: {len(branch.missed)}; people who refused: {len(branch.refused)}")
        print({kind: n for kind, n in branch.ask("status").items() if isinstance(n, int)})
        print("steps of tickets:", *_counted(office.tickets))
        print("steps of complaints:", *_counted(office.heard))
        print("steps of plans:", *_counted(office.sold[-len(office.plans.plans) :]))
        print(f"syncs: {office.second.synced}; written to by both: {len(office.second.apart)}")
        sentences = list(broken(office))
        print("\n".join(sentences) or "no law was broken")
        return len(sentences)


def _counted(shown: list[Shown]) -> list[str]:
    counts = Counter(step["what"] for one in shown for step in one["steps"])
    return [f"{what} {n}" for what, n in counts.most_common()]


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(bool(main(int(words[0]) if words else 2000, int(words[1]) if len(words) > 1 else 1)))
