"""The disk refuses or fails: one sentence, true where it says that nothing changed, and the next command works."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.injection import STRACE, Fault, run, system_calls
from tests.faults.jobs import JOBS, Prepared, prepared
from tests.faults.many import failures, sample
from tests.faults.verdict import problems

FULL = ("ENOSPC", "EDQUOT", "EIO")
CLOSED = ("EROFS", "EACCES")
ERRORS = {  # what each call may answer
    "openat": (*FULL, *CLOSED, "EMFILE"), "write": FULL, "pwrite64": FULL, "fsync": FULL, "fdatasync": FULL,
    "rename": (*FULL, *CLOSED), "mkdir": (*FULL, *CLOSED), "unlink": ("EIO", *CLOSED), "link": (*FULL, *CLOSED),
    "ftruncate": ("EIO",), "flock": ("ENOLCK",),
}  # fmt: skip
LASTING = ("fsync", "rename", "mkdir", "unlink", "link")  # opening and writing are needed to say what happened
BLOCKS = (*range(20), *range(20, 200, 20))  # files of an archive are a few kilobytes


def errors_in_turn(calls: list[Fault]) -> list[Fault]:
    """One of the errors that a call may answer for each of the calls, in turn, once and from then on.

    A git that cannot remove its own lock file leaves it to a person: `crmkit check` names it.
    """
    found = []
    for turn, call in enumerate(c for c in calls if c.call in ERRORS and not (c.git and c.call == "unlink")):
        errors = ERRORS[call.call]
        once = replace(call, does=f"error={errors[turn % len(errors)]}")
        found += [once, replace(once, from_then_on=True)] if call.call in LASTING else [once]
    return found


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of four megabytes at `folder`, where this system lets us have one."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], capture_output=True, timeout=60)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True, timeout=60)


def after_full_disk(command: Prepared, folder: Path, free: int) -> list[str]:
    """What is wrong after the command ran with `free` kilobytes left on the disk of `folder`."""
    shell = command.copied(folder / str(free))
    space = os.statvfs(folder)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(space.f_bavail * space.f_frsize - free * 1024))
    ran = run(command, shell, Fault())
    ballast.unlink()
    wrong = problems(command, shell, Fault(), ran)
    shutil.rmtree(shell.home)
    return wrong


def test_some_errors_of_the_disk_do_no_harm(pristine, tmp_path):
    command = prepared(JOBS[0], pristine, tmp_path / "job")
    errors = sample(errors_in_turn(system_calls(command, tmp_path / "calls", reads=True)), 5) if STRACE else []
    assert len(errors) >= 5 or not STRACE
    assert failures(command, errors, workers=1) == {}


def test_a_file_that_an_unfinished_run_removes_is_not_missed_by_the_next_command(pristine, tmp_path):
    command = prepared(next(job for job in JOBS if job.name == "undo"), pristine, tmp_path / "job")
    calls = system_calls(command, tmp_path / "calls", reads=True) if STRACE else []
    errors = [Fault(call="rename", number=2, does="error=EDQUOT", from_then_on=True)] if STRACE else []
    if STRACE:  # the journal is renamed into place, then its folder is opened; under a fault it is a few calls earlier
        names = [call.call for call in calls]
        opened = calls[names.index("openat", names.index("rename"))].number
        errors += [Fault(call="openat", number=opened - earlier, does="error=EMFILE") for earlier in range(5)]
    assert failures(command, errors, workers=1) == {}


def test_a_disk_that_fails_after_a_saved_run_leaves_no_word_of_nothing_changed(pristine, tmp_path):
    command = prepared(next(job for job in JOBS if job.name == "sync"), pristine, tmp_path / "job")
    fault = Fault(call="mkdir", number=1, does="error=EROFS", from_then_on=True)
    shell = command.copied(tmp_path / "failing")
    ran = run(command, shell, fault if STRACE else Fault())
    assert ("is saved whole; nothing more changed: " in ran.err) == bool(STRACE)
    assert problems(command, shell, fault, ran) == []


@pytest.mark.parametrize(
    ("blocks", "words"),
    [(0, "nothing changed"), (1, "nothing changed"), (2, "saved; history pending: the disk failed")],
)
def test_where_no_file_may_grow_nothing_changes_or_all_is_saved(pristine, tmp_path, blocks, words):
    command = prepared(JOBS[0], pristine, tmp_path / "job")
    fault = Fault(blocks=blocks)
    shell = command.copied(tmp_path / "limited")
    ran = run(command, shell, fault)
    assert words in ran.err
    assert ran.code == words.startswith("nothing")
    assert problems(command, shell, fault, ran) == []


def test_a_full_disk_does_no_harm(pristine, tmp_path):
    command = prepared(JOBS[0], pristine, tmp_path / "job")
    with small_disk(tmp_path / "disk") as mounted:
        # a disk of one's own takes rights; without them the three limits above are all that can be tried
        tried = [after_full_disk(command, tmp_path / "disk", free) for free in (0, 8, 40) if mounted]
    assert tried == [[]] * (3 if mounted else 0)


@pytest.mark.fault
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_any_error_of_the_disk_does_no_harm(job, pristine, tmp_path, figure):
    command = prepared(job, pristine, tmp_path / "job")
    errors = [Fault(blocks=blocks) for blocks in BLOCKS]
    if STRACE:
        errors += errors_in_turn(system_calls(command, tmp_path / "calls", reads=True))
    bad = failures(command, errors)
    figure(f"the disk failed `{job.name}`", len(errors), len(bad))
    assert bad == {}


@pytest.mark.fault
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_disk_full_at_any_moment_does_no_harm(job, pristine, tmp_path, figure):
    command = prepared(job, pristine, tmp_path / "job")
    with small_disk(tmp_path / "disk") as mounted:
        tried = [after_full_disk(command, tmp_path / "disk", free) for free in range(0, 240, 4) if mounted]
    bad = [wrong for wrong in tried if wrong]
    figure(f"the disk was full during `{job.name}`", len(tried), len(bad))
    assert bad == []
