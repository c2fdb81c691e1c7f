"""The appraisal of the staff: each number of a period with its records, credited to whoever did the work.

See docs.md: Staff, Figures.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from crmkit.core import marks
from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures import MEASURES, Fact, Figure, Period, facts, figure_of, figures
from crmkit.core.figures.service import BRANCH, SERVICE
from crmkit.core.figures.yields import WORK, YIELD
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import N_
from crmkit.records import Staff
from crmkit.records.card import CLOCKS

PLANS = (
    "plan-slots", "plan-kept", "plan-missed", "plan-theirs", "plan-skipped", "plans-ended", "plans-renewed",
    "prepaid-sold",
)  # fmt: skip
MARKS = {"praise": N_("praise"), "marks": N_("marks on the record")}
NUMBERS: Mapping[str, str] = {  # measure → what it counts, in the order of a sheet
    **YIELD,
    **WORK,
    **{name: MEASURES[name] for name in ("finished", "returns", "owed")},
    **SERVICE,
    **{name: MEASURES[name] for name in PLANS},
    **MARKS,
}
ALWAYS = (  # told even where there is nothing
    "files", "calls", "due", "done", "on-time", "care", "visits-made", "orders", "revenue", "owed", "tickets-solved",
    *(f"kept-{clock}" for clock in CLOCKS), "satisfied", "refund-owed", "complaints-upheld", "praise", "marks",
)  # fmt: skip


class Sum(NamedTuple):
    """A number of the table of everybody."""

    name: str
    title: str  # on a sheet
    measures: tuple[str, ...]  # that it adds up
    in_fen: bool = False  # their amounts, else how many records they count


SUMS = (
    Sum("files", N_("Files"), ("files",)),
    Sum("calls", N_("Calls"), ("calls",)),
    Sum(N_("callbacks_due"), N_("Callbacks due"), ("due",)),
    Sum(N_("callbacks_done"), N_("Done"), ("done",)),
    Sum(N_("callbacks_on_time"), N_("On time"), ("on-time",)),
    Sum(N_("care_contacts"), N_("Care contacts"), ("care",)),
    Sum(N_("visits_made"), N_("Visits made"), ("visits-made",)),
    Sum("orders", N_("Orders"), ("orders",)),
    Sum("revenue", N_("Revenue, yuan"), ("revenue",), in_fen=True),
    Sum(N_("tickets_solved"), N_("Tickets solved"), ("tickets-solved",)),
    Sum(N_("promises"), N_("Promises"), tuple(f"promised-{clock}" for clock in CLOCKS)),
    Sum(N_("promises_kept"), N_("Of these kept"), tuple(f"kept-{clock}" for clock in CLOCKS)),
    Sum(N_("answers"), N_("Answers"), ("rated",)),
    Sum(N_("satisfied"), N_("Satisfied"), ("satisfied",)),
    Sum(N_("praise"), N_("Praise"), ("praise",)),
    Sum(N_("marks"), N_("Marks"), ("marks",)),
    Sum("refund_owed", N_("Refund owed, yuan"), ("owed", "refund-owed"), in_fen=True),
)


class Appraisal(NamedTuple):
    """What somebody did in the period."""

    staff: str  # code, or what stands in the records in its place
    facts: Mapping[str, tuple[Fact, ...]]  # of each of NUMBERS that counts anything, each record once
    table: Mapping[str, Figure]

    def figure(self, measure: str) -> Figure:
        """One of NUMBERS."""
        return figure_of(self.table, measure)

    def sums(self) -> dict[str, int]:
        """Each of SUMS by its name: records, or fen."""
        return {
            one.name: sum(figure.amount if one.in_fen else figure.count for figure in map(self.figure, one.measures))
            for one in SUMS
        }


def appraisals(run: Run, snapshot: Snapshot, period: Period, timetable: Timetable) -> list[Appraisal]:
    """Of everybody who is here or did something in the period, by their codes; what nobody did under "".

    Who left, and who is not on the list of staff (a dealer, a name in an old sheet), has one where their work counts.
    """
    found: dict[str, list[Fact]] = {one.code: [] for one in snapshot[Staff] if not one.left}
    for fact in (*facts(snapshot, period, run, timetable), *_marked(run, snapshot, period)):
        if fact.measure in NUMBERS and fact.measure not in BRANCH:
            found.setdefault(fact.staff, []).append(fact)
    return [_appraisal(code, found[code]) for code in sorted(found, key=lambda code: (not code, code))]


def _appraisal(code: str, happened: Iterable[Fact]) -> Appraisal:
    own = list(happened)
    by_measure: dict[str, dict[str, Fact]] = {}
    for fact in own:
        by_measure.setdefault(fact.measure, {})[fact.id] = fact
    ordered = {
        name: tuple(sorted(by_measure[name].values(), key=lambda fact: (fact.day, fact.id)))
        for name in NUMBERS
        if name in by_measure
    }
    return Appraisal(code, ordered, figures(own))


def _marked(run: Run, snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """The marks of the period that stood at its end."""
    for one in marks.records(run, snapshot):
        gone = one.withdrawn_at is not None and period.day(one.withdrawn_at) <= period.last
        if one.at in period and not gone:
            measure = "praise" if one.what == "praise" else "marks"
            yield Fact(measure, one.id, period.day(one.at), one.staff, amount=one.amount)
