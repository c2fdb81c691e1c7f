"""The figures of a period (docs.md: Figures): one module per family of facts; `counting` makes figures of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures.assigning import passed_on
from crmkit.core.figures.calling import called, cared, planned, sent
from crmkit.core.figures.collecting import COLLECTING, gathered
from crmkit.core.figures.counting import IN_DAYS, OUT_OF, Fact, Figure, Period, figure_of, figures, grouped
from crmkit.core.figures.events import held
from crmkit.core.figures.plans import kept
from crmkit.core.figures.selling import issued, paid, returned_goods, sold
from crmkit.core.figures.service import BRANCH, SERVICE, complained, served
from crmkit.core.figures.visits import visited
from crmkit.core.figures.yields import WORK, YIELD
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import N_
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
from crmkit.records.work import OUTCOMES

MEASURES: Mapping[str, str] = {  # every measure: what it counts, or adds up
    **YIELD,
    **WORK,
    **SERVICE,
    **BRANCH,
    "planned": N_("callbacks planned"),
    "cancelled": N_("callbacks cancelled"),
    "finished": N_("callbacks finished in the period"),
    "first-calls": N_("first calls"),
    "no-answer": N_("calls without an answer"),
    "busy": N_("calls where it was busy"),
    "switched-off": N_("calls to a telephone switched off"),
    "unreachable": N_("calls to a telephone out of reach"),
    "call-rejected": N_("calls that were rejected"),
    "suspended": N_("calls to a suspended number"),
    "invalid-number": N_("calls to a number not in service"),
    "wrong-number": N_("calls to a wrong number"),
    "declined": N_("calls that were declined"),
    "call-later": N_("calls put off"),
    "dropped": N_("calls that were cut off"),
    "visits-missed": N_("visits where nobody was there"),
    "told": N_("visits called off in time"),
    "told-late": N_("visits called off too late"),
    "gifts": N_("visits with a gift offered"),
    "events": N_("events"),
    "event-orders": N_("orders at events"),
    "invitations-delivered": N_("invitations handed over"),
    "invitations-accepted": N_("invitations accepted"),
    "invitations-declined": N_("invitations declined"),
    "absent": N_("guests who stayed away"),
    "old-guests": N_("old guests who came"),
    "new-guests": N_("new guests who came"),
    "guest-buyers": N_("guests who ordered there"),
    "given-up": N_("orders cancelled"),
    "priced": N_("orders with a known amount"),
    "returned": N_("orders of which something came back"),
    "balances": N_("orders with a balance"),
    "owed": N_("orders with a refund owed"),
    "deposits": N_("deposits paid"),
    "returns": N_("returns asked for"),
    "within": N_("returns in the no-reason window"),
    "plan-slots": N_("visits of plans to make"),
    "plan-kept": N_("visits of plans made in their window"),
    "plan-missed": N_("visits of plans missed by us"),
    "plan-theirs": N_("visits of plans with no unit available"),
    "plan-skipped": N_("visits of plans left out as agreed"),
    "plans-ended": N_("plans ended"),
    "plans-renewed": N_("plans renewed"),
    "prepaid-sold": N_("prepaid cards paid for"),
    "prepaid-used": N_("prepaid cards used"),
    "prepaid-refunded": N_("prepaid cards paid back"),
    "prepaid-owed": N_("prepaid cards with a balance"),
}


class Counting(NamedTuple):
    """How the records of a type are counted."""

    facts: Callable[[Snapshot, Period, Run, Timetable], Iterable[Fact]]
    measures: tuple[str, ...]  # of which there are facts


_GATHERED = Counting(gathered, COLLECTING)
_HELD = Counting(
    lambda snapshot, period, run, timetable: held(snapshot, period),
    (
        "events", "event-orders", "invited", "invitations-delivered", "invitations-accepted", "invitations-declined",
        "attended", "absent", "old-guests", "new-guests", "guest-buyers",
    ),
)  # fmt: skip
_COMPLAINTS = tuple(name for name in SERVICE if name.startswith("complaints") or name in IN_DAYS)
_SERVED = Counting(served, tuple(name for name in SERVICE if name not in _COMPLAINTS))

# Every record type: how its records are counted, None where no figure is made from it. A function that counts several
# types together stands at each of them.
FIGURES: Mapping[type[Record], Counting | None] = {
    Customer: _GATHERED,
    Touch: _GATHERED,
    PhoneCheck: _GATHERED,
    Callback: Counting(
        lambda snapshot, period, run, timetable: planned(snapshot, period),
        ("finished", "planned", "cancelled", "due", "done", "on-time", "overdue"),
    ),
    Call: Counting(called, ("calls", *OUTCOMES, "first-calls", "long", "quiet-hours")),
    Message: Counting(
        lambda snapshot, period, run, timetable: chain(sent(snapshot[Message], period), cared(snapshot, period)),
        ("messages", "care"),
    ),
    Assignment: Counting(
        lambda snapshot, period, run, timetable: passed_on(snapshot[Assignment], period), ("assigned", "recycled")
    ),
    Card: Counting(lambda snapshot, period, run, timetable: issued(snapshot[Card], period), ("cards",)),
    Order: Counting(
        lambda snapshot, period, run, timetable: sold(snapshot, period),
        ("orders", "given-up", "priced", "returned", "revenue", "balances", "owed"),
    ),
    Payment: Counting(
        lambda snapshot, period, run, timetable: paid(snapshot, period), ("payments", "deposits", "refunds")
    ),
    Return: Counting(
        lambda snapshot, period, run, timetable: returned_goods(snapshot[Return], period), ("returns", "within")
    ),
    Event: _HELD,
    Invitation: _HELD,
    Visit: Counting(
        lambda snapshot, period, run, timetable: visited(snapshot[Visit], period, run),
        ("visits", "visits-made", "visits-missed", "over-time", "told", "told-late", "gifts", "broken"),
    ),
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
    Ticket: _SERVED,
    Step: _SERVED,
    Complaint: Counting(lambda snapshot, period, run, timetable: complained(snapshot, period), (*_COMPLAINTS, *BRANCH)),
    Plan: Counting(
        lambda snapshot, period, run, timetable: kept(snapshot, period, run, timetable.calendar),
        tuple(name for name in MEASURES if name.startswith(("plan-", "plans-", "prepaid-"))),
    ),
}


def facts(
    snapshot: Snapshot, period: Period, run: Run, timetable: Timetable, of: Collection[str] = MEASURES
) -> list[Fact]:  # fmt: skip
    """The facts of `snapshot` in `period`, type by type: all, or at least those of the measures `of`."""
    return list(each_fact(snapshot, period, run, timetable, of))


def each_fact(
    snapshot: Snapshot, period: Period, run: Run, timetable: Timetable, of: Collection[str] = MEASURES
) -> Iterator[Fact]:  # fmt: skip
    """The same one by one, for whoever needs a few of them: those of five years are a million."""
    for counting in dict.fromkeys(counting for counting in FIGURES.values() if counting is not None):
        if not frozenset(of).isdisjoint(counting.measures):
            yield from counting.facts(snapshot, period, run, timetable)


__all__ = [
    "FIGURES", "MEASURES", "OUT_OF", "Fact", "Figure", "Period", "each_fact", "facts", "figure_of", "figures",
    "grouped",
]  # fmt: skip
