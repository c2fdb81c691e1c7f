"""Everything there is to do on a day, of every kind (the list behind `crmkit due`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from crmkit.core.callbacks import listed
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import barred, dial, reason
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.records import Callback, Customer, Event, Invitation, Ticket
from crmkit.records.typed import DialString

if TYPE_CHECKING:
    from crmkit.core.assigning import recycling, screening
    from crmkit.core.care import cadence
    from crmkit.core.collecting import recheck
    from crmkit.core.complaints.hearing import Hearing
    from crmkit.core.plans.course import PlanCourse
    from crmkit.core.tickets.clocks import TicketClock
    from crmkit.core.visits.routes import Stop

Label = Callable[[str], str]
GROUPS = {  # of a day, in the order in which they are told
    "timed": N_("at its time"),
    "overdue": N_("overdue"),
    "today": N_("to do"),
    "recheck": N_("numbers to ask again"),
    "decision": N_("to decide"),
}
DECISIONS = ("unanswered", "unassigned", "shared", "on-hold")  # kinds that a person decides, at no time of their own
APPOINTED = ("callback", "visit", "event", "by-grade")  # kinds that are late once their day has passed
PLAN_KINDS = {"review": "renewal", "refund": "plan-refund", "invoice": "plan-invoice"}  # what of a plan → kind


class Item(NamedTuple):
    """One thing to do."""

    # recheck, ticket, complaint, callback, visit, event, invitation, unanswered, unscreened, unassigned,
    # recycle-notice, by-grade, shared, on-hold
    kind: str
    id: str  # of the ticket, callback, visit, event or invitation, else of the customer
    customer: str  # "" for an event
    name: str  # of the customer, else of the event
    phone: str  # E.164
    due_at: datetime | None
    owner: str  # staff code
    what: str  # in the operator's language
    late: bool = False  # it should have been done before today
    group: str = ""  # of GROUPS


def placed(run: Run, items: Iterable[Item]) -> list[Item]:
    """`items` as they come, each with its group and whether it is late."""
    from crmkit.core.calendar.hours import Opening

    opens = Opening.parse(run.settings.hours.open).first
    return [_placed(run, item, opens) for item in items]


def as_a_day(items: Sequence[Item]) -> list[Item]:
    """Placed items in the order of GROUPS; what has a time stands in order of time."""
    groups = list(GROUPS)
    timed = {item.id: item.due_at for item in items if item.group == "timed" and item.due_at}
    return sorted(items, key=lambda item: (groups.index(item.group), str(timed.get(item.id, ""))))


def _placed(run: Run, item: Item, opens: time) -> Item:
    """`item` in its group. A call that is planned for the first open minute has no time of its own."""
    at = item.due_at.astimezone(run.now.tzinfo) if item.due_at else None
    late = item.late or (item.kind in APPOINTED and at is not None and at.date() < run.now.date())
    group = "overdue" if late else "today"
    if item.kind == "recheck" or item.kind in DECISIONS:
        group = item.kind if item.kind == "recheck" else "decision"
    elif (
        not late
        and at
        and item.kind in ("callback", "visit", "event", "ticket", "complaint")
        and at.time() not in (time(), opens)
    ):
        group = "timed"
    return item._replace(late=late, group=group)


class DayAhead(NamedTuple):
    """What one day of a week holds."""

    day: date
    holiday: str  # its name, where it is a public holiday
    callbacks: int
    visits: int
    events: int
    further: int  # what is due that day besides
    timed: tuple[str, ...]  # what has a time: "09:30 秦玉兰"
    ids: tuple[str, ...]


def week(run: Run, items: Iterable[Item], holidays: Mapping[date, str], first: date) -> list[DayAhead]:
    """The seven days from `first` on, of placed items. What is late or waits for a decision stands on none of them."""
    days = [first + timedelta(days=n) for n in range(7)]
    found: dict[date, list[tuple[datetime, Item]]] = {day: [] for day in days}
    for item in as_a_day(list(items)):
        at = item.due_at.astimezone(run.now.tzinfo) if item.due_at else None
        if at and at.date() in found and not item.late and item.group != "decision":
            found[at.date()].append((at, item))
    return [_day_ahead(day, holidays.get(day, ""), found[day]) for day in days]


def _day_ahead(day: date, holiday: str, items: list[tuple[datetime, Item]]) -> DayAhead:
    counts = Counter(item.kind for _at, item in items)
    callbacks, visits, events = counts["callback"], counts["visit"], counts["event"]
    times = tuple(f"{at:%H:%M} {item.name}" for at, item in items if item.group == "timed")
    others = len(items) - callbacks - visits - events
    return DayAhead(day, holiday, callbacks, visits, events, others, times, tuple(item.id for _at, item in items))


def rechecks(due: Iterable["recheck.Recheck"]) -> Iterator[Item]:
    """Numbers to ask for a second time, by whoever collected them."""
    for asking in due:
        customer = asking.customer
        what = _("ask for the number once more, and compare: crmkit recheck answer")
        yield _item("recheck", customer.id, customer, asking.due_at, customer.collector, what)


def callbacks(
    run: Run, due: Iterable[Callback], customer_of: Callable[[str], Customer], label: Label
) -> Iterator[Item]:  # fmt: skip
    """Calls to make, the most urgent first; only people who may be called."""
    for work in listed(run, due, customer_of):
        callback = work.callback
        yield _item("callback", callback.id, work.customer, callback.due_at, callback.owner, work.why(label))


def visits(run: Run, stops: Iterable["Stop"], label: Label) -> Iterator[Item]:
    """Appointments to keep, in order of time; also those whose window has passed without a result."""
    from crmkit.core.visits.visits import overdue, state_of

    states = {
        "open": _("{visit}, until {ends:%H:%M}"),
        "overdue": _("{visit}: the window has passed; crmkit visit move, missed or finish --started"),
        "under-way": _("{visit}: under way; crmkit visit finish"),
    }
    for stop in sorted(stops, key=lambda stop: (stop.visit.begins_at, stop.visit.id)):
        visit = stop.visit
        state = "overdue" if overdue(run, visit) else state_of(visit)
        what = " · ".join(text for text in (label(visit.purpose), stop.address) if text)
        text = states[state].format(visit=what, ends=visit.ends_at.astimezone(run.now.tzinfo))
        yield _item("visit", visit.id, stop.customer, visit.begins_at, visit.by, text)


def events(coming: Iterable[Event], guests_of: Callable[[Event], list[Invitation]]) -> Iterator[Item]:
    """Events to get ready for, with how many people are expected."""
    from crmkit.core.events.invitations import taken

    for event in coming:
        n = taken(guests_of(event))
        what = _("{n} people expected: crmkit event seats {code}").format(n=n, code=event.code)
        yield Item("event", event.id, "", event.name or event.code, "", event.starts_at, "", what)


def invitations(
    run: Run, coming: Iterable[Event], guests_of: Callable[[Event], list[Invitation]],
    customer_of: Callable[[str], Customer],
) -> Iterator[Item]:  # fmt: skip
    """Invitations to hand over to people who may be visited, by whoever invited them."""
    from crmkit.core.events.events import expected
    from crmkit.core.events.invitations import PURPOSE

    for event in coming:
        for guest in guests_of(event):
            customer = customer_of(guest.customer)
            if expected(guest) and guest.delivered_at is None and not barred(run, customer, PURPOSE, "visit"):
                what = _("deliver: crmkit event deliver {number}").format(number=guest.number)
                yield _item("invitation", guest.id, customer, event.starts_at, guest.by or customer.owner, what)


def unanswered(
    run: Run, stopped: Iterable[Callback], customer_of: Callable[[str], Customer], label: Label
) -> Iterator[Item]:  # fmt: skip
    """Callbacks that were never answered: a person decides whether to snooze or to cancel them."""
    for callback in stopped:
        customer = customer_of(callback.customer)
        if not barred(run, customer, callback.purpose):
            what = _("{purpose}: not reached, {n} times; snooze it or cancel it")
            text = what.format(purpose=label(callback.purpose), n=callback.attempt)
            yield _item("unanswered", callback.id, customer, callback.due_at, callback.owner, text)


def screenings(
    late: Iterable["screening.Screening"],
    callbacks_of: Callable[[str], Iterable[Callback]],
    until: datetime,
    label: Label,
) -> Iterator[Item]:
    """Files whose screening is overdue, in the order of `late`: the planned call, or that none is planned.

    Left out: a call agreed for `until` or later, and one in `unanswered`. A file that is not late yet is listed only
    where no call is planned: it came in after today's planning.
    """
    from crmkit.core.assigning.screening import PURPOSE

    for customer, _last_day, days in late:
        planned = [one for one in callbacks_of(customer.id) if one.purpose == PURPOSE]
        standing = next((one for one in planned if one.state in ("", "stopped")), None)
        if standing is None:
            what = _("no screening is planned yet: crmkit callback plan, or crmkit lead screen")
            if days:
                what = _("{n} days late, and no screening is planned: crmkit callback plan, or crmkit lead screen")
            item = _item(
                "unscreened", customer.id, customer, customer.collected_at, customer.owner, what.format(n=days)
            )
            yield item._replace(late=days > 0)
        elif days and not standing.state and standing.due_at < until:
            what = _("{purpose}: {n} days late").format(purpose=label(standing.purpose), n=days)
            yield _item("callback", standing.id, customer, standing.due_at, standing.owner, what)._replace(late=True)


def unassigned(run: Run, waiting: Iterable[Customer]) -> Iterator[Item]:
    """Screened files that nobody looks after."""
    for customer in waiting:
        if not barred(run, customer, "manual"):
            what = _("screened, and nobody looks after it: crmkit lead assign")
            yield _item("unassigned", customer.id, customer, customer.collected_at, "", what)


def recycle_notices(soon: Iterable["recycling.UnsoldFile"], zone: tzinfo | None) -> Iterator[Item]:
    """Files that pass on to somebody else soon, for whoever has them now."""
    for one in soon:
        what = _("no sale since {since}: on {day} it passes to somebody else").format(
            since=one.since, day=one.passes_on
        )
        passes_at = datetime.combine(one.passes_on, time(), zone)
        yield _item("recycle-notice", one.customer.id, one.customer, passes_at, one.customer.owner, what)


def cadences(run: Run, due: Iterable["cadence.Dues"]) -> Iterator[Item]:
    """Letters and visits by grade."""
    texts = {
        "letter": _("a letter by grade {grade}: crmkit message render letter"),
        "visit": _("a visit by grade {grade}: crmkit visit add"),
    }
    for one in due:
        due_at = datetime.combine(one.due_on, time(), run.now.tzinfo)
        text = texts[one.what].format(grade=one.customer.grade)
        item = _item("by-grade", one.customer.id, one.customer, due_at, one.customer.owner, text)
        yield item._replace(phone="") if barred(run, one.customer, "cadence") else item


def shared(run: Run, undecided: Iterable[Customer]) -> Iterator[Item]:
    """Files with a number that is another person's too: the same person, a household, or two people?

    The decision is about files, so no phone is shown for somebody who may not be called.
    """
    for customer in undecided:
        what = _("a number that another person has too: same person, household, or distinct?")
        item = _item("shared", customer.id, customer, customer.collected_at, customer.owner, what)
        yield item._replace(phone="") if barred(run, customer, "manual") else item


def held(run: Run, customers: Iterable[Customer]) -> Iterator[Item]:
    """Files that are held because somebody else refused on their number: a person decides (docs.md: Repeats)."""
    for customer in customers:
        if barred(run, customer, "manual") == "on-hold":
            what = _("{reason}: crmkit customer release, or dnc").format(reason=reason(run, customer, "on-hold"))
            item = _item("on-hold", customer.id, customer, customer.collected_at, customer.owner, what)
            yield item._replace(phone="")


def tickets(
    run: Run, found: Iterable[tuple[Ticket, str, Customer, str, "TicketClock | None", int]], label: Label
) -> Iterator[Item]:  # fmt: skip
    """Promises that run out, and money to be paid back: fault, who does it, the next clock, the money."""
    for ticket, fault, customer, by, clock, money in found:
        told = ticket.symptom or fault
        owner = by or customer.owner
        if clock is not None and clock.due_at is not None:
            broken = clock.due_at < run.now
            text = _("{clock} was promised: {symptom}") if broken else _("{clock}: {symptom}")
            text = text.format(clock=label(clock.clock), symptom=told)
            item = _item("ticket", ticket.id, customer, clock.due_at, owner, text)
            yield _reachable(run, item._replace(late=broken), customer)
        elif money:
            text = _("to be paid back {amount}: {symptom}").format(amount=in_yuan(money), symptom=told)
            yield _reachable(run, _item("ticket", ticket.id, customer, None, owner, text), customer)


def complaints(
    run: Run, found: Iterable["Hearing"], customer_of: Callable[[str], Customer], label: Label
) -> Iterator[Item]:  # fmt: skip
    """What is to be done about complaints: acknowledged, answered as promised, called back; or what comes next."""
    from crmkit.core.complaints.hearing import due, following

    for one in found:
        complaint, customer, at = one.complaint, customer_of(one.complaint.customer), due(run, one)
        text = _("{state}: {facts}").format(state=label(f"complaint-{one.state}"), facts=complaint.facts)
        if at is None:  # nobody named a day, and it is not left lying for that
            text = f"{text}; crmkit complaint {following(one)[0]}"
        item = _item("complaint", complaint.id, customer, at, complaint.by or customer.owner, text)
        yield _reachable(run, item._replace(late=at is not None and at < run.now), customer)


def plans(
    run: Run, found: Iterable[tuple["PlanCourse", Customer, Sequence[tuple[date, str]]]], label: Label
) -> Iterator[Item]:  # fmt: skip
    """Visits to agree on or to report on, invoices, ends to talk about, refunds: of each plan what is due, and when."""
    for present, customer, days in found:
        plan = present.plan
        for day, what in days:
            one = present.slot(int(what)) if what.isdecimal() else None
            if one is not None and one.state == "booked" and day >= present.today:
                continue  # its appointment is told
            name, _colon, number = what.partition(":")
            kind = "plan-visit" if one is not None else PLAN_KINDS[name]
            text = label(f"mode-{plan.mode}")
            if one is not None and one.state == "made":
                text = _("{mode}, visit {k} has no report: crmkit plan report").format(mode=text, k=one.k)
            elif one is not None:
                text = _("{mode}, visit {k}: crmkit plan visit, or skip").format(mode=text, k=one.k)
            elif name == "invoice":
                text = _("{mode}, visit {k} is to be invoiced: crmkit plan invoice").format(mode=text, k=number)
            elif what == "review":
                text = _("{mode} ends on {day}: crmkit plan review").format(mode=text, day=present.ends_on)
            else:
                text = _("to be paid back {amount}: crmkit plan refund").format(
                    amount=in_yuan(present.balance.refund_due)
                )
            identifier = f"{plan.id}:{number or what}" if number or one is not None else plan.id
            at = datetime.combine(day, time(), run.now.tzinfo)
            item = _item(kind, identifier, customer, at, plan.by or customer.owner, text)
            yield _reachable(run, item._replace(late=day < present.today), customer)


def _reachable(run: Run, item: Item, customer: Customer) -> Item:
    """`item`, without the number of somebody who cannot be called even for what they reported."""
    return item._replace(phone="") if barred(run, customer, "service") else item


def _item(kind: str, identifier: str, customer: Customer, due_at: datetime | None, owner: str, what: str) -> Item:
    phone = dial(customer)
    return Item(
        kind, identifier, customer.id, customer.name, DialString(identity(phone)) if phone else "", due_at, owner, what
    )
