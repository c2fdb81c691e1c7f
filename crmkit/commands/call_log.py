"""`crmkit call log`: one call, or the log of a telephone system."""

from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries.finding import holder_of, staff_code
from crmkit.queries.open_records import find_open
from crmkit.queries.work import kept_step, next_time, the_customer, timetable_of, with_callbacks, with_refusal
from crmkit.records import Call, Callback
from crmkit.records.change import Change, together
from crmkit.records.work import MOODS, OUTCOMES


@writer(
    _("Write down a call. Example: crmkit call log 13900541731 --outcome reached --incoming"),
    many="customer",
    counted="logged",
    also={"by": "caller"},
    then=with_callbacks,
)
def log(
    ctx: Context,
    outcome: options.Outcome,
    customer: options.Who = "",
    whom: options.Whom = "",
    duration: options.Duration = "",
    note: options.CallNote = "",
    next_step: options.Next = "",
    phone: options.Dialled = "",
    at: options.At = "",
    incoming: Annotated[bool, typer.Option("--incoming", help=_("They called us."))] = False,
    direction: Annotated[str, typer.Option("--direction", metavar="in|out", help=_("in: they called us."))] = "",
    caller: options.Caller = "",
    objections: options.Objections = None,
    mood: options.Mood = "",
    promise: options.Promise = "",
    refusals: options.Refused = None,
    external_id: options.ExternalId = "",
    done: Annotated[str, typer.Option("--done", metavar="ID", help=_("The callback that this call was."))] = "",
    key: Key = "",
) -> Change:
    """Write down a call; what comes again under its external id is left alone.

    The person's open callbacks are said; with --done the call is the one that one of them asked for.
    """
    from crmkit.core.calendar.dates import parse_moment, spoken
    from crmkit.core.calling import calls
    from crmkit.labels import label

    archive = ctx.archive
    if external_id.strip() and archive.find(Call, f"external:{external_id.strip()}"):
        return Change(counts={"unchanged": 1})
    person, timetable = the_customer(archive, customer, whom), timetable_of(archive)
    result = calls.Result(
        fields.code_of(outcome, OUTCOMES),
        duration=calls.seconds(duration),
        note=note,
        next=kept_step(ctx.run, timetable, next_step),
        number=calls.dialled(person, phone, archive.settings.archive.area, customer or whom),
        at=parse_moment(at, ctx.run.now) if at else None,
        direction="in" if incoming else fields.code_of(direction, calls.DIRECTIONS),
        objections=tuple(objections or ()),
        mood=fields.code_of(mood, MOODS),
        promise=promise,
        by=staff_code(archive, caller, "--caller") if caller else "",
        external_id=external_id,
    )
    known = archive.of(Call, person.id)

    def logged(run: Run) -> Change:
        if done:
            planned = find_open(archive, Callback, done)
            if holder_of(archive, planned.customer).id != person.id:
                raise InvalidError(_("{id} is not of {customer}").format(id=planned.id, customer=person.id))
            told = msgspec.structs.replace(result, next_at=next_time(run, timetable, result.outcome, next_step))
            return with_refusal(archive, run, calls.done(run, timetable, planned, person, told), person, refusals)
        change = calls.log(run, person, result, known)
        (call,) = (one for one in change.puts if isinstance(one, Call))
        missed = calls.call_back(run, timetable, person, call, known)
        change = together(change, Change(puts=(missed,) if missed else ()))
        return with_refusal(archive, run, change, person, refusals)

    for planned in archive.of(Callback, person.id) if not done else ():
        if not planned.state:
            due = spoken(planned.due_at, ctx.run.now)
            still = _("{id} stood open: {purpose}, {when}; the call that it asks for is logged with --done {id}")
            ctx.tell(still.format(id=planned.id, purpose=label(planned.purpose), when=due))
    return once(ctx, Call, key, logged, customer=person.id)
