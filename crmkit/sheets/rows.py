"""Rows of cells as drafts: every value read by its own reader, every refusal naming the cell."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from crmkit.core.collecting import values
from crmkit.core.collecting.daytext import Written, birthday, moment, read_day
from crmkit.core.collecting.draft import Draft
from crmkit.core.people import names
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.customer import Phone
from crmkit.sheets.blocks import Block
from crmkit.sheets.grid import Cell, Row, letter
from crmkit.sheets.headers import Column
from crmkit.sheets.synonyms import squeezed

T = TypeVar("T")
Taken = Callable[[str], bool]
LONGEST_NAME = 100  # characters
LONGEST_DATE = 40  # characters

_BORN = re.compile(r"((?:18|19|20)[0-9]{2})(?:[^0-9].*|0[1-9]|1[0-2])?")
_NOT_BOUGHT = re.compile("未|没|否|不|no")
_LUNAR_TITLE = re.compile("农历|阴历|旧历|lunar", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says for rows and titles that do not: a source code, a site, a collector, a day."""

    source: str = ""
    site: str = ""
    collector: str = ""
    day: date | None = None


def nothing_taken(_content: str) -> bool:
    """Whether a row of this content was taken in before, where none ever was."""
    return False


def read_draft(run: Run, block: Block, row: Row, defaults: Defaults, taken: Taken = nothing_taken) -> Draft:
    """One row, read. A value that is evidently meant but cannot be taken makes `error`, naming the cell.

    `taken(content)` says that the row was taken in before: it is not read any further then.
    """
    try:
        return _RowReader(run, block, row, defaults).draft(taken)
    except InvalidError as error:
        return Draft(sheet=block.sheet, row=row.number, error=error.message)


