"""`crmkit lead screen`: what the screening call of a new file found."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.lines import BatchLines, RejectedLines
from crmkit.commands.kit.notices import say_marks
from crmkit.commands.kit.options import CallNote, Dialled, Duration, Refused
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.hours import Timetable
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries.calling import seeing, with_refusal
from crmkit.queries.finding import find_customer
from crmkit.queries.work import timetable_of, with_callbacks
from crmkit.records import Callback, Customer, Staff
from crmkit.records.change import Change, together


class Screened(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One screening, as typed in flags or in a JSON line."""

    customer: str
    outcome: str = ""
    duration: str = ""
    note: str = ""
    phone: str = ""
    dnc: str = ""  # channels that the person refused, with commas


@verb(_("Write down the screening call. Example: crmkit lead screen 13900541731 --outcome valid --duration 4:10"))
def screen(
    ctx: typer.Context,
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER|-", help=_("Id or phone; - reads many, a JSON object a line."))
    ],
    outcome: Annotated[str, typer.Option("--outcome", help=_("valid, lost, refused, wrong or invalid (number)"))] = "",
    duration: Duration = "",
    note: CallNote = "",
    phone: Dialled = "",
    refusals: Refused = None,
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Judge a new file by its first call: screened, lost, or to be called on another number."""
    typed = Screened(
        customer=customer, outcome=outcome, duration=duration, note=note, phone=phone, dnc=",".join(refusals or ())
    )  # fmt: skip
    if customer == "-" and typed != Screened(customer="-"):
        raise UsageError(_("either - or the flags of one screening"))
    batch = BatchLines(customer, rejects, force=force) if customer == "-" else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        take = _taker(archive, run, timetable_of(archive))
        changes: list[Change] = []
        if batch:
            batch.each(lambda line: changes.append(take(_read(line))))
        else:
            changes.append(take(typed))
        change = with_callbacks(archive, run, together(*changes))
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts(change.counts))
        say_marks(session, archive, run, change)
        done = session.commit(archive, run, change, "lead screen")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


def _taker(archive: Archive, run: Run, timetable: Timetable) -> Callable[[Screened], Change]:
    from crmkit.core import fields
    from crmkit.core.assigning import screening
    from crmkit.core.calling import calls

    screener = next(iter(archive.find(Staff, f"staff:{run.by.casefold()}")), None)
    seen: set[str] = set()
    files: dict[str, Customer] = {}
    run = seeing(run, files)

    def take(one: Screened) -> Change:
        person = find_customer(archive, one.customer)
        if person.id in seen:
            raise InvalidError(_("{id} is on standard input twice").format(id=person.id))
        person = files.get(person.id, person)
        change = screening.screen(
            run, timetable, person, archive.of(Callback, person.id), one.outcome, screener=screener,
            duration=calls.seconds(one.duration), note=one.note,
            number=calls.dialled(person, one.phone, archive.settings.archive.area),
        )  # fmt: skip
        seen.add(person.id)
        files.update((record.id, record) for record in change.puts if isinstance(record, Customer))
        refusal = with_refusal(archive, run, change, person, list(fields.words(one.dnc)))
        return msgspec.structs.replace(refusal, ids=change.ids, counts=change.counts)

    return take


def _read(line: dict[str, Any]) -> Screened:
    try:
        return msgspec.convert({name: str(value) for name, value in line.items() if value is not None}, Screened)
    except msgspec.ValidationError as problem:
        raise InvalidError(_("not a screening: {problem}").format(problem=problem)) from None
