"""Telephone calls (电话): what happened, and what follows from it (docs.md: Calls).

The marks of a call (what a manager should look at) are derived, never stored: a changed rule holds for old calls too.
Only our own calls are marked: whoever calls us may do so at any hour, for any length.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, tzinfo

import msgspec

from crmkit.core.calendar.hours import Timetable
from crmkit.core.calendar.spans import moment_after, parse_span
from crmkit.core.callbacks import allowed, must_stand
from crmkit.core.collecting import recheck
from crmkit.core.fields import one_of, text
from crmkit.core.people.reach import ASKING, dial
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Call, Callback, Customer
from crmkit.records.base import derived_id
from crmkit.records.change import Change, together
from crmkit.records.work import MOODS, OUTCOMES

LONGEST = 24 * 3600  # seconds; more is a slip of the finger
DIRECTIONS = ("", "out", "in")
OF_THE_NUMBER = ("wrong-number", "invalid-number", "suspended")  # outcomes that tell of the number dialled
NOT_HAD = ("no-answer", "busy", "switched-off", "unreachable", "call-rejected")  # tried again by `calls.no_answer`
OF_DIALLING = (*OF_THE_NUMBER, "switched-off", "unreachable")  # which no incoming call can have
IN_VAIN = ("no-answer", "busy", "dropped", "call-rejected")  # an incoming call that is to be called back
AT_ONCE = 95  # the priority of such a callback
OTHER_HALF_DAY = "other-half-day"  # a step of `calls.no_answer`


class Result(msgspec.Struct, frozen=True):
    """What the caller reports of one call."""

    outcome: str  # one of OUTCOMES
    duration: int | None = None  # seconds
    note: str = ""
    next: str = ""  # the next step agreed
    next_at: datetime | None = None  # when the person is to be called again
    number: str = ""  # its identity; "" = the one that `reach.dial` gives, of an incoming call the only one
    at: datetime | None = None  # when, if not just now
    direction: str = ""  # "" = out, in
    objections: tuple[str, ...] = ()  # in the customer's words
    mood: str = ""  # one of MOODS
    promise: str = ""  # what we promised
    by: str = ""  # staff code of who spoke; "" = who writes it down
    external_id: str = ""  # key in the telephone system


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls a list shows; an empty field fits all."""

    since: date | None = None  # made on that day or later
    until: date | None = None  # made on that day or before
    outcome: str = ""
    caller: str = ""  # staff code
    mood: str = ""
    objection: str = ""  # text in one of the objections, in any case

    def fits(self, call: Call, zone: tzinfo | None) -> bool:
        """Whether `call`, its day taken in `zone`, is wanted."""
        day = call.at.astimezone(zone).date()
        return (
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and self.outcome in ("", call.outcome)
            and self.caller in ("", call.by)
            and self.mood in ("", call.mood)
            and (not self.objection or any(self.objection.casefold() in one.casefold() for one in call.objections))
        )


def log(run: Run, customer: Customer, result: Result, known: Iterable[Call] = ()) -> Change:
    """A call without a callback. What it shows about the number goes into the file.

    A call of the past changes nothing about a number on which one of the `known` calls (the customer's) is later.
    Raises InvalidError for an outcome, a duration or a time that cannot be.
    """
    call = _call(run, customer, result)
    later = any(one.phone == call.phone and one.at > call.at and one.outcome in recheck.SHOWN_BY_CALL for one in known)
    learned = Change() if later else recheck.after_call(run, customer, call.outcome, call.phone)
    return Change(puts=(call, *learned.puts), ids=(call.id,), counts={"logged": 1}, notes=learned.notes)


def done(run: Run, timetable: Timetable, callback: Callback, customer: Customer, result: Result) -> Change:
    """The call that `callback` asked for, and what becomes of it.

    reached, declined: done; a next step agreed for a certain time becomes a callback of its own. NOT_HAD: due again by
    `calls.no_answer`; at last, or where its window would be over, stopped. dropped: due at once. call-later: due at
    `next_at`. OF_THE_NUMBER: due at once on another number of the person; where there is none it waits, out of the
    lists, until a number is confirmed. `next_at` decides over all these times. Raises InvalidError.
    """
    must_stand(callback)
    call = msgspec.structs.replace(_call(run, customer, result), callback=callback.id)
    learned = recheck.after_call(run, customer, call.outcome, call.phone)
    known = next((one for one in learned.puts if isinstance(one, Customer) and one.id == customer.id), customer)
    if result.outcome == "reached" and callback.purpose == "screening" and not known.stage:
        known = msgspec.structs.replace(known, stage="screened")
    others = [record for record in learned.puts if record.id != customer.id]
    if known != customer:
        others.append(known)
    following, notes = _following(run, timetable, callback, call, result)
    return Change(
        puts=(*following, call, *others),
        ids=(callback.id, call.id, *(one.id for one in following if one.id != callback.id)),
        counts={result.outcome: 1},
        notes=(*notes, *learned.notes),
    )


