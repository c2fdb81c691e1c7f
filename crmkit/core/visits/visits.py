"""Appointments at the customer's home (上门): agreed, confirmed, moved, cancelled, told late (docs.md: Events).

An appointment is a time agreed with a person, so it is never moved silently: in quiet hours it is refused, unless the
person asked for that time. Its result is in `outcomes`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from crmkit.core import fields
from crmkit.core.calendar.hours import Opening
from crmkit.core.people.reach import must_reach
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _, clauses
from crmkit.records import Card, Customer, Event, Order, Visit
from crmkit.records.change import Change
from crmkit.records.visit import VISIT_PURPOSES, clash

STATES = ("open", "under-way", "done", "cancelled", "missed")
_MINUTE = timedelta(minutes=1)


class Window(NamedTuple):
    """From when until when the customer expects the visitor; both aware, in the archive's zone."""

    begins: datetime
    ends: datetime

    def __str__(self) -> str:
        return f"{self.begins:%Y-%m-%d %H:%M}-{self.ends:%H:%M}"


def agree(
    run: Run, customer: Customer, window: Window, purpose: str, *,
    by: str = "", about: str = "", address: str = "", confirmed: bool = False, note: str = "", length: int = 0,
    others: Iterable[Visit] = (), anyway: bool = False, overlap: bool = False,
) -> Change:  # fmt: skip
    """An appointment with `customer`; without `by` the file's owner goes, else whoever agreed on it.

    It should take `length` minutes, by default `visit.minutes`. `others` are the open visits of that day: one of the
    same visitor that cannot be kept as well is refused, and with `overlap` said. `confirmed` says that the `address`
    was asked again just now. Raises InvalidError for an unknown purpose, a person who may not be visited for it, the
    same appointment again, and a window that is past or, without `anyway`, in quiet hours.
    """
    purpose = fields.one_of("purpose", purpose, VISIT_PURPOSES, needed=True)
    must_reach(run, customer, purpose, "visit")
    present = list(others)
    _check(run, window, anyway=anyway)
    other = same(present, customer, window, purpose, about)
    if other is not None:
        raise InvalidError(
            _("{id} is that appointment already").format(id=other.id),
            _("another time for it: crmkit visit move {id} --at TIME").format(id=other.id),
        )
    where = fields.text(address)
    if confirmed and not where:
        raise _no_address(customer)
    visit = Visit(
        id=run.id_for(Visit),
        customer=customer.id,
        purpose=purpose,
        begins_at=window.begins,
        ends_at=window.ends,
        by=by or customer.owner or run.by,
        about=about,
        address=where,
        confirmed_at=run.now if confirmed else None,
        note=fields.text(note),
        planned_minutes=length or run.settings.visit.minutes,
    )
    visit, notes = _beside(run, visit, present, overlap=overlap)
    return Change(puts=(visit,), ids=(visit.id,), counts={"added": 1}, notes=notes)


def same(visits: Iterable[Visit], customer: Customer, window: Window, purpose: str, about: str = "") -> Visit | None:
    """Which of `visits` is that very appointment: with whom, for what, from when; None where none is."""
    errand = (customer.id, fields.code_of(purpose, VISIT_PURPOSES), about, window.begins)
    return next((one for one in visits if (one.customer, one.purpose, one.about, one.begins_at) == errand), None)


def move(
    run: Run, visit: Visit, window: Window, *,
    length: int = 0, others: Iterable[Visit] = (), anyway: bool = False, overlap: bool = False,
) -> Change:  # fmt: skip
    """The same visit at another time; `others` and `overlap` as in `agree`, `length` stays where it is not given.

    Raises InvalidError as `agree` does, or if it was begun.
    """
    must_be_planned(visit)
    _check(run, window, anyway=anyway)
    moved = msgspec.structs.replace(
        visit, begins_at=window.begins, ends_at=window.ends, planned_minutes=length or visit.planned_minutes
    )
    moved, notes = _beside(run, moved, others, overlap=overlap)
    return Change(puts=(moved,), ids=(visit.id,), counts={"moved": 1}, notes=notes)


def confirm(
    run: Run, visit: Visit, customer: Customer, known: str, address: str, *, update_file: bool = False
) -> Change:
    """The address was asked again: it is `address`, "" where it is still the one that is `known`.

    It goes into the customer's file only with `update_file`. Raises InvalidError if the visit was begun or is over, or
    where there is no address at all.
    """
    must_be_planned(visit)
    where = fields.text(address) or known
    if not where:
        raise _no_address(customer)
    confirmed = msgspec.structs.replace(visit, address=where, confirmed_at=run.now)
    puts = (confirmed, msgspec.structs.replace(customer, address=where)) if update_file else (confirmed,)
    differs = where != customer.address and not update_file
    note = _("the file of {customer} has another address; --update-file puts this one there").format(
        customer=customer.id
    )
    return Change(puts=puts, ids=(visit.id,), counts={"confirmed": 1}, notes=(note,) if differs else ())


def cancel(run: Run, visit: Visit, reason: str) -> Change:
    """`visit` is not made, for `reason`. Raises InvalidError without one, or if it was begun or is over."""
    must_be_planned(visit)
    gone = msgspec.structs.replace(visit, state="cancelled", reason=need("reason", reason))
    return Change(puts=(gone,), ids=(visit.id,), counts={"cancelled": 1})


