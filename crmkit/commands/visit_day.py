"""`crmkit visit start`, `missed`, `gift`: the day itself. Finishing is in `visit_finish`."""

from typing import Annotated

import typer

from crmkit.commands.common import DryRun, Format, get_session, written
from crmkit.commands.visit_lookup import At, Id, find_visit, with_effects
from crmkit.core.visits import visiting
from crmkit.dates import parse_moment
from crmkit.i18n import _


def register(app: typer.Typer) -> None:
    """Give the noun `visit` these verbs."""
    app.command("start", help=_("The visitor has arrived. Example: crmkit visit start V2611-7k3q"))(start)
    app.command("missed", help=_("Nobody at home. Example: crmkit visit missed V2611-7k3q --reason 'nobody opened'"))(
        missed
    )
    app.command("gift", help=_("A gift offered. Example: crmkit visit gift V2611-7k3q 苹果:declined"))(gift)


def start(ctx: typer.Context, visit: Id, at: At = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """The visitor has arrived."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        change = visiting.start(run, find_visit(archive, visit), parse_moment(at, run.now) if at else None)
        done = session.commit(archive, run, change, "visit start")
    written(session, done, fmt)


def missed(
    ctx: typer.Context,
    visit: Id,
    reason: Annotated[str, typer.Option("--reason", help=_("What was found there."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Nobody was at home."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        change = visiting.missed(run, find_visit(archive, visit), reason)
        done = session.commit(archive, run, with_effects(archive, run, change), "visit missed")
    written(session, done, fmt)


def gift(
    ctx: typer.Context,
    visit: Id,
    what: Annotated[str, typer.Argument(metavar="WHAT:FATE", help=_("Offered; declined or returned."))],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Log a gift that was offered."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        change = visiting.offer(find_visit(archive, visit), visiting.gift_of(what))
        done = session.commit(archive, run, change, "visit gift")
    written(session, done, fmt)
