"""What `crmkit daily` does, in one change: recycling, grades, callbacks (docs.md: Assignment, Calls, Customers).

Every step is idempotent and sees what the steps before it changed. So two runs a day, or none for a week, end in the
same state.
"""

from datetime import datetime, timedelta

from crmkit.core.assigning.recycling import recycle
from crmkit.core.calendar.hours import Calendar
from crmkit.core.care.grading import grade_all
from crmkit.core.planning.planning import plan
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Card, Order, Return
from crmkit.records.change import Change


def daily_work(run: Run, calendar: Calendar, snapshot: Snapshot) -> Change:
    """What is to change by `run.now` in the archive whose records are `snapshot`.

    Counts: `recycled` and what was kept by reason (`recycling.recycle`), `graded`, then those of `planning.plan`.
    Raises InvalidError for a rule that cannot be read.
    """
    passed_on = recycle(run, snapshot)
    snapshot = snapshot.after(passed_on)
    graded = grade_all(run, snapshot.customers.values(), snapshot[Order], snapshot[Return], snapshot[Card])
    planned = plan(run, calendar, snapshot.after(graded))
    latest = {record.id: record for step in (passed_on, graded, planned) for record in step.puts}
    return Change(
        puts=tuple(latest.values()),
        ids=planned.ids,
        counts={**passed_on.counts, "graded": graded.counts["updated"], **planned.counts},
        notes=(*passed_on.notes, *planned.notes),
    )


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
