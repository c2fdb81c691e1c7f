"""`crmkit note`: a quick note about a customer; it stands in the timeline of `customer show`."""

from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.lines import Batch, Line, RejectedLines, converted
from crmkit.commands.kit.verbs import verb
from crmkit.core.care import notes
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Note
from crmkit.records.change import Change, together


class NoteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a batch."""

    customer: str
    text: str


@verb(_("Write down a note about a customer. Example: crmkit note 13900541731 '女儿周末回来'"))
def note(
    ctx: typer.Context,
    customer: Annotated[
        str,
        typer.Argument(metavar="CUSTOMER|-", help=_("Id or phone number; - reads many, a JSON object a line.")),
    ],
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help=_("The note."))] = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down one note, or with `-` as many as standard input has lines; the same again that day changes nothing."""
    many = customer == "-"
    if many and text:
        raise UsageError(_("either - or the note of one customer"))
    batch = Batch("-", rejects, force=force) if many else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        made: list[Change] = []

        def take(one: NoteRequest) -> None:
            person = find_customer(archive, one.customer)
            new = (record for change in made for record in change.puts if isinstance(record, Note))
            known = [*archive.of(Note, person.id), *(note for note in new if note.customer == person.id)]
            made.append(notes.add(run, person, one.text, known))

        if batch:
            batch.each(lambda line: take(_request(line)))
        else:
            take(NoteRequest(customer=customer, text=text))
        change = together(*made)
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts({"added": 0, "unchanged": 0, **change.counts}))
        done = session.commit(archive, run, change, "note")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


def _request(line: Line) -> NoteRequest:
    return converted(line, NoteRequest, _("not a note: {problem}"))
