"""Up to when an archive has lived: the last `daily` of this clone, and the last run in its history.

A clock that has gone back would plan and recycle by days that are over; only these two can tell.
"""

from datetime import datetime
from pathlib import Path

from crmkit.archive.journal import disk
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.recording import BRANCH

FILE = ".crmkit/daily"


def latest(root: Path, git: Git) -> datetime | None:
    """The later of the last `daily` (`note_daily`) and the last run made since; None in an archive without either."""
    noted, head = _noted(root)
    if noted is not None and head == git.head():
        return noted
    return max((moment for moment in (noted, _last_run(git)) if moment is not None), default=None)


def last_daily(root: Path) -> datetime | None:
    """When `daily` last ran in this clone; None where it has not, or where that cannot be read."""
    return _noted(root)[0]


def note_daily(root: Path, git: Git, moment: datetime) -> None:
    """Remember that `daily` ran at `moment` (aware), and what was the last commit then."""
    disk.replace(root / FILE, f"{moment.isoformat()} {git.head()}".encode())


def _noted(root: Path) -> tuple[datetime | None, str]:
    try:
        time, _space, head = (disk.read(root / FILE) or b"").decode().partition(" ")
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None, ""
    return (moment, head) if moment.tzinfo else (None, "")


def _last_run(git: Git) -> datetime | None:
    try:
        return datetime.fromisoformat(git.line("log", "-1", "--grep=^Crmkit-Run: ", "--format=%aI", BRANCH))
    except (GitError, ValueError):
        return None
