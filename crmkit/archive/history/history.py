"""The history of an archive: which runs there were, and what became of a record field by field.

A revision is a commit. One that a run made carries its name; a hand edit that was taken in, the first commit and a
merge carry none and are named by their commit.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.objects import Objects, opened_objects
from crmkit.archive.store import strict
from crmkit.archive.store.shards import kind_of, kind_of_file, month_and_part, part_path
from crmkit.errors import DamagedError, NotFoundError
from crmkit.i18n import _
from crmkit.records.base import month_of

RUN_NAME = re.compile(r"^[0-9]{8}-[0-9]{6}-[0-9a-z]{4}$")
COUNT = re.compile(r": ([0-9]+) records?$")
LINES = re.compile(rb'{\n  "[a-z]+": {(\n    "|})')  # how a shard begins that is laid out as crmkit writes it
TOGETHER = 64  # revisions whose files are asked for at once
STAMPS = ("created_at", "updated_at")  # they follow every change, and are none themselves
WITH_FILES = ("--full-history", "-c", "--raw", "--no-abbrev", "--no-renames", "--root")
_TRAILER = "%(trailers:key={},valueonly,separator=%x20)"
_FIELDS = (
    "%H", "%P", "%cI", "%an", "%s", *(_TRAILER.format(key) for key in ("Crmkit-Run", "Crmkit-By", "Crmkit-Undoes"))
)  # fmt: skip
_LOG = (
    "log", "--no-show-signature", "--no-notes", "--no-color", "--no-ext-diff", "--encoding=UTF-8",
    "--format=%x1e" + "%x1f".join(_FIELDS),
)  # fmt: skip
_tables = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]])


class FileChange(NamedTuple):
    """One file that a revision changed; a blob is "" where there was no file."""

    path: str
    olds: tuple[str, ...]  # its blob in each parent; one parent except for a merge
    new: str

    @property
    def blobs(self) -> tuple[str, ...]:
        """The old ones and the new one."""
        return (*self.olds, self.new)


@dataclass(frozen=True)
class Revision:
    """One commit of the archive."""

    commit: str
    parents: tuple[str, ...]
    at: datetime  # time of the run
    run: str  # "" where no run made it
    by: str
    command: str  # "lead add"
    records: int | None  # how many it says it changed; None where it does not say
    undoes: str  # the name of the revision that it takes back
    files: tuple[FileChange, ...] = ()  # filled where asked for with WITH_FILES

    @property
    def name(self) -> str:
        """What `undo` and `--as-of` take: the run, else the commit."""
        return self.run or self.commit[:12]


class FieldChange(NamedTuple):
    """One field of one record that a revision changed; None where the field was empty."""

    revision: Revision
    id: str
    field: str
    old: Any
    new: Any


def revisions(git: Git, *selection: str) -> Iterator[Revision]:
    """The revisions that `selection`, arguments of git log, names; newest first, read as they are consumed."""
    if git.head():
        yield from _logged(git, *selection)


def _logged(git: Git, *selection: str) -> Iterator[Revision]:
    """As `revisions`, where there is a commit."""
    revision: Revision | None = None
    for line in git.lines(*_LOG, *selection):
        if line.startswith("\x1e"):
            if revision:
                yield revision
            revision = _revision(line[1:].split("\x1f"))
        elif line.startswith(":") and revision:
            revision = replace(revision, files=(*revision.files, _file_change(line)))
    if revision:
        yield revision


def with_undone(newest_first: Iterable[Revision]) -> Iterator[tuple[Revision, str]]:
    """Each revision with the name of the one that undid it, "" where it stands.

    An undo that was itself undone takes nothing back, so that undoing an undo redoes.
    """
    undone: dict[str, str] = {}
    for revision in newest_first:
        undone_by = undone.get(revision.name, "")
        if revision.undoes and not undone_by:
            undone[revision.undoes] = revision.name
        yield revision, undone_by


def last_run(git: Git) -> str:
    """The name of the last run in the history; "" where there is none."""
    try:
        return git.line("log", "-1", "--grep=^Crmkit-Run: ", f"--format={_TRAILER.format('Crmkit-Run')}", "HEAD")
    except GitError:
        return ""


def find(git: Git, name: str) -> Revision:
    """The revision with the run name, commit or other name for a commit in git. Raises NotFoundError."""
    selection = ["--all", f"--grep=^Crmkit-Run: {name}$"] if RUN_NAME.match(name) else _commit_named(git, name)
    found = next(revisions(git, "-n1", *selection), None) if selection else None
    if found is None:
        raise NotFoundError(
            _("there is no run or commit {name}").format(name=name), _("`crmkit history` lists the runs")
        )
    return found


def record_changes(git: Git, ids: Iterable[str]) -> Iterator[FieldChange]:
    """What became of the records `ids`, newest first: only commits that touched a shard of their months are looked at.

    git is asked for one shard at a time: then what `maintain` noted of each commit tells it which ones to pass over.
    """
    if not git.head():
        return
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)  # kind and month → ids
    for identifier in ids:
        wanted[kind_of(identifier) or "", month_of(identifier)].add(identifier)
    with opened_objects(git) as objects:
        documents = _Documents(objects, set().union(*wanted.values()))
        parts = [(path, found) for place, found in wanted.items() for path in _parts(git, *place)]
        touched = [
            [(revision, found) for revision in _logged(git, *WITH_FILES, "HEAD", "--", path)] for path, found in parts
        ]
        newest_first = merge(*touched, key=lambda one: one[0].at, reverse=True)
        while some := list(islice(newest_first, TOGETHER)):
            documents.read(blob for revision, _found in some for file in revision.files for blob in file.blobs)
            for revision, found in some:
                for file in revision.files:
                    for identifier in sorted(found):
                        olds = [documents.get(blob, identifier) for blob in file.olds]
                        for name, (old, new) in changed_fields(olds, documents.get(file.new, identifier)).items():
                            yield FieldChange(revision, identifier, name, old, new)


def _parts(git: Git, kind: str, month: str) -> Iterator[str]:
    """The shards of a month, those that are there and those that were: parts are begun one after the other."""
    names = git.run("ls-tree", "-z", "--name-only", "--full-tree", "HEAD", f"{kind}/").decode("utf-8", "replace")
    there = [path for path in names.split("\0") if kind_of_file(path) and month_and_part(path)[0] == month]
    yield from there
    number = max((month_and_part(path)[1] for path in there), default=0) + 1
    while git.line("log", "-n1", "--full-history", "--format=%H", "HEAD", "--", part_path(kind, month, number)):
        yield part_path(kind, month, number)
        number += 1


def changed_fields(
    olds: Sequence[Mapping[str, Any] | None], new: Mapping[str, Any] | None
) -> dict[str, tuple[Any, Any]]:
    """The fields of a document that are as in none of its parents: name → (value in the first parent, value now)."""
    sides = [old or {} for old in olds]
    after = new or {}
    names = set(after).union(*sides).difference(STAMPS)
    return {
        name: (sides[0].get(name), after.get(name))
        for name in sorted(names)
        if all(side.get(name) != after.get(name) for side in sides)
    }


class _Documents:
    """The documents with some ids, in any version of their shards; each version is read once.

    A version differs from the next one in a few records: what has the same text is not decoded again.
    """

    def __init__(self, objects: Objects, ids: set[str]) -> None:
        self.objects = objects
        self.ids = ids
        self.known: dict[str, dict[str, Any]] = {"": {}}
        self.decoded: dict[bytes, Any] = {}  # by text

    def read(self, blobs: Iterable[str]) -> None:
        """Learn what stands in these versions."""
        unknown = [blob for blob in dict.fromkeys(blobs) if blob not in self.known]
        for blob, data in zip(unknown, self.objects.read_each(unknown), strict=True):
            self.known[blob] = self._documents(data)

    def get(self, blob: str, identifier: str) -> dict[str, Any] | None:
        """The document with that id in a version that was read, None where it is not there."""
        return self.known[blob].get(identifier)

    def _documents(self, data: bytes) -> dict[str, Any]:
        try:
            if LINES.match(data):
                texts = {i: text for i in self.ids if (text := strict.text_of(data, i))}
            else:
                (table,) = _tables.decode(data).values()
                texts = {i: bytes(table[i]) for i in self.ids & table.keys()}
            return {identifier: self._decode(text) for identifier, text in texts.items()}
        except (msgspec.DecodeError, ValueError) as error:
            raise DamagedError(_("the history holds a damaged shard: {problem}").format(problem=error)) from None

    def _decode(self, text: bytes) -> Any:
        if text not in self.decoded:
            self.decoded[text] = msgspec.json.decode(text)
        return self.decoded[text]


def _commit_named(git: Git, name: str) -> list[str]:
    try:
        return [git.line("rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}")]
    except GitError:
        return []


def _revision(values: list[str]) -> Revision:
    commit, parents, at, author, subject, run, by, undoes = values
    count = COUNT.search(subject)
    ours = bool(by or run)  # a commit made with git itself has a subject of its own making
    return Revision(
        commit=commit,
        parents=tuple(parents.split()),
        at=datetime.fromisoformat(at),
        run=run,
        by=by.removeprefix("-") if ours else author,
        command=subject.partition(":")[0] if ours else "git merge" if " " in parents else "git commit",
        records=int(count[1]) if count and ours else None,
        undoes=undoes,
    )


def _file_change(line: str) -> FileChange:
    about, _tab, path = line.partition("\t")
    sides = about.count(":")
    words = about.lstrip(":").split(" ")
    blobs = [blob.strip("0") and blob for blob in words[sides + 1 : 2 * sides + 2]]
    return FileChange(path, tuple(blobs[:sides]), blobs[sides])
