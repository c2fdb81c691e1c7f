"""Who may look after files, which files wait for somebody, and which pass on soon."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from crmkit.archive.archive import Archive
from crmkit.core.run import Run
from crmkit.records import Assignment, Customer, Staff
from crmkit.records.change import Change
from crmkit.records.work import utc_key

if TYPE_CHECKING:
    from crmkit.core.assigning.assignment import Team
from typing import TYPE_CHECKING

from crmkit.queries.work import customer_of, end_of

if TYPE_CHECKING:
    from crmkit.core.assigning.recycling import UnsoldFile


def waiting(archive: Archive) -> Iterator[Customer]:
    """The screened files that nobody looks after, or somebody who left."""
    yield from archive.find(Customer, "unassigned:")
    for one in archive.all(Staff):
        if one.left:
            yield from (file for file in archive.find(Customer, f"owner:{one.code}") if file.stage)


def team_of(archive: Archive, run: Run) -> "Team":
    """The staff who may look after files, with what they have. Raises InvalidError where there is nobody."""
    from crmkit.core.assigning.assignment import TURN_DAYS, Team

    staff = list(archive.all(Staff))
    since = utc_key(run.now - timedelta(days=TURN_DAYS))
    recent = archive.between(Assignment, f"assigned:{since}", "assigned;")
    return Team(run, staff, {one.code: load_of(archive, one.code) for one in staff}, recent)


def load_of(archive: Archive, code: str) -> int:
    """How many files a staff member looks after."""
    return len(archive.ids(f"owner:{code}"))


def passing_on_soon(archive: Archive, run: Run) -> list["UnsoldFile"]:
    """The files that pass on soon, found by the days on which they were assigned: the archive is not read in whole."""
    from crmkit.core.assigning import recycling
    from crmkit.queries.snapshot import snapshot_after

    first, last = recycling.days_before_notice(run)
    begin, end = (utc_key(end_of(day, run)) for day in (first - timedelta(days=1), last))
    who = customer_of(archive)
    assigned = archive.between(Assignment, f"assigned:{begin}", f"assigned:{end}")
    files = {who(move.customer).id: who(move.customer) for move in assigned}
    snapshot = snapshot_after(archive, Change(puts=tuple(files.values())))
    return recycling.notices(run, recycling.unsold(run, snapshot))
