"""What lies in an archive's folder: which files are the archive's own, and that nobody but its owner may open them."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from crmkit.archive.store.files import SETTINGS
from crmkit.archive.store.shards import CALENDAR_NAME, CALENDARS, kind_of_file
from crmkit.records import BY_KIND

REPOSITORY = ".git"
PRIVATE = ".crmkit"
FOLDERS = (CALENDARS, *BY_KIND)
ROOMS = (REPOSITORY, PRIVATE, *FOLDERS)
OTHERS = 0o077  # every right of the group and of everybody


class FolderEntry(NamedTuple):
    """One file or folder."""

    path: str  # relative to the archive, "." for the archive
    mode: int  # as lstat gives it

    @property
    def ours(self) -> bool:
        """True where an archive has something of this name."""
        return self.path == "." or self.path in ROOMS or is_ours(self.path)


def is_ours(path: str) -> bool:
    """True for the path of a file that an archive has: settings, a calendar, a shard."""
    folder, _slash, name = path.partition("/")
    return path in SETTINGS or bool(kind_of_file(path)) or (folder == CALENDARS and bool(CALENDAR_NAME.fullmatch(name)))


def entries(root: Path) -> list[FolderEntry]:
    """The archive, everything in it, and everything in the folders of records; links are not followed."""
    found = [FolderEntry(".", root.lstat().st_mode), *listed(root, "")]
    folders = [entry.path for entry in found if entry.path in FOLDERS and stat.S_ISDIR(entry.mode)]
    return found + [entry for folder in folders for entry in listed(root, f"{folder}/")]


def files(root: Path) -> list[str]:
    """The paths of the archive's files, among them those that are there as something else than a plain file."""
    return [entry.path for entry in entries(root) if is_ours(entry.path)]


def is_exposed(entry: FolderEntry) -> bool:
    """True where others than the owner may enter, read or write what is the archive's."""
    return entry.ours and not stat.S_ISLNK(entry.mode) and bool(entry.mode & OTHERS)


def close_to_others(root: Path) -> None:
    """Take every right on what is the archive's from everybody but its owner."""
    for entry in filter(is_exposed, entries(root)):
        (root / entry.path).chmod(stat.S_IMODE(entry.mode) & ~OTHERS)


def is_out_of_place(entry: FolderEntry) -> bool:
    """True where something of the archive is not the plain file, or the folder, that it should be."""
    if entry.path in (".", REPOSITORY):  # a repository that is a file is another matter
        return stat.S_ISLNK(entry.mode)
    is_plain = stat.S_ISDIR if entry.path in (PRIVATE, *FOLDERS) else stat.S_ISREG
    return entry.ours and not is_plain(entry.mode)


def listed(root: Path, folder: str) -> list[FolderEntry]:
    """What lies in a folder of the archive, by name."""
    names = sorted(entry.name for entry in os.scandir(root / folder))
    return [FolderEntry(folder + name, (root / folder / name).lstat().st_mode) for name in names]
