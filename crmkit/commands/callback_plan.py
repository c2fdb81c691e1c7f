"""`crmkit callback plan`, `add`: callbacks that the rules ask for, and one by hand."""

from typing import Annotated

import typer
from msgspec.structs import replace

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.i18n import _
from crmkit.queries import work
from crmkit.queries.finding import staff_at_work
from crmkit.records.change import Change


@writer(_("Plan what the rules of archive.toml ask for. Example: crmkit callback plan"), tells=False)
def plan(ctx: Context) -> Change:
    """Plan the callbacks that are not planned yet; again, it adds nothing."""
    from crmkit.archive.history import last_run
    from crmkit.core.daily import counted_callbacks, refuse_old_clock
    from crmkit.core.planning import planning
    from crmkit.queries.morning import whom

    archive, run = ctx.archive, ctx.run
    refuse_old_clock(run, last_run.latest(archive.root, archive.git))
    ctx.counting = True
    looked = whom(archive, run)
    change = planning.plan(run, work.calendar_of(archive), looked.snapshot, load=looked.others.callbacks)
    return replace(change, counts=counted_callbacks(change, looked.others))


@writer(
    _("Plan one by hand. Example: crmkit callback add 13900541731 --due 'tomorrow 15:00'"),
    many="customer",
    counted="planned",
    shared=("due", "purpose", "owner", "reason", "priority"),
)
def add(
    ctx: Context,
    due: Annotated[str, typer.Option("--due", metavar="WHEN", help=_("For example +3d, mon 9:30, 明天下午3点."))],
    customer: options.Who = "",
    whom: options.Whom = "",
    purpose: options.Purpose = "manual",
    owner: options.Owner = "",
    reason: options.Reason = "",
    priority: options.Priority = 50,
) -> Change:
    """Plan one callback."""
    from crmkit.core import callbacks

    run, timetable = ctx.run, work.timetable_of(ctx.archive)
    person = work.the_customer(ctx.archive, customer, whom)
    code = staff_at_work(ctx.archive, owner, "--owner") if owner else ""
    return callbacks.add(
        run, timetable, person, purpose, work.moment_of(run, timetable, due),
        owner=code, reason=reason, priority=50 if priority is None else priority,
    )  # fmt: skip
