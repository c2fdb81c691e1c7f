"""`crmkit message sent`: what a gateway has sent, from the file that `message render` wrote."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from crmkit import config
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.lines import BatchLines, Line, RejectedLines, read_sheet
from crmkit.commands.kit.verbs import verb
from crmkit.core import fields
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Callback, Message
from crmkit.records.message import CHANNELS

if TYPE_CHECKING:
    from crmkit.core.messages.messages import Outbox

NEEDED = ("customer", "occasion", "text")
USED = ("customer", "occasion", "channel", "phone", "text", "template")
IGNORED = ("name", "national", "wechat", "address", "parts")  # written by `message render` for people and gateways
STATUS = "status"  # added by the gateway: was it sent?
SENT, FAILED = "sent", "failed"


@verb(_("Count messages as sent. Example: crmkit message sent today.csv --by LN"))
def sent(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|-", help=_("As rendered: csv, jsonl, or a workbook; - reads JSON lines."))
    ],
    encoding: Annotated[str, typer.Option("--encoding", help=_("Of text; else told by content."))] = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Record each row as a message sent by whoever runs this; a second time, nothing changes."""
    from crmkit.core.messages.messages import Outbox

    session = get_session(ctx)
    limits = config.settings(config.load_layers(config.read_toml(session.root / config.MARKER))).import_
    reader = partial(read_sheet, wanted=NEEDED, limits=limits, encoding=encoding)
    batch = BatchLines(source, rejects, force=force, open_file=reader)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        outbox = Outbox(run)
        failed: list[str] = []
        batch.each(lambda line: _take(archive, outbox, line, failed))
        change = outbox.change({FAILED: len(failed)})
        change = msgspec.structs.replace(change, counts=batch.counts(change.counts))
        done = session.commit(archive, run, change, "message sent")
    written(session, done, fmt, show_counts=not session.quiet)
    batch.finish(dry_run=dry_run)


def _take(archive: Archive, outbox: "Outbox", line: Line, failed: list[str]) -> None:
    """One row: sent, or failed as the gateway says. Raises InvalidError, NotFoundError."""
    from crmkit.core.calling.calls import dialled
    from crmkit.core.messages.messages import Sent, key_of

    unknown = [name for name in line if name not in (*USED, *IGNORED, STATUS)]
    if unknown:
        raise InvalidError(
            _("there is no field {name}").format(name=unknown[0]),
            _("one of: {choices}").format(choices=", ".join((*USED, STATUS))),
        )
    typed = {name: str(line.get(name) or "").strip() for name in (*USED, STATUS)}
    for name in NEEDED:
        if not typed[name]:
            raise InvalidError(_("the {field} is missing").format(field=name))
    if typed[STATUS] not in ("", SENT, FAILED):
        raise InvalidError(
            _("{value} is no status").format(value=typed[STATUS]),
            _("one of: {choices}").format(choices=", ".join((SENT, FAILED))),
        )
    for line_of_text in typed["text"].split("\n"):
        fields.read("text", line_of_text, {"text": fields.text})
    person = find_customer(archive, typed["customer"])
    channel = fields.code_of(typed["channel"], CHANNELS) or "sms"
    phone = dialled(person, typed["phone"], archive.settings.archive.area)
    message = Sent(person, typed["occasion"], typed["text"], channel, phone=phone, template=typed["template"])
    if typed[STATUS] == FAILED:
        failed.append(person.id)
        return
    earlier = archive.find(Message, key_of(person.id, message.occasion))
    outbox.add(message, earlier, archive.of(Callback, person.id))
