"""The sales slip of an order."""

import io
from datetime import timedelta

import msgspec
import openpyxl

from crmkit.core.accounts import Ledger
from crmkit.core.run import Run
from crmkit.i18n import speaking
from crmkit.records import Order, Payment, Return
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.sheets.write.order_slip import slip
from tests.core.desk import a_customer
from tests.sheets.samples import NOW, some_settings

RUN = Run(now=NOW, by="LN", settings=some_settings())
BUYER = a_customer(address="青年路11号")
ORDER = Order(
    id="O2611-00000001",
    customer=BUYER.id,
    ordered_on=NOW.date(),
    items=(
        OrderItem(product="HX1", name="护膝", quantity=5, price=18000, discount=10000, reason="老顾客", amount=80000),
        OrderItem(product="CH2", quantity=2, price=5000, amount=10000),
    ),
    total=90000,
    collect_at=NOW + timedelta(days=2),
)
PAID = Payment(
    id="Y2611-00000001", customer=BUYER.id, order=ORDER.id, at=NOW, amount=20000, what="payment", method="cash",
    receipt="0042", counted=True,
)  # fmt: skip
BACK = Return(
    id="J2611-00000001", customer=BUYER.id, order=ORDER.id, asked_at=NOW,
    items=(ReturnedItem(product="CH2", quantity=1, amount=5000),),
)  # fmt: skip


def values(*payments, returns=(), order=ORDER):
    book = slip(RUN, Ledger(order, payments, returns), BUYER, "李娜")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets
    return [[cell.value for cell in row if cell.value is not None] for row in sheet]


def test_it_stands_twice_on_the_page_with_what_was_bought_paid_and_is_open():
    rows = values(PAID, returns=(BACK,))
    for line in (
        ["护膝", 5, 180, "100.00 老顾客", 800],
        ["CH2", 2, 50, 100],
        ["Total", 900],
        [f"Paid {NOW:%Y-%m-%d} · cash · receipt 0042 · counted in the customer's presence", 200],
        ["Goods given back", 50],
        [f"Balance, to be collected on {NOW + timedelta(days=2):%Y-%m-%d %H:%M}", 650],
    ):
        assert rows.count(line) == 2
    assert [row[-1] for row in rows if row and row[-1] in ("Customer's copy", "Office copy")] == [
        "Customer's copy", "Office copy",
    ]  # fmt: skip


def test_what_is_to_be_paid_back_is_said():
    refund = msgspec.structs.replace(PAID, id="Y2611-00000002", amount=5000, what="refund", method="", receipt="")
    rows = values(msgspec.structs.replace(PAID, amount=90000), refund, returns=(BACK,), order=ORDER)
    assert ["To be paid back", 50] not in rows
    assert any(row[:1] == [f"Paid back {NOW:%Y-%m-%d} · counted in the customer's presence"] for row in rows)
    rows = values(msgspec.structs.replace(PAID, amount=90000), returns=(BACK,))
    assert rows.count(["To be paid back", 50]) == 2


def test_it_speaks_chinese():
    with speaking("zh"):
        rows = values(PAID)
    assert ["合计", 900] in rows
    assert ["商品", "数量", "单价", "优惠", "金额"] in rows


def test_a_long_item_is_printed_whole_on_several_lines():
    long = msgspec.structs.replace(ORDER.items[0], name="反渗透直饮净水器" * 5)
    book = slip(RUN, Ledger(msgspec.structs.replace(ORDER, items=(long, ORDER.items[1]))), BUYER, "李娜")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets
    heights = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet if row[0].value}
    assert heights[long.name] == 3 * heights["CH2"]
