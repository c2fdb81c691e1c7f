"""`crmkit lead edit`: fields of a customer's file."""

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, lead_names
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

    typed = lead_names(ctx.archive, ctx.run, "--set")
    return leads.edit(ctx.run, find_customer(ctx.archive, customer), sets or (), unsets or (), typed)
