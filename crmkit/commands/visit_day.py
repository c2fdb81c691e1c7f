"""`crmkit visit start`, `missed`, `gift`: the day itself. Finishing is in `visit_finish`."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import At, Reason, VisitId
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.visits import outcomes
from crmkit.i18n import _
from crmkit.queries.visits import find_visit, with_effects
from crmkit.records.change import Change


@writer(
    _("The visitor has arrived. Example: crmkit visit start V2611-7k3q"),
    many="visit",
    counted="started",
    shared=("at",),
    tells=False,
)
def start(ctx: Context, visit: VisitId, at: At = "") -> Change:
    """The visitor has arrived."""
    began = parse_moment(at, ctx.run.now) if at else None
    return outcomes.start(ctx.run, find_visit(ctx.archive, visit), began)


@writer(
    _("Nobody at home. Example: crmkit visit missed V2611-7k3q --reason 'nobody opened'"),
    many="visit",
    counted="missed",
    shared=("reason",),
    then=with_effects,
)
def missed(ctx: Context, visit: VisitId, reason: Reason = "") -> Change:
    """Nobody was at home; the reason is what was found there."""
    return outcomes.missed(ctx.run, find_visit(ctx.archive, visit), reason)


@writer(
    _("A gift offered. Example: crmkit visit gift V2611-7k3q 苹果:declined"), many="visit", counted="gifts", tells=False
)
def gift(
    ctx: Context,
    visit: VisitId,
    what: Annotated[str, typer.Argument(metavar="WHAT:FATE", help=_("Offered; declined or returned."))],
) -> Change:
    """Log a gift that was offered."""
    return outcomes.offer(find_visit(ctx.archive, visit), outcomes.gift_of(what))
