"""Many files changed together or not at all: stage, journal, apply, recover (archive/docs.md, "The transaction").

The rename of the journal to its name is the commit point. Before it, a crash leaves staged files that the next
command sweeps away; after it, the next command rolls the journal forward. A journal that has been applied becomes a
note of history still to be recorded, until git has recorded it.

What is assumed of the disk: fsync of a file keeps its content, fsync of a folder keeps its entries, and a rename from
one folder to another happens as one step (every journalling file system; not FAT). tests/faults/test_power_loss.py
tries every state that a power failure may leave under these assumptions.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from crmkit.archive.journal import disk
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import _
from crmkit.interrupts import has_saved, saved
from crmkit.records.base import random_text

STAGE = "stage"
JOURNAL = "journal"
PENDING = "pending"
KEPT = "kept"  # what unrecorded runs wrote and later runs replaced, by SHA-256
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)  # nothing was done
Files = Mapping[str, bytes | None]  # path relative to the archive → bytes, None = no such file


class FileStep(msgspec.Struct, frozen=True, kw_only=True):
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
    steps: tuple[FileStep, ...] = ()
    parent: str = ""  # commit of another clone that this run takes in


def new_run(message: str, *, run_at: datetime, by: str, undoes: str = "", parent: str = "") -> Journal:
    """The journal of a run to be: its name, and the words and trailers under which git shall record it.

    `undoes` names the run that it takes back, `parent` the other clone's commit that it takes in.
    """
    run = f"{run_at:%Y%m%d-%H%M%S}-" + random_text(4)
    message = f"{message}\n\nCrmkit-Run: {run}\nCrmkit-By: {by or '-'}\n"
    if undoes:
        message += f"Crmkit-Undoes: {undoes}\n"
    return Journal(run=run, message=message, by=by, at=run_at.isoformat(), parent=parent)


def commit(root: Path, files: Files, before: Files, note: Journal) -> str:
    """Change `files` in one step; "", or what the disk said where it is saved and the next command must finish it.

    `before` holds the bytes that the change was computed from: a file that is different by now was edited by another
    hand, and the commit is refused. Raises CrmkitError with nothing changed, DamagedError where that is not known.
    """
    private = root / ".crmkit"
    try:
        recover(root)
        journal = _stage(root, files, before, note)
    except OSError as error:
        _try_to_sweep(root)
        raise unwritable(root, error) from None
    except CrmkitError:
        _try_to_sweep(root)
        raise
    try:
        disk.rename(private / STAGE / JOURNAL, private / JOURNAL)
        disk.sync_folder(private)
    except OSError as error:
        if error.errno in REFUSALS and not half_done(root):
            _try_to_sweep(root)
            raise unwritable(root, error) from None
        raise DamagedError(
            _("the disk failed while saving ({problem}); the next command saves all of it or nothing").format(
                problem=error.strerror
            ),
            _("run `crmkit history --limit 1` before you repeat this command"),
        ) from None
    saved(note.run)
    try:
        _apply(root, journal)
    except OSError as error:
        return str(error.strerror)
    return ""


def recover(root: Path) -> bool:
    """Finish what a crash interrupted; True where there was something. DamagedError needs a person."""
    data = disk.read(root / ".crmkit" / JOURNAL)
    if data is not None:
        _apply(root, _opened(data))
        return True
    return sweep(root)


def interrupted(root: Path) -> bool:
    """True where a journal waits to be finished, or files were staged for one that never came."""
    return half_done(root) or bool(_staged(root))


def half_done(root: Path) -> bool:
    """True where a journal waits to be finished: the files of its run may be as before or as after it."""
    return (root / ".crmkit" / JOURNAL).exists()


def pending(root: Path) -> list[tuple[Path, Journal]]:
    """The runs that git has not recorded yet, oldest first."""
    return [(path, read_journal(path)) for path in _entries(root / ".crmkit" / PENDING)]


def read_journal(path: Path) -> Journal:
    """The journal, or the note of a run, in the file `path`. Raises DamagedError."""
    return _opened(disk.read(path) or b"")


class WrittenFiles(Mapping[str, bytes | None]):
    """The files of an applied run as the run left them, as far as they are still known.

    They are read when they are asked for: a run may have written more than should be held in memory. Raises
    MeanwhileError.
    """

    def __init__(self, root: Path, journal: Journal) -> None:
        self._places: dict[str, Path] = {}
        self._digests = {step.path: step.new for step in journal.steps}
        for step in journal.steps:
            for place in (root / step.path, root / ".crmkit" / KEPT / step.new):
                if _digest(disk.read(place) if step.new else None) == step.new:
                    self._places[step.path] = place
                    break

    def __getitem__(self, path: str) -> bytes | None:
        if not self._digests[path]:
            return None
        data = disk.read(self._places[path])
        if _digest(data) != self._digests[path]:
            raise MeanwhileError(_("{file} was changed by another program meanwhile").format(file=path))
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def recorded(root: Path, note: Path) -> None:
    """Forget the note of a run that git has recorded, and with the last one what was kept for it."""
    disk.remove(note)
    if not _entries(root / ".crmkit" / PENDING):
        for path in _entries(root / ".crmkit" / KEPT):
            disk.remove(path)


def sweep(root: Path) -> bool:
    """Remove staged files that no journal speaks of; True where there were any."""
    left = [] if half_done(root) else _staged(root)
    for path in left:
        disk.remove(path)
    return bool(left)


class MeanwhileError(CrmkitError):
    """Another program changed a file of a run while git was about to be told of it."""


class UnwritableError(CrmkitError):
    """The disk refused before the commit point: of this run nothing changed."""


def unwritable(root: Path, error: OSError) -> UnwritableError:
    """The sentence for an operation that the disk refused before the commit point."""
    sentence = (
        _("nothing more changed: {folder} cannot be written ({problem})")
        if has_saved()
        else _("nothing changed: {folder} cannot be written ({problem})")
    )
    return UnwritableError(
        sentence.format(folder=root, problem=error.strerror),
        _("is the disk full, read-only, or another user's?"),
    )


def _stage(root: Path, files: Files, before: Files, note: Journal) -> Journal:
    stage = root / ".crmkit" / STAGE
    disk.make_folder(stage)
    steps = []
    for number, path in enumerate(sorted(files)):
        data = files[path]
        disk.refuse_way_out(root, path)
        target = root / path
        if data is not None and len(data) > disk.MAX_BYTES:
            raise disk.too_large(path, len(data))
        old = disk.read(target)
        if old != before[path]:
            raise CrmkitError(_("{file} was changed by another program meanwhile; nothing changed").format(file=path))
        if target.parent.is_dir() and target.parent.stat().st_dev != stage.stat().st_dev:
            raise CrmkitError(
                _("{folder} and {stage} are on different disks; nothing changed").format(
                    folder=target.parent, stage=stage
                )
            )
        name = f"{note.run}-{number}" if data is not None else ""
        if data is not None:
            disk.write_new(stage / name, data)
        steps.append(FileStep(path=path, old=_digest(old), new=_digest(data), stage=name))
    _keep(root, steps, before)
    disk.sync_folder(stage)
    journal = msgspec.structs.replace(note, steps=tuple(steps))
    disk.write_new(stage / JOURNAL, _sealed(journal))
    return journal


def _keep(root: Path, steps: list[FileStep], before: Files) -> None:
    """Keep what unrecorded runs wrote and this run is about to replace, so that git can still be told run by run."""
    unrecorded = {step.new for _note, journal in pending(root) for step in journal.steps}
    folder = root / ".crmkit" / KEPT
    for step in steps:
        data = before[step.path]
        if data is not None and step.old in unrecorded and not (folder / step.old).exists():
            disk.make_folder(folder)
            disk.replace(folder / step.old, data)


def _apply(root: Path, journal: Journal) -> None:
    private = root / ".crmkit"
    for step in journal.steps:
        disk.refuse_way_out(root, step.path)
    for step in journal.steps:
        _apply_step(root / step.path, private / STAGE / step.stage, step, journal.run)
    for folder in sorted({(root / step.path).parent for step in journal.steps}):
        disk.sync_folder(folder)
    disk.make_folder(private / PENDING)
    numbers = [int(note.name[:6]) for note in _entries(private / PENDING) if note.name[:6].isdecimal()]
    number = max(numbers, default=0) + 1  # a clock may run backwards, a number does not
    disk.rename(private / JOURNAL, private / PENDING / f"{number:06d}-{journal.run}")
    disk.sync_folder(private)


def _apply_step(target: Path, staged: Path, step: FileStep, run: str) -> None:
    current = _digest(disk.read(target))
    if current == step.new:
        if step.stage:
            disk.remove(staged)
        return
    if current != step.old:
        raise DamagedError(
            _("{file} is neither as it was before run {run} nor as after").format(file=step.path, run=run),
            _("`crmkit repair` takes the unfinished run back"),
        )
    if not step.new:
        disk.remove(target)
        return
    if _digest(disk.read(staged)) != step.new:
        raise DamagedError(
            _("the staged copy of {file} is missing or damaged").format(file=step.path),
            _("`crmkit repair` takes the unfinished run back"),
        )
    disk.make_folder(target.parent)
    disk.rename(staged, target)


def _is_step(step: FileStep) -> bool:
    return disk.stays_inside(step.path) and "/" not in step.stage


def _digest(data: bytes | None) -> str:
    return disk.digest(data) if data is not None else ""


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _staged(root: Path) -> list[Path]:
    return _entries(root / ".crmkit" / STAGE)


def _try_to_sweep(root: Path) -> None:
    with suppress(OSError):
        sweep(root)


def _sealed(journal: Journal) -> bytes:
    body = msgspec.json.encode(journal)
    return body + b"\n" + disk.digest(body).encode() + b"\n"


def _opened(data: bytes) -> Journal:
    body, _newline, seal = data.rstrip(b"\n").rpartition(b"\n")
    try:
        journal = msgspec.json.decode(body, type=Journal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        journal = None
    # a journal of somebody else's making may name any place
    if journal and disk.digest(body).encode() == seal and all(map(_is_step, journal.steps)):
        return journal
    raise DamagedError(
        _("the journal of an unfinished run is damaged"),
        _("`crmkit repair` sets it aside and checks every file against the history"),
    )
