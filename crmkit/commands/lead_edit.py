"""`crmkit lead edit`: fields of a customer's file."""

from datetime import time
from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format
from crmkit.commands.kit.register import Set, Unset
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_moment
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, holder_of, site_name, staff_code
from crmkit.records import Callback, Customer


@verb(_("Change fields. Example: crmkit lead edit 13900541731 --set note=回电"))
def edit(
    ctx: typer.Context, customer: Annotated[str, typer.Argument(metavar="CUSTOMER")],
    sets: Set = None, unsets: Unset = None, dry_run: DryRun = False, fmt: Format = "",
) -> None:  # fmt: skip
    """Change fields of a customer's file; `note=` and `phone=` add one."""
    from crmkit.core.leads import LeadNames
    from crmkit.core.leads import edit as edited

    with changing(ctx, "lead edit", dry_run, fmt) as (archive, run, decide):
        typed = LeadNames(
            staff=lambda text: staff_code(archive, text, "--set"),
            site=lambda text: site_name(archive, text),
            customer=lambda text: find_customer(archive, text).id,
            moment=lambda text: parse_moment(text, run.now, time()),
            holders=lambda number: archive.find(Customer, f"phone:{number}"),
            file=lambda identifier: holder_of(archive, identifier),
            callbacks=lambda file: archive.of(Callback, file),
        )
        decide(edited(run, find_customer(archive, customer), sets or (), unsets or (), typed))
