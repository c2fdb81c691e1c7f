"""`crmkit product`: products with price tiers and warranty."""

from typing import Annotated

import typer

from crmkit.commands.kit import register as reference
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.records import Product


@verb(_("Add a product. Example: crmkit product add --code HX1 --name 护膝 --price 198"))
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Option("--code", help=_("Short code that other records use."))],
    name: Annotated[str, typer.Option("--name")] = "",
    model: Annotated[str, typer.Option("--model")] = "",
    price: Annotated[str, typer.Option("--price", metavar="YUAN", help=_("For one unit."))] = "",
    tier: Annotated[
        list[str] | None,
        typer.Option("--tier", metavar="QTY=PRICE", help=_("Unit price from a quantity on.")),
    ] = None,
    warranty_months: Annotated[str, typer.Option("--warranty-months", metavar="N")] = "",
    daily_use: Annotated[str, typer.Option("--daily-use", metavar="N", help=_("Units used up a day."))] = "",
    kind: Annotated[str, typer.Option("--kind", help=_("goods (default), part, labour or fee"))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Add a product, or a part, labour or fee of the service price list."""
    typed = {"code": code, "name": name, "model": model, "price": price, "tiers": ",".join(tier or ())}
    typed |= {"warranty_months": warranty_months, "daily_use": daily_use, "kind": kind}
    reference.add(ctx, "product", Product, typed, dry_run, fmt)


reference.register_show("product", "product", Product)
reference.register(
    "product", "product", Product, ("code", "name", "kind", "model", "price", "tiers", "warranty_months", "daily_use")
)
