"""A reader of foreign files ends as rows or as one sentence, whatever becomes of it."""

import ctypes
import errno
import fcntl
import itertools
import os
import signal

import pytest

from crmkit.errors import InvalidError
from crmkit.sheets.read.grid import Row, Sheet
from crmkit.sheets.read.sandbox import read_apart
from tests.tables import settings

DAMAGED = "in.xls is damaged, or no workbook"
MEMORY = "in.xls is damaged, or takes more than 100 MB of memory to read"
TIME = "in.xls is damaged, or takes more than 1 seconds to read"


@pytest.fixture
def apart(tmp_path):
    """Read with a reader of our own, which gets the file."""
    (tmp_path / "in.xls").write_bytes(b"content")

    def read(reader):
        limits = settings(**{"import": {"max_memory_megabytes": 100, "max_seconds": 1}}).import_
        with (tmp_path / "in.xls").open("rb") as file:
            return [(s.name, s.count, list(s.rows)) for s in read_apart(lambda: reader(file), file, "in.xls", limits)]

    return read


class PanicError(BaseException):
    """Stands for a panic of calamine."""


def panic():
    raise PanicError("called `Option::unwrap()` on a `None` value")


def fail():
    raise ValueError("a library's own words")


def exhaust():
    held = []
    while True:
        held.append(bytes(10_000_000))


def spin():
    for _n in itertools.count():
        pass


ENDS = {
    "a panic": (panic, DAMAGED), "an exception": (fail, DAMAGED), "no memory": (exhaust, MEMORY),
    "an abort": (os.abort, MEMORY), "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), MEMORY),
    "a bad address": (lambda: ctypes.string_at(0), MEMORY), "an exit": (lambda: os._exit(0), MEMORY),
    "a circle": (spin, TIME),
}  # fmt: skip


@pytest.mark.parametrize("where", ["before the first sheet", "among the rows"])
@pytest.mark.parametrize(("end", "message"), ENDS.values(), ids=ENDS)
def test_however_a_reader_ends_it_is_one_sentence(apart, capfd, end, message, where):
    def reader(_file):
        if where == "before the first sheet":
            end()
        yield Sheet("S", itertools.chain([Row(1, ["x"])], (Row(2, [end()]) for _n in range(1))))

    with pytest.raises(InvalidError) as refused:
        apart(reader)
    assert refused.value.message == message
    assert capfd.readouterr() == ("", "")


def test_what_is_read_arrives_as_it_was_read(apart):
    def reader(file):
        yield Sheet(file.read().decode(), (Row(n, [n, "张", None, 1.5, True]) for n in range(1, 1502)), count=1501)
        yield Sheet("", iter(()))

    assert apart(reader) == [
        ("content", 1501, [Row(n, [n, "张", None, 1.5, True]) for n in range(1, 1502)]), ("", 0, []),
    ]  # fmt: skip


def test_rows_that_nobody_wants_are_passed_over(tmp_path):
    (tmp_path / "f").write_bytes(b"")

    def reader():
        for name in "ab":
            yield Sheet(name, (Row(n, [name]) for n in range(1, 2000)))

    with (tmp_path / "f").open("rb") as file:
        sheets = [(s.name, next(s.rows)) for s in read_apart(reader, file, "f", settings().import_)]
    assert sheets == [("a", Row(1, ["a"])), ("b", Row(1, ["b"]))]


def test_a_reader_that_is_not_heard_to_the_end_is_gone(tmp_path):
    (tmp_path / "f").write_bytes(b"")

    def reader():
        yield Sheet(str(os.getpid()), (Row(n, ["x"]) for n in itertools.count()))

    with (tmp_path / "f").open("rb") as file:
        sheets = read_apart(reader, file, "f", settings().import_)
        pid = int(next(sheets).name)
        assert pid != os.getpid()
        sheets.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_lock_is_not_kept_by_a_reader(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def reader():
        yield Sheet("", (Row(n, ["x"]) for n in itertools.count()))

    with (tmp_path / "f").open("rb") as file:
        sheets = read_apart(reader, file, "f", settings().import_)
        next(next(sheets).rows)  # it runs
        os.close(lock)
        other = os.open(tmp_path / "lock", os.O_RDWR)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)
        sheets.close()


@pytest.fixture
def no_fork(monkeypatch):
    def refused():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)


def test_where_no_process_can_be_made_the_file_is_read_in_this_one(apart, no_fork):
    def reader(file):
        yield Sheet(str(os.getpid()), iter([Row(1, [file.read()])]))

    assert apart(reader) == [(str(os.getpid()), 0, [Row(1, [b"content"])])]


@pytest.mark.parametrize("end", [panic, fail])
def test_and_a_panic_there_is_one_sentence_too(apart, no_fork, end):
    def reader(_file):
        yield Sheet("S", (Row(1, [end()]) for _n in range(1)))

    with pytest.raises(InvalidError, match=f"^{DAMAGED}$"):
        apart(reader)
