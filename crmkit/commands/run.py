"""`crmkit run`: many commands in one process, a line each."""

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from crmkit.commands.kit.batch import refusals, standard_input
from crmkit.commands.kit.common import DryRun, Format, Joint, Session, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import command_of
from crmkit.errors import NotFoundError, PartialError, UsageError
from crmkit.i18n import _

# What locks the archive itself, or is no change of records: it cannot wait for a commit with others.
ALONE = ("init", "sync", "undo", "backup", "repair", "upgrade", "check", "config", "calendar", "daily", "history")

# Words and quotations, and a comment, which begins with a # that is no part of a word: 3#楼 is one.
WORDS = re.compile(r"""((?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^'"\\#]|(?<=\S)#)*)(?:#.*)?""", re.DOTALL)


@verb(_("Do many commands, a line each, as typed without crmkit. Example: crmkit run morning.txt"))
def run(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=_("A command a line; # begins a comment."))],
    one_commit: Annotated[
        bool, typer.Option("--one-commit", help=_("Commit all lines as one run, in place of one each."))
    ] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Do each line as a command of its own; what is refused is told with its line, the others go on."""
    lines, session = _lines(file), get_session(ctx)
    session.given["format"] = fmt
    if not (one_commit or dry_run):
        refused = _each(lines, session)
    else:
        with session.writing(dry_run) as archive:
            joint = Joint(archive)
            refused = _each(lines, Session(given=session.given, joint=joint), dry_run=dry_run)
            whole = archive.staged()
            if whole and not dry_run:
                done = session.commit(archive, session.run(archive), whole, command_of(ctx))
                session.say(_("all of it is one run: {run}").format(run=done.run))
    if refused:
        raise PartialError(refusals(refused, len(lines)), _("mend these lines, and run only them again"))


def _each(lines: list[tuple[int, str]], session: Session, *, dry_run: bool = False) -> list[tuple[int, str]]:
    """Do every line; the numbers of those that were refused, and why."""
    from crmkit import cli

    refused = []
    for number, text in lines:
        try:
            words = _words(text)
            if session.joint:
                _refuse_alone(words)
        except UsageError as mistake:
            refused.append((number, mistake.message))
            continue
        problem = cli.line([*words, *(["-n"] if dry_run else [])], session)
        if problem:
            refused.append((number, problem.message))
            if session.joint:
                session.joint.forget_refused()
    return refused


def _words(text: str) -> list[str]:
    """The words of a line, as a shell takes them. Raises UsageError."""
    said = WORDS.fullmatch(text)
    if said is None:
        raise UsageError(_("a quotation does not end"))
    words = shlex.split(said[1])
    words = words[1:] if words[:1] == ["crmkit"] else words
    if _command(words) == "run":
        raise UsageError(_("a line of `crmkit run` cannot be another"))
    return words


def _refuse_alone(words: list[str]) -> None:
    if _command(words) in ALONE:
        raise UsageError(_("{command} cannot be committed together with others").format(command=_command(words)))


def _command(words: list[str]) -> str:
    """The noun or the command that is meant; global options may stand before it."""
    from crmkit import cli

    return next((word for word in words if word in cli.NOUNS or word in cli.VERBS), "")


def _lines(source: str) -> list[tuple[int, str]]:
    """The lines of a file, or of standard input, that hold a command. Raises NotFoundError, InvalidError."""
    from crmkit.sheets.read.texts import decoded

    if source == "-":
        text = standard_input(_("write one command a line"))
    elif Path(source).is_file():
        text = decoded(Path(source).read_bytes(), source)
    else:
        raise NotFoundError(_("there is no file {file}").format(file=source))
    lines = ((number, line.strip()) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]
