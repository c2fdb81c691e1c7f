"""What the visit commands share: finding visits and what they are about, the stops of a day, a visit as a row."""

from collections.abc import Iterable
from datetime import date, timedelta

from crmkit.archive.archive import Archive
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.selling import orders
from crmkit.core.visits import routes, visits
from crmkit.core.visits.routes import Errand, Stop
from crmkit.core.visits.visits import Window
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries.cards import find_card
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, find_record, holder_of, is_customer, staff_code
from crmkit.queries.ledgers import ledger_of
from crmkit.queries.open_records import find_open
from crmkit.queries.orders import the_order, to_deliver, to_pay
from crmkit.queries.work import open_visits_on, with_callbacks
from crmkit.records import Card, Customer, Event, Invitation, Order, Plan, Product, Visit, type_of
from crmkit.records.base import typed_id
from crmkit.records.change import Change, together
from crmkit.records.typed import Code, DialString, fen, late
from crmkit.records.visit import VISIT_PURPOSES
from crmkit.result import Row, row

STATES = ("open", "done", "cancelled", "missed", "all")


def find_visit(archive: Archive, text: str) -> Visit:
    """The visit by id, or the one alone of a customer that is open. Raises NotFoundError, AmbiguousError."""
    return find_open(archive, Visit, text)


def find_about(archive: Archive, text: str) -> Order | Event | Card:
    """The order (id), event (code or id) or card (number or id) that `text` names, or the open order of a customer.

    Open is what was not delivered or not paid. Raises as those look-ups do.
    """
    events = archive.find(Event, f"event:{text.strip().casefold()}")
    if events:
        return events[0]
    record_type = type_of(typed_id(text))  # none for a card number, which begins with two letters
    if record_type is Order:
        return find_record(archive, Order, text)
    if record_type is Event:
        return find_record(archive, Event, text)
    try:
        return find_card(archive, text)
    except InvalidError:
        if record_type not in (None, Customer) or not is_customer(archive, text):
            raise
    return the_order(archive, text, lambda ledger: to_deliver(ledger) or to_pay(ledger)).order


def window_of(run: Run, at: str, until: str, minutes: int | None, length: timedelta) -> Window:
    """The window that was typed; without an end it is as long as the visit. Raises InvalidError."""
    begins = parse_moment(at, run.now)
    if until:
        return Window(begins, parse_moment(until, begins))
    return Window(begins, begins + (timedelta(minutes=minutes) if minutes else length))


def chosen(
    archive: Archive, run: Run, *, on: date | None, by: str, state: str, purpose: str, customer: str = ""
) -> list[Visit]:  # fmt: skip
    """The visits that fit all of the options, in order of time. Raises UsageError, NotFoundError."""
    state = one_of(state, STATES, _("there is no state {value}"), field="state")
    purpose = one_of(purpose, VISIT_PURPOSES, _("there is no purpose of a visit {value}"), field="purpose")
    if customer:
        theirs = archive.of(Visit, find_customer(archive, customer).id)
        found = [one for one in theirs if state in ("all", one.state or "open")]
    elif state == "open":
        found = open_visits_on(archive, run, on) if on else archive.between(Visit, "visit:", "visit;")
    else:
        found = [one for one in archive.all(Visit) if state in ("all", one.state)]
    code = staff_code(archive, by, "--by") if by else ""
    fitting = [
        one
        for one in found
        if on in (None, one.begins_at.astimezone(run.now.tzinfo).date())
        if code in ("", one.by) and purpose in ("", one.purpose)
    ]
    return sorted(fitting, key=lambda one: (one.begins_at, one.id))


def stops_of(archive: Archive, run: Run, found: Iterable[Visit]) -> tuple[list[Stop], tuple[str, ...]]:
    """`found` with people and errands, and what to say of open ones that are left out: see `routes.welcome`."""
    return routes.welcome(run, [stop_of(archive, visit) for visit in found])


def overtaken(archive: Archive, run: Run, stops: Iterable[Stop], *, by: str) -> tuple[list[Stop], list[Stop]]:
    """What a telephone with an earlier calendar must hear beside `stops`: what moved to another day, what is off.

    Off is what was closed, and visits to people who do not want any more.
    """
    from crmkit.core.calling.ics import changed, rings

    known = {stop.visit.id for stop in stops}
    moved, gone = [], []
    for visit in chosen(archive, run, on=None, by=by, state="all", purpose=""):
        if visit.id in known or not (changed(run.now, visit) or (not visit.state and visit.ends_at > run.now)):
            continue
        stop = stop_of(archive, visit)
        if visit.state:
            gone += [stop] if rings(run.now, visit, visit.begins_at) else []
        elif barred(run, stop.customer, visit.purpose, "visit"):
            gone += [stop] if changed(run.now, stop.customer) or changed(run.now, visit) else []
        elif changed(run.now, visit):
            moved.append(stop)
    return moved, gone


def stop_of(archive: Archive, visit: Visit) -> Stop:
    """`visit` with the person, as the file is now, and the errand."""
    return Stop(visit, holder_of(archive, visit.customer), errand_of(archive, visit.customer, visit.about))


def errand_of(archive: Archive, customer: str, about: str) -> Errand:
    """What to take along to a customer (id), and to collect, in a visit that is about that order, card or event."""

    def named(code: str) -> str:
        return next((one.name for one in archive.find(Product, f"product:{code.casefold()}") if one.name), code)

    if type_of(about) is Order:
        return routes.of_order(ledger_of(archive, archive.get(Order, about)), named)
    if type_of(about) is Card:
        return routes.of_card(archive.get(Card, about), named)
    if type_of(about) is Event:
        invited = [one for one in archive.of(Invitation, customer) if one.event_id == about and not one.state]
        return routes.of_event(archive.get(Event, about), invited[0] if invited else None)
    return routes.NOTHING


def with_effects(archive: Archive, run: Run, change: Change) -> Change:
    """`change` to appointments, with what it means for the orders they are about and for planned callbacks."""
    return with_callbacks(archive, run, with_appointments(archive, run, change))


def with_appointments(archive: Archive, run: Run, change: Change) -> Change:
    """`change` to appointments, with what it means for the orders and plans they are about."""
    effects = [
        orders.appointed(visit, archive.get(Order, visit.about))
        for visit in change.puts
        if isinstance(visit, Visit) and type_of(visit.about) is Order
    ]
    if any(isinstance(one, Visit) and type_of(one.about) is Plan for one in change.puts):
        from crmkit.queries.plans import with_plans

        change = with_plans(archive, run, change)
    return together(change, *effects)


def shown(run: Run, stop: Stop) -> Row:
    """A visit as its row: the person's present id, name and number, where to go, and what stands out."""
    phone, marks = dial(stop.customer), visits.marks(run, stop.visit)
    return row(
        stop.visit,
        customer=stop.customer.id,
        name=stop.customer.name,
        phone=DialString(identity(phone)) if phone else "",
        address=stop.address,
        state=visits.state_of(stop.visit),
        marks=[Code(mark) for mark in marks],
        begins_at=late(stop.visit.begins_at.isoformat(), is_late="overdue" in marks),
        bring=list(stop.errand.bring),
        balance=fen(stop.errand.collect or None),
    )
