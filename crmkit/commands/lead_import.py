"""`crmkit lead import`: a sheet of leads, every row to where it belongs."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.common import DryRun, Force, Format, Session, get_session, written
from crmkit.core.collecting.draft import Outcome
from crmkit.core.collecting.intake import Reception
from crmkit.core.collecting.known import Known, crowds
from crmkit.core.collecting.leads import need_source
from crmkit.core.run import Run
from crmkit.errors import PartialError
from crmkit.i18n import _
from crmkit.records import Customer, HeaderMap, Product, Record, Site, Staff, Touch
from crmkit.records.change import Change, together
from crmkit.sheets.files import write_file
from crmkit.sheets.grid import place
from crmkit.sheets.headers import Header, parse_mapping
from crmkit.sheets.leads import Read, header_map, read_leads
from crmkit.sheets.rejects import Rejects
from crmkit.sheets.rows import Defaults
from crmkit.sheets.tables import opened

TOLD = 5  # rejected rows that are told without --rejects


def register(app: typer.Typer) -> None:
    """Give `lead` its verb import."""
    app.command(
        "import",
        help=_("Import a sheet. Example: crmkit lead import sheet.xlsx --source outreach --rejects rejects.xlsx"),
    )(import_)


def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=_("csv, tsv, jsonl, xlsx, xls, ods"))],
    source: Annotated[str, typer.Option("--source", help=_("For rows that name none: outreach, shop ..."))] = "",
    site: Annotated[str, typer.Option("--site", help=_("For sheets that name none."))] = "",
    collector: Annotated[str, typer.Option("--collector", help=_("For sheets that name none."))] = "",
    day: Annotated[str, typer.Option("--date", metavar="DATE", help=_("For sheets that name none."))] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help=_("By title or letter; remembered.")),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE.xlsx", help=_("Rows not taken, with the reasons."))
    ] = None,
    rows: Annotated[
        Path | None, typer.Option("--rows", metavar="FILE.jsonl", help=_("What became of each row."))
    ] = None,
    allow_no_phone: Annotated[
        bool, typer.Option("--allow-no-phone", help=_("Take rows with a name and an address or birth date."))
    ] = False,
    encoding: Annotated[str, typer.Option("--encoding", help=_("Of text; else told by content."))] = "",
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Import a sheet; the same sheet again changes nothing. Exit code 5 where rows were rejected."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        defaults = Defaults(need_source(source), site, collector, _day(run, day))
        headers = {record.header: record for record in archive.all(HeaderMap)}
        by_hand = parse_mapping(columns or (), {shape: record.fields for shape, record in headers.items()})
        refused, outcomes, seen = Rejects(defaults), list[Outcome](), list[Header]()
        with opened(file, run.settings.import_, encoding) as table:
            # what is known of the archive is let go of with the reception: it may be larger than what is new
            reception = Reception(run, _known(archive, run), allow_no_phone=allow_no_phone)
            for read in _with_progress(session, read_leads(run, table, by_hand, defaults, reception.knows)):
                outcome = reception.take(read.draft)
                outcomes.append(outcome)
                if not seen or seen[-1] is not read.block.header:
                    seen.append(read.block.header)
                if outcome.outcome == "rejected":
                    refused.add(read.block, read.row, outcome.reason)
            change = reception.change(table.sha256)
            del reception, read
        maps = [header_map(run, header, by_hand, headers.get(header.shape)) for header in seen]
        change = together(change, Change(puts=tuple(m for m in maps if m is not None)))
        to_save = rejects is not None and refused.check(rejects, force=force, limits=run.settings.import_)
        done = session.commit(archive, run, change, "lead import")
        if not dry_run:
            if rejects is not None and to_save:
                refused.save(rejects, font=run.settings.report.font, made_at=run.now, force=force)
            if rows is not None:
                write_file(rows, b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes))
    written(session, done, fmt, show_counts=not session.quiet)
    _tell(session, file, outcomes, rejects)


def _known(archive: Archive, run: Run) -> Known:
    known = Known(crowds=crowds(run.settings))
    kinds: tuple[type[Record], ...] = (Customer, Touch, Site, Staff, Product)
    for kind in kinds:
        known.learn(archive.all(kind))
    return known


def _day(run: Run, text: str) -> date | None:
    from crmkit.dates import parse_day

    return parse_day(text, run.now) if text else None


def _with_progress(session: Session, rows: Iterable[Read]) -> Iterator[Read]:
    """`rows` with a counter on the terminal; nowhere else."""
    if session.quiet or not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed}"), TextColumn(_("rows")), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for row in rows:
            yield row
            progress.advance(task)


def _tell(session: Session, file: str, outcomes: list[Outcome], rejects: Path | None) -> None:
    """Say that nothing was new; raise PartialError where rows were rejected, with the first reasons or the file."""
    refused = [outcome for outcome in outcomes if outcome.outcome == "rejected"]
    if all(outcome.outcome in ("unchanged", "rejected") for outcome in outcomes):
        session.say(_("nothing new: nothing was changed"))
    if not refused:
        return
    if rejects is None:
        for outcome in refused[:TOLD]:
            session.say(f"{place(file, outcome.sheet, outcome.row)}: {outcome.reason}")
    raise PartialError(
        _("{file}: {n} of {all} rows were rejected").format(file=file, n=len(refused), all=len(outcomes)),
        _("mend {file} and import it again").format(file=rejects)
        if rejects is not None
        else _("--rejects FILE.xlsx writes them down with their reasons"),
    )
