"""Files and folders that last as long as one command: an archive unpacked, a workbook half written.

They hold customers' data, so none outlives its command. One that is ended by TERM or HUP removes them itself. What was
killed cannot; each is locked by whoever made it, so that another command can tell those that are nobody's any more, and
removes them: whoever makes one in the same folder, and `crmkit check` in the folder for temporary files.
"""

import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmkit.interrupts import tidied

PREFIX = ".crmkit-scratch-"
NAME = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}")  # nobody else's: everything that has one may be removed


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new folder in `parent` (0700), gone after the block, unless the block has given it another name."""
    with _locked(parent, lambda: Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))) as path:
        yield path


@contextmanager
def file(parent: Path) -> Iterator[Path]:
    """As `folder`, a new empty file (0600)."""
    with _locked(parent, lambda: _new_file(parent)) as path:
        yield path


def temporary() -> Path:
    """The folder for temporary files."""
    return Path(tempfile.gettempdir())


def sweep(parent: Path) -> list[Path]:
    """Remove what commands that were killed have left in `parent`; their paths. Nothing is raised."""
    swept = []
    with suppress(OSError):
        for entry in [entry for entry in os.scandir(parent) if NAME.fullmatch(entry.name)]:
            path = Path(entry.path)
            with suppress(OSError):
                descriptor = _open(path)
                try:
                    if os.fstat(descriptor).st_uid == os.geteuid():
                        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where its maker lives
                        _remove(path)
                        swept.append(path)
                finally:
                    os.close(descriptor)
    return swept


def _new_file(parent: Path) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=PREFIX, dir=parent)
    os.close(descriptor)
    return Path(name)


@contextmanager
def _locked(parent: Path, make: Callable[[], Path]) -> Iterator[Path]:
    sweep(parent)
    with tidied():
        path, descriptor = _made(make)
        try:
            yield path
        finally:
            _remove(path)
            os.close(descriptor)


def _made(make: Callable[[], Path]) -> tuple[Path, int]:
    """A new file or folder, and the descriptor that locks it as far as this disk can."""
    while True:
        path = make()
        try:
            descriptor = _open(path)
        except FileNotFoundError:  # swept between the two steps, as one of nobody's
            continue
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink and path.exists():
            return path, descriptor
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
