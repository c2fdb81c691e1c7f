"""What two operators changed differently at the same time, until a person decides."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from crmkit.records.base import ID_PATTERN, Moment, Record, Rule

OPEN = "conflict:open"


class Conflict(Record, frozen=True, kw_only=True):
    """Two values of one field. The record holds `kept` for the time being; `other` is what the other side wrote.

    Its id follows from what it says, so that every clone that makes this merge makes this same conflict.
    """

    kind: ClassVar[str] = "conflicts"
    letter: ClassVar[str] = "X"
    merging: ClassVar[Mapping[str, Rule]] = {"resolved_at": "least", "resolved_by": "least"}

    record: str  # id of the record, or the path of a file that holds no records, such as archive.toml
    field: tuple[str, ...] = ()  # ("address",), ("phones", "+8613900541731", "state"); () = the whole record
    kept: Any = None  # None = nothing; nor is anything kept here of a record changed on one side, removed on the other
    other: Any = None
    at: Moment | None = None  # of the later edit
    resolved_at: Moment | None = None  # when a person decided
    resolved_by: str = ""

    def keys(self) -> Iterator[str]:
        """The record it is about, so that its erasure finds it; while open, the list of conflicts and a reference."""
        yield f"about:{self.record}"
        if self.resolved_at is None:
            yield OPEN
            if ID_PATTERN.match(self.record):
                yield f"ref:{self.record}"
