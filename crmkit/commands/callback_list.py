"""`crmkit callback list`, `ics`: callbacks on the screen, and as a calendar for the telephone."""

from pathlib import Path
from typing import Annotated

import typer

from crmkit.commands.kit import notices, options
from crmkit.commands.kit.common import Force
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import Context, Listing, listing, reading
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries import work
from crmkit.records import Callback, Customer
from crmkit.records.typed import DialString, late
from crmkit.result import Row, row


@listing(_("List callbacks, the most urgent first. Example: crmkit callback list --due today"))
def list_(
    ctx: Context,
    due: options.Due = "",
    owner: options.Owner = "",
    purpose: options.Purpose = "",
    customer: options.OfCustomer = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=options.closed(work.STATES))] = "open",
) -> Listing:
    """List callbacks."""
    archive, run = ctx.archive, ctx.run
    found = work.worklist(archive, run, due=due, owner=owner, purpose=purpose, state=state, customer=customer)
    rows = [_listed(run, item.callback, item.customer) for item in found]
    table = ctx.fmt == "table"
    said = [name for name in ("provisional", "refusal") if not table or any(one[name] for one in rows)]
    return Listing(rows, (*work.CALLBACK_COLUMNS, *said))


@verb(_("A calendar file for the telephone. Example: crmkit callback ics -o callbacks.ics"))
def ics(
    ctx: typer.Context,
    output: options.CalendarFile = "",
    due: options.Due = "today",
    owner: options.Owner = "",
    purpose: options.Purpose = "",
    force: Force = False,
) -> None:
    """Write the open callbacks as a calendar, by default those due today."""
    from crmkit.core.calling.ics import calendar
    from crmkit.labels import label
    from crmkit.sheets.write.files import check_target

    if output:
        check_target(Path(output), ".ics", force=force)
    with reading(ctx) as here:
        archive, run = here.archive, here.run
        items = list(work.worklist(archive, run, due=due, owner=owner, purpose=purpose))
        moved, gone = work.overtaken(archive, run, items, due=due, owner=owner, purpose=purpose)
        earliest = work.timetable_of(archive).opening.next_open(run.now)
        text = calendar([*items, *moved], run.now, earliest, archive.settings.archive.name, label, gone=gone)
    notices.put_calendar(here.session, output, text)


def _listed(run: Run, callback: Callback, customer: Customer) -> Row:
    from crmkit.core.people.reach import dial, warning

    phone = dial(customer)
    extra = {
        "name": customer.name,
        "phone": DialString(identity(phone)) if phone else "",
        "state": callback.state or "open",
    }
    extra["refusal"] = warning(run, customer)
    due = late(callback.due_at.isoformat(), is_late=not callback.state and callback.due_at < run.now)
    return row(callback, customer=customer.id, due_at=due, **extra)
