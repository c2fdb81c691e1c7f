"""What git has stored: the files of a commit and their bytes, read from the object store, never from the work tree."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from crmkit.archive.journal import disk
from crmkit.archive.repository.git import Git, GitError
from crmkit.errors import DamagedError
from crmkit.i18n import _

CHUNK = 1 << 16
MAX_FILES = 100_000  # and folders; an archive of a hundred thousand customers has some thousand
MAX_PATH = 4096
MAX_TOTAL = 4 << 30  # bytes
REGULAR = ("100644", "100755")


class TreeEntry(NamedTuple):
    """One file of a commit."""

    mode: str  # "120000" for a symbolic link, "160000" for a submodule; REGULAR for a file
    blob: str

    @property
    def regular(self) -> bool:
        """True for a plain file."""
        return self.mode in REGULAR


class Objects:
    """An open `git cat-file --batch`: one process however many objects are read."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self.questions = questions
        self.answers = answers

    def read(self, name: str) -> bytes:
        """The bytes of the object `name`. DamagedError where it is not there."""
        (data,) = self.read_each([name])
        return data

    def read_each(self, names: Collection[str]) -> Iterator[bytes]:
        """As `read`, for a few names, no more than a pipe holds: git is at the next object while we look at one."""
        self.questions.write("".join(f"{name}\n" for name in names).encode())
        self.questions.flush()
        yield from map(self._answer, names)

    def _answer(self, name: str) -> bytes:
        _name, _space, found = self.answers.readline().partition(b" ")
        kind, _space, size = found.strip().partition(b" ")
        if kind == b"missing" or not size:
            raise DamagedError(
                _("the history lacks the object {name}").format(name=name), _("`crmkit check --deep` looks further")
            )
        if int(size) > disk.MAX_BYTES:
            self._pass_over(int(size))
            raise disk.too_large(name, int(size))
        data = self.answers.read(int(size))
        self.answers.read(1)  # the line end after the object
        return data

    def _pass_over(self, size: int) -> None:
        """Leave out an object and the line end after it, so that the next one can be read."""
        left = size + 1
        while left > 0 and (chunk := self.answers.read(min(left, CHUNK))):
            left -= len(chunk)


@contextmanager
def opened_objects(git: Git) -> Iterator[Objects]:
    """The object store of an archive, open for reading."""
    with git.beside("cat-file", "--batch") as process:
        if process.stdin is None or process.stdout is None:
            raise TypeError("a process beside us has both pipes")
        yield Objects(process.stdin, process.stdout)


def tree(git: Git, commit: str) -> dict[str, TreeEntry]:
    """Every file of `commit`, by path. GitError where there is no such commit.

    DamagedError where it is not the tree of an archive but one that would fill the memory or the disk: a few KB can
    name ten thousand million paths. It is looked at as git lists it, folders too, and no further than the limits.
    """
    found, number, size, rest = {}, 0, 0, b""
    with git.beside("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit) as process:
        while process.stdout and (chunk := os.read(process.stdout.fileno(), CHUNK)):
            *lines, rest = (rest + chunk).split(b"\0")
            for line in lines:
                about, _tab, path = line.partition(b"\t")
                mode, kind, blob, length = about.decode().split()
                name = path.decode("utf-8", "surrogateescape")
                bytes_ = int(length) if length.isdigit() else 0  # "-" of a folder, "BAD" of what git cannot read
                number, size = number + 1, size + bytes_
                if bytes_ > disk.MAX_BYTES:
                    raise disk.too_large(name, bytes_)
                if number > MAX_FILES or size > MAX_TOTAL:
                    raise _too_much()
                if kind != "tree":
                    found[name] = TreeEntry(mode, blob)
            if len(rest) > MAX_PATH:
                raise _too_much()
        if process.wait() != 0:
            raise GitError(_("git {verb} failed").format(verb="ls-tree"))
    return found


def _too_much() -> DamagedError:
    sentence = _("the history holds more files than an archive has, or larger ones: the limits are {files}, {size} GB")
    return DamagedError(sentence.format(files=MAX_FILES, size=MAX_TOTAL >> 30))
