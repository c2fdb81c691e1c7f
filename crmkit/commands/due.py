"""`crmkit due`: everything to do today, of every kind."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.common import Format, get_session
from crmkit.commands.event_lookup import guests_of
from crmkit.commands.lead_assign import waiting
from crmkit.commands.lead_recycle import passing_on_soon
from crmkit.commands.visit_lookup import stops_of
from crmkit.commands.work import customer_of, end_of, timetable_of
from crmkit.core import cadence, recheck, screening
from crmkit.core import due as work
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.records import Callback, Customer, Event, Message, PhoneCheck, Visit
from crmkit.records.work import utc_key

COLUMNS = ("kind", "id", "customer", "name", "phone", "due_at", "owner", "what")

app = typer.Typer(add_completion=False)


@app.command(help=_("Everything to do today; with --by one person's. Example: crmkit due --by LN"))
def due(
    ctx: typer.Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Everything to do by the end of that day."))] = "",
    fmt: Format = "",
) -> None:
    """List everything to do by the end of a day."""
    from crmkit.dates import parse_day

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        day = parse_day(on, run.now) if on else run.now.date()
        items = list(items_on(archive, run, day))
    mine = session.given.get("by")
    unassigned = sum(not item.owner for item in items)
    rows = [_row(item) for item in items if not mine or item.owner == run.by]
    render.rows(rows, COLUMNS, fmt)
    if mine and unassigned:
        session.say(_("{n} more have no owner").format(n=unassigned))


def items_on(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    """Everything to do by the end of `day`, kind by kind."""
    from crmkit.sheets.labels import label

    who = customer_of(archive)
    begin, end = utc_key(end_of(day - timedelta(days=1), run)), utc_key(end_of(day, run))
    collected = archive.between(Customer, f"new:{begin}", f"new:{end}")
    asked = {customer.id for customer in collected if archive.of(PhoneCheck, customer.id)}
    overdue = _overdue(archive, run, day)
    told = {item.id for item in overdue}
    planned = [one for one in archive.between(Callback, "due:", f"due:{end}") if one.id not in told]
    yield from overdue
    yield from work.rechecks(recheck.due(run, collected, asked))
    yield from work.callbacks(planned, who, label)
    stops, _left_out = stops_of(archive, archive.between(Visit, "visit:", f"visit:{end}"))
    yield from work.visits(run, stops, label)
    yield from work.events(_starting(archive, run, day, 1), partial(guests_of, archive))
    soon = _starting(archive, run, day, archive.settings.event.deliver_days)
    yield from work.invitations(soon, partial(guests_of, archive), who)
    yield from work.unanswered(archive.find(Callback, "stopped:"), who, label)
    yield from work.unassigned(waiting(archive))
    yield from work.recycle_notices(passing_on_soon(archive, run), run.now.tzinfo)
    yield from work.cadences(_by_grade(archive, run, day), run.now.tzinfo)
    yield from work.shared(archive.find(Customer, "shared:"))


def _overdue(archive: Archive, run: Run, day: date) -> list[work.Item]:
    """The screenings that should have been made before today, and those of `day` that nobody planned."""
    from crmkit.sheets.labels import label

    oldest = run.now - timedelta(days=archive.settings.callback.horizon_days)
    new = archive.between(Customer, f"new:{utc_key(oldest)}", f"new:{utc_key(run.now)}")
    late = [one for one in screening.unscreened(run, timetable_of(archive), new) if one.last_day <= day]
    return list(work.screenings(late, lambda file: archive.of(Callback, file), end_of(day, run), label))


def _by_grade(archive: Archive, run: Run, day: date) -> list[cadence.Dues]:
    """The letters and visits that became due by `day`, within `cadence.due_days`; all are in `customer cadence`."""
    grades = sorted({rule.grade for rule in run.settings.cadence.rules if not rule.off})
    people = [customer for grade in grades for customer in archive.find(Customer, f"grade:{grade}")]
    had = cadence.care(run, archive.all(Visit), archive.find(Message, "letters:"))
    since = day - timedelta(days=run.settings.cadence.due_days)
    return [one for one in cadence.due(run, people, had, day) if one.due_on > since]


def _starting(archive: Archive, run: Run, day: date, days: int) -> list[Event]:
    """The events that start from now on, until so many days after `day`."""
    end = end_of(day + timedelta(days=days), run)
    return archive.between(Event, f"starts:{utc_key(run.now)}", f"starts:{utc_key(end)}")


def _row(item: work.Item) -> dict[str, object]:
    return {**item._asdict(), "due_at": item.due_at.isoformat() if item.due_at else ""}
