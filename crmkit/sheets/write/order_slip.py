"""The sales slip (销售单) of an order: what was bought, paid and is still open, twice on an A4 page.

The total stands in capital numerals (大写金额) as well, and the order's id as a code to scan, beside the text.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crmkit.core.accounts import Ledger
from crmkit.core.fields import in_capitals
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import national
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.labels import label
from crmkit.records import Card, Customer, Order, Payment
from crmkit.records.order import OrderItem
from crmkit.sheets.write.book import Styled, Workbook
from crmkit.sheets.write.cells import Kind, lines
from crmkit.sheets.write.qr import add_id

QR_COLUMN = 2  # between the title and the name of the branch
WIDTHS = (36, 9, 12, 22, 14)  # item, quantity, price, discount, amount
COPIES = (N_("Customer's copy"), N_("Office copy"))
GREY, RULE = "7F7F7F", "D9D9D9"
ROW, TITLE_ROW, SIGNING_ROW = 17.0, 26.0, 34.0  # points


class Part(NamedTuple):
    """One cell of a row."""

    value: object = None
    style: str = "plain"
    kind: Kind = "text"


class Line(NamedTuple):
    """One row: its cells from the left; the last one goes into the last column."""

    parts: tuple[Part, ...]
    height: float = ROW


def slip(run: Run, ledger: Ledger, customer: Customer, seller: str, cards: Sequence[Card] = ()) -> Workbook:
    """The slip as a workbook of one page, in the language in use; `seller` is the name of who sold it.

    `cards` are those of the units sold, by which their serial numbers are known.
    """
    book = Workbook(title=_("Sales slip"), font=run.settings.report.font, made_at=run.now)
    book.style("title", size=16, bold=True)
    book.style("plain")
    book.style("right", align="right")
    book.style("small", size=8.5, color=GREY)
    book.style("head", size=9, color=GREY, below=GREY)
    book.style("head right", size=9, color=GREY, below=GREY, align="right")
    book.style("head note", size=9, color=GREY, below=GREY, align="left", indent=1)
    book.style("item", below=RULE, wrap=True)
    book.style("item note", below=RULE, wrap=True, align="left", indent=1)
    book.style("item count", below=RULE, align="right", number_format="#,##0")
    book.style("item money", below=RULE, align="right", number_format="#,##0.00")
    book.style("sum", size=11, bold=True)
    book.style("sum money", size=11, bold=True, align="right", number_format="#,##0.00")
    book.style("money right", align="right", number_format="#,##0.00")
    book.style("cut", below=GREY, line="dashed")
    page = book.page(_("Sales slip"), WIDTHS, fit=False)
    page.sheet_properties.pageSetUpPr.fitToPage = True  # to one page, however many items
    page.sheet_view.showGridLines = False
    for number, copy in enumerate(COPIES):
        if number:
            book.append(page, [book.styled(None, "cut") for _column in WIDTHS], ROW)
            book.append(page, [], ROW)
        add_id(page, ledger.order.id, QR_COLUMN, book.height(page))
        for line in _lines(run, ledger, customer, seller, _(copy), cards):
            book.append(page, _cells(book, line), line.height)
    return book


def _cells(book: Workbook, line: Line) -> list[Styled | None]:
    *left, last = [book.styled(part.value, part.style, part.kind) for part in line.parts]
    return [*left, *[None] * (len(WIDTHS) - len(line.parts)), last]


def _lines(
    run: Run, ledger: Ledger, customer: Customer, seller: str, copy: str, cards: Sequence[Card]
) -> Iterator[Line]:  # fmt: skip
    """The rows of one copy."""
    settings, order, phone = run.settings, ledger.order, dial(customer)
    number = national(phone) if phone else ""
    yield Line((Part(_("Sales slip"), "title"), Part(settings.archive.name, "right")), TITLE_ROW)
    yield Line((Part(f"{order.id} · {order.ordered_on}"), Part(copy, "right")))
    yield Line((Part(" · ".join(text for text in (customer.name, number) if text)), Part()))
    yield Line((Part(order.address or customer.address), Part()))
    yield Line((
        Part(_("Item"), "head"), Part(_("Quantity"), "head right"), Part(_("Price"), "head right"),
        Part(_("Discount"), "head note"), Part(_("Amount"), "head right"),
    ))  # fmt: skip
    for item in order.items:
        yield _item(item, [card.serial for card in cards if card.product == item.product and card.serial])
    yield from _sums(run, ledger)
    days = settings.order.return_days
    yield Line(
        (
            Part(
                _("You can give the goods back within {n} days of receiving them, without a reason.").format(n=days),
                "small",
            ),
            Part(),
        )
    )
    hotline = _("Questions: {phone}").format(phone=settings.card.hotline) if settings.card.hotline else ""
    address = _("Address: {address}").format(address=settings.card.address) if settings.card.address else ""
    yield Line((Part("   ".join(text for text in (hotline, address) if text), "small"), Part()))
    signing = (
        Part(_("Customer: ________________")),
        Part(_("Sold by {name}: ________________").format(name=seller), "right"),
    )
    yield Line(signing, SIGNING_ROW)


def _item(item: OrderItem, serials: Sequence[str]) -> Line:
    discount = f"{item.discount / 100:,.2f} {item.reason}" if item.discount else ""
    name = " ".join(dict.fromkeys(text for text in (item.product, item.name) if text))
    name += "\n" + _("Serial no. {serials}").format(serials=", ".join(serials)) if serials else ""
    height = ROW * max(lines(name, WIDTHS[0] - 2), lines(discount, WIDTHS[3] - 3))
    return Line((
        Part(name, "item"), Part(item.quantity, "item count", "count"), Part(item.price, "item money", "money"),
        Part(discount, "item note"), Part(item.amount, "item money", "money"),
    ), height)  # fmt: skip


def _sums(run: Run, ledger: Ledger) -> Iterator[Line]:
    """The total, each payment, what came back, and what is still open."""
    order, account = ledger.order, ledger.account
    yield Line((Part(_("Total"), "sum"), Part(account.total, "sum money", "money")))
    if account.total is not None:
        yield Line((Part(_("Total in capitals: RMB {amount}").format(amount=in_capitals(account.total))), Part()))
    for payment in ledger.payments:
        yield Line((Part(_payment(payment)), Part(payment.amount, "money right", "money")))
    if account.returned:
        yield Line((Part(_("Goods given back")), Part(account.returned, "money right", "money")))
    yield Line((Part(_balance(run, order), "sum"), Part(account.balance, "sum money", "money")))
    if account.refund_owed:
        yield Line((Part(_("To be paid back"), "sum"), Part(account.refund_owed, "sum money", "money")))


def _payment(payment: Payment) -> str:
    what = _("Paid back") if payment.what == "refund" else _("Paid")
    told = (
        f"{what} {payment.at:%Y-%m-%d}",
        label(f"pay-{payment.method}") if payment.method else "",
        _("receipt {number}").format(number=payment.receipt) if payment.receipt else "",
        _("counted in the customer's presence") if payment.counted else "",
    )
    return " · ".join(text for text in told if text)


def _balance(run: Run, order: Order) -> str:
    if order.collect_at is None:
        return _("Balance")
    when = order.collect_at.astimezone(run.now.tzinfo)
    return _("Balance, to be collected on {when:%Y-%m-%d %H:%M}").format(when=when)
