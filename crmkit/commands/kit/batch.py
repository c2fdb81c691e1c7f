"""A batch: the lines of standard input or of a sheet, each of them what could be typed for one record.

Good lines are taken, the others are returned with their reasons. A line is a JSON object; its keys are the verb's
arguments and options (`--collect-at` → collect_at). A line that is no object names the record alone, as a scanner
does. The header of a sheet is the first row with a title for the record.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import typer

from crmkit import usage
from crmkit.cells import heading
from crmkit.errors import CrmkitError, InvalidError, PartialError, UsageError
from crmkit.i18n import _, clauses, enumerated, speaking

if TYPE_CHECKING:
    from crmkit.commands.kit.common import Session
    from crmkit.records.settings import ImportSettings
    from crmkit.sheets.read.grid import Cell
    from crmkit.sheets.read.staff_sheets import Returned, StaffSheet

SHEETS = (".jsonl", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
ABOUT_ALL = ("rejects", "force", "encoding", "dry_run", "fmt")  # options of the run, not of a line
PROBLEM = "error"  # the key under which a refused line carries its reason; not read when it comes again
BARE = "line"  # the key under which a refused line that was no JSON object comes back
NOT_READ = "not_read"  # the key under which a row names those of its columns that are no fields
Rejects = Annotated[
    Path | None, typer.Option("--rejects", metavar="FILE", help=_("Where refused lines go, with their reasons."))
]
BatchFile = Annotated[
    str, typer.Argument(metavar="[-|FILE]", help=_("Many: - reads JSON lines, FILE a sheet or JSON lines."))
]
Line = dict[str, Any]


class Refused(NamedTuple):
    """A line that was not taken."""

    line: int  # counted from 1
    text: str
    problem: str
    place: int  # among the lines, counted from 0


class BatchOptions(NamedTuple):
    """The options that all batches have."""

    rejects: Path | None = None
    force: bool = False  # overwrite the file of the rejects
    encoding: str = ""  # of a file of text, "" = told by its content


def batch_in(argument: str | list[str] | None) -> str:
    """What was typed in the place of a record and names many, `-` or a file by its ending; "" for anything else.

    Raises UsageError for `-` among others.
    """
    texts = [argument] if isinstance(argument, str) else argument or []
    if len(texts) > 1 and "-" in texts:
        raise UsageError(_("either - or several: what is read has its own lines"))
    text = texts[0] if len(texts) == 1 else ""
    return text if text == "-" or Path(text).suffix.lower() in SHEETS else ""


class LineFields:
    """What a line may hold, by the names of a verb's arguments and options; `many` is the one that names the record."""

    def __init__(self, ctx: typer.Context, many: str, needed: Sequence[str], also: Mapping[str, str]) -> None:
        """`needed` are the parameters without which a line is refused; `also` as `walk.writer` has it."""
        self.ctx = ctx
        self.needed = needed
        self.many = many if any(one.name == many and one.metavar != "[-|FILE]" for one in ctx.command.params) else ""
        self.params: dict[str, Any] = {}
        for param in ctx.command.params:
            if param.expose_value and param.name not in ABOUT_ALL and (param.name != many or self.many):
                self.params[usage.option_of(param).lstrip("-").replace("-", "_").lower()] = param
                self.params[str(param.name)] = param
        if self.many:
            named = self.params[many] = next(one for one in ctx.command.params if one.name == many)
            self.params |= dict.fromkeys(("id", BARE, usage.option_of(named).lower()), named)
            self.needed = list(dict.fromkeys((many, *needed)))
        self.params |= {key: self.params[name] for key, name in also.items() if name}
        self.first = next(iter(self.params))
        self.unread = {key for key, name in also.items() if not name}
        self.passed_over: list[str] = []  # columns and keys that are no fields

    def read(self, line: Mapping[str, Any], *, split: bool) -> Line:
        """The values of one line by the verb's parameters; with `split` a cell may hold several, one a line.

        Raises InvalidError.
        """
        values: Line = {}
        line = self._without_own(line, told=split)
        if self.many and {"id", "created_at"} <= line.keys():  # a record as a list printed it names itself alone
            self.passed_over += line.keys() - {"id", *self.passed_over}
            line = {self.many: line[self.many if self.many in line else "id"]}
        for name, value in line.items():
            if name in self.unread or not name:
                continue
            if name not in self.params:
                raise InvalidError(
                    _("there is no field {name}").format(name=name),
                    _("one of: {choices}").format(choices=", ".join(dict.fromkeys(self._names()))),
                )
            if value not in (None, "", []):
                values[str(self.params[name].name)] = self._value(self.params[name], name, value, split)
        for name in self.needed:
            if name not in values:
                raise InvalidError(_("the {field} is missing").format(field=_called(name)))
        return values

    def _without_own(self, line: Mapping[str, Any], *, told: bool) -> Mapping[str, Any]:
        """The line without the columns of somebody's own, which it holds only to be given back with them.

        They are noted as passed over, unless `told` with the header.
        """
        named = line.get(NOT_READ)
        if not isinstance(named, list):
            return line
        own = {NOT_READ, *(name for name in named if isinstance(name, str))}
        if not told:
            self.passed_over += [name for name in line if name in own - {NOT_READ, *self.passed_over}]
        return {name: value for name, value in line.items() if name not in own}

    def titles(self, texts: list[str]) -> list[str] | None:
        """The header of a sheet as names of fields, "" for a column that is none; None where it is no header.

        A header names the record, or several of the fields; in English, as in JSON, or in Chinese.
        """
        names = [text if text in self.unread else self._field(text) for text in texts]
        if self.many:
            named = [name for name in names if self._is_record(name)]
            if not named and self.many == "customer":  # as people think of them: who has that number, that name
                words = [self._person.get(text, "") for text in texts]
                found = next((word for word in ("phone", "name") if word in words), "")
                if found and found not in self.params:
                    names[words.index(found)] = self.many
                    named = [self.many]
            if not named:
                return None
            best = self.many if self.many in named else named[0]
            names = ["" if self._is_record(name) and name != best else name for name in names]
        elif len({name for name in names if name}) < 2:
            return None
        names = ["" if name in names[:place] else name for place, name in enumerate(names)]
        self.passed_over += [text for text, name in zip(texts, names, strict=True) if text and not name]
        return names

    def keys(self, texts: Sequence[str], names: Sequence[str]) -> list[str]:
        """A key for each column of a header: its field, else its own heading, which no other key of the row equals.

        A column without a heading has its letter; an equal heading is numbered.
        """
        from crmkit.sheets.write.rowxml import letter

        used = {PROBLEM, NOT_READ, BARE, *names}
        numbers: dict[str, int] = {}
        keys: list[str] = []
        for place, (text, name) in enumerate(zip(texts, names, strict=True), 1):
            key = title = name or text or letter(place)
            while not name and key in used:
                numbers[title] = numbers.get(title, 1) + 1
                key = f"{title} ({numbers[title]})"
            used.add(key)
            keys.append(key)
        return keys

    def _is_record(self, name: str) -> bool:
        return bool(name) and self.params.get(name) is self.params[self.many]

    def _field(self, text: str) -> str:
        return text if text in self.params else self._words.get(text, "")

    @cached_property
    def _words(self) -> dict[str, str]:
        """The field of each Chinese heading."""
        with speaking("zh"):
            return {_(name): name for name in reversed(self.params) if name != BARE}

    @cached_property
    def _person(self) -> dict[str, str]:
        """What says who a customer is, by its heading in either language."""
        with speaking("zh"):
            words = {_("phone"): "phone", _("name"): "name", _("Name of a person"): "name"}
        return {**words, "phone": "phone", "name": "name"}

    def _names(self) -> list[str]:
        return [str(param.name) for param in self.params.values()]

    def _value(self, param: Any, name: str, value: Any, split: bool) -> Any:
        several = param.multiple or param.nargs == -1
        if isinstance(value, list) and several:
            texts = [_plain(name, one) for one in value]
        else:
            texts = [_plain(name, value)]
            if several and split:
                texts = [text for text in texts[0].split("\n") if text]
        try:
            value = param.process_value(self.ctx, texts if several else texts[0])
            return list(value) if several else value
        except typer.TyperException as problem:
            raise InvalidError(usage.sentence(problem.format_message())) from None


