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
from crmkit.sheets.write.qr import ID_SIZE
from tests.core.desk import a_customer
from tests.sheets.samples import NOW, a_card, some_settings
from tests.sheets.scanner import scanned

SETTINGS = some_settings()
RUN = Run(now=NOW, by="LN", settings=SETTINGS)
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


def values(*payments, returns=(), order=ORDER, cards=()):
    book = slip(RUN, Ledger(order, payments, returns), BUYER, "李娜", cards)
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets
    return [[cell.value for cell in row if cell.value is not None] for row in sheet]


def test_it_stands_twice_on_the_page_with_what_was_bought_paid_and_is_open():
    rows = values(PAID, returns=(BACK,))
    for line in (
        ["HX1 护膝", 5, 180, "100.00 老顾客", 800],
        ["CH2", 2, 50, 100],
        ["Total", 900],
        ["Total in capitals: RMB 玖佰元整"],
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
    assert heights[f"HX1 {long.name}"] == 3 * heights["CH2"]


def test_a_unit_bears_the_serial_number_of_its_card():
    card = msgspec.structs.replace(a_card(1, BUYER, NOW), product="HX1", serial="SN-1")
    rows = values(cards=(card, msgspec.structs.replace(card, serial="SN-2"), msgspec.structs.replace(card, serial="")))
    assert ["HX1 护膝\nSerial no. SN-1, SN-2", 5, 180, "100.00 老顾客", 800] in rows
    assert ["CH2", 2, 50, 100] in rows


def test_the_numbers_are_those_that_people_dial_and_the_branch_says_where_it_is():
    there = msgspec.structs.replace(SETTINGS.card, hotline="400-812-3123", address="青年路11号")
    run = msgspec.structs.replace(RUN, settings=msgspec.structs.replace(SETTINGS, card=there))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(slip(run, Ledger(ORDER), BUYER, "李娜").to_bytes())).worksheets
    shown = [str(cell.value) for row in sheet for cell in row if cell.value]
    assert shown.count("秦玉兰 · 13900000001") == 2
    assert shown.count("Questions: 400-812-3123   Address: 青年路11号") == 2


def test_a_scanner_reads_the_id_of_the_order_on_both_copies():
    assert scanned(slip(RUN, Ledger(ORDER), BUYER, "李娜").to_bytes(), ID_SIZE) == [ORDER.id, ORDER.id]


def test_an_order_of_unknown_amount_has_no_total_in_capitals():
    unknown = msgspec.structs.replace(ORDER, items=(OrderItem(product="HX1"),), total=None)
    assert not any("capitals" in str(row[0]) for row in values(order=unknown) if row)
