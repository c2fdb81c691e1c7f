"""`crmkit message render`: what to send on an occasion, a row a person, for an SMS gateway or a mail merge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.common import DryRun, Force, Listed, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import command_of
from crmkit.core.calendar.dates import parse_day
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _, speaking
from crmkit.queries.events import find_event
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.message_people import Had, Wanted, addressees, shared_fields
from crmkit.records import Customer, Event
from crmkit.records.change import Change
from crmkit.records.typed import Code

if TYPE_CHECKING:
    from datetime import date

    from crmkit.core.messages.mailing import Rendered

COLUMNS = (
    "customer", "name", "occasion", "template", "channel", "phone", "national", "wechat", "address", "text", "parts",
)  # fmt: skip
SHOWN = ("customer", "name", "occasion", "phone", "wechat", "address", "parts", "text")
WIDTHS = {"text": 70}


@verb(_("Messages for a gateway, a row a person. Example: crmkit message render birthday -o today.csv"))
def render_(
    ctx: typer.Context,
    occasion: Annotated[str, typer.Argument(metavar="OCCASION", help=_("birthday, festival, season, letter ..."))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("The day of the occasion."))] = "today",
    template: options.Template = "",
    event: Annotated[str, typer.Option("--event", metavar="CODE", help=_("What an event message is about."))] = "",
    customers: Annotated[
        list[str] | None, typer.Option("--customer", metavar="CUSTOMER", help=_("Only this one; repeatable."))
    ] = None,
    grade: options.Grade = "",
    owner: options.Owner = "",
    tag: options.Tag = "",
    output: options.Output = None,
    record: Annotated[bool, typer.Option("--record", help=_("Count them as sent; needs -o."))] = False,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Listed = "",
) -> None:
    """Print or write the messages of an occasion; with --record, also store that they were sent."""
    from crmkit.core.fields import choice
    from crmkit.records.customer import GRADES
    from crmkit.sheets.write.files import check_target

    if output:
        check_target(output, ".jsonl" if output.suffix == ".jsonl" else ".csv", force=force)
    elif record:
        raise UsageError(_("--record needs -o FILE: what counts as sent must be somewhere to be sent from"))
    elif dry_run:
        raise UsageError(_("--dry-run goes with --record"))
    session = get_session(ctx)
    with session.writing(dry_run) if record else session.reading() as archive:
        run = session.run(archive)
        wanted = Wanted(
            frozenset(find_customer(archive, text).id for text in customers or ()),
            grade=choice(*GRADES)(grade.upper()),
            owner=staff_code(archive, owner, "--owner") if owner else "",
            tag=tag,
        )
        had = Had(archive, run)
        about = find_event(archive, event) if event else None
        rendered = _rendered(archive, run, occasion, parse_day(on, run.now), template, about, wanted, had)
        if output and not dry_run:  # an empty file as well: a gateway would send again what lies there from yesterday
            _write(output, rendered)
            session.say(_("written: {file}").format(file=output))
        if record:
            change = _recorded(archive, run, rendered, had)
            done = session.commit(archive, run, change, command_of(ctx))
    if record:
        session.say(*rendered.notes)
        written(session, done, fmt, show_counts=not session.quiet)
        return
    session.say(*rendered.notes)
    session.say(", ".join(f"{_(name)} {n}" for name, n in rendered.counts.items()))
    if not output:
        shown = [name for name in SHOWN if any(row[name] for row in rendered.rows)]
        rows = [{**row, "occasion": Code(row["occasion"]), "channel": Code(row["channel"])} for row in rendered.rows]
        render.rows(rows, shown if fmt == "table" else COLUMNS, fmt, widths=WIDTHS)


def _rendered(
    archive: Archive, run: Run, occasion: str, day: "date", template: str, event: Event | None, wanted: Wanted, had: Had
) -> "Rendered":  # fmt: skip
    from crmkit.core.messages import mailing, templates

    name, people = addressees(archive, run, occasion, day, event, wanted)
    chosen = templates.choose(run, name, template)
    with speaking(chosen.lang):
        letter = mailing.Mailing(chosen, shared_fields(archive, run, name, event, chosen.lang))
    mailing.check(run, letter)
    with speaking(chosen.lang):  # in which people are addressed
        return mailing.render(run, letter, people, had)


def _write(output: Path, rendered: "Rendered") -> None:
    from crmkit.sheets.write.files import write_file

    if output.suffix == ".jsonl":
        text = "".join(map(render.json_text, rendered.rows))
    else:
        text = "".join(render.separated(rendered.rows, COLUMNS, "csv"))
        text = f"\ufeff{text}"  # without which Excel shows Chinese garbled
    write_file(output, text.encode())


def _recorded(archive: Archive, run: Run, rendered: "Rendered", had: Had) -> Change:
    from crmkit.core.messages.messages import Outbox, Sent

    outbox = Outbox(run)
    for row in rendered.rows:
        person = archive.get(Customer, row["customer"])
        message = Sent(
            person, row["occasion"], row["text"], row["channel"], phone=row["phone"], template=row["template"]
        )
        outbox.add(message, (), had.callbacks(person.id))
    return outbox.change({name: n for name, n in rendered.counts.items() if name != "rendered"})
