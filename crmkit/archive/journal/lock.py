"""One flock around a whole command: writers alone, readers together (archive/docs.md, "The lock").

The lock files are never deleted; the kernel frees the lock when its holder dies, so nothing goes stale. What stands in
them is for the message only.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from crmkit.archive.journal import disk
from crmkit.errors import BusyError
from crmkit.i18n import _

LOCK = "lock"
TURN = "lock.turn"
POLL_SECONDS = 0.02
SIGNATURE_BYTES = 4096  # who holds the lock writes a line


@contextmanager
def held(folder: Path, *, exclusive: bool, wait: float, command: str) -> Iterator[None]:
    """Hold the archive's lock; `folder` is `.crmkit`. BusyError after `wait` seconds names the holder."""
    mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    deadline = time.monotonic() + wait
    with ExitStack() as stack:
        try:
            turn, descriptor = (stack.enter_context(_opened(folder / name, exclusive)) for name in (TURN, LOCK))
        except FileNotFoundError:
            if exclusive:
                raise
            yield  # nobody has ever written here, so there is nothing to be kept apart from
            return
        # a waiting writer holds the turn: else a stream of readers would starve it
        if not (take(turn, mode, wait) and take(descriptor, mode, deadline - time.monotonic())):
            raise BusyError(
                _("the archive is in use: {holder}").format(holder=_holder(folder / LOCK)),
                _("try again, or wait longer with --wait SECONDS"),
            )
        fcntl.flock(turn, fcntl.LOCK_UN)
        if exclusive:
            _sign(descriptor, command)
        yield


def take(descriptor: int, mode: int, wait: float) -> bool:
    """Lock an open file within `wait` seconds of the monotonic clock; False where another holds it for longer."""
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)


@contextmanager
def _opened(path: Path, exclusive: bool) -> Iterator[int]:
    descriptor = disk.open_regular(path, os.O_RDWR | os.O_CREAT if exclusive else os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sign(descriptor: int, command: str) -> None:
    signature = {
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "since": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "command": command,
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(signature).encode(), 0)


def _holder(path: Path) -> str:
    try:
        with path.open("rb") as file:
            signature: dict[str, Any] = json.loads(file.read(SIGNATURE_BYTES))
        return _("process {pid} on {host}, `crmkit {command}`, since {since}").format(**signature)
    except (ValueError, KeyError, TypeError, RecursionError, OSError):
        return _("a process that has not said its name")


def command_name() -> str:
    """The noun and verb of this process; the other words may be personal data."""
    words = [word for word in sys.argv[1:] if word.isascii() and word.isalpha()]
    return " ".join(words[:2])
