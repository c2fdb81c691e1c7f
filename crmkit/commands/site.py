"""`crmkit site`: outreach points (科普点)."""

from typing import Annotated

import typer

from crmkit.commands import reference
from crmkit.commands.common import DryRun, Format
from crmkit.i18n import _
from crmkit.records import Site

app = typer.Typer(help=_("Outreach points."), no_args_is_help=True)


@app.command("add", help=_("Add an outreach point. Example: crmkit site add --name 时间公园 --kind park --form go-out"))
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


reference.register(app, "site", Site, ("name", "kind", "form", "method", "address", "contact", "phone"))
