"""`crmkit repair`: put right what can be put right without a person, and say what that costs.

Nothing is deleted: what is replaced or moved away is kept under `.crmkit/damaged`. Files come back by a run like any
other. What only a person can decide is left as it is, and reported.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crmkit.archive.health.check import problems, reading, settle
from crmkit.archive.health.check_files import DAMAGED
from crmkit.archive.health.problem import Problem
from crmkit.archive.health.repair_plan import Mended, RepairPlan, planned
from crmkit.archive.journal import disk, lock, transaction
from crmkit.archive.journal.transaction import Files
from crmkit.archive.repository import clone, recording
from crmkit.archive.repository.git import Git, GitError, require
from crmkit.archive.repository.recording import BRANCH
from crmkit.archive.store.index import DATABASE, SEAL
from crmkit.archive.store.layout import PRIVATE, REPOSITORY, close_to_others

ROUNDS = 3  # once git finds the history again, files can come back from it


@dataclass(frozen=True)
class RepairOutcome:
    """What a repair comes to."""

    mended: tuple[Mended, ...]
    remaining: tuple[Problem, ...]  # what a person must look at
    run: str = ""  # by which files came back
    commit: str = ""  # the last one: the run's own, unless the history held the files as they are now already


def preview(root: Path, *, wait: float, wanted: Collection[str] = ()) -> RepairOutcome:
    """What `repair` would do, and leave to a person; nothing is written. Raises BusyError, NotFoundError."""
    with reading(root, wait):
        mended = planned(root, wanted).mended
        done = {(one.code, one.place) for one in mended}
        return RepairOutcome(tuple(mended), tuple(p for p in problems(root) if (p.code, p.place) not in done))


def repair(root: Path, *, run_at: datetime, by: str, wait: float, wanted: Collection[str] = ()) -> RepairOutcome:
    """Repair the archive at `root`; the files `wanted` come back from the history whatever they hold now.

    Raises BusyError, NotFoundError, UnwritableError, and DamagedError where not even the lock is to be had.
    """
    mended = {(one.code, one.place): one for one in preview(root, wait=wait, wanted=wanted).mended}
    settle(root, wait)
    run = ""
    with _alone(root, wait):
        tried: set[tuple[str, str]] = set()
        for number in range(ROUNDS):
            plan = planned(root, wanted if number == 0 else ())
            new = {(one.code, one.place): one for one in plan.mended}
            if new.keys() <= tried:
                break
            tried |= new.keys()
            mended |= new
            run = _carry_out(root, plan, run_at, by) or run
        remaining = problems(root)
        left = {(problem.code, problem.place) for problem in remaining}
        mended = {key: one for key, one in mended.items() if key not in left}
        commit = Git(root).head() if run and "pending" not in {problem.code for problem in remaining} else ""
        return RepairOutcome(tuple(mended.values()), tuple(remaining), run, commit)


@contextmanager
def _alone(root: Path, wait: float) -> Iterator[None]:
    """The writers' lock, whatever an interrupted run has left."""
    private = root / PRIVATE
    require()
    disk.refuse_link(private)
    with ExitStack() as stack:
        try:
            disk.make_folder(private)
            stack.enter_context(lock.held(private, exclusive=True, wait=wait, command=lock.command_name()))
        except OSError as error:
            raise transaction.unwritable(root, error) from None
        clone.refuse_unfinished(root)
        yield


def _carry_out(root: Path, plan: RepairPlan, run_at: datetime, by: str) -> str:
    """Do what `plan` says; the run by which files came back, "" where none did."""
    git = Git(root)
    for place in plan.aside:
        _move_aside(root, place, run_at)
    if "branch" in plan.codes:
        _move_aside(root, f"{REPOSITORY}/HEAD", run_at)
        disk.write_new(git.folder / "HEAD", f"ref: {BRANCH}\n".encode())
    if "history" in plan.codes:
        _move_aside(root, f"{REPOSITORY}/{BRANCH}", run_at)
    if "permissions" in plan.codes:
        close_to_others(root)
    if plan.codes & {"index", "journal"}:
        for name in (SEAL, DATABASE):
            disk.remove(root / PRIVATE / name)
    run = _bring_back(root, plan.files, run_at, by)
    with suppress(GitError):  # what git does not record stays pending, and is found
        recording.begin(root, git)
        clone.register(root)
        recording.record_pending(root, git)
    return run


def _bring_back(root: Path, files: Files, run_at: datetime, by: str) -> str:
    before = {path: disk.read(root / path) for path in files}
    changed = {path: data for path, data in files.items() if data != before[path]}
    if not changed:
        return ""
    for path in changed:
        if (data := before[path]) is not None:
            disk.write_new(_kept_as(root, path, run_at), data)
            disk.sync_folder(root / PRIVATE / DAMAGED)
    n = len(changed)
    note = transaction.new_run(f"repair: {n} {'file' if n == 1 else 'files'}", run_at=run_at, by=by)
    transaction.commit(root, changed, before, note)
    return note.run


def _move_aside(root: Path, place: str, run_at: datetime) -> None:
    path = root / place
    if path.exists() or path.is_symlink():
        disk.rename(path, _kept_as(root, place, run_at))
        disk.sync_folder(path.parent)
        disk.sync_folder(root / PRIVATE / DAMAGED)


def _kept_as(root: Path, place: str, run_at: datetime) -> Path:
    """A name for what is kept of `place`, in a folder that is there: `20261121-100000-customers_2026-11.json`."""
    folder = root / PRIVATE / DAMAGED
    disk.make_folder(folder)
    name = f"{run_at:%Y%m%d-%H%M%S}-{place.replace('/', '_')}"
    number = sum(entry.name.startswith(name) for entry in folder.iterdir())
    return folder / (f"{name}-{number + 1}" if number else name)
