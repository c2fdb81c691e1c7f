"""`crmkit event`: what becomes of invitations before the day: delivered, answered, void."""

from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.options import InvitationNumber, InvitationNumbers
from crmkit.commands.kit.verbs import verb
from crmkit.core.events import invitations
from crmkit.i18n import _
from crmkit.queries.events import find_invitation, guests_of
from crmkit.queries.work import with_callbacks
from crmkit.records import Event
from crmkit.records.change import together


@verb(_("Invitations were handed over. Example: crmkit event deliver 1205A-LN042-K"))
def deliver(ctx: typer.Context, numbers: InvitationNumbers, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Mark invitations as delivered, all of them or none."""
    with changing(ctx, "event deliver", dry_run, fmt) as (archive, run, decide):
        named = {one.id: one for one in (find_invitation(archive, number) for number in numbers)}
        steps = (invitations.deliver(run, archive.get(Event, one.event_id), one) for one in named.values())
        decide(with_callbacks(archive, run, together(*steps)))


@verb(_("What the customer said. Example: crmkit event answer 1205A-LN042-K accepted"))
def answer(
    ctx: typer.Context,
    number: InvitationNumber,
    said: Annotated[str, typer.Argument(metavar="accepted|declined")],
    companions: Annotated[int | None, typer.Option("--companions", metavar="N", help=_("As announced now."))] = None,
    reason: Annotated[str, typer.Option("--reason", help=_("In the customer's words."))] = "",
    over: Annotated[bool, typer.Option("--over", help=_("Also beyond the number of seats."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down what the customer answered; a later answer takes the place of an earlier one."""
    with changing(ctx, "event answer", dry_run, fmt) as (archive, run, decide):
        invitation = find_invitation(archive, number)
        event = archive.get(Event, invitation.event_id)
        answered = invitations.answer(
            run, event, invitation, said, guests_of(archive, event), companions=companions, reason=reason, over=over
        )
        decide(with_callbacks(archive, run, answered))


@verb(_('Make an invitation void. Example: crmkit event void 1205A-LN042-K --reason "lost"'))
def void(
    ctx: typer.Context,
    number: InvitationNumber,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Make an invitation void; its number is not given out again."""
    with changing(ctx, "event void", dry_run, fmt) as (archive, run, decide):
        decide(with_callbacks(archive, run, invitations.void(find_invitation(archive, number), reason)))
