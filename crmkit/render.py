"""Everything that is printed: data on stdout in the format asked for, talk and errors on stderr.

See commands/docs.md, "Formats".
"""

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import msgspec

from crmkit import mistakes, screen, selection
from crmkit.cells import as_data, as_words, heading
from crmkit.columns import clipped, padded, width, wrapped
from crmkit.errors import AmbiguousError, CrmkitError, SavedError, UsageError
from crmkit.i18n import N_, _
from crmkit.records import Record
from crmkit.records.typed import Fen
from crmkit.result import Row, Told, as_field, as_row, beside, id_of, part_of_row, worded

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "ids")
SHORTEST = 20  # columns of the terminal, of the lines of a value
NO_LIMITS: Mapping[str, int] = MappingProxyType({})
NO_HEADINGS: Mapping[int, str] = MappingProxyType({})

_UNSAFE = (  # text, compiled for the first that is not printable
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_E164 = re.compile(r'"e164": ("[^"]*")(,\s+)')  # a kind always follows
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9 .]*(-[0-9]+)?")  # an amount, or a phone number with its extension


def safe_text(text: str) -> str:
    """`text` with control, ANSI and direction-changing characters made visible as `\\u001b`; new lines stay."""
    # most text is safe, and a long one is told so several times faster than it is searched
    if text.isprintable() and "\ufffc" not in text and "\ufffd" not in text:  # these two are printable to Python
        return text
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match.group()):04x}", text)


def check_format(name: str) -> str:
    """`name` if it is one of FORMATS. Raises UsageError."""
    if name not in FORMATS:
        raise UsageError(
            _("{value} is not a format").format(value=name), _("one of: {choices}").format(choices=", ".join(FORMATS))
        )
    return name


def rows(
    items: Iterable[Row] | Iterable[Record] | Iterable[Told], columns: Sequence[str], fmt: str, *,
    widths: Mapping[str, int] = NO_LIMITS, headings: Mapping[int, str] = NO_HEADINGS, counted: str = "",
) -> None:  # fmt: skip
    """Print records: `columns` in a table, csv or tsv; every field in json and jsonl; the first column as ids.

    A `Record` is printed as its `row`, several times faster; so is one that is `Told` with what stands beside it.
    A table clips the columns that `widths` names to so many columns of the terminal. Order, number and columns are
    those that were asked for (`crmkit.selection`), and where a file was named the list goes there.
    `headings` stand in a table before the rows at these places, as long as no other order is asked for; `counted` is
    its last line, on a terminal in place of the number of rows.
    """
    if selection.asked.sort:
        headings = NO_HEADINGS
    items, columns, total = selection.asked.chosen(items, columns)
    if selection.asked.output and selection.asked.save:
        selection.asked.save([as_row(item) for item in items], columns)
        return
    if total is not None and not (fmt == "table" and screen.attached()):
        note(_("{n} of {total}").format(n=selection.asked.limit, total=total))
    if fmt == "jsonl":
        for item in items:
            put(_line_of(item))
        return
    if fmt == "json":
        _print_list(items)
        return
    if fmt == "ids":
        for item in items:
            write(id_of(item, columns[0]))
        return
    plain = map(partial(part_of_row, names=columns), items)
    if fmt in ("csv", "tsv"):
        _print_separated(plain, columns, fmt)
    elif terminal := screen.attached():
        _show_table(list(plain), columns, terminal, total, headings, counted)
    else:
        _print_table(plain, columns, widths, headings, counted)


def shortens() -> bool:
    """Whether what is long is to be told in short: on a terminal, unless all is asked for."""
    return screen.attached() is not None and not (selection.asked.wide or selection.asked.output)


def _show_table(
    items: list[Row], columns: Sequence[str], terminal: screen.Screen, total: int | None,
    headings: Mapping[int, str], counted: str,
) -> None:  # fmt: skip
    options = selection.asked
    if not items:
        note(_("nothing to show"))
        return
    table = screen.ScreenTable.of(items, columns, safe_text)
    text, left = screen.drawn(table, terminal, wide=options.wide, keep_all=bool(options.columns))
    if not counted or total is not None:
        counted = (_("{n} in all") if total is None else _("{n} of {total}")).format(n=len(items), total=total)
    with paged():
        bold = {place: screen.coloured(line, screen.BOLD) for place, line in headings.items()}
        put(_under_headings(text, bold) + "\n")
        put(screen.coloured(counted, screen.DIM) + "\n")
    if left:
        note(_("{said}; -w shows all").format(said=left) if options.offered else left)


