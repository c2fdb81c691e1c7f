"""An archive, and runs made in it in this process: quicker than the command line, and any change can be made."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from crmkit.archive.archive import Archive, opened
from crmkit.archive.history.undo import planned, take_back
from crmkit.archive.repository.git import Git
from crmkit.archive.store import stored
from crmkit.records import Record
from crmkit.records.change import Change

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


class Desk:
    """An archive whose clock goes on by a minute a run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW

    def tree(self) -> str:
        with opened(self.root, exclusive=False, wait=5) as archive:
            return archive.git.line("rev-parse", "HEAD^{tree}")

    def run(self, make: Callable[[Archive], Change]) -> str:
        self.now += timedelta(minutes=1)
        with opened(self.root, exclusive=True, wait=5) as archive:
            return archive.commit(make(archive), "test run", run_at=self.now, by="LN").run

    def undo(self, name: str = "") -> str:
        self.now += timedelta(minutes=1)
        with opened(self.root, exclusive=True, wait=5) as archive:
            return take_back(archive, planned(archive, name), run_at=self.now, by="LN").run


def join(desk: Desk, other: Desk, merged: Record) -> None:
    """Merge the other clone's runs into this one; the only record of its kind ends as `merged`."""
    git = Git(desk.root)
    git.run("fetch", "-q", str(other.root), "HEAD")
    (path,) = (desk.root / merged.kind).iterdir()
    path.write_bytes(stored.canonical(merged.kind, {merged.id: stored.document(merged)}))
    git.run("add", str(path))
    tree = git.line("write-tree")
    commit = git.line("commit-tree", tree, "-p", "HEAD", "-p", "FETCH_HEAD", "-m", "archive sync: merged")
    git.run("update-ref", "HEAD", commit)
