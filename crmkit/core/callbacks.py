"""Callbacks (回访) as a person handles them: add, list, snooze, cancel (docs.md: Calls). Planning is in `planning`."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from crmkit.core.fields import one_of
from crmkit.core.people.reach import barred, must_reach
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Customer
from crmkit.records.change import Change
from crmkit.records.work import PURPOSES

if TYPE_CHECKING:
    from crmkit.core.calendar.hours import Timetable

CLOSED = ("done", "cancelled")  # states of a callback that nobody makes any more


class Work(NamedTuple):
    """A callback with the person it is for."""

    callback: Callback
    customer: Customer

    def why(self, label: Callable[[str], str]) -> str:
        """Its purpose in words (`label` translates a code), and the occasion, or the reason if a person gave one."""
        return " · ".join(text for text in (label(self.callback.purpose), said_reason(self.callback, label)) if text)


def said_reason(callback: Callback, label: Callable[[str], str]) -> str:
    """The reason as a person gave it; of a planned callback the occasion in words, "" where only the rule is named."""
    if not callback.plan:
        return callback.reason
    return "" if callback.reason == callback.plan.partition(":")[0] else label(callback.reason)


def add(
    run: Run, timetable: "Timetable", customer: Customer, purpose: str, due: datetime, *,
    owner: str = "", reason: str = "", priority: int = 50, about: str = "",
) -> Change:  # fmt: skip
    """A callback planned by hand. Its owner: `owner`, else the file's owner, else whoever plans it.

    Raises InvalidError for a day that is past, and for a person who may not be called for this purpose.
    """
    purpose = one_of("purpose", purpose, PURPOSES, needed=True)
    must_reach(run, customer, purpose)
    due_at, notes = allowed(run, timetable, due)
    callback = Callback(
        id=run.id_for(Callback),
        customer=customer.id,
        purpose=purpose,
        due_at=due_at,
        owner=owner or customer.owner or run.by,
        priority=priority,
        reason=reason,
        about=about,
    )
    return Change(puts=(callback,), ids=(callback.id,), counts={"added": 1}, notes=notes)


def snooze(run: Run, timetable: "Timetable", callback: Callback, until: datetime) -> Change:
    """The same callback later; one that was stopped is open again and is tried from the start.

    Raises InvalidError for a time that is past, or a callback that is done or cancelled.
    """
    must_stand(callback)
    due_at, notes = allowed(run, timetable, until)
    attempt = 0 if callback.state == "stopped" else callback.attempt
    moved = msgspec.structs.replace(
        callback, due_at=due_at, until=None, state="", closing="", attempt=attempt, provisional=False
    )
    return Change(puts=(moved,), ids=(callback.id,), counts={"snoozed": 1}, notes=notes)


def cancel(run: Run, callback: Callback, reason: str) -> Change:
    """`callback` cancelled; the planner does not plan it again. InvalidError if it is done or cancelled."""
    must_stand(callback)
    gone = msgspec.structs.replace(callback, state="cancelled", closing=reason)
    return Change(puts=(gone,), ids=(callback.id,), counts={"cancelled": 1})


def edit(callbacks: Iterable[Callback], *, owner: str | None = None, priority: int | None = None) -> Change:
    """`callbacks` given to another staff member (`owner`, a code), or another priority.

    Raises InvalidError for one that is done or cancelled.
    """
    given = {name: value for name, value in (("owner", owner), ("priority", priority)) if value is not None}
    found = list(callbacks)
    for callback in found:
        must_stand(callback)
    edited = [msgspec.structs.replace(callback, **given) for callback in found]
    puts = tuple(after for before, after in zip(found, edited, strict=True) if after != before)
    return Change(
        puts=puts,
        ids=tuple(one.id for one in found),
        counts={"updated": len(puts), "unchanged": len(found) - len(puts)},
    )


def listed(run: Run, callbacks: Iterable[Callback], customer_of: Callable[[str], Customer]) -> Iterator[Work]:
    """`callbacks` with their people, the most urgent first. Open ones only where the person may be called."""
    for callback in in_order(callbacks):
        customer = customer_of(callback.customer)
        if callback.state in CLOSED or not barred(run, customer, callback.purpose):
            yield Work(callback, customer)


def in_order(callbacks: Iterable[Callback]) -> list[Callback]:
    """By priority, due time, then customer id, which rises with time: the id of a planned callback is a hash."""
    return sorted(callbacks, key=lambda one: (-one.priority, one.due_at, one.customer, one.id))


def must_stand(callback: Callback) -> None:
    """Raises InvalidError for a callback that is done or cancelled."""
    if callback.state == "done":
        raise InvalidError(
            _("callback {id} is done already").format(id=callback.id),
            _("another call without a callback: crmkit call log"),
        )
    if callback.state == "cancelled":
        raise InvalidError(_("callback {id} was cancelled").format(id=callback.id), _("crmkit callback add plans one"))


def allowed(run: Run, timetable: "Timetable", wanted: datetime) -> tuple[datetime, tuple[str, ...]]:
    """When a callback wanted at `wanted` is due, and a note where quiet hours moved it.

    A time earlier today means as soon as possible. InvalidError for an earlier day.
    """
    if wanted.date() < run.now.date():
        raise InvalidError(
            _("{day} is past").format(day=wanted.date()), _("today is {today}").format(today=run.now.date())
        )
    due_at = timetable.opening.next_open(max(wanted, run.now))
    if wanted < run.now or due_at == wanted:
        return due_at, ()
    note = _("{wanted:%Y-%m-%d %H:%M} is in quiet hours: moved to {due:%Y-%m-%d %H:%M}")
    return due_at, (note.format(wanted=wanted, due=due_at),)
