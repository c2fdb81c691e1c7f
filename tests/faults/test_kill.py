"""Killed at each point where something is asked of the disk (`CRMKIT_CRASH_AT`), and at any time together with
everything that we started. `test_syscalls` kills at each system call.

What must hold afterwards is `world.settled`.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from crmkit.archive.archive import opened
from crmkit.archive.journal import disk
from crmkit.records import Call, Customer, Site
from crmkit.records.change import Change
from tests.archive.desk import NOW
from tests.conftest import Ran
from tests.faults.world import COMMANDS, World, settled

KILLED = 137


class Crash(BaseException):
    """The process died."""


def test_a_run_that_dies_between_any_two_operations_is_finished_or_leaves_nothing(archive, tmp_path, monkeypatch):
    """In this process, which is quick: three shards in one run, two of them new."""
    puts = (
        Customer(id="C2611-00000001", name="张秀英"),
        Call(id="L2611-00000001", customer="C2611-00000001", at=NOW, outcome="reached"),
        Site(id="S2611-00000001", name="时间公园"),
    )
    ends = Counter()
    for n in range(1, 100):
        shutil.copytree(archive, tmp_path / str(n))
        if not dies(tmp_path / str(n), puts, n, monkeypatch):
            break
        with opened(tmp_path / str(n), exclusive=True, wait=0) as after:
            found = [len(list(after.all(t))) for t in (Customer, Call, Site)]
            assert found in ([0, 0, 0], [1, 1, 1])
            ends["new" if found[0] else "old"] += 1
            assert after.commit(Change(puts=puts), "test run", run_at=NOW, by="LN").commit or found[0]
        assert not list((tmp_path / str(n) / ".crmkit" / "stage").iterdir())
    assert ends["old"] > 5
    assert ends["new"] > 5


def dies(root, puts, n, monkeypatch) -> bool:
    """Commit `puts`, dying before the n-th operation on the disk; False where it came to its end."""
    left = [n]

    def point() -> None:
        left[0] -= 1
        if left[0] <= 0:  # what is dead does not clean up either
            raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(disk, "_point", point)
        try:
            with opened(root, exclusive=True, wait=0) as archive:
                archive.commit(Change(puts=puts), "test run", run_at=NOW, by="LN")
        except Crash:
            return True
    return False


@pytest.mark.parametrize("point", [1, 9, 16])
def test_a_lead_added_by_a_process_that_is_killed_is_there_in_whole_or_not_at_all(world, outcome, tmp_path, point):
    """Three of the points of the full test below."""
    arguments, old, new = outcome("lead add")
    trial = world.copy(tmp_path / "world")
    ran = trial.crm(*arguments, process=True, CRMKIT_CRASH_AT=str(point))
    assert ran.code == KILLED
    settled(trial, ran, old, new)


@pytest.mark.fault
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_every_operation(world, outcome, tmp_path, figure, name):
    arguments, old, new = outcome(name)
    ends = Counter()
    for n in range(1, 500):
        trial = world.copy(tmp_path / "world")
        ran = trial.crm(*arguments, process=True, CRMKIT_CRASH_AT=str(n))
        if ran.code != KILLED:
            assert ran.code == 0
            break
        ends[settled(trial, ran, old, new)] += 1
    figure(f"killed at a named point of `{name}`", ends.total(), 0)
    assert ends["old"]
    assert ends["new"]


@pytest.mark.fault
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_with_everything_it_started_at_any_time(world, outcome, tmp_path, figure, name):
    arguments, old, new = outcome(name)
    whole = duration(world.copy(tmp_path / "world"), arguments)
    ends = Counter()
    for seed in range(20):
        trial = world.copy(tmp_path / "world")
        after = random.Random(f"{name} {seed}").uniform(0.3, 1.0) * whole
        ends[settled(trial, killed_after(trial, arguments, after), old, new)] += 1
    figure(f"killed at some time with all its children during `{name}`", ends.total(), 0)


def started(trial: World, arguments) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "crmkit", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=trial.crm.env, cwd=trial.folder, start_new_session=True, stdout=pipe, stderr=pipe
    )


def duration(trial: World, arguments) -> float:
    begin = time.monotonic()
    started(trial, arguments).communicate()
    return time.monotonic() - begin


def killed_after(trial: World, arguments, seconds: float) -> Ran:
    process = started(trial, arguments)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    return Ran(process.returncode, out.decode(), err.decode())
