"""A bar on the terminal for work that takes long: how much is done, how fast, how long it will still take."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from crmkit.i18n import _

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")
STEP = 200  # items between two looks at the clock
PAUSE = 0.1  # seconds between two pictures


class Bar:
    """A bar that nobody sees: stderr is no terminal, or -q."""

    def stage(self, title: str, total: int = 0) -> None:
        """Begin something else: `total` items, 0 where that is not known."""

    def at(self, position: int) -> None:
        """So many items of this stage are done."""

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """`items`, counted as they go by."""
        yield from items

    def stage_of(self, title: str, items: Sequence[T]) -> Iterator[T]:
        """A stage of its own: `items`, counted as they go by."""
        self.stage(title, len(items))
        return self.each(items)


UNSEEN = Bar()


class _Drawn(Bar):
    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._done = self._total = 0
        self._drawn_at = 0.0  # seconds of the monotonic clock

    def stage(self, title: str, total: int = 0) -> None:
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._done, self._total = 0, total
        self._task = self._progress.add_task(title, total=total or None)
        self._progress.refresh()

    def at(self, position: int) -> None:
        if abs(position - self._done) >= STEP:
            self._done = position
            at_last = position == self._total or time.monotonic() - self._drawn_at >= PAUSE
            self._progress.update(self._task, completed=position, refresh=at_last)
            if at_last:
                self._drawn_at = time.monotonic()

    def each(self, items: Iterable[T]) -> Iterator[T]:
        count = self._done
        for item in items:
            yield item
            count += 1
            self.at(count)


@contextmanager
def bar(*, quiet: bool) -> Iterator[Bar]:
    """A bar on stderr while the block runs, where that is a terminal and not -q."""
    if quiet or not sys.stderr.isatty():
        yield UNSEEN
        return
    with _drawn() as progress:
        yield _Drawn(progress)


@contextmanager
def _drawn() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            done = f"{task.completed:,.0f}"
            return Text(_("{done}, {n} a second").format(done=done, n=f"{task.speed:,.0f}") if task.speed else done)

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), Rate(), TimeRemainingColumn())
    # drawn as the work goes on, not by a thread of its own: Ctrl-C could not be held off there, nor could we fork
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        yield progress
