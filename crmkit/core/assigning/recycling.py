"""Recycling (公海): a file that brought no sale passes on to another staff member (docs.md: Assignment).

Within a cycle a file never goes back to somebody who had it. When all have had it, a new cycle begins with its present
owner.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from crmkit.core.accounts import received_on
from crmkit.core.assigning.assignment import Team, moved
from crmkit.core.calendar.spans import Span, day_after
from crmkit.core.findings import Findings
from crmkit.core.people.reach import barred
from crmkit.core.planning.triggers.trigger import start
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Assignment, Callback, Customer, Event, Invitation, Record, Staff, Visit
from crmkit.records.base import derived_id
from crmkit.records.change import Change

# reasons to keep a file that may end on any day although nothing of it is written
PASSING = ("open-order", "appointment", "on-hold", "no-capacity")
KEPT = "file:"  # before the name of a count of files, among what is found of a customer: callbacks are counted too


class UnsoldFile(NamedTuple):
    """A file that brought no sale since its owner got it."""

    customer: Customer
    since: date  # the day of its assignment, else of its collection
    passes_on: date  # the first day on which it goes to somebody else
    kept: (
        str  # why it stays all the same: pinned, lost, open-order, appointment, a key of `reach.REASONS`; "" = it goes
    )
    history: tuple[Assignment, ...]  # every assignment of it, in order of time


def unsold(run: Run, snapshot: Snapshot) -> list[UnsoldFile]:
    """The files that somebody looks after and that brought no sale since, the longest held first."""
    moves = defaultdict(list)
    for one in sorted(snapshot[Assignment], key=lambda move: (move.at, move.id)):
        moves[_file(snapshot, one.customer)].append(one)
    appointments, open_orders = _appointments(run, snapshot), _open_orders(run, snapshot)
    sold = defaultdict(list)
    for ledger in snapshot.standing_orders:
        sold[_file(snapshot, ledger.order.customer)].append(ledger.order.ordered_on)
    found = []
    for customer in snapshot.customers.values():
        history = tuple(moves[customer.id])
        since = _since(run, customer, history)
        if customer.owner and since is not None and all(day < since for day in sold[customer.id]):
            passes_on = day_after(since, Span(run.settings.assignment.recycle_months, "m"))
            coming = {"open-order": customer.id in open_orders, "appointment": customer.id in appointments}
            kept = _kept(run, customer) or next((reason for reason, holds in coming.items() if holds), "")
            found.append(UnsoldFile(customer, since, passes_on, kept, history))
    return sorted(found, key=lambda one: (one.passes_on, one.customer.id))


def notices(run: Run, files: Iterable[UnsoldFile]) -> list[UnsoldFile]:
    """Those of `files` that pass on within the next `assignment.notice_days` days, unless something is sold."""
    return [one for one in files if not one.kept and run.now.date() < one.passes_on <= notice_until(run)]


def notice_until(run: Run) -> date:
    """The last day of the files that `notices` lists."""
    return run.now.date() + timedelta(days=run.settings.assignment.notice_days)


def days_before_notice(run: Run) -> tuple[date, date]:
    """The first and last day of assignment of the files that `notices` may list.

    Several days lead to one: three months after 28, 29, 30 and 31 of a month may be the same day.
    """
    rules = run.settings.assignment
    back = Span(-rules.recycle_months, "m")
    first = day_after(run.now.date() + timedelta(days=1), back)
    last = day_after(run.now.date() + timedelta(days=rules.notice_days), back) + timedelta(days=3)
    return first, last


def recycle(
    run: Run, snapshot: Snapshot, *, load: Mapping[str, int] | None = None, findings: Findings | None = None
) -> Change:  # fmt: skip
    """Every file whose time is up goes to whoever has the fewest files and has not had it in this cycle.

    Counts: `recycled`, and what stays by reason: those of `kept`, `nobody-else` (on the staff), `no-capacity`.
    The record's id follows from the file and its assignment: two operators offline write the same one. `load` is the
    number of files by owner, where `snapshot` does not hold them all; `findings` takes what was found of each file.
    """
    found = findings or Findings()
    if load is None:
        load = Counter(one.owner for one in snapshot.customers.values() if one.owner and one.stage != "lost")
    team = Team(run, snapshot[Staff], load)
    callbacks = defaultdict(list)
    for callback in snapshot[Callback]:
        callbacks[_file(snapshot, callback.customer)].append(callback)
    counts = Counter({"recycled": 0})
    puts: list[Record] = []
    ids = []
    for one in unsold(run, snapshot):
        file = one.customer
        if one.passes_on > run.now.date():
            found.holds_until(file.id, start(run, one.passes_on))
            continue
        code, reason = ("", one.kept) if one.kept else next_owner(team, file.owner, one.history)
        counts[reason or "recycled"] += 1
        found.count(file.id, KEPT + (reason or "recycled"))
        if reason in PASSING:
            found.holds_until(file.id, run.now)
        if reason:
            continue
        month = datetime.combine(one.passes_on, time())
        identifier = derived_id(Assignment.letter, month, file.id, one.since.isoformat(), file.owner)
        move = moved(
            run, file, code, callbacks[file.id], how="recycled", cause="no-sale", since=one.since, identifier=identifier
        )
        team.take(code, file.owner)
        puts += [move.customer, *move.records]
        ids.append(file.id)
    return Change(puts=tuple(puts), ids=tuple(ids), counts=dict(counts))


def next_owner(team: Team, owner: str, history: Iterable[Assignment]) -> tuple[str, str]:
    """Who of `team` gets a file that `owner` passes on, or "" and why nobody does."""
    had = cycle(history) | {owner}
    others = [code for code in team.members if code not in had]
    if not others:
        others = [code for code in team.members if code != owner]
    if not others:
        return "", "nobody-else"
    code = team.least_loaded(others)
    return code, "" if code else "no-capacity"


def cycle(history: Iterable[Assignment]) -> frozenset[str]:
    """The staff who had the file in its present cycle; `history` is every assignment of it, in order of time."""
    had: set[str] = set()
    for move in history:
        if move.how == "recycled" and move.to in had:
            had = {move.before}
        had.add(move.to)
    return frozenset(had - {""})


def _since(run: Run, customer: Customer, history: tuple[Assignment, ...]) -> date | None:
    """The day since when the present owner has the file."""
    times = [move.at for move in history if move.to == customer.owner]
    moment = max(times, default=customer.collected_at or customer.created_at)
    return moment.astimezone(run.now.tzinfo).date() if moment else None


def _kept(run: Run, customer: Customer) -> str:
    """Why the file itself says that it stays; "" where it does not."""
    if customer.pinned:
        return "pinned"
    return "lost" if customer.stage == "lost" else barred(run, customer, "manual")


def _appointments(run: Run, snapshot: Snapshot) -> set[str]:
    """The files with an appointment to come: a visit, a call agreed on, an event that was accepted."""
    coming = {event.id for event in snapshot[Event] if event.cancelled_at is None and event.starts_at > run.now}
    people = [one.customer for one in snapshot[Visit] if not one.state and one.ends_at > run.now]
    agreed = [one for one in snapshot[Callback] if not one.state and one.purpose == "manual"]
    people += [one.customer for one in agreed if one.due_at > run.now]
    accepted = [one for one in snapshot[Invitation] if not one.state and one.answer == "accepted"]
    people += [one.customer for one in accepted if one.event_id in coming]
    return {_file(snapshot, customer) for customer in people}


def _open_orders(run: Run, snapshot: Snapshot) -> set[str]:
    """The files with an order that is still to be delivered, paid or paid back."""
    found = set()
    for ledger in snapshot.standing_orders:
        # an imported order tells nothing of its payments
        owed = not ledger.order.row and (ledger.account.balance or ledger.account.refund_owed)
        if owed or received_on(ledger.order) > run.now.date():
            found.add(_file(snapshot, ledger.order.customer))
    return found


def _file(snapshot: Snapshot, identifier: str) -> str:
    """The id of the living file that `identifier` is part of."""
    person = snapshot.person(identifier)
    return person.id if person else identifier
