"""Batches, a JSON object a line: good lines are taken, the others come back with their reasons."""

import json
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import msgspec
import typer

from crmkit.errors import CrmkitError, InvalidError, PartialError, UsageError
from crmkit.i18n import _

if TYPE_CHECKING:
    from crmkit.records.settings import ImportSettings
    from crmkit.sheets.read.grid import Cell

Lines = Annotated[str, typer.Argument(metavar="[-]", help=_("- reads many, a JSON object a line."))]
RejectedLines = Annotated[
    Path | None, typer.Option("--rejects", metavar="FILE.jsonl", help=_("Where refused lines go, with their reasons."))
]
PROBLEM = "error"  # the key under which a refused line carries its reason; not read when it comes again
Line = dict[str, Any]
Numbered = list[tuple[int, str]]  # lines with their numbers, counted from 1
S = TypeVar("S", bound=msgspec.Struct)


def json_object(text: str) -> Line:
    """A line that holds a JSON object. Raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Line)


def converted(line: Line, wanted: type[S], sentence: str) -> S:
    """`line` as the struct `wanted`. Raises InvalidError with `sentence`, which has a {problem}."""
    try:
        return msgspec.convert(line, wanted)
    except msgspec.ValidationError as problem:
        raise InvalidError(sentence.format(problem=problem)) from None


class RefusedLine(NamedTuple):
    """A line that was not taken."""

    line: int  # counted from 1
    text: str
    problem: str


class BatchLines:
    """The lines of one run, and those of them that were refused."""

    def __init__(
        self, argument: str, rejects: Path | None, *, force: bool, open_file: Callable[[str], Numbered] | None = None
    ) -> None:
        """Read standard input, or the lines that `open_file` makes of a file. Raises UsageError, InvalidError."""
        from crmkit.sheets.write.files import check_target

        if argument != "-" and open_file is None:
            raise UsageError(_("{value}: only - is read, with a JSON object a line").format(value=argument))
        if rejects:
            check_target(rejects, ".jsonl", force=force)
        self.lines = open_file(argument) if open_file and argument != "-" else numbered(_standard_input())
        self.rejects = rejects
        self.refused: list[RefusedLine] = []

    def each(self, take: Callable[[Line], None], read: Callable[[str], Line] = json_object) -> None:
        """Hand every line, read by `read`, to `take`; one that cannot be read, or is not taken, is kept as refused."""
        for number, text in self.lines:
            try:
                line = read(text)
                line.pop(PROBLEM, None)
                take(line)
            except (msgspec.DecodeError, RecursionError) as problem:
                self.refused.append(RefusedLine(number, text, str(problem)))
            except CrmkitError as problem:
                self.refused.append(RefusedLine(number, text, problem.message))

    def counts(self, taken: dict[str, int]) -> dict[str, int]:
        """The counts of the run: every line is one of those `taken`, or refused."""
        return {"rows": len(self.lines), **taken, "rejected": len(self.refused)}

    def finish(self, *, dry_run: bool) -> None:
        """Write the refused lines to the rejects file. Raises PartialError where there were any, else CrmkitError."""
        from crmkit.sheets.write.files import write_file

        if not self.refused:
            return
        sentence = _("{refused} of {lines} lines were refused: {problems}").format(
            refused=len(self.refused),
            lines=len(self.lines),
            problems="; ".join(_("line {n}: {problem}").format(n=r.line, problem=r.problem) for r in self.refused),
        )
        if self.rejects and not dry_run:
            try:
                write_file(self.rejects, b"".join(_with_problem(refused) for refused in self.refused))
            except CrmkitError as problem:
                raise CrmkitError(f"{sentence}; {problem.message}", problem.hint) from None
        raise PartialError(sentence, _("mend them and read them again; --rejects FILE.jsonl keeps them"))


def numbered(text: str) -> Numbered:
    """The lines of `text` in which anything stands."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def read_sheet(source: str, wanted: Sequence[str], limits: "ImportSettings", encoding: str = "") -> Numbered:
    """The rows of the file `source`, a JSON object each; of a sheet, below the row that names `wanted`, as texts.

    Whatever `lead import` reads is read here: any encoding and separator, and workbooks. A line of JSON that is broken
    is left to whoever takes it. Raises NotFoundError, InvalidError.
    """
    from crmkit.sheets.read.tables import opened
    from crmkit.sheets.read.texts import decoded

    if Path(source).suffix.lower() == ".jsonl" and Path(source).is_file():
        return numbered(decoded(Path(source).read_bytes(), source, encoding))
    lines: Numbered = []
    titles: list[str] = []
    with opened(source, limits, encoding) as table:
        for sheet in table.sheets:
            titles_here: list[str] = []
            for row in sheet.rows:
                texts = [_text(cell) for cell in row.cells]
                if titles_here and not row.blank:
                    fields = dict(zip_longest(titles_here, texts[: len(titles_here)], fillvalue=""))
                    if surplus := [text for text in texts[len(titles_here) :] if text]:
                        fields[""] = surplus[0]  # which no field is called: the row is refused
                    lines.append((row.number, json.dumps(fields, ensure_ascii=False)))
                elif set(wanted) <= set(texts):
                    titles = titles_here = texts
    if not titles:
        raise InvalidError(
            _("{file} has no row that names the columns {names}").format(file=source, names=", ".join(wanted)),
            _("read it as it was written, with its first row"),
        )
    return lines


def _text(cell: "Cell") -> str:
    from crmkit.render import unguarded
    from crmkit.sheets.read.cell_text import cell_text

    return unguarded(cell) if isinstance(cell, str) else cell_text(cell)


def _standard_input() -> str:
    from crmkit.sheets.read.texts import decoded

    whole = decoded(sys.stdin.buffer.read(), _("standard input"))
    if not whole.strip():
        raise InvalidError(_("nothing on standard input"), _("write one JSON object a line"))
    return whole


def _with_problem(refused: RefusedLine) -> bytes:
    try:
        line = json.loads(refused.text)
    except ValueError:
        line = refused.text
    kept = line if isinstance(line, dict) else {"line": line}
    return json.dumps({**kept, PROBLEM: refused.problem}, ensure_ascii=False).encode() + b"\n"
