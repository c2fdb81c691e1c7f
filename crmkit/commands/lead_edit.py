"""`crmkit lead edit`: fields of a customer's file."""

from datetime import time

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.calendar.dates import parse_moment
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, holder_of, site_name, staff_code
from crmkit.records import Callback, Customer
from crmkit.records.change import Change


@writer(
    _("Change fields. Example: crmkit lead edit 13900541731 --set note=回电"),
    many="customer",
    counted="updated",
    shared=("sets", "unsets"),
)
def edit(ctx: Context, customer: options.Who, sets: options.Sets = None, unsets: options.Unsets = None) -> Change:
    """Change fields of a customer's file; `note=` and `phone=` add one."""
    from crmkit.core import leads

    archive = ctx.archive
    typed = leads.LeadNames(
        staff=lambda text: staff_code(archive, text, "--set"),
        site=lambda text: site_name(archive, text),
        customer=lambda text: find_customer(archive, text).id,
        moment=lambda text: parse_moment(text, ctx.run.now, time()),
        holders=lambda number: archive.find(Customer, f"phone:{number}"),
        file=lambda identifier: holder_of(archive, identifier),
        callbacks=lambda file: archive.of(Callback, file),
    )
    return leads.edit(ctx.run, find_customer(archive, customer), sets or (), unsets or (), typed)
