"""`crmkit callback list`, `ics`: callbacks on the screen, and as a calendar for the telephone."""

from pathlib import Path
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit import notices, options
from crmkit.commands.kit.common import Force, Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries import work
from crmkit.records import Callback, Customer
from crmkit.records.typed import late
from crmkit.result import Row, row


@verb(_("List callbacks, the most urgent first. Example: crmkit callback list --due today"))
def list_(
    ctx: typer.Context,
    due: options.Due = "",
    owner: options.Owner = "",
    purpose: options.Purpose = "",
    state: Annotated[str, typer.Option("--state", help=_("open (default), done, cancelled, stopped or all"))] = "open",
    fmt: Listed = "",
) -> None:
    """List callbacks."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        rows = [
            _listed(run, item.callback, item.customer)
            for item in work.worklist(archive, run, due=due, owner=owner, purpose=purpose, state=state)
        ]
    said = [name for name in ("provisional", "refusal") if fmt != "table" or any(one[name] for one in rows)]
    render.rows(rows, (*work.CALLBACK_COLUMNS, *said), fmt)


@verb(_("A calendar file for the telephone. Example: crmkit callback ics -o callbacks.ics"))
def ics(
    ctx: typer.Context,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE")] = "",
    due: options.Due = "today",
    owner: options.Owner = "",
    purpose: options.Purpose = "",
    force: Force = False,
) -> None:
    """Write the open callbacks as a calendar, by default those due today."""
    from crmkit.core.calling.ics import calendar
    from crmkit.labels import label
    from crmkit.sheets.write.files import check_target

    session = get_session(ctx)
    if output:
        check_target(Path(output), ".ics", force=force)
    with session.reading() as archive:
        run = session.run(archive)
        items = list(work.worklist(archive, run, due=due, owner=owner, purpose=purpose))
        moved, gone = work.overtaken(archive, run, items, due=due, owner=owner, purpose=purpose)
        earliest = work.timetable_of(archive).opening.next_open(run.now)
        text = calendar([*items, *moved], run.now, earliest, archive.settings.archive.name, label, gone=gone)
    notices.put_calendar(session, output, text)


def _listed(run: Run, callback: Callback, customer: Customer) -> Row:
    from crmkit.core.people.reach import dial, warning

    phone = dial(customer)
    extra = {"name": customer.name, "phone": identity(phone) if phone else "", "state": callback.state or "open"}
    extra["refusal"] = warning(run, customer)
    due = late(callback.due_at.isoformat(), is_late=not callback.state and callback.due_at < run.now)
    return row(callback, customer=customer.id, due_at=due, **extra)
