"""Check-in at an event: which guest comes in by which number, and who sits where (docs.md: Events)."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from crmkit.core import fields
from crmkit.core.events.events import expected, over_at, refuse_cancelled, stands
from crmkit.core.events.invitations import check_companions, refuse_void, taken
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Event, Invitation
from crmkit.records.change import Change

SEATS = re.compile(r"(\D*?)([0-9]{1,4})(?:-\1?([0-9]{1,4}))?", re.IGNORECASE)  # a row, and numbers in it


class Seat(NamedTuple):
    """One seat."""

    row: str  # in lower case; "" where seats are only numbered
    number: int  # 0 for a seat without a number


def enter(
    run: Run, event: Event, guests: Sequence[Invitation], invitation: Invitation, *, companions: int | None = None,
    seat: str = "",
) -> Change:  # fmt: skip
    """The guest with `invitation`, one of `guests` (all of `event`), comes in with `companions` to a `seat`.

    As many companions as announced where none are given. A guest who had declined is let in. Who is in already stays
    in: given companions or a seat are put right. Noted after the event, the guest counts as come when it began. Raises
    InvalidError before the day and where the event is cancelled, for a void invitation, for companions that cannot be,
    for seats that run backwards, and for a seat that another has.
    """
    _refuse_day(run, event)
    before = next(guest for guest in guests if guest.id == invitation.id)
    _refuse_void(before, guests)
    came = (before.companions if before.attended_at is None else before.came) if companions is None else companions
    check_companions(came)
    seat = fields.text(seat) or before.seat
    if seat and not places(seat):
        raise InvalidError(_("{seat} is not a seat").format(seat=seat), _("for example 12, 12-14 or A3"))
    _refuse_taken(before, seat, guests)
    over = run.now >= over_at(event, run.now)
    arrived = before.attended_at or (event.starts_at if over else run.now)
    return _entered(run, before, msgspec.structs.replace(before, attended_at=arrived, came=came, seat=seat))


def _refuse_day(run: Run, event: Event) -> None:
    refuse_cancelled(event)
    day = event.starts_at.astimezone(run.now.tzinfo).date()
    if run.now.date() < day:
        raise InvalidError(
            _("the event {code} is on {day}: nobody can come in today, {today}").format(
                code=event.code, day=day, today=run.now.date()
            ),
            _("was it moved? crmkit event move"),
        )


def _refuse_void(guest: Invitation, guests: Iterable[Invitation]) -> None:
    for other in guests:
        if not stands(guest) and stands(other) and other.customer == guest.customer:
            raise InvalidError(
                _("invitation {number} is void: {reason}").format(number=guest.number, reason=guest.reason),
                _("its guest has another one now: {number}").format(number=other.number),
            )
    refuse_void(guest)


def _refuse_taken(guest: Invitation, seat: str, guests: Iterable[Invitation]) -> None:
    wanted = places(seat)
    for other in guests if wanted else ():
        if other.id != guest.id and other.seat and expected(other) and places(other.seat) & wanted:
            raise InvalidError(_("seat {seat} is that of {number}").format(seat=seat, number=other.number))


def _entered(run: Run, before: Invitation, after: Invitation) -> Change:
    """What became of one guest, with its count and what is to be said."""
    counts = {"attended": 0, "updated": 0, "unchanged": 0}
    notes: tuple[str, ...] = ()
    if before.attended_at is None:
        counts["attended"] = 1
        if before.answer == "declined":
            notes = (_("{number} had declined, and is let in").format(number=before.number),)
    else:
        counts["unchanged" if after == before else "updated"] = 1
        since = before.attended_at.astimezone(run.now.tzinfo)
        notes = (_("{number} is in already, since {when:%H:%M}").format(number=before.number, when=since),)
    changed = (after,) if after != before else ()
    return Change(puts=changed, ids=tuple(one.id for one in changed), counts=counts, notes=notes)


def crowded(event: Event, guests: Iterable[Invitation]) -> str:
    """The sentence that more people are in than `event` has seats; "" where that is not so."""
    sat = taken(guest for guest in guests if guest.attended_at is not None)
    if event.capacity is None or sat <= event.capacity:
        return ""
    return _("{n} people are in, and there are {capacity} seats").format(n=sat, capacity=event.capacity)


def seat_guests(event: Event, guests: Iterable[Invitation]) -> Change:
    """Seats for expected guests without one, next to their companions, in order of invitation numbers.

    A guest with a seat keeps it. A note says for how many no seat is left.
    """
    waiting = sorted((g for g in guests if expected(g)), key=lambda guest: guest.number)
    occupied: set[Seat] = set().union(*(places(guest.seat) for guest in waiting))
    seated: list[Invitation] = []
    without = 0
    for guest in (g for g in waiting if not g.seat):
        size = 1 + (guest.companions if guest.attended_at is None else guest.came)
        first = _first_free(occupied, size)
        if event.capacity is not None and first + size - 1 > event.capacity:
            without += size
            continue
        seat = str(first) if size == 1 else f"{first}-{first + size - 1}"
        occupied |= places(seat)
        seated.append(msgspec.structs.replace(guest, seat=seat))
    note = _("no seats left side by side for {n} people").format(n=without)
    return Change(
        puts=tuple(seated),
        ids=tuple(guest.id for guest in seated),
        counts={"seated": len(seated), "unchanged": sum(bool(guest.seat) for guest in waiting)},
        notes=(note,) if without else (),
    )


def by_seat(guest: Invitation) -> tuple[bool, str, int, str]:
    """Sorts guests by row and seat, those without a row first, those without a seat last in order of numbers."""
    return not guest.seat, *min(places(guest.seat), default=("", 0)), guest.number


def places(seat: str) -> set[Seat]:
    """The single seats that `seat` names: "12-14" is three, "A3-4" and "a3-A4" the same two, "" and "14-12" none."""
    found = SEATS.fullmatch(seat)
    if found is None:
        return {Seat(seat.casefold(), 0)} if seat else set()
    row, first, last = found[1].casefold(), int(found[2]), int(found[3] or found[2])
    return {Seat(row, number) for number in range(first, last + 1)}


def _first_free(occupied: set[Seat], size: int) -> int:
    first = 1
    while occupied & {Seat("", number) for number in range(first, first + size)}:
        first += 1
    return first
