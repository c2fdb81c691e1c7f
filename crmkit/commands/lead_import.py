"""`crmkit lead import`: a sheet of leads, every row to where it belongs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import msgspec
import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.archive.store.shards import kind_of
from crmkit.commands.kit import options
from crmkit.commands.kit.common import DryRun, Encoding, Force, Format, Session, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import command_of
from crmkit.core.collecting.draft import Draft, Outcome, RowKeys, need_source
from crmkit.core.collecting.intake import TAKEN, ImportBatch
from crmkit.core.collecting.known import LISTS, PEOPLE, Known
from crmkit.core.people import names
from crmkit.core.phones.phones import crowds
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, NotFoundError, PartialError
from crmkit.i18n import N_, _, titled
from crmkit.interrupts import held_off
from crmkit.progress import Bar, bar
from crmkit.records import Customer, HeaderMap, Order, Record
from crmkit.records.typed import plain
from crmkit.result import Row
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.grid import Sheet, place
from crmkit.sheets.read.headers import ByHand, parse_mapping
from crmkit.sheets.read.leads import MOST_COUNTED, header_map, read_leads
from crmkit.sheets.read.readings import Readings
from crmkit.sheets.read.tables import Source, opened
from crmkit.sheets.write.files import check_target, write_file
from crmkit.sheets.write.rejects import Rejects

R = TypeVar("R", bound=Record)

# To read people and their contacts takes 13 µs a record; to ask for those that one row may be about .15 ms where it is
# new, .6 ms where it tells of somebody of any year: from one row for 50 records on it is quicker to read all.
ROW_AS_RECORDS = 50
TOLD = 5  # rejected rows that are told without --rejects
PREVIEWED = 5  # rows that a dry run shows
PREVIEW = (N_("row"), N_("outcome"), N_("name"), N_("phones"), N_("address"), N_("product"), N_("notes"))
PREVIEW_WIDTH = 18


@verb(_("Import a sheet. Example: crmkit lead import sheet.xlsx --source outreach --rejects rejects.xlsx"))
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=_("csv, tsv, jsonl, vcf, xlsx, xlsb, xls, ods"))],
    source: options.Source = "",
    site: options.SiteName = "",
    collector: options.Collector = "",
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
    encoding: Encoding = "",
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Import a sheet; the same sheet again changes nothing. Exit code 5 where rows were rejected.

    --source, --site, --collector and --date are for rows and sheets that name none.
    """
    session = get_session(ctx)
    if rows is not None:
        check_target(rows, ".jsonl", force=force)
    with session.writing(dry_run) as archive, bar(quiet=session.quiet) as shown:
        run = session.run(archive)
        refused = Rejects(Defaults(need_source(source), site, collector, _day(run, day)))
        headers = {record.header: record for record in archive.all(HeaderMap)}
        by_hand = parse_mapping(columns or (), {shape: record.fields for shape, record in headers.items()})
        with opened(file, run.settings.import_, encoding) as table:
            known = Known(crowds=crowds(run.settings))
            for record_type in LISTS:
                known.learn(archive.all(record_type))
            reception = ImportBatch(
                run, known, allow_no_phone=allow_no_phone, orders=lambda identifier: archive.of(Order, identifier)
            )
            begin = partial(_meets_people, known, archive, shown)
            taken = _taken(reception, table, by_hand, refused, shown, begin, told=rows is not None)
            del begin
        found = [block.header for block in taken.readings.blocks]
        maps = [header_map(run, header, by_hand, headers.get(header.shape)) for header in found]
        change = reception.change(table.sha256, (one for one in maps if one is not None))
        del known, reception  # of the whole archive: it may take more memory than all that is new
        to_save = rejects is not None and refused.check(rejects, force=force, limits=run.settings.import_)
        shown.stage(_("saving"))
        unwritten: CrmkitError | None = None
        with held_off():
            done = session.commit(archive, run, change, command_of(ctx))
            try:
                if rejects is not None and to_save and not dry_run:
                    refused.save(rejects, font=run.settings.report.font, made_at=run.now, force=force)
                if rows is not None and not dry_run:
                    write_file(rows, b"".join(taken.told))
            except CrmkitError as problem:
                unwritten = problem  # the rows are saved: what became of them is printed first
    session.say(*taken.readings.lines(_("standard input") if file == "-" else file, taken.health_kept))
    if done.dry_run and session.fmt == "table":
        render.rows(taken.first, PREVIEW, fmt, widths=dict.fromkeys(PREVIEW, PREVIEW_WIDTH))
        render.write("")
        render.written({"counts": done.counts, "ids": ()}, fmt, show_counts=True)
        session.say(_("dry run: nothing was written"))
    else:
        written(session, done, fmt, show_counts=not session.quiet)
    if unwritten:
        raise unwritten
    if taken.doubtful:
        session.say(
            _("rows in which something was not read as it stands: {n}; --rows names them").format(n=taken.doubtful)
        )
    if taken.old:
        session.say(_("rows collected more than a year ago: {n}").format(n=taken.old))
    _tell(session, file, change.counts, taken.refused, rejects)


