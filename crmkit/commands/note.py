"""`crmkit note`: a quick note about a customer; it stands in the timeline of `customer show`."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import Who
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.care import notes
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Note
from crmkit.records.change import Change


@writer(
    _("Write down a note about a customer. Example: crmkit note 13900541731 '女儿周末回来'"),
    many="customer",
    counted="added",
)
def note(
    ctx: Context, customer: Who, text: Annotated[str, typer.Argument(metavar="TEXT", help=_("The note."))] = ""
) -> Change:
    """Write down one note; the same again that day changes nothing."""
    person = find_customer(ctx.archive, customer)
    return notes.add(ctx.run, person, text, ctx.archive.of(Note, person.id))
