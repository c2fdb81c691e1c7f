"""`crmkit visit start`, `missed`, `gift`: the day itself. Finishing is in `visit_finish`."""

from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.options import At, VisitId
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.visits import outcomes
from crmkit.i18n import _
from crmkit.queries.visits import find_visit, with_effects


@verb(_("The visitor has arrived. Example: crmkit visit start V2611-7k3q"))
def start(ctx: typer.Context, visit: VisitId, at: At = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """The visitor has arrived."""
    with changing(ctx, "visit start", dry_run, fmt) as (archive, run, decide):
        decide(outcomes.start(run, find_visit(archive, visit), parse_moment(at, run.now) if at else None))


@verb(_("Nobody at home. Example: crmkit visit missed V2611-7k3q --reason 'nobody opened'"))
def missed(
    ctx: typer.Context,
    visit: VisitId,
    reason: Annotated[str, typer.Option("--reason", help=_("What was found there."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Nobody was at home."""
    with changing(ctx, "visit missed", dry_run, fmt) as (archive, run, decide):
        change = outcomes.missed(run, find_visit(archive, visit), reason)
        decide(with_effects(archive, run, change))


@verb(_("A gift offered. Example: crmkit visit gift V2611-7k3q 苹果:declined"))
def gift(
    ctx: typer.Context,
    visit: VisitId,
    what: Annotated[str, typer.Argument(metavar="WHAT:FATE", help=_("Offered; declined or returned."))],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Log a gift that was offered."""
    with changing(ctx, "visit gift", dry_run, fmt) as (archive, _run, decide):
        decide(outcomes.offer(find_visit(archive, visit), outcomes.gift_of(what)))
