"""`crmkit card issue`: a card for somebody on file, or for somebody for whom a file is opened with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.options import InstalledBy, InstalledOn, ProductName, Reason, Serial, Who, Whom
from crmkit.commands.kit.walk import Context, writer
from crmkit.core import fields
from crmkit.i18n import _
from crmkit.queries.cards import sale_of, same_serial, series_of
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.work import named_customer, with_callbacks
from crmkit.records import Card, Customer, Staff, type_of
from crmkit.records.base import typed_id
from crmkit.records.change import Change

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive
    from crmkit.core.collecting.draft import Draft
    from crmkit.core.collecting.known import Known
    from crmkit.core.run import Run


@writer(
    _("Issue a card. Example: crmkit card issue --customer 13900541731 --product HX1 --serial SN-1"),
    many="customer",
    counted="issued",
    shared=("product", "bought_at", "bought_on"),
    then=with_callbacks,
)
def issue(
    ctx: Context,
    product: ProductName,
    customer: Who = "",
    whom: Whom = "",
    name: Annotated[str, typer.Option("--name", help=_("Opens a file where the number is not on file."))] = "",
    serial: Serial = "",
    bought_on: Annotated[str, typer.Option("--bought-on", metavar="DATE")] = "",
    bought_at: Annotated[str, typer.Option("--bought-at", metavar="WHERE", help=_("Shop or dealer."))] = "",
    installed_on: InstalledOn = "",
    installed_by: InstalledBy = "",
    replace: Annotated[bool, typer.Option("--replace", help=_("Take the place of the unit's card so far."))] = False,
    reason: Reason = "",
    key: Key = "",
) -> Change:
    """Issue a card; its number follows the last one of this month."""
    archive = ctx.archive
    customer = named_customer(customer, whom)
    unit = {
        "serial": serial, "bought_on": bought_on, "bought_at": bought_at, "installed_on": installed_on,
        "installed_by": installed_by,
    }  # fmt: skip

    def issued(run: "Run") -> Change:
        from crmkit.core.cards import issuing
        from crmkit.core.collecting.known import Known

        known = Known(archive.find(Staff, f"staff:{run.by.casefold()}"))
        sale = sale_of(run, unit)
        operator, last = series_of(archive, run)
        return issuing.issue(
            run, known, _who(archive, run, known, customer, name), find_product(archive, product), sale,
            operator=operator, last_number=last, same_serial=same_serial(archive, sale.serial), replace=replace,
            reason=reason.strip(),
        )  # fmt: skip

    return once(ctx, Card, key, issued)


def _who(archive: "Archive", run: "Run", known: "Known", customer: str, name: str) -> "Customer | Draft":
    """The customer who is meant; where a whole number is not on file, what a new file would say."""
    from crmkit.core.cards import issuing
    from crmkit.core.phones import phones

    reading = phones.of_file(customer, archive.settings)
    if type_of(typed_id(customer)) or not reading.numbers:
        return find_customer(archive, customer)
    for number in reading.numbers:
        known.learn(archive.find(Customer, f"phone:{number.e164}"))
    return issuing.whose(run, known, fields.text(name), phones.to_phones(reading))
