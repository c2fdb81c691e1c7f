"""`crmkit callback sheet`: what to know before dialling, for one call or for a day's calls, to read or to print."""

from itertools import groupby
from typing import Annotated, Any

import typer

from crmkit import i18n, render
from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.common import Force, Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.calendar.periods import last_day
from crmkit.core.callbacks import Work
from crmkit.core.people.reach import must_reach
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries import work
from crmkit.queries.finding import find_record
from crmkit.queries.snapshot import snapshot_about
from crmkit.records import (
    Callback,
    Product,
    Staff,
)

COLUMNS = ("due_at", "until", "name", "address_as", "phone", "why", "owner", "id")


@verb(_("What to know before dialling. Example: crmkit callback sheet --due today -o calls.xlsx"))
def sheet(
    ctx: typer.Context,
    callback: Annotated[str, typer.Argument(metavar="[ID]", help=_("One callback; else --due."))] = "",
    due: options.Due = "",
    owner: options.Owner = "",
    purpose: options.Purpose = "",
    output: options.Workbook = None,
    force: Force = False,
    fmt: Listed = "",
) -> None:
    """Print the call sheet of one callback, or of all that are due."""
    from crmkit.sheets.write.files import check_target

    if bool(callback) == bool(due):
        raise UsageError(_("name one callback, or say which are due: --due today"))
    if output:
        check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with reading(ctx) as here, i18n.speaking(session.option("lang") or here.archive.settings.archive.lang):
        archive, run = here.archive, here.run
        chosen = (
            [_one(archive, run, callback)]
            if callback
            else list(work.worklist(archive, run, due=due, owner=owner, purpose=purpose))
        )
        sheets = _sheets(archive, run, chosen)
        if output:
            from crmkit.sheets.write.callsheets import call_pages

            day = last_day(due, run.now) if due else run.now.date()
            names = {staff.code: staff.name for staff in archive.all(Staff)}
            call_pages(_by_owner(sheets), day, names, archive.settings, run.now).save(output, force=force)
            session.say(_("written: {file}").format(file=output))
        elif callback:
            render.one(sheets[0], fmt)
        else:
            render.rows(sheets, COLUMNS, fmt)


def _one(archive: Archive, run: Run, text: str) -> Work:
    """The callback of that id; InvalidError for one that is still to be made although the person may not be called."""
    planned: Callback = find_record(archive, Callback, text)
    person = work.customer_of(archive)(planned.customer)
    if planned.state not in ("done", "cancelled"):
        must_reach(run, person, planned.purpose)
    return Work(planned, person)


def _sheets(archive: Archive, run: Run, chosen: list[Work]) -> list[dict[str, Any]]:
    from crmkit.core.calling.callsheet import call_sheet
    from crmkit.labels import label

    products = {product.code: product for product in archive.all(Product)}
    who = work.customer_of(archive)
    sheets = []
    for callback, person in chosen:
        snapshot = snapshot_about(archive, [person])
        referrer = who(person.referrer) if person.referrer else None
        sheets.append(call_sheet(run, callback, person, snapshot, products, label, referrer))
    return sheets


def _by_owner(sheets: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The sheets of each owner, in calling order; those of nobody last."""
    ordered = sorted(sheets, key=lambda one: (not one["owner"], one["owner"]))
    return {owner: list(own) for owner, own in groupby(ordered, key=lambda one: str(one["owner"]))}
