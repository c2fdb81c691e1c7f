"""`crmkit notes`: what was written down with `crmkit note`, of one customer or of all."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing
from crmkit.i18n import _
from crmkit.queries.counting import period_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import customer_of
from crmkit.records import Note
from crmkit.result import Row, row

COLUMNS = ("id", "at", "customer", "name", "text", "by")


@listing(_("List notes, the newest first. Example: crmkit notes 13900541731"), COLUMNS)
def notes(
    ctx: Context,
    customer: options.WhoIfAny = "",
    since: options.Since = "",
    until: options.Until = "",
    staff: options.StaffName = "",
    text: Annotated[str, typer.Option("--text", metavar="WORDS", help=_("With these words in it."))] = "",
) -> Iterable[Row]:
    """List notes of one customer, or of all."""
    archive, wanted = ctx.archive, text.casefold()
    period = period_of(ctx.run, since, until)
    code = staff_code(archive, staff, "--staff") if staff else ""
    found = archive.of(Note, find_customer(archive, customer).id) if customer else archive.all(Note)
    who = customer_of(archive)
    return [
        row(one, customer=who(one.customer).id, name=who(one.customer).name)
        for one in sorted(found, key=lambda one: (one.at, one.id), reverse=True)
        if one.at in period and code in ("", one.by) and wanted in one.text.casefold()
    ]
