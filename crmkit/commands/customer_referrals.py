"""`crmkit customer referrals`: who brought whom, and what came of it."""

from functools import cache

from crmkit.archive.archive import Archive
from crmkit.commands.kit.options import WhoIfAny
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.care import referrals
from crmkit.core.care.grading import standings
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Customer, Order, Return

CHAIN_COLUMNS = ("id", "who", "collected_at", "buyer", "revenue", "files", "buyers", "amount")
LIST_COLUMNS = ("id", "name", "files", "buyers", "amount", "chain_files", "chain_buyers", "chain_amount")


@listing(_("Who brought most; with a customer, the whole chain. Example: crmkit customer referrals 13900541731"))
def referrals_(ctx: Context, customer: WhoIfAny = "") -> Listing:
    """List the referrers, the most fruitful first; or everybody whom one customer brought, directly or not."""
    archive, run = ctx.archive, ctx.run
    if customer:
        rows = referrals.chain_rows(
            find_customer(archive, customer),
            lambda identifier: archive.find(Customer, f"referrer:{identifier}"),
            cache(lambda identifier: _bought(archive, run, identifier)),
        )
        return Listing([{**row, "who": "· " * row["level"] + row["name"]} for row in rows], CHAIN_COLUMNS)
    people = [one for one in archive.all(Customer) if not one.merged_into]
    bought = {one.customer.id: one for one in standings(run, people, archive.all(Order), archive.all(Return))}
    found = referrals.referrers({one.id: one for one in people}, lambda i: (bought[i].buyer, bought[i].revenue))
    return Listing(found, LIST_COLUMNS)


def _bought(archive: Archive, run: Run, identifier: str) -> tuple[bool, int]:
    """Whether this customer is a buyer, and the revenue in fen; only that customer's records are read."""
    (one,) = standings(
        run, [archive.get(Customer, identifier)], archive.of(Order, identifier), archive.of(Return, identifier)
    )
    return one.buyer, one.revenue
