"""Visits at the customer's home: kept, missed, too long, called off late, conduct.

See docs.md: Events.
"""

from collections.abc import Iterable, Iterator

from crmkit.core.figures.counting import Fact, Period
from crmkit.core.run import Run
from crmkit.core.visits.visits import marks
from crmkit.records import Visit


def visited(visits: Iterable[Visit], period: Period, run: Run) -> Iterator[Fact]:
    """Appointments that begin in the period and were not cancelled.

    visits; visits-made; visits-missed (nobody was there); over-time (of those made: longer than planned);
    told (the customer learnt beforehand that it cannot be kept), told-late (only after it had begun); gifts (offered);
    broken (of those made: a point of the conduct checklist was).
    """
    for one in visits:
        if one.begins_at not in period or one.state == "cancelled":
            continue
        made = one.state == "done"
        marked = marks(run, one)
        measures = {
            "visits": True,
            "visits-made": made,
            "visits-missed": one.state == "missed",
            "over-time": made and "over-time" in marked,
            "told": "told" in marked,
            "told-late": "told-late" in marked,
            "gifts": bool(one.gifts),
            "broken": made and "broken" in marked,
        }
        for measure, counts in measures.items():
            if counts:
                yield Fact(measure, one.id, period.day(one.begins_at), one.by)
