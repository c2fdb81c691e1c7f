"""`crmkit product`: products with price tiers and warranty."""

from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.register import register, register_show
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import reference
from crmkit.i18n import _
from crmkit.records import Product
from crmkit.records.change import Change


@writer(
    _("Add a product. Example: crmkit product add --code HX1 --name 护膝 --price 198"),
    many="lines",
    counted="added",
)
def add(
    ctx: Context,
    code: options.Code,
    name: options.Name = "",
    model: Annotated[str, typer.Option("--model")] = "",
    price: Annotated[str, typer.Option("--price", metavar="YUAN", help=_("For one unit."))] = "",
    tiers: Annotated[
        list[str] | None,
        typer.Option("--tier", metavar="QTY=PRICE", help=_("Unit price from a quantity on.")),
    ] = None,
    warranty_months: Annotated[str, typer.Option("--warranty-months", metavar="N")] = "",
    daily_use: Annotated[str, typer.Option("--daily-use", metavar="N", help=_("Units used up a day."))] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="GOODS", help=_("goods (default), part, labour or fee"))] = "",
) -> Change:
    """Add a product, or a part, labour or fee of the service price list."""
    typed = {"code": code, "name": name, "model": model, "price": price, "tiers": ",".join(tiers or ())}
    typed |= {"warranty_months": warranty_months, "daily_use": daily_use, "kind": kind}
    return reference.add(ctx.run, Product, typed, ctx.archive.all(Product))


register_show("product", Product)
register("product", Product, ("code", "name", "kind", "model", "price", "tiers", "warranty_months", "daily_use"))
