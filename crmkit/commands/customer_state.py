"""`crmkit customer release`, `deceased`: what a person decides about a file that others are to leave in peace."""

from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.options import Off, Reason, Who
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.calendar.dates import parse_day
from crmkit.core.events.events import over_at, stands
from crmkit.core.people import consents, reach
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.queries.snapshot import snapshot_about
from crmkit.queries.work import with_callbacks
from crmkit.records import Customer, Event, Invitation
from crmkit.records.change import Change


@writer(
    _(
        "Somebody else refused on a number of this file: it may be contacted all the same. "
        "Example: crmkit customer release C2611-7k3q9xab --reason 'his wife, who asked us to call'"
    ),
    many="customer",
    shared=("reason", "off"),
    then=with_callbacks,
)
def release(
    ctx: Context,
    customer: Who,
    refuser: Annotated[
        str, typer.Option("--from", metavar="CUSTOMER", help=_("Whose refusal; else everybody's on its numbers."))
    ] = "",
    reason: Reason = "",
    off: Off = False,
) -> Change:
    """Release a file that is held because somebody else refused on its number, or hold it again."""
    person = find_customer(ctx.archive, customer)
    named = [find_customer(ctx.archive, refuser)] if refuser else []
    if off:
        return reach.hold_again(ctx.run, person, named, reason)
    return reach.release(ctx.run, person, named or reach.holding(ctx.run, person), reason)


@writer(
    _("The person has died: nothing goes out. Example: crmkit customer deceased C2611-7k3q9xab"), then=with_callbacks
)
def deceased(
    ctx: Context,
    customer: Who,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("The day, where it is known."))] = "",
    off: Off = False,
) -> Change:
    """Mark a person as deceased; the file stays, what was planned is cancelled, the household is not touched."""
    if on and off:
        raise UsageError(_("either --on or --off"))
    archive, run, person = ctx.archive, ctx.run, find_customer(ctx.archive, customer)
    if off:
        return consents.alive(person)
    day = parse_day(on, run.now) if on else None
    return consents.deceased(run, person, day, snapshot_about(archive, [person]), _coming(archive, run, person))


def _coming(archive: Archive, run: Run, person: Customer) -> list[Invitation]:
    """The invitations of a person to events that are still to come."""
    standing = [one for one in archive.of(Invitation, person.id) if stands(one) and one.attended_at is None]
    return [one for one in standing if over_at(archive.get(Event, one.event_id), run.now) > run.now]