class FilledSheet:
    """A sheet that went out to be filled in, as it comes back; see sheets/read/staff_sheets.py."""

    def __init__(self, form: "StaffSheet", found: "Returned", session: "Session") -> None:
        self._form = form
        self._session = session
        self._rows = found.rows
        self.sure = found.marked
        self.lines = [(row.number, json.dumps(row.line, ensure_ascii=False)) for row in found.rows]

    @classmethod
    def read(cls, source: str, letter: str, session: "Session", encoding: str) -> "FilledSheet | None":
        """What was filled in; None where the file is no such sheet. Raises NotFoundError, InvalidError."""
        from crmkit.sheets.read.staff_sheets import ALL, returned

        form = next(one for one in ALL if one.letter == letter)
        found = returned(source, form, session.settings().import_, encoding)
        return cls(form, found, session) if found else None

    @staticmethod
    def refuse_other(source: str, session: "Session", encoding: str) -> None:
        """Raise InvalidError for a sheet that went out to be filled in for another verb."""
        from crmkit.sheets.read.staff_sheets import ALL, returned

        for form in ALL:
            found = returned(source, form, session.settings().import_, encoding)
            if found and found.marked:
                raise InvalidError(
                    _("{file} is a sheet of another kind").format(file=source),
                    _("crmkit {verb} takes it").format(verb=form.verb),
                )

    def refuse_unreadable(self, place: int) -> None:
        """Raise InvalidError for a row that says nothing that could be taken."""
        if self._rows[place].problem:
            raise InvalidError(self._rows[place].problem)

    def save_refused(self, reasons: Mapping[int, str], path: Path, *, force: bool) -> None:
        """Write the rows with these places as they stood, their reasons in front, in the archive's language."""
        from crmkit import i18n
        from crmkit.sheets.write.staff_sheets import refused_book

        settings = self._session.settings()
        rows = [(self._rows[place], reason) for place, reason in reasons.items()]
        with i18n.speaking(self._session.option("lang") or settings.archive.lang):
            book = refused_book(self._form, rows, settings, self._session.now(settings.archive.tz))
        book.save(path, force=force)


