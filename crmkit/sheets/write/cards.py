"""Service cards to print: six on an A4 page, each with its promises, a QR code of its number and room for a stamp.

A card speaks Chinese and English at once, whatever language the archive is kept in: it goes to the customer.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from crmkit.records.card import Card, Promises
from crmkit.records.customer import Customer
from crmkit.records.reference import Product
from crmkit.records.settings import Settings
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.slips import Slip, SlipLayout, add_slips

HEIGHTS = (22, 26, 17, 17, 17, 17, 17, 17, 25, 25, 17, 28)
LAYOUT = SlipLayout(
    across=2,
    down=3,
    widths=(13, 19.5, 17),  # label, value, QR code
    heights=HEIGHTS,
    # name and number run on as far as the code, the last lines as far as the stamp
    spans=((1, 2), (2, 2), *((row, 2) for row in range(len(HEIGHTS) - 3, len(HEIGHTS) + 1))),
    qr_row=2,
)
PER_PAGE = LAYOUT.per_page
GREY, RED, FRAME = "7F7F7F", "C00000", "BFBFBF"
TITLE = "售后服务卡 Service card"
COPY = "副本 COPY"
HOTLINE, ADDRESS, STAMP = "服务热线 Hotline", "地址 Address", "盖章处 Stamp"
NOTHING = "—"


class Face(NamedTuple):
    """A card with the records it names."""

    card: Card
    customer: Customer
    product: Product


def card_pages(faces: Sequence[Face], settings: Settings, made_at: datetime) -> Workbook:
    """The cards as a workbook, a sheet for each page. A card that was printed before (`prints`) is marked a copy."""
    book = Workbook(title=TITLE, font=settings.report.font, made_at=made_at)
    _declare_styles(book)
    add_slips(book, [Slip(_rows(face, settings), face.card.number) for face in faces], LAYOUT)
    return book


def promise_lines(promises: Promises) -> tuple[str, str]:
    """The promises as printed, in Chinese and in English."""

    def hours(clock: str, hour: int) -> tuple[str, str]:
        working = clock in promises.working
        return f"{hour}{'个工作' if working else ''}小时内", f"{hour} {'working h' if working else 'h'}"

    reply, solution = hours("reply", promises.reply), hours("solution", promises.solution)
    solved, follow_up = hours("solved", promises.solved), hours("follow_up", promises.follow_up)
    return (
        f"{reply[0]}答复 · {solution[0]}给出方案 · {solved[0]}解决 · {follow_up[0]}回访",
        f"Reply within {reply[1]} · solution {solution[1]} · solved {solved[1]} · follow-up {follow_up[1]}",
    )


def _declare_styles(book: Workbook) -> None:
    book.style("branch", size=12, bold=True, shrink=True, align="left", indent=1)
    book.style("copy", size=11, bold=True, color=RED, align="right", indent=1)
    book.style("number", size=16, bold=True, shrink=True, align="left", indent=1)
    book.style("label", size=7.5, color=GREY, shrink=True, align="left", indent=1)
    book.style("value", size=10, shrink=True)
    book.style("promise", size=8, wrap=True, align="left", indent=1)
    book.style("hotline", size=10, bold=True, shrink=True, align="left", indent=1)
    book.style("address", size=8, wrap=True, align="left", indent=1)
    book.style("stamp head", size=7.5, color=GREY, align="center", above=FRAME, left=FRAME, right=FRAME)
    book.style("stamp", left=FRAME, right=FRAME)
    book.style("stamp foot", below=FRAME, left=FRAME, right=FRAME)


def _rows(face: Face, settings: Settings) -> list[tuple[tuple[str, str], ...]]:
    """The cells of a card, row by row, as (text, style)."""
    card, archive = face.card, settings.archive
    chinese, english = promise_lines(card.promises)
    product = " ".join(part for part in (face.product.name or card.product, face.product.model) if part)
    lines = (
        ("顾客 Customer", face.customer.name),
        ("产品 Product", product),
        ("机号 Serial no.", card.serial),
        ("购买 Bought", _when(card.bought_on, card.bought_at)),
        ("安装 Installed", _when(card.installed_on, card.installed_by)),
        ("保修至 Warranty until", _when(card.warranty_until)),
    )
    hotline = f"{HOTLINE} {settings.card.hotline}" if settings.card.hotline else archive.name
    address = f"{ADDRESS} {settings.card.address}" if settings.card.address else ""
    nothing, stamp = ("", "value"), ("", "stamp")
    return [
        ((f"{archive.name} {TITLE}", "branch"), nothing, (COPY if card.prints else "", "copy")),
        ((card.number, "number"), nothing, nothing),
        *(((label, "label"), (value or NOTHING, "value"), nothing) for label, value in lines),
        ((chinese, "promise"), nothing, (STAMP, "stamp head")),
        ((english, "promise"), nothing, stamp),
        ((hotline, "hotline"), nothing, stamp),
        ((address, "address"), nothing, ("", "stamp foot")),
    ]


def _when(day: date | None, where: str = "") -> str:
    return " ".join(part for part in (day.isoformat() if day else "", where) if part)
