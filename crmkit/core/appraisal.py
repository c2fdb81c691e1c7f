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


class Appraisal(NamedTuple):
    """What somebody did in the period."""

    staff: str  # code, or what stands in the records in its place
    facts: Mapping[str, tuple[Fact, ...]]  # of each of NUMBERS that counts anything, each record once
    table: Mapping[str, Figure]

    def figure(self, measure: str) -> Figure:
        """One of NUMBERS."""
        return figure_of(self.table, measure)

    def total(self, *measures: str) -> int:
        """How many records several of them count together."""
        return sum(self.figure(measure).count for measure in measures)


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
