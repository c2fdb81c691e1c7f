"""`crmkit staff`: service staff (服务专员)."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.register import register
from crmkit.commands.kit.walk import Context, showing, writer
from crmkit.core import reference
from crmkit.i18n import N_, _
from crmkit.queries.counting import figure_fields, load_of, period_of
from crmkit.queries.finding import named
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Staff
from crmkit.records.change import Change
from crmkit.result import Row, row

LOAD = (
    N_("files_in_hand"), N_("callbacks_open"), N_("callbacks_overdue"), N_("visits_open"), N_("balance"),
    N_("refund_owed"),
)  # fmt: skip


@writer(
    _("Add a staff member. Example: crmkit staff add --code LN --name 李娜 --role screener"),
    many="lines",
    counted="added",
)
def add(
    ctx: Context,
    code: options.Code,
    name: options.Name = "",
    roles: Annotated[
        list[str] | None, typer.Option("--role", help=_("screener, service, technician; repeatable."))
    ] = None,
    served: Annotated[
        list[str] | None, typer.Option("--district", help=_("Their own, and those that they serve; repeatable."))
    ] = None,
    city: Annotated[str, typer.Option("--city", help=_("For who is sent to whom."))] = "",
    address: options.Address = "",
    units_per_day: Annotated[
        str, typer.Option("--units-per-day", metavar="N", help=_("Units that they serve a day at most."))
    ] = "",
    phone: options.Phone = "",
    capacity: Annotated[str, typer.Option("--capacity", metavar="FILES", help=_("Files to look after at most."))] = "",
) -> Change:
    """Add a staff member."""
    typed = {
        "code": code, "name": name, "roles": ",".join(roles or ()), "phone": phone, "capacity": capacity, "city": city,
        "district": ",".join((served or ())[:1]), "districts": ",".join((served or ())[1:]), "address": address,
        "units_per_day": units_per_day,
    }  # fmt: skip
    return reference.add(ctx.run, Staff, typed, ctx.archive.all(Staff))


@showing(_("Show one with the work done and in hand. Example: crmkit staff show LN --since -30d"))
def show(ctx: Context, name: options.Named, since: options.Since = "", until: options.Until = "") -> Row:
    """Show a staff member: what is in hand now, the work done in a period, and what came of the files collected.

    Without a period the work of all years is told in json only, with its records: that reads the archive whole.
    """
    archive, run = ctx.archive, ctx.run
    staff = named(archive, "staff", Staff, name)
    in_hand = dict(zip(LOAD, load_of(archive, run, staff.code), strict=True))
    if not (since or until or ctx.fmt in ("json", "jsonl")):
        ctx.tell(_("what was done: crmkit staff show {code} --since DATE").format(code=staff.code))
        return {**row(staff), **in_hand}
    from crmkit.core.figures import each_fact, figures
    from crmkit.core.figures.service import SERVICE
    from crmkit.core.figures.yields import WORK, YIELD
    from crmkit.queries.work import timetable_of

    told = YIELD | WORK | SERVICE
    happened = each_fact(snapshot_of(archive), period_of(run, since, until), run, timetable_of(archive), told)
    own = figures(fact for fact in happened if fact.staff == staff.code)
    return {**row(staff), **in_hand, **figure_fields(own, told, ctx.fmt)}


register("staff", Staff, ("code", "name", "roles", "district", "phone"))
