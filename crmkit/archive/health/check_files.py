"""What is wrong with the files of an archive as such, whatever they say: exposed, misplaced, links, clashing names."""

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from crmkit.archive.health.problem import Problem
from crmkit.archive.journal import disk
from crmkit.archive.store.index import DATABASE, SEAL
from crmkit.archive.store.layout import PRIVATE, REPOSITORY, FolderEntry, entries, is_exposed, is_out_of_place, listed
from crmkit.i18n import _

DAMAGED = "damaged"  # what `crmkit repair` has set aside
PRODUCTS = (".xlsx", ".csv", ".ics")  # what commands write with -o; `.gitignore` names the same


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
            elif disk.is_irregular(place) or (place.name in (DATABASE, SEAL) and place.is_dir()):
                yield irregular(str(place.relative_to(root)))
    yield from clashing(entry.path for entry in found)


def unknown_files(root: Path, committed: Iterable[str] = ()) -> list[str]:
    """What lies beside the archive's own files, was not made by a command, and is not in the history either."""
    known = {path.partition("/")[0] for path in committed}
    return sorted(
        entry.path for entry in listed(root, "")
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


def _misplaced(entry: FolderEntry) -> Iterator[Problem]:
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
        _("{file} is not the file or folder that belongs there").format(file=path),
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
