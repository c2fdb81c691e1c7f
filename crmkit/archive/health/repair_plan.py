"""What a repair would do, worked out without writing anything."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from crmkit.archive.health.check import problems
from crmkit.archive.health.check_runs import Runs
from crmkit.archive.health.problem import Problem
from crmkit.archive.health.restoring import newest_good, with_digest
from crmkit.archive.health.salvage import lost
from crmkit.archive.journal import disk
from crmkit.archive.journal.transaction import JOURNAL, KEPT
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.recording import BRANCH, branch_log, head_is_damaged
from crmkit.archive.store.layout import PRIVATE, REPOSITORY
from crmkit.errors import DamagedError, NotFoundError
from crmkit.i18n import N_, _

PLAIN = {  # what takes no more than a sentence: code of the problem → what is done
    "unfinished": N_("the run that was cut off is finished"),
    "leftover": N_("the files that were never saved are removed"),
    "pending": N_("git records the runs"),
    "permissions": N_("nobody but the owner may open the files"),
    "driver": N_("the merge driver is registered"),
    "index": N_("the index is removed, to be built anew"),
    "no-history": N_("a history begins with every file as it is"),
    "journal": N_("the note of the run is set aside"),
}
UNUSABLE = ("damaged", "decayed", "missing")


class Mended(msgspec.Struct, frozen=True):
    """One thing that is put right."""

    code: str  # of the problem
    place: str
    message: str  # what is done
    lost: tuple[str, ...] = ()  # the records and fields that go with it, as far as they can be told


@dataclass
class RepairPlan:
    """What there is to do."""

    mended: list[Mended] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)  # what is moved away as it is
    files: dict[str, bytes | None] = field(default_factory=dict)  # what comes back; None where no such file was

    @property
    def codes(self) -> set[str]:
        """The kinds of problems it deals with."""
        return {mended.code for mended in self.mended}


def planned(root: Path, wanted: Collection[str] = ()) -> RepairPlan:
    """The repair of the archive at `root`; the files `wanted` come back from the history whatever they hold now.

    The caller holds the lock. Raises NotFoundError for a wanted file of which the history has no good version.
    """
    plan, git = RepairPlan(), Git(root)
    runs = Runs(root)
    found = problems(root)
    if runs.stuck():
        _take_back(root, git, runs, plan)
    for problem in found:
        if problem.code == "irregular" or (problem.code == "link" and _is_movable(problem.place)):
            plan.aside.append(problem.place)
            plan.mended.append(Mended(problem.code, problem.place, _("set aside")))
        elif problem.code == "journal":
            _set_note_aside(root, runs, problem.place, plan)
        elif problem.code in ("history", "branch"):
            _find_branch(git, problem, plan)
        elif problem.code in PLAIN and not (problem.code == "unfinished" and plan.aside):
            plan.mended.append(Mended(problem.code, problem.place, _(PLAIN[problem.code])))
    unusable = {problem.place: problem.code for problem in found if problem.code in UNUSABLE}
    for path in sorted({*unusable, *wanted} - plan.files.keys()):
        if not _bring_back(root, git, path, unusable.get(path, "changed"), plan) and path in wanted:
            raise NotFoundError(
                _("the history holds no version of {file} that can be used").format(file=path),
                _("name a file as `crmkit check` shows it, for example customers/2026-11.json"),
            )
    return plan


def _is_movable(place: str) -> bool:
    return place not in (".", PRIVATE) and place.partition("/")[0] != REPOSITORY


def _bring_back(root: Path, git: Git, path: str, code: str, plan: RepairPlan) -> bool:
    version = newest_good(git, path)
    if version is None:
        return False
    message = _("brought back as {run} left it").format(run=version.name) if version.name else _("written anew")
    if version.skipped:
        message += _("; newer versions that cannot be used: {runs}").format(runs=", ".join(version.skipped))
    gone = tuple(lost(path, _present(root / path), version.data))
    plan.files[path] = version.data
    plan.mended.append(Mended(code, path, message, gone))
    return True


def _take_back(root: Path, git: Git, runs: Runs, plan: RepairPlan) -> None:
    """Undo what a run has done to files that it could not finish with: those it has not reached are as they were."""
    if runs.unfinished is None:
        return
    journal = runs.unfinished
    plan.aside += [f"{PRIVATE}/{JOURNAL}", *_relative(root, runs.staged)]
    message = _("run {run} is taken back").format(run=journal.run)
    plan.mended.append(Mended("unfinished", f"{PRIVATE}/{JOURNAL}", message))
    for step in journal.steps:
        present = _present(root / step.path)
        if present is None or disk.digest(present) != step.new:
            continue
        old = _present(root / PRIVATE / KEPT / step.old) or with_digest(git, step.path, step.old)
        if old is not None or not step.old:
            plan.files[step.path] = old
            message = _("as it was before run {run}").format(run=journal.run)
            plan.mended.append(Mended("unfinished", step.path, message, tuple(lost(step.path, present, old))))


def _set_note_aside(root: Path, runs: Runs, place: str, plan: RepairPlan) -> None:
    plan.aside.append(place)
    if place == f"{PRIVATE}/{JOURNAL}":
        plan.aside += _relative(root, runs.staged)
    plan.mended.append(Mended("journal", place, _(PLAIN["journal"])))


def _find_branch(git: Git, problem: Problem, plan: RepairPlan) -> None:
    """Point git to the last run again, where it is only the pointer that is damaged."""
    if problem.code == "branch" and head_is_damaged(git):
        plan.mended.append(Mended("branch", ".git/HEAD", _("git is on the branch main again")))
    stood_at = branch_log(git)
    if problem.code == "history" and stood_at and git.succeeds("ls-tree", "-r", stood_at[0]):
        plan.mended.append(Mended("history", f".git/{BRANCH}", _("the branch is put back to where it stood last")))


def _present(path: Path) -> bytes | None:
    try:
        return disk.read(path)
    except (DamagedError, OSError):
        return None


def _relative(root: Path, paths: list[Path]) -> list[str]:
    return [str(path.relative_to(root)) for path in paths]
