"""Service cards to print: eight on an A4 page, each with cut lines, its promises and a QR code of its number.

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

HEIGHTS = (21, 25, 16, 16, 16, 16, 16, 16, 15, 14, 16)
LAYOUT = SlipLayout(
    across=2,
    down=4,
    widths=(13.5, 20, 13),  # label, value, QR code
    heights=HEIGHTS,
    # name and number run on as far as the code, the last lines in full
    spans=((1, 2), (2, 2), *((row, 3) for row in range(len(HEIGHTS) - 2, len(HEIGHTS) + 1))),
    qr_row=2,
)
PER_PAGE = LAYOUT.per_page
GREY, RED = "7F7F7F", "C00000"
TITLE = "售后服务卡 Service card"
COPY = "副本 COPY"
HOTLINE = "服务热线 Hotline"
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
    book.style("promise", size=8.5, shrink=True, align="left", indent=1)
    book.style("hotline", size=9, bold=True, shrink=True, align="left", indent=1)


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
    nothing = ("", "value")
    return [
        ((f"{archive.name} {TITLE}", "branch"), nothing, (COPY if card.prints else "", "copy")),
        ((card.number, "number"), nothing, nothing),
        *(((label, "label"), (value or NOTHING, "value"), nothing) for label, value in lines),
        *(((text, "promise"), nothing, nothing) for text in (chinese, english)),
        ((hotline, "hotline"), nothing, nothing),
    ]


def _when(day: date | None, where: str = "") -> str:
    return " ".join(part for part in (day.isoformat() if day else "", where) if part)
