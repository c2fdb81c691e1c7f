"""Who looks after a file, and every move of it (DOMAIN 3)."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from crmkit.records.base import Record

WAYS = ("turn", "load", "district", "hand", "pinned", "recycled")


class Assignment(Record, frozen=True, kw_only=True):
    """A file passed to a staff member."""

    kind: ClassVar[str] = "assignments"
    letter: ClassVar[str] = "A"
    refers: ClassVar[tuple[str, ...]] = ("customer",)
    event: ClassVar[bool] = True

    customer: str
    at: datetime
    to: str  # staff code
    before: str = ""  # staff code of who had it; "" = nobody
    how: str = ""  # one of WAYS
    why: str = ""
    by: str = ""  # staff code of who moved it

    def keys(self) -> Iterator[str]:
        """The customer it belongs to."""
        yield f"ref:{self.customer}"
