"""The sheets that go to staff to be filled in: what stands in each, and what was filled in when one comes back.

One description serves who writes a sheet and who reads it. It comes back as whatever the staff's program makes of it:
sorted, filtered, with rows and columns of their own, in another format, as text in GB18030. Only two things must be
left: the title of each column, in either language, and the key in each row.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec

from crmkit.core.calendar.dates import time_of_day
from crmkit.core.values import plain
from crmkit.errors import InvalidError
from crmkit.i18n import LANGUAGES, N_, _, speaking
from crmkit.labels import label
from crmkit.records.plan import ADVICES, CONDITIONS, UNIT_OUTCOMES
from crmkit.records.settings import ImportSettings
from crmkit.records.ticket import CAUSES
from crmkit.records.visit import CONDUCT
from crmkit.records.work import MOODS, OUTCOMES
from crmkit.sheets.read.cell_text import cell_text
from crmkit.sheets.read.grid import MARK, Cell, Row, Sheet
from crmkit.sheets.read.tables import opened

REASON = N_("reason")  # title of the column in front of rows that come back, why they were not taken
HEADER_WITHIN = 40  # rows; what people put above a table is not longer
SEPARATORS = re.compile(r"[,，、;；/\n]+")  # between several words in one cell
REST = "rest"  # of several points: all that are named nowhere else in the row
YES = "yes"
NO = ("", "no", "n", "false", "0", "×", "x", "否", "未到", "没来", "☐", "□")

Entry = Literal["", "text", "lines", "code", "codes", "yes", "tick", "clock", "length"]


@dataclass(frozen=True)
class StaffColumn:
    """One column: printed to be read, or (with an `entry`) to be filled in."""

    field: str  # in what is read back
    title: str  # as written, in English
    entry: Entry = ""  # how an entry is read; "" for a column to be read only
    codes: tuple[str, ...] = ()  # that can be chosen, in their words
    into: str = ""  # field of an entry in what is read back, where it shares it with another column
    width: int = 14  # characters of room for an entry; the most that other columns take


@dataclass(frozen=True)
class StaffSheet:
    """One kind of sheet; its columns may change with its version only."""

    letter: str  # of the records that it lists, or another one where two kinds list the same
    version: int
    title: str
    key: str  # field of the column that names the record
    columns: tuple[StaffColumn, ...]
    verb: str  # that takes it back
    named: tuple[str, ...] = ()  # fields of more columns that say what a row is about
    once: str = ""  # field of a time with which a row is known again, where its record stays open; "" = not needed

    @property
    def mark(self) -> str:
        """What stands in the hidden column."""
        return f"{self.letter}{self.version}"

    @property
    def entries(self) -> tuple[StaffColumn, ...]:
        """The columns to be filled in."""
        return tuple(column for column in self.columns if column.entry)


CALLBACKS = StaffSheet(
    "B", 1, N_("Callbacks"), "id",
    (
        StaffColumn("owner", N_("Owner"), width=12), StaffColumn("due_at", N_("Due"), width=16),
        StaffColumn("name", N_("Name"), width=14), StaffColumn("address_as", N_("Address as"), width=12),
        StaffColumn("dial", N_("Phone"), width=22), StaffColumn("why", N_("What for"), width=20),
        StaffColumn("outcome", N_("Outcome"), "code", OUTCOMES, width=12),
        StaffColumn("duration", N_("Length (min:sec)"), "length", width=10),
        StaffColumn("mood", N_("Mood"), "code", MOODS, width=10), StaffColumn("note", N_("Said"), "text", width=30),
        StaffColumn("promise", N_("Promise"), "text", width=18),
        StaffColumn("next", N_("Next appointment"), "text", width=18), StaffColumn("id", N_("Id"), width=18),
    ),
    "callback done",
    once="due_at",
)  # fmt: skip
_VISIT = (  # who goes where, to whom and when
    StaffColumn("by", N_("Visitor"), width=12), StaffColumn("day", N_("Day"), width=12),
    StaffColumn("window", N_("Time"), width=12), StaffColumn("name", N_("Name"), width=14),
    StaffColumn("dial", N_("Phone"), width=22), StaffColumn("address", N_("Address"), width=26),
)  # fmt: skip
VISITS = StaffSheet(
    "V", 2, N_("Visits"), "id",
    (
        *_VISIT,
        StaffColumn("purpose", N_("What for"), width=12), StaffColumn("bring", N_("Bring"), width=20),
        StaffColumn("collect", N_("Collect"), width=10),
        StaffColumn("started", N_("Arrived"), "clock", width=8), StaffColumn("at", N_("Left"), "clock", width=8),
        StaffColumn("missed", N_("Nobody there"), "yes", (YES,), width=8),
        StaffColumn("outcome", N_("Outcome"), "text", width=26),
        StaffColumn("kept", N_("Points kept"), "codes", (REST, *CONDUCT), width=16),
        StaffColumn("broken", N_("Points broken"), "codes", CONDUCT, width=16),
        StaffColumn("not_delivered", N_("Not delivered"), "yes", (YES,), width=8),
        StaffColumn("id", N_("Id"), width=18),
    ),
    "visit finish",
)  # fmt: skip
GUESTS = StaffSheet(
    "N", 1, N_("Guests"), "number",
    (
        StaffColumn("placed", N_("Seat"), width=8), StaffColumn("number", N_("Number"), width=18),
        StaffColumn("name", N_("Name"), width=14), StaffColumn("dial", N_("Phone"), width=22),
        StaffColumn("invited_with", N_("Companions"), width=8), StaffColumn("state", N_("State"), width=10),
        StaffColumn("buyer", N_("Old guest"), width=8), StaffColumn("note", N_("Note"), width=20),
        StaffColumn("came", N_("Came"), "tick", (YES,), width=6),
        StaffColumn("companions", N_("Companions who came"), "text", width=8),
        StaffColumn("seat", N_("Seat taken"), "text", width=8),
    ),
    "event checkin",
)  # fmt: skip
RECHECKS = StaffSheet(
    "R", 1, N_("Numbers to ask again"), "id",
    (
        StaffColumn("name", N_("Name"), width=14), StaffColumn("dial", N_("Phone"), width=22),
        StaffColumn("made_up", N_("Looks made up"), width=8), StaffColumn("collected_at", N_("Collected"), width=16),
        StaffColumn("site", N_("Site"), width=16), StaffColumn("collector", N_("Collector"), width=12),
        StaffColumn("phone", N_("Number said"), "text", width=18),
        StaffColumn("result", N_("Without an answer"), "code", ("refused", "gone"), into="phone", width=10),
        StaffColumn("id", N_("Id"), width=18),
    ),
    "recheck answer",
)  # fmt: skip
REPAIRS = StaffSheet(
    "T", 1, N_("Repairs"), "ticket",
    (
        *_VISIT,
        StaffColumn("card_number", N_("Card"), width=18), StaffColumn("fault", N_("Fault"), width=10),
        StaffColumn("symptom", N_("Symptom"), width=18), StaffColumn("guide", N_("Guide"), width=26),
        StaffColumn("before", N_("Done before"), width=26),
        StaffColumn("at", N_("Arrived"), "clock", width=8), StaffColumn("note", N_("Work done"), "text", width=26),
        StaffColumn("parts", N_("Parts (CODE:QTY)"), "codes", width=14),
        StaffColumn("taken", N_("Taken, yuan"), "text", width=8),
        StaffColumn("cause", N_("Cause of the fault"), "code", CAUSES, width=10),
        StaffColumn("solved", N_("Solved"), "yes", (YES,), width=8), StaffColumn("ticket", N_("Ticket"), width=18),
    ),
    "ticket work",
)  # fmt: skip
PLAN_VISITS = StaffSheet(
    "P", 1, N_("Visits of plans"), "slot",
    (
        *_VISIT,
        StaffColumn("unit", N_("Unit"), width=22), StaffColumn("card", N_("Card"), width=18),
        StaffColumn("at", N_("Arrived"), "clock", width=8),
        StaffColumn("outcome", N_("What became of it"), "code", UNIT_OUTCOMES, width=12),
        StaffColumn("condition", N_("Condition"), "code", CONDITIONS, width=10),
        StaffColumn("finding", N_("Finding"), "text", width=26),
        StaffColumn("advice", N_("Advice"), "code", ADVICES, width=10),
        StaffColumn("waited", N_("Waited (1.5h, 90min)"), "text", width=10),
        StaffColumn("part", N_("Parts (CODE:QTY)"), "codes", width=14),
        StaffColumn("slot", N_("Visit of a plan"), width=20),
    ),
    "plan report",
    named=("card", "by"),
)  # fmt: skip
STRENGTHS = StaffSheet(
    "S", 1, N_("Claims"), "plan",
    (
        StaffColumn("name", N_("Customer"), width=20), StaffColumn("claim", N_("Claim"), "text", width=26),
        StaffColumn("proof", N_("Proofs (one a line)"), "lines", width=30),
        StaffColumn("own", N_("Own value"), "text", width=16),
        StaffColumn("rival", N_("Rivals (NAME=VALUE, one a line)"), "lines", width=30),
        StaffColumn("remove", N_("Take away"), "yes", (YES,), width=8),
        StaffColumn("plan", N_("Contract"), width=18),
    ),
    "plan strength",
)  # fmt: skip
ALL = (CALLBACKS, VISITS, GUESTS, RECHECKS, REPAIRS, PLAN_VISITS, STRENGTHS)


class OwnColumn(NamedTuple):
    """A column that somebody added to a sheet, or the second one of a title; to be given back, never read."""

    heading: str
    number: int  # among those of that heading, from 1 on


class ReturnedRow(NamedTuple):
    """One row in which something was filled in."""

    number: int  # of the row in its sheet
    line: dict[str, object]  # the key and the entries by field: codes, texts, lists of codes, True
    texts: dict[str, str]  # every column of the sheet as it stands there, by field, to be given back
    problem: str = ""  # why it cannot be read
    own: Mapping["OwnColumn", str] = MappingProxyType({})  # what stands in columns of the staff's own


def word(code: str) -> str:
    """A code that can be chosen in the language in use."""
    return {REST: _("all others"), YES: _("yes")}.get(code) or label(code)


class Returned(NamedTuple):
    """What a file holds of one kind of sheet."""

    rows: list[ReturnedRow]  # in which something was filled in, in their order
    marked: bool  # written by crmkit for sure, not a table of somebody's own whose titles are alike


def returned(source: str, staff_sheet: StaffSheet, limits: ImportSettings, encoding: str = "") -> Returned | None:
    """What was filled into the file `source`; None where it has no header of `staff_sheet`.

    Raises NotFoundError for a missing file, InvalidError for one that cannot be read.
    """
    found: list[tuple[bool, list[ReturnedRow]]] = []
    with opened(source, limits, encoding) as table:
        for sheet in table.sheets:
            rows = _of_sheet(sheet, staff_sheet)
            if rows is not None:
                found.append(rows)
    marked = [rows for mark, rows in found if mark]
    chosen = marked or [rows for _mark, rows in found]
    return Returned([row for rows in chosen for row in rows], bool(marked)) if found else None


def _of_sheet(sheet: Sheet, staff_sheet: StaffSheet) -> tuple[bool, list[ReturnedRow]] | None:
    """The filled rows of one sheet, and whether it bears the mark; None where it has no header of `staff_sheet`."""
    columns: dict[int, StaffColumn] = {}
    mark: int | None = None
    own: list[str] = []
    rows: list[ReturnedRow] = []
    for row in sheet.rows:
        if columns:
            read = _read(row, staff_sheet, columns, mark)
            rows += [read._replace(own=_own(row, own, {*columns, mark}))] if read else []
        elif row.number <= HEADER_WITHIN:
            columns, mark = _header(row, staff_sheet)
            own = [_as_it_stands(cell) for cell in row.cells]
        else:
            return None
    return (mark is not None, rows) if columns else None


def _header(row: Row, staff_sheet: StaffSheet) -> tuple[dict[int, StaffColumn], int | None]:
    """The columns by their place, and that of the mark; none where the row is not the header."""
    known = _titles(staff_sheet)
    titles = [_folded(cell) if isinstance(cell, str) else "" for cell in row.cells]
    columns: dict[int, StaffColumn] = {}
    for at, title in enumerate(titles):
        column = known.get(title)
        if column is not None and column not in columns.values():
            columns[at] = column
    fields = {column.field for column in columns.values()}
    if staff_sheet.key not in fields or not fields & {column.field for column in staff_sheet.entries}:
        return {}, None
    return columns, titles.index(MARK) if MARK in titles else None


def _own(row: Row, headings: Sequence[str], read: Collection[int | None]) -> dict[OwnColumn, str]:
    """What stands in the columns that are not `read`, and is no reason of an earlier time."""
    reasons = _reasons()
    numbers: dict[str, int] = {}
    found: dict[OwnColumn, str] = {}
    for at in range(max(len(headings), len(row.cells))):
        heading = headings[at] if at < len(headings) else ""
        if at in read or (at == 0 and _folded(heading) in reasons):
            continue
        numbers[heading] = numbers.get(heading, 0) + 1
        text = _as_it_stands(row.cells[at]) if at < len(row.cells) else ""
        if text:
            found[OwnColumn(heading, numbers[heading])] = text
    return found


def _as_it_stands(cell: Cell) -> str:
    try:
        return cell_text(cell).strip()
    except InvalidError:  # a formula without its value
        return str(cell)


@cache
def _reasons() -> frozenset[str]:
    """The title of the column of reasons in every language."""
    found = set()
    for lang in LANGUAGES:
        with speaking(lang):
            found.add(_folded(_(REASON)))
    return frozenset(found)


@cache
def _titles(staff_sheet: StaffSheet) -> dict[str, StaffColumn]:
    """The columns by their titles in every language."""
    known: dict[str, StaffColumn] = {}
    for lang in LANGUAGES:
        with speaking(lang):
            known |= {_folded(_(column.title)): column for column in staff_sheet.columns}
    return known


@cache
def _words(codes: tuple[str, ...]) -> dict[str, str]:
    """The codes by their words in every language."""
    known = {_folded(code): code for code in codes}
    for lang in LANGUAGES:
        with speaking(lang):
            known |= {_folded(word(code)): code for code in codes}
    known.pop("", None)  # a word that says nothing, such as "unknown": an empty cell is no entry
    if YES in codes:
        known |= dict.fromkeys(("y", "true", "√", "✓", "1", "对", "到", "来了"), YES)
    return known


def _folded(text: str) -> str:
    return "".join(plain(text).casefold().split()).strip("*:：")


def _read(
    row: Row, staff_sheet: StaffSheet, columns: dict[int, StaffColumn], mark: int | None
) -> ReturnedRow | None:  # fmt: skip
    """What was filled into a row; None where nothing was, or it is one of the staff's own."""
    texts: dict[str, str] = {}
    entries: dict[str, object] = {}  # by the field of their columns
    problem = row.error
    for at, column in columns.items():
        cell = row.cells[at] if at < len(row.cells) else None
        try:
            texts[column.field] = text = _text(cell, column)
        except InvalidError as error:
            texts[column.field], problem = str(cell), problem or error.message
            continue
        entry = _entry(text, column) if column.entry else None
        if entry:
            entries[column.field] = entry
    if not entries and (not problem or row.blank):
        return None
    key = texts.get(staff_sheet.key, "")
    written_as = row.cells[mark] if mark is not None and mark < len(row.cells) else None
    problem = problem or _of_another_kind(str(written_as or "").strip(), staff_sheet)
    problem = problem or _amiss(staff_sheet, key, entries)
    line: dict[str, object] = {staff_sheet.key: key}
    line |= {field: texts[field] for field in staff_sheet.named if texts.get(field)}
    for column in columns.values():
        if column.field in entries and column.entry != "tick":
            entry = entries[column.field]
            day = texts.get("day", "") if column.entry == "clock" else ""
            line[column.into or column.field] = _on_day(str(entry), day) if day else entry
    if staff_sheet.once:
        line["key"] = _once(staff_sheet, line, texts.get(staff_sheet.once, ""))
    return ReturnedRow(row.number, line, texts, problem)


