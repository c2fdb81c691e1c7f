"""A reader of foreign files in a process of its own, with limits of memory and time.

calamine is fast, but a hostile file (and now and then an honest one) makes it run out of memory, panic or loop. The
first ends the process; a panic is no Exception. So calamine runs in a fork and sends its rows through a pipe. However
the fork ends, the caller gets one error. A fork costs some 10 ms.
"""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from itertools import islice, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets.read.grid import Row, Sheet

BATCH = 500  # rows that are sent together
AHEAD = 1 << 20  # bytes that the reader may be ahead, as far as the system lets it
GRACE = 5  # seconds of the processor between the signal that can be told apart and the one that cannot be caught
_cells = attrgetter(*(field.name for field in fields(Row)))  # to pickle tuples takes a tenth of the time


class _Refused(NamedTuple):
    """Why the reader went no further."""

    message: str
    hint: str


def read_apart(
    sheets: Callable[[], Iterator[Sheet]], file: BinaryIO, name: str, limits: ImportSettings
) -> Iterator[Sheet]:
    """What `sheets`, which reads from `file`, finds, read in another process; `name` is what people call the file.

    Raises InvalidError as `sheets` does, and for everything else that may become of a reader. Where no process can be
    made the file is read in this one.
    """
    ours, theirs = os.pipe()
    try:
        reader = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        yield from _guarded(sheets, name)
        return
    if reader == 0:
        try:
            _be_reader(sheets, file, name, theirs, limits)
        finally:
            os._exit(0)  # whatever has happened: what this process was about to do is not done twice
    os.close(theirs)
    running = True
    with os.fdopen(ours, "rb") as answers:
        try:
            message = _received(answers)
            while isinstance(message, Sheet):
                rows = _Rows(answers)
                yield replace(message, rows=iter(rows))
                message = rows.last()
            if message is None:
                status = os.waitpid(reader, 0)[1]
                running = False
                raise _died(status, name, limits)
            if isinstance(message, _Refused):
                raise InvalidError(*message)
        finally:
            if running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(reader, signal.SIGKILL)
                os.waitpid(reader, 0)


class _Rows:
    """The rows of one sheet as they arrive, and the message that follows them."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._message: Any = []

    def __iter__(self) -> Iterator[Row]:
        for batch in iter(self._batch, None):
            yield from (Row(*cells) for cells in batch)

    def last(self) -> Any:
        """What comes behind the last row; rows that nobody wanted are passed over."""
        while self._batch() is not None:
            pass
        return self._message

    def _batch(self) -> list[Any] | None:
        if isinstance(self._message, list):
            self._message = _received(self._answers)
        return self._message if isinstance(self._message, list) else None


def _received(answers: BinaryIO) -> Any:
    """The next message: a Sheet, a list of rows, _Refused, "end"; None where there are none any more."""
    import pickle

    try:
        return pickle.load(answers)
    except (EOFError, pickle.UnpicklingError):
        return None


def _be_reader(
    sheets: Callable[[], Iterator[Sheet]], file: BinaryIO, name: str, target: int, limits: ImportSettings
) -> None:
    import pickle

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both; who started this process ends it
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    _close_all_but({target, file.fileno()})
    _limit(limits)
    gc.freeze()  # what came along stays: to look through it again and again finds nothing
    try:
        import fcntl

        fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, AHEAD)
    except (OSError, AttributeError):  # only Linux has it, and it may be set to less
        pass
    with os.fdopen(target, "wb") as answers:
        try:
            for sheet in _guarded(sheets, name):
                pickle.dump(replace(sheet, rows=iter(())), answers, pickle.HIGHEST_PROTOCOL)
                rows = iter(sheet.rows)
                while batch := list(map(_cells, islice(rows, BATCH))):
                    pickle.dump(batch, answers, pickle.HIGHEST_PROTOCOL)
            message: Any = "end"
        except InvalidError as error:
            message = _Refused(error.message, error.hint)
        except MemoryError:
            message = _Refused(*_too_much_memory(name, limits))
        pickle.dump(message, answers, pickle.HIGHEST_PROTOCOL)


def _guarded(sheets: Callable[[], Iterator[Sheet]], name: str) -> Iterator[Sheet]:
    """`sheets()`; whatever a reader raises that is no refusal says that the file is damaged.

    A panic of calamine is a BaseException.
    """
    try:
        for sheet in sheets():
            yield replace(sheet, rows=_guarded_rows(sheet, name))
    except (CrmkitError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:
        raise _unreadable(name) from None


def _guarded_rows(sheet: Sheet, name: str) -> Iterator[Row]:
    try:
        yield from sheet.rows
    except (CrmkitError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:
        raise _unreadable(name) from None


def _unreadable(name: str) -> InvalidError:
    """The file is damaged; the reader's own words, which are no user's, are for whoever looks for a mistake."""
    if os.environ.get("CRMKIT_DEBUG"):
        import traceback

        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
    return damaged(name)


def damaged(name: str) -> InvalidError:
    """The refusal of a workbook that cannot be read."""
    return InvalidError(
        _("{file} is damaged, or no workbook").format(file=name),
        _("open it in a spreadsheet program and save it again"),
    )


def _too_much_memory(name: str, limits: ImportSettings) -> _Refused:
    return _Refused(
        _("{file} is damaged, or takes more than {n} MB of memory to read").format(
            file=name, n=limits.max_memory_megabytes
        ),
        _("save the sheet as csv, or raise `max_memory_megabytes` under [import] in archive.toml"),
    )


def _died(status: int, name: str, limits: ImportSettings) -> InvalidError:
    """What the end of the reader means: by the limit of time, of memory (the usual abort), or by the system."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return InvalidError(
            _("{file} is damaged, or takes more than {n} seconds to read").format(file=name, n=limits.max_seconds),
            _("save the sheet as csv, or raise `max_seconds` under [import] in archive.toml"),
        )
    return InvalidError(*_too_much_memory(name, limits))


def _close_all_but(kept: set[int]) -> None:
    """Close what came along: a lock that its owner lets go of must be free, and a pipe's other end must hear of it.

    What is printed goes nowhere: a panic prints its own words.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    silent = (0, 1) if os.environ.get("CRMKIT_DEBUG") else (0, 1, 2)
    for number in silent:
        os.dup2(nowhere, number)
    edges = [2, *sorted(number for number in kept if number > 2), _open_files()]
    for before, after in pairwise(edges):
        os.closerange(before + 1, after)


def _open_files() -> int:
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16)


def _limit(limits: ImportSettings) -> None:
    """Set the limits of this process, above what it has used by now. A limit that the system refuses is not set."""
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        pages = 0
    memory = pages * resource.getpagesize() + limits.max_memory_megabytes * 1_000_000
    for kind, wanted, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, limits.max_seconds, limits.max_seconds + GRACE),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            wanted, hard = min(wanted, most), min(hard, most)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (wanted, hard))
