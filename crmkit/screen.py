"""Tables on a terminal: fitted into its width, with a little colour, through a pager where they are long.

Pipes and files get the plain full table of `crmkit.render` instead: `attached` is None. A dumb terminal and NO_COLOR
only switch off colour; the first has no pager either, which could not draw there.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from crmkit.cells import as_words, heading
from crmkit.columns import clipped, padded, width, wrapped
from crmkit.config import ENVIRONMENT
from crmkit.i18n import _, clauses, enumerated, semicolon
from crmkit.records.base import ID_PATTERN
from crmkit.records.typed import Fen, Late, Price
from crmkit.result import Row

DIM, RED, BOLD = "2", "31", "1"  # all can be read on a light and on a dark ground
GAP = 2  # columns of the terminal between two columns
RIGID = 16  # a column whose longest cell is no wider is a code, a name, a number, a time: never clipped
SHORTEST = 12  # to which other columns are clipped where all of their cells are long,
TEXT = 24  # but for the widest of them, where it holds more than
LONG = 40
TITLE = 6  # to which a title is clipped
NARROW = 40  # a terminal with less is given no table, but a line for each field
KEPT = ("id", "name", "what", "due_at")  # beside the first column and the widest text, never left out
# What is left out where shortening is not enough: columns in which nothing stands, then these, in this order, then the
# others from the right.
FIRST_OUT = (
    "customer", "external_a", "external_b", "updated_at", "created_at", "commit", "priority", "until", "ends_at",
    "run_out_on", "refund_owed", "whole", "speaker", "place", "direction", "template", "lang", "contact", "form",
    "method", "source", "refusal", "collector", "by", "kind", "site", "paid", "serial", "written", "calendar", "score",
    "district",
)  # fmt: skip


class Screen(NamedTuple):
    """The size of a terminal."""

    columns: int
    rows: int


def attached() -> Screen | None:
    """The terminal that stdout is; None where it is none."""
    return Screen(*shutil.get_terminal_size()) if sys.stdout.isatty() else None


def _dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def coloured(text: str, colour: str) -> str:
    """`text` in a colour, where there is any and colours are wanted."""
    return text if not text or os.environ.get("NO_COLOR") or _dumb() else f"\x1b[{colour}m{text}\x1b[0m"


class ScreenTable(NamedTuple):
    """Rows to be shown: what the cells hold, and their texts, safe to print."""

    columns: list[str]
    values: list[list[Any]]
    texts: list[list[str]]

    @classmethod
    def of(cls, items: Sequence[Row], columns: Sequence[str], safe: Callable[[str], str]) -> "ScreenTable":
        """The table of `items`; `safe` makes a text harmless."""
        values = [[item.get(name) for name in columns] for item in items]
        return cls(
            list(columns), values, [[safe(as_words(value)).replace("\n", " ") for value in line] for line in values]
        )

    def titles(self) -> list[str]:
        """The title of each column."""
        return [heading(name, [line[place] for line in self.values]) for place, name in enumerate(self.columns)]

    def total(self) -> list[str] | None:
        """The line of sums: of each column that holds money only and adds up; None where there is nothing to add."""
        if len(self.values) < 2:
            return None
        sums = [_sum([line[place] for line in self.values]) for place in range(len(self.columns))]
        return None if not any(sums) else sums


class Layout(NamedTuple):
    """How wide which columns are."""

    widths: dict[int, int]  # by the place of a column that is shown
    shortened: list[int]
    left_out: list[int]


def layout(table: ScreenTable, room: int, *, keep_all: bool = False) -> Layout | None:
    """How `table` fits into `room` columns of the terminal; None where it does not, nothing being left to leave out.

    First titles and long texts are shortened; where that is not enough columns are left out, see FIRST_OUT.
    """
    lines = [*table.texts, *filter(None, [table.total()])]
    cells = [max((width(line[place]) for line in lines), default=0) for place in range(len(table.columns))]
    titles = list(map(width, table.titles()))
    whole = {place: max(cell, titles[place]) for place, cell in enumerate(cells)}
    text = max(whole, key=lambda place: (cells[place], place), default=0)
    least, between = {}, semicolon()
    for place, cell in enumerate(cells):
        usual = max(
            (n for line in lines if (n := width(line[place])) <= RIGID), default=0
        )  # clipped are the others only
        usual += GAP if any(between in line[place] for line in lines) else 0  # room for what says that there are more
        floor = cell if cell <= RIGID or keep_all else TEXT if place == text and cell > LONG else max(SHORTEST, usual)
        least[place] = max(floor, min(titles[place], TITLE))
    left_out: list[int] = []
    for place in () if keep_all else _order_of_leaving(table, text):
        if _taken(least) <= room or _taken(whole) <= room:
            break
        left_out.append(place)
        del least[place], whole[place]
    if _taken(least) > room and not keep_all:
        return None
    widths = _filled(least, whole, room, cells)
    shortened = [place for place in widths if widths[place] < cells[place]]
    return Layout(widths, shortened, sorted(left_out))


def _taken(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * max(len(widths) - 1, 0)


def _order_of_leaving(table: ScreenTable, text: int) -> list[int]:
    names = table.columns
    blank = [
        place
        for place, name in enumerate(names)
        if place and name not in KEPT and all(not line[place] or line[place] == "0.00" for line in table.texts)
    ]
    named = [names.index(name) for name in FIRST_OUT if name in names]
    others = [place for place in reversed(range(len(names))) if names[place] not in KEPT]
    return [place for place in dict.fromkeys((*blank, *named, *others)) if place not in (0, text)]


def _filled(least: dict[int, int], whole: dict[int, int], room: int, cells: Sequence[int]) -> dict[int, int]:
    """The widths between `least` and `whole` that use the room: first the cells, the narrowest first, then titles."""
    widths, free = dict(least), room - _taken(least)
    for wanted in ({place: min(cells[place], whole[place]) for place in whole}, whole):
        for place in sorted(widths, key=lambda one: wanted[one] - widths[one]):
            more = min(max(wanted[place] - widths[place], 0), max(free, 0))
            widths[place] += more
            free -= more
    return widths


def _sum(values: Sequence[Any]) -> str:
    money = [value for value in values if value is not None]
    if not money or not all(isinstance(value, Fen) and not isinstance(value, Price) for value in money):
        return ""
    return as_words(Fen(sum(money)))


def drawn(table: ScreenTable, screen: Screen, *, wide: bool, keep_all: bool) -> tuple[str, str]:
    """The table as text for a terminal, and what is to be said of it: what was shortened and left out."""
    found = layout(table, 10**6 if wide else screen.columns, keep_all=keep_all or wide)
    if found is None or screen.columns < NARROW:
        return _upright(table, screen.columns), ""
    lines = [[_cell(line[place], texts[place], n) for place, n in found.widths.items()]
             for line, texts in zip(table.values, table.texts, strict=True)]  # fmt: skip
    if total := table.total():
        lines += [["-" * n for n in found.widths.values()], [total[place] for place in found.widths]]
    numbers = [all(isinstance(line[p], int | float | None) for line in table.values) for p in found.widths]
    named = table.titles()
    headers = [clipped(named[place], n) for place, n in found.widths.items()]
    text = _tabulated(lines, headers, ["right" if number else "left" for number in numbers])
    told = ((_("shortened: {columns}"), found.shortened), (_("left out: {columns}"), found.left_out))
    titles = {sentence: enumerated(named[place] for place in places) for sentence, places in told if places}
    said = clauses(sentence.format(columns=names) for sentence, names in titles.items())
    return "\n".join(line.rstrip() for line in text.split("\n")), said


def _tabulated(lines: list[Any], headers: list[str], alignment: list[str]) -> str:
    import tabulate

    before, tabulate.MIN_PADDING = tabulate.MIN_PADDING, 0  # a title is no wider than its column
    try:
        return str(tabulate.tabulate(lines, headers, "simple", disable_numparse=True, colalign=alignment))
    finally:
        tabulate.MIN_PADDING = before


def _cell(value: Any, text: str, columns: int) -> str:
    text = _shortened(text, columns)
    if isinstance(value, Late):
        return coloured(text, RED)
    return coloured(text, DIM) if ID_PATTERN.match(text) else text


def _shortened(text: str, columns: int) -> str:
    """`text` in so many columns: of a list the first entries, whole, and ` …`; else cut off."""
    entries = text.split(semicolon()) if width(text) > columns else []
    for most in range(len(entries) - 1, 0, -1):
        told = clauses(entries[:most]) + " …"
        if width(told) <= columns:
            return told
    return clipped(text, columns)


def _upright(table: ScreenTable, columns: int) -> str:
    """A line for each field that holds something, the records apart by a blank line."""
    titles = table.titles()
    left = max(map(width, titles), default=0) + GAP
    records = []
    for values, texts in zip(table.values, table.texts, strict=True):
        lines = []
        for title, value, text in zip(titles, values, texts, strict=True):
            parts = wrapped(text, max(columns - left, 2)) if text else []
            lines += [
                padded("" if place else title, left) + _cell(value, part, columns) for place, part in enumerate(parts)
            ]
        records.append("\n".join(lines))
    return "\n\n".join(records)


def page(text: str, screen: Screen) -> None:
    """Print `text`, through a pager where it is longer than the terminal: $CRMKIT_PAGER, else $PAGER, else less."""
    command = next((os.environ[name] for name in (ENVIRONMENT["pager"], "PAGER") if name in os.environ), "less")
    short = text.count("\n") < screen.rows
    if short or _dumb() or command.strip() in ("", "cat") or not _run(command, text):
        sys.stdout.write(text)


def _run(command: str, text: str) -> bool:
    """Whether a pager showed `text`; what it does with a Ctrl-C is its own affair."""
    import shlex

    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pager = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, env=environment, encoding="utf-8")
        with suppress(BrokenPipeError):  # left before its end
            pager.communicate(text)
        pager.wait()
    except (OSError, ValueError):  # no such program, or quotes that do not close
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
