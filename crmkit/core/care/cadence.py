"""Letters and visits that are due by grade (docs.md: Customers); the calls are callbacks."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmkit.core.calendar.spans import Span, day_after, parse_span
from crmkit.core.people.reach import barred
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, Message, Visit
from crmkit.records.customer import GRADES
from crmkit.records.rows import Cadence
from crmkit.records.typed import Code

WAYS = {"letter": "greeting", "visit": "courtesy"}  # what is due, and the purpose for which the gate is asked


class Dues(NamedTuple):
    """A letter or a visit that a customer should have by now."""

    customer: Customer
    what: str  # one of WAYS
    due_on: date
    last_on: date | None  # when there was one last; None = never

    def row(self) -> dict[str, Any]:
        """It as plain values."""
        return {
            "id": self.customer.id,
            "name": self.customer.name,
            "grade": self.customer.grade,
            "what": Code(self.what),
            "due_on": self.due_on.isoformat(),
            "last_on": self.last_on.isoformat() if self.last_on else "",
            "owner": self.customer.owner,
            "district": self.customer.district,
            "address": self.customer.address,
        }


class Care(NamedTuple):
    """What there was of letters and visits, by customer id."""

    last: Mapping[tuple[str, str], date]  # (customer, one of WAYS) → day of the latest
    agreed: frozenset[tuple[str, str]]  # (customer, "visit") with an appointment


def care(run: Run, visits: Iterable[Visit], messages: Iterable[Message]) -> Care:
    """The visits made and agreed, and the letters sent."""
    last: dict[tuple[str, str], date] = {}
    agreed = set()
    for visit in visits:
        if visit.state == "done":
            day = (visit.started_at or visit.begins_at).astimezone(run.now.tzinfo).date()
            last[visit.customer, "visit"] = max(day, last.get((visit.customer, "visit"), day))
        elif not visit.state:
            agreed.add((visit.customer, "visit"))
    for message in messages:
        if message.channel == "letter":
            day = message.at.astimezone(run.now.tzinfo).date()
            last[message.customer, "letter"] = max(day, last.get((message.customer, "letter"), day))
    return Care(last, frozenset(agreed))


def due(run: Run, customers: Iterable[Customer], had: Care, until: date) -> list[Dues]:
    """What is due by `until` under `[[cadence.rules]]`, the longest overdue first; only who may be contacted so.

    Counted from the last one, else from the day on which the file was collected; nothing where a visit is agreed.
    Raises InvalidError for a rule that cannot be read.
    """
    rules = [rule for rule in run.settings.cadence.rules if not rule.off]
    spans = {rule.name: _check(rule) for rule in rules}
    found = []
    for customer in customers:
        since = customer.collected_at or customer.created_at or run.now
        for rule in rules:
            if rule.grade != customer.grade or (customer.id, rule.what) in had.agreed:
                continue
            last = had.last.get((customer.id, rule.what))
            day = day_after(last or since.astimezone(run.now.tzinfo).date(), spans[rule.name])
            if day <= until and not barred(run, customer, WAYS[rule.what], rule.what):
                found.append(Dues(customer, rule.what, day, last))
    return sorted(found, key=lambda one: (one.due_on, one.customer.id, one.what))


def last_days(run: Run, day: date) -> list[tuple[str, str, date, date]]:
    """For every rule in force: its grade and kind, and the first and last day for which the next one is due within the
    `cadence.due_days` days up to `day`: days of the last letter or visit, or of the collection of the file.

    Six months after the 28th, 29th, 30th and 31st of one month may be the same day. Raises as `due`.
    """
    found = []
    for rule in run.settings.cadence.rules:
        if not rule.off:
            span = _check(rule)
            back = Span(-span.number, span.unit)
            first = day_after(day - timedelta(days=run.settings.cadence.due_days - 1), back)
            found.append((rule.grade, rule.what, first, day_after(day, back) + timedelta(days=3)))
    return found


def _check(rule: Cadence) -> Span:
    if rule.what not in WAYS or rule.grade not in GRADES:
        raise InvalidError(
            _("cadence rule {rule}: there is no {value}").format(
                rule=rule.name, value=rule.grade if rule.what in WAYS else rule.what
            ),
            _("one of: {choices}").format(choices=", ".join(GRADES if rule.what in WAYS else WAYS)),
        )
    try:
        span = parse_span(rule.every)
    except InvalidError:
        span = Span(0, "d")
    if span.number < 1 or not span.of_days:
        raise InvalidError(
            _("cadence rule {rule}: every {value} cannot be read").format(rule=rule.name, value=rule.every),
            _('write for example every = "+6m"'),
        )
    return span
