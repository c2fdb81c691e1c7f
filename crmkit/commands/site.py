"""`crmkit site`: outreach points (科普点)."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.register import register
from crmkit.commands.kit.walk import Context, showing, writer
from crmkit.core import reference
from crmkit.i18n import N_, _
from crmkit.queries.counting import figure_fields, period_of
from crmkit.queries.finding import named
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Site
from crmkit.records.change import Change
from crmkit.result import Row, row


@writer(
    _("Add an outreach point. Example: crmkit site add --name 时间公园 --kind park --form go-out"),
    many="lines",
    counted="added",
)
def add(
    ctx: Context,
    name: options.Name,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=_("community, park, market, exercise, university ..."))
    ] = "",
    form: Annotated[str, typer.Option("--form", help=_("go-out (at their place) or come-in (at ours)"))] = "",
    method: Annotated[str, typer.Option("--method", metavar="HOW", help=_("stand, solo, check-up, lecture ..."))] = "",
    address: options.Address = "",
    contact: Annotated[str, typer.Option("--contact", help=_("Contact person."))] = "",
    phone: options.Phone = "",
) -> Change:
    """Add an outreach point."""
    typed = {"name": name, "kind": kind, "form": form, "method": method}
    typed |= {"address": address, "contact": contact, "phone": phone}
    return reference.add(ctx.run, Site, typed, ctx.archive.all(Site))


@showing(_("Show one with what came of it. Example: crmkit site show 时间公园 --since 2026-11-01"))
def show(ctx: Context, name: options.Named, since: options.Since = "", until: options.Until = "") -> Row:
    """Show an outreach point and its yield; json has the records behind every number."""
    from crmkit.core.figures import figures
    from crmkit.core.figures.collecting import gathered
    from crmkit.core.figures.yields import YIELD, days_of, grouping
    from crmkit.queries.work import timetable_of

    archive, run = ctx.archive, ctx.run
    site = named(archive, "site", Site, name)
    group = grouping("site", [site])
    happened = gathered(snapshot_of(archive), period_of(run, since, until), run, timetable_of(archive))
    here = [fact for fact in happened if group(fact) == site.name]
    held = days_of(here)
    days = {N_("days_held"): held.days, N_("first_on"): held.first, N_("last_on"): held.last}
    return {**row(site), **days, **figure_fields(figures(here), YIELD, ctx.fmt)}


register("site", Site, ("name", "kind", "form", "method", "address", "contact", "phone"))
