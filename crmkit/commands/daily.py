"""`crmkit daily`: what cron runs each morning. A missed day is caught up by the next run."""

from collections import Counter
from typing import Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.archive.history import last_run
from crmkit.archive.repository.maintenance import maintain
from crmkit.commands.kit.common import DryRun, Format, Session, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.holidays import to_be_written
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import _
from crmkit.progress import bar
from crmkit.queries.due import items_on
from crmkit.queries.work import calendar_of
from crmkit.records.base import random_text


@verb(_("Pass files on, grade, plan; catch up missed days. Example: crmkit -q daily"))
def daily(
    ctx: typer.Context,
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help=_("Work although the last run was later than now."))
    ] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Recycle, grade and plan in one run, keep the history small, and say what the day brings. Silent with -q.

    What is to change is decided while others read; where everybody is looked at, others write meanwhile as well. The
    archive is held alone only to note that this morning begins, and to commit; what was written between is decided
    again then.
    """
    from crmkit.core.daily import daily_work, refuse_old_clock
    from crmkit.queries.morning import brought_up_to_date, looks_at_all, mark_of, outlooks, whom

    session = get_session(ctx)
    kept = not (dry_run or session.joint)  # what it finds, for the next morning
    name = random_text(8)
    if kept:
        with session.writing() as archive:
            archive.index.begin_morning(mark_of(archive), name)
            long = looks_at_all(archive, session.run(archive))
    # nobody waits while everybody is looked at; a few are looked at in the time of any command that reads
    with bar(quiet=session.quiet) as shown, session.glancing() if kept and long else session.reading() as archive:
        run = session.run(archive)
        if not clock_is_right:
            refuse_old_clock(run, last_run.latest(archive.root, archive.git))
        before = last_run.last_daily(archive.root)
        looked = whom(archive, run, shown)
        morning = daily_work(run, calendar_of(archive), looked.snapshot, looked.others)
        looked = looked._replace(snapshot=Snapshot.of())  # of everybody: not beside what is written
    with session.writing(dry_run) as archive:
        run = msgspec.structs.replace(session.run(archive), now=run.now)
        if kept:
            looked, morning = brought_up_to_date(archive, run, name, looked, morning)
        done = session.commit(archive, run, morning.change, "daily run")
        if kept:
            archive.index.put_morning(looked.ids, outlooks(run, morning))
        if not dry_run:
            last_run.note_daily(archive.root, archive.git, run.now)
    if not dry_run:
        maintain(archive.git)
    if not session.quiet:
        with session.reading() as archive:
            _tell(session, archive, msgspec.structs.replace(session.run(archive), now=run.now))
            session.say(*to_be_written(calendar_of(archive), run.now.date()))
    last = before.astimezone(run.now.tzinfo).date() if before else run.now.date()
    missed = (run.now.date() - last).days - 1
    if missed > 0:
        session.say(_("caught up since {day}, days without a run: {n}").format(day=last, n=missed))
    if not session.quiet:
        written(session, done, fmt, show_counts=True)


def _tell(session: Session, archive: Archive, run: Run) -> None:
    from crmkit.labels import label

    kinds = Counter(item.kind for item in items_on(archive, run, run.now.date()))
    if kinds:
        what = ", ".join(f"{label(kind)} {n}" for kind, n in kinds.items())
        session.say(_("to do today: {what}").format(what=what))
