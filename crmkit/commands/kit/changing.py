"""The walk of a command that makes one change: open the archive to write, decide, commit, print."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from crmkit.commands.kit.common import get_session, written
from crmkit.records.change import Change

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive
    from crmkit.core.run import Run


@contextmanager
def changing(
    ctx: typer.Context, command: str, dry_run: bool, fmt: str
) -> Iterator[tuple["Archive", "Run", Callable[[Change], None]]]:
    """The archive, the run, and what takes the one change that the block decides on; `command` is "noun verb".

    At the end of the block the change is committed, and what it did is printed. For commands that tell no more.
    """
    session = get_session(ctx)
    decided: list[Change] = []
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        yield archive, run, decided.append
        (change,) = decided
        done = session.commit(archive, run, change, command)
    written(session, done, fmt)
