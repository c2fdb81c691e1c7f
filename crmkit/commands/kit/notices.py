"""What writing verbs say beside their result: absolute times, what is to be looked at, where a file went."""

from pathlib import Path

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import Session
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.work import timetable_of
from crmkit.records import Call, Callback, Visit
from crmkit.records.change import Change


def say_due(session: Session, run: Run, change: Change) -> None:
    """Say the due time of every open callback in `change` as an absolute time."""
    from crmkit.core.calendar.dates import spoken

    for record in change.puts:
        if isinstance(record, Callback) and not record.state:
            session.say(_("{id} is due {when}").format(id=record.id, when=spoken(record.due_at, run.now)))


def say_appointments(session: Session, run: Run, change: Change) -> None:
    """Say the time of every visit in `change` as an absolute time."""
    from crmkit.core.calendar.dates import spoken

    for record in change.puts:
        if isinstance(record, Visit):
            session.say(_("{id} is {when}").format(id=record.id, when=spoken(record.begins_at, run.now)))


def say_marks(session: Session, archive: Archive, run: Run, change: Change) -> None:
    """Say of each call in `change` what is to be looked at: quiet hours, a first call that took too long."""
    from crmkit.core.calling import calls

    made = [record for record in change.puts if isinstance(record, Call)]
    timetable = timetable_of(archive)
    for call in made:
        first = calls.first_calls([*archive.of(Call, call.customer), *made])
        session.say(*calls.told(run, call, timetable, first=call.id in first))


def put_calendar(session: Session, output: str, text: str) -> None:
    """Write the calendar `text` to the file `output`, "" = stdout. Without anything in it none is written.

    What stood there is then removed: yesterday's would be taken for today's.
    """
    from crmkit import render
    from crmkit.sheets.write.files import write_file

    if not text:
        if output:
            Path(output).unlink(missing_ok=True)
        session.say(_("nothing to do, so no calendar is written"))
    elif output:
        write_file(Path(output), text.encode())
        session.say(_("written: {file}").format(file=output))
    else:
        render.put(text)
