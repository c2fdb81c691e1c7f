"""`crmkit message sent`: what was sent, one message, or what a gateway gave back of what `message render` wrote."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Callback, Message
from crmkit.records.change import Change
from crmkit.records.message import CHANNELS

FOR_PEOPLE = ("name", "national", "wechat", "address", "parts")  # which `message render` writes as well
SENT, FAILED = "sent", "failed"


@writer(
    _("Count messages as sent. Example: crmkit message sent today.csv --by LN"),
    many="customer",
    counted="",
    shared=("occasion", "channel", "template"),
    also=dict.fromkeys(FOR_PEOPLE, ""),
)
def sent(
    ctx: Context,
    customer: options.Who,
    occasion: Annotated[str, typer.Option("--occasion", metavar="KEY", help=_("Such as birthday:2026."))],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help=_("As it was sent."))],
    channel: Annotated[str, typer.Option("--channel", metavar="WAY", help=_("sms (default), wechat or letter"))] = "",
    phone: options.Dialled = "",
    template: options.Template = "",
    status: Annotated[str, typer.Option("--status", help=_("sent (default), or failed as the gateway says"))] = "",
) -> Change:
    """Record a message as sent by whoever runs this; a second time, nothing changes."""
    from crmkit.core.calling import calls
    from crmkit.core.messages import messages

    if status not in ("", SENT, FAILED):
        raise InvalidError(
            _("{value} is no status").format(value=status),
            _("one of: {choices}").format(choices=", ".join((SENT, FAILED))),
        )
    for line_of_text in text.split("\n"):
        fields.read("text", line_of_text, {"text": fields.text})
    archive, outbox = ctx.archive, messages.Outbox(ctx.run)
    person = find_customer(archive, customer)
    ctx.counting = True
    phone = calls.dialled(person, phone, archive.settings.archive.area)
    way = fields.code_of(channel, CHANNELS) or "sms"
    message = messages.Sent(person, occasion.strip(), text.strip(), way, phone=phone, template=template)
    if status != FAILED:
        earlier = archive.find(Message, messages.key_of(person.id, message.occasion))
        outbox.add(message, earlier, archive.of(Callback, person.id))
    return outbox.change({FAILED: int(status == FAILED)})
