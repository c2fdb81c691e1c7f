"""A morning that looks at few against one that looks at everybody: both must decide the same."""

from typing import Any

from crmkit.archive.archive import Archive
from crmkit.core.daily import Morning, daily_work
from crmkit.core.run import Run
from crmkit.queries.morning import whom
from crmkit.queries.snapshot import snapshot_of
from crmkit.queries.work import calendar_of


def told(morning: Morning) -> dict[str, Any]:
    """What a morning decides, in an order of its own; a count of none is as good as no count."""
    change = morning.change
    counts = {name: n for name, n in change.counts.items() if n}
    return {"puts": {one.id: one for one in change.puts}, "ids": sorted(change.ids), "counts": counts,
            "notes": change.notes}  # fmt: skip


def both(archive: Archive, run: Run) -> tuple[Morning, Morning]:
    """What is decided by `run.now` from those whom a morning looks at, and from everybody."""
    everybody = daily_work(run, calendar_of(archive), snapshot_of(archive))
    looked = whom(archive, run)
    few = daily_work(run, calendar_of(archive), looked.snapshot, looked.others)
    return few, everybody


def apart(few: Morning, everybody: Morning) -> dict[str, Any]:
    """What is not the same in both, each time with what it is in the one and in the other."""
    one, other = told(few), told(everybody)
    puts = one.pop("puts"), other.pop("puts")
    pairs = {i: (puts[0].get(i), puts[1].get(i)) for i in {**puts[0], **puts[1]}}
    pairs |= {name: (one[name], other[name]) for name in one}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
