"""The figures of a period (DOMAIN 11): a module for each family of facts, counted as `counting` says."""

from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures.assigning import passed_on
from crmkit.core.figures.calling import called, cared, planned, sent
from crmkit.core.figures.collecting import gathered
from crmkit.core.figures.counting import OUT_OF, Fact, Figure, Period, Records, figure_of, figures, grouped
from crmkit.core.figures.events import held
from crmkit.core.figures.selling import given_back, issued, paid, sold
from crmkit.core.figures.visits import visited
from crmkit.core.run import Run


def facts(records: Records, period: Period, run: Run, timetable: Timetable) -> list[Fact]:
    """Everything in `records` that counts in `period`, in order of records."""
    return [
        *gathered(records, period, run, timetable),
        *planned(records, period),
        *called(records, period, run, timetable),
        *sent(records.messages, period),
        *cared(records, period),
        *passed_on(records.assignments, period),
        *issued(records.cards, period),
        *sold(records, period),
        *paid(records, period),
        *given_back(records.returns, period),
        *held(records, period),
        *visited(records.visits, period, run),
    ]


__all__ = [
    "OUT_OF", "Fact", "Figure", "Period", "Records", "facts", "figure_of", "figures", "grouped",
]  # fmt: skip
