"""What a clone needs that git does not bring along: the merge driver, for those who type `git merge` themselves.

git knows the driver by a line in the clone's own settings. Every writing command looks whether it stands there as it
should; `crmkit sync` does without it.
"""

import re
import shlex
import sys
from contextlib import suppress
from pathlib import Path

from crmkit.archive import disk
from crmkit.archive.git import Git, GitError
from crmkit.errors import DamagedError
from crmkit.i18n import _

NAME = "merge.crmkit.driver"
_DRIVERS = re.compile(rb"^\s*driver\s*=\s*(.*)$", re.MULTILINE | re.IGNORECASE)


def driver() -> str:
    """What git shall run. -P keeps Python from running files of the archive, in whose folder git runs it."""
    return f"{shlex.quote(sys.executable)} -P -m crmkit.archive.driver %O %A %B %P"


def register(root: Path) -> None:
    """Put the driver into the clone's settings where it is not there, or not as it should be."""
    with suppress(GitError, OSError):  # nothing that crmkit does depends on it
        if _DRIVERS.findall(disk.read(root / ".git" / "config") or b"") != [driver().encode()]:
            Git(root).run("config", "--local", "--replace-all", NAME, driver())


def refuse_unfinished(root: Path) -> None:
    """Raise DamagedError in the middle of a `git merge`: recording a run now would end it, and drop what clashed."""
    if (root / ".git" / "MERGE_HEAD").exists():
        raise DamagedError(
            _("a `git merge` is unfinished in {folder}").format(folder=root),
            _("`git merge --abort`, then `crmkit sync` keeps both sides' values"),
        )
