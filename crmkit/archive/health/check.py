"""`crmkit check`: everything that is not as it should be, also in an archive that can no longer be opened.

Every file is read once and nothing is written. A shard is looked at in four ways: whether it reads strictly, holds the
bytes that the history says, agrees with the index, and fits the records of the other shards.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import msgspec

from crmkit import config, pool
from crmkit.archive.archive import held
from crmkit.archive.health import content
from crmkit.archive.health.check_files import file_problems, unknown_files
from crmkit.archive.health.check_git import deep_problems, repository_problems
from crmkit.archive.health.check_history import Recorded
from crmkit.archive.health.check_index import Indexed
from crmkit.archive.health.check_records import Facts, Said, said
from crmkit.archive.health.check_runs import Runs
from crmkit.archive.health.problem import ANEW, Problem
from crmkit.archive.journal import disk, place
from crmkit.archive.journal.transaction import UnwritableError
from crmkit.archive.repository import recording
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.operator import CLONE, operator_of
from crmkit.archive.store import schema, strict
from crmkit.archive.store.layout import PRIVATE, files
from crmkit.archive.store.tables import entries_of
from crmkit.errors import BusyError, CrmkitError, DamagedError, InvalidError
from crmkit.i18n import _


def check(root: Path, *, wait: float, deep: bool = False) -> list[Problem]:
    """The problems of the archive at `root`, under its readers' lock; what was cut off is finished first.

    Raises BusyError.
    """
    settle(root, wait)
    with reading(root, wait):
        return problems(root, deep=deep)


@contextmanager
def reading(root: Path, wait: float) -> Iterator[None]:
    """The readers' lock, unless it is the lock that is damaged. Raises BusyError."""
    with ExitStack() as stack:
        with suppress(DamagedError, UnwritableError):
            stack.enter_context(held(root, writing=False, wait=wait))
        yield


def problems(root: Path, *, deep: bool = False) -> list[Problem]:
    """What is wrong with the archive at `root`, each thing once; with `deep` every object of its history is read.

    The caller holds the lock. Nothing is raised, whatever state the archive is in.
    """
    runs = Runs(root)
    found = [*file_problems(root), *runs.problems(), *repository_problems(root), *_clone_settings(root)]
    blocked = next(Git(root).irregular(), None)  # git would wait for it, and is asked nothing
    recorded = _recorded(root, runs) if blocked is None else None
    if isinstance(recorded, Problem):
        found.append(recorded)
        recorded = None
    if recorded:
        found += recorded.problems()
    other_schema = _other_schema(root, recorded)
    found += [other_schema] if other_schema else _content(root, recorded)
    if deep and blocked is None:
        found += deep_problems(root)
    return list(dict.fromkeys(found))


def unknown(root: Path) -> list[str]:
    """What lies in the archive's folder without being a part of it, made by a command, or committed by somebody."""
    recorded = _recorded(root, Runs(root))
    return unknown_files(root, recorded.tree if isinstance(recorded, Recorded) else ())


def settle(root: Path, wait: float) -> None:
    """What every other command would do first, so that a cut-off command is no finding of its own."""
    git = Git(root)
    settled = Runs(root).settled and not git.lock_files() and (root / PRIVATE).is_dir()
    if settled or place.unsafe(root):
        return
    try:
        with held(root, writing=True, wait=wait):
            recording.record_pending(root, git)
            git.clear_leftovers()
            git.clear_leftovers(network=True)
    except BusyError:
        raise
    except CrmkitError:
        return  # it stays as it is, and is found


def _recorded(root: Path, runs: Runs) -> Recorded | Problem | None:
    git = Git(root)
    try:
        return Recorded(git, runs)
    except DamagedError as error:
        return Problem("history", ".git", error.message, _(ANEW))
    except GitError as error:
        if not git.folder.is_dir():
            return None
        if not recording.has_begun(git):
            message = _("git has recorded nothing yet")
            return Problem("no-history", ".git", message, _("the next writing command records everything"))
        message = _("git cannot read the last commit: {problem}").format(problem=error.detail or error.message)
        return Problem("history", ".git", message, _(ANEW))


def _other_schema(root: Path, recorded: Recorded | None) -> Problem | None:
    """Where the archive is of another schema than this crmkit's, so that its records cannot be looked at."""
    with suppress(CrmkitError, OSError):
        data = disk.read(root / config.MARKER) or b""
        settings = config.toml(data, config.MARKER)
        if recorded is None or recorded.holds(config.MARKER, data):  # else it is the file that is damaged
            try:
                schema.check(settings)
            except DamagedError as error:
                return Problem("schema", config.MARKER, error.message, error.hint)
    return None


class _Seen(msgspec.Struct, frozen=True, gc=False):
    """What is found in one file."""

    problems: list[Problem] = []
    said: Said | None = None  # None where it cannot be read
    entries: int = 0  # that the index should have of it


def _clone_settings(root: Path) -> Iterator[Problem]:
    try:
        operator_of(root)
    except (InvalidError, DamagedError) as error:
        yield Problem("damaged", CLONE, error.message, error.hint)


def _content(root: Path, recorded: Recorded | None) -> Iterator[Problem]:
    there = files(root)
    facts, indexed = Facts(), Indexed(root)
    entries = {}
    for path, seen in zip(there, pool.each(partial(_seen, root, recorded, indexed), there), strict=True):
        yield from seen.problems
        if seen.said is None:
            facts.miss(path)
        else:
            facts.take(path, seen.said)
            entries[path] = seen.entries
    yield from map(_index, indexed.with_more(entries))
    for path in _missing(recorded, there):
        facts.miss(path)
        yield Problem("missing", path, _("{file} is missing").format(file=path), _(strict.RESTORE))
    yield from facts.problems()


def _seen(root: Path, recorded: Recorded | None, indexed: Indexed, path: str) -> _Seen:
    try:
        data = disk.read(root / path) or b""
        records = content.records_in(path, data)
    except (DamagedError, InvalidError) as error:
        return _Seen([Problem("damaged", path, error.message, error.hint)])
    except OSError as error:
        return _Seen([Problem("damaged", path, f"{path}: {error.strerror}", _(strict.RESTORE))])
    problems = []
    if recorded and not recorded.holds(path, data):
        problems.append(_changed(path, path in recorded.tree, indexed.is_decayed(path, data)))
    entries = set(entries_of(records))
    if indexed.lacks(path, entries):
        problems.append(_index(path))
    return _Seen(problems, said(path, records), len(entries))


def _missing(recorded: Recorded | None, there: list[str]) -> list[str]:
    needed = {*content.STANDARD, config.MARKER} - set(there)
    return sorted(needed.union(recorded.missing(there) if recorded else ()))


def _changed(path: str, known: bool, decayed: bool) -> Problem:
    if decayed:
        return Problem(
            "decayed",
            path,
            _("{file} is not as it was written, though no program has changed it: a failing disk?").format(file=path),
            _(strict.RESTORE),
        )
    message = _("{file} is not as the history holds it") if known else _("{file} is not in the history")
    return Problem(
        "changed",
        path,
        message.format(file=path),
        _("if somebody edited it, the next writing command records that; if not: crmkit repair {file}").format(
            file=path
        ),
    )


def _index(path: str) -> Problem:
    return Problem(
        "index",
        path,
        _("the index does not agree with {file}").format(file=path),
        _("`crmkit repair` removes the index; the next command builds it anew"),
    )
