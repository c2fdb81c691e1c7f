"""Who looks after a file, and every move of it (core/docs.md, "Assignment")."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded
from crmkit.records.work import utc_key

CAUSES = ("left", "no-sale")
WAYS = ("turn", "load", "district", "hand", "pinned", "recycled")


class Assignment(Record, frozen=True, kw_only=True):
    """A file passed to a staff member, or taken from one."""

    kind: ClassVar[str] = "assignments"
    letter: ClassVar[str] = "A"
    refers: ClassVar[tuple[str, ...]] = ("customer",)
    event: ClassVar[bool] = True
    merging: ClassVar[Mapping[str, Rule]] = {  # recycled by both
        "at": "least", "by": "later", "why": "later", "cause": "later", "since": "later",
    }  # fmt: skip

    customer: str
    at: Moment
    to: str  # staff code; "" = nobody any more
    before: str = ""  # staff code of who had it; "" = nobody
    how: Coded = ""  # one of WAYS
    why: str = ""  # as somebody gave it
    cause: str = ""  # one of CAUSES, where nobody gave a reason
    since: date | None = None  # with no-sale: the day of the last sale, or of the assignment
    by: str = ""  # staff code of who moved it

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, and when."""
        yield f"ref:{self.customer}"
        yield f"assigned:{utc_key(self.at)}"
