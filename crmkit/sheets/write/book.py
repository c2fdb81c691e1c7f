"""The one way to write a workbook: tables to read, filter and print, and pages laid out by hand.

The same data gives the same bytes: the zip is written anew with fixed times, and the only times inside are those of
`made_at`. A workbook is read back and compared in shape before it takes its name.
"""

import io
import posixpath
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from operator import add
from pathlib import Path
from typing import Any

from crmkit import pool
from crmkit.columns import clipped
from crmkit.errors import CrmkitError
from crmkit.i18n import _
from crmkit.sheets.read.grid import MARK
from crmkit.sheets.write.cells import FORMATS, NUMBERS, Cell, Kind, cell
from crmkit.sheets.write.files import check_target, write_file
from crmkit.sheets.write.layout import ADDED_UP, Column, Extras, TableLayout
from crmkit.sheets.write.readback import last_rows
from crmkit.sheets.write.rowxml import Rows, TableRows, letter

PAPER_A4, PAPER_A3 = 9, 8
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
UPRIGHT_COLUMNS = 105  # a table wider than this is printed in landscape, so that it need not shrink to be unreadable
# The paper for one with extras: the first that takes its columns at SMALLEST of their size, as 10 points are 8 then.
SMALLEST = 80  # per cent
PAPERS = (("portrait", PAPER_A4, 127), ("landscape", PAPER_A4, 185), ("landscape", PAPER_A3, 268))
PIECE = 2000  # rows that are written in one go
HEADING_COLUMNS = {"landscape": 100, "portrait": 66}  # of the title over a page; what is beside it needs the rest
HEADER_FILL, HEADER_LINE, ROW_LINE = "DCE6F1", "4F81BD", "D9D9D9"
RED, GREEN = "C00000", "2E7D32"
ENTRY_FILL, ENTRY_HEADER_FILL, ENTRY_LINE = "FFFBE6", "FFE699", "BFBFBF"  # of what staff fill in
# of a table, beside those of the kinds of values
LOOKS = ("header", "header right", "header entry", "entry", "total rows", *(f"total {kind}" for kind in ADDED_UP))


@dataclass(frozen=True)
class Styled:
    """A cell with its looks."""

    cell: Cell
    style: str  # as declared with `Book.style`
    link: str = ""  # title of a sheet that a click on the cell leads to


