"""`crmkit event`: what becomes of invitations before the day: delivered, answered, void."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import Companions, InvitationNumber, InvitationNumbers, Over, Reason
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.events import invitations
from crmkit.i18n import _
from crmkit.queries.events import find_coming, guests_of
from crmkit.queries.work import with_callbacks
from crmkit.records import Event
from crmkit.records.change import Change, together


@writer(
    _("Invitations were handed over. Example: crmkit event deliver 1205A-LN042-K"),
    many="numbers",
    counted="delivered",
    then=with_callbacks,
)
def deliver(ctx: Context, numbers: InvitationNumbers) -> Change:
    """Mark invitations as delivered; of those that are typed all or none."""
    archive = ctx.archive
    named = {one.id: one for one in (find_coming(archive, ctx.run, number) for number in numbers)}
    steps = (invitations.deliver(ctx.run, archive.get(Event, one.event_id), one) for one in named.values())
    return together(*steps)


@writer(
    _("What the customer said. Example: crmkit event answer 1205A-LN042-K accepted"),
    many="number",
    counted="answered",
    shared=("said", "reason", "over"),
    also={"answer": "said"},
    then=with_callbacks,
)
def answer(
    ctx: Context,
    number: InvitationNumber,
    said: Annotated[str, typer.Argument(metavar="accepted|declined")],
    companions: Companions = None,
    reason: Reason = "",
    over: Over = False,
) -> Change:
    """Write down what the customer answered; a later answer takes the place of an earlier one."""
    invitation = find_coming(ctx.archive, ctx.run, number)
    event = ctx.archive.get(Event, invitation.event_id)
    guests = guests_of(ctx.archive, event)
    return invitations.answer(
        ctx.run, event, invitation, said, guests, companions=companions, reason=reason, over=over
    )  # fmt: skip


@writer(
    _('Make an invitation void. Example: crmkit event void 1205A-LN042-K --reason "lost"'),
    many="number",
    counted="void",
    shared=("reason",),
    then=with_callbacks,
    tells=False,
)
def void(ctx: Context, number: InvitationNumber, reason: Reason = "") -> Change:
    """Make an invitation void; its number is not given out again."""
    return invitations.void(find_coming(ctx.archive, ctx.run, number), reason)