def _amiss(staff_sheet: StaffSheet, key: str, entries: Mapping[str, object]) -> str:
    """What cannot be of the entries of one row; "" where all is well."""
    if not key:
        title = next(column.title for column in staff_sheet.columns if column.field == staff_sheet.key)
        return _("the row does not say whose it is: the column {title} is empty").format(title=_(title))
    for column in staff_sheet.columns:
        if column.entry == "tick" and column.field not in entries:
            return _("something is filled in, but not the column {title}").format(title=_(column.title))
        both = [one for one in staff_sheet.columns if one.field == column.into and one.field in entries]
        if column.field in entries and both:
            return _("either {one} or {other}").format(one=_(both[0].title), other=_(column.title))
    return ""


def _once(staff_sheet: StaffSheet, line: Mapping[str, object], time_of_row: str) -> str:
    """By what a row is known again when the same file comes twice: its record, its time and what was filled in."""
    when = [int(digits) for digits in re.findall("[0-9]+", time_of_row)][:5]  # however a program writes it
    said = msgspec.json.encode([staff_sheet.letter, when, line], order="deterministic")
    return f"sheet-{hashlib.sha256(said).hexdigest()[:16]}"


def _text(cell: Cell, column: StaffColumn) -> str:
    """A cell as a person would type it. Raises InvalidError for a formula without its value."""
    if isinstance(cell, bool):
        return _("yes") if cell else ""
    if isinstance(cell, timedelta):  # what a program makes of 4:30
        cell = (datetime.min + cell).time()
    if isinstance(cell, time):
        if column.entry == "length" and not cell.hour and cell.second:
            return f"{cell.minute}:{cell.second:02}"
        return f"{cell.hour}:{cell.minute:02}"  # minutes and seconds, taken for hours and minutes, read the same
    if column.entry == "lines" and isinstance(cell, str):
        return "\n".join(filter(None, map(str.strip, cell.splitlines())))
    return cell_text(cell).strip()


