"""Bulk work shared out: the same work on many pieces, done by a few forked processes, the results in the pieces' order.

A helper is a copy of this process: it knows everything that was there when it was forked, and nothing of it need be
passed on. It works on its share of the pieces and sends what comes of them. What a helper does not deliver, because the
work failed or the helper was killed, is done here: an error is raised as it would be without helpers.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, TypeVar

HELPERS = 4  # at most: whoever takes in the results is one process
GROUP = 16
AHEAD = 1 << 20  # bytes that a helper may be ahead, as far as the system lets it

P = TypeVar("P")
R = TypeVar("R")


def each(work: Callable[[P], R], pieces: Sequence[P], group: int = GROUP) -> Iterator[R]:
    """What `work`, which must change nothing, returns for each of `pieces`, in their order. Raises what it raises.

    There are helpers where there are several processors and pieces enough; the results of `group` pieces are sent
    together.
    """
    groups = [pieces[start : start + group] for start in range(0, len(pieces), group)]
    count = min(os.cpu_count() or 1, HELPERS, len(groups))
    with ExitStack() as stack:
        helpers: list[BinaryIO] = []
        for first in range(count if count > 1 else 0):
            try:
                helpers.append(stack.enter_context(_helper(work, groups[first::count], helpers)))
            except OSError:  # no more processes, or no more files: the share of the others is done here
                break
        for number, some in enumerate(groups):
            found = _received(helpers[number % count]) if number % count < len(helpers) else None
            yield from map(work, some) if found is None else found


@contextmanager
def _helper(work: Callable[[P], R], groups: Sequence[Sequence[P]], others: Sequence[BinaryIO]) -> Iterator[BinaryIO]:
    """A process that does `work` on each of `groups`, and what it sends; it ends at the latest with the block."""
    import pickle
    from socket import SO_SNDBUF, SOL_SOCKET, socketpair

    ours, theirs = socketpair()
    theirs.setsockopt(SOL_SOCKET, SO_SNDBUF, AHEAD)
    answers = ours.makefile("rb")
    ours.close()
    try:
        helper = os.fork()
    except OSError:
        answers.close()
        theirs.close()
        raise
    if helper == 0:
        try:
            for other in (*others, answers):  # else nobody would notice that we have stopped listening
                other.close()
            gc.freeze()  # what came along stays: to look through it again and again finds nothing
            for group in groups:
                theirs.sendall(pickle.dumps([work(piece) for piece in group], pickle.HIGHEST_PROTOCOL))
        finally:
            os._exit(0)  # whatever has happened: what this process was about to do is not done twice
    theirs.close()
    try:
        yield answers
    finally:
        answers.close()
        os.waitpid(helper, 0)


def _received(answers: BinaryIO) -> list[Any] | None:
    """The next results of a helper, None where there are none any more."""
    import pickle

    try:
        found: list[Any] = pickle.load(answers)
    except (EOFError, pickle.UnpicklingError):
        return None
    return found
