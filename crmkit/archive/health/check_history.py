"""The bytes of every file against the archive's history: what the last commit holds, and what runs wrote since."""

from collections.abc import Collection, Iterator

from crmkit.archive.health.check_files import clashing
from crmkit.archive.health.check_runs import Runs
from crmkit.archive.health.problem import Problem
from crmkit.archive.journal import disk
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.objects import tree
from crmkit.archive.repository.recording import BRANCH
from crmkit.archive.store.layout import is_ours
from crmkit.i18n import _


class Recorded:
    """What every file should hold. A damaged bit that leaves a file readable shows in no other way."""

    def __init__(self, git: Git, runs: Runs) -> None:
        """Raises GitError where the last commit cannot be read."""
        self.tree = tree(git, BRANCH)
        self.allowed = runs.allowed()

    def holds(self, path: str, data: bytes) -> bool:
        """True where the file at `path` may hold `data`: as committed, or as a run left it that is not recorded yet."""
        if path in self.allowed:
            return disk.digest(data) in self.allowed[path]
        return path in self.tree and self.tree[path].blob == disk.blob_name(data)

    def missing(self, there: Collection[str]) -> list[str]:
        """The files of the archive that should be there, and are not among those that are."""
        gone = {path for path, digests in self.allowed.items() if "" in digests}
        expected = {path for path in (*self.tree, *self.allowed) if is_ours(path)}
        return sorted(expected - gone - set(there))

    def problems(self) -> Iterator[Problem]:
        """What the last commit holds that no archive does."""
        for path, entry in self.tree.items():
            if not entry.regular or not disk.stays_inside(path):
                yield Problem(
                    "path",
                    path,
                    _("the history holds {file}, which has no place in an archive").format(file=path),
                    _("`git log -- {file}` tells who put it there").format(file=path),
                )
        yield from clashing(self.tree)
