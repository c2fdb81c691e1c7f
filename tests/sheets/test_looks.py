"""How every workbook looks: page set-up, widths, heights, joined cells, styles, pictures, as `looks.txt` has it.

Where a workbook is meant to look otherwise: `python -m tests.sheets.test_looks` writes the file anew; read its diff.
"""

import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from crmkit.core.accounts import Ledger
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.order_slip import slip
from crmkit.sheets.write.seats import seat_list
from tests.core.desk import a_customer
from tests.core.guests import a_guest
from tests.sheets import (
    test_book,
    test_callsheets,
    test_cards_print,
    test_invitations,
    test_order_slip,
    test_plan_pages,
    test_repairs_print,
    test_report,
    test_routes_print,
)
from tests.sheets.samples import some_settings

FILE = Path(__file__).parent / "looks.txt"
BOOKS = {
    "a table": lambda: test_book.a_book(test_book.ROW, (*test_book.ROW[:7], "下午三点后方便" * 10)),
    "a wide table": lambda: _wide(),
    "appraisal": lambda: test_report.an_appraisal(6),
    "call sheets": lambda: test_callsheets.a_print(LN=[test_callsheets.a_sheet(n) for n in (1, 2, 3)]),
    "invitations": lambda: test_invitations.a_print(7),
    "order slip": lambda: _order_slip(),
    "plan: card": lambda: _plan("card"),
    "plan: report": lambda: _plan("report"),
    "plan: schedule": lambda: _plan("schedule"),
    "plan: statement": lambda: _plan("statement"),
    "repairs": lambda: test_repairs_print.a_book(*(test_repairs_print.a_line(n) for n in range(2))),
    "plan: strength": lambda: test_plan_pages.a_print(test_plan_pages.claimed(), "strength"),
    "report": lambda: test_report.a_report(12),
    "route": lambda: test_routes_print.a_print(LN=[test_routes_print.a_stop(n, note="三楼" * 60) for n in (0, 1)]),
    "seat list": lambda: _seat_list(),
    "service cards": lambda: test_cards_print.a_print(9, prints=1),
}


def _wide() -> Workbook:
    book = Workbook(title="a title", font="等线", made_at=test_book.NOW)
    book.table("wide", [test_book.Column(f"column {n}") for n in range(12)], [["x" * 20] * 12])
    return book


def _plan(paper: str) -> Workbook:
    if paper in ("card", "statement"):
        return test_plan_pages.a_print(test_plan_pages.card(test_plan_pages.used("2026-02-02")), paper)
    present = test_plan_pages.contract(*test_plan_pages.maintained())
    k = 1 if paper == "report" else None
    return test_plan_pages.a_print(present, paper, cards=test_plan_pages.CARDS, k=k)


def _order_slip() -> Workbook:
    ledger = Ledger(test_order_slip.ORDER, (test_order_slip.PAID,), (test_order_slip.BACK,))
    return slip(test_order_slip.RUN, ledger, test_order_slip.BUYER, "李娜")


def _seat_list() -> Workbook:
    guests = [a_guest(1, seat="1-3"), a_guest(2, seat="4", note="坐轮椅")]
    people = {guest.id: a_customer(n) for n, guest in enumerate(guests, 1)}
    return seat_list(test_invitations.EVENT, guests, people, some_settings(), test_invitations.NOW)


def look(book: Workbook) -> Iterator[str]:
    """The looks of a workbook, a line for each fact."""
    workbook = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))
    used: set[str] = set()
    for sheet in workbook:
        yield f"  [{sheet.title}]"
        yield from (f"    {line}" for line in _page(sheet))
        yield from (f"    {line}" for line in _rows(sheet))
        used |= {cell.style for row in sheet for cell in row}
    yield from (f"  {line}" for line in _styles(workbook, used))


