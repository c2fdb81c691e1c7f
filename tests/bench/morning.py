"""The morning run on ordinary days: how long, how much memory, and for how long others wait."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.pairs import Row, Target, judge
from tests.bench.workshop import CRMKIT, HERE, PYTHON, Workshop

ALONE = ("2026-11-23", "2026-11-24", "2026-11-25")
BESIDE = ("2026-11-26", "2026-11-27")
AT = "T08:00:00+08:00"
WHOLE, HELD, WAIT, MEMORY = 5.0, 2.0, 2.0, 200  # seconds, MB


def rows(shop: Workshop) -> Iterator[Row]:
    """Three mornings of one week alone, two with a loop of `lead add` and `lead show` beside it."""
    archive = shop.own(shop.settled(), "morning")
    _morning(shop, archive, "2026-11-22")  # a Sunday, and the first day after
    runs = [_morning(shop, archive, day) for day in ALONE]
    memory = max(run["memory"] for run in runs)
    whole = Row(f"daily at {shop.size:,}", median(run["whole"] for run in runs), memory=memory, turns=len(runs))
    yield judge(whole, Target(WHOLE, of="value", unit="s", memory=MEMORY))
    held = Row(f"daily at {shop.size:,}: lock held", median(run["held"] for run in runs), turns=len(runs))
    yield judge(held, Target(HELD, of="value", unit="s"))
    watched = [_morning(shop, archive, day, "beside") for day in BESIDE]
    commands = sum(int(run["commands"]) for run in watched)
    work = f"daily at {shop.size:,}: longest of {commands} commands beside it"
    yield judge(Row(work, max(run["longest"] for run in watched)), Target(WAIT, of="value", unit="s"))
    busy = Row(f"daily at {shop.size:,}: commands that got exit 75", sum(run["busy"] for run in watched), "of them")
    yield judge(busy, Target(0, of="value", unit="of them"))


def _morning(shop: Workshop, archive: Path, day: str, *beside: str) -> dict[str, float]:
    (line,) = shop.lines(PYTHON, "-P", HERE / "mornings.py", CRMKIT, archive, day + AT, *beside)
    figures: dict[str, float] = json.loads(line)
    return figures
