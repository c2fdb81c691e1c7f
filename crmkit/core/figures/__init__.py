"""The figures of a period (docs.md: Figures): a module for each family of facts, counted as `counting` says."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures.assigning import passed_on
from crmkit.core.figures.calling import called, cared, planned, sent
from crmkit.core.figures.collecting import gathered
from crmkit.core.figures.counting import OUT_OF, Fact, Figure, Period, Records, figure_of, figures, grouped
from crmkit.core.figures.events import held
from crmkit.core.figures.selling import given_back, issued, paid, sold
from crmkit.core.figures.visits import visited
from crmkit.core.run import Run
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Conflict,
    Customer,
    Decision,
    Event,
    HeaderMap,
    Intake,
    Invitation,
    Merge,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Product,
    Record,
    Return,
    Site,
    Staff,
    Touch,
    Visit,
)  # fmt: skip

Counting = Callable[[Records, Period, Run, Timetable], Iterable[Fact]]


def _sent(records: Records, period: Period, run: Run, timetable: Timetable) -> Iterable[Fact]:
    return chain(sent(records.messages, period), cared(records, period))


def _held(records: Records, period: Period, run: Run, timetable: Timetable) -> Iterable[Fact]:
    return held(records, period)


# Every record type: how what is on record of it counts, None where no figure is made from it. What counts several types
# together stands at each of them.
FIGURES: Mapping[type[Record], Counting | None] = {
    Customer: gathered,
    Touch: gathered,
    PhoneCheck: gathered,
    Callback: lambda records, period, run, timetable: planned(records, period),
    Call: called,
    Message: _sent,
    Assignment: lambda records, period, run, timetable: passed_on(records.assignments, period),
    Card: lambda records, period, run, timetable: issued(records.cards, period),
    Order: lambda records, period, run, timetable: sold(records, period),
    Payment: lambda records, period, run, timetable: paid(records, period),
    Return: lambda records, period, run, timetable: given_back(records.returns, period),
    Event: _held,
    Invitation: _held,
    Visit: lambda records, period, run, timetable: visited(records.visits, period, run),
    Decision: None,
    Merge: None,
    Staff: None,
    Site: None,
    Product: None,
    HeaderMap: None,
    Intake: None,
    Conflict: None,
    Note: None,
}


def facts(records: Records, period: Period, run: Run, timetable: Timetable) -> list[Fact]:
    """Everything in `records` that counts in `period`, in order of records."""
    countings = dict.fromkeys(counting for counting in FIGURES.values() if counting is not None)
    return [fact for counting in countings for fact in counting(records, period, run, timetable)]


__all__ = [
    "FIGURES", "OUT_OF", "Fact", "Figure", "Period", "Records", "facts", "figure_of", "figures", "grouped",
]  # fmt: skip
