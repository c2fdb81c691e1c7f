"""Who goes, and in which half of which day (派工): called in the morning, there in the afternoon (docs.md: Tickets)."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.dates import parse_day, parse_moment
from crmkit.core.calendar.hours import Calendar, Opening
from crmkit.core.run import Run
from crmkit.core.tickets.course import OPEN, Course
from crmkit.core.visits import outcomes
from crmkit.core.visits.visits import Window
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, Staff, Step, Visit
from crmkit.records.change import Change

GOING = ("technician", "dealer")  # roles of those who are sent
TAKEN = ("", "done")  # states of a visit that take room; what was cancelled or missed gives it back
SEARCHED = 14  # days in which a free half is looked for
_SLOT = re.compile(r"(.*?)\s*(am|pm|上午|下午)")
_DAY = timedelta(days=1)


class HalfDay(NamedTuple):
    """Half a day."""

    day: date
    half: str  # am or pm

    def __str__(self) -> str:
        return f"{self.day}{self.half}"


class Proposal(NamedTuple):
    """Somebody who could go, and how far they are booked then."""

    slot: HalfDay
    by: str  # staff code
    near: str  # district, city or branch: how near they are
    booked: int  # units of that half day
    capacity: int  # units that can still be taken that day


def window(run: Run, slot: HalfDay) -> Window:
    """From when until when somebody is expected in that half of the day."""
    first, last = _hours(run, slot.half)
    midnight = datetime.combine(slot.day, time(), run.now.tzinfo)
    return Window(midnight + timedelta(minutes=first), midnight + timedelta(minutes=last))


def first_slot(run: Run, calendar: Calendar, reported: datetime) -> HalfDay:
    """The half day for what is reported then: before noon the same afternoon, else the next morning."""
    local = reported.astimezone(run.now.tzinfo)
    if local.hour < 12 and _goes(run, calendar, local.date()):
        return HalfDay(local.date(), "pm")
    return HalfDay(_next_day(run, calendar, local.date() + _DAY), "am")


def after(run: Run, calendar: Calendar, slot: HalfDay) -> HalfDay:
    """The half day after `slot`."""
    return HalfDay(slot.day, "pm") if slot.half == "am" else HalfDay(_next_day(run, calendar, slot.day + _DAY), "am")


def parse(run: Run, typed: str) -> HalfDay:
    """A half day as typed: 2026-11-16pm, `tomorrow am`, 明天下午. Raises InvalidError."""
    match = _SLOT.fullmatch(typed.strip().lower())
    if match is None:
        raise InvalidError(
            _("'{text}' is not half a day").format(text=typed),
            _("write for example 2026-11-16pm or `tomorrow am`"),
            field="slot",
        )
    half = {"上午": "am", "下午": "pm"}.get(match[2], match[2])
    return HalfDay(parse_day(match[1], run.now) if match[1] else run.now.date(), half)


def half_day(run: Run, typed: str) -> HalfDay:
    """The half day of a time as typed. Raises InvalidError."""
    moment = parse_moment(typed, run.now)
    return HalfDay(moment.date(), "am" if moment.hour < 12 else "pm")


def settled(run: Run, after: Course, steps: Iterable[Step], visits: Iterable[Visit]) -> Change:
    """What the new `steps` of a ticket mean for its `visits` that nobody began.

    Whoever worked there was there: the visit is made, the last one that fits. What is over needs no other visit: those
    are cancelled, and said.
    """
    waiting = [one for one in visits if not one.state and one.started_at is None]
    made: dict[str, Visit] = {}
    for step in steps:
        there = [one for one in waiting if _at(run, one, step)]
        if there:
            visit = max(there, key=lambda one: one.begins_at)
            known = _day(run, step.at) == _day(run, visit.begins_at)  # else it was written down on a later day
            made[visit.id] = outcomes.made(visit, step.at if known else None)
    gone = [one for one in waiting if one.id not in made] if after.now.state not in OPEN else []
    said = _("{visit} is cancelled: {id} needs no visit any more")
    return Change(
        puts=(
            *made.values(),
            *(msgspec.structs.replace(one, state="cancelled", reason=after.ticket.id) for one in gone),
        ),
        notes=tuple(said.format(visit=one.id, id=after.ticket.id) for one in gone),
    )


def _at(run: Run, visit: Visit, step: Step) -> bool:
    """Whether `step` was taken at `visit`: not before its time, or that day by whoever was to come."""
    if step.what not in ("work", "solve", "replace") or step.codes.get("how") in ("phone", "shop"):
        return False
    agreed = visit.created_at is None or step.at >= visit.created_at
    early = agreed and step.by == visit.by and _day(run, step.at) == _day(run, visit.begins_at)
    return early or step.at >= visit.begins_at


def _day(run: Run, moment: datetime) -> date:
    return moment.astimezone(run.now.tzinfo).date()


def units(visit: Visit) -> int:
    """How much of a person's day a visit takes."""
    return max(visit.units, 1)


