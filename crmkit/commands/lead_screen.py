"""`crmkit lead screen`: what the screening call of a new file found."""

from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.queries.work import moment_of, timetable_of, with_callbacks, with_refusal
from crmkit.records import Callback, Staff
from crmkit.records.change import Change
from crmkit.records.work import OUTCOMES


@writer(
    _("Write down the screening call. Example: crmkit lead screen 13900541731 --outcome valid --duration 4:10"),
    many="customer",
    counted="",
    shared=("outcome",),
    then=with_callbacks,
)
def screen(
    ctx: Context,
    customer: options.Who,
    outcome: Annotated[str, typer.Option("--outcome", metavar="RESULT", help=options.closed((*OUTCOMES, "lost")))],
    duration: options.Duration = "",
    note: options.CallNote = "",
    next_step: options.Next = "",
    phone: options.Dialled = "",
    refusals: options.Refused = None,
) -> Change:
    """Judge a new file by its first call: screened, lost, or to be called on another number."""
    from crmkit.core.assigning import screening
    from crmkit.core.calling import calls

    archive, run = ctx.archive, ctx.run
    person = find_customer(archive, customer)
    screener = next(iter(archive.find(Staff, f"staff:{run.by.casefold()}")), None)
    timetable = timetable_of(archive)
    change = screening.screen(
        run, timetable, person, archive.of(Callback, person.id), outcome, screener=screener,
        duration=calls.seconds(duration), note=note,
        next_at=moment_of(run, timetable, next_step) if next_step else None,
        number=calls.dialled(person, phone, run.settings.archive.area),
    )  # fmt: skip
    refusal = with_refusal(archive, run, change, person, refusals)
    return msgspec.structs.replace(refusal, ids=change.ids, counts=change.counts)