def _entry(text: str, column: StaffColumn) -> object:
    """An entry in codes where it has words of a list; a word that is not known stays, and is refused by who knows.

    Nothing where nothing was filled in, and for a no where only a yes says something.
    """
    known = _words(column.codes)
    if column.entry in ("yes", "tick"):
        return "" if _folded(text) in NO else known.get(_folded(text)) == YES or text
    if column.entry == "code":
        return known.get(_folded(text), text)
    if column.entry == "codes":
        parts = [part.strip() for part in SEPARATORS.split(text) if part.strip()]
        return [known.get(_folded(part), part) for part in parts]
    if column.entry == "lines":
        return text.split("\n") if text else []
    return text


def _on_day(text: str, day: str) -> str:
    """A mere time of day as one of `day`: the sheet may come back on another."""
    try:
        mere = bool(day) and time_of_day(plain(text).strip().lower()) is not None
    except InvalidError:
        mere = False
    return f"{day} {text}" if mere else text


def _of_another_kind(mark: str, staff_sheet: StaffSheet) -> str:
    """Why a row with this mark is not one of `staff_sheet`; "" where it is, or bears none."""
    letter, version = mark[:1], mark[1:]
    if not mark or (letter == staff_sheet.letter and version in map(str, range(1, staff_sheet.version + 1))):
        return ""
    if letter == staff_sheet.letter:
        return _("the sheet was written by a newer crmkit (version {version})").format(version=version)
    verbs = [other.verb for other in ALL if other.letter == letter]
    if not verbs:
        return _("the row is of a sheet that is not known: {mark}").format(mark=mark)
    return _("the row is of another sheet: crmkit {verb} takes it").format(verb=verbs[0])
