"""Quick notes about one customer (备注): what somebody heard or saw, on the day on which it was written down."""

from collections.abc import Iterator
from typing import ClassVar

from crmkit.records.base import Moment, Record


class Note(Record, frozen=True, kw_only=True):
    """One note; the notes in the file itself are what a sheet or an edit brought."""

    kind: ClassVar[str] = "notes"
    letter: ClassVar[str] = "NT"
    refers: ClassVar[tuple[str, ...]] = ("customer",)
    event: ClassVar[bool] = True

    customer: str
    at: Moment
    text: str
    by: str = ""  # staff code of who wrote it

    def keys(self) -> Iterator[str]:
        """The customer it belongs to."""
        yield f"ref:{self.customer}"
