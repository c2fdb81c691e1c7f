"""The work of a morning, in one change: files that pass on, grades, callbacks (docs.md: Assignment, Calls, Customers).

Every step is idempotent and looks at what the steps before it left, so that one run a day, two, or none for a week
come to the same.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from crmkit.core.assigning.recycling import recycle
from crmkit.core.calendar.hours import Calendar
from crmkit.core.care.grading import grade_all
from crmkit.core.planning.planning import plan
from crmkit.core.planning.triggers import Book
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Assignment, Callback, Customer
from crmkit.records.change import Change


def morning(run: Run, calendar: Calendar, book: Book, assignments: Iterable[Assignment]) -> Change:
    """What the morning of `run.now` changes in the archive whose records are `book` and `assignments`.

    Counts: `recycled` and what was kept by reason (`recycling.recycle`), `graded`, then those of `planning.plan`.
    Raises InvalidError for a rule that cannot be read.
    """
    passed_on = recycle(run, book, assignments)
    book = _after(book, passed_on)
    graded = grade_all(run, book.customers.values(), book.orders, book.returns, book.cards)
    planned = plan(run, calendar, _after(book, graded))
    latest = {record.id: record for step in (passed_on, graded, planned) for record in step.puts}
    return Change(
        puts=tuple(latest.values()),
        ids=planned.ids,
        counts={**passed_on.counts, "graded": graded.counts["updated"], **planned.counts},
        notes=(*passed_on.notes, *planned.notes),
    )


def refuse_old_clock(run: Run, latest: datetime | None) -> None:
    """Raise InvalidError where the clock stands before `latest`, the time up to which the archive has lived.

    `daily.clock_slack_hours` of difference between two operators' clocks are nothing to stop for.
    """
    slack = timedelta(hours=run.settings.daily.clock_slack_hours)
    if latest is not None and run.now < latest - slack:
        raise InvalidError(
            _("the clock says {now:%Y-%m-%d %H:%M}, but the archive has seen {latest:%Y-%m-%d %H:%M}").format(
                now=run.now, latest=latest.astimezone(run.now.tzinfo)
            ),
            _("set the clock right; if it is right, `crmkit daily --clock-is-right` goes on from it"),
        )


def _after(book: Book, change: Change) -> Book:
    people = dict(book.customers)
    callbacks = {callback.id: callback for callback in book.callbacks}
    for record in change.puts:
        if isinstance(record, Customer):
            people[record.id] = record
        elif isinstance(record, Callback):
            callbacks[record.id] = record
    return replace(book, customers=people, callbacks=tuple(callbacks.values()))
