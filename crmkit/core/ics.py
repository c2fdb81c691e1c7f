"""Callbacks as a calendar file that a telephone imports (RFC 5545).

Times are UTC, so that no VTIMEZONE is needed. The UID follows from the callback's id: a file imported again moves an
event instead of doubling it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from crmkit.core.callbacks import Work
from crmkit.core.reach import dial

LENGTH = timedelta(minutes=15)  # of the event, as the calendar shows it
REMINDER = timedelta(minutes=10)  # before it
WIDTH = 75  # octets of a line, without its CRLF (RFC 5545, 3.1)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def calendar(
    work: Iterable[Work], now: datetime, earliest: datetime, name: str, label: Callable[[str], str]
) -> str:  # fmt: skip
    """A VCALENDAR called `name` with one event and one reminder per callback; lines end with CRLF.

    What is overdue stands at `earliest`, since nobody looks at the days before. `label` puts a purpose into words.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmkit//callbacks//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for item in work:
        lines += _event(item, now, max(item.callback.due_at, earliest), label)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(item: Work, now: datetime, start: datetime, label: Callable[[str], str]) -> list[str]:
    callback, customer = item
    phone = dial(customer)
    number = phone.e164 + (f"-{phone.ext}" if phone.ext else "") if phone else ""
    about = "\n".join(part for part in (number, customer.address, item.why(label), callback.id) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{callback.id}@crmkit",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + LENGTH)}",
        f"SUMMARY:{_text(f'{customer.name or number} · {label(callback.purpose)}')}",
        f"DESCRIPTION:{_text(about)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-PT{int(REMINDER.total_seconds()) // 60}M",
        f"DESCRIPTION:{_text(customer.name or number)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11)."""
    escaped = re.sub(r"([\\;,])", r"\\\1", value.replace("\r\n", "\n"))
    return _CONTROL.sub("", escaped).replace("\n", "\\n")


def _folded(line: str) -> str:
    """`line` in pieces of at most WIDTH octets; no character is split between two."""
    pieces = [""]
    octets = 0
    for character in line:
        size = len(character.encode())
        if octets + size > WIDTH:
            pieces.append("")
            octets = 1  # the space that begins a continued line
        pieces[-1] += character
        octets += size
    return "\r\n ".join(pieces)
