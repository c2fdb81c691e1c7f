"""`crmkit customer release`, `deceased`: what a person decides about a file that others are to leave in peace."""

from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.options import Who
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_day
from crmkit.core.events.events import over_at, stands
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Customer, Event, Invitation


@verb(
    _(
        "Somebody else refused on a number of this file: it may be contacted all the same. "
        "Example: crmkit customer release C2611-7k3q9xab --reason 'his wife, who asked us to call'"
    )
)
def release(
    ctx: typer.Context,
    customer: Who,
    refuser: Annotated[
        str, typer.Option("--from", metavar="CUSTOMER", help=_("Whose refusal; else everybody's on its numbers."))
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help=_("Why."))] = "",
    off: Annotated[bool, typer.Option("--off", help=_("The refusal holds for this file again."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Release a file that is held because somebody else refused on its number, or hold it again."""
    from crmkit.core.people import reach
    from crmkit.queries.work import with_callbacks

    with changing(ctx, "customer release", dry_run, fmt) as (archive, run, decide):
        person = find_customer(archive, customer)
        named = [find_customer(archive, refuser)] if refuser else []
        if off:
            change = reach.hold_again(run, person, named, reason)
        else:
            change = reach.release(run, person, named or reach.holding(run, person), reason)
        decide(with_callbacks(archive, run, change))


@verb(_("The person has died: nothing goes out. Example: crmkit customer deceased C2611-7k3q9xab"))
def deceased(
    ctx: typer.Context,
    customer: Who,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("The day, where it is known."))] = "",
    off: Annotated[bool, typer.Option("--off", help=_("It was a mistake: the person lives."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Mark a person as deceased; the file stays, what was planned is cancelled, the household is not touched."""
    from crmkit.core.people import consents
    from crmkit.queries.snapshot import snapshot_about
    from crmkit.queries.work import with_callbacks

    if on and off:
        raise UsageError(_("either --on or --off"))
    with changing(ctx, "customer deceased", dry_run, fmt) as (archive, run, decide):
        person = find_customer(archive, customer)
        if off:
            change = consents.alive(person)
        else:
            day = parse_day(on, run.now) if on else None
            change = consents.deceased(
                run, person, day, snapshot_about(archive, [person]), _coming(archive, run, person)
            )
        decide(with_callbacks(archive, run, change))


def _coming(archive: Archive, run: Run, person: Customer) -> list[Invitation]:
    """The invitations of a person to events that are still to come."""
    standing = [one for one in archive.of(Invitation, person.id) if stands(one) and one.attended_at is None]
    return [one for one in standing if over_at(archive.get(Event, one.event_id), run.now) > run.now]
