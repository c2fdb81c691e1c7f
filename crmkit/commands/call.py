"""`crmkit call`: telephone calls (电话) that no callback asked for, and the list of all calls."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.callback_close import Dialled, Duration, Next, Note, Outcome
from crmkit.commands.common import DryRun, Format, get_session, written
from crmkit.commands.finding import find_customer, staff_code
from crmkit.commands.work import Who, Whom, customer_of, the_customer
from crmkit.i18n import _
from crmkit.records import Call
from crmkit.result import row

COLUMNS = ("id", "at", "customer", "name", "outcome", "direction", "duration", "by", "note", "next")

app = typer.Typer(help=_("Log and list telephone calls."), no_args_is_help=True)


@app.command("log", help=_("Write down a call. Example: crmkit call log 13900541731 --outcome reached --incoming"))
def log(
    ctx: typer.Context,
    outcome: Outcome,
    customer: Who = "",
    whom: Whom = "",
    duration: Duration = "",
    note: Note = "",
    next_step: Next = "",
    phone: Dialled = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=_("When, if not just now."))] = "",
    incoming: Annotated[bool, typer.Option("--incoming", help=_("They called us."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down a call that no callback asked for."""
    from crmkit.core import calls
    from crmkit.dates import parse_moment

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        person = the_customer(archive, customer, whom)
        result = calls.Result(
            outcome,
            duration=calls.seconds(duration),
            note=note,
            next=next_step,
            e164=calls.dialled(person, phone, archive.settings.archive.area),
            at=parse_moment(at, run.now) if at else None,
            direction="in" if incoming else "",
        )
        done = session.commit(archive, run, calls.log(run, person, result), "call log")
    written(session, done, fmt)


@app.command("list", help=_("List calls, the newest first. Example: crmkit call list --since -7d --outcome reached"))
def list_(
    ctx: typer.Context,
    customer: Who = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE")] = "",
    outcome: Annotated[str, typer.Option("--outcome")] = "",
    caller: Annotated[str, typer.Option("--caller", metavar="STAFF")] = "",
    fmt: Format = "",
) -> None:
    """List calls."""
    from crmkit.dates import parse_day

    session = get_session(ctx)
    with session.reading() as archive:
        now = session.now(archive.settings.archive.tz)
        first = parse_day(since, now) if since else None
        code = staff_code(archive, caller, "--caller") if caller else ""
        calls = archive.of(Call, find_customer(archive, customer).id) if customer else archive.all(Call)
        who = customer_of(archive)
        rows = [
            {**row(call), "name": who(call.customer).name, "direction": call.direction or "out"}
            for call in sorted(calls, key=lambda call: (call.at, call.id), reverse=True)
            if outcome in ("", call.outcome) and code in ("", call.by)
            if first is None or call.at.astimezone(now.tzinfo).date() >= first
        ]
    render.rows(rows, COLUMNS, fmt)
