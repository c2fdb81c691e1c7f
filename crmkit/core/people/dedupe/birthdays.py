"""Birth dates as they are told twice: mistyped, by the other calendar, without the year."""

import re
from datetime import date
from typing import NamedTuple

from crmkit.core.calendar.lunar import months as lunar_months
from crmkit.records import Customer

NOMINAL_AGE_SLACK = 2  # years: by custom a child is one year old at birth and two at the next New Year
_STORED = re.compile(r"(?P<lunar>lunar:)?(?P<year>[0-9]{4}|-)-(?P<month>[0-9]{2})-(?P<day>L?[0-9]{2})")
LUNAR_LAG = 55  # days by which a lunar date, read as a solar one, is too early at the most
AGE_SLACK = 3  # years between "about 65" and the truth
AGE_CONFLICT = 6


class Birth(NamedTuple):
    """What a file tells of the birth date; every part may be missing."""

    written: str  # "19530102" as written, in whichever calendar; "" without a year
    solar: date | None  # by the solar calendar; None for a leap-month date without a year and the like
    lunar: bool  # written as a lunar date
    day: str  # "0102" as written
    year: int | None  # of birth; from the approximate age where no date has one


def read(customer: Customer) -> Birth:
    """The birth date of `customer`, or the year that the approximate age on the day of collection tells.

    A date that is not of the stored form, put there by another program, says nothing.
    """
    found = _STORED.fullmatch(customer.birthday)
    if found is None:
        born = Birth("", None, False, "", None)
    elif found["year"] == "-":
        born = Birth("", None, bool(found["lunar"]), found["month"] + found["day"], None)
    else:
        year, month, day, lunar = int(found["year"]), int(found["month"]), found["day"], bool(found["lunar"])
        solar = from_lunar(year, month, day) if lunar else _solar(year, month, day)
        born = Birth(f"{year}{month:02}{day}", solar, lunar, f"{month:02}{day}", year)
    if born.year is None and customer.age_about is not None and customer.collected_at is not None:
        born = born._replace(year=customer.collected_at.year - customer.age_about)
    return born


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
    if len(a) != len(b) or a == b:
        return False
    first = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    rest = a[first + 1 :], b[first + 1 :]
    swapped = a[first : first + 2] == b[first : first + 2][::-1] and a[first + 2 :] == b[first + 2 :]
    return rest[0] == rest[1] or swapped


def _meant_lunar(a: Birth, b: Birth) -> bool:
    """Whether the earlier of two solar dates is the lunar name of the later one."""
    if a.solar is None or b.solar is None or abs((a.solar - b.solar).days) > LUNAR_LAG:
        return False
    early, late = sorted((a, b), key=lambda birth: birth.written)
    return from_lunar(int(early.written[:4]), int(early.written[4:6]), early.written[6:]) == late.solar


def from_lunar(year: int, month: int, day: str) -> date | None:
    """The solar date of a lunar one; `day` is "L15" in a leap month. None for a day which that year does not have."""
    found = lunar_months(year).get((month, day.startswith("L")))
    number = int(day.removeprefix("L"))
    return found.day(number) if found and number <= found.length else None
