"""Marks on the record of a member of staff (员工记录): for better or worse, by hand; those of the rules are derived."""

from collections.abc import Iterator
from typing import ClassVar

from crmkit.records.base import Moment, Record
from crmkit.records.typed import CodedMark

MARKS = ("overcharge", "late-untold", "conduct", "complaint-upheld", "gift", "praise")


class Mark(Record, frozen=True, kw_only=True):
    """One mark, or with `withdraws` that another one does not hold any more; none is ever deleted."""

    kind: ClassVar[str] = "marks"
    letter: ClassVar[str] = "MK"
    refers: ClassVar[tuple[str, ...]] = ("about",)
    event: ClassVar[bool] = True

    staff: str  # code
    at: Moment
    what: CodedMark = ""  # one of MARKS
    about: str = ""  # id of the ticket, visit or complaint that it is about
    note: str = ""
    by: str = ""  # staff code of who wrote it down
    withdraws: str = ""  # the mark that is taken back: its id, or of one of the rules `WHAT:ID`

    def keys(self) -> Iterator[str]:
        """The member of staff."""
        yield f"marks:{self.staff}"
