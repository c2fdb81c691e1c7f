"""`crmkit calendar`: public holidays and make-up workdays, a year at a time."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit.archive.archive import Archive, Done
from crmkit.archive.journal import disk
from crmkit.archive.repository.git import GitError
from crmkit.archive.store.shards import CALENDARS
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import Context, listing
from crmkit.core.calendar.holidays import Days, read, to_be_written
from crmkit.core.calendar.worktime import weekdays
from crmkit.core.run import Run
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import N_, _
from crmkit.queries.work import calendar_of
from crmkit.result import Row
from crmkit.sheets.read.texts import decoded

COLUMNS = (N_("day"), N_("what"), N_("occasion"))
LONGEST = 100_000  # bytes
WHAT = {"holidays": N_("holiday"), "workdays": N_("workday")}


@verb(_("Write a year's calendar from a list. Example: crmkit calendar import 2027.txt -n"))
def import_(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help=_("2027-10-01..2027-10-07, holiday, 国庆节; or as announced.")),
    ],
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help=_("Of days that are written without one."))] = 0,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write `calendar/YYYY.json`; a year that is there already is replaced only with --force."""
    session = get_session(ctx)
    text = _text_of(Path(file))
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        days, notes = read(text, file, year, weekdays(archive.settings.hours))
        done = _stored(archive, run, days, force=force)
    session.say(*notes)
    session.say(
        _("{year}: {holidays} holidays, {workdays} make-up workdays").format(
            year=days.year, holidays=len(days.holidays), workdays=len(days.workdays)
        )
    )
    if done.run:
        session.say(_("the next `crmkit daily` moves what was planned provisionally"))
    written(session, session.told(done), fmt)


@listing(_("The days of a year, or of all that are known. Example: crmkit calendar list --year 2026"), COLUMNS)
def list_(ctx: Context, year: Annotated[int, typer.Option("--year", metavar="YEAR")] = 0) -> Iterable[Row]:
    """List public holidays and make-up workdays, day by day."""
    calendar = calendar_of(ctx.archive)
    ctx.tell(*to_be_written(calendar, ctx.run.now.date()))
    known = [(day, "holidays", name) for day, name in calendar.holidays.items()]
    known += [(day, "workdays", name) for day, name in calendar.workdays.items()]
    return [
        {"day": day.isoformat(), "what": _(WHAT[kind]) if ctx.fmt == "table" else WHAT[kind], "occasion": name}
        for day, kind, name in sorted(known)
        if year in (0, day.year)
    ]


def _text_of(path: Path) -> str:
    """The text of a list; a year's holidays fill a page. Raises InvalidError, NotFoundError."""
    if not path.is_file():
        raise NotFoundError(_("there is no file {file}").format(file=path))
    if path.stat().st_size > LONGEST:
        raise InvalidError(_("{file} is no list of a year's holidays: it is too long").format(file=path))
    return decoded(path.read_bytes(), str(path))


def _stored(archive: Archive, run: Run, days: Days, *, force: bool) -> Done:
    name = f"{CALENDARS}/{days.year}.json"
    before = disk.read(archive.root / name)
    data = (json.dumps(days.document(), ensure_ascii=False, indent=2) + "\n").encode()
    changed = dict(_changes(archive.calendars().get(name, {}), days.document()))
    done = Done(ids=(name,), changes={name: changed}, counts={"updated": len(changed)}, dry_run=archive.dry_run)
    if not changed:
        return Done(counts={"updated": 0}, dry_run=archive.dry_run)
    if before is not None and not force:
        raise InvalidError(
            _("{file} is there already; days that differ: {n}").format(file=name, n=len(changed)),
            _("see which with -n --force; replace it with --force"),
        )
    if archive.dry_run:
        return done
    with suppress(GitError):  # what was edited by hand before is no part of this run
        archive.record_edits([name] if before is not None else [])
    return archive.commit_files(
        {name: data}, {name: before}, "calendar import: 0 records", done, run_at=run.now, by=run.by
    )


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    """The days that differ, each with what it was and what it is."""

    def told(table: dict[str, Any], day: str) -> str | None:
        kind = next((kind for kind in WHAT if day in table.get(kind, {})), None)
        return f"{WHAT[kind]} {table[kind][day]}".strip() if kind else None

    for day in sorted({day for table in (old, new) for kind in WHAT for day in table.get(kind, {})}):
        if told(old, day) != told(new, day):
            yield day, (told(old, day), told(new, day))
