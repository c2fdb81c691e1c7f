"""The first screening (首次筛选) of a file: until when, by whom, and what comes of it (docs.md: Files, Calls)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.hours import Timetable
from crmkit.core.callbacks import in_order
from crmkit.core.fields import one_of
from crmkit.core.people.reach import barred
from crmkit.core.planning.rules import SCREENING, active
from crmkit.core.planning.triggers import Trigger
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Customer, Staff, work
from crmkit.records.change import Change

PURPOSE = SCREENING
# What the screener found → the outcome of the call, and the stage of the file; "" = it stays as it is.
OUTCOMES = {
    **{outcome: (outcome, "") for outcome in work.OUTCOMES},
    "reached": ("reached", "screened"),
    "lost": ("reached", "lost"),
    "declined": ("declined", "lost"),
}
COUNTED = {"reached": "valid", "declined": "refused", "wrong-number": "wrong", "invalid-number": "invalid"}


class Screening(NamedTuple):
    """A file that is to be screened."""

    customer: Customer
    last_day: date
    days_late: int  # 0 = in time


def last_day(run: Run, timetable: Timetable) -> Callable[[Customer], date | None]:
    """A look-up: file → last day on which its screening is in time; None where its collection is unknown.

    It is the deadline of the rule that plans the screening, so what is planned is in time; at most
    `screening.max_days` days after the collection. Raises InvalidError for a rule that cannot be read.
    """
    rules = [rule for rule in active(run) if rule.row.purpose == PURPOSE and rule.row.trigger == "file"]

    def of(customer: Customer) -> date | None:
        collected = customer.collected_at or customer.created_at
        if collected is None:
            return None
        at = collected.astimezone(run.now.tzinfo)
        trigger = Trigger(customer.id, customer.id, at, source=customer.source)
        fitting = (rule for rule in rules if rule.applies(trigger))
        rule = next(fitting, None)
        if rule is None:
            return at.date() + timedelta(days=run.settings.screening.max_days)
        return rule.deadline(trigger, timetable)

    return of


def unscreened(run: Run, timetable: Timetable, customers: Iterable[Customer]) -> list[Screening]:
    """Those of `customers` who are still to be screened and may be called, the longest overdue first."""
    found = []
    last = last_day(run, timetable)
    for customer in customers:
        day = last(customer)
        if not customer.stage and day is not None and not barred(run, customer, PURPOSE):
            found.append(Screening(customer, day, max((run.now.date() - day).days, 0)))
    return sorted(found, key=lambda one: (one.last_day, one.customer.collected_at or run.now, one.customer.id))


def screen(
    run: Run, timetable: Timetable, customer: Customer, callbacks: Iterable[Callback], outcome: str, *,
    screener: Staff | None, duration: int | None = None, note: str = "", number: str = "",
    next_at: datetime | None = None,
) -> Change:  # fmt: skip
    """The screening call of `customer` and what it found, one of OUTCOMES; `screener` is who made it.

    It finishes the planned screening, or moves it to the next try. Where the number is wrong or not in service, the
    next number of the file is to be screened; without one the file is suspect. `duration` is in seconds, `number` the
    one dialled, "" = the usual one, `next_at` when to call again. Raises InvalidError for an unknown outcome or a file
    that was screened before, CrmkitError for somebody who is no screener.
    """
    from crmkit.core.calling import calls

    outcome = one_of("outcome", outcome, OUTCOMES, needed=True)
    if customer.stage in ("screened", "buyer"):
        raise InvalidError(
            _("{id} is screened already: {stage}").format(id=customer.id, stage=_(customer.stage)),
            _("correct it: crmkit lead edit {id} --set stage=lost").format(id=customer.id),
        )
    _must_be_screener(run, screener)
    heard, stage = OUTCOMES[outcome]
    result = calls.Result(heard, duration=duration, note=note, number=number, next_at=next_at)
    open_ones = (c for c in in_order(callbacks) if c.purpose == PURPOSE and c.state in ("", "stopped"))
    planned = next(open_ones, None)
    if planned is None:
        change = calls.log(run, customer, result)
    else:
        change = calls.done(run, timetable, planned, customer, result)
    file = next((one for one in change.puts if isinstance(one, Customer) and one.id == customer.id), customer)
    judged = msgspec.structs.replace(file, stage=stage or customer.stage)
    others = (record for record in change.puts if record.id != customer.id)
    return msgspec.structs.replace(
        change,
        puts=(*others, judged),
        ids=(customer.id, *change.ids),
        counts={COUNTED.get(outcome, outcome): 1},
    )


def _must_be_screener(run: Run, screener: Staff | None) -> None:
    role = run.settings.screening.role
    if role and (screener is None or screener.left or role not in screener.roles):
        code = screener.code if screener else run.by or "-"
        raise CrmkitError(
            _("{code} may not screen: the role {role} is missing").format(code=code, role=role),
            _("--by STAFF says who does it; `crmkit staff list` shows the roles"),
        )
