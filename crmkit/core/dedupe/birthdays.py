"""Comparing birth dates: mistyped, given by the other calendar, without the year."""

import re
from datetime import date
from operator import ne

import msgspec

from crmkit.core.calendar.lunar import months
from crmkit.errors import InvalidError
from crmkit.records import Customer

NOMINAL_AGE_SLACK = 2  # years: by custom a child is one year old at birth and two at the next New Year
_STORED = re.compile(r"(?P<lunar>lunar:)?(?P<year>[0-9]{4}|-)-(?P<month>[0-9]{2})-(?P<day>L?[0-9]{2})")
LUNAR_LAG = 55  # days by which a lunar date, read as a solar one, is too early at the most
AGE_SLACK = 3  # years between "about 65" and the truth
AGE_CONFLICT = 6


class Birth(msgspec.Struct, frozen=True, gc=False):
    """What a file tells of the birth date; every part may be missing."""

    written: str  # "19530102" as written, in whichever calendar; "" without a year
    solar: date | None  # by the solar calendar; None for a leap-month date without a year and the like
    lunar: bool  # written as a lunar date
    day: str  # "0102" as written
    year: int | None  # of birth; from the approximate age where no date has one


def read(customer: Customer) -> Birth:
    """The birth date of `customer`, or the year that the approximate age on the day of collection tells.

    A date that another program stored in another form is ignored.
    """
    found = _STORED.fullmatch(customer.birthday)
    lunar, year, month, day = found.groups("") if found else ("", "-", "", "")
    if year == "-":
        return Birth("", None, bool(lunar), month + day, _year_told(customer))
    solar = from_lunar(int(year), int(month), day) if lunar else _solar(int(year), int(month), day)
    return Birth(year + month + day, solar, bool(lunar), month + day, int(year))


def _year_told(customer: Customer) -> int | None:
    if customer.age_about is None or customer.collected_at is None:
        return None
    return customer.collected_at.year - customer.age_about


def _solar(year: int, month: int, day: str) -> date | None:
    try:
        return date(year, month, int(day))
    except ValueError:
        return None


def compare(a: Birth, b: Birth, *, lunar: bool) -> str:
    """How two birth dates agree; with `lunar`, among people who may give a lunar date without saying so.

    same, "other calendar", "other calendar, unsaid" (a lunar date not called so), "near" (one slip of the pen), "day"
    (no year on one side), "age", "age off", conflict; "" where nothing can be said.
    """
    if a.written and b.written:
        return _dates(a, b, lunar)
    if a.day and b.day and a.lunar == b.lunar:
        return "day" if a.day == b.day else "conflict"
    if a.year is not None and b.year is not None:
        apart = abs(a.year - b.year)
        if apart <= AGE_SLACK:
            return "age"
        return "conflict" if apart > AGE_CONFLICT else "age off"
    return ""


def _dates(a: Birth, b: Birth, lunar: bool) -> str:
    if a.written == b.written:
        return "same"
    if a.lunar != b.lunar:
        return "other calendar" if a.solar == b.solar else "conflict"
    if lunar and not a.lunar and _meant_lunar(a, b):
        return "other calendar, unsaid"
    if slipped(a.written, b.written) or a.written == b.written[:4] + b.written[6:] + b.written[4:6]:
        return "near"
    if a.day == b.day and a.year is not None and b.year is not None and abs(a.year - b.year) <= NOMINAL_AGE_SLACK:
        return "near"
    return "conflict"


def slipped(a: str, b: str) -> bool:
    """Whether one wrong character, or two neighbours that changed places, make `a` of `b`; both equally long."""
    wrong = sum(map(ne, a, b)) if len(a) == len(b) else 0
    return wrong == 1 or (wrong == 2 and _swapped(a, b))


def _swapped(a: str, b: str) -> bool:
    first = next(at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    return a[first : first + 2] == b[first : first + 2][::-1]


def _meant_lunar(a: Birth, b: Birth) -> bool:
    """Whether the earlier of two solar dates is the lunar name of the later one."""
    if a.solar is None or b.solar is None or abs((a.solar - b.solar).days) > LUNAR_LAG:
        return False
    early, late = sorted((a, b), key=lambda birth: birth.written)
    return from_lunar(int(early.written[:4]), int(early.written[4:6]), early.written[6:]) == late.solar


def from_lunar(year: int, month: int, day: str) -> date | None:
    """The solar date of a lunar one; `day` is "L15" in a leap month. None for a day which that year does not have.

    None too for a year whose lunar calendar is not known.
    """
    try:
        found = months(year).get((month, day.startswith("L")))
    except InvalidError:
        return None
    number = int(day.removeprefix("L"))
    return found.day(number) if found and number <= found.length else None
