"""A clone's own git settings: the merge driver, which no clone brings along, and what should not stand there.

git knows the driver by a line in these settings. Every writing command looks whether it stands there as it should, for
those who type `git merge` themselves; `crmkit sync` does without it.
"""

import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from crmkit.archive.journal import disk
from crmkit.archive.repository.git import Git, GitError, local_path
from crmkit.archive.store.files import SETTINGS
from crmkit.archive.store.layout import PRIVATE, close_to_others
from crmkit.errors import DamagedError
from crmkit.i18n import _

NAME = "merge.crmkit.driver"
HARMLESS = (  # text, since only `check` and `sync` need it: half a millisecond
    r"(?!gc\.recentobjectshook|fetch\.bundle)"  # a program that gc asks; a file from elsewhere that fetch unpacks first
    r"(advice|branch|color|fetch|gc|index|init|maintenance|merge\.crmkit|pack|pull|push|user)\..*"
    r"|core\.(autocrlf|bare|compression|eol|filemode|ignorecase|logallrefupdates|precomposeunicode|quotepath"
    r"|repositoryformatversion|safecrlf|sharedrepository|symlinks|untrackedcache)"
    r"|extensions\.objectformat|remote\..*\.(url|pushurl|fetch|prune|tagopt)"
)
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")  # HELPER::ADDRESS: git runs git-remote-HELPER
_DRIVERS = re.compile(rb"^\s*driver\s*=\s*(.*)$", re.MULTILINE | re.IGNORECASE)


def driver() -> str:
    """What git shall run. -P keeps Python from running files of the archive, in whose folder git runs it."""
    import shlex

    return f"{shlex.quote(sys.executable)} -P -m crmkit.archive.merge.driver %O %A %B %P"


def adopt(root: Path) -> None:
    """Make the folder that a new clone lacks, and close its files to other users.

    The history is on the branch main, whatever the shared repository calls it. Settings that git checked out with the
    line ends of another system (core.autocrlf, if the archive's attributes allow it) are restored.
    """
    if (root / PRIVATE).is_dir():
        return
    with suppress(OSError):  # another user's files: `crmkit check` says so
        close_to_others(root)
    _name_branch(Git(root))
    for name in SETTINGS:
        data = disk.read(root / name) or b""
        if b"\r\n" in data:
            disk.replace(root / name, data.replace(b"\r\n", b"\n"))
    disk.make_folder(root / PRIVATE)


def _name_branch(git: Git) -> None:
    """Call the branch of a new clone main, unless there is one of that name already."""
    known = git.lines("for-each-ref", "--format=%(refname:lstrip=-1)", "refs/heads", "refs/remotes")
    with suppress(GitError):  # no repository, or on no branch: the history says so when it is written
        if "main" not in known:
            git.run("branch", "-m", "main")


def register(root: Path) -> None:
    """Put the driver into the clone's settings where it is not there as it should be, and see that git can write."""
    git = Git(root)
    with suppress(GitError, OSError):  # nothing that crmkit does depends on it
        git.clear_leftovers()
        if not is_registered(root):
            git.run("config", "--local", "--replace-all", NAME, driver())


def is_registered(root: Path) -> bool:
    """True where the driver stands in the clone's settings as it should be, and no other one beside it."""
    return _DRIVERS.findall(disk.read(root / ".git" / "config") or b"") == [driver().encode()]


def doubtful_settings(git: Git) -> list[str]:
    """The keys of the clone's own settings that are not known to be harmless: many make git run programs."""
    keys = git.lines("config", "--local", "--no-includes", "--list", "--name-only")
    return sorted({key for key in keys if not re.fullmatch(HARMLESS, key)})


class Doubtful(NamedTuple):
    """A remote that no archive should have."""

    name: str
    why: str


def doubtful_remotes(git: Git) -> list[Doubtful]:
    """The remotes whose repository came along in the archive's own folder, or which are reached by a program."""
    found = []
    listing = "\n".join(git.lines("config", "--local", "--no-includes", "--list", "-z"))
    for entry in listing.split("\0"):
        key, _newline, address = entry.partition("\n")
        named = re.fullmatch(r"remote\.(.*)\.(url|pushurl)", key, re.DOTALL)
        if named:
            path = local_path(address)
            if _HELPER.match(address):
                why = _("the address of the remote {name} makes git run a program: {address}")
            elif path and (git.root / path).resolve().is_relative_to(git.root.resolve()):
                why = _("the remote {name} lies inside the archive, and would be lost with it: {address}")
            else:
                continue
            found.append(Doubtful(named[1], why.format(name=named[1], address=address)))
    return list(dict.fromkeys(found))


class UnfinishedError(DamagedError):
    """Somebody's `git merge` waits to be finished."""


def refuse_unfinished(root: Path) -> None:
    """Raise UnfinishedError in the middle of a `git merge`: recording a run now would end it, and drop what clashed."""
    if (root / ".git" / "MERGE_HEAD").exists():
        raise UnfinishedError(
            _("a `git merge` is unfinished in {folder}").format(folder=root),
            _("`git merge --abort`, then `crmkit sync` keeps both sides' values"),
        )
