"""Who comes back, brings others, stays away; what is given back (docs.md: Figures).

Each is counted as it stood at the end of the period.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from crmkit.core.accounts import CLOSED, units_kept
from crmkit.core.calendar.spans import months_after
from crmkit.core.figures.active import MONTHS, active_between
from crmkit.core.figures.collecting import collected_at
from crmkit.core.figures.counting import Fact, Period
from crmkit.core.figures.selling import standing
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import N_

RETURN_DAYS = timedelta(days=7)  # after the delivery, until which a sale is not settled
LOYALTY = {
    "units-sold": N_("units sold"),
    "units-returned": N_("units given back"),
    "bought": N_("customers who bought in 12 months"),
    "bought-again": N_("customers who bought on two days or more"),
    "new-buyers": N_("new buyers"),
    "referred": N_("new buyers whom somebody referred"),
    "active-before": N_("customers active in the 12 months before the last 12"),
    "lost-customers": N_("of these not active in the last 12 months"),
}


def loyalty(snapshot: Snapshot, period: Period) -> Iterator[Fact]:
    """Units given back of those sold in the period, repeat buyers, new buyers who were referred, customers lost."""
    if date.min in (period.first, period.last) or period.last == date.max:
        return
    since = months_after(period.last + timedelta(days=1), -MONTHS)
    days: dict[str, set[date]] = {}
    first: dict[str, date] = {}
    for ledger in standing(snapshot, period):
        order, person = ledger.order, snapshot.person(ledger.order.customer)
        delivered = order.delivered_on or order.ordered_on
        settled = period.day(period.now) > delivered + RETURN_DAYS
        if order.ordered_on in period and order.cancelled_at is None and settled:
            bought, left = units_kept(order, ()), units_kept(order, snapshot.ledgers[order.id].returns)
            for unit, quantity in bought.items():
                for number in range(quantity):
                    one = f"{order.id}:{unit}:{number + 1}"
                    yield Fact("units-sold", one, order.ordered_on, order.by)
                    if number < quantity - left[unit]:
                        yield Fact("units-returned", one, order.ordered_on, order.by)
        if person is None or ledger.account.state in CLOSED:
            continue
        first[person.id] = min(first.get(person.id, order.ordered_on), order.ordered_on)
        if since <= order.ordered_on <= period.last:
            days.setdefault(person.id, set()).add(order.ordered_on)
    for customer, on in days.items():
        yield Fact("bought", customer, max(on))
        if len(on) > 1:
            yield Fact("bought-again", customer, max(on))
    for customer, day in first.items():
        if day in period:
            yield Fact("new-buyers", customer, day)
            file = snapshot.customers[customer]
            known = collected_at(file)
            if file.referrer and known is not None and period.day(known) <= day:
                yield Fact("referred", customer, day)
    now = set(active_between(snapshot, period, since, period.last + timedelta(days=1)))
    for customer in active_between(snapshot, period, months_after(since, -MONTHS), since):
        yield Fact("active-before", customer, period.last)
        if customer not in now:
            yield Fact("lost-customers", customer, period.last)
