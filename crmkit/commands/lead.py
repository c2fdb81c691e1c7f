"""`crmkit lead`: customer files, shown and edited. The other verbs are in `lead_*`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands import lead_add, lead_assign, lead_audit, lead_import, lead_list, lead_recycle, lead_screen
from crmkit.commands.common import DryRun, Format, get_session, written
from crmkit.commands.finding import find_customer, staff_code
from crmkit.commands.reference import Set, Unset
from crmkit.i18n import _
from crmkit.records import Assignment, Callback, Customer, Record, Touch
from crmkit.result import Row, row

app = typer.Typer(help=_("Collect, import, list and edit customer files."), no_args_is_help=True)
lead_add.register(app)
lead_import.register(app)
lead_list.register(app)
lead_screen.register(app)
lead_assign.register(app)
lead_recycle.register(app)
lead_audit.register(app)


@app.command("show", help=_("Show files by id, prefix of an id, or phone. Example: crmkit lead show 13900541731"))
def show(
    ctx: typer.Context,
    customers: Annotated[list[str], typer.Argument(metavar="CUSTOMER...", help=_("Id, prefix of an id, or phone."))],
    fmt: Format = "",
) -> None:
    """Show customer files with how they fit, their contacts and who looked after them."""
    with get_session(ctx).reading() as archive:
        items = [_with_history(archive, find_customer(archive, text)) for text in customers]
    if len(items) == 1:
        render.one(items[0], fmt)
    else:
        render.rows(items, lead_list.COLUMNS, fmt)


@app.command("edit", help=_("Change fields. Example: crmkit lead edit 13900541731 --set note=回电"))
def edit(
    ctx: typer.Context, customer: Annotated[str, typer.Argument(metavar="CUSTOMER")],
    sets: Set = None, unsets: Unset = None, dry_run: DryRun = False, fmt: Format = "",
) -> None:  # fmt: skip
    """Change fields of a customer's file; `note=` and `phone=` add one."""
    from crmkit.core.collecting.leads import Names
    from crmkit.core.collecting.leads import edit as edited

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        typed = Names(
            staff=lambda text: staff_code(archive, text, "--set"),
            site=lambda text: lead_list.site_name(archive, text),
            customer=lambda text: find_customer(archive, text).id,
            moment=lambda text: lead_add.moment(run, text),
            holders=lambda number: archive.find(Customer, f"phone:{number}"),
            callbacks=lambda file: archive.of(Callback, file),
        )
        change = edited(run, find_customer(archive, customer), sets or (), unsets or (), typed)
        done = session.commit(archive, run, change, "lead edit")
    written(session, done, fmt)


def _with_history(archive: Archive, customer: Customer) -> Row:
    from crmkit.core.collecting.deepfile import fit

    touches = _parts(archive.of(Touch, customer.id), "at", "outcome", "source", "site", "collector", "name_given")
    owners = _parts(archive.of(Assignment, customer.id), "at", "before", "to", "how", "why", "by")
    return row(customer, fit=fit(customer)._asdict(), touches=touches, owners=owners)


def _parts(records: Iterable[Record], *names: str) -> list[Row]:
    rows = sorted((row(record) for record in records), key=lambda one: (one["at"], one["id"]))
    return [{name: one[name] for name in names} for one in rows]
