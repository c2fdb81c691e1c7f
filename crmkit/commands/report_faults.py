"""`crmkit report faults`: what breaks, by fault, cause, product, model or month (故障统计)."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.counting import grouped_as, period_of
from crmkit.queries.snapshot import snapshot_of
from crmkit.records.typed import as_share
from crmkit.result import Row

COLUMNS = ("group", "tickets", "share", "units", "per_hundred")


@listing(_("What breaks, and why. Example: crmkit report faults --by cause --since 2026-11-01"), COLUMNS)
def faults(
    ctx: Context,
    by: Annotated[
        str, typer.Option("--by", metavar="GROUP", help=_("fault, cause, product, model or month"))
    ] = "fault",
    since: options.Since = "",
    until: options.Until = "",
) -> Iterable[Row]:
    """Count tickets reported in the period beside the units in service; json has the ids."""
    from crmkit.core.figures.faults import GROUPS, fault_counts

    by = one_of(by, GROUPS, _("there is no group {value}"), field="by") or "fault"
    found = fault_counts(snapshot_of(ctx.archive), period_of(ctx.run, since, until), by)
    whole = sum(len(one.tickets) for one in found)
    return [
        {
            "group": grouped_as(ctx.archive, by, one.group),
            "tickets": len(one.tickets),
            "share": as_share(len(one.tickets) / whole),
            "units": one.units,
            "per_hundred": one.per_hundred,
            "ids": list(one.tickets),
        }
        for one in found
    ]
