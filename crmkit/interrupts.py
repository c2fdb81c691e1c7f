"""Ctrl-C between two commits, never in one: what is being saved is saved whole, and git records it in peace.

SIGINT is blocked rather than handled: programs that are started meanwhile inherit that, and a terminal sends the signal
to them as well.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from crmkit.errors import StoppedError
from crmkit.i18n import _

_saved: list[str] = []  # the runs that the command has saved


@contextmanager
def held_off() -> Iterator[None]:
    """Ctrl-C waits for the end of the block, or of the outermost of such blocks, where it raises KeyboardInterrupt."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def forget() -> None:
    """A command begins: nothing of it is saved yet."""
    _saved.clear()


def saved(run: str) -> None:
    """Note that `run` is saved whole."""
    _saved.append(run)


def stopped() -> StoppedError:
    """What Ctrl-C came to, whenever it arrived: the run that was saved by then, if any."""
    if not _saved:
        return StoppedError(_("interrupted before anything of this run was saved"))
    return StoppedError(
        _("interrupted; run {run} is saved whole").format(run=_saved[-1]),
        _("`crmkit undo {run}` takes it back").format(run=_saved[-1]),
    )
