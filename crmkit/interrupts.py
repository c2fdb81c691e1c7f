"""What a command has saved, and what is said of it when the rest does not come off: Ctrl-C, a full disk, a closed pipe.

Ctrl-C comes between two commits, never in one: what is being saved is saved whole, and git records it in peace. SIGINT
is blocked rather than handled: programs that are started meanwhile inherit that, and a terminal sends the signal to
them as well.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from crmkit.errors import CrmkitError, SavedError, StoppedError
from crmkit.i18n import _, clauses

_runs: list[str] = []  # the runs that the command has saved
_made: list[str] = []  # what it has saved besides, each as a sentence


@contextmanager
def held_off() -> Iterator[None]:
    """Ctrl-C waits for the end of the block, or of the outermost of such blocks, where it raises KeyboardInterrupt."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class EndedError(BaseException):
    """TERM or HUP, while there is something to be removed first."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def end(self) -> None:
        """End the process as the signal would have ended it."""
        signal.signal(self.number, signal.SIG_DFL)
        os.kill(os.getpid(), self.number)


@contextmanager
def tidied() -> Iterator[None]:
    """TERM and HUP leave the block as an exception does, so that what it made is removed; one of them is enough.

    Where one is ignored, as by nohup, it stays so; and outside of the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    handled = [number for number, handler in before.items() if handler == signal.SIG_DFL]
    for number in handled:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: object) -> None:
    for other in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise EndedError(number)


def forget() -> None:
    """A command begins: nothing of it is saved yet."""
    _runs.clear()
    _made.clear()


def saved(run: str) -> None:
    """Note that `run` is saved whole."""
    _runs.append(run)


def made(sentence: str) -> None:
    """Note what else is saved whole, as a sentence: a file, an archive, a setting."""
    _made.append(sentence)


def has_saved() -> bool:
    """Whether the command has saved anything: what fails after that did not leave everything as it was."""
    return bool(_runs or _made)


def stopped() -> StoppedError:
    """What Ctrl-C came to, whenever it arrived: what was saved by then, if anything."""
    if not has_saved():
        return StoppedError(_("interrupted before anything of this run was saved"))
    return StoppedError(_("interrupted; {saved}").format(saved=_all_saved()), _take_back())


def after_saving(problem: CrmkitError) -> CrmkitError:
    """`problem`; once something is saved, an error that says so and is not taken for a refusal.

    A script that repeats what was refused would book the money twice.
    """
    if not has_saved() or problem.exit_code != CrmkitError.exit_code:
        return problem
    said = clauses((_all_saved(), problem.message))
    return SavedError(said, clauses((problem.hint, _take_back())), _runs)


def _all_saved() -> str:
    return clauses([*(_("run {run} is saved whole").format(run=run) for run in _runs), *_made])


def _take_back() -> str:
    return _("do not repeat it; `crmkit undo {run}` takes it back").format(run=_runs[-1]) if _runs else ""