class Workbook:
    """A workbook in the making; nothing is written before `to_bytes`."""

    def __init__(self, *, title: str, font: str, made_at: datetime) -> None:
        """`made_at` (aware) is stored as the time of making; its zone is the one that times are shown in."""
        from openpyxl import Workbook

        self.font = font
        self.made_at = made_at
        self.notes: list[str] = []  # what had to be changed to fit, for the operator
        self._workbook = Workbook(write_only=True)
        self._rows: dict[str, list[Sequence[Styled | None]]] = {}  # of pages, by their title
        self._tables: dict[str, TableRows] = {}  # by title
        self._workbook.properties.title = title
        self._workbook.properties.creator = "crmkit"
        self.style("header", bold=True, fill=HEADER_FILL, below=HEADER_LINE, wrap=True)
        self.style("header right", bold=True, fill=HEADER_FILL, below=HEADER_LINE, wrap=True, align="right", indent=1)
        self.style("header entry", bold=True, fill=ENTRY_HEADER_FILL, below=HEADER_LINE, wrap=True)
        self.style(
            "entry", fill=ENTRY_FILL, above=ENTRY_LINE, below=ENTRY_LINE, left=ENTRY_LINE, right=ENTRY_LINE, wrap=True,
            align="left",
        )  # fmt: skip
        for kind, number_format in FORMATS.items():
            number = kind in NUMBERS
            self.style(
                kind, number_format=number_format, below=ROW_LINE, wrap=kind == "text",
                align="right" if number else "left", indent=1 if number else 0,
            )  # fmt: skip
        totals = {kind: FORMATS[kind] for kind in ADDED_UP} | {"rows": _('#,##0 "rows"'), "duration": "[h]:mm:ss"}
        for kind, number_format in totals.items():
            left = kind == "rows"
            self.style(
                f"total {kind}", number_format=number_format, bold=True, color=HEADER_LINE,
                align="left" if left else "right", indent=0 if left else 1,
            )  # fmt: skip

    def style(
        self, name: str, *, number_format: str = "@", size: float = 10, bold: bool = False, color: str = "000000",
        fill: str = "", above: str = "", below: str = "", left: str = "", right: str = "", line: str = "thin",
        wrap: bool = False, shrink: bool = False, align: str = "", indent: int = 0,
    ) -> None:  # fmt: skip
        """Declare the looks of a kind of cell; colours are RRGGBB, "" for none; `line` is the kind of border."""
        from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

        def side(side_color: str) -> Any:
            return Side(style=line, color=side_color) if side_color else Side()

        style = NamedStyle(
            name=f"crmkit {name}",
            number_format=number_format,
            font=Font(name=self.font, size=size, bold=bold, color=color),
            alignment=Alignment(
                wrap_text=wrap, shrink_to_fit=shrink, vertical="center", horizontal=align or None, indent=indent
            ),
            border=Border(top=side(above), bottom=side(below), left=side(left), right=side(right)),
        )
        if fill:
            style.fill = PatternFill("solid", start_color=fill)
        self._workbook.add_named_style(style)

    def table(
        self, title: str, columns: Sequence[Column], rows: Sequence[Sequence[object]],
        watched: Callable[[Sequence[object]], Iterable[object]] = iter, extras: Extras | None = None,
    ) -> Any:  # fmt: skip
        """A sheet (openpyxl) with one header row, frozen and with filters, set up for printing.

        What `watched` makes of the rows' numbers is gone through as they are written.
        """
        sheet = self._workbook.create_sheet(title)
        styles = {name: int(_styled(sheet, name).style_id) for name in (*FORMATS, *LOOKS)}
        layout = TableLayout(columns, styles, self.made_at.tzinfo, extras)
        head = layout.header_row
        written, sums = list[Rows](), [0] * len(columns)
        needed = [0] * len(columns)
        starts = range(0, len(rows), PIECE)
        seen = iter(watched(range(len(rows))))
        parts = pool.each(lambda start: layout.part(head + 1 + start, rows[start : start + PIECE]), starts, group=1)
        for part in parts:
            written.append(part.rows)
            sums = list(map(add, sums, part.sums)) if extras else sums
            needed = list(map(max, needed, part.widths))
            self.notes += [
                _("{sheet}, row {row}, {column}: the text was too long for a cell and was cut").format(
                    sheet=title, row=row, column=column
                )
                for row, column in part.cut
            ]
            deque(islice(seen, PIECE), maxlen=0)
        table = self._tables[title] = TableRows()
        for part_of_it in (*((layout.totals(len(rows), sums),) if extras else ()), layout.header(), *written):
            table.append(part_of_it)
        self._set_up_table(sheet, layout, layout.widths(needed, sums), len(rows))
        return sheet

    def _set_up_table(self, sheet: Any, layout: TableLayout, widths: Sequence[float], rows: int) -> None:
        title, head, extras = sheet.title, layout.header_row, layout.extras
        if extras:
            self._set_up_readable(sheet, widths, extras.frozen)
        else:
            self._set_up(sheet, widths, landscape=sum(widths) > UPRIGHT_COLUMNS, fit=True)
        sheet.oddHeader.right.text = _("{sheet}: {count} rows").format(sheet=_printed(title), count=rows)
        last = letter(len(widths))
        sheet.print_area = f"A1:{last}{head + rows}"
        sheet.print_title_rows = f"1:{head}"
        sheet.freeze_panes = f"{letter(1 + (extras.frozen if extras else 0))}{head + 1}"
        if extras is None:
            sheet.auto_filter.ref = f"A1:{last}{head + rows}"
            return
        titles = [column.title for column in layout.columns]
        if layout.marked:
            titles.append(MARK)
            last = letter(len(titles))
            sheet.column_dimensions[last].hidden = True
        self._name_table(sheet, extras.name, f"A{head}:{last}{head + rows}", titles)
        for column, value in extras.red:
            place = f"${letter(titles.index(column) + 1)}{head + 1}"
            self._show_red(sheet, f"A{head + 1}:{last}{head + rows}", f'{place}="{value}"')

    def _set_up_readable(self, sheet: Any, widths: Sequence[float], repeated: int) -> None:
        """Choose the paper; what no paper takes goes onto further pages, beside the first `repeated` columns again."""
        orientation, paper, room = next((one for one in PAPERS if sum(widths) <= one[2]), PAPERS[-1])
        self._set_up(sheet, widths, landscape=orientation == "landscape", fit=True)
        sheet.page_setup.paperSize = paper
        if sum(widths) > room:
            sheet.sheet_properties.pageSetUpPr.fitToPage = False
            sheet.page_setup.scale = SMALLEST
            sheet.print_title_cols = f"A:{letter(repeated)}"

    def _name_table(self, sheet: Any, name: str, area: str, titles: Sequence[str]) -> None:
        """Make `area` a table of spreadsheet programs, which sorts and filters as one and can be named in formulas."""
        from openpyxl.worksheet.table import Table

        table = Table(displayName=name, ref=area)
        table._initialise_columns()
        for column, title in zip(table.tableColumns, titles, strict=True):
            column.name = title
        sheet._tables.add(table)  # add_table warns of what was just done

    def _show_red(self, sheet: Any, area: str, formula: str) -> None:
        from openpyxl.formatting.rule import FormulaRule
        from openpyxl.styles import Font

        sheet.conditional_formatting.add(area, FormulaRule(formula=[formula], font=Font(color=RED)))

    def name(self, name: str, sheet: Any, area: str) -> None:
        """Give cells of `sheet` a name for formulas; `area` such as `$B$3` or `$A$2:$F$9`."""
        from openpyxl.utils import quote_sheetname
        from openpyxl.workbook.defined_name import DefinedName

        place = f"{quote_sheetname(sheet.title)}!{area}"
        self._workbook.defined_names[name] = DefinedName(name, attr_text=place)

    def mark(self, value: str) -> None:
        """Note `value` in the properties of the file, where programs look that do not read its cells."""
        from openpyxl.packaging.custom import StringProperty

        self._workbook.custom_doc_props.append(StringProperty(name=MARK, value=value))

    def page(self, title: str, widths: Sequence[float], *, landscape: bool = False, fit: bool = True) -> Any:
        """An empty sheet (openpyxl) with columns of these widths, set up for A4; `fit` shrinks it to one page wide."""
        sheet = self._workbook.create_sheet(title)
        self._set_up(sheet, widths, landscape=landscape, fit=fit)
        self._rows[title] = []
        return sheet

    def wide_page(self, title: str, widths: Sequence[float]) -> Any:
        """An empty sheet (openpyxl) on the paper on which columns of these widths stay readable, as for a table."""
        sheet = self._workbook.create_sheet(title)
        self._set_up_readable(sheet, widths, repeated=1)
        self._rows[title] = []
        return sheet

    def _set_up(self, sheet: Any, widths: Sequence[float], *, landscape: bool, fit: bool) -> None:
        for number, column_width in enumerate(widths, 1):
            dimension = sheet.column_dimensions[letter(number)]
            if column_width:
                dimension.width = column_width
            else:
                dimension.hidden = True
        sheet.page_setup.paperSize = PAPER_A4
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.6, 0.3, 0.3
        if fit:
            sheet.sheet_properties.pageSetUpPr.fitToPage = True
            sheet.page_setup.fitToHeight = 0
            room = HEADING_COLUMNS["landscape" if landscape else "portrait"]
            sheet.oddHeader.left.text = _printed(clipped(self._workbook.properties.title, room))
            sheet.oddHeader.right.text = _printed(sheet.title)
            sheet.oddFooter.center.text = _("page {page} of {pages}").format(page="&P", pages="&N")

    def styled(self, value: object, style: str, kind: Kind = "text", link: str = "") -> Styled:
        """A cell for `append`, in a style declared with `style`."""
        return Styled(cell(value, kind, self.made_at.tzinfo), style, link)

    def append(self, sheet: Any, cells: Sequence[Styled | None], height: float = 0) -> None:
        """The next row of `sheet`; `height` in points, 0 = as the program sees fit."""
        self._rows[sheet.title].append(cells)
        if height:
            sheet.row_dimensions[self.height(sheet)].height = height

    def height(self, sheet: Any) -> int:
        """How many rows `sheet` has so far."""
        return len(self._rows[sheet.title])

    def save(self, path: Path, *, force: bool = False) -> None:
        """Write the workbook to `path` (.xlsx). Raises InvalidError before, CrmkitError while writing."""
        check_target(path, ".xlsx", force=force)
        data = self.to_bytes()
        self._check(data)
        write_file(path, data)

    def to_bytes(self) -> bytes:
        """The workbook as a file; a Book can be written once."""
        from openpyxl.xml.functions import tostring

        for sheet in self._workbook.worksheets:
            pen = _Pen(sheet)
            for row in self._rows.get(sheet.title, ()):
                sheet.append(one and pen.written(one) for one in row)
        made = self.made_at.astimezone(UTC).replace(tzinfo=None)
        raw = io.BytesIO()
        self._workbook.save(raw)
        properties = self._workbook.properties
        properties.created = properties.modified = made
        tables = {sheet.path[1:]: self._tables.get(sheet.title) for sheet in self._workbook.worksheets}
        final = io.BytesIO()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(final, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                content = tostring(properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
                if name.endswith(".rels"):
                    content = _with_relative_targets(name, content)
                elif name.startswith("xl/drawings/"):
                    content = _with_prefix(content)
                entry = zipfile.ZipInfo(name, ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = 0o600 << 16
                with target.open(entry, "w") as part:
                    table = tables.get(name)
                    if table:
                        table.write_into(content, part)
                    else:
                        part.write(content)
        return final.getvalue()

    def _check(self, data: bytes) -> None:
        written = {title: table.last_filled for title, table in self._tables.items()}
        for title, rows in self._rows.items():
            filled = [n for n, row in enumerate(rows, 1) if any(one and one.cell.value is not None for one in row)]
            written[title] = max(filled, default=0)
        there = last_rows(data)
        for name, last in written.items():
            if there.get(name, 0) != last:
                raise CrmkitError(_("the workbook cannot be read back: sheet {name} is not whole").format(name=name))


class _Pen:
    """Fills cells of one sheet, the same one again for each style: to name a cell's style takes a search of them all.

    The sheet writes every cell down before it asks for the next.
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._cells: dict[str, Any] = {}

    def written(self, one: Styled) -> Any:
        """The cell (openpyxl) with the value, looks and link of `one`."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        if one.style not in self._cells:
            self._cells[one.style] = _styled(self._sheet, one.style)
        ready = self._cells[one.style]
        ready.value = one.cell.value
        ready.hyperlink = Hyperlink(ref="A1", location=f"'{one.link}'!A1") if one.link else None
        if isinstance(one.cell.value, str):
            ready.data_type = "s"  # openpyxl takes =1+1 for a formula and #N/A for an error
        return ready


def _with_relative_targets(name: str, relations: bytes) -> bytes:
    """What a part is related to, named from the part's own folder: exceljs finds no drawing by its full name."""
    folder = posixpath.dirname(posixpath.dirname(name))

    def relative(target: re.Match[bytes]) -> bytes:
        return b'Target="%s"' % posixpath.relpath(target[1].decode(), folder or ".").encode()

    return re.sub(rb'Target="/([^"]*)"', relative, relations)


def _with_prefix(drawing: bytes) -> bytes:
    """A drawing whose elements bear the prefix that all programs but openpyxl write; exceljs knows no other."""
    return re.sub(rb"<(/?)(?=\w+[\s/>])", rb"<\1xdr:", drawing).replace(b' xmlns="', b' xmlns:xdr="', 1)


def _styled(sheet: Any, style: str) -> Any:
    """An empty cell (openpyxl) with the looks of `style`."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.style = f"crmkit {style}"
    return cell


def _printed(text: str) -> str:
    return text.replace("&", "&&")  # a single & begins a code in a page header
