"""The figures of a period (docs.md: Figures): one module per family of facts; `counting` makes figures of them."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures.assigning import passed_on
from crmkit.core.figures.calling import called, cared, planned, sent
from crmkit.core.figures.collecting import gathered
from crmkit.core.figures.counting import OUT_OF, Fact, Figure, Period, figure_of, figures, grouped
from crmkit.core.figures.events import held
from crmkit.core.figures.plans import kept
from crmkit.core.figures.selling import issued, paid, returned_goods, sold
from crmkit.core.figures.service import complained, served
from crmkit.core.figures.visits import visited
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Conflict,
    Customer,
    Decision,
    Event,
    Fault,
    HeaderMap,
    Intake,
    Invitation,
    Mark,
    Merge,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Record,
    Return,
    Site,
    Staff,
    Step,
    Ticket,
    Touch,
    Visit,
)  # fmt: skip

Counting = Callable[[Snapshot, Period, Run, Timetable], Iterable[Fact]]


def _sent(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterable[Fact]:
    return chain(sent(snapshot[Message], period), cared(snapshot, period))


def _held(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterable[Fact]:
    return held(snapshot, period)


# Every record type: how its records are counted, None where no figure is made from it. A function that counts several
# types together stands at each of them.
FIGURES: Mapping[type[Record], Counting | None] = {
    Customer: gathered,
    Touch: gathered,
    PhoneCheck: gathered,
    Callback: lambda snapshot, period, run, timetable: planned(snapshot, period),
    Call: called,
    Message: _sent,
    Assignment: lambda snapshot, period, run, timetable: passed_on(snapshot[Assignment], period),
    Card: lambda snapshot, period, run, timetable: issued(snapshot[Card], period),
    Order: lambda snapshot, period, run, timetable: sold(snapshot, period),
    Payment: lambda snapshot, period, run, timetable: paid(snapshot, period),
    Return: lambda snapshot, period, run, timetable: returned_goods(snapshot[Return], period),
    Event: _held,
    Invitation: _held,
    Visit: lambda snapshot, period, run, timetable: visited(snapshot[Visit], period, run),
    Decision: None,
    Merge: None,
    Staff: None,
    Site: None,
    Product: None,
    HeaderMap: None,
    Intake: None,
    Conflict: None,
    Note: None,
    Mark: None,
    Fault: None,
    Ticket: served,
    Step: served,
    Complaint: lambda snapshot, period, run, timetable: complained(snapshot, period),
    Plan: lambda snapshot, period, run, timetable: kept(snapshot, period, run, timetable.calendar),
}


def facts(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> list[Fact]:
    """All facts of `snapshot` in `period`, type by type."""
    countings = dict.fromkeys(counting for counting in FIGURES.values() if counting is not None)
    return [fact for counting in countings for fact in counting(snapshot, period, run, timetable)]


__all__ = [
    "FIGURES", "OUT_OF", "Fact", "Figure", "Period", "facts", "figure_of", "figures", "grouped",
]  # fmt: skip
