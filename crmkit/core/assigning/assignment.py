"""Who looks after a file (docs.md: Assignment): by turn, by the fewest files in hand, by district, or as a person says.

A team is the staff who may look after files, with how many each has. Every move writes an Assignment record; open
callbacks of the former owner, or of nobody, go to the new one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from crmkit.core import fields
from crmkit.core.people.reach import barred
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Assignment, Callback, Customer, Record, Staff
from crmkit.records.change import Change

TURN_DAYS = 31  # how far back a turn is remembered; who got nothing for longer comes first, by code
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Team:
    """The staff who may look after files, with how many each has; giving a file counts at once."""

    def __init__(
        self, run: Run, staff: Iterable[Staff], load: Mapping[str, int], recent: Iterable[Assignment] = ()
    ) -> None:  # fmt: skip
        """`load` is the number of files by staff code, `recent` the assignments of the last TURN_DAYS days."""
        role = run.settings.assignment.role
        self.run = run
        self.members = {one.code: one for one in staff if not one.left and (not role or role in one.roles)}
        self.load = Counter(load)
        self._served: dict[str, tuple[datetime, int]] = {}  # code → time of the last assignment, and how many then
        for one in recent:
            self._serve(one.to, one.at)

    def must_have_members(self) -> None:
        """Raises InvalidError where nobody on the staff may look after files."""
        role = self.run.settings.assignment.role
        if not self.members:
            raise InvalidError(
                _("nobody on the staff has the role {role}").format(role=role or "-"),
                _("for example: crmkit staff edit CODE --set roles={role}").format(role=role or "service"),
            )

    def take(self, code: str, before: str = "") -> None:
        """`code` has one more file, `before` one less."""
        self.load[code] += 1
        self.load[before] -= 1
        self._serve(code, self.run.now)

    def has_room(self, code: str) -> bool:
        """Whether a staff member has fewer files in hand than their capacity."""
        return has_room(self.run, self.members[code], self.load[code])

    def least_loaded(self, codes: Iterable[str]) -> str:
        """Of `codes`, who has the fewest files among those with room; "" where nobody has."""
        return min(filter(self.has_room, codes), key=lambda code: (self.load[code], code), default="")

    def next_in_turn(self) -> str:
        """Who got nothing for the longest time, among those with room; "" where nobody has."""
        return min(
            filter(self.has_room, self.members),
            key=lambda code: (*self._served.get(code, (_LONG_AGO, 0)), code),
            default="",
        )

    def of_district(self, district: str) -> list[str]:
        """The codes of those who work in `district`; a staff member may have several, with commas."""
        return [
            code
            for code, one in self.members.items()
            if district.casefold() in {name.casefold() for name in fields.words(one.district)}
        ]

    def _serve(self, code: str, at: datetime) -> None:
        last, times = self._served.get(code, (_LONG_AGO, 0))
        if at >= last:
            self._served[code] = (at, times + 1 if at == last else 1)


def has_room(run: Run, one: Staff, load: int) -> bool:
    """Whether a staff member who has `load` files may have one more."""
    capacity = one.capacity or run.settings.assignment.capacity
    return not capacity or load < capacity


Callbacks = Callable[[str], Iterable[Callback]]  # customer id → the callbacks planned for that file


class Move(NamedTuple):
    """A file given to somebody else: the changed file, and the other records to store."""

    customer: Customer
    records: tuple[Record, ...]


def moved(
    run: Run, customer: Customer, to: str, callbacks: Iterable[Callback], *, how: str, why: str = "",
    cause: str = "", since: date | None = None, identifier: str = "",
) -> Move:  # fmt: skip
    """`customer` passed to the staff member `to`, "" = to nobody; `how` is one of `records.assignment.WAYS`.

    `identifier` is the id of the Assignment record where two operators must give it the same one.
    """
    record = Assignment(
        id=identifier or run.id_for(Assignment), customer=customer.id, at=run.now, to=to, before=customer.owner,
        how=how, why=why, cause=cause, since=since, by=run.by,
    )  # fmt: skip
    along = (
        msgspec.structs.replace(callback, owner=to)
        for callback in callbacks
        if callback.state in ("", "stopped") and callback.owner in ("", customer.owner)
    )
    return Move(msgspec.structs.replace(customer, owner=to), (record, *along))


def share_out(
    run: Run, team: Team, files: Iterable[Customer], callbacks_of: Callbacks, *, how: str = "", left: Iterable[str] = ()
) -> Change:
    """Give each unassigned file of `files` to a member of `team`, the oldest file first.

    `how` is turn, load or district; "" = `assignment.how`.

    Counts: `assigned`, and what was left out by reason: `unscreened`, `lost`, `unchanged` (somebody looks after it),
    `no-district` (the file has none), `no-staff` (nobody works there), `no-capacity`, or a key of `reach.REASONS`. A
    file of somebody who `left` (codes) waits like one that nobody has. Raises InvalidError where the team is empty.
    """
    team.must_have_members()
    gone = frozenset(left)
    counts = Counter({"assigned": 0})
    puts: list[Record] = []
    ids = []
    way = how or run.settings.assignment.how
    for file in sorted(files, key=lambda one: (one.collected_at or one.created_at or run.now, one.id)):
        code, reason = _pick(run, team, file, way, gone)
        counts[reason or "assigned"] += 1
        if reason:
            continue
        move = moved(run, file, code, callbacks_of(file.id), how=way, cause="left" if file.owner else "")
        team.take(code, file.owner)
        puts += [msgspec.structs.replace(move.customer, pinned=False), *move.records]
        ids.append(file.id)
    return Change(puts=tuple(puts), ids=tuple(ids), counts=dict(counts))


def give(
    run: Run, to: Staff, load: int, files: Iterable[Customer], callbacks_of: Callbacks, *, pinned: bool = False,
    why: str = "",
) -> Change:  # fmt: skip
    """Give `files` to one person who has `load` files already; `pinned` where the customers chose that person.

    Counts: `assigned`, `pinned`, `unchanged`. Raises InvalidError for a file that is not screened, for somebody who
    left or has no room, and as `pin` does.
    """
    if to.left:
        raise InvalidError(_("{code} does not work here any more").format(code=to.code))
    counts = Counter({"assigned": 0})
    puts: list[Record] = []
    ids = []
    for file in files:
        must_be_screened(file)
        after = pin(run, file) if pinned else file
        if file.owner != to.code:
            _must_have_room(run, to, load + counts["assigned"])
            how = "pinned" if pinned else "hand"
            move = moved(run, after, to.code, callbacks_of(file.id), how=how, why=why)
            # whoever chose somebody else has not chosen this one
            puts += [msgspec.structs.replace(move.customer, pinned=pinned), *move.records]
            counts["assigned"] += 1
        elif after != file:
            puts.append(after)
            counts["pinned"] += 1
        else:
            counts["unchanged"] += 1
        ids.append(file.id)
    return Change(puts=tuple(puts), ids=tuple(ids), counts=dict(counts))


def pin(run: Run, customer: Customer) -> Customer:
    """`customer` keeps their staff member for good: the file is never recycled.

    Raises InvalidError where the grade is none of `assignment.pin_grades`.
    """
    grades = run.settings.assignment.pin_grades
    if grades and customer.grade not in grades:
        raise InvalidError(
            _("{id} has the grade {grade}; only {grades} may choose").format(
                id=customer.id, grade=customer.grade or "-", grades=", ".join(grades)
            ),
            _("see assignment.pin_grades in archive.toml"),
        )
    return msgspec.structs.replace(customer, pinned=True)


def keep(run: Run, files: Iterable[Customer], *, pinned: bool) -> Change:
    """Pin `files` to the staff member they have, or let them go. Counts: `pinned` or `unpinned`, `unchanged`.

    Raises InvalidError for a file that nobody looks after, and as `pin` does.
    """
    files = list(files)
    for file in files:
        if pinned and not file.owner:
            raise InvalidError(
                _("nobody looks after {id} yet").format(id=file.id), _("add --to STAFF, as the customer chose")
            )
    changed = [pin(run, file) if pinned else msgspec.structs.replace(file, pinned=False) for file in files]
    puts = tuple(after for after, file in zip(changed, files, strict=True) if after != file)
    counts = {"pinned" if pinned else N_("unpinned"): len(puts), "unchanged": len(files) - len(puts)}
    return Change(puts=puts, ids=tuple(file.id for file in files), counts=counts)


def must_be_screened(customer: Customer) -> None:
    """Raises InvalidError for a file that was not screened yet: only then is it assigned (docs.md: Files)."""
    if not customer.stage:
        raise InvalidError(
            _("{id} is not screened yet").format(id=customer.id),
            _("crmkit lead screen {id} --outcome valid").format(id=customer.id),
        )


def _pick(run: Run, team: Team, file: Customer, how: str, left: frozenset[str]) -> tuple[str, str]:
    """Who gets `file`, or why nobody does."""
    if not file.stage:
        return "", "unscreened"
    if file.owner and file.owner not in left:
        return "", "unchanged"
    reason = "lost" if file.stage == "lost" else barred(run, file, "manual")
    if reason:
        return "", reason
    if how == "district":
        there = team.of_district(file.district) if file.district else []
        code = team.least_loaded(there)
        reason = "no-district" if not file.district else "no-staff" if not there else "no-capacity"
    else:
        code = team.next_in_turn() if how == "turn" else team.least_loaded(team.members)
        reason = "no-capacity"
    return code, "" if code else reason


def _must_have_room(run: Run, to: Staff, load: int) -> None:
    if not has_room(run, to, load):
        raise InvalidError(
            _("{code} looks after {n} files already, and has room for no more").format(code=to.code, n=load),
            _("raise it: crmkit staff edit {code} --set capacity=N").format(code=to.code),
        )
