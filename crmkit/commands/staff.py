"""`crmkit staff`: service staff (服务专员)."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit import register as reference
from crmkit.commands.kit.common import DryRun, Format, get_session
from crmkit.commands.kit.options import Since, Until
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import N_, _
from crmkit.queries.counting import figure_fields, period_of
from crmkit.queries.finding import named
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Staff
from crmkit.result import row

LOAD = (
    N_("files_in_hand"), N_("callbacks_open"), N_("callbacks_overdue"), N_("visits_open"), N_("balance"),
    N_("refund_owed"),
)  # fmt: skip


@verb(_("Add a staff member. Example: crmkit staff add --code LN --name 李娜 --role screener"))
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Option("--code", help=_("Short code that other records use."))],
    name: Annotated[str, typer.Option("--name")] = "",
    role: Annotated[
        list[str] | None, typer.Option("--role", help=_("screener, service, technician; repeatable."))
    ] = None,
    district: Annotated[str, typer.Option("--district")] = "",
    phone: Annotated[str, typer.Option("--phone")] = "",
    capacity: Annotated[str, typer.Option("--capacity", help=_("Files to look after at most."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Add a staff member."""
    typed = {
        "code": code, "name": name, "roles": ",".join(role or ()), "district": district, "phone": phone,
        "capacity": capacity,
    }  # fmt: skip
    reference.add(ctx, "staff", Staff, typed, dry_run, fmt)


@verb(_("Show one with the work done and in hand. Example: crmkit staff show LN --since -30d"))
def show(ctx: typer.Context, name: str, since: Since = "", until: Until = "", fmt: Format = "") -> None:
    """Show a staff member: what came of the files collected, the work done, and what is in hand now."""
    from crmkit.core.figures import facts, figures
    from crmkit.core.figures.yields import WORK, YIELD, load_of
    from crmkit.queries.work import timetable_of

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        staff = named(archive, "staff", Staff, name)
        snapshot, period = snapshot_of(archive), period_of(run, since, until)
        happened = facts(snapshot, period, run, timetable_of(archive))
        in_hand = dict(zip(LOAD, load_of(snapshot, run, staff.code), strict=True))
    own = figures(fact for fact in happened if fact.staff == staff.code)
    render.one({**row(staff), **in_hand, **figure_fields(own, YIELD | WORK, fmt)}, fmt)


reference.register("staff", "staff", Staff, ("code", "name", "roles", "district", "phone"))
