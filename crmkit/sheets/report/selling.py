"""The sheets of service cards, orders, payments and returns. Amounts are shown in yuan."""

from crmkit.core.figures.selling import deposits_of
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Card, Event, Payment, Return
from crmkit.records.card import state_on
from crmkit.sheets.report.view import Row, Table, View, contact, of_contact, of_customer, whom
from crmkit.sheets.write.layout import Column


def cards(view: View) -> Table:
    """Cards issued."""
    columns = (
        Column(_("ID"), widest=16), Column(_("Card number"), widest=18), Column(_("Issued"), "moment"), *of_contact(),
        Column(_("Product"), widest=20), Column(_("Model"), widest=14), Column(_("Serial"), widest=18),
        Column(_("Bought"), "day"), Column(_("Bought at"), widest=16), Column(_("Installed"), "day"),
        Column(_("Installed by")), Column(_("Warranty until"), "day"), Column(_("State")),
        Column(_("Issued by")),
    )  # fmt: skip
    rows: list[Row] = []
    for one in sorted(view.snapshot[Card], key=lambda card: card.number):
        if one.created_at is not None and one.created_at in view.period:
            product = view.catalogue.get(one.product)
            rows.append((
                one.id, one.number, one.created_at, *contact(view, one.customer),
                view.product(one.product),
                product.model if product else "", one.serial, one.bought_on, view.free(one.bought_at),
                one.installed_on, view.person(one.installed_by), one.warranty_until,
                label(state_on(one, view.period.day(view.period.now))), view.person(one.issued_by),
            ))  # fmt: skip
    return Table(_("Cards issued"), columns, rows)


def orders(view: View) -> Table:
    """Orders placed, each with its account as it stands now; an imported one may lack its amounts."""
    columns = (
        Column(_("ID"), widest=16), Column(_("Ordered"), "day"), *of_customer(), Column(_("Items"), widest=30),
        Column(_("Total, yuan"), "money"), Column(_("Returned, yuan"), "money"), Column(_("Revenue, yuan"), "money"),
        Column(_("Paid, yuan"), "money"), Column(_("Refunded, yuan"), "money"), Column(_("Balance, yuan"), "money"),
        Column(_("Refund owed, yuan"), "money"), Column(_("State")), Column(_("Terms")),
        Column(_("Collection"), "moment"), Column(_("Channel")), Column(_("Event")), Column(_("Sold by")),
        Column(_("Delivered"), "day"), Column(_("Return risk")),
    )  # fmt: skip
    placed = [ledger for ledger in view.snapshot.ledgers.values() if ledger.order.ordered_on in view.period]
    codes = {event.id: event.code for event in view.snapshot[Event]}
    rows: list[Row] = []
    for ledger in sorted(placed, key=lambda one: (one.order.ordered_on, one.order.id)):
        one, account = ledger.order, ledger.account
        stands = one.cancelled_at is None
        rows.append((
            one.id, one.ordered_on, *whom(view, one.customer), view.items(one.items), one.total,
            account.returned or None, account.charged if stands else None, account.paid or None,
            account.refunded or None, account.balance or None, account.refund_owed or None,
            label(f"order-{account.state}"), label(one.terms), one.collect_at, label(one.channel),
            codes.get(one.event_id, ""), view.person(one.by), one.delivered_on, label(one.risk),
        ))  # fmt: skip
    return Table(_("Orders"), columns, rows)


def payments(view: View) -> Table:
    """Money received and paid back."""
    columns = (
        Column(_("ID"), widest=16), Column(_("When"), "moment"), Column(_("What")), Column(_("Order ID"), widest=16),
        *of_customer(), Column(_("Amount, yuan"), "money"), Column(_("Deposit")), Column(_("Method")),
        Column(_("Receipt"), widest=16), Column(_("Counted with the customer")), Column(_("Staff")),
        Column(_("Note"), widest=30),
    )  # fmt: skip
    deposits = deposits_of(view.snapshot)
    rows: list[Row] = [
        (
            one.id, one.at, label(one.what), one.order, *whom(view, one.customer), one.amount, yes(one.id in deposits),
            label(f"pay-{one.method}") if one.method else "", view.free(one.receipt), yes(one.counted),
            view.person(one.by), view.free(one.note),
        )
        for one in sorted(view.snapshot[Payment], key=lambda payment: (payment.at, payment.id))
        if one.at in view.period
    ]  # fmt: skip
    return Table(_("Payments"), columns, rows)


def returns(view: View) -> Table:
    """Goods given back."""
    columns = (
        Column(_("ID"), widest=16), Column(_("Asked"), "moment"), Column(_("Order ID"), widest=16), *of_customer(),
        Column(_("Items"), widest=30), Column(_("Reason"), widest=30), Column(_("In the no-reason window")),
        Column(_("Charged before, yuan"), "money"), Column(_("Refund, yuan"), "money"), Column(_("Goods back"), "day"),
        Column(_("Staff")),
    )  # fmt: skip
    rows: list[Row] = [
        (
            one.id, one.asked_at, one.order, *whom(view, one.customer), view.items(one.items), view.free(one.reason),
            yes(one.within), sum(item.amount for item in one.items), one.refund, one.goods_back_on,
            view.person(one.by),
        )
        for one in sorted(view.snapshot[Return], key=lambda back: (back.asked_at, back.id))
        if one.asked_at in view.period
    ]  # fmt: skip
    return Table(_("Returns"), columns, rows)
