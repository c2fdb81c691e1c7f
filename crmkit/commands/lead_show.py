"""`crmkit lead show`: a file with how it fits, its contacts and who looked after it."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import Listed
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Assignment, Customer, Record, Touch
from crmkit.result import Row, row


@verb(_("Show files by id, prefix of an id, or phone. Example: crmkit lead show 13900541731"))
def show(
    ctx: typer.Context,
    customers: Annotated[
        list[str],
        typer.Argument(metavar="CUSTOMER...", help=_("Name or part of it, initials, number or its last digits, id.")),
    ],
    fmt: Listed = "",
) -> None:
    """Show customer files with how they fit, their contacts and who looked after them."""
    with reading(ctx) as here:
        items = [_with_history(here.archive, here.run, find_customer(here.archive, text)) for text in customers]
    if len(items) == 1:
        render.one(items[0], fmt)
    else:
        from crmkit.queries.work import LEAD_COLUMNS

        render.rows(items, LEAD_COLUMNS, fmt)


def _with_history(archive: Archive, run: Run, customer: Customer) -> Row:
    from crmkit.core.people.deepfile import fit
    from crmkit.core.people.reach import warning

    touches = _parts(archive.of(Touch, customer.id), "at", "outcome", "source", "site", "collector", "name_given")
    owners = _parts(archive.of(Assignment, customer.id), "at", "before", "to", "how", "why", "by")
    return row(customer, fit=fit(customer)._asdict(), refusal=warning(run, customer), touches=touches, owners=owners)


def _parts(records: Iterable[Record], *names: str) -> list[Row]:
    rows = sorted((row(record) for record in records), key=lambda one: (one["at"], one["id"]))
    return [{name: one[name] for name in names} for one in rows]
