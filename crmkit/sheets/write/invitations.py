"""Invitations (请柬) to print: six on an A4 page, each with cut lines and a QR code of its number."""

from collections.abc import Sequence
from datetime import datetime

from crmkit.core.calling.callsheet import addressed, unknown_sex
from crmkit.core.events.events import over_at
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records import Customer, Event, Invitation
from crmkit.records.settings import Settings
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.cells import lines
from crmkit.sheets.write.slips import Slip, SlipLayout, add_slips

LAYOUT = SlipLayout(
    across=2,
    down=3,
    widths=(8.5, 24, 17),  # label, value, QR code
    heights=(16, 24, 22, 30, 24, 18, 16, 32, 34, 16, 22),
    spans=((1, 3), (2, 3), (3, 3), (4, 3), (5, 2), (11, 3)),
    qr_row=4,
)
GREY = "7F7F7F"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTHING = ("", "value")
SIZES = {"lines": 10.0, "fine lines": 8.0, "finest lines": 6.5}  # points; what is long is printed small, not cut
LEADING = 1.3  # height of a line for the size of its letters
PLACE, ROUTE = 7, 8  # rows


def invitation_pages(
    event: Event, guests: Sequence[tuple[Invitation, Customer]], settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """The invitations as a workbook, a sheet for each page, in the language in use."""
    book = Workbook(title=_("Invitation"), font=settings.report.font, made_at=made_at)
    book.style("branch", size=9, color=GREY, shrink=True, align="center")
    book.style("title", size=18, bold=True, align="center")
    book.style("guest", size=13, bold=True, shrink=True, align="left", indent=1)
    book.style("sentence", size=11, wrap=True, align="left", indent=1)
    book.style("number", size=13, bold=True, shrink=True, align="left", indent=1)
    book.style("label", size=8, color=GREY, shrink=True, align="left", indent=1)
    book.style("value", size=10, shrink=True, align="left")
    book.style("strong", size=11, bold=True, shrink=True, align="left")
    for style, size in SIZES.items():
        book.style(style, size=size, wrap=True, align="left")
    book.style("small", size=8, wrap=True, align="left", indent=1)
    slips = [Slip(_rows(event, guest, person, settings, made_at), guest.number) for guest, person in guests]
    add_slips(book, slips, LAYOUT)
    return book


def when(event: Event, now: datetime) -> str:
    """The time of `event` as guests read it, in the zone of `now`; its end where that is known and on the same day."""
    begins = event.starts_at.astimezone(now.tzinfo)
    ends = over_at(event, now).astimezone(now.tzinfo)
    text = _("{weekday} {start.day} {start:%B} {start.year}, {start:%H:%M}").format(
        start=begins, weekday=_(WEEKDAYS[begins.weekday()])
    )
    return f"{text}–{ends:%H:%M}" if event.ends_at is not None and ends.date() == begins.date() else text


def _rows(
    event: Event, guest: Invitation, person: Customer, settings: Settings, now: datetime
) -> list[list[tuple[str, str]]]:  # fmt: skip
    """The cells of an invitation, row by row, as (text, style)."""
    name = event.name or label(event.event_kind) or event.code
    hotline = _("Questions: {phone}").format(phone=settings.card.hotline) if settings.card.hotline else ""
    cells: list[tuple[tuple[str, str], ...]] = [
        ((settings.archive.name, "branch"),),
        ((_("Invitation"), "title"),),
        ((_dear(person, now), "guest"),),
        ((_("we cordially invite you to: {event}").format(event=name) + _companions(guest), "sentence"),),
        ((guest.number, "number"),),
        ((_("Time"), "label"), (when(event, now), "value")),
        ((_("Seat"), "label"), (guest.seat, "strong")),
        ((_("Place"), "label"), (event.place, _size(event.place, PLACE))),
        ((_("Route"), "label"), (event.route, _size(event.route, ROUTE))),
        ((_("Speaker"), "label") if event.speaker else NOTHING, (event.speaker, "value")),
        (("\n".join([_("Entry is by the number above: please bring this invitation."), hotline]).strip(), "small"),),
    ]
    return [[*line, *[NOTHING] * (len(LAYOUT.widths) - len(line))] for line in cells]


def _dear(person: Customer, now: datetime) -> str:
    """The form of address, one for both sexes where it is not known whose the name is."""
    if unknown_sex(person):
        return _("Dear Ms or Mr {name},").format(name=person.name)
    return _("Dear {name},").format(name=addressed(person, now.date()))


def _size(text: str, row: int) -> str:
    """The style of SIZES, the largest or else the smallest, in which `text` fits into that row beside the QR code."""
    room, height = LAYOUT.widths[1], LAYOUT.heights[row]
    fitting = (
        style
        for style, size in SIZES.items()
        if lines(text, room * SIZES["lines"] / size - 1) * size * LEADING <= height
    )
    return next(fitting, "finest lines")


def _companions(guest: Invitation) -> str:
    return _(" (companions: {n})").format(n=guest.companions) if guest.companions else ""
