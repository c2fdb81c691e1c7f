"""Sheets for staff to fill in: a table with lists to choose from, and the same on paper with codes to scan.

What stands in them is described where they are read back: sheets/read/staff_sheets.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from crmkit.i18n import N_, _
from crmkit.records.settings import Settings
from crmkit.sheets.read.grid import MARK
from crmkit.sheets.read.staff_sheets import REASON, OwnColumn, ReturnedRow, StaffColumn, StaffSheet, word
from crmkit.sheets.write.book import HEADER_FILL, UPRIGHT_COLUMNS, Workbook
from crmkit.sheets.write.cells import lines, width
from crmkit.sheets.write.layout import Column
from crmkit.sheets.write.qr import add_id
from crmkit.sheets.write.rowxml import letter

LONGEST_LIST = 255  # characters of a list to choose from; a spreadsheet program takes no longer one in a cell
PAPER_ROW, PAPER_LINE = 57.0, 12.5  # points; a code of an id fits into a row
PAPER_WIDTH, CODE_WIDTH = 100, 11.5  # of a page and of the codes on it, as spreadsheets measure
LEAST_PAPER_WIDTH = 6
LANDSCAPE_WIDTH = 148
KNOWN, KNOWN_WIDTH = "known", 44  # what is known of a row, where its columns do not fit beside each other
GREY = "7F7F7F"

NO_OWN: Mapping[OwnColumn, Sequence[str]] = MappingProxyType({})

Line = Mapping[str, object]  # what stands in the columns to be read, by field


def staff_book(
    staff_sheet: StaffSheet, rows: Sequence[Line], title: str, settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """A workbook named `title` with the table to fill in and the same list to print."""
    book = Workbook(title=title, font=settings.report.font, made_at=made_at)
    add_table(book, staff_sheet, rows)
    _add_paper(book, staff_sheet, rows, title)
    return book


def refused_book(
    staff_sheet: StaffSheet, refused: Iterable[tuple[ReturnedRow, str]], settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """The rows that were not taken as they stood, each with its reason in front: mended, the file is given back."""
    book = Workbook(title=_("rejects"), font=settings.report.font, made_at=made_at)
    told = list(refused)
    rows = [row for row, _why in told]
    columns = dict.fromkeys(column for row in rows for column in row.own)
    own = {column: [row.own.get(column, "") for row in rows] for column in columns}
    add_table(book, staff_sheet, [row.texts for row in rows], [why for _row, why in told], own)
    return book


def add_table(
    book: Workbook, staff_sheet: StaffSheet, rows: Sequence[Line], reasons: Sequence[str] = (),
    own: Mapping[OwnColumn, Sequence[str]] = NO_OWN,
) -> None:  # fmt: skip
    """The table to fill in, as a sheet of `book`; with `reasons`, one for each row, in the first column.

    Columns of the staff's `own` stand behind the others.
    """
    front = [Column(_(REASON), widest=40)] if reasons else []
    columns = [
        Column(_(column.title), widest=column.width, entry=column.width if column.entry else 0)
        for column in staff_sheet.columns
    ]
    columns += [Column(column.heading) for column in own]
    values = [
        [
            *reasons[at : at + 1],
            *(row.get(column.field) for column in staff_sheet.columns),
            *(texts[at] for texts in own.values()),
            staff_sheet.mark,
        ]
        for at, row in enumerate(rows)
    ]
    sheet = book.table(_(staff_sheet.title), [*front, *columns, Column(MARK)], values)
    for place in range(1, len(front) + len(columns) + 1):  # staff's programs may lack the font, and have a wider one
        sheet.column_dimensions[letter(place)].width *= 1.15
    sheet.column_dimensions[letter(len(front) + len(columns) + 1)].hidden = True
    for place, column in enumerate(staff_sheet.columns, len(front) + 1):
        if column.codes and rows:
            _offer(sheet, column, f"{letter(place)}2:{letter(place)}{len(rows) + 1}")


def _offer(sheet: Any, column: StaffColumn, cells: str) -> None:
    """A list to choose from in `cells`; several words may be written where a column takes several."""
    from openpyxl.worksheet.datavalidation import DataValidation

    words = ",".join(word(code) for code in column.codes)
    if len(words) > LONGEST_LIST:
        raise ValueError(f"too long to be chosen from: {words}")
    offered = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    offered.showErrorMessage = column.entry != "codes"
    offered.add(cells)
    sheet.data_validations.append(offered)


def _add_paper(book: Workbook, staff_sheet: StaffSheet, rows: Sequence[Line], title: str) -> None:
    """The same list to print: a code of each key, and boxes where something is to be filled in."""
    for name, fill, align in (("paper head", HEADER_FILL, ""), ("paper", "", "left"), ("paper tick", "", "center")):
        book.style(
            name, size=9, bold=bool(fill), fill=fill, above=GREY, below=GREY, left=GREY, right=GREY, wrap=True,
            align=align,
        )  # fmt: skip
    columns = [column for column in staff_sheet.columns if column.entry or any(row.get(column.field) for row in rows)]
    widths = _paper_widths(columns, rows)
    wide = sum(widths) > UPRIGHT_COLUMNS
    if wide:  # beside each other they would be too small to read: what is known stands in one column, line by line
        known = [column for column in columns if not column.entry]
        columns = [StaffColumn(KNOWN, N_("What is known"), width=KNOWN_WIDTH), *(one for one in columns if one.entry)]
        rows = [{**row, KNOWN: _known(known, row)} for row in rows]
        widths = _writing_widths(columns)
    page = book.page(_("To print"), [*widths, CODE_WIDTH], landscape=wide)
    page.print_title_rows = "1:1"
    most = max(lines(_(column.title), room - 1) for column, room in zip(columns, widths, strict=True))
    head = max(2, most) * PAPER_LINE + 3
    book.append(page, [book.styled(_(column.title), "paper head") for column in columns], head)
    for row in rows:
        texts = [_ticks(column) if column.entry else str(row.get(column.field) or "") for column in columns]
        most = max(lines(text, room - 1) for text, room in zip(texts, widths, strict=True))
        looks = ["paper tick" if column.entry else "paper" for column in columns]
        add_id(page, str(row[staff_sheet.key]), len(columns), book.height(page))
        book.append(
            page,
            [book.styled(text or None, look) for text, look in zip(texts, looks, strict=True)],
            max(PAPER_ROW, most * PAPER_LINE + 4),
        )
    page.print_area = f"A1:{letter(len(columns) + 1)}{book.height(page)}"
    page.oddHeader.left.text = title.replace("&", "&&")


def _known(columns: Sequence[StaffColumn], row: Line) -> str:
    """What stands in columns to be read, a line each."""
    return "\n".join(f"{_(column.title)}: {row[column.field]}" for column in columns if row.get(column.field))


def _writing_widths(columns: Sequence[StaffColumn]) -> list[float]:
    """The widths of a page that lies on its side: what is known, then the room to write as each column asks for it."""
    known, *entries = columns
    least = [max([LEAST_PAPER_WIDTH + 1, *(width(f"□ {word(code)}") + 2 for code in one.codes)]) for one in entries]
    left = max(0, LANDSCAPE_WIDTH - known.width - CODE_WIDTH - sum(least))
    asked = [one.width if not one.codes else 0 for one in entries]
    shares = [left * share / max(1, sum(asked)) for share in asked]
    return [known.width, *(needed + share for needed, share in zip(least, shares, strict=True))]


def _ticks(column: StaffColumn) -> str:
    """The boxes to tick of a column to be filled in on paper; "" for room to write."""
    if column.entry in ("yes", "tick"):
        return "□"
    return "\n".join(f"□ {word(code)}" for code in column.codes) if column.entry == "code" else ""


def _paper_widths(columns: Sequence[StaffColumn], rows: Sequence[Line]) -> list[float]:
    """The widths of the columns: as wide as their texts, the room that is left for what is written by hand."""
    wanted = []
    for column in columns:
        texts = [str(row.get(column.field) or "") for row in rows if not column.entry]
        needed = max(map(width, texts), default=column.width)
        wanted.append(max(LEAST_PAPER_WIDTH, min(needed, column.width) + 2.0))
    left = PAPER_WIDTH - sum(wanted)
    writing = [at for at, column in enumerate(columns) if column.entry]
    return [w + (max(left, 0) / len(writing) if at in writing else 0) for at, w in enumerate(wanted)]
