"""Many files changed together or not at all: stage, journal, apply, recover (research A3 and A6).

The rename of the journal to its name is the commit point. Before it, a crash leaves staged files that the next
command sweeps away; after it, the next command rolls the journal forward. A journal that has been applied becomes a
note of history still to be recorded, until git has recorded it.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from crmkit.archive import disk
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import _

STAGE = "stage"
JOURNAL = "journal"
PENDING = "pending"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a transaction."""

    path: str  # relative to the archive
    old: str  # SHA-256 before, "" where there was no file
    new: str  # SHA-256 after, "" where the file goes away
    stage: str = ""  # name of the staged file


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What one run changes, and the words under which git shall record it."""

    run: str
    message: str
    by: str
    at: str  # ISO 8601
    steps: tuple[Step, ...]
    parent: str = ""  # the other clone's commit that the run takes in


def commit(root: Path, files: Mapping[str, bytes | None], before: Mapping[str, bytes | None], note: Journal) -> Path:
    """Change `files` (path → new bytes, None = remove) in one step; the path of the note for git is returned.

    `before` holds the bytes that the change was computed from: a file that is different by now was edited by another
    hand, and the commit is refused. Raises CrmkitError with nothing changed.
    """
    private = root / ".crmkit"
    stage = private / STAGE
    steps = []
    try:
        disk.make_folder(stage)
        for number, (path, data) in enumerate(sorted(files.items())):
            if disk.read(root / path) != before[path]:
                raise CrmkitError(_("{file} was changed by another program meanwhile").format(file=path))
            name = f"{note.run}-{number}" if data is not None else ""
            if data is not None:
                disk.write_new(stage / name, data)
            old = before[path]
            steps.append(
                Step(
                    path=path,
                    old=disk.digest(old) if old is not None else "",
                    new=disk.digest(data) if data is not None else "",
                    stage=name,
                )
            )
        disk.sync_folder(stage)
        journal = msgspec.structs.replace(note, steps=tuple(steps))
        disk.write_new(stage / JOURNAL, _sealed(journal))
    except OSError as error:
        sweep(root)
        raise unwritable(root, error) from None
    except CrmkitError:
        sweep(root)
        raise
    try:
        disk.rename(stage / JOURNAL, private / JOURNAL)
    except OSError as error:
        sweep(root)
        raise unwritable(root, error) from None
    try:
        disk.sync_folder(private)
        return _apply(root, journal)
    except OSError as error:
        raise DamagedError(
            _("saved, but not finished: {problem}").format(problem=error.strerror),
            _("the next command finishes it"),
        ) from None


def recover(root: Path) -> bool:
    """Finish what a crash interrupted; True where there was something. DamagedError needs a person."""
    data = disk.read(root / ".crmkit" / JOURNAL)
    if data is not None:
        _apply(root, _opened(data))
        return True
    return sweep(root)


def interrupted(root: Path) -> bool:
    """True where a journal waits to be finished."""
    return (root / ".crmkit" / JOURNAL).exists()


def pending(root: Path) -> list[tuple[Path, Journal]]:
    """The runs that git has not recorded yet, oldest first."""
    folder = root / ".crmkit" / PENDING
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    return [(path, _opened(disk.read(path) or b"")) for path in names]


def recorded(note: Path) -> None:
    """Forget the note of a run that git has recorded."""
    disk.remove(note)


def sweep(root: Path) -> bool:
    """Remove staged files that no journal speaks of; True where there were any."""
    stage = root / ".crmkit" / STAGE
    left = list(stage.iterdir()) if stage.is_dir() else []
    for path in left:
        disk.remove(path)
    return bool(left)


def unwritable(root: Path, error: OSError) -> CrmkitError:
    """The sentence for an operation that the disk refused before the commit point."""
    return CrmkitError(
        _("nothing changed: {folder} cannot be written ({problem})").format(folder=root, problem=error.strerror),
        _("is the disk full, read-only, or another user's?"),
    )


def _apply(root: Path, journal: Journal) -> Path:
    private = root / ".crmkit"
    folders = set()
    for step in journal.steps:
        target = root / step.path
        folders.add(target.parent)
        _apply_step(target, private / STAGE / step.stage, step, journal.run)
    for folder in folders:
        disk.sync_folder(folder)
    disk.make_folder(private / PENDING)
    note = private / PENDING / f"{time.time_ns():020d}-{journal.run}"
    disk.rename(private / JOURNAL, note)
    disk.sync_folder(private / PENDING)
    disk.sync_folder(private)
    return note


def _apply_step(target: Path, staged: Path, step: Step, run: str) -> None:
    present = disk.read(target)
    current = disk.digest(present) if present is not None else ""
    if current == step.new:
        if step.stage:
            disk.remove(staged)
        return
    if current != step.old:
        raise DamagedError(
            _("{file} is neither as it was before run {run} nor as after").format(file=step.path, run=run),
            _("`crmkit repair` shows both and lets you choose"),
        )
    if not step.new:
        disk.remove(target)
        return
    data = disk.read(staged)
    if data is None or disk.digest(data) != step.new:
        raise DamagedError(_("the staged copy of {file} is missing or damaged").format(file=step.path))
    disk.make_folder(target.parent)
    disk.rename(staged, target)


def _sealed(journal: Journal) -> bytes:
    body = msgspec.json.encode(journal)
    return body + b"\n" + disk.digest(body).encode() + b"\n"


def _opened(data: bytes) -> Journal:
    body, _newline, seal = data.rstrip(b"\n").rpartition(b"\n")
    if disk.digest(body).encode() != seal:
        raise DamagedError(
            _("the journal of an unfinished run is damaged"),
            _("`crmkit repair` sets it aside and checks every file against the history"),
        )
    return msgspec.json.decode(body, type=Journal)
