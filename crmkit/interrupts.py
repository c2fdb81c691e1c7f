"""Ctrl-C between two commits, never in one: what is being saved is saved whole, and git records it in peace.

SIGINT is blocked rather than handled: programs that are started meanwhile inherit that, and a terminal sends the signal
to them as well.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crmkit.errors import StoppedError
from crmkit.i18n import _


@contextmanager
def held_off() -> Iterator[None]:
    """Ctrl-C waits for the end of the block, or of the outermost of such blocks, where it raises KeyboardInterrupt."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def saving() -> Iterator[Callable[[str], None]]:
    """As `held_off`, for a block that says by name which run it has saved; StoppedError then tells the operator."""
    runs: list[str] = []
    try:
        with held_off():
            yield runs.append
    except KeyboardInterrupt:
        if not any(runs):
            raise
        raise StoppedError(
            _("interrupted; run {run} is saved whole").format(run=runs[-1]),
            _("`crmkit undo {run}` takes it back").format(run=runs[-1]),
        ) from None
