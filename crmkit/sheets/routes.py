"""The day route of each visitor to print: five visits on an A4 page, with room for what is written down at the door."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from crmkit.core.callsheet import addressed
from crmkit.core.fields import in_yuan
from crmkit.core.reach import dial
from crmkit.core.routes import Stop
from crmkit.i18n import _
from crmkit.records.settings import Settings
from crmkit.records.visit import CONDUCT
from crmkit.sheets.book import HEADER_FILL, Book
from crmkit.sheets.cells import width
from crmkit.sheets.labels import label

PER_PAGE = 5
COLUMN_WIDTH = 11.0  # one column for each point of conduct; the other lines join several
LINE, TALL, GAP = 17.0, 27.0, 9.0  # heights of rows in points
GREY, RED, RULE = "7F7F7F", "C00000", "BFBFBF"
BOX = "□"


class _Field(NamedTuple):
    """A piece of a line, `columns` wide."""

    text: str
    style: str
    columns: int


def route_pages(
    routes: Mapping[str, Sequence[Stop]], day: date, names: Mapping[str, str], settings: Settings, made_at: datetime
) -> Book:
    """The stops of each visitor (by staff code, in order) as a workbook, a sheet for each page; `names` are by code."""
    book = Book(title=_("Route"), font=settings.report.font, made_at=made_at)
    _declare_styles(book)
    pages = [(code, first, stops) for code, stops in routes.items() for first in range(0, len(stops), PER_PAGE)] or [
        ("", 0, [])
    ]
    for number, (code, first, stops) in enumerate(pages, 1):
        page = book.page(f"{number}", [COLUMN_WIDTH] * len(CONDUCT))
        page.page_setup.fitToHeight = 1
        page.sheet_view.showGridLines = False
        who = " ".join(part for part in (code, names.get(code, "")) if part) or _("nobody yet")
        title = _("Route of {day:%Y-%m-%d}: {who}, visits: {count}").format(day=day, who=who, count=len(stops))
        _add_line(book, page, (_Field(title, "title", len(CONDUCT)),), TALL)
        hint = _("Tick what was kept; what nobody can say stays open.")
        _add_line(book, page, (_Field(hint, "hint", len(CONDUCT)),), LINE)
        for place, stop in enumerate(stops[first : first + PER_PAGE], first + 1):
            _add_stop(book, page, place, stop, day)
    return book


def _declare_styles(book: Book) -> None:
    book.style("title", size=14, bold=True, shrink=True)
    book.style("hint", size=9, color=GREY, shrink=True)
    _framed(book, "head", size=11, bold=True, fill=HEADER_FILL)
    _framed(book, "label", size=8.5, color=GREY)
    _framed(book, "value", wrap=True)
    _framed(book, "amount", size=11, bold=True)
    _framed(book, "doubt", size=9, bold=True, color=RED)
    _framed(book, "sure", size=9, color=GREY)
    _framed(book, "point", size=7.5, wrap=True, align="center")


def _framed(
    book: Book, name: str, *, size: float = 10, bold: bool = False, color: str = "000000", fill: str = "",
    wrap: bool = False, align: str = "left",
) -> None:  # fmt: skip
    book.style(
        name, size=size, bold=bold, color=color, fill=fill, wrap=wrap, shrink=not wrap, align=align,
        indent=int(align == "left"), above=RULE, below=RULE, left=RULE, right=RULE,
    )  # fmt: skip


def _add_stop(book: Book, page: Any, number: int, stop: Stop, day: date) -> None:
    visit, customer, errand = stop.visit, stop.customer, stop.errand
    zone = book.made_at.tzinfo
    phone = dial(customer)
    begins, ends = visit.begins_at.astimezone(zone), visit.ends_at.astimezone(zone)
    spoken = addressed(customer, day)
    name = customer.name if spoken == customer.name else f"{customer.name} ({spoken})"
    sure = visit.confirmed_at is not None
    lines: tuple[tuple[_Field, ...], ...] = (
        (
            _Field(f"{number}   {begins:%H:%M}-{ends:%H:%M}", "head", 2),
            _Field(name, "head", 2),
            _Field(phone.e164 + (f"-{phone.ext}" if phone.ext else "") if phone else "", "head", 2),
            _Field(label(visit.purpose), "head", 2),
        ),
        (
            _Field(_("Address"), "label", 1),
            _Field(stop.address, "value", 5),
            _Field(_("confirmed") if sure else _("address not confirmed"), "sure" if sure else "doubt", 2),
        ),
        (
            _Field(_("Bring"), "label", 1),
            _Field("\n".join(errand.bring), "value", 4),
            _Field(_("Collect"), "label", 1),
            _Field(in_yuan(errand.collect) if errand.collect else "", "amount", 2),
        ),
        tuple(_Field(f"{BOX} {label(point)}", "point", 1) for point in CONDUCT),
        (
            _Field(_("Arrived"), "label", 1),
            _Field("", "value", 1),
            _Field(_("Left"), "label", 1),
            _Field("", "value", 1),
            _Field(_("Signature"), "label", 1),
            _Field("", "value", 3),
        ),
        (_Field(_("Note"), "label", 1), _Field(visit.note, "value", 7)),
        (_Field(_("Outcome"), "label", 1), _Field("", "value", 7)),
    )
    for line, least in zip(lines, (LINE, LINE, LINE, TALL, TALL, LINE, TALL), strict=True):
        _add_line(book, page, line, max(least, LINE * max(_rows(field) for field in line)))
    _add_line(book, page, (), GAP)


def _rows(field: _Field) -> int:
    """How many rows of text a field takes."""
    room = field.columns * COLUMN_WIDTH - 1
    return sum(-int(-max(width(line), 1) // room) for line in field.text.split("\n")) if field.style == "value" else 1


def _add_line(book: Book, page: Any, line: Sequence[_Field], height: float) -> None:
    """One row of the sheet; the cells of a field that is several columns wide are joined."""
    from openpyxl.utils import get_column_letter

    cells = []
    for field in line:
        cells += [book.styled(field.text, field.style)]
        cells += [book.styled(None, field.style) for _column in range(1, field.columns)]
    book.append(page, cells, height)
    row = book.height(page)
    ends = accumulate((field.columns for field in line), initial=0)
    areas = [
        f"{get_column_letter(before + 1)}{row}:{get_column_letter(end)}{row}"
        for before, end in pairwise(ends)
        if end - before > 1
    ]
    # openpyxl keeps merged cells in a set and writes them in a chance order; a list keeps the bytes the same
    page.merged_cells = [*page.merged_cells, *areas]
