"""The funnel of collected files, by source, site and collector.

See docs.md: Files, Figures.

Every fact of a file counts on the day of its collection, under its source, site and collector, whenever it happened:
a source's figures say what came of the files that it brought in the period.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from crmkit.core.calendar.hours import Timetable
from crmkit.core.collecting.recheck import FALSE
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.figures.screening import screenings
from crmkit.core.figures.selling import charged_by_customer
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Customer, PhoneCheck, Touch

# What is counted of the collecting of files, and so by source, site, method and collector.
COLLECTING = (
    "files", "contacts", "repeat", "shared", "asked", "failed", "valid", "tested", "false", "suspect", "screenable",
    "in-time", "buyers", "brought",
)  # fmt: skip


def collected_at(customer: Customer) -> datetime | None:
    """When a file was collected; where the sheet did not say, when it was written."""
    return customer.collected_at or customer.created_at


def number_state(customer: Customer) -> str:
    """What rechecks and calls have shown about a file's numbers: confirmed, false, or "" = not tested yet.

    A file is false where one of its numbers is and none is confirmed; the same rule as in `recheck.statistics`.
    """
    states = {phone.state for phone in customer.phones} - {""}
    if not states:
        return ""
    return "false" if states & set(FALSE) and "confirmed" not in states else "confirmed"


def latest_checks(snapshot: Snapshot) -> dict[str, PhoneCheck]:
    """Customer id → the latest repeat-phone check."""

    def found() -> dict[str, PhoneCheck]:
        return {check.customer: check for check in sorted(snapshot[PhoneCheck], key=lambda one: (one.at, one.id))}

    return snapshot.once("latest checks", found)


def gathered(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> list[Fact]:
    """Everything that counts for the collecting of files in the period."""
    return [*collected(snapshot, period, run, timetable), *contacted(snapshot[Touch], period)]


def collected(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> Iterator[Fact]:
    """The files collected in the period.

    files; asked (a second time), failed (of those: the latest answer was another number); tested (by an answer or a
    call), false (of those: no number is right), valid (of all: a number is confirmed by an answer or by a call that
    reached the person); suspect; screenable (to be judged, see `screenings`), in-time (of those); buyers; brought
    (files with priced orders, and what was charged to them so far).
    """
    checks = latest_checks(snapshot)
    charged = charged_by_customer(snapshot)
    screening = screenings(snapshot, run, timetable)
    for one in snapshot[Customer]:
        at = collected_at(one)
        if one.merged_into or at is None or at not in period:
            continue
        number, screened = number_state(one), screening(one)
        measures = {
            "files": True,
            "asked": one.id in checks,
            "failed": one.id in checks and checks[one.id].result == "mismatch",
            "tested": number != "",
            "false": number == "false",
            "valid": number == "confirmed",
            "suspect": one.suspect,
            "screenable": screened != "",
            "in-time": screened == "in-time",
            "buyers": one.stage == "buyer",
            "brought": one.id in charged,
        }
        day = period.day(at)
        for measure, counts in measures.items():
            if counts:
                amount = charged[one.id] if measure == "brought" else 0
                yield Fact(measure, one.id, day, one.collector, one.source, one.site, amount)


def contacted(touches: Iterable[Touch], period: Period) -> Iterator[Fact]:
    """The contacts noted down: all, of people on file already (repeat), with a number that another person has."""
    for one in touches:
        if one.at in period:
            day = period.day(one.at)
            for measure in ("contacts", *({one.outcome} & {"repeat", "shared"})):
                yield Fact(measure, one.id, day, one.collector, one.source, one.site)
