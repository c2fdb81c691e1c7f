"""Finding the header row of a sheet below its title rows, and what its columns mean."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from crmkit.core import values
from crmkit.core.calendar.sheet_dates import read_day
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.read.grid import Cell, Merged, Row, letter
from crmkit.sheets.read.people import NAMES, SECOND, Heading, settle_people, titled
from crmkit.sheets.read.synonyms import (
    CONTEXT,
    FIELDS,
    IDENTITY,
    MERE_PRODUCTS,
    REPEATABLE,
    UNIT_OR_EMPLOYER,
    field_of,
    is_address_part,
    is_health,
    is_other,
    squeezed,
)

LONGEST_GROUP = 30  # characters
SEARCHED_ROWS = 40  # the header stands among the first rows, or there is none
_NUMBER = re.compile(r"\d{7}|\d{3,4}[- ]\d{4}")
_SERIAL = re.compile(r"[0-9]{1,6}(?:\.0)?[.、]?")
_CLOCK = re.compile("时间|time", re.IGNORECASE)
_VALUE = re.compile(r"\d{3}|[:：]")  # what stands in titles and data, not in a column's title


def _known_by(reader: Callable[[str], object]) -> Callable[[str], bool]:
    def known(text: str) -> bool:
        try:
            return reader(text) is not None
        except InvalidError:
            return False

    return known


# Fields of which a value can be told from any other text.
KNOWN_VALUES: Mapping[str, Callable[[str], bool]] = {
    "sex": _known_by(values.sex),
    "source": _known_by(values.source),
    "age": _known_by(lambda text: values.age(text, 2000)),
    "quantity": _known_by(values.quantity),
    "amount": _known_by(values.fen),
    "date": _known_by(read_day),
    "birthday": _known_by(read_day),
    "email": lambda text: "@" in text,
}


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """One column: its position from 0, its title, and the field it fills; "" = kept as a note under its title."""

    index: int
    title: str  # "" where nothing stands above it
    field: str
    why: str = ""  # of a note: `people.OTHER`, `people.SECOND`
    claim: str = ""  # the field that it would fill, had another column not got it


@dataclass(frozen=True)
class Header:
    """The header of a table: its one or two rows (none where columns were named by letter) and its columns."""

    rows: tuple[Row, ...]
    columns: tuple[HeaderColumn, ...]
    titles: tuple[str, ...] = ()  # of all columns as they stand, also of the tables beside it
    beside: tuple["Header", ...] = ()  # of the tables to the right of it, with their own columns
    doubt: str = ""  # what is unclear: which number is whose

    @property
    def shape(self) -> tuple[str, ...]:
        """The titles, by which a mapping made by hand is remembered; columns that say nothing are left out."""
        return _shape(self.titles)

    @cached_property
    def width(self) -> int:
        """How many cells a row has at most; 0 = nobody knows."""
        return max((len(row.cells) for row in self.rows), default=0)

    @cached_property
    def phones(self) -> list[int]:
        """The positions of the columns of telephone numbers."""
        return self.indexes("phone")

    def indexes(self, name: str) -> list[int]:
        """The positions of the columns that fill a field."""
        return [column.index for column in self.columns if column.field == name]


@dataclass(frozen=True, slots=True)
class ByHand:
    """What `--map` says, now and before: columns named by title or by letter."""

    titles: Mapping[str, str] = field(default_factory=dict)  # squeezed title → field
    letters: Mapping[int, str] = field(default_factory=dict)  # position from 0 → field
    remembered: Mapping[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)  # shape → title → field
    typed: Mapping[str, str] = field(default_factory=dict)  # titles as they were typed now → squeezed


def parse_mapping(typed: Iterable[str], remembered: Mapping[tuple[str, ...], Mapping[str, str]]) -> ByHand:
    """`--map FIELD=COLUMN` as typed, COLUMN being a title or a letter. Raises InvalidError."""
    titles: dict[str, str] = {}
    letters: dict[int, str] = {}
    as_typed: dict[str, str] = {}
    for pair in typed:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or name not in FIELDS:
            raise InvalidError(
                _("--map {value}: not FIELD=COLUMN").format(value=pair),
                _("fields: {fields}").format(fields=", ".join(FIELDS)),
            )
        if re.fullmatch("[A-Z]{1,2}", column):
            letters[_position(column)] = name
        else:
            titles[squeezed(column)] = name
            as_typed[column] = squeezed(column)
    return ByHand(titles, letters, remembered, as_typed)


def find_header(rows: Sequence[Row], merged: Sequence[Merged], by_hand: ByHand) -> tuple[int, Header] | None:
    """Where the header stands among `rows`, the first of a sheet, and what it says; None where there is none.

    It is the best of the rows that could be one, down to the first row that holds a number: a title row may name a
    person and a number too, but it stands above the header.
    """
    found: tuple[int, Header] | None = None
    for index, row in enumerate(rows):
        best = found and _score(found[1])
        for header in _candidates(rows, index, merged, by_hand):
            score = _score(header)
            if score is not None and (best is None or score > best):
                found, best = (index, header), score
        if found and found[0] != index and holds_number(row):
            break
    if found is None:
        return _find_by_letters(rows, by_hand)
    index, header = found
    if len(header.rows) == 1 and index and _is_group_row(rows[index - 1], header):
        return index - 1, _header_of_two(rows[index - 1], rows[index], merged, by_hand, letters=True)
    if len(header.rows) == 2:
        return index, _header_of_two(*header.rows, merged, by_hand, letters=True)
    return index, _header(header.rows, _titles(header.rows[0]), by_hand, letters=True)


def is_header(row: Row, by_hand: ByHand) -> Header | None:
    """The header in a row further down, such as one repeated on every page; None for any other row."""
    filled = [cell for cell in row.cells if cell not in (None, "")]
    if len(filled) < 2 or not all(isinstance(cell, str) for cell in filled):
        return None
    header = _header((row,), _titles(row), by_hand)
    understood = [column for column in header.columns if column.field]
    if not _score(header) or 2 * len(understood) < len(filled):
        return None
    return _header((row,), _titles(row), by_hand, letters=True)


def holds_number(row: Row, indexes: Sequence[int] | None = None) -> bool:
    """Whether a telephone number, or most of one, stands in the row, or in the cells at `indexes`."""
    cells = row.cells if indexes is None else [row.cells[i] for i in indexes if i < len(row.cells)]
    return any(_NUMBER.search(_text(cell)) for cell in cells)


def _candidates(rows: Sequence[Row], index: int, merged: Sequence[Merged], by_hand: ByHand) -> Iterator[Header]:
    """The row as a header, and the row with the next one as a header of two rows."""
    upper = _header((rows[index],), _titles(rows[index]), by_hand)
    yield upper
    if index + 1 == len(rows):
        return
    titles = [title for title, _group in _titles(rows[index])]
    below = [_text(cell) for cell in rows[index + 1].cells] + [""] * len(titles)
    if _score(upper) or all(below[n] for n, title in enumerate(titles) if title):
        yield _header_of_two(rows[index], rows[index + 1], merged, by_hand)


def _is_group_row(above: Row, header: Header) -> bool:
    """Whether the row above a header says whose the columns are: 负责人 over a second 姓名 and 手机号.

    Not a title of the whole, nor a row of keys with their values beside them.
    """
    texts = [_text(cell) for cell in above.cells] + [""] * len(header.titles)
    named = [index for index, text in enumerate(texts) if text]
    if not named or any(_VALUE.search(texts[index]) or len(texts[index]) > LONGEST_GROUP for index in named):
        return False
    if any(texts[index + 1] and field_of(texts[index]) in CONTEXT for index in named):
        return False
    groups = {
        index: next((texts[n] for n in reversed(named) if n <= index), "")
        for index, title in enumerate(header.titles)
        if field_of(title) in (*NAMES, "phone")
    }
    return len(set(groups.values())) > 1 or any(is_other(group) for group in groups.values())


def by_values(header: Header, rows: Sequence[Row], products: Collection[str]) -> Header:
    """`header` where the first rows say more than its titles do.

    Of two columns that claim one field, the one of which more values are known has it. A product column of mere yes and
    no says whether something was bought, not what. A column without a title that holds nothing is none, and one before
    the first title that numbers the rows is not used.
    """
    said = {column.index: list[str]() for column in header.columns}
    for row in rows:
        for index, texts in said.items():
            text = _text(row.cells[index]) if index < len(row.cells) else ""
            if text:
                texts.append(text)
    columns = list(header.columns)
    for at, column in enumerate(columns):
        texts = said[column.index]
        if column.field == "product" and texts and all(values.yes_or_no(text) is not None for text in texts):
            columns[at] = replace(column, field="bought")
        elif not column.title and not column.field:
            first = next((c.index for c in columns if c.title), 0)
            if texts and column.index < first and all(_SERIAL.fullmatch(text) for text in texts):
                columns[at] = replace(column, field="ignore")
    for at, column in enumerate(columns):
        if column.claim == "product" and not column.field and any(c.field == "bought" for c in columns):
            columns[at] = replace(column, field="product", why="", claim="")
        rival = next((n for n, c in enumerate(columns) if c.field == column.claim), None) if column.claim else None
        known_values = {**KNOWN_VALUES, "product": lambda text: text.casefold() in products}
        if rival is not None and column.claim in known_values:
            known = known_values[column.claim]
            ours, theirs = (sum(map(known, said[columns[n].index])) for n in (at, rival))
            if ours > theirs:
                columns[at] = replace(column, field=column.claim, why="", claim="")
                columns[rival] = replace(columns[rival], field="", why=SECOND, claim=column.claim)
    beside = tuple(by_values(one, rows, products) for one in header.beside)
    return replace(header, columns=tuple(columns), beside=beside)


def _find_by_letters(rows: Sequence[Row], by_hand: ByHand) -> tuple[int, Header] | None:
    """The columns named by letter alone; the row above the first number is taken for their titles."""
    if not set(by_hand.letters.values()) & set(IDENTITY):
        return None
    first = next((index for index, row in enumerate(rows) if holds_number(row)), 0)
    above = rows[first - 1 : first] if first else []
    head = tuple(row for row in above if not row.blank)
    titles = _titles(head[0]) if head else []
    width = max((len(row.cells) for row in rows), default=0)
    titles += [("", "")] * (width - len(titles))
    return first - len(head), _header(head, titles, by_hand, letters=True)


def _score(header: Header) -> tuple[int, int, int] | None:
    """How much of a header it is; None where it is none.

    Fields understood less cells that look like values, one more for a name with a number; then columns understood; then
    the fewer rows.
    """
    titles = [column.title for column in header.columns if column.title and column.field != "ignore"]
    understood = [column.field for column in header.columns if column.field not in ("", "ignore")]
    if not set(understood) & set(IDENTITY) or (len(understood) < 2 and len(titles) > 1):
        return None
    as_values = [title for title in titles if _VALUE.search(title)]
    person = bool(set(understood) & set(NAMES)) and "phone" in understood
    return len(set(understood)) - len(as_values) + person, len(understood), -len(header.rows)


def _header(
    rows: tuple[Row, ...], titles: Sequence[tuple[str, str]], by_hand: ByHand, *, letters: bool = False
) -> Header:
    """What titles, each with its group, say by themselves and by what was said of them by hand.

    With `letters` also by what was said of columns by letter; then there are columns without a title too.
    """
    shown = tuple(title for title, _group in titles)
    chosen = {**by_hand.remembered.get(_shape(shown), {}), **by_hand.titles}
    named = dict(by_hand.letters) if letters else {}
    headings = []
    for index in range(max(len(titles), *(n + 1 for n in named), 0)):
        title, group = titles[index] if index < len(titles) else ("", "")
        typed = named.get(index) or (chosen.get(squeezed(title)) if title else None)
        _refuse_health_notes(title, group, typed)
        field = typed or (field_of(title) if title else "")
        field = "health_notes" if not typed and field in ("", "note", "tags") and is_health(group) else field
        headings.append(Heading(index, title, group, field, by_hand=typed is not None))
    sides, doubt = settle_people(headings)
    headers = [_of_side(rows, side, shown, doubt, letters=letters) for side in sides]
    return replace(headers[0], beside=tuple(headers[1:]))


def _of_side(
    rows: tuple[Row, ...], side: list[Heading], titles: tuple[str, ...], doubt: str, *, letters: bool
) -> Header:
    _settle(side)
    columns = (HeaderColumn(h.index, h.title, h.field, h.why, h.claim) for h in side if h.title or h.by_hand or letters)
    return Header(rows, tuple(columns), titles, doubt=doubt)


def _refuse_health_notes(title: str, group: str, field: str | None) -> None:
    """Raises InvalidError where a column about health is to be a note by hand (sheets/docs.md, "Health")."""
    if field in ("note", "tags") and (is_health(title) or is_health(group)):
        raise InvalidError(
            _("--map {field}={title}: what a column says about health is no note").format(field=field, title=title),
            _("it is kept as health_notes, for those who consented"),
        )


def _shape(titles: Iterable[str]) -> tuple[str, ...]:
    return tuple(squeezed(title) for title in titles if title and field_of(title) != "ignore")


def _settle(columns: Sequence[Heading]) -> None:
    """Let the neighbours decide where a title alone does not, and give a field that comes twice to one column."""
    fields = {h.field for h in columns}
    formatted = any(h.field == "address" and not is_address_part(h.title) for h in columns)
    for heading in columns:
        if heading.by_hand:
            continue
        if squeezed(heading.title) in MERE_PRODUCTS and not {"quantity", "amount"} & fields:
            heading.is_note("", "")
            heading.claim = "product"
        if squeezed(heading.title) == UNIT_OR_EMPLOYER and "quantity" in fields:
            heading.field = "ignore"
        if formatted and is_address_part(heading.title):
            heading.field = "ignore"
    days = [h for h in columns if h.field == "date" and not h.by_hand]
    for heading in days[1:]:
        if _CLOCK.search(heading.title):  # 来电日期, 来电时间
            heading.field = "time"
    if not any(h.field == "date" for h in columns):
        clocks = [h for h in columns if h.field == "time"]
        for heading in clocks[:1]:
            heading.field = "date"
    taken = {h.field: h for h in reversed(columns) if h.by_hand}
    for heading in columns:
        if (
            heading.field
            and heading.field not in REPEATABLE
            and taken.setdefault(heading.field, heading) is not heading
        ):
            heading.is_note(SECOND)


def _header_of_two(
    upper: Row, lower: Row, merged: Sequence[Merged], by_hand: ByHand, *, letters: bool = False
) -> Header:  # fmt: skip
    return _header((upper, lower), _joined(upper, lower, merged), by_hand, letters=letters)


def _joined(upper: Row, lower: Row, merged: Sequence[Merged]) -> list[tuple[str, str]]:
    """The titles of a header of two rows, with their groups: 介绍人 over 姓名, 电话 makes 介绍人姓名, 介绍人电话."""
    width = max(len(upper.cells), len(lower.cells))
    above = [_text(cell) for cell in upper.cells] + [""] * (width - len(upper.cells))
    below = [_text(cell) for cell in lower.cells] + [""] * (width - len(lower.cells))
    twice = {title for title, n in Counter(below).items() if n > 1}
    seen: set[str] = set()
    titles, group = [], ""
    for index in range(width):
        covered = any(r1 < upper.number <= r2 + 1 and c1 < index <= c2 for r1, c1, r2, c2 in merged)
        if above[index]:
            group = above[index]
        elif not covered and not below[index]:
            group = ""
        title = below[index]
        if not title or title == above[index]:
            titles.append((above[index], ""))
        else:
            titles.append((titled(title, group, again=title in twice and title in seen), group))
        seen.add(title)
    return titles


def _titles(row: Row) -> list[tuple[str, str]]:
    return [(_text(cell), "") for cell in row.cells]


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _position(letters: str) -> int:
    return next(index for index in range(26 * 27) if letter(index) == letters)
