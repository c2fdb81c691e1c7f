"""Files given to staff and taken back (docs.md: Assignment)."""

from collections.abc import Iterable, Iterator

from crmkit.core.figures.counting import Fact, Period
from crmkit.records import Assignment


def passed_on(assignments: Iterable[Assignment], period: Period) -> Iterator[Fact]:
    """Moves of files: `assigned` counts for the new owner, `recycled` for the former one, who brought no sale."""
    for one in assignments:
        if one.at in period:
            if one.to:
                yield Fact("assigned", one.id, period.day(one.at), one.to)
            if one.how == "recycled":
                yield Fact("recycled", one.id, period.day(one.at), one.before)
