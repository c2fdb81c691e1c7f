"""Many processes at once: nothing is lost, no reader sees half of a run, a dead holder keeps nobody waiting."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from crmkit.archive.archive import opened
from crmkit.records import Customer, Touch
from tests.conftest import Shell

SECONDS = 1500  # for one command to get its turn, before the test fails
HOLDER = """
import sys
from pathlib import Path
from crmkit.archive.archive import opened
root, sys.argv[1:] = Path(sys.argv[1]), ["lead", "import"]
with opened(root, exclusive=True, wait=5):
    print("held", flush=True)
    sys.stdin.read()
"""


def typed(crm: Shell, *words: str) -> list[str]:
    """The lines that a command prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "crmkit", "-q", "--wait", str(SECONDS), *words],
        env=crm.env, cwd=crm.home, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def read(crm: Shell, known: set[str]) -> set[str]:
    """The customers that a reader sees; AssertionError where one of `known` is gone, or a run is there in part."""
    with opened(crm.home.parent / "archive", exclusive=False, wait=SECONDS) as archive:
        customers = {customer.id for customer in archive.all(Customer)}
        touched = {touch.customer for touch in archive.all(Touch)}
    assert customers == touched  # each was written with its first contact
    assert known <= customers
    return customers


def crowd(crm: Shell, processes: int, adds: int) -> tuple[int, int]:
    """`processes` at once, each adding `adds` files, beside a reader; the records that are lost, and the reads."""
    acknowledged: set[str] = set()
    done = Event()

    def add(process: int) -> None:
        for number in range(adds):
            phone = f"139{process:04}{number:04}"
            acknowledged.update(typed(crm, "lead", "add", "--name", "张秀英", "--source", "shop", "--phone", phone))

    def reads() -> int:
        number = 0
        seen: set[str] = set()
        while not done.is_set() or not number:
            seen = read(crm, seen | set(acknowledged))
            assert seen <= set(typed(crm, "lead", "list", "-f", "ids"))
            number += 2
        return number

    with ThreadPoolExecutor(processes + 1) as pool:
        reader = pool.submit(reads)
        try:
            list(pool.map(add, range(processes)))
        finally:
            done.set()
    assert len(acknowledged) == processes * adds
    return len(acknowledged - read(crm, set())), reader.result()


def test_writers_at_once_lose_nothing(crm):
    assert crowd(crm, 4, 3)[0] == 0
    assert crm.ok("check").out == ""


@pytest.mark.fault
def test_fifty_writers_at_once_lose_nothing(crm, figure):
    lost, reads = crowd(crm, 50, 20)
    figure("records added by 50 processes at once (bad = lost)", 1000, lost)
    figure("reads beside them (bad = torn)", reads, 0)
    assert lost == 0
    assert crm.ok("check", "--deep").out == ""


@contextmanager
def holder(crm: Shell) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has the archive's lock, as long as the block lasts."""
    command = [sys.executable, "-c", HOLDER, str(crm.archive)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=crm.env, cwd=crm.home) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_stopped_holder_is_named(crm):
    with holder(crm) as process:
        process.send_signal(signal.SIGSTOP)
        busy = crm.fails(75, "--wait", "0.1", "site", "add", "--name", "时间公园")
    assert f"process {process.pid} " in busy.err
    assert "`crmkit lead import`" in busy.err


def test_a_killed_holder_keeps_nobody_waiting(crm):
    with holder(crm) as process:
        process.send_signal(signal.SIGSTOP)
        process.kill()
        process.wait()
        crm.ok("--wait", "0", "site", "add", "--name", "时间公园")
