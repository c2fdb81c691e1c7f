"""A power failure at any instant of a commit, and of the recovery from one: all of a run is there or nothing."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from crmkit.archive.journal import disk, transaction
from crmkit.archive.journal.transaction import Journal
from crmkit.errors import CrmkitError
from tests.conftest import Shell
from tests.faults.jobs import JOBS, prepared
from tests.faults.power import Operation, Recorder, State, Tree, states, tree

LEAD_ADD = JOBS[0]
SECOND_ADD = ("lead", "add", "--name", "王强", "--phone", "13900541733", "--site", "时间公园", "--source", "outreach")
CUSTOMERS, CALLS, SITES = (f"{kind}/2026-11.json" for kind in ("customers", "calls", "sites"))


@dataclass(frozen=True)
class Recording:
    """What some runs did to the disk."""

    trees: tuple[Tree, ...]  # before the first, and after each
    operations: tuple[Operation, ...]
    unrecorded: bool = False  # git was kept from recording the runs

    def without(self, position: int) -> "Recording":
        """The same without one of the operations."""
        return Recording(self.trees, self.operations[:position] + self.operations[position + 1 :], self.unrecorded)


def recorded(shell: Shell, *commands: Sequence[str], unrecorded: bool = False) -> Recording:
    """Run commands in this process and write down what they do to the disk."""
    archive = shell.home / "archive"
    recorder = Recorder(archive)
    commit = transaction.commit

    def promising(*arguments, **kwargs):
        unfinished = commit(*arguments, **kwargs)
        recorder.saved()
        return unfinished

    if unrecorded:
        (archive / ".git" / "index.lock").touch()
    trees = [tree(archive)]
    for command in commands:
        with recorder.recording(), mock.patch.object(transaction, "commit", promising):
            shell.ok(*command)
        trees.append(tree(archive))
    return Recording(tuple(trees), tuple(recorder.operations), unrecorded)


def story(root: Path) -> Recording:
    """A run replaces a shard, adds one in a new folder and removes one; a shard is edited; a run changes both again."""
    for path in (CUSTOMERS, SITES):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(b"before")
    for folder in ("", transaction.STAGE, transaction.PENDING):
        (root / ".crmkit" / folder).mkdir()
    runs = ({CUSTOMERS: b"first", CALLS: b"first", SITES: None}, {CUSTOMERS: b"second", CALLS: b"second"})
    recorder = Recorder(root)
    trees = [tree(root)]
    for number, files in enumerate(runs):
        run = Journal(run=f"run{number}", message="a run", by="LN", at="2026-11-21T10:00:00+08:00")
        with recorder.recording():
            transaction.commit(root, files, {path: disk.read(root / path) for path in files}, run)
        recorder.saved()
        trees.append(tree(root))
        with recorder.recording():
            disk.replace(root / CUSTOMERS, b"edited after run %d" % number)
        recorder.saved()
        trees.append(tree(root))
    return Recording(tuple(trees), tuple(recorder.operations))


def laid_out(folder: Path, state: State) -> Path:
    """`state` as files in the folder `folder`, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, data in sorted(state):
        if data is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(data)
    return folder


def shards(tree_: Tree) -> Tree:
    """The files of a tree that hold records or settings, without what an editor leaves beside them."""
    return {
        path: data for path, data in tree_.items()
        if data is not None and not path.startswith(".crmkit/") and not path.endswith(".new")
    }  # fmt: skip


def wrong_after(recording: Recording, state: State, promised: int, folder: Path) -> str:
    """What is wrong with the archive once the next command has recovered from `state`; "" = nothing."""
    root = laid_out(folder, state)
    try:
        with mock.patch.object(os, "fsync"):  # the power stays on from here
            transaction.recover(root)
        notes = [journal for _note, journal in transaction.pending(root)]
    except CrmkitError as error:
        return f"stuck: {error.message}"
    left = shards(tree(root))
    runs = [number for number, after in enumerate(recording.trees) if shards(after) == left]
    if not runs:
        return "torn"
    if runs[-1] < promised:
        return "lost, though it was promised"
    if transaction.interrupted(root):
        return "not finished"
    told = [set(transaction.WrittenFiles(root, run)) == {step.path for step in run.steps} for run in notes]
    if recording.unrecorded and told != [True] * runs[-1]:
        return "saved, but git can never be told of every run"
    return ""