def proposals(
    run: Run, calendar: Calendar, customer: Customer, staff: Iterable[Staff], booked: Callable[[date], Iterable[Visit]],
    slot: HalfDay, wanted: int = 1, purpose: str = "repair",
) -> list[Proposal]:  # fmt: skip
    """Who could go in the first half day from `slot` on in which somebody has room, the best first.

    Nearest first (same district, then city, then branch), then who has the fewest units in that half, then by code.
    """
    going = [one for one in staff if not one.left and set(GOING) & set(one.roles)]
    for _n in range(SEARCHED * 2):
        visits = [one for one in booked(slot.day) if one.state in TAKEN]
        found = [
            Proposal(slot, one.code, near, _of_half(run, visits, one.code, slot), room)
            for one in going
            if (near := nearness(one, customer))
            if (room := left(run, one, visits, purpose)) >= wanted
        ]
        if found:
            return sorted(found, key=lambda one: (NEAR.index(one.near), one.booked, one.by))
        slot = after(run, calendar, slot)
    return []


NEAR = ("district", "city", "branch")


def nearness(staff: Staff, customer: Customer) -> str:
    """One of NEAR; "" for a dealer who serves other places, or of whom nobody knows which."""
    served = {name for name in (staff.district, *staff.districts) if name}
    if customer.district and customer.district in served:
        return "district"
    if staff.city and staff.city in (customer.address or ""):
        return "city"
    return "" if "dealer" in staff.roles else "branch"


def left(run: Run, staff: Staff, visits: Iterable[Visit], purpose: str) -> int:
    """The units that somebody has left of a day with `visits`; some are kept for repairs (`dispatch.reserve_units`)."""
    capacity = staff.units_per_day or run.settings.dispatch.units_per_day
    taken = sum(units(one) for one in visits if one.by == staff.code and one.state in TAKEN)
    return capacity - taken - (0 if purpose == "repair" else run.settings.dispatch.reserve_units)


def must_fit(run: Run, staff: Staff, visits: Iterable[Visit], purpose: str, wanted: int, over: str) -> None:
    """Raise CrmkitError where somebody has no room left that day and nobody says why they go all the same."""
    room = left(run, staff, visits, purpose)
    if room < wanted and not over.strip():
        raise CrmkitError(
            _("{code} has room for {room} units that day, not {wanted}").format(
                code=staff.code, room=max(room, 0), wanted=wanted
            ),
            _("another person or half day: crmkit dispatch suggest; all the same: --over REASON"),
        )


def must_be_reachable(staff: Staff) -> None:
    """Raise InvalidError for a dealer of whom nobody knows which places they serve."""
    if "dealer" in staff.roles and not (staff.district or staff.districts or staff.city):
        raise InvalidError(
            _("dealer {code} has no district and no city").format(code=staff.code),
            _("crmkit staff edit {code} --set districts=...").format(code=staff.code),
        )


def _of_half(run: Run, visits: Sequence[Visit], code: str, slot: HalfDay) -> int:
    begins, ends = window(run, slot)
    return sum(units(one) for one in visits if one.by == code and begins <= one.begins_at < ends)


def _hours(run: Run, half: str) -> tuple[int, int]:
    dispatch = run.settings.dispatch
    text = dispatch.morning if half == "am" else dispatch.afternoon
    return Opening.parse([text.replace(" ", "")], f"dispatch.{'morning' if half == 'am' else 'afternoon'}").ranges[0]


def _goes(run: Run, calendar: Calendar, day: date) -> bool:
    return run.settings.dispatch.days == "all" or calendar.is_workday(day)


def _next_day(run: Run, calendar: Calendar, day: date) -> date:
    return day if run.settings.dispatch.days == "all" else calendar.next_workday(day)
