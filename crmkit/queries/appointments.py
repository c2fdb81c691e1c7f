"""What the commands that agree on a visit share: the open visits of a day, quiet hours on request, saying the time."""

from datetime import date, timedelta

from crmkit.archive.archive import Archive
from crmkit.core.run import Run
from crmkit.queries.work import end_of
from crmkit.records import Visit
from crmkit.records.work import utc_key


def open_on(archive: Archive, run: Run, day: date) -> list[Visit]:
    """The visits of that day that are not over, in order of time."""
    begin, end = end_of(day - timedelta(days=1), run), end_of(day, run)
    return archive.between(Visit, f"visit:{utc_key(begin)}", f"visit:{utc_key(end)}")
