"""Killed at any system call, of crmkit or of a git it started: the next command works, nothing acknowledged is lost.

Where there is no strace, the named points of `test_kill` carry this.
"""

from dataclasses import replace

import pytest

from tests.faults.injection import STRACE, system_calls
from tests.faults.jobs import JOBS, prepared
from tests.faults.many import failures, sample


def test_a_kill_at_some_system_calls_does_no_harm(pristine, tmp_path):
    command = prepared(JOBS[1], pristine, tmp_path / "job")
    kills = sample(system_calls(command, tmp_path / "calls"), 6) if STRACE else []
    assert failures(command, kills, workers=1) == {}


@pytest.mark.fault
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_kill_at_any_system_call_does_no_harm(job, pristine, tmp_path, figure):
    command = prepared(job, pristine, tmp_path / "job")
    calls = system_calls(command, tmp_path / "calls") if STRACE else []
    kills = calls + [replace(kill, together=True) for kill in calls if kill.git]
    bad = failures(command, kills)
    figure(f"killed at a system call of `{job.name}`", len(kills), len(bad))
    assert bad == {}
