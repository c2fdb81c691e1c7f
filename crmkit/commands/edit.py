"""`crmkit edit`: a customer's file as a text, in the editor that the operator has set."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import typer

from crmkit import render, scratch
from crmkit.commands.kit.common import DryRun, Format, Session, get_session, written
from crmkit.commands.kit.options import Who
from crmkit.commands.kit.verbs import verb
from crmkit.core import editing
from crmkit.errors import CrmkitError, UsageError
from crmkit.i18n import _, clauses
from crmkit.queries.finding import find_customer, holder_of, lead_names
from crmkit.records import Customer
from crmkit.records.base import diff

EDITORS = ("VISUAL", "EDITOR")  # the first that is set


@verb(_("Edit a file as a text in $VISUAL or $EDITOR. Example: crmkit edit 13900541731"))
def edit(ctx: typer.Context, customer: Who, dry_run: DryRun = False, fmt: Format = "") -> None:
    """Open a customer's file in the operator's editor, and take what was changed there."""
    session = get_session(ctx)
    session.refuse_past()
    editor = _editor()
    with session.reading() as archive:
        run = session.run(archive)
        before = find_customer(archive, customer)
    text = sent = editing.written(run, before)
    with scratch.folder(scratch.temporary()) as folder:
        path = folder / f"{before.id}.toml"
        while True:  # the archive is free for others while somebody types
            text = _typed(editor, path, text)
            if text == sent:
                session.say(_("nothing to change"))
                return
            try:
                _take(session, before, text, dry_run, fmt)
                return
            except CrmkitError as problem:
                again = {"e": _("edit again"), "q": _("leave it")}
                if not session.interactive or session.joint or session.letter(_told(problem), again) == "q":
                    kept = _("what you wrote is kept in {file}").format(file=_kept(text))
                    problem.hint = clauses((problem.hint, kept))
                    raise


def _take(session: Session, before: Customer, text: str, dry_run: bool, fmt: str) -> None:
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        present = holder_of(archive, before.id)
        change = editing.rewritten(run, before, text, present, lead_names(archive, run, _("staff")))
        after = next((one for one in change.puts if one.id == present.id), present)
        done = session.commit(archive, run, change, "edit")
    if not dry_run:
        session.say(*render.changed_fields(present.id, diff(present, after)))
    written(session, done, fmt)


def _editor() -> list[str]:
    """The words of the operator's own editor. Nothing else is ever run. Raises UsageError."""
    named = next((os.environ[name] for name in EDITORS if os.environ.get(name, "").strip()), "")
    try:
        words = shlex.split(named)
    except ValueError as problem:
        raise UsageError(_("{value} is not a command ({problem})").format(value=named, problem=problem)) from None
    if not words:
        raise UsageError(
            _("neither $VISUAL nor $EDITOR names an editor"),
            _("for example: export EDITOR=nano; `crmkit lead edit` changes single fields"),
        )
    return words


def _typed(editor: list[str], path: Path, text: str) -> str:
    """What the operator made of `text`. Raises CrmkitError where the editor does not run or gives up."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    try:
        ended = subprocess.run([*editor, path], stdout=2, check=False).returncode  # stdout is for data
    except OSError as problem:
        raise CrmkitError(
            _("the editor {command} does not start ({problem})").format(command=editor[0], problem=problem.strerror),
            _("$VISUAL, else $EDITOR, names it"),
        ) from None
    if ended:
        raise CrmkitError(_("the editor ended with {code}; nothing changed").format(code=ended))
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise CrmkitError(_("the editor left no text in UTF-8; nothing changed")) from None


def _told(problem: CrmkitError) -> str:
    return "\n".join(filter(None, (problem.message, problem.hint)))


def _kept(text: str) -> Path:
    """A file of the operator's own (0600) with the text; it stays."""
    descriptor, name = tempfile.mkstemp(prefix="crmkit-edit-", suffix=".toml")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
