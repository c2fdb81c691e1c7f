"""What `crmkit daily` does, in one change: recycling, grades, callbacks (docs.md: Assignment, Calls, Customers).

Every step is idempotent and sees what the steps before it changed. So two runs a day, or none for a week, end in the
same state.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from crmkit.core.assigning.recycling import KEPT, recycle
from crmkit.core.calendar.hours import Calendar
from crmkit.core.care.grading import Buyer, Standing, buyer_of, ranks, regraded, standings
from crmkit.core.findings import Findings
from crmkit.core.planning.planning import plan
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Card, Order, Return
from crmkit.records.change import Change


class Sleeping(NamedTuple):
    """What is known of those who are not in a snapshot, because nothing of theirs changed since the last morning."""

    counts: Mapping[str, int] = {}  # what was found of them, added up
    buyers: Sequence[Buyer] = ()  # those whose grade changes are looked at
    files: Mapping[str, int] | None = None  # how many files everybody looks after, these or not
    callbacks: Mapping[str, int] | None = None  # how many open callbacks everybody has


EVERYBODY = Sleeping()  # nobody is left out


class Morning(NamedTuple):
    """What a morning decides."""

    change: Change
    findings: Findings  # of those who were looked at
    standings: Sequence[Standing]  # of the same


def daily_work(run: Run, calendar: Calendar, snapshot: Snapshot, others: Sleeping = EVERYBODY) -> Morning:
    """What is to change by `run.now` in the archive whose records are `snapshot`, and those of `others`.

    Counts: `recycled` and what was kept by reason (`recycling.recycle`), `graded`, then those of `planning.plan`.
    Raises InvalidError for a rule that cannot be read.
    """
    findings = Findings()
    passed_on = recycle(run, snapshot, load=others.files, findings=findings)
    before, snapshot = snapshot, snapshot.after(passed_on)
    ranked = _standings(run, snapshot, others.buyers)
    graded = Change(puts=tuple(regraded(ranked)))
    load = None if others.callbacks is None else _moved(others.callbacks, before, passed_on)
    planned = plan(run, calendar, snapshot.after(graded), load=load, findings=findings)
    latest = {record.id: record for step in (passed_on, graded, planned) for record in step.puts}
    change = Change(
        puts=tuple(latest.values()),
        ids=planned.ids,
        counts={
            **counted_files(passed_on, others),
            "graded": len(graded.puts),
            **counted_callbacks(planned, others),
        },
        notes=(*passed_on.notes, *planned.notes),
    )
    return Morning(change, findings, ranked)


def shifted(run: Run, snapshot: Snapshot, others: Iterable[tuple[Buyer, str]]) -> set[str]:
    """The ids of those of `others`, each with the grade of their file, who get another one.

    Their ranks changed with what the people of `snapshot` bought.
    """
    known = dict(others)
    here = (buyer_of(one) for one in _standings(run, snapshot) if one.buyer)
    placed = ranks(run, (*here, *known))
    return {buyer.id for buyer, grade in known.items() if placed[buyer.id].grade != grade}


def _standings(run: Run, snapshot: Snapshot, others: Iterable[Buyer] = ()) -> list[Standing]:
    people = snapshot.customers.values()
    return standings(run, people, snapshot[Order], snapshot[Return], snapshot[Card], others=others)


def _moved(load: Mapping[str, int], before: Snapshot, passed_on: Change) -> Counter[str]:
    """How many open callbacks everybody has once `passed_on` is made."""
    found = Counter(load)
    along = {one.id: one.owner for one in passed_on.puts if isinstance(one, Callback) and not one.state}
    for callback in before[Callback] if along else ():
        if callback.id in along:
            found[callback.owner] -= 1
            found[along[callback.id]] += 1
    return found


def counted_files(passed_on: Change, others: Sleeping) -> dict[str, int]:
    """The counts of `recycling.recycle`, those that are not looked at among them."""
    found = Counter(passed_on.counts)
    for name, n in others.counts.items():
        if name.startswith(KEPT):
            found[name.removeprefix(KEPT)] += n
    return dict(found)


def counted_callbacks(planned: Change, others: Sleeping) -> dict[str, int]:
    """The counts of `planning.plan`, those of whoever is not looked at among them."""
    found = Counter(planned.counts)
    for name, n in others.counts.items():
        if not name.startswith(KEPT):
            found[name] += n
    return dict(found)


def refuse_old_clock(run: Run, latest: datetime | None) -> None:
    """Raise InvalidError where the clock stands before `latest`, the time up to which the archive has lived.

    Two operators' clocks may differ by `daily.clock_slack_hours`.
    """
    slack = timedelta(hours=run.settings.daily.clock_slack_hours)
    if latest is not None and run.now < latest - slack:
        raise InvalidError(
            _("the clock says {now:%Y-%m-%d %H:%M}, but the archive has seen {latest:%Y-%m-%d %H:%M}").format(
                now=run.now, latest=latest.astimezone(run.now.tzinfo)
            ),
            _("set the clock right; if it is right, `crmkit daily --clock-is-right` goes on from it"),
        )
