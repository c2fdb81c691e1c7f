"""Batches, a JSON object a line: good lines are taken, the others come back with their reasons."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
import typer

from crmkit.errors import CrmkitError, InvalidError, PartialError, UsageError
from crmkit.i18n import _

Lines = Annotated[str, typer.Argument(metavar="[-]", help=_("- reads many, a JSON object a line."))]
RejectedLines = Annotated[
    Path | None, typer.Option("--rejects", metavar="FILE.jsonl", help=_("Where refused lines go, with their reasons."))
]
PROBLEM = "error"  # the key under which a refused line carries its reason; not read when it comes again
Line = dict[str, Any]
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


class Refused(NamedTuple):
    """A line that was not taken."""

    line: int  # counted from 1
    text: str
    problem: str


class Batch:
    """The lines of one run, and those of them that were refused."""

    def __init__(
        self, argument: str, rejects: Path | None, *, force: bool, open_file: Callable[[str], str] | None = None
    ) -> None:
        """Read standard input, or the text that `open_file` makes of a file. Raises UsageError, InvalidError."""
        from crmkit.sheets.files import check_target

        if argument != "-" and open_file is None:
            raise UsageError(_("{value}: only - is read, with a JSON object a line").format(value=argument))
        if rejects:
            check_target(rejects, ".jsonl", force=force)
        whole = open_file(argument) if open_file and argument != "-" else _standard_input()
        self.lines = [(number, line) for number, line in enumerate(whole.splitlines(), 1) if line.strip()]
        self.rejects = rejects
        self.refused: list[Refused] = []

    def each(self, take: Callable[[Line], None], read: Callable[[str], Line] = json_object) -> None:
        """Hand every line, read by `read`, to `take`; one that cannot be read, or is not taken, is kept as refused."""
        for number, text in self.lines:
            try:
                line = read(text)
                line.pop(PROBLEM, None)
                take(line)
            except (msgspec.DecodeError, RecursionError) as problem:
                self.refused.append(Refused(number, text, str(problem)))
            except CrmkitError as problem:
                self.refused.append(Refused(number, text, problem.message))

    def counts(self, taken: dict[str, int]) -> dict[str, int]:
        """The counts of the run: every line is one of those `taken`, or refused."""
        return {"rows": len(self.lines), **taken, "rejected": len(self.refused)}

    def finish(self, *, dry_run: bool) -> None:
        """Write the refused lines to the rejects file. Raises PartialError where there were any, else CrmkitError."""
        from crmkit.sheets.files import write_file

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


def _standard_input() -> str:
    try:
        whole = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InvalidError(_("standard input is not UTF-8: {problem}").format(problem=problem)) from None
    if not whole.strip():
        raise InvalidError(_("nothing on standard input"), _("write one JSON object a line"))
    return whole


def _with_problem(refused: Refused) -> bytes:
    try:
        line = json.loads(refused.text)
    except ValueError:
        line = refused.text
    kept = line if isinstance(line, dict) else {"line": line}
    return json.dumps({**kept, PROBLEM: refused.problem}, ensure_ascii=False).encode() + b"\n"
