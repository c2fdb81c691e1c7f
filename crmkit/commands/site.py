"""`crmkit site`: outreach points (科普点)."""

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
from crmkit.records import Site
from crmkit.result import row


@verb(_("Add an outreach point. Example: crmkit site add --name 时间公园 --kind park --form go-out"))
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name")],
    kind: Annotated[str, typer.Option("--kind", help=_("community, park, market, exercise, university ..."))] = "",
    form: Annotated[str, typer.Option("--form", help=_("go-out (at their place) or come-in (at ours)"))] = "",
    method: Annotated[str, typer.Option("--method", help=_("stand, solo, check-up, lecture ..."))] = "",
    address: Annotated[str, typer.Option("--address")] = "",
    contact: Annotated[str, typer.Option("--contact", help=_("Contact person."))] = "",
    phone: Annotated[str, typer.Option("--phone")] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Add an outreach point."""
    typed = {"name": name, "kind": kind, "form": form, "method": method}
    typed |= {"address": address, "contact": contact, "phone": phone}
    reference.add(ctx, "site", Site, typed, dry_run, fmt)


@verb(_("Show one with what came of it. Example: crmkit site show 时间公园 --since 2026-11-01"))
def show(ctx: typer.Context, name: str, since: Since = "", until: Until = "", fmt: Format = "") -> None:
    """Show an outreach point and its yield; json has the records behind every number."""
    from crmkit.core.figures import figures
    from crmkit.core.figures.collecting import gathered
    from crmkit.core.figures.yields import YIELD, days_of, grouping
    from crmkit.queries.work import timetable_of

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        site = named(archive, "site", Site, name)
        group = grouping("site", [site])
        period = period_of(run, since, until)
        happened = gathered(snapshot_of(archive), period, run, timetable_of(archive))
    here = [fact for fact in happened if group(fact) == site.name]
    held = days_of(here)
    days = {N_("days_held"): held.days, N_("first_on"): held.first, N_("last_on"): held.last}
    render.one({**row(site), **days, **figure_fields(figures(here), YIELD, fmt)}, fmt)


reference.register("site", "site", Site, ("name", "kind", "form", "method", "address", "contact", "phone"))