class Batch:
    """The lines of one run, and those of them that were refused."""

    def __init__(
        self,
        source: str,
        fields: LineFields,
        session: "Session",
        options: BatchOptions,
        form: str = "",
    ) -> None:
        """Read standard input (`-`) or the file `source`, which may be a sheet of `form` that was filled in.

        Raises NotFoundError, InvalidError.
        """
        from crmkit.sheets.write.files import check_target

        self.fields = fields
        self.sheet = source != "-" and Path(source).suffix.lower() != ".jsonl"
        self.filled = FilledSheet.read(source, form, session, options.encoding) if form and self.sheet else None
        if source == "-":
            self.lines = _numbered(standard_input(_("write one JSON object a line")))
        elif self.filled and self.filled.sure:
            self.lines = self.filled.lines
        else:
            self.lines = self._of_file(source, session, options.encoding)
        if options.rejects:
            check_target(options.rejects, self.rejects_suffix, force=options.force)
        self.rejects, self.force = options.rejects, options.force
        self.refused: list[Refused] = []

    def notes(self) -> list[str]:
        """What the operator is to hear of the lines as a whole: columns and keys that were passed over."""
        if not self.fields.passed_over:
            return []
        names = enumerated(dict.fromkeys(self.fields.passed_over))
        return [_("not read, since this verb has no such fields: {names}").format(names=names)]

    @property
    def rejects_suffix(self) -> str:
        """The ending of the file of rejects: they come back in the form in which they came."""
        return ".xlsx" if self.filled else ".jsonl"

    def each(self, take: Callable[[Line], None]) -> None:
        """Hand the values of every line to `take`; a line that cannot be read, or is not taken, is kept as refused."""
        for place, (number, text) in enumerate(self.lines):
            try:
                if self.filled:
                    self.filled.refuse_unreadable(place)
                line = self._object(text)
                line.pop(PROBLEM, None)
                take(self.fields.read(line, split=self.sheet))
            except (msgspec.DecodeError, RecursionError) as problem:
                self.refused.append(Refused(number, text, _no_object(problem), place))
            except CrmkitError as problem:
                self.refused.append(Refused(number, text, problem.message, place))

    def counts(self, taken: dict[str, int]) -> dict[str, int]:
        """The counts of the run: every line is one of those `taken`, or refused."""
        return {"rows": len(self.lines), **taken, "rejected": len(self.refused)}

    def finish(self, *, dry_run: bool) -> None:
        """Write the refused lines to the rejects file. Raises PartialError where there were any, else CrmkitError."""
        from crmkit.sheets.write.files import write_file

        if not self.refused:
            return
        sentence = refusals([(one.line, one.problem) for one in self.refused], len(self.lines))
        if self.rejects and not dry_run:
            try:
                if self.filled:
                    reasons = {refused.place: refused.problem for refused in self.refused}
                    self.filled.save_refused(reasons, self.rejects, force=self.force)
                else:
                    write_file(self.rejects, b"".join(_with_problem(refused) for refused in self.refused))
            except CrmkitError as problem:
                raise CrmkitError(f"{sentence}; {problem.message}", problem.hint) from None
        if self.rejects is None:
            hint = _("mend them and read them again; --rejects {file} keeps them")
        elif dry_run:
            hint = _("without -n they go to {file}, to be mended and given again")
        else:
            hint = _("they are in {file}; mend them and give it again")
        raise PartialError(sentence, hint.format(file=self.rejects or f"FILE{self.rejects_suffix}"))

    def _of_file(self, source: str, session: "Session", encoding: str) -> list[tuple[int, str]]:
        """The rows of a file of somebody's own; only if it has no header of fields, those that were filled in."""
        if self.filled is None and self.sheet:
            FilledSheet.refuse_other(source, session, encoding)
        try:
            lines = _of_file(source, self.fields, session.settings().import_, encoding)
        except InvalidError:
            if self.filled is None:
                raise
            return self.filled.lines
        self.filled = None
        return lines

    def _object(self, text: str) -> Line:
        if self.fields.many and not text.lstrip().startswith(("{", "[", '"')):
            return {BARE: text.strip()}
        return msgspec.json.decode(text, type=Line)