def _page(sheet: Any) -> Iterator[str]:
    setup, margins = sheet.page_setup, sheet.page_margins
    fits = (
        f"fits {setup.fitToWidth or 1} x {setup.fitToHeight}" if sheet.sheet_properties.pageSetUpPr.fitToPage else "-"
    )
    centred = "centred" if sheet.print_options.horizontalCentered else "not centred"
    lines = "with lines" if sheet.sheet_view.showGridLines is not False else "without lines"
    shown = "" if sheet.sheet_state == "visible" else f"{sheet.sheet_state}, "
    yield f"{shown}paper {setup.paperSize}, {setup.orientation}, {fits}, {centred}, {lines}"
    sides = ("left", "right", "top", "bottom", "header", "footer")
    yield "margins " + ", ".join(f"{side} {getattr(margins, side):g}" for side in sides)
    parts = (sheet.oddHeader.left, sheet.oddHeader.right, sheet.oddFooter.center)
    yield "over and under the page: " + " | ".join(part.text or "" for part in parts)
    if setup.scale:
        breaks = " ".join(str(one.id) for one in sheet.row_breaks.brk)
        yield f"at {setup.scale} per cent{f', new pages after {breaks}' if breaks else ''}"
    if sheet.freeze_panes:
        repeated = " ".join(filter(None, (sheet.print_title_rows, sheet.print_title_cols)))
        yield f"frozen at {sheet.freeze_panes}, repeated {repeated or 'nothing'}"
    for name, area in (("filter", sheet.auto_filter.ref), ("printed", sheet.print_area)):
        if area:
            yield f"{name} {area}"
    yield from (f"table {table.displayName} {table.ref}" for table in sheet.tables.values())
    for area in sheet.conditional_formatting:
        yield from (f"{rule.dxf.font.color.rgb[2:]} in {area.sqref} where {rule.formula[0]}" for rule in area.rules)
    columns = [sheet.column_dimensions[get_column_letter(n)] for n in range(1, sheet.max_column + 1)]
    yield "widths " + " ".join("hidden" if one.hidden else f"{one.width:g}" for one in columns)
    joined = sorted(map(str, sheet.merged_cells.ranges))
    if joined:
        yield "joined " + " ".join(joined)
    for picture in sheet._images:
        at, size = picture.anchor._from, picture.anchor.ext
        yield f"picture at column {at.col} + {at.colOff}, row {at.row}, {size.width} x {size.height}"
    for chart in sheet._charts:
        begins, ends, data = chart.anchor._from, chart.anchor.to, chart.series[0]
        yield (
            f"{type(chart).__name__} from {begins.col}, {begins.row} to {ends.col}, {ends.row}, gap {chart.gapWidth}, "
            f"{data.val.numRef.f} by {data.cat.numRef.f}, {data.graphicalProperties.solidFill.srgbClr}, "
            f"axes {chart.x_axis.numFmt.formatCode} {chart.y_axis.numFmt.formatCode}"
        )


def _rows(sheet: Any) -> Iterator[str]:
    facts = []
    for row in sheet.iter_rows():
        looks = [cell.style.removeprefix("crmkit ") for cell in row]
        cells = ", ".join(f"{style} x {len(list(same))}" for style, same in groupby(looks))
        links = "".join(f", to {cell.hyperlink.location}" for cell in row if cell.hyperlink)
        height = sheet.row_dimensions[row[0].row].height
        facts.append(f"{f'{height:g} points' if height else 'ordinary'}: {cells}{links}")
    number = 1
    for fact, same in groupby(facts):
        count = len(list(same))
        yield f"row {number}{f' to {number + count - 1}' if count > 1 else ''}, {fact}"
        number += count


def _styles(workbook: Any, used: set[str]) -> Iterator[str]:
    for style in sorted(used - {"Normal"}):
        named = next(one for one in workbook._named_styles if one.name == style)
        font, where, fill = named.font, named.alignment, named.fill
        sides = {side: getattr(named.border, side) for side in ("top", "bottom", "left", "right")}
        lines = [f"{side} {line.style} {line.color.rgb[2:]}" for side, line in sides.items() if line and line.style]
        facts = [
            f"{font.name} {font.sz:g} {font.color.rgb[2:]}{' bold' if font.b else ''}", named.number_format,
            f"on {fill.start_color.rgb[2:]}" if fill.fill_type else "",
            f"{where.horizontal} {where.vertical} {where.indent:g}",
            "wraps" if where.wrap_text else "", "shrinks" if where.shrink_to_fit else "", *lines,
        ]  # fmt: skip
        yield f"{style.removeprefix('crmkit ')}: {', '.join(filter(None, facts))}"


def looks() -> dict[str, list[str]]:
    """As the file has them."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            lines = found[line] = []
        else:
            lines.append(line)
    return found


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_looks_as_it_is_meant_to(name: str) -> None:
    assert list(look(BOOKS[name]())) == looks()[name]


if __name__ == "__main__":
    FILE.write_text("".join("\n".join([name, *look(book()), ""]) for name, book in BOOKS.items()), "utf-8")
