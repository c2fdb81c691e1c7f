"""The workbook of rejected rows: the sheets as they were, reasons in front, to be mended and imported again."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read.blocks import Block
from crmkit.sheets.read.cell_text import cell_text
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.grid import Cell, Row
from crmkit.sheets.read.tables import opened
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cells import width
from crmkit.sheets.write.files import check_target

WIDEST = 40  # columns on the screen
TITLE_LENGTH = 31  # what a spreadsheet program takes as the name of a sheet
_NOT_IN_TITLES = str.maketrans("[]:*?/\\", "_______")

Line = list[str]


class Rejects:
    """Rejected rows, gathered block by block under the titles and the header that they stood under.

    Importing the mended workbook finds the same site, collector, date and source as the sheet itself had: what came
    from the command line stands in a title row of its own.
    """

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.count = 0
        self._pages: dict[str, list[Line]] = {}
        self._block: Block | None = None

    def add(self, block: Block, row: Row, reason: str) -> None:
        """One more rejected row."""
        page = self._pages.setdefault(block.sheet.translate(_NOT_IN_TITLES)[:TITLE_LENGTH] or _("rejects"), [])
        if block is not self._block:
            page += self._head(block)
            self._block = block
        health = set(block.header.indexes("health_notes"))  # which no workbook tells
        page.append([reason, *_texts(["" if n in health else cell for n, cell in enumerate(row.cells)])])
        self.count += 1

    def check(self, path: Path, *, force: bool, limits: ImportSettings) -> bool:
        """Whether there is anything to write. Raises InvalidError where the file cannot be written as asked.

        A file that holds these very rows already may stay: the same import again asks for no --force.
        """
        if not self.count:
            return False
        if not force and path.is_file() and self._stand_in(path, limits):
            return False
        check_target(path, ".xlsx", force=force)
        return True

    def save(self, path: Path, *, font: str, made_at: datetime, force: bool) -> None:
        """Write the workbook; every cell is text. Raises InvalidError, CrmkitError."""
        book = Workbook(title=_("rejects"), font=font, made_at=made_at)
        for title, lines in self._pages.items():
            columns = max(len(line) for line in lines)
            widths = [max((width(line[n]) for line in lines if n < len(line)), default=0) for n in range(columns)]
            sheet = book.page(title, [min(max(w, 4), WIDEST) + 2 for w in widths])
            for line in lines:
                book.append(sheet, [book.styled(text, "text") for text in line])
        book.save(path, force=force)

    def _head(self, block: Block) -> list[Line]:
        told = {"source": self.defaults.source, "site": self.defaults.site, "collector": self.defaults.collector}
        told[N_("date")] = self.defaults.day.isoformat() if self.defaults.day else ""
        missing = "  ".join(
            f"{_(name)}: {value}" for name, value in told.items() if value and name not in block.context
        )
        lines = [["", missing]] if missing else []
        lines += [["", *_texts(row.cells)] for row in block.titles]
        for number, row in enumerate(block.header.rows):
            lines.append(["" if number else _("reason"), *_texts(row.cells)])
        if not block.header.rows:
            fields = {column.index: column.field for column in block.header.columns}
            lines.append([_("reason"), *(fields.get(n, "") for n in range(max(fields) + 1))])
        return lines

    def _stand_in(self, path: Path, limits: ImportSettings) -> bool:
        try:
            with opened(str(path), limits) as source:
                there = {sheet.name: [_trimmed(_texts(row.cells)) for row in sheet.rows] for sheet in source.sheets}
        except InvalidError:
            return False
        return there == {title: [_trimmed(line) for line in lines] for title, lines in self._pages.items()}


def _texts(cells: Sequence[Cell]) -> Line:
    texts = []
    for cell in cells:
        try:
            texts.append(cell_text(cell))
        except InvalidError:  # the very reason why the row is here
            texts.append(str(cell))
    return texts


def _trimmed(line: Line) -> Line:
    filled = [n for n, text in enumerate(line, 1) if text]
    return line[: max(filled, default=0)]
