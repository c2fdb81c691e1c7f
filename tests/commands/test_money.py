"""Money is fen in records and json; whatever people read is yuan, and no header says otherwise."""

import re
import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from crmkit.records import Event, Invitation, Order, Payment, Product, Return, Visit
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.reference import Tier
from tests import worlds
from tests.commands.conftest import Desk
from tests.commands.test_readers import READERS
from tests.core import desk

WHO, ORDER, EVENT, VISIT, BACK = (worlds.identifier(letter, 0) for letter in "COGVJ")
# fen: of each price and sum the digits are seen nowhere else, not in an id, a number or another sum
PRICE, TIER, DISCOUNT = 7_654_300, 7_013_200, 930_100
TOTAL = 3 * PRICE - DISCOUNT
SHARE = TOTAL // 3
PAID, REFUNDED = 8_081_900, 1_720_700
FEN = {PRICE, TIER, DISCOUNT, TOTAL, SHARE, PAID, REFUNDED, TOTAL - SHARE, TOTAL - SHARE - PAID + REFUNDED}
FEN |= {PAID - REFUNDED, PRICE * 3, TOTAL - PAID, TOTAL - PAID + REFUNDED}


@pytest.fixture(scope="module")
def sold(staffed, tmp_path_factory):
    """A customer with an order of an event, paid in part, one unit given back, a refund."""
    folder = tmp_path_factory.mktemp("sold")
    shell = Desk(folder, Path(shutil.copytree(staffed, folder / "archive")))
    shell.env["CRMKIT_NOW"] = desk.NOW.isoformat()
    begins = desk.at("2026-11-22 09:00")
    item = OrderItem(product="HX1", name="护膝", quantity=3, price=PRICE, discount=DISCOUNT, amount=TOTAL, reason="老")
    returned = ReturnedItem(product="HX1", name="护膝", quantity=1, amount=SHARE)
    known = {"customer": WHO, "order": ORDER, "method": "cash", "by": "LN"}
    shell.put(
        desk.a_customer(1, id=WHO, owner="LN", stage="buyer", grade="A", referrer="C2611-00000001"),
        Product(id="P2611-00000001", code="HX1", name="护膝", price=PRICE, tiers=(Tier(quantity=5, price=TIER),)),
        Event(id=EVENT, code="E1", name="科普会", starts_at=begins, ends_at=desk.at("2026-11-22 11:00")),
        Invitation(id=worlds.identifier("N", 0), event_id=EVENT, customer=WHO, number="E1-LN001-X", attended_at=begins),
        Order(id=ORDER, customer=WHO, ordered_on=date(2026, 11, 22), items=(item,), total=TOTAL, event_id=EVENT,
              by="LN", terms="deposit", collect_at=datetime.combine(date(2026, 11, 24), begins.time(), desk.ZONE)),
        Payment(id=worlds.identifier("Y", 0), at=begins, amount=PAID, what="payment", **known),
        Payment(id=worlds.identifier("Y", 1), at=desk.NOW, amount=REFUNDED, what="refund", **known),
        Return(id=BACK, customer=WHO, order=ORDER, asked_at=begins, items=(returned,), refund=REFUNDED, by="LN"),
        Visit(id=VISIT, customer=WHO, purpose="collection", about=ORDER, by="LN", begins_at=desk.at("2026-11-24 09:00"),
              ends_at=desk.at("2026-11-24 09:30")),
    )  # fmt: skip
    return shell


def raw(text: str) -> list[str]:
    """The sums of FEN that stand in `text` as they are stored."""
    return [number for number in re.findall(r"(?<![0-9a-z+-])-?[0-9]+(?![0-9a-z.:-])", text) if abs(int(number)) in FEN]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_and_workbook_shows_yuan(sold, lang):
    found, seen = {}, 0
    for name, calls in READERS.items():
        for number, arguments in enumerate(calls):
            if "json" in arguments or name in ("check", "schema", "dedupe find"):
                continue
            file = sold.home / f"{lang}-{name.replace(' ', '-')}-{number}.xlsx"
            words = [str(file) if word.startswith("FILE.xlsx") else word for word in arguments]
            words = [file.with_suffix(".ics") if word == "FILE.ics" else word for word in words]
            ran = sold("--lang", lang, *name.split(), *words)
            text = ran.out + ran.err
            if file.exists():
                book = openpyxl.load_workbook(file)
                cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
                text += "\n".join(str(cell.value) for cell in cells)
            seen += len(re.findall(r"\b(?:76,?543|80,?819|17,?207)(?:\.00)?\b", text))
            if raw(text) or "（分）" in text or "(fen)" in text:
                found[f"{name} {arguments}"] = raw(text)
    assert found == {}
    assert seen > 20  # it was not for lack of money


def test_json_keeps_fen(sold):
    assert sold.json("order", "show", ORDER)["total"] == TOTAL
    amounts = sold.json("report", "day", "2026-11-22", "-o", sold.home / "json.xlsx")["amounts"]
    assert {abs(amount) for amount in amounts.values()} & FEN


def test_the_header_over_yuan_says_yuan(sold):
    printed = sold.ok("--lang", "zh", "report", "day", "2026-11-22", "-o", sold.home / "zh.xlsx").lines
    (line,) = [line for line in printed if line.startswith("金额")]
    assert line.startswith("金额（元）")
    assert f"{PAID // 100}.00" in line
    assert raw(line) == []
