"""`crmkit fault`: faults by their codes, with what to ask and how to guide somebody on the telephone (故障指南)."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core import reference
from crmkit.i18n import _
from crmkit.queries.finding import find_product, named
from crmkit.records import Fault
from crmkit.records.change import Change
from crmkit.result import Row, row

COLUMNS = ("id", "code", "name", "products", "likely", "minutes")
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="CODE", help=_("Product that has it; repeatable."))
]
Texts = list[str] | None


@writer(
    _("Add a fault. Example: crmkit fault add --code no-power --product ZJ1 --question 电池装反了吗 --step 把电池取出"),
    many="lines",
    counted="added",
)
def add(
    ctx: Context,
    code: options.Code,
    name: options.Name = "",
    products: Products = None,
    questions: Annotated[Texts, typer.Option("--question", help=_("To ask; repeatable."))] = None,
    likely: Annotated[str, typer.Option("--likely", help=_("The likely cause."))] = "",
    steps: Annotated[
        Texts, typer.Option("--step", help=_("Of the guidance on the telephone; repeatable, in order."))
    ] = None,
    minutes: Annotated[str, typer.Option("--minutes", metavar="N", help=_("That a repair takes."))] = "",
) -> Change:
    """Add a fault."""
    codes = [find_product(ctx.archive, one).code for one in products or ()]
    typed = {"code": code, "name": name, "products": ",".join(codes), "likely": likely, "minutes": minutes}
    typed |= {"questions": reference.LINES.join(questions or ()), "steps": reference.LINES.join(steps or ())}
    return reference.add(ctx.run, Fault, typed, ctx.archive.all(Fault))


@listing(_("List faults. Example: crmkit fault list --product ZJ1"), COLUMNS)
def list_(ctx: Context, products: Products = None) -> Iterable[Row]:
    """List faults; of a product also those that any product can have."""
    wanted = {find_product(ctx.archive, one).code for one in products or ()}
    found = (one for one in ctx.archive.all(Fault) if not (wanted and one.products) or wanted & set(one.products))
    return [row(one) for one in sorted(found, key=lambda fault: fault.code)]


@showing(_("Show one with its guide. Example: crmkit fault show no-power"))
def show(ctx: Context, fault: options.Named) -> Row:
    """Show one fault."""
    return row(named(ctx.archive, "fault", Fault, fault))


@writer(
    _("Change fields. Example: crmkit fault edit no-power --set minutes=20"),
    many="fault",
    counted="updated",
    shared=("sets", "unsets"),
)
def edit(ctx: Context, fault: options.Named, sets: options.Sets = None, unsets: options.Unsets = None) -> Change:
    """Change a fault; lists are written with | between their lines."""
    present = named(ctx.archive, "fault", Fault, fault)
    return reference.edit(ctx.run, present, sets or (), unsets or (), ctx.archive.all(Fault))
