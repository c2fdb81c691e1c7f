"""A power failure at any instant: every state that the disk may be left in is tried, for the transaction as it is and
for the transaction with each of its fsyncs left out.

The story: a run replaces a shard, adds one in a new folder and removes one; another program edits a shard; a second
run changes two of them. Whatever is left, the next command finds exactly one of the states in between, never one
before what had been reported as saved, and has nothing to ask a person.
"""

import os
import shutil
from pathlib import Path

import pytest

from crmkit.archive import transaction
from crmkit.archive.transaction import Journal
from crmkit.errors import CrmkitError
from tests.faults.disk_model import Operation, Recorder, Tree, states, tree_of

OLD = {"customers/2026-11.json": b"customers, before", "sites/2026-11.json": b"sites, before"}
FIRST = {
    "customers/2026-11.json": b"customers, first",
    "calls/2026-11.json": b"calls, first",
    "sites/2026-11.json": None,
}
EDIT = {"customers/2026-11.json": b"customers, edited by hand"}
SECOND = {"customers/2026-11.json": b"customers, second", "calls/2026-11.json": b"calls, second"}


def note(run: str) -> Journal:
    return Journal(run=run, message=run, by="LN", at="2026-11-21T10:00:00+08:00")


def stages() -> list[dict[str, bytes]]:
    """The archive after each step of the story."""
    found = [dict(OLD)]
    for change in (FIRST, EDIT, SECOND):
        after: dict[str, bytes | None] = {**found[-1], **change}
        found.append({path: data for path, data in after.items() if data is not None})
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> tuple[Tree, list[Operation]]:
    """The archive as it was, and every operation on the disk until the end of the story."""
    root = tmp_path_factory.mktemp("archive")
    for name in ("", transaction.STAGE, transaction.PENDING):
        (root / ".crmkit" / name).mkdir()
    for path, data in OLD.items():
        (root / path).parent.mkdir()
        (root / path).write_bytes(data)
    before = tree_of(root)
    recorder = Recorder(root)
    now = stages()
    with recorder.recording():
        transaction.commit(root, FIRST, {path: now[0].get(path) for path in FIRST}, note("first"))
        recorder.done("1")
        edit(root / "customers/2026-11.json", EDIT["customers/2026-11.json"])
        recorder.done("2")
        transaction.commit(root, SECOND, {path: now[2].get(path) for path in SECOND}, note("second"))
        recorder.done("3")
    return before, recorder.operations


def edit(path: Path, data: bytes) -> None:
    """Write as plain programs do that care: in place, then fsync."""
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)


def bad_states(before: Tree, operations: list[Operation], folder: Path) -> tuple[int, list[str]]:
    """How many states there are, and what is wrong with those that are bad."""
    expected = stages()
    wrong = []
    n = 0
    for state, done in states(before, operations):
        n += 1
        shutil.rmtree(folder, ignore_errors=True)
        for path, data in state.items():
            if data is None:
                (folder / path).mkdir(parents=True, exist_ok=True)
            else:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
        try:
            transaction.recover(folder)
        except CrmkitError as error:
            wrong.append(error.message)
            continue
        shards = {p: d for p, d in tree_of(folder).items() if d is not None and not p.startswith(".crmkit")}
        allowed = expected[int(done[-1]) if done else 0 :]
        if shards not in (allowed if not is_torn_edit(shards, done) else [shards]):
            wrong.append(f"after {done}: {shards}")
        elif transaction.interrupted(folder):
            wrong.append("litter")
    return n, wrong


def is_torn_edit(shards: dict[str, bytes], done: list[str]) -> bool:
    """True where the other program's own write was cut off: that is no fault of ours."""
    whole = EDIT["customers/2026-11.json"]
    return done == ["1"] and shards.get("customers/2026-11.json") == whole[: len(whole) // 2]


def test_no_state_that_a_power_failure_may_leave_is_bad(story, tmp_path, record_property):
    n, wrong = bad_states(*story, tmp_path / "disk")
    record_property("states", n)
    assert wrong == []
    assert n > 100


def fsyncs(operations: list[Operation]) -> list[int]:
    """The fsyncs of the first run: the second one makes the same."""
    end = next(i for i, o in enumerate(operations) if o.kind == "done")
    return [i for i, o in enumerate(operations[:end]) if o.kind.startswith("sync")]


def test_every_fsync_is_needed(story, tmp_path, record_property):
    before, operations = story
    found = {}
    for i in fsyncs(operations):
        n, wrong = bad_states(before, operations[:i] + operations[i + 1 :], tmp_path / "disk")
        found[f"{operations[i].kind} {operations[i].path}"] = f"{len(wrong)} of {n}"
        assert wrong, f"without {operations[i]} nothing goes wrong"
    record_property("without one fsync", found)
