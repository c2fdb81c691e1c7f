"""Callbacks and visits as a calendar file that a telephone imports (RFC 5545).

Times are UTC, so that no VTIMEZONE is needed. The UID follows from the record's id: a file imported again moves an
event instead of doubling it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from crmkit.core.calling.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.core.planning.callbacks import Work
from crmkit.core.visits.routes import Stop
from crmkit.records import Customer

LENGTH = timedelta(minutes=15)  # of a callback, as the calendar shows it
REMINDER = timedelta(minutes=10)  # before a callback
ON_THE_WAY = timedelta(minutes=60)  # before a visit
WIDTH = 75  # octets of a line, without its CRLF (RFC 5545, 3.1)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class _Event(NamedTuple):
    """One entry of a calendar."""

    id: str
    starts: datetime
    ends: datetime
    customer: Customer
    what: str  # in the operator's language
    details: tuple[str, ...]  # lines below it
    reminder: timedelta
    place: str = ""
    provisional: bool = False


def calendar(
    work: Iterable[Work], now: datetime, earliest: datetime, name: str, label: Callable[[str], str]
) -> str:  # fmt: skip
    """A VCALENDAR called `name` with one event and one reminder per callback; lines end with CRLF.

    What is overdue stands at `earliest`, since nobody looks at the days before. `label` puts a purpose into words.
    """

    def event(item: Work) -> _Event:
        callback, customer = item
        starts = max(callback.due_at, earliest)
        details = (customer.address, item.why(label), label("provisional") if callback.provisional else "")
        return _Event(
            callback.id, starts, starts + LENGTH, customer, label(callback.purpose), details, REMINDER,
            provisional=callback.provisional,
        )  # fmt: skip

    return _document(map(event, work), now, name)


def appointments(stops: Iterable[Stop], now: datetime, name: str, label: Callable[[str], str]) -> str:
    """A VCALENDAR called `name` with one event, its place and one reminder per visit, at its window."""

    def event(stop: Stop) -> _Event:
        visit, errand = stop.visit, stop.errand
        what = label(visit.purpose)
        details = (*errand.bring, visit.note)
        return _Event(visit.id, visit.begins_at, visit.ends_at, stop.customer, what, details, ON_THE_WAY, stop.address)

    return _document(map(event, stops), now, name)


def _document(events: Iterable[_Event], now: datetime, name: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmkit//callbacks//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for event in events:
        lines += _lines(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _lines(event: _Event, now: datetime) -> list[str]:
    phone = dial(event.customer)
    number = identity(phone) if phone else ""
    about = "\n".join(part for part in (number, *event.details, event.id) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{event.id}@crmkit",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(event.starts)}",
        f"DTEND:{_utc(event.ends)}",
        f"SUMMARY:{_text(f'{event.customer.name or number} · {event.what}')}",
        f"DESCRIPTION:{_text(about)}",
        *(["STATUS:TENTATIVE"] if event.provisional else []),
        *([f"LOCATION:{_text(event.place)}"] if event.place else []),
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-PT{int(event.reminder.total_seconds()) // 60}M",
        f"DESCRIPTION:{_text(event.customer.name or number)}",
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
