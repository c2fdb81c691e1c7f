"""Where a record is stored: `customers/2026-11.json`, by kind and month of creation, in parts of limited size."""

import re

from crmkit.records import BY_KIND, type_of
from crmkit.records.base import ID_PATTERN

CALENDARS = "calendar"
SHARD_NAME = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{1,6})?\.json")
CALENDAR_NAME = re.compile(r"[0-9]{4}\.json")


def kind_of(identifier: str) -> str | None:
    """The kind of record that an id names, None where it is no id."""
    record_type = type_of(identifier) if ID_PATTERN.fullmatch(identifier) else None
    return record_type.kind if record_type else None


def part_path(kind: str, month: str, part: int) -> str:
    """`customers/2026-11.json` for the first part, `customers/2026-11-2.json` for the second."""
    return f"{kind}/{month}.json" if part == 1 else f"{kind}/{month}-{part}.json"


def month_and_part(path: str) -> tuple[str, int]:
    """("2026-11", 2) for `customers/2026-11-2.json`: the order in which shards were begun."""
    year, month, *part = path.partition("/")[2].removesuffix(".json").split("-")
    return f"{year}-{month}", int(part[0]) if part else 1


def kind_of_file(path: str) -> str:
    """The kind of records in a file of the archive; "" for settings and calendars, and what is no part of it."""
    folder, _slash, name = path.partition("/")
    return folder if folder in BY_KIND and SHARD_NAME.fullmatch(name) else ""


def is_stray(path: str) -> bool:
    """Whether a file lies among the records of a kind without being a shard: what is in it, nothing reads."""
    return path.partition("/")[0] in BY_KIND and not kind_of_file(path)
