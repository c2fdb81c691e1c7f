"""How a file of leads was read, in a few lines: what became of each column, what was left out, and of how many rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmkit.columns import wrapped
from crmkit.i18n import N_, _, clauses
from crmkit.sheets.read.blocks import SAMPLE, Block
from crmkit.sheets.read.cell_text import cell_text
from crmkit.sheets.read.grid import Row, Sheet, letter
from crmkit.sheets.read.headers import HeaderColumn
from crmkit.sheets.read.people import OTHER
from crmkit.sheets.read.rows import HEALTH, SERIAL

# The fields of `synonyms.FIELDS` and `bought`, as people call them.
_FIELDS = (
    N_("given_name"), N_("surname"), N_("phone"), N_("sex"), N_("age"), N_("birthday"), N_("address"),
    N_("email"), N_("wechat"), N_("employer"), N_("source"), N_("site"), N_("collector"), N_("date"), N_("time"),
    N_("referrer"), N_("referrer_phone"), N_("product"), N_("quantity"), N_("amount"), N_("external_id"), N_("tags"),
    N_("note"), N_("bought"), N_("do_not_contact"), N_("deceased"), N_("contact_consent"), N_("marketing_consent"),
    N_("health_consent"),
)  # fmt: skip
COLUMNS = 80  # of the terminal
MOST_TABLES = 6  # that are told one by one
MOST_ROWS = 5  # whose numbers are named


@dataclass
class _Table:
    """What is told of the rows of one block."""

    block: Block
    rows: int = 0
    tally: Counter[int | str] = field(default_factory=Counter)


class Readings:
    """Gathers what is told of a file while its rows go by."""

    def __init__(self) -> None:
        self._tables: dict[int, _Table] = {}  # by the identity of the block
        self._passed: dict[str, list[tuple[str, int]]] = {}  # why → sheets and numbers of rows
        self._sheets: dict[str, Sheet] = {}  # of those that hide something, by name
        self._hidden = Counter[str]()  # hidden rows that were read, by sheet

    def sheet(self, sheet: Sheet) -> None:
        """A sheet whose rows come next."""
        if sheet.hidden or sheet.hidden_rows or sheet.hidden_columns:
            self._sheets[sheet.name] = replace(sheet, rows=iter(()))

    def add(self, block: Block, rows: Sequence[Row], tally: Mapping[int | str, int]) -> None:
        """More rows of a block; `tally` says in how many of them something stands that is told."""
        table = self._tables.setdefault(id(block), _Table(block))
        table.rows += len(rows)
        sheet = self._sheets.get(block.sheet)
        if sheet is not None and sheet.hidden_rows:
            self._hidden[sheet.name] += sum(row.number in sheet.hidden_rows for row in rows)
        table.tally.update(tally)

    def passed(self, sheet: str, row: Row, why: str) -> None:
        """A row that was passed over."""
        self._passed.setdefault(why, []).append((sheet, row.number))

    @property
    def blocks(self) -> list[Block]:
        """The blocks of which rows were read, in their order."""
        return [table.block for table in self._tables.values()]

    def lines(self, file: str, health_kept: int) -> Iterator[str]:
        """What to tell the operator. `health_kept` rows were of people who consented to notes about health."""
        told: dict[tuple[str, ...], list[_Table]] = {}
        for table in self._tables.values():
            told.setdefault(tuple(_about(table)), []).append(table)
        for lines, tables in list(told.items())[:MOST_TABLES]:
            yield from _wrapped(_head(file, tables))
            for line in lines:
                yield from _wrapped(line, "  ")
        if len(told) > MOST_TABLES:
            yield _("and {n} more tables, read in other ways").format(n=len(told) - MOST_TABLES)
        yield from self._left_out(health_kept)

    def _left_out(self, health_kept: int) -> Iterator[str]:
        titles = dict.fromkeys(
            column.title for table in self._tables.values() for column in table.block.header.columns
            if column.field == "health_notes"
        )  # fmt: skip
        if titles:
            rows = sum(table.tally[HEALTH] for table in self._tables.values())
            told = []
            if rows > health_kept:
                told.append(_("left out in {n} rows (no consent to notes about health)").format(n=rows - health_kept))
            if health_kept:
                told.append(_("kept in {n} rows").format(n=health_kept))
            if told:
                said = _("about health, {columns}: {what}")
                yield from _wrapped(said.format(columns=", ".join(titles), what=", ".join(told)))
        yield from self._unseen()
        for why, rows_passed in self._passed.items():
            numbers = _numbers(rows_passed[:MOST_ROWS]) + (" ..." if len(rows_passed) > MOST_ROWS else "")
            said = _("left out: the sample in row {rows}") if why == SAMPLE else _("no rows of people: row {rows}")
            yield from _wrapped(said.format(rows=numbers))

    def _unseen(self) -> Iterator[str]:
        """What stands in the sheets and is not seen there; it was read like the rest."""
        for name, sheet in self._sheets.items():
            columns = {
                column.index: _shown(column) for table in self._tables.values() for column in table.block.header.columns
                if table.block.sheet == name and column.index in sheet.hidden_columns and column.field != "ignore"
            }  # fmt: skip
            rows = sum(table.rows for table in self._tables.values() if table.block.sheet == name)
            told = []
            if sheet.hidden and rows:
                told.append(_("the whole sheet ({n} rows)").format(n=rows))
            if self._hidden[name]:
                told.append(_("{n} rows, by hand or by a filter").format(n=self._hidden[name]))
            if columns:
                told.append(_("columns {columns}").format(columns=", ".join(columns.values())))
            if told:
                said = _("hidden in sheet {name}, and read like the rest: {what}")
                yield from _wrapped(said.format(name=name, what=clauses(told)))


def _head(file: str, tables: list[_Table]) -> str:
    names = dict.fromkeys(table.block.sheet for table in tables if table.block.sheet)
    where = ", ".join([file, *(_("sheet {name}").format(name=name) for name in names)])
    rows = sum(table.rows for table in tables)
    numbers = dict.fromkeys("-".join(str(row.number) for row in table.block.header.rows) for table in tables)
    if list(numbers) == ["0"]:  # the keys of JSON lines
        return _("{place}: {n} rows").format(place=where, n=rows)
    if not any(numbers):
        return _("{place}: columns named by letter, {n} rows").format(place=where, n=rows)
    return _("{place}: headings in row {row}, {n} rows").format(place=where, row=", ".join(numbers), n=rows)


def _about(table: _Table) -> Iterator[str]:
    """The lines about one table, without its place."""
    columns = table.block.header.columns
    taken = [c for c in columns if c.field not in ("", "ignore", "health_notes")]
    yield ", ".join(f"{_shown(c)} → {_(c.field)}" for c in taken)
    for others, text in (
        (False, _("kept as notes: {columns}")),
        (True, _("somebody else's, kept as notes: {columns}")),
    ):
        notes = [c for c in columns if c.field == "" and (c.why == OTHER) == others and table.tally[c.index]]
        if notes:
            yield text.format(columns=", ".join(f"{_shown(c)} ({table.tally[c.index]})" for c in notes))
    serials = [f"{_shown(c)} ({n})" for c in taken if (n := table.tally[f"{SERIAL}{c.index}"])]
    if serials:
        yield _("days as mere numbers, counted from {day}: {columns}").format(
            day=table.block.epoch, columns=", ".join(serials)
        )
    unused = [_shown(c) for c in columns if c.field == "ignore"]
    if unused:
        yield _("not used: {columns}").format(columns=", ".join(unused))
    context = table.block.context
    if context:
        told = ", ".join(f"{_(name)} {cell_text(value)}" for name, value in context.items())
        yield _("from above the table: {values}").format(values=told)


def _shown(column: HeaderColumn) -> str:
    return column.title or _("column {letter}").format(letter=letter(column.index))


def _wrapped(text: str, indent: str = "") -> list[str]:
    first, *rest = wrapped(text, COLUMNS - len(indent) - 2)
    return [indent + first, *(f"{indent}  {line}" for line in rest)]


def _numbers(rows: Sequence[tuple[str, int]]) -> str:
    """The numbers of rows, with their sheet where there are several."""
    by_sheet: dict[str, list[str]] = {}
    for sheet, number in rows:
        by_sheet.setdefault(sheet, []).append(str(number))
    several = len(by_sheet) > 1
    return ", ".join(", ".join(found) + (f" ({sheet})" if several else "") for sheet, found in by_sheet.items())
