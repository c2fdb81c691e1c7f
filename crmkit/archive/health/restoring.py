"""Bringing a file back from the history: the newest version of it that reads as it should."""

from collections.abc import Iterator
from dataclasses import dataclass

from crmkit.archive.health import content
from crmkit.archive.history.history import WITH_FILES, revisions
from crmkit.archive.journal import disk
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.recording import BRANCH, blobs
from crmkit.errors import DamagedError, InvalidError


@dataclass(frozen=True)
class Version:
    """One version of a file."""

    data: bytes
    name: str  # the run or commit that made it, "" for the text that crmkit writes in every archive
    skipped: tuple[str, ...] = ()  # newer runs and commits whose version cannot be used


def newest_good(git: Git, path: str) -> Version | None:
    """The newest version of the file at `path` in the history that can be used; None where there is none."""
    skipped: list[str] = []
    for name, blob in _versions(git, path):
        data = _usable(git, path, blob)
        if data is not None:
            return Version(data, name, tuple(dict.fromkeys(skipped)))
        skipped.append(name)
    standard = content.STANDARD.get(path)
    return Version(standard, "", tuple(skipped)) if standard is not None else None


def with_digest(git: Git, path: str, digest: str) -> bytes | None:
    """The bytes with this SHA-256 that the file at `path` once held, None where the history has no such version."""
    for _name, blob in _versions(git, path):
        data = _usable(git, path, blob)
        if data is not None and disk.digest(data) == digest:
            return data
    return None


def _versions(git: Git, path: str) -> Iterator[tuple[str, str]]:
    """The versions of a file, each as its revision and blob, newest first: that of the last commit before all others.

    In a history with merges, the newest by time need not be the one that stands.
    """
    try:
        last = (blobs(git, [path]) or {}).get(path, "")
        found = [
            (revision.name, file.new)
            for revision in revisions(git, *WITH_FILES, BRANCH, "--", path)
            for file in revision.files
            if file.path == path and file.new
        ]
    except GitError:
        return
    yield from sorted(found, key=lambda version: version[1] != last)


def _usable(git: Git, path: str, blob: str) -> bytes | None:
    try:
        data = git.run("cat-file", "blob", blob)
        content.records_in(path, data)
    except (GitError, DamagedError, InvalidError):
        return None
    return data