def one(item: Row, fmt: str, *, breadth: int | None = None) -> None:
    """Print one record: as an object in json, as name and value lines in a table; empty fields only in json.

    With `breadth`, the lines of a table that are longer than so many columns of the terminal are broken.
    """
    if selection.asked.output:
        rows([item], list(item), fmt)
    elif fmt in ("json", "jsonl"):
        _print_json(item, indent=2 if fmt == "json" else None)
    elif fmt == "table":
        if terminal := screen.attached():
            breadth = terminal.columns
        lines = [(heading(name, [value]), line) for name, value in item.items() for line in _lines(value)]
        left = max((width(name) for name, _line in lines), default=0) + 2
        with paged():
            for name, line in lines:
                for place, part in enumerate(_parts(line, breadth and max(breadth - left, SHORTEST))):
                    write((padded("" if place else name, left) + part).rstrip())
    else:
        rows([item], list(item), fmt)


def written(run: Row, fmt: str, *, show_counts: bool = False) -> None:
    """Print what a writing run did: `run` holds run, commit, ids, counts, and changes with a dry run.

    A table shows the ids, one a line; for a batch (`show_counts`) the counts; with a dry run the field changes.
    """
    if fmt == "json":
        _print_json(run)
    elif fmt == "jsonl":
        _print_json(run, indent=None)
    elif run.get("dry_run") and fmt == "table":
        _print_changes(run)
    elif show_counts and fmt != "ids":
        from crmkit.labels import counted_as

        counts = [{N_("outcome"): counted_as(k), N_("records"): v} for k, v in run["counts"].items()]
        if fmt == "table":  # not a list: nothing of it is counted or left out
            shown = [{N_("item"): one["outcome"], N_("how many"): one["records"]} for one in counts]
            _print_table(shown, ("item", "how many"), NO_LIMITS)
        else:
            rows(counts, ("outcome", "records"), fmt)
    elif fmt in ("csv", "tsv"):
        rows([{"id": i} for i in run["ids"]], ("id",), fmt)
    else:
        for identifier in run["ids"]:
            write(identifier)


def error(problem: CrmkitError, fmt: str) -> None:
    """Print an error on stderr: a sentence and a hint, or with json `{"error": {...}}`."""
    if fmt in ("json", "jsonl"):
        body: Row = {"code": problem.code, "message": problem.message, "hint": problem.hint}
        if isinstance(problem, SavedError):
            body["runs"] = problem.runs
        if isinstance(problem, AmbiguousError) and problem.choices:
            body["choices"] = list(problem.choices.values())
        say(safe_text(json.dumps({"error": body}, ensure_ascii=False)))
        return
    say(safe_text(_("error: {message}").format(message=problem.message)))
    for line in problem.choices if isinstance(problem, AmbiguousError) else ():
        say(f"  {line}")
    if problem.hint:
        say(safe_text(_("hint: {hint}").format(hint=problem.hint)))


_page: list[str] | None = None  # what is to be shown together


@contextmanager
def paged() -> Iterator[None]:
    """What is printed in the block is shown together: on a terminal through a pager, where it is longer than that."""
    global _page
    terminal = screen.attached()
    if terminal is None or _page is not None:
        yield
        return
    _page = []
    try:
        yield
        text = "".join(_page)
    finally:
        _page = None
    screen.page(text, terminal)


def put(data: str) -> None:
    """Print a document that is data as it stands."""
    mistakes.begins("printing")
    if _page is None:
        sys.stdout.write(data)
    else:
        _page.append(data)


def write(text: str) -> None:
    """Print a line of data."""
    put(safe_text(text) + "\n")


def say(text: str) -> None:
    """Print a line of talk on stderr; where nobody can hear it the work goes on all the same."""
    with suppress(OSError):
        sys.stderr.write(safe_text(text) + "\n")


def note(text: str) -> None:
    """Say what is to be known of a list, less loudly than the list itself; nothing with -q."""
    if not selection.asked.quiet:
        quiet = sys.stderr.isatty() and screen.attached() is not None
        with suppress(OSError):
            sys.stderr.write((screen.coloured(safe_text(text), screen.DIM) if quiet else safe_text(text)) + "\n")