class _Taken(NamedTuple):
    """What became of the rows of a file."""

    told: list[bytes]  # of each row, as --rows writes it
    refused: list[Outcome]  # the first
    readings: Readings
    first: list[Row]  # rows as they were read, for a dry run
    health_kept: int
    doubtful: int  # rows taken in of which something was kept as a note only, or read with a doubt
    old: int  # rows collected more than a year ago


def _taken(
    reception: ImportBatch, table: Source, by_hand: ByHand, refused: Rejects, shown: Bar,
    begin: Callable[[int], bool], *, told: bool,
) -> _Taken:  # fmt: skip
    lines, rejected, block, first = list[bytes](), list[Outcome](), None, list[Row]()
    counts: dict[str, int] = {}  # of rows, by sheet
    counted = replace(table, sheets=_counted(table, counts))
    keys, readings = RowKeys(reception.has_taken), Readings()
    products = reception.known.product_names()
    for read in read_leads(reception.run, counted, by_hand, refused.defaults, keys, products, readings, begin):
        if block is None or block.sheet != read.block.sheet:
            shown.stage(read.block.sheet or _("rows"), counts[read.block.sheet])
        block = read.block
        shown.at(read.row.number)
        outcome = reception.take(read.draft)
        if told:
            lines.append(msgspec.json.encode(outcome) + b"\n")
        if len(first) < PREVIEWED:
            first.append(_preview(read.draft, outcome))
        if outcome.outcome == "rejected":
            refused.add(read.block, read.row, outcome.reason)
            if len(rejected) < TOLD:
                rejected.append(outcome)
    contacts = reception.contacts
    return _Taken(lines, rejected, readings, first, contacts.health_kept, reception.doubtful, reception.old)


def _preview(draft: Draft, outcome: Outcome) -> Row:
    """A row as it was read; of one that was taken in before, no more than that it was."""
    return {
        "row": draft.row,
        "outcome": titled(outcome.outcome),
        "name": draft.name,
        "phones": [plain(phone) for phone in draft.phones],
        "address": draft.address,
        "product": draft.product,
        "notes": list(draft.notes) or outcome.reason,
    }


def _counted(table: Source, counts: dict[str, int]) -> Iterator[Sheet]:
    for sheet in table.sheets:
        counts[sheet.name] = sheet.count or table.lines
        yield sheet


def _meets_people(known: Known, archive: Archive, shown: Bar, rows: int) -> bool:
    """Let `known` know the people of the archive, as is cheaper for so many rows: whether it has learnt them all."""
    counts = archive.index.counts()
    people = sum(counts.get(record_type.kind, 0) for record_type in PEOPLE)
    if rows < MOST_COUNTED and rows * ROW_AS_RECORDS <= people:
        known.ask(_People(archive))
        return False
    shown.stage(_("reading the archive"), people)
    for record_type in PEOPLE:
        known.learn(shown.each(archive.all(record_type)))
    return True


class _People:
    """The people of the archive, asked for by their keys (`known.Stored`)."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.names: dict[str, list[str]] | None = None  # ids by normal name

    def find(self, record_type: type[R], key: str) -> list[R]:
        return self.archive.find_in_order(record_type, key)

    def customer(self, identifier: str) -> Customer | None:
        if kind_of(identifier) != Customer.kind:
            return None
        with suppress(NotFoundError):
            return self.archive.get(Customer, identifier)
        return None

    def named(self, normal: str) -> list[Customer]:
        if self.names is None:  # by its sound alone the index would not find every spelling
            self.names = {}
            for one in self.archive.all(Customer):
                self.names.setdefault(names.normal(one.name), []).append(one.id)
        return [self.archive.get(Customer, identifier) for identifier in self.names.get(normal, ())]


def _day(run: Run, text: str) -> date | None:
    from crmkit.core.calendar.dates import parse_day

    return parse_day(text, run.now) if text else None


def _tell(session: Session, file: str, counts: Mapping[str, int], refused: list[Outcome], rejects: Path | None) -> None:
    """Say that nothing was new; raise PartialError where rows were rejected, with the first reasons or the file."""
    if not any(counts[outcome] for outcome in TAKEN):
        session.say(_("nothing new: nothing was changed"))
    if not refused:
        return
    if rejects is None:
        for outcome in refused:
            session.say(f"{place(file, outcome.sheet, outcome.row)}: {outcome.reason}")
    raise PartialError(
        _("{file}: {n} of {all} rows were rejected").format(file=file, n=counts["rejected"], all=counts["rows"]),
        _("mend {file} and import it again").format(file=rejects)
        if rejects is not None
        else _("--rejects FILE.xlsx writes them down with their reasons"),
    )
