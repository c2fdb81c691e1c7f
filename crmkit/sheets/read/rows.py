"""Rows of cells as drafts: every value read by its own reader, every refusal naming the cell."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache, partial
from typing import Any, TypeVar

from crmkit.core import values
from crmkit.core.calendar.sheet_dates import Written, birthday, moment, read_day, serial_day
from crmkit.core.collecting.draft import Draft, RowKeys
from crmkit.core.people import names
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.customer import CONSENTS, Consent, Phone
from crmkit.sheets.read.blocks import Block
from crmkit.sheets.read.cell_text import cell_text, sayer
from crmkit.sheets.read.defaults import BlockDefaults, Defaults
from crmkit.sheets.read.grid import Cell, Row, letter
from crmkit.sheets.read.headers import HeaderColumn
from crmkit.sheets.read.people import OTHER
from crmkit.sheets.read.synonyms import DEEP_TEXTS, FIT, NAMED_IN_KEYS, WILL, is_other, squeezed

T = TypeVar("T")
LONGEST_NAME = 100  # characters
REMEMBERED_DAYS = 1 << 10

_AS_WRITTEN = ("wechat", "employer", "external_id")
_BORN = re.compile(r"((?:18|19|20)[0-9]{2})(?:[^0-9].*|0[1-9]|1[0-2])?")
FIRST_SERIAL = 36526 - 1462  # of a collection: the year 2000, counted from 1904 or before
SERIAL = "serial "  # in a tally, before the position of a column: rows in which a day is a mere number
HEALTH = "health"  # in a tally: rows in which something stands in a column about health
_HEALTH_TITLES = ("健康状况", "健康情况", "健康", "health", "healthnotes")
_ONCE_EMPLOYERS = ("原单位", "原工作单位", "退休单位")
_NOT_BOUGHT = re.compile("未|没|否|不|no")
_DEAD = re.compile(r"[(（\[【]\s*(?:已故|已?去世|已?过世|已?离世|亡故|病故|故|deceased)\s*[)）\]】]", re.IGNORECASE)
_TWO_PEOPLE = re.compile(
    r"[\u4e00-\u9fff]{2,4}\s*[/／、,，&]\s*[\u4e00-\u9fff]{2,4}|.{1,8}(?:夫妇|夫妻|两口子)|\S+ (?:&|and) \S.*"
)
_LETTER = re.compile(r"\w")
_REMARKS = frozenset(("note", ""))
_LUNAR_TITLE = re.compile("农历|阴历|旧历|lunar", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Reader:
    """Reads the rows of one block: what is the same for all of them is looked at once."""

    def __init__(
        self, run: Run, block: Block, defaults: Defaults, keys: RowKeys, products: Collection[str] = ()
    ) -> None:
        """`products` are the codes and names of the price list, casefolded."""
        self.run = run
        self.block = block
        self.standing = BlockDefaults(run, block, defaults)
        self.keys = keys
        self.today = run.now.date()
        self.products = products
        columns = block.header.columns
        self.columns = [(c, c.index, c.field, _in_key(c), sayer(c.field)) for c in columns]
        self.width = block.header.width
        self.tally = Counter[int | str]()  # rows with something in a column kept as a note, by position; HEALTH
        fields = {column.field for column in columns}
        self.parts = [part for needed, part in _PARTS if fields & needed]

    def draft(self, row: Row, *, brief: bool = True) -> Draft:
        """One row, read. A value that is evidently meant but cannot be taken makes `error`, naming the cell.

        Of a row like one that was taken in before there is only its place, content and external id, if `brief`.
        """
        if row.error:
            return Draft(sheet=self.block.sheet, row=row.number, error=row.error)
        try:
            return _RowReader(self, row).draft(brief=brief)
        except InvalidError as error:
            return Draft(sheet=self.block.sheet, row=row.number, error=error.message)


class _RowReader:
    """Reads one row; what it cannot make a value of becomes a note. Every method raises InvalidError."""

    def __init__(self, reader: Reader, row: Row) -> None:
        self.reader = reader
        self.row = row
        self.at: datetime | None = None  # when the file was collected
        self.reached = 0  # numbers of the person, once they are read
        self.notes: list[str] = []
        self.doubts: list[str] = []  # what the operator should hear about the row
        self.filled: dict[str, list[tuple[HeaderColumn, str]]] = {}  # field → its columns in which something stands
        self.said: list[str] = []  # what the row says, equal however the file was saved
        cells = row.cells
        width = len(cells)
        if width > reader.width > 0:
            self._refuse_surplus(cells, reader.width)
        for column, index, field, name, said in reader.columns:
            cell = cells[index] if index < width else None
            if cell is None or cell == "":
                continue
            try:
                text, anything, spelling = said(cell, field)
            except InvalidError as error:
                raise self._refused(column, error) from None
            if anything:
                self.filled.setdefault(field, []).append((column, text))
                if spelling:
                    self.said.append(f"{name}={spelling}")

        for column, _text in self.filled.get("", ()):
            reader.tally[column.index] += 1
        if "health_notes" in self.filled:
            reader.tally[HEALTH] += 1

    def _refuse_surplus(self, cells: Sequence[Cell], width: int) -> None:
        """Raises InvalidError where something stands right of the last heading: a comma has shifted the cells."""
        filled = [n for n, cell in enumerate(cells, 1) if cell is not None and str(cell).strip()]
        last = filled[-1] if filled else 0
        if last > width:
            raise InvalidError(
                _("{cells} cells under {headings} headings: is a comma in a cell without quotation marks?").format(
                    cells=last, headings=width
                )
            )

    def draft(self, *, brief: bool) -> Draft:
        """The draft of this row; with `brief` no more of one that was taken in before than that it was."""
        reader, row, standing = self.reader, self.row, self.reader.standing
        sheet = reader.block.sheet
        spelt_day, self.at = self._when()
        site, collector = self._one("site") or standing.site, self._one("collector") or standing.collector
        referrer, referrer_numbers = self._one("referrer"), self._phones("referrer_phone")[0]
        source = self._value("source", values.source) or standing.source
        source = source or ("referral" if referrer or referrer_numbers else "outreach" if site else "import")
        # the same however the columns are sorted
        content = "\x1e".join((*sorted(self.said), spelt_day, site, collector, source))
        if brief and reader.keys.have(content):
            external_id = self._one("external_id")
            return Draft(sheet=sheet, row=row.number, content=content, external_id=external_id, brief=True)
        parts: dict[str, Any] = {}
        for part in reader.parts:
            parts |= part(self)
        if self.filled.keys() & _REMARKS:
            parts = self._overheard(parts)
        return Draft(
            sheet=sheet,
            row=row.number,
            content=content,
            source=source,
            site=site,
            collector=collector,
            at=self.at,
            referrer_name=referrer,
            referrer_phones=tuple(phones.identity(phone) for phone in referrer_numbers),
            notes=(*self._remarks(), *self.notes),
            said=tuple(self.doubts),
            **parts,
        )

    def numbers(self) -> dict[str, Any]:
        """The telephone numbers, and why something there is none."""
        numbers, unread = self._phones("phone")
        self.reached = len(numbers)
        return {"phones": numbers, "unread": unread}

    def birth(self) -> dict[str, Any]:
        """The birth date, or else the age."""
        birth, age = self._birth_and_age((self.at or self.reader.run.now).year)
        return {"birthday": birth, "age": age}

    def purchase(self) -> dict[str, Any]:
        """Product, quantity and amount in fen of what was bought; nothing without a product, or where a mark says no.

        A mark or a word for yes or no is no product. Of several products the one on the price list is it.
        """
        quantity, amount = self._value("quantity", values.quantity), self._value("amount", values.fen)
        marks = [values.yes_or_no(text) for _column, text in (*self._all("bought"), *self._all("product"))]
        named = [pair for pair in self._all("product") if values.yes_or_no(pair[1]) is None]
        named.sort(key=lambda pair: pair[1].casefold() not in self.reader.products)
        bought = bool(named) and False not in marks and not _NOT_BOUGHT.match(values.plain(named[0][1]))
        for field in ("bought", "product") if bought else ("bought", "product", "quantity", "amount"):
            for column, text in self._all(field):
                if not bought or ((column, text) != named[0] and values.yes_or_no(text) is None):
                    self._note(column, text)
        return {"product": named[0][1], "quantity": quantity, "amount": amount} if bought else {}

    def _all(self, field: str) -> Sequence[tuple[HeaderColumn, str]]:
        return self.filled.get(field, ())

    def name(self) -> dict[str, Any]:
        """The name, from one column or two."""
        name = self._one("name")
        if not name:
            surname, given = self._one("surname"), self._one("given_name")
            name = surname + given if names.is_han(surname + given) else f"{given} {surname}".strip()
        if len(name) > LONGEST_NAME:
            raise InvalidError(_("the name has {n} characters").format(n=len(name)))
        died = _DEAD.search(name)
        name = name.replace(died[0], "").strip() if died else name
        if _TWO_PEOPLE.fullmatch(name):
            self._of_two(name)
        return {
            "name": name if names.normal(name) and _LETTER.search(name) else "",
            **({"deceased": True} if died else {}),
        }

    def _of_two(self, name: str) -> None:
        """Say that a cell names two people. Raises InvalidError where there are several numbers too: whose are they?"""
        column = self._all("name")[0][0] if self._all("name") else None
        place = self._place(column) if column else ""
        if self.reached > 1:
            raise InvalidError(
                _("{place}: {value}: two people and several numbers, whose is which? Write a row for each").format(
                    place=place, value=name
                )
            )
        self.doubts.append(_("{place}: {value}: two people in one file?").format(place=place, value=name))

    def sex(self) -> dict[str, Any]:
        """The sex."""
        return {"sex": self._value("sex", values.sex) or ""}

    def address(self) -> dict[str, Any]:
        """The parts of an address in the order of their columns; a part that a later one repeats is left out."""
        parts = [text for _column, text in self.filled.get("address", ())]
        kept = [part for n, part in enumerate(parts) if not any(later.startswith(part) for later in parts[n + 1 :])]
        return {"address": ("" if names.is_han("".join(kept)) else " ").join(kept)}

    def as_written(self) -> dict[str, Any]:
        """Everything else that stands in the file as it is written."""
        return {name: self._one(name) for name in _AS_WRITTEN if name in self.filled}

    def email(self) -> dict[str, Any]:
        """The address for electronic mail."""
        return {"email": self._value("email", _mail) or ""}

    def tags(self) -> dict[str, Any]:
        """The tags; `* myContacts` is a group that an address book makes by itself."""
        words = (tag for _column, text in self.filled.get("tags", ()) for tag in _words(text))
        return {"tags": tuple(tag for tag in words if not tag.startswith("*"))}

    def deep(self) -> dict[str, Any]:
        """The deep file: what stands in it as written, from closed lists, and the four marks of how well she fits."""
        told: dict[str, Any] = {name: self._one(name) for name in DEEP_TEXTS if name in self.filled}
        told |= {name: self._value(name, values.yes_or_no) for name in FIT if name in self.filled}
        told["character"] = self._value("character", values.character) or ""
        told["hobbies"] = tuple(word for _column, text in self.filled.get("hobbies", ()) for word in _words(text))
        for column, text in self.filled.get("wedding_day", ()):
            day = self._read(column, birthday, text, self.reader.today)
            told["wedding_day"] = day or ""
            if not day:
                self._keep(column, text)
        return told

    def will(self) -> dict[str, Any]:
        """What the person refused or consented to, and whether they live. A word that is not known refuses the row."""
        told: dict[str, Any] = {}
        for column, text in self._all("do_not_contact"):
            channels = self._known(column, text, values.channels)
            told["do_not_contact"] = (*told.get("do_not_contact", ()), *channels)
        for column, text in self._all("deceased"):
            day = self._read(column, read_day, text)
            if day is not None and day.year is not None:
                told |= {"deceased": True, "deceased_on": date(day.year, day.month, day.day)}
            elif values.died(text) or self._known(column, text, values.yes_or_no):
                told["deceased"] = True
        at = self.at or self.reader.run.now
        for purpose in CONSENTS:
            for column, text in self._all(f"{purpose}_consent"):
                how = f"{column.title}: {text}"
                given = self._known(column, text, _agrees)
                consent = Consent(purpose=purpose, given_at=at, how=how) if given else None
                consent = consent or Consent(purpose=purpose, withdrawn_at=at, withdrawn_how=how)
                told["consents"] = (*told.get("consents", ()), consent)
        return told

    def _known(self, column: HeaderColumn, text: str, reader: Callable[[str], T | None]) -> T:
        """The value of a cell of which nothing may be guessed. Raises InvalidError."""
        value = reader(text)
        if value is None:
            raise self._refused(column, InvalidError(_("{value} is neither yes nor no").format(value=text[:40])))
        return value

    def _overheard(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a remark, or a word behind the name, says of the same: all of it is taken, a part of it is said."""
        for column, text in (*self._all("note"), *self._all("")):
            if column.why == OTHER or is_other(column.title):
                continue
            if values.refuses(text):
                told["do_not_contact"] = (*told.get("do_not_contact", ()), "all")
            elif values.died(text):
                told["deceased"] = True
            elif values.may_refuse(text):
                said = _("{place}: {value}: does the person want no contact, or has died? It is kept as a note only")
                self.doubts.append(said.format(place=self._place(column), value=text[:40]))
        return told

    def health(self) -> dict[str, Any]:
        """What is told of the person's health, under the titles; whether it may be kept is not decided here."""
        told = self._all("health_notes")
        texts = (text if squeezed(c.title) in _HEALTH_TITLES else f"{c.title}: {text}" for c, text in told)
        return {"health_notes": "; ".join(texts)}

    def _one(self, field: str) -> str:
        return self.filled[field][0][1] if field in self.filled else ""

    def _refused(self, column: HeaderColumn, error: InvalidError) -> InvalidError:
        """`error` with the cell it is about."""
        return InvalidError(f"{self._place(column)}: {error.message}", error.hint)

    def _place(self, column: HeaderColumn) -> str:
        return f"{column.title} {letter(column.index)}{self.row.number}".strip()

    def _read(self, column: HeaderColumn, reader: Callable[..., T], *told: object) -> T:
        try:
            return reader(*told)
        except InvalidError as error:
            raise self._refused(column, error) from None

    def _value(self, field: str, reader: Callable[[str], T | None]) -> T | None:
        """The value of a field; a text of which `reader` makes nothing becomes a note."""
        for column, text in self.filled.get(field, ()):
            value = self._read(column, reader, text)
            if value is not None:
                return value
            self._keep(column, text)
        return None

    def _keep(self, column: HeaderColumn, text: str) -> None:
        """Keep as a note what is not read, and say so."""
        self._note(column, text)
        self.doubts.append(_("{place}: {value} is kept as a note").format(place=self._place(column), value=text[:40]))

    def _note(self, column: HeaderColumn, text: str) -> None:
        self.notes.append(f"{column.title}: {text}" if column.title else text)

    def _phones(self, field: str) -> tuple[tuple[Phone, ...], str]:
        """The numbers of a field's columns, each once, and why something there could not be read."""
        found: dict[str, Phone] = {}
        why = ""
        for column, text in self.filled.get(field, ()):
            cell = self.row.cells[column.index]
            text = text if isinstance(cell, str) else phones.cell_text(cell)
            reading = phones.of_file(text, self.reader.run.settings)
            for phone in phones.to_phones(reading):
                found.setdefault(phones.identity(phone), phone)
            if reading.reason:
                self._note(column, text)
                why = why or f"{self._place(column)}: {reading.reason}"
            self.doubts += (f"{self._place(column)}: {told}" for told in (reading.reason, reading.repair) if told)
        return tuple(found.values()), why

    def _when(self) -> tuple[str, datetime | None]:
        """When the file was collected: how that is spelt for the row's key, and the moment."""
        standing = self.reader.standing
        near = standing.near
        told = next((w for column, text in self.filled.get("date", ()) if (w := self._day(column, text))), None)
        now = self.reader.run.now
        spelt, at = _moment(told or standing.day, self._value("time", _clock), near, now)
        if at is not None and at > now:
            column = next((column for column, _text in self.filled.get("date", ())), None)
            error = InvalidError(_("{value} is still to come").format(value=values.spelt_moment(at)))
            raise self._refused(column, error) if column and told else error
        return spelt, at

    def _day(self, column: HeaderColumn, text: str) -> Written | None:
        cell = self.row.cells[column.index]
        if isinstance(cell, float) and re.fullmatch(r"[0-9]+\.[1-3]", text) and cell < FIRST_SERIAL:
            text = "?"  # 11.1 as a number is the 1st or the 10th
        serial = self._serial(column, text, FIRST_SERIAL)
        if serial:
            return serial
        written = self._read(column, read_day, text)
        if written is None and re.search("[0-9?]", text):
            raise InvalidError(
                _("{place}: {value} cannot be read as a date").format(place=self._place(column), value=cell_text(cell))
            )
        if written is None:
            self._keep(column, text)
        return written

    def _serial(self, column: HeaderColumn, text: str, first: int = 0) -> Written | None:
        """The day that stands in a cell as the mere number of it, from `first` on."""
        block = self.reader.block
        day = serial_day(text, block.epoch, self.reader.today)
        if day is None or float(text) < first:
            return None
        self.reader.tally[f"{SERIAL}{column.index}"] += 1
        return day

    def _birth_and_age(self, year: int) -> tuple[str, int | None]:
        age = self._value("age", lambda text: values.age(text, year))
        for column, text in self.filled.get("birthday", ()):
            serial = self._serial(column, text)
            if serial and serial[:3] < (self.reader.today.year, self.reader.today.month, self.reader.today.day):
                return f"{serial.year}-{serial.month:02}-{serial.day:02}", age
            lunar = _LUNAR_TITLE.search(column.title) is not None
            birth = self._read(column, partial(birthday, lunar=lunar), text, self.reader.today)
            if birth:
                return birth, age
            born = _BORN.fullmatch(text)
            age = age or (values.age(born[1], year) if born else None)
            self._keep(column, text)
        return "", age

    def _remarks(self) -> list[str]:
        """Remarks as they are, and the columns that nothing is known about, under their titles."""
        remarks = [text for _column, text in self.filled.get("note", ())]
        unknown = self.filled.get("", ())
        return remarks + [f"{column.title}: {text}" if column.title else text for column, text in unknown]


