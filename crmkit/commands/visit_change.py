"""`crmkit visit confirm`, `move`, `late`, `cancel`: what becomes of an appointment before anybody comes."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import Anyway, Begins, CallNote, Minutes, Overlap, Reason, VisitId, WindowEnd
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.visits import visits
from crmkit.i18n import _
from crmkit.queries.visits import find_visit, stop_of, window_of, with_effects
from crmkit.queries.work import open_visits_on
from crmkit.records.change import Change


@writer(_("The address was asked again. Example: crmkit visit confirm V2611-7k3q --address 青年路1号"), many="visit")
def confirm(
    ctx: Context,
    visit: VisitId,
    address: Annotated[str, typer.Option("--address", help=_("As given now, if it is not the known one."))] = "",
    update_file: Annotated[
        bool, typer.Option("--update-file", help=_("Put it into the customer's file as well."))
    ] = False,
) -> Change:
    """The address of an appointment was asked again."""
    stop = stop_of(ctx.archive, find_visit(ctx.archive, visit))
    return visits.confirm(ctx.run, stop.visit, stop.customer, stop.address, address, update_file=update_file)


@writer(
    _("Agree on another time. Example: crmkit visit move V2611-7k3q --at '+1d 9:00'"), many="visit", then=with_effects
)
def move(
    ctx: Context,
    visit: VisitId,
    at: Begins,
    until: WindowEnd = "",
    minutes: Minutes = None,
    anyway: Anyway = False,
    overlap: Overlap = False,
) -> Change:
    """Move an appointment; its window stays as long as it was."""
    planned = find_visit(ctx.archive, visit)
    window = window_of(ctx.run, at, until, minutes, planned.ends_at - planned.begins_at)
    others = open_visits_on(ctx.archive, ctx.run, window.begins.date())
    return visits.move(ctx.run, planned, window, length=minutes or 0, others=others, anyway=anyway, overlap=overlap)


@writer(
    _('Told them that it cannot be kept. Example: crmkit visit late V2611-7k3q --note "traffic; apologised"'),
    many="visit",
)
def late(
    ctx: Context,
    visit: VisitId,
    note: CallNote = "",
) -> Change:
    """The customer was told just now that the appointment cannot be kept."""
    return visits.late(ctx.run, find_visit(ctx.archive, visit), note)


@writer(
    _("It is not made. Example: crmkit visit cancel V2611-7k3q --reason 'she is away'"),
    many="visit",
    shared=("reason",),
    then=with_effects,
)
def cancel(ctx: Context, visit: VisitId, reason: Reason = "") -> Change:
    """Cancel an appointment."""
    return visits.cancel(ctx.run, find_visit(ctx.archive, visit), reason)
