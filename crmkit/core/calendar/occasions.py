"""Days to greet on: birthdays and wedding days, solar or lunar, and festivals (docs.md: Calls, Customers).

A yearly day is written as `Customer.birthday` is: "1953-01-02", "--01-02" without a year, "lunar:1953-01-02",
"lunar:--08-L15" (L = leap month). It is kept once in each year of the calendar in which it is written:

- 29 February on 28 February in a common year;
- a day of a leap month in the ordinary month, in a year that does not have that leap month;
- lunar day 30 on the last day of a month that has 29 days.

A lunar year is not a solar year: a day late in the twelfth month falls twice in some solar years and not at all in
others. What was done about an occasion is therefore kept by the year of its own calendar (`Occasion.key`).
"""

import re
from calendar import isleap
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from crmkit.core.calendar.lunar import months
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer
from crmkit.records.rows import Festival

BIRTHDAY, WEDDING, FESTIVAL = "birthday", "wedding", "festival:"
_YEAR = re.compile("[0-9]{4}")
_YEARLY = re.compile(r"(?P<lunar>lunar:)?(?P<year>[0-9]{4}|-)-(?P<month>[0-9]{2})-(?P<leap>L)?(?P<day>[0-9]{2})")


class Yearly(NamedTuple):
    """A day that comes back every year."""

    lunar: bool
    since: int | None  # the year it first was, in its own calendar
    month: int
    leap: bool  # in a leap month
    day: int

    def kept_in(self, year: int) -> date:
        """The solar date on which it is kept in `year` of its own calendar."""
        if not self.lunar:
            return date(year, self.month, 28 if (self.month, self.day) == (2, 29) and not isleap(year) else self.day)
        of_year = months(year)
        return (of_year.get((self.month, self.leap)) or of_year[self.month, False]).day(self.day)


class Occasion(NamedTuple):
    """One reason to greet somebody on one day."""

    name: str  # "birthday", "wedding", "festival:" and its name
    year: int  # of the calendar in which the day is written
    day: date
    since: int | None = None  # the year it first was, in that calendar

    @property
    def key(self) -> str:
        """The key of a greeting of this occasion, such as "birthday:2026": a person gets one."""
        return f"{self.name}:{self.year}"

    @property
    def age(self) -> int | None:
        """The years completed on that day; None where the first year is not known."""
        return None if self.since is None else self.year - self.since


def read(text: str) -> Yearly | None:
    """The yearly day that `text` names; None for an empty text, and for one that no calendar has."""
    found = _YEARLY.fullmatch(text)
    if found is None:
        return None
    since = None if found["year"] == "-" else int(found["year"])
    yearly = Yearly(bool(found["lunar"]), since, int(found["month"]), bool(found["leap"]), int(found["day"]))
    try:
        date(2000, yearly.month, 1 if yearly.lunar else yearly.day)
    except ValueError:
        return None
    return yearly if 1 <= yearly.day <= (30 if yearly.lunar else 31) and yearly.lunar >= yearly.leap else None


def occurrences(name: str, text: str, first: date, last: date) -> Iterator[Occasion]:
    """Each day from `first` to `last` on which the yearly day `text` is kept, in order; none before its first return.

    Nothing for a text that `read` cannot read.
    """
    yearly = read(text)
    if yearly is None:
        return
    for year in range(first.year - yearly.lunar, last.year + 1):  # a lunar year ends in the next solar one
        if yearly.since is None or year > yearly.since:
            day = yearly.kept_in(year)
            if first <= day <= last:
                yield Occasion(name, year, day, yearly.since)


def of_customer(customer: Customer, first: date, last: date) -> Iterator[Occasion]:
    """The person's own days from `first` to `last`: birthday and wedding day."""
    yield from occurrences(BIRTHDAY, customer.birthday, first, last)
    yield from occurrences(WEDDING, customer.wedding_day, first, last)


def day_of(customer: Customer, rows: Iterable[Festival], key: str) -> date | None:
    """The day of the occasion with this key (`Occasion.key`) for `customer`; None for one without a day of its own."""
    name, _colon, year = key.rpartition(":")
    written = {FESTIVAL + festival.name: festival.date for festival in rows}
    written |= {BIRTHDAY: customer.birthday, WEDDING: customer.wedding_day}
    yearly = read(written.get(name, ""))
    return yearly.kept_in(int(year)) if yearly and _YEAR.fullmatch(year) else None


def festivals(rows: Iterable[Festival], first: date, last: date) -> list[Occasion]:
    """The festivals of `[[occasion.festivals]]` from `first` to `last`, by day and name; without those switched off.

    Raises InvalidError for a date that no calendar has.
    """
    found: list[Occasion] = []
    for festival in rows:
        if read(festival.date) is None:
            raise InvalidError(
                _("festival {name}: {value} is not a day of any calendar").format(
                    name=festival.name, value=festival.date
                ),
                _('write for example date = "--10-01", or date = "lunar:--08-15" for a lunar one'),
            )
        if not festival.off:
            found += occurrences(FESTIVAL + festival.name, festival.date, first, last)
    return sorted(found, key=lambda occasion: (occasion.day, occasion.name))
