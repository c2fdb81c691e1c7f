"""Check-in at an event: which guest comes in by which number, and who sits where (docs.md: Events)."""

import re
from collections.abc import Iterable
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


class CheckInBatch:
    """Checking in the guests of one event; each sees those before it."""

    def __init__(self, run: Run, event: Event, guests: Iterable[Invitation]) -> None:
        """`guests` are all invitations of `event`. Raises InvalidError before its day and where it is cancelled."""
        refuse_cancelled(event)
        day = event.starts_at.astimezone(run.now.tzinfo).date()
        if run.now.date() < day:
            raise InvalidError(
                _("the event {code} is on {day}: nobody can come in today, {today}").format(
                    code=event.code, day=day, today=run.now.date()
                ),
                _("was it moved? crmkit event move"),
            )
        self.run = run
        self.event = event
        self.guests = {guest.id: guest for guest in guests}
        self._changed: dict[str, Invitation] = {}
        self._counts = {"attended": 0, "updated": 0, "unchanged": 0}
        self._notes: list[str] = []

    def enter(self, invitation: Invitation, *, companions: int | None = None, seat: str = "") -> Invitation:
        """The guest with `invitation`, one of `guests`, comes in with `companions` (None = as announced) to a `seat`.

        A guest who had declined is let in. For one who is in already, companions or seat are corrected. Entered after
        the event, the time of arrival is its start. Raises InvalidError for a void invitation, for companions that
        cannot be, for seats that run backwards, and for a seat that another has.
        """
        before = self.guests[invitation.id]
        self._refuse_void(before)
        came = (before.companions if before.attended_at is None else before.came) if companions is None else companions
        check_companions(came)
        seat = fields.text(seat) or before.seat
        if seat and not places(seat):
            raise InvalidError(_("{seat} is not a seat").format(seat=seat), _("for example 12, 12-14 or A3"))
        self._refuse_taken(before, seat)
        over = self.run.now >= over_at(self.event, self.run.now)
        arrived = before.attended_at or (self.event.starts_at if over else self.run.now)
        after = msgspec.structs.replace(before, attended_at=arrived, came=came, seat=seat)
        self._tell(before, after)
        self.guests[after.id] = after
        if after != before:
            self._changed[after.id] = after
        return after

    def change(self) -> Change:
        """Everybody who came in so far as one change."""
        notes = [*self._notes]
        capacity, sat = self.event.capacity, taken(g for g in self.guests.values() if g.attended_at is not None)
        if capacity is not None and sat > capacity:
            notes.append(_("{n} people are in, and there are {capacity} seats").format(n=sat, capacity=capacity))
        return Change(
            puts=tuple(self._changed.values()), ids=tuple(self._changed), counts=dict(self._counts), notes=tuple(notes)
        )

    def _refuse_void(self, guest: Invitation) -> None:
        for other in self.guests.values():
            if not stands(guest) and stands(other) and other.customer == guest.customer:
                raise InvalidError(
                    _("invitation {number} is void: {reason}").format(number=guest.number, reason=guest.reason),
                    _("its guest has another one now: {number}").format(number=other.number),
                )
        refuse_void(guest)

    def _refuse_taken(self, guest: Invitation, seat: str) -> None:
        for other in self.guests.values():
            if other.id != guest.id and expected(other) and places(other.seat) & places(seat):
                raise InvalidError(_("seat {seat} is that of {number}").format(seat=seat, number=other.number))

    def _tell(self, before: Invitation, after: Invitation) -> None:
        if before.attended_at is None:
            self._counts["attended"] += 1
            if before.answer == "declined":
                self._notes.append(_("{number} had declined, and is let in").format(number=before.number))
            return
        self._counts["unchanged" if after == before else "updated"] += 1
        since = before.attended_at.astimezone(self.run.now.tzinfo)
        self._notes.append(_("{number} is in already, since {when:%H:%M}").format(number=before.number, when=since))


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
