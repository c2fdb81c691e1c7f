"""The few file operations that writing needs; nothing else in the package writes a file that matters to an archive.

Every operation is a crash point: with `CRMKIT_CRASH_AT=n` the process dies before the n-th one. The fault tests kill
it at each of them.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from crmkit.errors import DamagedError
from crmkit.i18n import _

RESERVED = {"", ".", "..", ".git", ".crmkit"}  # no part of a path in an archive: leads out, or belongs to one clone
MAX_BYTES = 32 << 20  # of a file of an archive; a shard of 500 records has about one
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
    """Create `path` (0700) with its parents, and make the entries durable; nothing happens where it exists."""
    if path.is_dir():
        return
    make_folder(path.parent)
    _point()
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
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
    """Remove `path` if it is there; its absence becomes durable with `sync_folder`."""
    _point()
    path.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the entries of the folder `path` durable, as far as this disk's kind of file system can be asked to."""
    try:
        _sync(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def sync_file(path: Path) -> None:
    """Make the content of the file `path` durable."""
    _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    _point()
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, data: bytes) -> None:
    """Put `data` in place of the file `path` so that a reader sees the old bytes or the new ones, never a mixture."""
    beside = path.with_name(f".{path.name}.new")
    remove(beside)
    write_new(beside, data)
    rename(beside, path)
    sync_folder(path.parent)


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    import hashlib  # with OpenSSL's library: 4 of the 73 ms of `crmkit --version`, so not at the start

    return hashlib.sha256(data).hexdigest()


def blob_name(data: bytes) -> str:
    """The name that git gives to a file with the content `data`."""
    import hashlib

    name = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    name.update(data)
    return name.hexdigest()


def open_regular(path: Path, flags: int) -> int:
    """A descriptor of the regular file `path`, made (0600) where `flags` say so.

    FileNotFoundError where there is none; DamagedError for a link, a folder, a pipe, a device: none of them is waited
    for, and none is ever read without end.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, PRIVATE_FILE)
    except FileNotFoundError:
        raise
    except OSError:
        refuse_link(path)
        if is_irregular(path):
            raise _irregular(path) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _irregular(path)
    return descriptor


def is_irregular(path: Path) -> bool:
    """True where `path`, a link followed, is a pipe, a socket or a device: to open one may take for ever."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def irregular_in(folder: Path) -> Iterator[Path]:
    """Every pipe, socket and device in `folder` and below, in links to them too; links to folders are not followed."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from irregular_in(Path(entry.path))
        elif not entry.is_file(follow_symlinks=False) and is_irregular(Path(entry.path)):
            yield Path(entry.path)


def read(path: Path) -> bytes | None:
    """The bytes of the regular file `path`, None where there is none.

    DamagedError for a link, a pipe, a folder, and for more bytes than a file of an archive has.
    """
    try:
        descriptor = open_regular(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb", closefd=True) as file:
        size = os.fstat(descriptor).st_size
        if size > MAX_BYTES:
            raise too_large(path, size)
        return file.read()


def too_large(path: Path | str, size: int) -> DamagedError:
    """The error for a file with more bytes than any of an archive has."""
    return DamagedError(
        _("{file} is too large for a file of an archive: {size} MB, the limit is {limit} MB").format(
            file=path, size=size >> 20, limit=MAX_BYTES >> 20
        )
    )


def _irregular(path: Path) -> DamagedError:
    return DamagedError(
        _("{file} is not a regular file").format(file=path),
        _("`crmkit check` lists what else is wrong; `crmkit repair` sets it aside"),
    )


def stays_inside(path: str) -> bool:
    """True for the path of a file that has its place in an archive, outside of what belongs to one clone."""
    return not RESERVED & set(path.casefold().split("/"))


def refuse_way_out(root: Path, path: str) -> None:
    """DamagedError where `path` leads out of the archive at `root`, by its name or by a link on the way."""
    if not stays_inside(path):
        raise DamagedError(_("{file} has no place in an archive").format(file=path))
    for folder in PurePosixPath(path).parents[:-1]:
        refuse_link(root / folder)


def refuse_link(path: Path) -> None:
    """DamagedError where `path` is a symbolic link: an archive stands for itself and points nowhere."""
    if path.is_symlink():
        raise DamagedError(
            _("{file} is a symbolic link, not a part of this archive").format(file=path),
            _("`crmkit check` lists what else is wrong; `crmkit repair` sets it aside"),
        )
