"""`crmkit check`: look for everything that is not as it should be."""

from contextlib import closing
from typing import Annotated

import msgspec
import typer

from crmkit import render, scratch
from crmkit.archive.archive import Archive
from crmkit.archive.health import check
from crmkit.archive.health.problem import BROKEN, Problem
from crmkit.commands.kit.common import Listed, Session, archive_folder, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.holidays import to_be_written
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import N_, _
from crmkit.queries import contradictions
from crmkit.queries.cards import without_telephone
from crmkit.queries.work import calendar_of
from crmkit.records import Step

COLUMNS = (N_("code"), N_("place"), N_("message"), N_("fix"))


@verb(_("Look for damage, in the files and between the records. Example: crmkit -q check"))
def check_(
    ctx: typer.Context,
    deep: Annotated[bool, typer.Option("--deep", help=_("Read every object of the history as well."))] = False,
    fmt: Listed = "",
) -> None:
    """List the problems of the archive; silent, and exit 0, where there are none."""
    session = get_session(ctx)
    session.refuse_past()
    root = archive_folder(session)
    for path in scratch.sweep(scratch.temporary()):
        session.say(_("removed what a command that was killed had unpacked: {folder}").format(folder=path))
    found = check.check(root, wait=session.wait, deep=deep)
    sound = not found
    with check.reading(root, session.wait), closing(Archive(root)) as archive:
        if all(problem.code not in BROKEN for problem in found):  # what is damaged is not read any further
            found += _contradictions(session, archive, found)
        notes = _notes(session, archive) if sound else ()
    render.rows([msgspec.to_builtins(problem) for problem in found], COLUMNS, fmt)
    beside = check.unknown(root)
    if beside:
        session.say(_("no part of the archive, and left alone: {files}").format(files=", ".join(beside)))
    session.say(*notes)
    if found:
        raise typer.Exit(DamagedError.exit_code)


def _contradictions(session: Session, archive: Archive, known: list[Problem]) -> list[Problem]:
    """Steps that contradict each other; none where the archive cannot be opened, and `known` says why."""
    try:
        found = contradictions.contradictions(archive, session.run(archive))
    except CrmkitError:
        if not known:
            raise
        return []
    return [Problem("contradiction", Step.kind, contradictions.message(one), contradictions.fix(one)) for one in found]


def _notes(session: Session, archive: Archive) -> tuple[str, ...]:
    today = session.now(archive.settings.archive.tz).date()
    return (*to_be_written(calendar_of(archive), today), *without_telephone(archive))
