"""`crmkit call log`: one call from flags, or the log of a telephone system from JSON lines."""

from typing import Annotated, Any

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit import notices, options
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.keys import Key, Keys
from crmkit.commands.kit.lines import BatchLines, Line, RejectedLines, converted
from crmkit.commands.kit.notices import say_due
from crmkit.commands.kit.options import Whom
from crmkit.commands.kit.verbs import verb
from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries import calling
from crmkit.queries.finding import staff_code
from crmkit.queries.work import the_customer, timetable_of, with_callbacks
from crmkit.records import Call, Customer
from crmkit.records.change import Change, together
from crmkit.records.work import MOODS, OUTCOMES


class CallRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call, as typed in flags or in a JSON line."""

    customer: str = ""
    outcome: str = ""
    direction: str = ""  # out or in
    duration: str | int = ""
    at: str = ""
    phone: str = ""
    by: str = ""
    note: str = ""
    next: str = ""
    objections: tuple[str, ...] = ()
    mood: str = ""
    promise: str = ""
    external_id: str = ""
    key: str = ""


@verb(_("Write down a call. Example: crmkit call log 13900541731 --outcome reached --incoming"))
def log(
    ctx: typer.Context,
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER|-", help=_("Id or phone; - reads many, a JSON object a line."))
    ] = "",
    outcome: options.Outcome = "",
    whom: Whom = "",
    duration: options.Duration = "",
    note: options.CallNote = "",
    next_step: Annotated[str, typer.Option("--next", help=_("The next step."))] = "",
    phone: options.Dialled = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=_("When, if not just now."))] = "",
    incoming: Annotated[bool, typer.Option("--incoming", help=_("They called us."))] = False,
    objections: options.Objections = None,
    mood: options.Mood = "",
    promise: options.Promise = "",
    refusals: options.Refused = None,
    external_id: Annotated[
        str, typer.Option("--external-id", metavar="KEY", help=_("Key in the telephone system; written down once."))
    ] = "",
    key: Key = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down a call that no callback asked for, or with `-` as many as standard input has lines."""
    typed = CallRequest(
        customer=customer, outcome=outcome, direction="in" if incoming else "", duration=duration, at=at, phone=phone,
        note=note, next=next_step, objections=tuple(objections or ()), mood=mood, promise=promise,
        external_id=external_id, key=key,
    )  # fmt: skip
    many = customer == "-"
    if many and (typed != CallRequest(customer="-") or whom or refusals):
        raise UsageError(_("either - or the flags of one call"))
    if not many and not outcome:
        raise UsageError(_("what came of the call? give --outcome"))
    batch = BatchLines(customer, rejects, force=force) if many else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        book = _Book(archive, run)
        if batch:
            batch.each(lambda line: book.write(_request(line)))
            change = msgspec.structs.replace(book.change(), counts=batch.counts(book.counts))
        else:
            person = the_customer(archive, customer, whom)
            book.write(typed, person)
            change = calling.with_refusal(archive, run, book.change(), person, refusals)
        notices.say_marks(session, archive, run, change)
        planned = with_callbacks(archive, run, change)
        done = session.commit(archive, run, planned, "call log")
    if batch is None:
        say_due(session, run, change)
    written(session, done, fmt, show_counts=many and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


class _Book:
    """The calls of one run, each seeing what the ones before it showed."""

    def __init__(self, archive: Archive, run: Run) -> None:
        self.archive = archive
        self.changes: list[Change] = []
        self.files: dict[str, Customer] = {}
        self.run = calling.seeing(run, self.files)
        self.calls: dict[str, list[Call]] = {}
        self.keys: set[str] = set()
        self.counts = {"logged": 0, "unchanged": 0}
        self.named = Keys(archive, run, Call, "call log")

    def write(self, request: CallRequest, person: Customer | None = None) -> None:
        """Take down one call, unless the one of that external id is there already. Raises InvalidError."""
        from crmkit.core.calling import calls

        key = request.external_id.strip()
        if key and (key in self.keys or self.archive.find(Call, f"external:{key}")):
            self.counts["unchanged"] += 1
            return
        found = person or the_customer(self.archive, request.customer, "")
        person = self.files.get(found.id, found)
        known = self.calls.setdefault(person.id, self.archive.of(Call, person.id))
        change = self.named.once(
            request.key,
            {**msgspec.structs.asdict(request), "customer": person.id},
            lambda run: calls.log(run, person, _result(self.archive, run, request, person), known),
        )
        self.keys.add(key)
        self.counts["logged" if change.puts else "unchanged"] += 1
        self.changes.append(change)
        for record in change.puts:
            if isinstance(record, Customer):
                self.files[record.id] = record
            if isinstance(record, Call):
                self._call_back(person, record, known)
                known.append(record)

    def _call_back(self, person: Customer, call: Call, known: list[Call]) -> None:
        from crmkit.core.calling import calls

        missed = calls.call_back(self.run, timetable_of(self.archive), person, call, known)
        if missed is not None:
            self.changes.append(Change(puts=(missed,)))

    def change(self) -> Change:
        """All of them together."""
        return msgspec.structs.replace(together(*self.changes), counts=self.counts)


def _request(line: Line) -> CallRequest:
    request = converted(line, CallRequest, _("not a call: {problem}"))
    for field in ("customer", "outcome"):
        if not getattr(request, field):
            raise InvalidError(_("the {field} is missing").format(field=field))
    return request


def _result(archive: Archive, run: Run, request: CallRequest, person: Customer) -> Any:
    from crmkit.core.calendar.dates import parse_moment
    from crmkit.core.calling import calls

    return calls.Result(
        fields.code_of(request.outcome, OUTCOMES),
        duration=calls.seconds(str(request.duration)),
        note=request.note,
        next=request.next,
        number=calls.dialled(person, request.phone, archive.settings.archive.area, request.customer),
        at=parse_moment(request.at, run.now) if request.at else None,
        direction=fields.code_of(request.direction, calls.DIRECTIONS),
        objections=request.objections,
        mood=fields.code_of(request.mood, MOODS),
        promise=request.promise,
        by=staff_code(archive, request.by, "by") if request.by else "",
        external_id=request.external_id,
    )
