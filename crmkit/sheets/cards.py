"""Service cards to print: eight on an A4 page, each with cut lines, its promises and a QR code of its number.

A card speaks Chinese and English at once, whatever language the archive is kept in: it goes to the customer.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from crmkit.records.card import Card, Promises
from crmkit.records.customer import Customer
from crmkit.records.reference import Product
from crmkit.records.settings import Settings
from crmkit.sheets.book import Book

ACROSS, DOWN = 2, 4
PER_PAGE = ACROSS * DOWN
CARD_WIDTHS = (13.5, 20, 13)  # of the columns of a card: label, value, QR code
GAP_WIDTH, GAP_HEIGHT = 1.5, 9.0
ROW_HEIGHTS = (21, 25, 16, 16, 16, 16, 16, 16, 15, 14, 16)  # points; with the gaps, four cards fill a page
MARGIN = 0.35  # inches
QR_ROW = 2  # of a card, counted from 0
QR_SIZE = 3.0  # cm; 29 modules of 1 mm with the quiet zone
EMU_PER_CM = 360_000
CUT, GREY, RED = "7F7F7F", "7F7F7F", "C00000"
TITLE = "售后服务卡 Service card"
COPY = "副本 COPY"
HOTLINE = "服务热线 Hotline"
NOTHING = "—"


class Face(NamedTuple):
    """A card with the records it names."""

    card: Card
    customer: Customer
    product: Product


def card_pages(faces: Sequence[Face], settings: Settings, made_at: datetime) -> Book:
    """The cards as a workbook, a sheet for each page. A card that was printed before (`prints`) is marked a copy."""
    book = Book(title=TITLE, font=settings.report.font, made_at=made_at)
    _declare_styles(book)
    widths = [GAP_WIDTH, *[*CARD_WIDTHS, GAP_WIDTH] * ACROSS]
    for start in range(0, len(faces), PER_PAGE):
        page = book.page(f"{start // PER_PAGE + 1}", widths, fit=False)
        page.sheet_properties.pageSetUpPr.fitToPage = True  # to one page, whatever the font of the printing machine
        page.sheet_view.showGridLines = False
        margins = page.page_margins
        margins.left = margins.right = margins.top = margins.bottom = MARGIN
        margins.header = margins.footer = 0
        _add_page(book, page, faces[start : start + PER_PAGE], settings)
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


def qr_png(number: str) -> bytes:
    """A QR code of `number` as PNG: version 1 with error correction Q, and the quiet zone of 4 modules."""
    import segno

    picture = io.BytesIO()
    segno.make(number, error="q", micro=False, boost_error=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()


def _declare_styles(book: Book) -> None:
    book.style("branch", size=12, bold=True, shrink=True, align="left", indent=1)
    book.style("copy", size=11, bold=True, color=RED, align="right", indent=1)
    book.style("number", size=16, bold=True, shrink=True, align="left", indent=1)
    book.style("label", size=7.5, color=GREY, shrink=True, align="left", indent=1)
    book.style("value", size=10, shrink=True)
    book.style("promise", size=8.5, shrink=True, align="left", indent=1)
    book.style("hotline", size=9, bold=True, shrink=True, align="left", indent=1)
    book.style("cut right", left=CUT, line="dashed")
    book.style("cut left", right=CUT, line="dashed")
    book.style("cut between", left=CUT, right=CUT, line="dashed")
    book.style("cut above", below=CUT, line="dashed")
    book.style("cut below", above=CUT, line="dashed")


def _add_page(book: Book, page: Any, faces: Sequence[Face], settings: Settings) -> None:
    for start in range(0, len(faces), ACROSS):
        beside = faces[start : start + ACROSS]
        _add_cut(book, page, len(beside), "cut above")
        top = book.height(page)
        rows = [_rows(face, settings) for face in beside]
        for number, height in enumerate(ROW_HEIGHTS):
            cells = [book.styled(None, "cut left")]
            for place, card in enumerate(rows, 1):
                cells += [book.styled(text, style) for text, style in card[number]]
                cells.append(book.styled(None, "cut between" if place < len(rows) else "cut right"))
            book.append(page, cells, height)
        for place, face in enumerate(beside):
            left = 1 + place * (len(CARD_WIDTHS) + 1)
            _join(page, left, top)
            _add_qr(page, qr_png(face.card.number), left + len(CARD_WIDTHS) - 1, top + QR_ROW)
        _add_cut(book, page, len(beside), "cut below")


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


def _add_cut(book: Book, page: Any, cards: int, style: str) -> None:
    gap = book.styled(None, "value")
    cells = [gap]
    for _card in range(cards):
        cells += [*(book.styled(None, style) for _column in CARD_WIDTHS), gap]
    book.append(page, cells, GAP_HEIGHT / 2)


def _join(page: Any, left: int, top: int) -> None:
    """Merge the cells of a card's lines that run on: name and number as far as the code, the last lines in full."""
    from openpyxl.utils import get_column_letter

    last = len(ROW_HEIGHTS)
    spans = ((1, 2), (2, 2), (last - 2, 3), (last - 1, 3), (last, 3))
    areas = [
        f"{get_column_letter(left + 1)}{top + row}:{get_column_letter(left + columns)}{top + row}"
        for row, columns in spans
    ]
    # openpyxl keeps merged cells in a set and writes them in a chance order; a list keeps the bytes the same
    page.merged_cells = [*page.merged_cells, *areas]


def _add_qr(page: Any, png: bytes, column: int, row: int) -> None:
    from openpyxl.drawing.image import Image
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
    from openpyxl.drawing.xdr import XDRPositiveSize2D

    size = int(QR_SIZE * EMU_PER_CM)
    # Image() opens its file with Pillow to learn format and size; both are known here, and Pillow is not needed
    picture = Image.__new__(Image)
    picture.format, picture._data = "png", lambda: png
    marker = AnchorMarker(col=column, row=row, colOff=EMU_PER_CM // 20)
    picture.anchor = OneCellAnchor(_from=marker, ext=XDRPositiveSize2D(size, size))
    page.add_image(picture)
