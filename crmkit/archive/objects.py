"""What git has stored: the files of a commit and their bytes, read from the object store, never from the work tree."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from crmkit.archive.git import Git
from crmkit.errors import DamagedError
from crmkit.i18n import _

REGULAR = ("100644", "100755")


class Entry(NamedTuple):
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
        data = self.answers.read(int(size))
        self.answers.read(1)  # the line end after the object
        return data


@contextmanager
def opened_objects(git: Git) -> Iterator[Objects]:
    """The object store of an archive, open for reading."""
    with git.beside("cat-file", "--batch") as process:
        if process.stdin is None or process.stdout is None:
            raise TypeError("a process beside us has both pipes")
        yield Objects(process.stdin, process.stdout)


def tree(git: Git, commit: str) -> dict[str, Entry]:
    """Every file of `commit`, by path."""
    found = {}
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _tab, path = line.partition(b"\t")
        mode, _kind, blob = about.decode().split(" ")
        found[path.decode("utf-8", "surrogateescape")] = Entry(mode, blob)
    return found
