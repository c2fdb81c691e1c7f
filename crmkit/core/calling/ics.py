"""Callbacks and visits as a calendar file that a telephone imports (RFC 5545).

Times are UTC, so no VTIMEZONE is needed. The UID follows from the record's id: importing again moves an event, and adds
no second one. SEQUENCE rises with every change, or calendars would keep the old event. What was cancelled is sent once
more as CANCELLED, or the telephone would still ring (RFC 5546).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from crmkit.core.callbacks import Work
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.core.visits.routes import Stop
from crmkit.records import Customer, Record

SENT_AGAIN = timedelta(days=7)  # so long what changed is sent once more: whoever imports once a week gets it
LENGTH = timedelta(minutes=15)  # of a callback, as the calendar shows it
REMINDER = timedelta(minutes=10)  # before a callback
ON_THE_WAY = timedelta(minutes=60)  # before a visit
WIDTH = 75  # octets of a line, without its CRLF (RFC 5545, 3.1)

_LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # what some reader or other takes for one
_UNSEEN = re.compile(  # controls, what turns the writing about, what takes no room, halves of characters
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"  # which joins emoji
)


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
    sequence: int = 0
    cancelled: bool = False
    provisional: bool = False


def calendar(
    work: Iterable[Work], now: datetime, earliest: datetime, name: str, label: Callable[[str], str],
    *, gone: Iterable[Work] = (),
) -> str:  # fmt: skip
    """A VCALENDAR called `name` with one event and one reminder per callback; "" for none. Lines end with CRLF.

    What is overdue is shown at `earliest`: nobody looks at past days. `label` puts a purpose into words.
    `gone` are not made any more.
    """

    def event(item: Work, cancelled: bool = False) -> _Event:
        callback, customer = item
        starts = max(callback.due_at, earliest)
        details = (customer.address, item.why(label), label("provisional") if callback.provisional else "")
        shown = (now,) if starts > callback.due_at else ()  # which moves it from day to day
        return _Event(
            callback.id, starts, starts + LENGTH, customer, label(callback.purpose), details, REMINDER,
            sequence=sequence(callback, customer, *shown), cancelled=cancelled, provisional=callback.provisional,
        )  # fmt: skip

    return _document([*map(event, work), *(event(item, True) for item in gone)], now, name)


def appointments(
    stops: Iterable[Stop], now: datetime, name: str, label: Callable[[str], str], *, gone: Iterable[Stop] = ()
) -> str:
    """A VCALENDAR called `name` with one event, its place and one reminder per visit, at its window; "" for none."""

    def event(stop: Stop, cancelled: bool = False) -> _Event:
        visit, errand = stop.visit, stop.errand
        details = (*errand.bring, visit.note)
        return _Event(
            visit.id, visit.begins_at, visit.ends_at, stop.customer, label(visit.purpose), details, ON_THE_WAY,
            stop.address, sequence(visit, stop.customer), cancelled,
        )  # fmt: skip

    return _document([*map(event, stops), *(event(stop, True) for stop in gone)], now, name)


def changed(now: datetime, record: Record) -> bool:
    """Whether `record` changed lately, after it was written: a telephone may have it as it was."""
    created, updated = record.created_at, record.updated_at
    return created is not None and updated is not None and updated > max(created, now - SENT_AGAIN)


def rings(now: datetime, record: Record, starts: datetime) -> bool:
    """Whether a telephone still rings for `record`, closed since: at `starts`, or, if that is past, later today."""
    return starts > now or (record.updated_at is not None and record.updated_at.date() >= now.date())


def sequence(record: Record, person: Customer, *others: datetime) -> int:
    """SEQUENCE: the seconds from when `record` was written until it changed last, and until the person's file did.

    The two are added, so that a change of either makes it greater. `others` are further moments of a change.
    """
    written = record.created_at
    if written is None:
        return 0
    own = max(written, *(moment for moment in (record.updated_at, *others) if moment is not None))
    return int((own - written + max(timedelta(0), (person.updated_at or written) - written)).total_seconds())


def _document(events: Sequence[_Event], now: datetime, name: str) -> str:
    if not events:  # a calendar holds something (RFC 5545, 3.6): telephones refuse one that does not
        return ""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmkit//callbacks//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for event in events:
        lines += _lines(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _lines(event: _Event, now: datetime) -> list[str]:
    head = [
        "BEGIN:VEVENT",
        f"UID:{event.id}@crmkit",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(event.starts)}",
        f"DTEND:{_utc(event.ends)}",
        f"SEQUENCE:{event.sequence}",
    ]
    if event.cancelled:  # whom it was about is nobody's concern any more
        return [*head, "STATUS:CANCELLED", f"SUMMARY:{_text(event.what)}", "END:VEVENT"]
    phone = dial(event.customer)
    number = identity(phone) if phone else ""
    about = "\n".join(part for part in (number, *event.details, event.id) if part)
    return [
        *head,
        f"STATUS:{'TENTATIVE' if event.provisional else 'CONFIRMED'}",
        f"SUMMARY:{_text(f'{event.customer.name or number} · {event.what}')}",
        f"DESCRIPTION:{_text(about)}",
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
    seen = _UNSEEN.sub("", _LINE_END.sub("\n", value))
    return re.sub(r"([\\;,])", r"\\\1", seen).replace("\n", "\\n")


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
