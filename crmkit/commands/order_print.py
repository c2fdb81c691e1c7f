"""`crmkit order print`: the sales slip of an order."""

import typer

from crmkit.commands.kit.common import Force
from crmkit.commands.kit.options import NewWorkbook, OrderId
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.i18n import _
from crmkit.queries.finding import holder_of
from crmkit.queries.orders import standing, the_order
from crmkit.records import Card, Staff


@verb(_("The sales slip. Example: crmkit order print O2611-7k3q9xab -o slip.xlsx"))
def print_(
    ctx: typer.Context,
    order: OrderId,
    output: NewWorkbook,
    force: Force = False,
) -> None:
    """Write the slip of an order, as it stands, for the customer and the office."""
    from crmkit.sheets.write.files import check_target
    from crmkit.sheets.write.order_slip import slip

    check_target(output, ".xlsx", force=force)
    with reading(ctx) as work:
        archive = work.archive
        ledger = the_order(archive, order, standing)
        holder = holder_of(archive, ledger.order.customer)
        sold = {item.product for item in ledger.order.items}
        cards = [
            card
            for card in archive.of(Card, holder.id)
            if card.product in sold and card.bought_on == ledger.order.ordered_on and not card.state
        ]
        seller = next((one.name for one in archive.find(Staff, f"staff:{ledger.order.by.casefold()}")), "")
        book = slip(work.run, ledger, holder, seller or ledger.order.by, cards)
    book.save(output, force=force)
    work.session.say(_("written: {file}").format(file=output))
