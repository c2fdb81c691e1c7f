"""`crmkit lead show`: a file with how it fits, its contacts and who looked after it."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import Listed
from crmkit.commands.kit.options import Raw
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Assignment, Customer, Touch
from crmkit.result import Row, collected, row


@verb(_("Show files by id, prefix of an id, or phone. Example: crmkit lead show 13900541731"))
def show(
    ctx: typer.Context,
    customers: Annotated[
        list[str],
        typer.Argument(metavar="CUSTOMER...", help=_("Name or part of it, initials, number or its last digits, id.")),
    ],
    raw: Raw = False,
    fmt: Listed = "",
) -> None:
    """Show customer files with how they fit, their contacts and who looked after them."""
    with reading(ctx) as here:
        files = [find_customer(here.archive, text) for text in customers]
        items = [row(one) if raw else _with_history(here.archive, here.run, one) for one in files]
    if len(items) == 1:
        render.one(items[0], fmt)
    else:
        from crmkit.queries.work import LEAD_COLUMNS

        render.rows(items, LEAD_COLUMNS, fmt)


def _with_history(archive: Archive, run: Run, customer: Customer) -> Row:
    touches, owners = archive.of(Touch, customer.id), archive.of(Assignment, customer.id)
    return row(customer, **collected(run, customer, touches, owners))
