"""The keys by which imported rows are known again, in the same or another file.

The key is a hash of what a row says, of the sheet's site, collector, date and source, and of how many equal rows stood
above it: the same row again changes nothing, and two equal rows are two.
"""

import hashlib
from collections import Counter
from collections.abc import Callable

LENGTH = 24  # hexadecimal digits


class RowKeys:
    """Gives the rows of one file their keys, in their order."""

    def __init__(self, taken: Callable[[str], bool] = lambda key: False) -> None:
        """`taken(key)` says whether a row was taken in before."""
        self.taken = taken
        self._equal_rows = Counter[str]()

    def have(self, content: str) -> bool:
        """Whether a row that says `content` was taken in before: most likely the row in hand is that one."""
        return self.taken(_key(content, 1))

    def next(self, content: str) -> str:
        """The key of the next row, which says `content`."""
        first = _key(content, 1)
        self._equal_rows[first] += 1
        number = self._equal_rows[first]
        return first if number == 1 else _key(content, number)


def _key(content: str, number: int) -> str:
    return hashlib.sha256(f"{content}\x1f{number}".encode()).hexdigest()[:LENGTH]