# What a draft is put together from, with the fields of which it needs any. In this order notes are made.
_PARTS: tuple[tuple[set[str], Callable[[_RowReader], dict[str, Any]]], ...] = (
    ({"phone"}, _RowReader.numbers),
    ({"age", "birthday"}, _RowReader.birth),
    ({"product", "bought", "quantity", "amount"}, _RowReader.purchase),
    ({"name", "surname", "given_name"}, _RowReader.name),
    ({"sex"}, _RowReader.sex),
    ({"address"}, _RowReader.address),
    ({"email"}, _RowReader.email),
    (set(_AS_WRITTEN), _RowReader.as_written),
    ({"tags"}, _RowReader.tags),
    ({*DEEP_TEXTS, *FIT, "character", "hobbies", "wedding_day"}, _RowReader.deep),
    ({"health_notes"}, _RowReader.health),
    (set(WILL), _RowReader.will),
)


def _in_key(column: HeaderColumn) -> str:
    """How a column is called in the key of a row: as it was when a row like it may first have been taken in."""
    if column.field == "bought":
        return "product"
    if column.field == "former_employer" and squeezed(column.title) in _ONCE_EMPLOYERS:
        return "employer"
    return column.field if column.field in NAMED_IN_KEYS else squeezed(column.title)


@lru_cache(maxsize=REMEMBERED_DAYS)
def _moment(written: Written | None, clock: time | None, near: date, now: datetime) -> tuple[str, datetime | None]:
    """A day, with the time of day from a column of its own, as it is spelt in a row's key, and as a moment."""
    if written is None:
        return "", None
    written = written._replace(at=clock or written.at)
    return written.key(), moment(written, near, now)


def _mail(text: str) -> str | None:
    return text if _MAIL.fullmatch(text) else None


def _agrees(text: str) -> bool | None:
    """Whether somebody agrees: 同意, 愿意, yes; 不同意, 拒绝, no; None for anything else."""
    word = values.plain(text)
    if word in ("同意", "愿意", "可以", "agreed", "agrees", "accepted", "given"):
        return True
    if word in ("不同意", "不愿意", "不可以", "拒绝", "refused", "declined", "withdrawn"):
        return False
    return values.yes_or_no(text)


def _clock(text: str) -> time | None:
    written = read_day(f"2000-01-01 {text}")
    return written.at if written else None


def _words(text: str) -> Iterable[str]:
    return (word.strip() for word in re.split("[,，、;；]|:::", text) if word.strip())
