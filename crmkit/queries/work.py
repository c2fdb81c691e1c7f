"""What commands about planned work share: effects of a change on callbacks and visits, timetable, lists, times."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from crmkit.archive.archive import Archive
from crmkit.core.callbacks import Work, in_order, listed
from crmkit.core.people.reach import barred
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import N_, _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, holder_of, staff_code, survivor
from crmkit.records import Call, Callback, Customer, PhoneCheck, Visit
from crmkit.records.change import Change, together
from crmkit.records.work import PURPOSES, utc_key

if TYPE_CHECKING:
    from crmkit.core.calendar.hours import Calendar, Timetable
    from crmkit.core.calendar.worktime import WorkingTime
    from crmkit.core.collecting.recheck import Recheck

LEAD_COLUMNS = ("id", "name", "phones", "source", "site", "owner", "stage", "collected_at")
CALLBACK_COLUMNS = (
    "id", "customer", "name", "phone", "purpose", "due_at", "until", "owner", "state", "priority", "reason",
)  # fmt: skip
STATES = ("open", "done", "cancelled", "stopped", "all")
NOBODY: Mapping[str, Customer] = MappingProxyType({})


def calendar_of(archive: Archive) -> "Calendar":
    """The archive's weekdays with work, and its public holidays. Raises InvalidError, DamagedError."""
    from crmkit.core.calendar.hours import Calendar
    from crmkit.core.calendar.worktime import weekdays

    return Calendar.from_json(archive.calendars(), weekdays(archive.settings.hours))


def worktime_of(archive: Archive) -> "WorkingTime":
    """The archive's working hours. Raises InvalidError, DamagedError."""
    from crmkit.core.calendar.worktime import WorkingTime

    return WorkingTime.of(archive.settings.hours, calendar_of(archive))


def timetable_of(archive: Archive) -> "Timetable":
    """The archive's opening hours and calendar. Raises InvalidError, DamagedError."""
    from crmkit.core.calendar.hours import Opening, Timetable

    return Timetable(Opening.parse(archive.settings.hours.open), calendar_of(archive))


def with_callbacks(archive: Archive, run: Run, change: Change) -> Change:
    """`change` together with what it means for the callbacks of the customers it touches.

    The callbacks that the rules ask for now are planned, those whose reason is gone are cancelled, those whose day
    moved are moved: what `callback plan` would do for these customers, from their records alone. Adds the counts
    `callbacks`, `callbacks_cancelled` and `callbacks_moved`. Raises InvalidError, DamagedError.
    """
    from crmkit.core.planning.planning import plan
    from crmkit.queries.snapshot import snapshot_after

    if any(isinstance(one, Call) and one.outcome == "declined" for one in change.puts):
        from crmkit.core.calling.calls import after_declining

        people = dict.fromkeys(one.customer for one in change.puts if isinstance(one, Call))
        change = after_declining(change, [one for person in people for one in archive.of(Callback, person)])
    planned = plan(run, calendar_of(archive), snapshot_after(archive, change))
    counts = Counter(planned.counts)
    told = {
        "callbacks": counts["planned"] + counts["reopened"],
        N_("callbacks_cancelled"): counts["cancelled"],
        N_("callbacks_moved"): counts["moved"],
    }
    return together(change, Change(puts=planned.puts, counts=told))


def with_refusal(
    archive: Archive, run: Run, change: Change, customer: Customer, channels: Iterable[str] | None
) -> Change:
    """`change`, the call with `customer`, together with what a refusal of `channels` in it cancels.

    One text may name several channels, with commas.
    """
    from crmkit.core.fields import words
    from crmkit.core.people.consents import refuse_in_call
    from crmkit.queries.snapshot import snapshot_about

    refused = [channel for text in channels or () for channel in words(text)]
    if not refused:
        return change
    return refuse_in_call(run, change, customer, refused, snapshot_about(archive, [customer]))


def open_visits_on(archive: Archive, run: Run, day: date) -> list[Visit]:
    """The visits of that day that are not over, in order of time."""
    begin, end = end_of(day - timedelta(days=1), run), end_of(day, run)
    return archive.between(Visit, f"visit:{utc_key(begin)}", f"visit:{utc_key(end)}")


def customers(archive: Archive, identifiers: Iterable[str]) -> dict[str, Customer]:
    """The customers with these ids that there are, by id; each shard is read once."""
    return {one.id: one for one in archive.records(identifiers) if isinstance(one, Customer)}


def customer_of(archive: Archive, there: Mapping[str, Customer] = NOBODY) -> Callable[[str], Customer]:
    """A look-up of customers by id; an alias gives its survivor. Those that are `there` are not read again."""

    def look_up(identifier: str) -> Customer:
        return survivor(archive, there[identifier]) if identifier in there else holder_of(archive, identifier)

    return cache(look_up)


