"""What the commands that agree on a visit share: the open visits of a day, quiet hours on request, saying the time."""

from datetime import date, timedelta
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import Session
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.work import end_of
from crmkit.records import Visit
from crmkit.records.change import Change
from crmkit.records.work import utc_key

Anyway = Annotated[
    bool, typer.Option("--anyway", help=_("Also in quiet hours, because the person asked for that time."))
]

Overlap = Annotated[bool, typer.Option("--overlap", help=_("Although the visitor is expected elsewhere then."))]


def open_on(archive: Archive, run: Run, day: date) -> list[Visit]:
    """The visits of that day that are not over, in order of time."""
    begin, end = end_of(day - timedelta(days=1), run), end_of(day, run)
    return archive.between(Visit, f"visit:{utc_key(begin)}", f"visit:{utc_key(end)}")


def say_when(session: Session, run: Run, change: Change) -> None:
    """Say the time of every visit in `change` as an absolute time."""
    from crmkit.dates import spoken

    for record in change.puts:
        if isinstance(record, Visit):
            session.say(_("{id} is {when}").format(id=record.id, when=spoken(record.begins_at, run.now)))