def refusals(problems: Sequence[tuple[int, str]], lines: int) -> str:
    """A sentence with what was wrong with the lines that were refused of so many, by their numbers."""
    told = clauses(_("line {n}: {problem}").format(n=number, problem=problem) for number, problem in problems)
    sentence = _("{refused} of {lines} lines were refused: {problems}")
    return sentence.format(refused=len(problems), lines=lines, problems=told)


def _no_object(problem: Exception) -> str:
    """What is wrong with a line that could not be read; the decoder's own words are English, and nobody's here."""
    if isinstance(problem, msgspec.ValidationError):
        return _("this is no JSON object, in which each value has the name of its field")
    return _("this is no whole JSON: a bracket, a comma or a quotation mark is missing or too many")


def _called(name: str) -> str:
    """A field as the operator calls it, and in brackets as it is written, where that is another word."""
    title = heading(name)
    return title if title == name else f"{title} ({name})"


def _plain(name: str, value: Any) -> str:
    """A JSON value as it would be typed."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and "e164" in value:
        return str(value.get("raw") or value["e164"])  # a number as `lead show -f json` prints it
    raise InvalidError(
        _("{field}: {value} is not text").format(field=_called(name), value=json.dumps(value, ensure_ascii=False))
    )


def _numbered(text: str) -> list[tuple[int, str]]:
    """The lines of `text` in which anything stands, counted from 1."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _of_file(source: str, fields: LineFields, limits: "ImportSettings", encoding: str) -> list[tuple[int, str]]:
    """The rows of a file, a JSON object each; whatever `lead import` reads is read here. Raises NotFoundError."""
    from crmkit.sheets.read.tables import opened
    from crmkit.sheets.read.texts import decoded

    if Path(source).suffix.lower() == ".jsonl" and Path(source).is_file():
        return _numbered(decoded(Path(source).read_bytes(), source, encoding))
    lines: list[tuple[int, str]] = []
    titles: list[str] = []
    with opened(source, limits, encoding) as table:
        for sheet in table.sheets:
            here: list[str] = []
            own: set[str] = set()
            bare: set[str] = set()  # those without a heading
            for row in sheet.rows:
                texts = [_text(cell) for cell in row.cells]
                if here and not row.blank:
                    filled = zip_longest(here, texts[: len(here)], fillvalue="")
                    cells: Line = {key: text for key, text in filled if text or key not in bare}
                    for place, text in enumerate(filter(None, texts[len(here) :]), 1):  # no fields: the row is refused
                        behind = _("behind the last column")
                        cells[behind if place == 1 else f"{behind} ({place})"] = text
                    if named := [key for key in cells if key in own]:
                        cells[NOT_READ] = named
                    lines.append((row.number, json.dumps(cells, ensure_ascii=False)))
                elif found := fields.titles(texts):
                    titles = here = fields.keys(texts, found)
                    own = {key for key, name in zip(here, found, strict=True) if not name}
                    bare = {key for key, text in zip(here, texts, strict=True) if not text}
    if not titles:
        raise InvalidError(
            _("{file} has no row that names the column {name}").format(
                file=source, name=_(fields.many or fields.first)
            ),
            _("the first row holds the names of the fields"),
        )
    return lines


def _text(cell: "Cell") -> str:
    from crmkit.render import unguarded
    from crmkit.sheets.read.cell_text import cell_text

    return unguarded(cell) if isinstance(cell, str) else cell_text(cell)


def standard_input(hint: str) -> str:
    """All of standard input. Raises InvalidError where nothing stands there."""
    from crmkit.sheets.read.texts import decoded

    whole = decoded(sys.stdin.buffer.read(), _("standard input"))
    if not whole.strip():
        raise InvalidError(_("nothing on standard input"), hint)
    return whole


def _with_problem(refused: Refused) -> bytes:
    try:
        line = json.loads(refused.text)
    except ValueError:
        line = refused.text
    kept = line if isinstance(line, dict) else {BARE: line}
    return json.dumps({**kept, PROBLEM: refused.problem}, ensure_ascii=False).encode() + b"\n"
