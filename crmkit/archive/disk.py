"""The few file operations that writing needs, each one durable; nothing else in the package writes to an archive.

Every operation is a named crash point: with `CRMKIT_CRASH_AT=n` the process dies without warning before the n-th
one, which is how the tests show that no instant is a bad one to be killed at.
"""

import hashlib
import os
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import _

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_crash_at = int(os.environ.get("CRMKIT_CRASH_AT") or 0)
_operations = 0


def _point() -> None:
    global _operations
    _operations += 1
    if _operations == _crash_at:
        os._exit(137)


def make_folder(path: Path) -> None:
    """Create `path` (0700) with its parents, and make the entry durable; nothing happens where it exists."""
    if path.is_dir():
        return
    _point()
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Create `path` (0600), which must not exist, with `data`, and make its content durable."""
    _point()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, PRIVATE_FILE)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        _point()
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Give `source` the name `target` in one step; the entry becomes durable with `sync_folder`."""
    _point()
    source.replace(target)


def remove(path: Path) -> None:
    """Remove `path` if it is there."""
    _point()
    path.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the entries of the folder `path` durable."""
    _point()
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, data: bytes) -> None:
    """Put `data` in place of the file `path` so that a reader sees the old bytes or the new ones, never a mixture."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    write_new(beside, data)
    rename(beside, path)
    sync_folder(path.parent)


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> bytes | None:
    """The bytes of the regular file `path`, None where there is none. A symbolic link is refused, not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if path.is_symlink():
            raise CrmkitError(_("{file} is a symbolic link, not a file of this archive").format(file=path)) from None
        raise error
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
