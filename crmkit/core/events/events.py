"""Events (会议): add, edit, move, cancel; the states of events and invitations (docs.md: Events)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

import msgspec

from crmkit.core import fields
from crmkit.core.calendar.dates import time_of_day
from crmkit.core.numbers.invitation_numbers import event_code
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records import Event, Invitation, Order
from crmkit.records.change import Change
from crmkit.records.event import EVENT_KINDS

STATES = ("coming", "held", "cancelled")
GUEST_STATES = ("invited", "delivered", "accepted", "declined", "attended", "absent", "void")


READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "kind": fields.choice(*EVENT_KINDS),
    "place": fields.text,
    "capacity": fields.quantity,
    "route": fields.text,
    "speaker": fields.text,
    "target_old": fields.whole,
    "target_new": fields.whole,
    "weather": fields.text,
    "note": fields.text,
}


def add(
    run: Run, code: str, typed: Mapping[str, str], starts_at: datetime, ends_at: datetime | None = None, *,
    taken: Iterable[Event] = (), past: bool = False,
) -> Change:  # fmt: skip
    """A new event from what was typed for each of READERS; empty values are left out.

    `taken` are the events that have this code already: a code belongs to one event. A time in the past is refused
    unless `past`. Raises InvalidError, CrmkitError.
    """
    code = event_code(code)
    for other in taken:
        raise CrmkitError(
            _("{code} is taken: {id} has it").format(code=code, id=other.id),
            _("invitations bear the code, so each event has its own: for example {code}B").format(code=code[:7]),
        )
    if not past:
        _refuse_past(run, starts_at, _("an event that was held already is added with --past"))
    _refuse_turned(starts_at, ends_at)
    blank = Event(id=run.id_for(Event), code=code, starts_at=starts_at, ends_at=ends_at)
    event = fields.assign(blank, [f"{name}={value}" for name, value in typed.items() if value], (), READERS)
    return Change(puts=(event,), ids=(event.id,), counts={"added": 1})


def edit(event: Event, sets: Iterable[str], unsets: Iterable[str]) -> Change:
    """`event` with fields of READERS changed, but not its code; its time is changed by `move`. Raises InvalidError."""
    changed = fields.assign(event, sets, unsets, READERS)
    return Change(puts=(changed,), ids=(event.id,), counts={"updated": int(changed != event)})


def move(
    run: Run, event: Event, starts_at: datetime, ends_at: datetime | None, guests: Sequence[Invitation]
) -> Change:  # fmt: skip
    """`event` at another time, as long as before unless `ends_at` says otherwise.

    A note says how many of the `guests` have to be told. Raises InvalidError for a time that is past, and for an
    event that is over or cancelled.
    """
    must_be_coming(event, run.now)
    if ends_at is None and event.ends_at is not None:
        ends_at = starts_at + (event.ends_at - event.starts_at)
    _refuse_past(run, starts_at, _("today is {today}").format(today=run.now.date()))
    _refuse_turned(starts_at, ends_at)
    moved = msgspec.structs.replace(event, starts_at=starts_at, ends_at=ends_at)
    return Change(puts=(moved,), ids=(event.id,), counts={"moved": int(moved != event)}, notes=_to_tell(event, guests))


def cancel(run: Run, event: Event, reason: str, guests: Sequence[Invitation]) -> Change:
    """`event` does not take place; a note says how many of the `guests` have to be told.

    Raises InvalidError without a reason, and for an event that is over or cancelled.
    """
    must_be_coming(event, run.now)
    if not reason.strip():
        raise InvalidError(_("an event is cancelled only with a reason"), _('say why: --reason "hall not free"'))
    gone = msgspec.structs.replace(event, cancelled_at=run.now, reason=fields.text(reason))
    return Change(puts=(gone,), ids=(event.id,), counts={"cancelled": 1}, notes=_to_tell(event, guests))


def over_at(event: Event, now: datetime) -> datetime:
    """When `event` is over: at its end, else with the day on which it starts, in the zone of `now`."""
    if event.ends_at is not None:
        return event.ends_at
    day = event.starts_at.astimezone(now.tzinfo).date()
    return datetime.combine(day + timedelta(days=1), time(), now.tzinfo)


def state_on(event: Event, now: datetime) -> str:
    """One of STATES; an event that is going on is still `coming`."""
    if event.cancelled_at is not None:
        return "cancelled"
    return "held" if now >= over_at(event, now) else "coming"


def must_be_coming(event: Event, now: datetime) -> None:
    """Raises InvalidError for an event that is cancelled or over."""
    refuse_cancelled(event)
    if state_on(event, now) == "held":
        raise InvalidError(
            _("the event {code} is over: it was on {day}").format(code=event.code, day=_day(event, now)),
            _("what happened there is recorded with `crmkit event checkin` and `crmkit order add --event`"),
        )


def refuse_cancelled(event: Event) -> None:
    """Raises InvalidError for an event that is cancelled."""
    if event.cancelled_at is not None:
        raise InvalidError(_("the event {code} is cancelled: {reason}").format(code=event.code, reason=event.reason))


def state_of(invitation: Invitation, event: Event, now: datetime) -> str:
    """One of GUEST_STATES. Declined: declined and did not come; absent: did not come without having declined."""
    if invitation.state == "void":
        return "void"
    if invitation.attended_at is not None:
        return "attended"
    if invitation.answer == "declined":
        return "declined"
    if state_on(event, now) == "held":
        return "absent"
    if invitation.answer == "accepted":
        return "accepted"
    return "delivered" if invitation.delivered_at is not None else "invited"


def stands(invitation: Invitation) -> bool:
    """Whether an invitation is not void."""
    return invitation.state != "void"


def attended(invitation: Invitation) -> bool:
    """Whether its customer came."""
    return stands(invitation) and invitation.attended_at is not None


def expected(invitation: Invitation) -> bool:
    """Whether a seat is kept: the invitation is neither void nor declined, or the guest came."""
    return stands(invitation) and (invitation.answer != "declined" or invitation.attended_at is not None)


def reminded(invitation: Invitation) -> bool:
    """Whether its customer is called the evening before: it was delivered or accepted, and not declined."""
    held = invitation.answer == "accepted" or invitation.delivered_at is not None
    return stands(invitation) and held and invitation.answer != "declined"


def invited_twice(invitations: Iterable[Invitation]) -> list[tuple[str, ...]]:
    """Invitation numbers of customers with several valid ones: two clones wrote one each, or files were merged."""
    by_customer: dict[str, list[str]] = {}
    for invitation in filter(stands, invitations):
        by_customer.setdefault(invitation.customer, []).append(invitation.number)
    return [tuple(numbers) for numbers in by_customer.values() if len(numbers) > 1]


def bought_at(event: Event, orders: Iterable[Order]) -> list[Order]:
    """The orders that were placed at `event` and stand."""
    return [order for order in orders if order.event_id == event.id and order.cancelled_at is None]


def _refuse_past(run: Run, starts_at: datetime, hint: str) -> None:
    if starts_at < run.now:
        raise InvalidError(_("{when:%Y-%m-%d %H:%M} is past").format(when=starts_at), hint)


def _refuse_turned(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise InvalidError(
            _("it would end at {end:%Y-%m-%d %H:%M}, before it starts at {start:%Y-%m-%d %H:%M}").format(
                end=ends_at, start=starts_at
            ),
            _("one of the two times is wrong"),
        )


def _to_tell(event: Event, guests: Iterable[Invitation]) -> tuple[str, ...]:
    n = sum(expected(guest) for guest in guests)
    note = _("guests who have to be told: {n}; crmkit event guests {code}")
    return (note.format(n=n, code=event.code),) if n else ()


def _day(event: Event, now: datetime) -> str:
    return f"{event.starts_at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"


def eve_window(run: Run, event: Event) -> tuple[datetime, datetime]:
    """From when until when guests are reminded: `event.eve_from` and `event.eve_until` on the day before.

    Raises InvalidError for a setting that is no time of day.
    """
    day = event.starts_at.astimezone(run.now.tzinfo).date() - timedelta(days=1)
    first, last = (
        datetime.combine(day, _time(key, getattr(run.settings.event, key)), run.now.tzinfo)
        for key in ("eve_from", "eve_until")
    )
    return first, last


def announcement(run: Run, event: Event) -> tuple[str, ...]:
    """What every guest is told: what and when, where, how to get there, the weather; in the operator's language."""
    begins = event.starts_at.astimezone(run.now.tzinfo)
    lines = [_("{name}, {when:%Y-%m-%d %H:%M}").format(name=event.name or event.code, when=begins)]
    for text, value in (
        (_("place: {value}"), event.place),
        (_("route: {value}"), event.route),
        (_("weather: {value}"), event.weather),
    ):
        if value:
            lines.append(text.format(value=value))
    return tuple(lines)


def _time(key: str, text: str) -> time:
    read = time_of_day(text)
    if read is None:
        raise InvalidError(
            _("event.{key} is '{value}', which is no time of day").format(key=key, value=text),
            _("write for example 18:00"),
        )
    return read
