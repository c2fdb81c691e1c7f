"""`crmkit call`: telephone calls (电话), listed. Writing them down is in `call_log`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import customer_of, timetable_of
from crmkit.records import Call
from crmkit.records.typed import Code
from crmkit.records.work import MOODS, OUTCOMES
from crmkit.result import Row, row

COLUMNS = ("id", "at", "customer", "name", "outcome", "direction", "duration", "by", "mood", "marks", "note", "next")


@listing(_("List calls, the newest first. Example: crmkit call list --since -7d --outcome reached"), COLUMNS)
def list_(
    ctx: Context,
    customer: options.Who = "",
    since: options.Since = "",
    until: options.Until = "",
    outcome: options.Outcome = "",
    caller: options.Caller = "",
    mood: options.Mood = "",
    objection: Annotated[str, typer.Option("--objection", metavar="TEXT", help=_("With such an objection."))] = "",
    marked: Annotated[
        bool, typer.Option("--marked", help=_("Made in quiet hours, or a first call that took too long."))
    ] = False,
) -> Iterable[Row]:
    """List calls."""
    from crmkit.core.calling import calls

    archive, run, timetable = ctx.archive, ctx.run, timetable_of(ctx.archive)
    wanted = calls.CallFilter(
        since=ctx.session.first_day(since, run.now) if since else None,
        until=ctx.session.last_day(until, run.now) if until else None,
        outcome=one_of(outcome, OUTCOMES, _("there is no outcome {value}"), field="outcome"),
        caller=staff_code(archive, caller, "--caller") if caller else "",
        mood=one_of(mood, MOODS, _("there is no mood {value}"), field="mood"),
        objection=objection,
    )
    found = list(archive.of(Call, find_customer(archive, customer).id) if customer else archive.all(Call))
    first = calls.first_calls(found)
    who = customer_of(archive)
    return [
        row(call, name=who(call.customer).name, direction=call.direction or "out", marks=list(map(Code, borne)))
        for call in sorted(found, key=lambda call: (call.at, call.id), reverse=True)
        if wanted.fits(call, run.now.tzinfo)
        if (borne := calls.marks(run, call, timetable, first=call.id in first)) or not marked
    ]