def bad_states(recording: Recording, folder: Path) -> Iterator[str]:
    """What is wrong after each state that a power failure may leave; "" where nothing is."""
    for state, promised in states(recording.trees[0], recording.operations).items():
        yield wrong_after(recording, state, promised, folder)


def without_a_sync(recording: Recording, folder: Path) -> dict[str, tuple[int, int]]:
    """For each sync of the first run, had it been left out: the states there may be, and how many of them are bad."""
    end = recording.operations.index(Operation("saved"))
    found = {}
    for number, operation in enumerate(recording.operations[:end]):
        if operation.what == "sync":
            wrong = list(bad_states(recording.without(number), folder))
            found[f"{number} {operation.path}"] = len(wrong), sum(map(bool, wrong))
    return found


def recovering(recording: Recording, folder: Path) -> Iterator[tuple[Tree, int, list[Operation]]]:
    """Each state that a power failure may leave, the runs promised by then, and what recovering from it does."""
    for state, promised in states(recording.trees[0], recording.operations).items():
        recorder = Recorder(laid_out(folder, state))
        with recorder.recording():
            transaction.recover(recorder.root)
        yield dict(state), promised, recorder.operations


def test_a_power_failure_during_two_runs_and_edits_leaves_all_of_each_or_nothing(tmp_path):
    found = list(bad_states(story(tmp_path / "archive"), tmp_path / "state"))
    assert len(found) > 50
    assert set(found) == {""}


def test_every_sync_of_a_commit_is_needed(tmp_path):
    found = without_a_sync(story(tmp_path / "archive"), tmp_path / "state")
    assert len(found) > 8
    assert [sync for sync, (_states, bad) in found.items() if not bad] == []


@pytest.mark.fault
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_power_failure_during_any_command_leaves_all_of_it_or_nothing(job, pristine, tmp_path, figure):
    command = prepared(job, pristine, tmp_path / "job")
    recording = recorded(command.copied(tmp_path / "shell"), command.arguments)
    found = list(bad_states(recording, tmp_path / "state"))
    bad = [wrong for wrong in found if wrong]
    figure(f"power failure during `{job.name}`", len(found), len(bad))
    assert bad == []


@pytest.mark.fault
def test_a_power_failure_among_runs_that_git_has_not_recorded_leaves_all_of_each_or_nothing(pristine, tmp_path, figure):
    command = prepared(LEAD_ADD, pristine, tmp_path / "job")
    recording = recorded(command.copied(tmp_path / "shell"), command.arguments, SECOND_ADD, unrecorded=True)
    found = list(bad_states(recording, tmp_path / "state"))
    bad = [wrong for wrong in found if wrong]
    figure("power failure during two runs that git refused to record", len(found), len(bad))
    assert bad == []


@pytest.mark.fault
def test_a_power_failure_during_recovery_leaves_all_of_the_run_or_nothing(pristine, tmp_path, figure):
    command = prepared(LEAD_ADD, pristine, tmp_path / "job")
    recording = recorded(command.copied(tmp_path / "shell"), command.arguments)
    found = []
    for before, promised, operations in recovering(recording, tmp_path / "first"):
        for state in states(before, operations):
            found.append(wrong_after(recording, state, promised, tmp_path / "second"))
    bad = [wrong for wrong in found if wrong]
    figure("power failure while recovering from one", len(found), len(bad))
    assert bad == []


@pytest.mark.fault
def test_what_each_sync_of_a_commit_is_needed_for(tmp_path, figure):
    for sync, (tried, bad) in without_a_sync(story(tmp_path / "archive"), tmp_path / "state").items():
        figure(f"(counter-check) power failure, had it not synced `{sync.partition(' ')[2]}`", tried, bad)
        assert bad