def cell_text(cell: Cell) -> str:
    """A cell as text: 73.0 is 73, a date is 2026-11-03, with a time 2026-11-03 10:56. Raises InvalidError."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time() else f"{cell:%Y-%m-%d}"
    return values.clean("" if cell is None else str(cell))


class _RowReader:
    """Reads one row; what it cannot make a value of becomes a note. Every method raises InvalidError."""

    def __init__(self, run: Run, block: Block, row: Row, defaults: Defaults) -> None:
        self.run = run
        self.block = block
        self.row = row
        self.defaults = defaults
        self.notes: list[str] = []
        self.filled: dict[str, list[tuple[Column, str]]] = {}  # field → its columns in which something stands
        self.said: list[str] = []  # what the row says, equal however the file was saved
        cells = row.cells
        for column in block.header.columns:
            cell = cells[column.index] if column.index < len(cells) else None
            text = self._read(column, cell_text, cell) if cell not in (None, "") else ""
            plain = values.plain(text)
            if plain:
                self.filled.setdefault(column.field, []).append((column, text))
                if column.field not in ("ignore", "date", "time"):
                    self.said.append(f"{column.field or squeezed(column.title)}={_spelt(column.field, plain)}")

    def draft(self, taken: Taken) -> Draft:
        """The draft of this row; only its place, content and external id where it was taken in before."""
        spelt_day, at = self._when()
        site, collector = self._context("site", self.defaults.site), self._context("collector", self.defaults.collector)
        referrer, (referrer_numbers, _unread) = self._one("referrer"), self._phones("referrer_phone")
        source = self._source()
        source = source or ("referral" if referrer or referrer_numbers else "outreach" if site else "import")
        # the same however the columns are sorted
        content = "\x1e".join((*sorted(self.said), spelt_day, site, collector, source))
        place: dict[str, Any] = {"sheet": self.block.sheet, "row": self.row.number, "content": content}
        if taken(content):
            return Draft(**place, external_id=self._one("external_id"))
        numbers, unread = self._phones("phone")
        birth, age = self._birth_and_age((at or self.run.now).year)
        product, quantity, amount = self._purchase()
        return Draft(
            **place,
            name=self._name(),
            phones=numbers,
            unread=unread,
            sex=self._value("sex", values.sex) or "",
            birthday=birth,
            age=age,
            address=self._address(),
            email=self._value("email", _mail) or "",
            wechat=self._one("wechat"),
            employer=self._one("employer"),
            source=source,
            site=site,
            collector=collector,
            at=at,
            referrer_name=referrer,
            referrer_phones=tuple(phone.e164 for phone in referrer_numbers),
            product=product,
            quantity=quantity,
            amount=amount,
            external_id=self._one("external_id"),
            tags=tuple(tag for _column, text in self._filled("tags") for tag in _words(text)),
            notes=(*self._remarks(), *self.notes),
        )

    def _filled(self, field: str) -> list[tuple[Column, str]]:
        return self.filled.get(field, [])

    def _one(self, field: str) -> str:
        return self.filled[field][0][1] if field in self.filled else ""

    def _read(self, column: Column, reader: Callable[[Cell], T], cell: Cell) -> T:
        """What `reader` makes of a cell; an InvalidError then names the cell."""
        try:
            return reader(cell)
        except InvalidError as error:
            where = f"{column.title} {letter(column.index)}{self.row.number}".strip()
            raise InvalidError(f"{where}: {error.message}", error.hint) from None

    def _value(self, field: str, reader: Callable[[str], T | None]) -> T | None:
        """The value of a field; a text of which `reader` makes nothing becomes a note."""
        for column, text in self._filled(field):
            value = self._read(column, lambda cell: reader(str(cell)), text)
            if value is not None:
                return value
            self._note(column, text)
        return None

    def _note(self, column: Column, text: str) -> None:
        self.notes.append(f"{column.title}: {text}" if column.title else text)

    def _context(self, field: str, default: str) -> str:
        told = self.block.context.get(field)
        return self._one(field) or ("" if told is None else cell_text(told)) or default

    def _source(self) -> str:
        told = self.block.context.get("source")
        above = None if told is None else values.source(cell_text(told))
        return self._value("source", values.source) or above or self.defaults.source

    def _name(self) -> str:
        name = self._one("name")
        surname, given = self._one("surname"), self._one("given_name")
        if not name:
            name = surname + given if names.is_han(surname + given) else f"{given} {surname}".strip()
        if len(name) > LONGEST_NAME:
            raise InvalidError(_("the name has {n} characters").format(n=len(name)))
        return name if names.normal(name) else ""

    def _phones(self, field: str) -> tuple[tuple[Phone, ...], str]:
        """The numbers of a field's columns, each once, and why something there could not be read."""
        found: dict[str, Phone] = {}
        why = ""
        for column, text in self._filled(field):
            cell = self.row.cells[column.index]
            text = text if isinstance(cell, str) else phones.cell_text(cell)
            reading = phones.read(text, area=self.run.settings.archive.area)
            for phone in phones.to_phones(reading):
                found.setdefault(phone.e164, phone)
            if reading.reason:
                self._note(column, text)
                why = why or f"{column.title} {letter(column.index)}{self.row.number}: {reading.reason}"
        return tuple(found.values()), why

    def _when(self) -> tuple[str, datetime | None]:
        """When the file was collected: how that is spelt for the row's key, and the moment."""
        sheet_day = self._sheet_day()
        near = moment(sheet_day, self.run.now.date(), self.run.now).date() if sheet_day else self.run.now.date()
        told = next((w for column, text in self._filled("date") if (w := self._day(column, text))), None)
        clock = self._value("time", _clock)
        written = told or sheet_day
        if written is None:
            return "", None
        written = written._replace(at=clock or written.at)
        return written.key(), moment(written, near, self.run.now)

    def _day(self, column: Column, text: str) -> Written | None:
        cell = self.row.cells[column.index]
        if isinstance(cell, float) and re.fullmatch(r"[0-9]+\.[1-3]", text):
            text = "?"  # 11.1 as a number is the 1st or the 10th
        written = self._read(column, lambda _cell: read_day(text), cell)
        if written is None and re.search("[0-9?]", text):
            where = f"{column.title} {letter(column.index)}{self.row.number}".strip()
            raise InvalidError(_("{place}: {value} cannot be read as a date").format(place=where, value=cell))
        if written is None:
            self._note(column, text)
        return written

    def _sheet_day(self) -> Written | None:
        day = self.defaults.day
        default = Written(day.year, day.month, day.day) if day else None
        told = self.block.context.get("date")
        text = "" if told is None else cell_text(told)
        written = read_day(text) if text else None
        if text and written is None and default is None:
            raise InvalidError(
                _("the date above the table, {value}, cannot be read; --date gives one").format(value=text)
            )
        return written or default

    def _birth_and_age(self, year: int) -> tuple[str, int | None]:
        age = self._value("age", lambda text: values.age(text, year))
        for column, text in self._filled("birthday"):
            lunar = "农历" if _LUNAR_TITLE.search(column.title) else ""
            birth = self._read(column, lambda cell: birthday(str(cell), self.run.now.date()), lunar + text)
            if birth:
                return birth, age
            born = _BORN.fullmatch(text)
            age = age or (values.age(born[1], year) if born else None)
            self._note(column, text)
        return "", age

    def _address(self) -> str:
        """The parts of an address in the order of their columns; a part that a later one repeats is left out."""
        parts = [text for _column, text in self._filled("address")]
        kept = [part for n, part in enumerate(parts) if not any(later.startswith(part) for later in parts[n + 1 :])]
        return ("" if names.is_han("".join(kept)) else " ").join(kept)

    def _purchase(self) -> tuple[str, int | None, int | None]:
        """Product, quantity and amount in fen of what was bought; nothing without a product."""
        bought = self._filled("product")
        quantity, amount = self._value("quantity", values.quantity), self._value("amount", values.fen)
        if bought and not _NOT_BOUGHT.match(values.plain(bought[0][1])):
            return bought[0][1], quantity, amount
        for field in ("product", "quantity", "amount"):
            for column, text in self._filled(field):
                self._note(column, text)
        return "", None, None

    def _remarks(self) -> list[str]:
        """Remarks as they are, and the columns that nothing is known about, under their titles."""
        remarks = [text for _column, text in self._filled("note")]
        return remarks + [f"{column.title}: {text}" for column, text in self._filled("")]


def _spelt(field: str, text: str) -> str:
    """One spelling for a day (2026/11/3) and for an amount (1,980.00); everything else as it is."""
    try:
        if field == "amount":
            return str(values.fen(text))
        if field not in ("phone", "referrer_phone", "external_id") and len(text) <= LONGEST_DATE and text[0].isdigit():
            day = read_day(text)
            return day.key() if day else text
    except InvalidError:
        return text
    return text


def _mail(text: str) -> str | None:
    return text if _MAIL.fullmatch(text) else None


def _clock(text: str) -> time | None:
    written = read_day(f"2000-01-01 {text}")
    return written.at if written else None


def _words(text: str) -> Iterable[str]:
    return (word.strip() for word in re.split("[,，、;；]", text) if word.strip())
