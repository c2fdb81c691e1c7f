"""The same fault once more, and what the promise and the law then give (docs.md: Tickets)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crmkit.core.calendar.hours import Calendar
from crmkit.core.calendar.spans import months_after
from crmkit.core.run import Run
from crmkit.core.tickets.charges import Bill
from crmkit.core.tickets.course import OPEN, Course
from crmkit.records import Card, Ticket

NO_REPAIR = ("misuse", "no-fault")  # causes after which the same fault is no proof against the unit
RETURN_DAYS, EXCHANGE_DAYS, OUT_OF_USE_DAYS, WITHOUT_PARTS_DAYS = 7, 15, 30, 90  # of the rules on goods of 1995
REPAIRS = 2


SOURCES = {  # where a reason stands; goods-1995: the rules on repair, exchange and return of goods, by article
    "again": "card", "again-replaced": "card", "warranty": "card", "overcharge": "price-list",
    "7-days": "goods-1995-9", "15-days": "goods-1995-10", "two-repairs": "goods-1995-11",
    "90-days-without-parts": "goods-1995-12", "30-days-out-of-use": "goods-1995-13",
}  # fmt: skip


class Entitlement(NamedTuple):
    """What the customer may ask for."""

    what: str  # replace, repair, return, exchange, refund
    by: str  # promise or law
    until: date | None  # the last day; None without end
    reason: str  # a key of SOURCES
    about: str = ""  # id of the ticket that it follows from

    @property
    def source(self) -> str:
        """Where it stands: on the card, in the price list, or in which article."""
        return SOURCES[self.reason]


def chain(card: Card, by_id: Mapping[str, Card]) -> list[str]:
    """The ids of `card` and of every card whose place it took, the latest first; `by_id` holds those."""
    ids: list[str] = []
    standing: Card | None = card
    while standing is not None and standing.id not in ids:
        ids.append(standing.id)
        standing = by_id.get(standing.replaces)
    return ids


def same_fault(run: Run, ticket: Ticket, fault: str, earlier: Iterable[Course]) -> Course | None:
    """The ticket of the same unit, or of one that it replaced, whose fault was solved and came back; None if none did.

    Not where misuse was the cause, or nothing was found. `ticket.again_months` bounds it where it is not 0.
    """
    months = run.settings.ticket.again_months
    reported = ticket.reported_at
    found = []
    for one in earlier:
        solved_at = _solved_at(one)
        if one.ticket.id == ticket.id or not fault or one.fault != fault or solved_at is None:
            continue
        zone = run.now.tzinfo
        last = months_after(solved_at.astimezone(zone).date(), months) if months else None
        if solved_at <= reported and one.cause not in NO_REPAIR and (
            last is None or reported.astimezone(zone).date() <= last
        ):  # fmt: skip
            found.append((solved_at, one.ticket.id, one))
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def entitlements(
    run: Run, course: Course, card: Card | None, earlier: Sequence[Course], money: Bill, calendar: Calendar
) -> list[Entitlement]:
    """What the customer of a ticket may ask for today, by the promise and by law.

    `card` is that of the unit that stands now, where it was replaced; `earlier` are the other tickets of the unit, of
    those that it replaced and of those that replaced it.
    """
    today = run.now.date()
    given = _given(run, course, card, earlier, money, calendar)
    return [one for one in given if one.until is None or one.until >= today]


def _given(
    run: Run, course: Course, card: Card | None, earlier: Sequence[Course], money: Bill, calendar: Calendar
) -> list[Entitlement]:  # fmt: skip
    found: list[Entitlement] = []
    ticket, today = course.ticket, run.now.date()
    again = same_fault(run, ticket, course.fault, earlier)
    if again is not None and course.cause not in NO_REPAIR and not course.replaced:
        reason = "again" if again.ticket.card == ticket.card else "again-replaced"
        found.append(Entitlement("replace", "promise", None, reason, again.ticket.id))
    if money.refund_due:
        found.append(Entitlement("refund", "promise", None, "overcharge", ticket.id))
    if card is None:
        return found
    until = covered_until(run, card, [*earlier, course])
    if until is not None:
        found.append(Entitlement("repair", "promise", until, "warranty"))
    if card.bought_on is not None:
        for what, days, reason in (("return", RETURN_DAYS, "7-days"), ("exchange", EXCHANGE_DAYS, "15-days")):
            last = calendar.next_workday(card.bought_on + timedelta(days=days))
            found.append(Entitlement(what, "law", last, reason))
    repairs = [one for one in earlier if one.ticket.card == ticket.card and _is_repair(one)]
    failing = course.now.state in OPEN and course.cause not in NO_REPAIR
    if until is not None and failing and len(repairs) >= REPAIRS:
        found.append(Entitlement("replace", "law", until, "two-repairs", repairs[-1].ticket.id))
    if until is not None and failing:
        days = (today - ticket.reported_at.astimezone(run.now.tzinfo).date()).days
        if days > OUT_OF_USE_DAYS and not course.now.waiting:
            found.append(Entitlement("exchange", "law", until, "30-days-out-of-use", ticket.id))
        if days > WITHOUT_PARTS_DAYS:
            found.append(Entitlement("replace", "law", until, "90-days-without-parts", ticket.id))
    return found


def covered_until(run: Run, card: Card, courses: Iterable[Course]) -> date | None:
    """The last day of the warranty, later by the days on which the unit was in repair; None where it has none."""
    if card.warranty_until is None:
        return None
    days = sum(_days_in_repair(run, one) for one in courses if one.ticket.card == card.id)
    return card.warranty_until + timedelta(days=days)


def _days_in_repair(run: Run, course: Course) -> int:
    """From the report to the day on which it worked again; nothing where nothing was to be repaired."""
    solved_at = _solved_at(course)
    if solved_at is None or not _is_repair(course):
        return 0
    zone = run.now.tzinfo
    return (solved_at.astimezone(zone).date() - course.ticket.reported_at.astimezone(zone).date()).days


def _is_repair(course: Course) -> bool:
    """Whether a defect was found and mended; what was explained on the telephone is no repair."""
    done = course.now.done
    return (
        done is not None
        and done.what == "solve"
        and course.cause not in (*NO_REPAIR, "unknown", "")
        and course.said("how") != "phone"
    )


def _solved_at(course: Course) -> datetime | None:
    done = course.now.done
    return done.at if done is not None else None
