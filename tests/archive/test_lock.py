"""The lock: writers alone, readers together, never stale, and it says who holds it. In processes of their own."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from crmkit.archive.archive import glanced_at
from crmkit.archive.journal import lock
from crmkit.errors import BusyError, DamagedError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import Desk

HOLD = """
import sys
from pathlib import Path
from crmkit.archive.journal import lock
with lock.held(Path(sys.argv[1]), exclusive=sys.argv[2] == "alone", wait=5, command="lead import"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold(tmp_path):
    """`hold("alone")` or `hold("together")`: another process that has the lock until it is closed or killed."""
    processes = []

    def start(how):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, tmp_path, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def taken(folder, *, exclusive, wait=0.0):
    try:
        with lock.held(folder, exclusive=exclusive, wait=wait, command="status"):
            return True
    except BusyError:
        return False


def test_a_writer_is_alone(hold, tmp_path):
    hold("alone")
    assert not taken(tmp_path, exclusive=True)
    assert not taken(tmp_path, exclusive=False)


def test_readers_are_together_and_keep_writers_out(hold, tmp_path):
    hold("alone").communicate("")
    hold("together")
    assert taken(tmp_path, exclusive=False)
    assert not taken(tmp_path, exclusive=True)


def test_who_holds_it_is_named_without_what_may_be_personal(hold, tmp_path):
    holder = hold("alone")
    with pytest.raises(BusyError, match=f"process {holder.pid} on .*, `crmkit lead import`, since 20") as busy:
        taken_or_raise(tmp_path)
    assert busy.value.exit_code == 75
    assert "--wait" in busy.value.hint


def taken_or_raise(folder):
    with lock.held(folder, exclusive=True, wait=0, command="status"):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff\xff"])
def test_a_holder_that_cannot_be_read_is_no_reason_to_fail(hold, tmp_path, content):
    hold("alone")
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(BusyError, match="has not said its name"):
        taken_or_raise(tmp_path)


def test_the_lock_of_a_process_that_was_killed_is_free_at_once(hold, tmp_path):
    holder = hold("alone")
    holder.kill()
    holder.wait()
    assert taken(tmp_path, exclusive=True)


def test_a_holder_that_is_stopped_keeps_it_and_is_named_and_when_killed_it_is_had_at_once(hold, tmp_path):
    holder = hold("alone")
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(BusyError, match=str(holder.pid)):
        taken_or_raise(tmp_path)
    holder.kill()
    holder.wait()
    assert taken(tmp_path, exclusive=True)


def test_it_waits_as_long_as_it_was_told(hold, tmp_path):
    hold("alone")
    begin = time.monotonic()
    assert not taken(tmp_path, exclusive=True, wait=0.2)
    assert 0.2 <= time.monotonic() - begin < 5


def test_no_program_that_is_started_meanwhile_keeps_it(tmp_path):
    with lock.held(tmp_path, exclusive=True, wait=0, command="x"):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        assert taken(tmp_path, exclusive=True)
    finally:
        child.communicate(b"")


def test_the_lock_file_stays_and_is_private(tmp_path):
    assert taken(tmp_path, exclusive=True)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / "lock").symlink_to(elsewhere)
    with pytest.raises(DamagedError, match="symbolic"):
        taken(tmp_path, exclusive=True)
    assert elsewhere.read_text() == "mine"


def test_reading_an_archive_that_nobody_has_written_to_needs_no_lock(tmp_path):
    assert taken(tmp_path, exclusive=False)
    assert not (tmp_path / "lock").exists()


def test_a_command_that_comes_too_late_exits_75_and_names_the_one_before(crm, archive):
    crm.ok("staff", "add", "--code", "LN")
    descriptor = os.open(archive / ".crmkit" / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        ran = crm.fails(75, "staff", "list", "--wait", "0")
        assert ran.err.startswith("error: the archive is in use: process ")
        crm.fails(75, "staff", "add", "--code", "WQ", "--wait", "0.1")
    finally:
        os.close(descriptor)
    assert len(crm.ok("staff", "list", "-f", "ids").lines) == 1


READ_ON = """
import sys
from pathlib import Path
from crmkit.archive.journal import lock
print("reading", flush=True)
while True:
    with lock.held(Path(sys.argv[1]), exclusive=False, wait=60, command="lead list"):
        sum(range(200_000))
"""


def test_readers_who_keep_coming_do_not_keep_a_writer_out(tmp_path):
    """Four of them, so that there is hardly a moment in which none reads."""
    assert taken(tmp_path, exclusive=True)
    command = [sys.executable, "-c", READ_ON, tmp_path]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _n in range(4)]
    try:
        for reader in readers:
            assert reader.stdout.readline() == "reading\n"
        for _n in range(5):
            assert taken(tmp_path, exclusive=True, wait=30)
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


def test_what_others_write_while_the_archive_is_glanced_at_is_read_as_it_is_then(archive):
    first, then = Site(id="S2611-00000001", name="时间公园"), Site(id="S2611-00000001", name="青年湖")
    second = Site(id="S2611-00000002", name="早市")
    Desk(archive).run(lambda _archive: Change(puts=(first,)))
    with glanced_at(archive, wait=0) as glance:
        assert [site.name for site in glance.all(Site)] == ["时间公园"]
        Desk(archive).run(lambda _archive: Change(puts=(then, second)))
        read = [*glance.all(Site), glance.get(Site, first.id), *glance.records([first.id, second.id])]
        assert [(type(site), site.name) for site in read] == [
            (Site, "青年湖"), (Site, "早市"), (Site, "青年湖"), (Site, "青年湖"),
        ]  # fmt: skip
        shutil.rmtree(archive / "sites")
        assert [*glance.all(Site), *glance.records([first.id])] == []