def the_customer(archive: Archive, argument: str, option: str) -> Customer:
    """The customer named by argument or by --customer. Raises UsageError, NotFoundError, AmbiguousError."""
    if bool(argument) == bool(option):
        raise UsageError(_("name one customer, as an argument or with --customer"))
    return find_customer(archive, argument or option)


def named_customer(argument: str, option: str) -> str:
    """How a customer was named, who need not be on file yet. Raises UsageError for two names, InvalidError for none."""
    if argument and option:
        raise UsageError(_("name one customer, as an argument or with --customer"))
    if not (argument or option):
        missing = _("the {field} is missing").format(field="customer")
        raise InvalidError(missing, _("name it: --customer ID|PHONE"))
    return argument or option


def moment_of(run: Run, timetable: "Timetable", text: str) -> datetime:
    """The moment that `text` names; a day alone means its first open minute. Raises InvalidError."""
    from crmkit.core.calendar.dates import parse_moment

    return parse_moment(text, run.now, timetable.opening.first)


def next_time(run: Run, timetable: "Timetable", outcome: str, text: str) -> datetime | None:
    """The time in --next; None where it is only words. To call later needs a time: InvalidError where it is none."""
    try:
        return moment_of(run, timetable, text) if text else None
    except InvalidError:
        if outcome == "call-later":
            raise
        return None


def kept_step(run: Run, timetable: "Timetable", text: str) -> str:
    """The next step as it is kept: a time as its day, and the minute where one was named; words stay words."""
    from crmkit.core.calendar.dates import parse_day

    moment = next_time(run, timetable, "", text)
    if moment is None:
        return text
    try:
        return parse_day(text, run.now).isoformat()
    except InvalidError:
        return f"{moment:%Y-%m-%d %H:%M}"


def worklist(
    archive: Archive, run: Run, *, due: str = "", owner: str = "", purpose: str = "", state: str = "open",
    customer: str = "",
) -> Iterator[Work]:  # fmt: skip
    """The callbacks that fit all of the options, the most urgent first. Raises InvalidError, UsageError."""
    from crmkit.core.calendar.periods import last_day

    state = one_of(state, STATES, _("there is no state {value}"), field="state")
    end = end_of(last_day(due, run.now), run) if due else None
    if state == "open" and not customer:
        found = archive.between(Callback, "due:", f"due:{utc_key(end)}" if end else "due;")
    else:
        known = archive.of(Callback, find_customer(archive, customer).id) if customer else archive.all(Callback)
        found = [one for one in known if state in ("all", one.state or "open")]
        found = [one for one in found if end is None or one.due_at < end]
    found = fitting(archive, found, owner, purpose)
    return listed(run, found, customer_of(archive, customers(archive, {one.customer for one in found})))


def rechecks(archive: Archive, run: Run) -> Iterator["Recheck"]:
    """The files whose number is to be asked again now, in no order; whose number is known is not read."""
    from crmkit.core.collecting.recheck import due

    people = (one for one in archive.records(archive.ids("unproved:")) if isinstance(one, Customer))
    checked = (check.customer for check in archive.uncommitted.of_type(PhoneCheck))
    return due(run, people, {*archive.index.ids_by_value("asked"), *checked})


def fitting(archive: Archive, found: Iterable[Callback], owner: str, purpose: str) -> list[Callback]:
    """Those of `found` that are of `owner` and for `purpose`; "" is any. Raises UsageError, NotFoundError."""
    code = staff_code(archive, owner, "--owner") if owner else ""
    purpose = one_of(purpose, PURPOSES, _("there is no purpose {value}"), field="purpose")
    own = [one for one in found if owner in ("", one.owner) or one.owner == code]
    return [one for one in own if purpose in ("", one.purpose)]


def overtaken(
    archive: Archive, run: Run, shown: Iterable[Work], *, due: str, owner: str, purpose: str
) -> tuple[list[Work], list[Work]]:
    """What a telephone with an earlier calendar must hear beside `shown`: what moved beyond the day `due`, what is off.

    Off is what was closed, and what was planned with people who may not be called any more.
    """
    from crmkit.core.calendar.periods import last_day
    from crmkit.core.calling.ics import changed, rings

    end, who, known = end_of(last_day(due, run.now), run), customer_of(archive), {item.callback.id for item in shown}
    moved, gone = [], []
    for callback in in_order(fitting(archive, archive.all(Callback), owner, purpose)):
        if callback.id in known or not (changed(run.now, callback) or (not callback.state and callback.due_at < end)):
            continue
        item = Work(callback, who(callback.customer))
        if callback.state:
            gone += [item] if rings(run.now, callback, callback.due_at) else []
        elif barred(run, item.customer, callback.purpose):
            gone += [item] if changed(run.now, item.customer) or changed(run.now, callback) else []
        else:
            moved.append(item)
    return moved, gone


def end_of(day: date, run: Run) -> datetime:
    """The first moment after `day`."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), run.now.tzinfo)
