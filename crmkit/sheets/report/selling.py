"""The sheets of service cards, orders, payments and returns. Amounts are shown in yuan."""

from crmkit.core.figures.selling import deposits_of
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Card, Event, Payment, Return
from crmkit.records.card import state_on
from crmkit.sheets.report.view import Row, Table, View, contact, of_contact, of_customer, of_name, of_record
from crmkit.sheets.write.layout import Column


def cards(view: View) -> Table:
    """Cards issued."""
    columns = (
        of_record(), *of_contact(), Column(_("Card number"), widest=18), Column(_("Issued"), "moment"),
        Column(_("Product"), widest=18), Column(_("Model"), widest=12), Column(_("Serial"), widest=16),
        Column(_("Bought"), "day"), Column(_("Bought at"), widest=14), Column(_("Installed"), "day"),
        Column(_("Installed by")), Column(_("Warranty until"), "day"), Column(_("State")),
        Column(_("Issued by")), of_customer(),
    )  # fmt: skip
    rows: list[Row] = []
    for one in sorted(view.snapshot[Card], key=lambda card: card.number):
        if one.created_at is not None and one.created_at in view.period:
            product = view.catalogue.get(one.product)
            rows.append((
                one.id, *contact(view, one.customer), one.number, one.created_at,
                view.product(one.product),
                product.model if product else "", one.serial, one.bought_on, view.free(one.bought_at),
                one.installed_on, view.person(one.installed_by), one.warranty_until,
                label(state_on(one, view.period.day(view.period.now))), view.person(one.issued_by), one.customer,
            ))  # fmt: skip
    return Table("cards", _("Cards issued"), columns, rows)


def orders(view: View) -> Table:
    """Orders placed, each with its account as it stood at the end of the period; an imported one may lack amounts."""
    columns = (
        of_record(), of_name(), Column(_("Ordered"), "day"), Column(_("Items"), widest=28),
        Column(_("Total, yuan"), "money"), Column(_("Returned, yuan"), "money"), Column(_("Revenue, yuan"), "money"),
        Column(_("Paid, yuan"), "money"), Column(_("Refunded, yuan"), "money"), Column(_("Balance, yuan"), "money"),
        Column(_("Refund owed, yuan"), "money"), Column(_("State")), Column(_("Terms")),
        Column(_("Collection"), "moment"), Column(_("Channel")), Column(_("Event")), Column(_("Sold by")),
        Column(_("Delivered"), "day"), Column(_("Return risk")), of_customer(),
    )  # fmt: skip
    codes = {event.id: event.code for event in view.snapshot[Event]}
    rows: list[Row] = []
    for ledger in view.ledgers:
        one, account = ledger.order, ledger.account
        if one.ordered_on not in view.period:
            continue
        stands = one.cancelled_at is None
        rows.append((
            one.id, view.name(one.customer), one.ordered_on, view.items(one.items), one.total,
            account.returned or None, account.charged if stands else None, account.paid or None,
            account.refunded or None, account.balance or None, account.refund_owed or None,
            label(f"order-{account.state}"), label(one.terms), one.collect_at, label(one.channel),
            codes.get(one.event_id, ""), view.person(one.by), one.delivered_on, label(one.risk),
            one.customer,
        ))  # fmt: skip
    return Table("orders", _("Orders"), columns, rows)


def owed(view: View) -> Table:
    """What customers still owe, and what is still owed to them, for orders of any day, at the end of the period."""
    columns = (
        of_record(), *of_contact(), Column(_("Ordered"), "day"), Column(_("Total, yuan"), "money"),
        Column(_("Returned, yuan"), "money"), Column(_("Paid, yuan"), "money"), Column(_("Refunded, yuan"), "money"),
        Column(_("Balance, yuan"), "money"), Column(_("Refund owed, yuan"), "money"), Column(_("State")),
        Column(_("Collection"), "moment"), Column(_("Overdue")), Column(_("Sold by")), of_customer(),
    )  # fmt: skip
    rows: list[Row] = []
    for ledger in view.ledgers:
        one, account = ledger.order, ledger.account
        if account.balance or account.refund_owed:
            late = bool(account.balance) and one.collect_at is not None and one.collect_at < view.period.now
            rows.append((
                one.id, *contact(view, one.customer), one.ordered_on, one.total, account.returned or None,
                account.paid or None, account.refunded or None, account.balance or None, account.refund_owed or None,
                label(f"order-{account.state}"), one.collect_at, yes(late), view.person(one.by), one.customer,
            ))  # fmt: skip
    return Table("owed", _("Money owed"), columns, rows, red=((_("Overdue"), yes(value=True)),))


def payments(view: View) -> Table:
    """Money received and paid back."""
    columns = (
        of_record(), of_name(), Column(_("When"), "moment"), Column(_("What")), Column(_("Amount, yuan"), "money"),
        Column(_("Deposit")), Column(_("Method")), Column(_("Receipt"), widest=16),
        Column(_("Counted with the customer")), Column(_("Staff")), Column(_("Note"), widest=24, free=True),
        Column(_("Order ID"), widest=18), of_customer(),
    )  # fmt: skip
    deposits = deposits_of(view.snapshot)
    rows: list[Row] = [
        (
            one.id, view.name(one.customer), one.at, label(one.what), one.amount, yes(one.id in deposits),
            label(f"pay-{one.method}") if one.method else "", view.free(one.receipt), yes(one.counted),
            view.person(one.by), view.free(one.note), one.order, one.customer,
        )
        for one in sorted(view.snapshot[Payment], key=lambda payment: (payment.at, payment.id))
        if one.at in view.period
    ]  # fmt: skip
    return Table("payments", _("Payments"), columns, rows)


def returns(view: View) -> Table:
    """Goods given back."""
    columns = (
        of_record(), of_name(), Column(_("Asked"), "moment"), Column(_("Items"), widest=28),
        Column(_("Reason"), widest=28, free=True), Column(_("In the no-reason window")),
        Column(_("Charged before, yuan"), "money"), Column(_("Refund, yuan"), "money"), Column(_("Goods back"), "day"),
        Column(_("Staff")), Column(_("Order ID"), widest=18), of_customer(),
    )  # fmt: skip
    rows: list[Row] = [
        (
            one.id, view.name(one.customer), one.asked_at, view.items(one.items), view.free(one.reason),
            yes(one.within), sum(item.amount for item in one.items), one.refund, one.goods_back_on,
            view.person(one.by), one.order, one.customer,
        )
        for one in sorted(view.snapshot[Return], key=lambda back: (back.asked_at, back.id))
        if one.asked_at in view.period
    ]  # fmt: skip
    return Table("returns", _("Returns"), columns, rows)
