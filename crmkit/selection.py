"""What was asked of a list: its order, how many rows, which columns. Every verb that prints a list understands it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from crmkit.cells import as_data, heading
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.records import Record
from crmkit.result import Row, Told, as_row


class Asked(NamedTuple):
    """The options of a list, as typed; the default asks for nothing."""

    sort: str = ""  # COLUMN[,-COLUMN]
    limit: int | None = None
    columns: str = ""
    wide: bool = False
    output: str = ""  # a workbook to write in place of printing
    force: bool = False  # overwrite it
    save: Callable[[list[Row], Sequence[str]], None] | None = None  # what writes rows and columns to `output`
    book: Callable[[], Any] | None = None  # makes the workbook of a list that has one of its own, to be filled in
    offered: bool = False  # the verb has these options
    quiet: bool = False  # nothing is said beside the list

    def chosen(
        self, items: Iterable[Row] | Iterable[Record] | Iterable[Told], columns: Sequence[str]
    ) -> tuple[Iterable[Row] | Iterable[Record] | Iterable[Told], Sequence[str], int | None]:
        """The rows and columns that were asked for, and how many rows there are in all where some are left away.

        Columns are called by their key, or by their title in the language in use. Raises UsageError for others.
        """
        if not (self.sort or self.columns or self.limit is not None):
            return items, columns, None
        found: list[Any] = list(items)
        total = len(found)
        if self.sort or self.columns:
            found = [as_row(item) for item in found]
            known = dict.fromkeys((*columns, *(found[0] if found else ())))
            for word in reversed(_words(self.sort)):  # sorting is stable: the last column first
                name = _column(word.removeprefix("-"), known, found, "--sort")
                found = _sorted(found, name, downwards=word.startswith("-"))
            columns = [_column(word, known, found, "--columns") for word in _words(self.columns)] or columns
        if self.limit is None or self.limit >= total:
            return found, columns, None
        return found[: self.limit], columns, total


def _words(typed: str) -> list[str]:
    return [word.strip() for word in typed.replace("，", ",").split(",") if word.strip()]


def _column(word: str, known: Iterable[str], rows: Sequence[Row], option: str) -> str:
    titles = {name.casefold(): name for name in known}
    titles = {heading(name, [row.get(name) for row in rows]).casefold(): name for name in known} | titles
    try:
        return titles[word.casefold()]
    except KeyError:
        raise UsageError(
            _("{option}: there is no column {name}").format(option=option, name=word),
            _("one of: {choices}").format(choices=", ".join(known)),
        ) from None


def _sorted(rows: list[Row], name: str, *, downwards: bool) -> list[Row]:
    """`rows` by one column; those in which nothing stands there come last in either direction."""
    filled = [row for row in rows if row.get(name) not in (None, "", [], ())]
    blank = [row for row in rows if row.get(name) in (None, "", [], ())]
    return [*sorted(filled, key=lambda row: _key(row[name]), reverse=downwards), *blank]


def _key(value: Any) -> tuple[float, str]:
    return (value, "") if isinstance(value, (int, float)) else (0, as_data(value))


asked = Asked()


def ask(options: Asked) -> None:
    """Take `options` for every list that is printed from now on."""
    global asked
    asked = options
