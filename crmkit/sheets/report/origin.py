"""Where a workbook comes from: people and programs must recognise it when it comes back.

It is written to the cover, the file's properties, and a hidden sheet (every spreadsheet program keeps one). Each row
of a detail sheet ends in a hidden cell with the record's id and a digest of the row.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crmkit.core.figures import Period
from crmkit.i18n import _
from crmkit.records.settings import Settings
from crmkit.sheets.read.workbooks import REPORT_SHEET
from crmkit.sheets.report.view import Table
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cells import Stored

DIGEST = 12  # hexadecimal digits
LANGUAGES = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class Origin:
    """The archive, its state, and how the report was asked for."""

    settings: Settings
    commit: str  # the archive's commit that it was read from; "" where there is none
    run: str  # the last run up to then; "" where there is none
    lang: str
    kind: str  # day, week, month
    period: Period
    mask: bool

    def lines(self) -> dict[str, str]:
        """What the cover says of the report."""
        first, last = self.period.first, self.period.last
        return {
            _("Branch"): self._branch(),
            _("Period"): f"{first}" if first == last else f"{first} – {last}",
            _("Made"): f"{self.period.now:%Y-%m-%d %H:%M}",
            _("Phone numbers"): _("hidden (138****5678)") if self.mask else _("in full"),
            _("Archive"): self.settings.archive.id or _("(without an id)"),
            _("Last run"): self.run or _("(no history yet)"),
            _("Archive as of commit"): self.commit or _("(no history yet)"),
            _("Language"): LANGUAGES.get(self.lang, self.lang),
        }

    def _branch(self) -> str:
        archive = self.settings.archive
        return f"{archive.name} ({archive.branch})" if archive.branch else archive.name

    def facts(self) -> dict[str, str]:
        """The same for programs; what makes the digests of two reports differ."""
        return {
            "archive": self.settings.archive.id,
            "branch": self._branch(),
            "run": self.run,
            "report": self.kind,
            "first": f"{self.period.first}",
            "last": f"{self.period.last}",
            "lang": self.lang,
            "mask": "yes" if self.mask else "no",
        }

    def mark_of(self, sheet: str) -> Callable[[Sequence[Stored]], str]:
        """What gives the mark of a row of `sheet`, whose first cell is the id of its record."""
        key = hashlib.sha256("\x1f".join((*self.facts().values(), sheet)).encode())

        def mark(cells: Sequence[Stored]) -> str:
            digest = key.copy()
            digest.update("\x1f".join(["" if value is None else str(value) for value in cells]).encode())
            return f"{cells[0]}.{digest.hexdigest()[:DIGEST]}"

        return mark


def add_origin(book: Workbook, origin: Origin, tables: Iterable[Table]) -> None:
    """The hidden sheet, and the note in the properties of the file."""
    page = book.page(REPORT_SHEET, (12, 40))
    page.sheet_state = "hidden"
    for name, value in origin.facts().items():
        book.append(page, [book.styled(name, "text"), book.styled(value, "text")])
    for table in tables:
        texts = ("sheet", table.name, table.title, *(column.title for column in table.columns))
        book.append(page, [book.styled(text, "text") for text in texts])
    book.mark(" ".join(f"{name}={value}" for name, value in origin.facts().items()))
