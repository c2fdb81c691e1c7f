"""The staff who look after files (DOMAIN 3): what each has in hand, who is next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Assignment, Staff

TURN_DAYS = 31  # how far back a turn is remembered; who got nothing for longer comes first, by code
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Team:
    """The staff who may look after files, with what each has in hand. Whoever is given a file has one more."""

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