def after_declining(change: Change, present: Iterable[Callback]) -> Change:
    """`change`; where it holds a declined call, open callbacks that ask for more are cancelled with it.

    `present` are the callbacks of the customers it touches. Adds the count `asked_no_more`.
    """
    declined = {one.customer for one in change.puts if isinstance(one, Call) and one.outcome == "declined"}
    changed = {one.id for one in change.puts}
    gone = tuple(
        msgspec.structs.replace(one, state="cancelled", closing="declined")
        for one in present
        if one.customer in declined and one.id not in changed and one.state in ("", "stopped")
        if one.purpose in ASKING
    )
    if not gone:
        return change
    note = _("declined: {n} more callbacks are cancelled with it").format(n=len(gone))
    return together(change, Change(puts=gone, counts={"asked_no_more": len(gone)}, notes=(note,)))


def call_back(
    run: Run, timetable: Timetable, customer: Customer, call: Call, known: Iterable[Call] = ()
) -> Callback | None:
    """The callback at once to somebody whose incoming `call` nobody took, or that broke off.

    None for any other call, and where one of the `known` calls has reached the person since.
    """
    if call.direction != "in" or call.outcome not in IN_VAIN:
        return None
    if any(one.outcome == "reached" and one.at > call.at for one in known):
        return None
    return Callback(
        id=derived_id(Callback.letter, call.at, "missed-call", call.id),
        customer=call.customer,
        purpose="manual",
        due_at=timetable.opening.next_open(run.now),
        owner=customer.owner or call.by,
        priority=AT_ONCE,
        reason="missed-call",
        plan=f"missed:{call.id}",
    )


def seconds(typed: str) -> int | None:
    """The length of a call from `90` (seconds) or `4:30` (minutes and seconds); None for "". Raises InvalidError."""
    match = re.fullmatch("(?:([0-9]{1,3}):)?([0-9]{1,5})", typed.strip(), re.ASCII)
    if not typed:
        return None
    if match is None or (match[1] and int(match[2]) > 59):
        raise InvalidError(
            _("{text} is not the length of a call").format(text=typed[:40]), _("write seconds, 270, or minutes, 4:30")
        )
    return int(match[1] or 0) * 60 + int(match[2])


def dialled(customer: Customer, typed: str, area: str, person: str = "") -> str:
    """The number (its identity) of `customer` that `typed` spells; InvalidError where the file has none such.

    Where nothing is typed, the number by which the `person` was named, "" where they were named by their id.
    """
    found = _spelt(customer, typed or person, area)
    if typed and not found:
        raise InvalidError(
            _("{id} has no number {text}").format(id=customer.id, text=typed[:40]),
            _("`crmkit lead show {id}` shows the numbers").format(id=customer.id),
        )
    return found


def _spelt(customer: Customer, typed: str, area: str) -> str:
    numbers = phones.read(typed, area=area).numbers if typed else ()
    found = [phone for phone in customer.phones if any(phones.has((phone,), number) for number in numbers)]
    exact = [phone for phone in found if any(phones.identity(phone) == phones.identity(number) for number in numbers)]
    return next((phones.identity(phone) for phone in exact or found), "")


def _call(run: Run, customer: Customer, result: Result) -> Call:
    _check(run, result)
    return Call(
        id=run.id_for(Call),
        customer=customer.id,
        at=result.at or run.now,
        outcome=result.outcome,
        direction="in" if result.direction == "in" else "",
        duration=result.duration,
        phone=result.number or _number(customer, result.direction),
        by=result.by or run.by,
        note=result.note,
        next=result.next,
        objections=tuple(filter(None, map(text, result.objections))),
        mood=result.mood,
        promise=text(result.promise),
        external_id=text(result.external_id),
    )


def _check(run: Run, result: Result) -> None:
    one_of("outcome", result.outcome, OUTCOMES, needed=True)
    one_of("direction", result.direction, DIRECTIONS)
    one_of("mood", result.mood, MOODS)
    if result.direction == "in" and result.outcome in OF_DIALLING:
        raise InvalidError(_("they called us: the outcome cannot be {value}").format(value=result.outcome))
    if result.duration is not None and not 0 <= result.duration <= LONGEST:
        raise InvalidError(_("a call does not last {seconds} seconds").format(seconds=result.duration))
    if result.at is not None and result.at > run.now:
        raise InvalidError(_("{time:%Y-%m-%d %H:%M} has not come yet").format(time=result.at))