def late(run: Run, visit: Visit, apology: str) -> Change:
    """The customer was told just now that the appointment cannot be kept, with this apology.

    Told after the window has begun is too late: a note says so. Raises InvalidError without an apology, if the visit
    was begun or is over, or if this appointment was called off before.
    """
    must_be_planned(visit)
    if visit.late_for == visit.begins_at:
        raise InvalidError(
            _("{id}: the customer was told already").format(id=visit.id),
            _("a new time: crmkit visit move {id} --at TIME").format(id=visit.id),
        )
    told = msgspec.structs.replace(visit, late_at=run.now, late_for=visit.begins_at, late=need("note", apology))
    notes = [_("told only after the appointment had begun: this is marked")] if told_late(told) else []
    notes.append(_("a new time: crmkit visit move {id} --at TIME").format(id=visit.id))
    return Change(puts=(told,), ids=(visit.id,), counts={"told": 1}, notes=tuple(notes))


def subject(customer: Customer, record: Order | Card | Event) -> str:
    """The id of what a visit to `customer` is about. Raises InvalidError for an order or a card of somebody else."""
    if not isinstance(record, Event) and record.customer != customer.id:
        raise InvalidError(_("{id} is not of customer {customer}").format(id=record.id, customer=customer.id))
    return record.id


def state_of(visit: Visit) -> str:
    """One of STATES."""
    return visit.state or ("open" if visit.started_at is None else "under-way")


def told_late(visit: Visit) -> bool:
    """Whether the customer learnt only after the window had begun that the appointment is not kept."""
    return visit.late_at is not None and visit.late_for is not None and visit.late_at > visit.late_for


def overdue(run: Run, visit: Visit) -> bool:
    """Whether the window has passed without anybody having come."""
    return state_of(visit) == "open" and visit.ends_at < run.now


def minutes(visit: Visit) -> int | None:
    """How long the visit took, in whole minutes begun; None where that is not known."""
    if visit.started_at is None or visit.finished_at is None:
        return None
    return -((visit.started_at - visit.finished_at) // _MINUTE)


def planned_minutes(run: Run, visit: Visit) -> int:
    """How long the visit should take: as agreed, else `visit.minutes`."""
    return visit.planned_minutes or run.settings.visit.minutes


def marks(run: Run, visit: Visit) -> tuple[str, ...]:
    """Derived marks, as codes: address not confirmed, over its planned minutes, a point of conduct broken ..."""
    took = minutes(visit)
    found = {
        "unconfirmed": state_of(visit) == "open" and visit.confirmed_at is None,
        "overdue": overdue(run, visit),
        "told": visit.late_at is not None and not told_late(visit),
        "told-late": told_late(visit),
        "over-time": took is not None and took > planned_minutes(run, visit),
        "broken": bool(visit.broken),
    }
    return tuple(name for name, holds in found.items() if holds)


def must_be_planned(visit: Visit) -> None:
    """Raises InvalidError for a visit that was begun, is over, or was cancelled."""
    must_stand(visit)
    if visit.started_at is not None:
        raise InvalidError(
            _("visit {id} is under way").format(id=visit.id), _("crmkit visit finish {id}").format(id=visit.id)
        )


def must_stand(visit: Visit) -> None:
    """Raises InvalidError for a visit that is done, cancelled or was missed."""
    said = {
        "done": _("visit {id} is done already"),
        "cancelled": _("visit {id} was cancelled"),
        "missed": _("visit {id} was missed: nobody was there"),
    }
    if visit.state:
        raise InvalidError(said[visit.state].format(id=visit.id), _("crmkit visit add agrees on another"))


def need(name: str, text: str) -> str:
    """`text`, which has to say something. Raises InvalidError that names the field."""
    if not text.strip():
        raise InvalidError(_("the {field} is missing").format(field=name), _("add --{field} TEXT").format(field=name))
    return str(fields.read(name, text, {name: fields.text}))


def _check(run: Run, window: Window, *, anyway: bool) -> None:
    if window.ends <= window.begins:
        raise InvalidError(
            _("{window}: a visit cannot end before it begins").format(window=window), _("set the end with --until")
        )
    if window.begins.date() != window.ends.date():
        raise InvalidError(
            _("{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}: a visit lies within one day").format(
                begins=window.begins, ends=window.ends
            )
        )
    if window.begins < run.now:
        raise InvalidError(
            _("{begins:%Y-%m-%d %H:%M} is past").format(begins=window.begins),
            _("it is {now:%Y-%m-%d %H:%M} now").format(now=run.now),
        )
    if not anyway and not _in_one_of(Opening.parse(run.settings.hours.open), window):
        raise InvalidError(
            _("{window} touches quiet hours").format(window=window),
            _("open hours: {hours}; --anyway where the person asked for that time").format(
                hours=", ".join(run.settings.hours.open)
            ),
        )


def _in_one_of(opening: Opening, window: Window) -> bool:
    begins, ends = (moment.hour * 60 + moment.minute for moment in window)
    return any(start <= begins and ends <= end for start, end in opening.ranges)


def _no_address(customer: Customer) -> InvalidError:
    return InvalidError(_("there is no address of {id} to confirm").format(id=customer.id), _("give it with --address"))


def _beside(run: Run, visit: Visit, others: Iterable[Visit], *, overlap: bool) -> tuple[Visit, tuple[str, ...]]:
    """`visit` beside `others`, and what to say where the visitor cannot keep all of them.

    Raises InvalidError where that is so and `overlap` does not say that it is meant.
    """
    zone = run.now.tzinfo
    said = tuple(
        _("{by} is expected elsewhere then: {id}, {window}").format(
            by=visit.by, id=other.id, window=Window(other.begins_at.astimezone(zone), other.ends_at.astimezone(zone))
        )
        for other in others
        if other.id != visit.id and clash(visit, other, run.settings.visit.minutes)
    )
    if said and not overlap:
        raise InvalidError(clauses(said), _("another time, or another visitor; --overlap where both are meant"))
    return msgspec.structs.replace(visit, overlap=bool(said)), said
