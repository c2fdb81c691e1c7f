"""`crmkit backup`: the whole archive, with its history, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.exchange.backup import catch_up, file_name, unrecorded, write
from crmkit.commands.kit.common import Force, Format, Session, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import N_, _
from crmkit.interrupts import made


@verb(_("Put the archive and its history into one file. Example: crmkit backup /media/usb"))
def backup(
    ctx: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE", help=_("A folder gets a file named by the date."))],
    force: Force = False,
    fmt: Format = "",
) -> None:
    """Write a backup, unpack it, and compare it with the archive."""
    session = get_session(ctx)
    session.refuse_past()
    _catch_up(session)
    with session.reading() as archive:
        file = target.expanduser().absolute()
        if file.is_dir():
            settings = archive.settings.archive
            file /= file_name(settings.branch, session.now(settings.tz))
        backed_up = write(archive, file, force=force)
    made(_("{file} is written").format(file=backed_up.file))
    if not session.quiet:
        item = {
            "file": str(backed_up.file),
            "commit": backed_up.commit,
            N_("runs"): backed_up.runs,
            N_("files of the archive") if fmt == "table" else "files": backed_up.files,
        }
        render.one({**item, N_("bytes"): backed_up.bytes}, fmt)
    session.say(_("verified; bring it back with: crmkit init DIR --from {file}").format(file=backed_up.file))


def _catch_up(session: Session) -> None:
    # a backup needs no more than a look at the archive, unless there are edits that are not in the history
    with session.reading() as archive:
        lacking = unrecorded(archive)
    if lacking:
        with session.writing() as archive:
            catch_up(archive)
