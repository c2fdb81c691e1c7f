"""What lies in an archive's folder: plain files in their places, closed to others, none of them pointing elsewhere."""

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from crmkit.archive.health.problem import Problem
from crmkit.archive.journal import disk
from crmkit.archive.store.files import SETTINGS
from crmkit.archive.store.shards import CALENDAR_NAME, CALENDARS, kind_of_file
from crmkit.i18n import _
from crmkit.records import BY_KIND

REPOSITORY = ".git"
PRIVATE = ".crmkit"
DAMAGED = "damaged"  # what `crmkit repair` has set aside
FOLDERS = (CALENDARS, *BY_KIND)
PRODUCTS = (".xlsx", ".csv", ".ics")  # what commands write with -o; `.gitignore` names the same
ROOMS = (REPOSITORY, PRIVATE, *FOLDERS)
OTHERS = 0o077  # every right of the group and of everybody


class Entry(NamedTuple):
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


def entries(root: Path) -> list[Entry]:
    """The archive, everything in it, and everything in the folders of records; links are not followed."""
    found = [Entry(".", root.lstat().st_mode), *_listed(root, "")]
    folders = [entry.path for entry in found if entry.path in FOLDERS and stat.S_ISDIR(entry.mode)]
    return found + [entry for folder in folders for entry in _listed(root, f"{folder}/")]


def files(root: Path) -> list[str]:
    """The paths of the archive's files, among them those that are there as something else than a plain file."""
    return [entry.path for entry in entries(root) if is_ours(entry.path)]


def file_problems(root: Path) -> Iterator[Problem]:
    """What is wrong with the files as such, whatever they say."""
    found = entries(root)
    yield from _exposed([entry.path for entry in found if is_exposed(entry)])
    for entry in found:
        yield from _misplaced(entry)
    for folder, folders, names in os.walk(root / PRIVATE):
        if DAMAGED in folders:
            folders.remove(DAMAGED)
        for place in (Path(folder, name) for name in (*folders, *names)):
            if place.is_symlink():
                yield _link(str(place.relative_to(root)))
            elif disk.is_irregular(place):
                yield irregular(str(place.relative_to(root)))
    yield from clashing(entry.path for entry in found)


def is_exposed(entry: Entry) -> bool:
    """True where others than the owner may enter, read or write what is the archive's."""
    return entry.ours and not stat.S_ISLNK(entry.mode) and bool(entry.mode & OTHERS)


def close_to_others(root: Path) -> None:
    """Take every right on what is the archive's from everybody but its owner."""
    for entry in filter(is_exposed, entries(root)):
        (root / entry.path).chmod(stat.S_IMODE(entry.mode) & ~OTHERS)


def is_out_of_place(entry: Entry) -> bool:
    """True where something of the archive is not the plain file, or the folder, that it should be."""
    if entry.path in (".", REPOSITORY):  # a repository that is a file is another matter
        return stat.S_ISLNK(entry.mode)
    is_plain = stat.S_ISDIR if entry.path in (PRIVATE, *FOLDERS) else stat.S_ISREG
    return entry.ours and not is_plain(entry.mode)


def unknown_files(root: Path, committed: Iterable[str] = ()) -> list[str]:
    """What lies beside the archive's own files, was not made by a command, and is not in the history either."""
    known = {path.partition("/")[0] for path in committed}
    return sorted(
        entry.path for entry in _listed(root, "")
        if not entry.ours and entry.path not in known and not entry.path.endswith(PRODUCTS)
    )  # fmt: skip


def clashing(paths: Iterable[str]) -> Iterator[Problem]:
    """Names that some disks take for one."""
    alike: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        alike[unicodedata.normalize("NFC", path).casefold()].add(path)
    for names in alike.values():
        if len(names) > 1:
            first, *others = sorted(names)
            yield Problem(
                "case",
                first,
                _("{names} differ in upper and lower case only: on some disks they are one").format(
                    names=", ".join((first, *others))
                ),
                _("rename all but one"),
            )


def _listed(root: Path, folder: str) -> list[Entry]:
    names = sorted(entry.name for entry in os.scandir(root / folder))
    return [Entry(folder + name, (root / folder / name).lstat().st_mode) for name in names]


def _misplaced(entry: Entry) -> Iterator[Problem]:
    if stat.S_ISLNK(entry.mode) and (entry.ours or "/" in entry.path):
        yield _link(entry.path)
    elif is_out_of_place(entry):
        yield irregular(entry.path)
    elif "/" in entry.path and not entry.ours:
        yield Problem(
            "stray",
            entry.path,
            _("{file} is no file of this archive, and is not read").format(file=entry.path),
            _("move it out of the folder"),
        )


def irregular(path: str) -> Problem:
    """The problem of a pipe, a device or a folder where a file belongs, or the other way round."""
    return Problem(
        "irregular",
        path,
        _("{file} is not a regular file or folder").format(file=path),
        _("`crmkit repair` sets it aside, and brings back what the history holds"),
    )


def _link(path: str) -> Problem:
    if path in (".", REPOSITORY, PRIVATE):
        fix = _("look where it points, and put the folder itself in its place")
    else:
        fix = _("`crmkit repair` sets it aside, and brings back what the history holds")
    return Problem("link", path, _("{file} is a symbolic link, not a part of this archive").format(file=path), fix)


def _exposed(paths: list[str]) -> Iterator[Problem]:
    if paths:
        yield Problem(
            "permissions",
            paths[0],
            _("others than the owner may open {count} of the files and folders").format(count=len(paths)),
            _("`crmkit repair` closes them"),
        )
