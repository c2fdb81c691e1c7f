"""The files of an archive that crmkit answers for, and how to tell that one has changed without reading it."""

import os
from collections.abc import Iterator
from pathlib import Path

from crmkit.archive.journal import disk
from crmkit.archive.store.shards import CALENDAR_NAME, CALENDARS, SHARD_NAME, kind_of_file
from crmkit.config import MARKER
from crmkit.records import BY_KIND

SETTINGS = (MARKER, ".gitattributes", ".gitignore")


def fingerprint(path: Path) -> str:
    """What tells one state of a file from another without reading it; "" where there is none."""
    try:
        return _print_of(path.lstat())
    except FileNotFoundError:
        return ""


def tracked(root: Path) -> Iterator[tuple[str, str]]:
    """Every file of the archive that crmkit answers for, as its path and fingerprint."""
    for name in SETTINGS:
        if found := fingerprint(root / name):
            yield name, found
    for folder, pattern in ((CALENDARS, CALENDAR_NAME), *((kind, SHARD_NAME) for kind in sorted(BY_KIND))):
        disk.refuse_link(root / folder)
        try:
            entries = list(os.scandir(root / folder))
        except FileNotFoundError:
            continue
        for entry in entries:
            if pattern.fullmatch(entry.name):
                yield f"{folder}/{entry.name}", _print_of(entry.stat(follow_symlinks=False))


def shard_files(root: Path) -> Iterator[tuple[str, str]]:
    """Every shard of the archive at `root`, as its path and fingerprint."""
    return ((path, found) for path, found in tracked(root) if kind_of_file(path))


def _print_of(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