def separated(items: Iterable[Row], columns: Sequence[str], fmt: str) -> Iterator[str]:
    """The lines of a csv or tsv table, one by one, with their line ends; the first holds the names of `columns`."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if fmt == "csv" else "\t", lineterminator="\n")
    writer.writerow(columns)
    yield buffer.getvalue()
    for item in items:
        buffer.seek(0)
        buffer.truncate()
        cells = [safe_text(as_data(item.get(name))) for name in columns]
        writer.writerow([_harmless(cell) for cell in cells])
        yield buffer.getvalue()


def json_text(value: Any, indent: int | None = None) -> str:
    """`value` as JSON with a line end; on one line unless `indent` is given."""
    text = _numbered(safe_text(_encoder().encode(value)))
    return (text if indent is None else _indented(text, indent)) + "\n"


def _indented(text: str, indent: int = 2) -> str:
    """JSON of one line as `json` writes it with an indent, in a fifth of the time."""
    return msgspec.json.format(text, indent=indent)


@cache
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, default=str)  # as long in the making as a row's text


def _line_of(item: Row | Record | Told) -> str:
    return json_text(item) if isinstance(item, dict) else record_line(item)


def record_line(item: Record | Told) -> str:
    """`item` as one line of JSON with its line end: the text that `json_text` makes of its `row`."""
    record, more = item if isinstance(item, Told) else (item, {})
    if worded(record) or not more.keys().isdisjoint(record.__struct_encode_fields__):
        return json_text(as_row(item))
    text = msgspec.json.format(msgspec.json.encode(record), indent=0).decode()
    if told := {**beside(record), **more}:
        text = f"{text[:-1]}, {_encoder().encode(told)[1:]}"
    return _numbered(safe_text(text)) + "\n"


def _numbered(text: str) -> str:
    """JSON with the key `number` behind each `e164`, which jq 1.6 cannot name: it reads `.e164` as a broken number.

    A key is told from the same letters in a value by its quotation marks, which a value can only hold escaped.
    """
    return _E164.sub(r'"e164": \1\2"number": \1\2', text)


def _print_json(value: Any, indent: int | None = 2) -> None:
    put(json_text(value, indent))


def _print_list(items: Iterable[Row] | Iterable[Record] | Iterable[Told]) -> None:
    """The text of a list of all `items`, which is never there as a whole: of 100,000 files it would take 1.3 GB."""
    begins = "[\n  "
    for item in items:
        put(begins + _indented(_line_of(item)[:-1]).replace("\n", "\n  "))
        begins = ",\n  "
    put("[]\n" if begins[0] == "[" else "\n]\n")


def _print_separated(items: Iterable[Row], columns: Sequence[str], fmt: str) -> None:
    for line in separated(items, columns, fmt):
        put(line)


def _harmless(cell: str) -> str:
    # a spreadsheet would run =cmd|...; phone numbers and amounts, one or several, are no formula and stay as they are
    if not _FORMULA.match(cell) or all(_PLAIN_NUMBER.fullmatch(part) for part in cell.split("; ")):
        return cell
    return f"'{cell}"


def unguarded(cell: str) -> str:
    """What stood in a cell before `separated` kept it from being a formula."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell


def _under_headings(text: str, headings: Mapping[int, str]) -> str:
    """A table of the two lines of its head and a line for each row, with `headings` between."""
    lines = text.split("\n")
    for place in sorted(headings, reverse=True):
        if place + 2 < len(lines):
            lines[place + 2 : place + 2] = ["", headings[place]] if place else [headings[place]]
    return "\n".join(lines)


def _print_table(
    items: Iterable[Row], columns: Sequence[str], widths: Mapping[str, int],
    headings: Mapping[int, str] = NO_HEADINGS, counted: str = "",
) -> None:  # fmt: skip
    values = [[item.get(name) for name in columns] for item in items]
    lines = [[safe_text(as_words(value)).replace("\n", " ") for value in line] for line in values]
    for place, name in enumerate(columns):
        for line in lines if name in widths else ():
            line[place] = clipped(line[place], widths[name])
    if lines:
        from tabulate import tabulate

        titles = [heading(name, [line[place] for line in values]) for place, name in enumerate(columns)]
        text = tabulate(lines, headers=titles, tablefmt="simple", disable_numparse=True)
        write(_under_headings(text, headings))
        if counted:
            write(counted)


def _lines(value: Any) -> list[str]:
    if value in (None, "", False, [], ()) and not isinstance(value, Fen):
        return []
    if isinstance(value, (list, tuple)):
        return [safe_text(as_words(item)) for item in value]
    return [safe_text(as_words(value))]


def _parts(value: str, columns: int | None) -> list[str]:
    """The lines of a value; with `columns` they are broken to fit into so many."""
    lines = value.split("\n")
    return [part for line in lines for part in wrapped(line, columns)] if columns else lines


def _print_changes(run: Row) -> None:
    for identifier, fields in run["changes"].items():
        write(identifier)
        for line in changed_fields(identifier, fields):
            write(f"  {line}")


def changed_fields(identifier: str, fields: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """A line for each changed field of a record, what it was → what it is."""
    for name, (old, new) in fields.items():
        values = [as_field(identifier, name, value) for value in (old, new)]
        before, after = map(as_words, values)
        shown = after if old in (None, "", [], False) else f"{before} → {after or '-'}"
        yield f"{heading(name, values)}: {shown}"
