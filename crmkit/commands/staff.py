"""`crmkit staff`: service staff (服务专员)."""

from typing import Annotated

import typer

from crmkit.commands import reference
from crmkit.commands.common import DryRun, Format
from crmkit.i18n import _
from crmkit.records import Staff

app = typer.Typer(help=_("Service staff."), no_args_is_help=True)


@app.command("add", help=_("Add a staff member. Example: crmkit staff add --code LN --name 李娜 --role screener"))
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


reference.register(app, "staff", Staff, ("code", "name", "roles", "district", "phone"))