def _number(customer: Customer, direction: str) -> str:
    """The number of a call of which only the person is known: the only one, or the one that is to be dialled.

    Of several, nobody knows from which they called.
    """
    if len(customer.phones) == 1:
        return phones.identity(customer.phones[0])
    phone = None if direction == "in" else dial(customer)
    return phones.identity(phone) if phone else ""


def _following(
    run: Run, timetable: Timetable, callback: Callback, call: Call, result: Result
) -> tuple[list[Callback], tuple[str, ...]]:  # fmt: skip
    """The callback after the call, a new one if one was agreed, and notes about their times."""
    due_at, notes = allowed(run, timetable, result.next_at) if result.next_at else (None, ())
    if result.outcome in ("reached", "declined"):
        finished = msgspec.structs.replace(callback, state="done", closing="", call=call.id)
        agreed = [_agreed(run, callback, result, due_at)] if due_at else []
        return [finished, *agreed], notes
    if result.outcome == "call-later" and due_at is None:
        raise InvalidError(
            _("call-later needs the time at which the person wants to be called"),
            _('add it, for example: --next "tomorrow 15:00"'),
        )
    missed = result.outcome in NOT_HAD
    attempt = callback.attempt + 1 if missed else callback.attempt
    if due_at is None and missed:
        due_at = _retry(run, timetable, attempt)
        if due_at is None or (callback.until is not None and due_at >= callback.until):
            return [msgspec.structs.replace(callback, state="stopped", closing=result.outcome, attempt=attempt)], ()
    until = None if result.next_at else callback.until
    due_at = due_at or timetable.opening.next_open(run.now)
    again = msgspec.structs.replace(
        callback, due_at=due_at, until=until, state="", closing="", attempt=attempt, provisional=False
    )
    return [again], notes


def _agreed(run: Run, callback: Callback, result: Result, due_at: datetime) -> Callback:
    return Callback(
        id=run.id_for(Callback),
        customer=callback.customer,
        purpose="manual",
        due_at=due_at,
        owner=callback.owner or run.by,
        priority=callback.priority,
        reason=result.note or result.next,
        about=callback.about,
    )


def _retry(run: Run, timetable: Timetable, attempt: int) -> datetime | None:
    """When to try again after `attempt` unanswered calls; None once `calls.no_answer` is used up."""
    schedule = run.settings.calls.no_answer
    if attempt > len(schedule):
        return None
    step = schedule[attempt - 1]
    if step == OTHER_HALF_DAY:
        moment = timetable.opening.other_half(run.now)
    else:
        moment = moment_after(run.now, parse_span(step))
    return timetable.allowed(moment, run.now.date())


MARKS = {
    "quiet-hours": N_("{id} was made in quiet hours, at {time:%H:%M}"),
    "long": N_("{id}, the first call with this person, took {length}: more than {minutes} minutes"),
}


def marks(run: Run, call: Call, timetable: Timetable, *, first: bool) -> tuple[str, ...]:
    """The keys of MARKS that `call` bears: begun in quiet hours; a `first` call over `calls.screening_minutes`."""
    if call.direction == "in":
        return ()
    begun = call.at.astimezone(run.now.tzinfo)
    most = run.settings.calls.screening_minutes * 60
    found = {
        "quiet-hours": timetable.opening.next_open(begun) != begun,
        "long": first and call.duration is not None and call.duration > most,
    }
    return tuple(mark for mark, borne in found.items() if borne)


def told(run: Run, call: Call, timetable: Timetable, *, first: bool) -> list[str]:
    """Each mark of `call` as a sentence."""
    length = f"{(call.duration or 0) // 60}:{(call.duration or 0) % 60:02}"
    return [
        _(MARKS[mark]).format(
            id=call.id,
            time=call.at.astimezone(run.now.tzinfo),
            length=length,
            minutes=run.settings.calls.screening_minutes,
        )
        for mark in marks(run, call, timetable, first=first)
    ]


def first_calls(calls: Iterable[Call]) -> frozenset[str]:
    """The ids of the calls at which each person was reached for the first time."""
    first: dict[str, Call] = {}
    for call in calls:
        if call.outcome == "reached":
            first[call.customer] = min(first.get(call.customer, call), call, key=lambda one: (one.at, one.id))
    return frozenset(call.id for call in first.values())
