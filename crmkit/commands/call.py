"""`crmkit call`: telephone calls (电话), listed. Writing them down is in `call_log`."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Format, get_session
from crmkit.commands.kit.options import Who
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import customer_of, timetable_of
from crmkit.records import Call
from crmkit.result import row

COLUMNS = ("id", "at", "customer", "name", "outcome", "direction", "duration", "by", "mood", "marks", "note", "next")


@verb(_("List calls, the newest first. Example: crmkit call list --since -7d --outcome reached"))
def list_(
    ctx: typer.Context,
    customer: Who = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=_("Up to the end of that day."))] = "",
    outcome: Annotated[str, typer.Option("--outcome")] = "",
    caller: Annotated[str, typer.Option("--caller", metavar="STAFF")] = "",
    mood: Annotated[str, typer.Option("--mood")] = "",
    objection: Annotated[str, typer.Option("--objection", metavar="TEXT", help=_("With such an objection."))] = "",
    marked: Annotated[
        bool, typer.Option("--marked", help=_("Made in quiet hours, or a first call that took too long."))
    ] = False,
    fmt: Format = "",
) -> None:
    """List calls."""
    from crmkit.core.calling.calls import CallFilter, first_calls, marks

    session = get_session(ctx)
    with session.reading() as archive:
        run, timetable = session.run(archive), timetable_of(archive)
        wanted = CallFilter(
            since=session.first_day(since, run.now) if since else None,
            until=session.last_day(until, run.now) if until else None,
            outcome=outcome,
            caller=staff_code(archive, caller, "--caller") if caller else "",
            mood=mood,
            objection=objection,
        )
        calls = list(archive.of(Call, find_customer(archive, customer).id) if customer else archive.all(Call))
        first = first_calls(calls)
        who = customer_of(archive)
        rows = [
            {**row(call), "name": who(call.customer).name, "direction": call.direction or "out", "marks": list(borne)}
            for call in sorted(calls, key=lambda call: (call.at, call.id), reverse=True)
            if wanted.fits(call, run.now.tzinfo)
            if (borne := marks(run, call, timetable, first=call.id in first)) or not marked
        ]
    render.rows(rows, COLUMNS, fmt)
