"""`crmkit visit confirm`, `move`, `late`, `cancel`: what becomes of an appointment before anybody comes."""

from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.notices import say_appointments
from crmkit.commands.kit.options import Anyway, Minutes, Overlap, VisitId, WindowEnd
from crmkit.commands.kit.verbs import verb
from crmkit.core.visits import visits
from crmkit.i18n import _
from crmkit.queries.appointments import open_on
from crmkit.queries.visits import find_visit, stop_of, window_of, with_effects


@verb(_("The address was asked again. Example: crmkit visit confirm V2611-7k3q --address 青年路1号"))
def confirm(
    ctx: typer.Context,
    visit: VisitId,
    address: Annotated[str, typer.Option("--address", help=_("As given now, if it is not the known one."))] = "",
    update_file: Annotated[
        bool, typer.Option("--update-file", help=_("Put it into the customer's file as well."))
    ] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """The address of an appointment was asked again."""
    with changing(ctx, "visit confirm", dry_run, fmt) as (archive, run, decide):
        stop = stop_of(archive, find_visit(archive, visit))
        decide(visits.confirm(run, stop.visit, stop.customer, stop.address, address, update_file=update_file))


@verb(_("Agree on another time. Example: crmkit visit move V2611-7k3q --at '+1d 9:00'"))
def move(
    ctx: typer.Context,
    visit: VisitId,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=_("Beginning of the window, as agreed."))],
    until: WindowEnd = "",
    minutes: Minutes = None,
    anyway: Anyway = False,
    overlap: Overlap = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Move an appointment; its window stays as long as it was."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        planned = find_visit(archive, visit)
        window = window_of(run, at, until, minutes, planned.ends_at - planned.begins_at)
        others = open_on(archive, run, window.begins.date())
        change = visits.move(run, planned, window, length=minutes or 0, others=others, anyway=anyway, overlap=overlap)
        done = session.commit(archive, run, with_effects(archive, run, change), "visit move")
    say_appointments(session, run, change)
    written(session, done, fmt)


@verb(_('Told them that it cannot be kept. Example: crmkit visit late V2611-7k3q --note "traffic; apologised"'))
def late(
    ctx: typer.Context,
    visit: VisitId,
    note: Annotated[str, typer.Option("--note", help=_("Why, and the apology as it was given."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """The customer was told just now that the appointment cannot be kept."""
    with changing(ctx, "visit late", dry_run, fmt) as (archive, run, decide):
        decide(visits.late(run, find_visit(archive, visit), note))


@verb(_("It is not made. Example: crmkit visit cancel V2611-7k3q --reason 'she is away'"))
def cancel(
    ctx: typer.Context,
    visit: VisitId,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Cancel an appointment."""
    with changing(ctx, "visit cancel", dry_run, fmt) as (archive, run, decide):
        change = visits.cancel(run, find_visit(archive, visit), reason)
        decide(with_effects(archive, run, change))
