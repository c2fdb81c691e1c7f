"""The lunar calendar (农历): first day and length of each month, from which dates are read both ways."""

from datetime import date
from functools import cache
from typing import NamedTuple


class Month(NamedTuple):
    """One month of a lunar year."""

    first: int  # proleptic ordinal of its first day, as in `date.fromordinal`
    length: int  # days: 29 or 30

    def day(self, number: int) -> date:
        """The solar date of day `number`; in a short month day 30 is the last day."""
        return date.fromordinal(self.first + min(number, self.length) - 1)


@cache
def months(year: int) -> dict[tuple[int, bool], Month]:
    """The months of the lunar `year` in order, by (number of the month, is it a leap month)."""
    from lunar_python import LunarYear

    julian_of_ordinal_0 = 1721424.5
    return {
        (abs(m.getMonth()), m.isLeap()): Month(int(m.getFirstJulianDay() - julian_of_ordinal_0), m.getDayCount())
        for m in LunarYear.fromYear(year).getMonthsInYear()
    }
