"""`crmkit customer referrals`: who brought whom, and what came of it."""

from functools import cache
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Customer, Order, Return

CHAIN_COLUMNS = ("id", "who", "collected_at", "buyer", "revenue", "files", "buyers", "amount")
LIST_COLUMNS = ("id", "name", "files", "buyers", "amount", "chain_files", "chain_buyers", "chain_amount")


@verb(_("Who brought most; with a customer, the whole chain. Example: crmkit customer referrals 13900541731"))
def referrals(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="[CUSTOMER]", help=_("The first of the chain."))] = "",
    fmt: Listed = "",
) -> None:
    """List the referrers, the most fruitful first; or everybody whom one customer brought, directly or not."""
    from crmkit.core.care.grading import standings
    from crmkit.core.care.referrals import chain_rows, referrers

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        if customer:
            person = find_customer(archive, customer)
            rows = chain_rows(
                person,
                lambda identifier: archive.find(Customer, f"referrer:{identifier}"),
                cache(lambda identifier: _bought(archive, run, identifier)),
            )
            shown = [{**row, "who": "· " * row["level"] + row["name"]} for row in rows]
            render.rows(shown, CHAIN_COLUMNS, fmt)
            return
        people = [one for one in archive.all(Customer) if not one.merged_into]
        bought = {one.customer.id: one for one in standings(run, people, archive.all(Order), archive.all(Return))}
    rows = referrers({one.id: one for one in people}, lambda i: (bought[i].buyer, bought[i].revenue))
    render.rows(rows, LIST_COLUMNS, fmt)


def _bought(archive: Archive, run: Run, identifier: str) -> tuple[bool, int]:
    """Whether this customer is a buyer, and the revenue in fen; only that customer's records are read."""
    from crmkit.core.care.grading import standings

    (one,) = standings(
        run, [archive.get(Customer, identifier)], archive.of(Order, identifier), archive.of(Return, identifier)
    )
    return one.buyer, one.revenue
