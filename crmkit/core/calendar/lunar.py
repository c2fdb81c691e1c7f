"""The lunar calendar (农历): first day and length of each month, to convert dates both ways."""

from datetime import date
from functools import cache
from typing import NamedTuple

from crmkit.core.data import table
from crmkit.errors import InvalidError
from crmkit.i18n import _


class Month(NamedTuple):
    """One month of a lunar year."""

    first: int  # proleptic ordinal of its first day, as in `date.fromordinal`
    length: int  # days: 29 or 30

    def day(self, number: int) -> date:
        """The solar date of day `number`; in a short month day 30 is the last day."""
        return date.fromordinal(self.first + min(number, self.length) - 1)


@cache
def months(year: int) -> dict[tuple[int, bool], Month]:
    """The months of the lunar `year` in order, by (number of the month, is it a leap month).

    Raises InvalidError for a year that the table does not hold.
    """
    if year not in _years():
        raise InvalidError(_("the lunar calendar of {year} is not known").format(year=year))
    new_year, lengths = _years()[year]
    first, number, found = date.fromisoformat(new_year).toordinal(), 0, {}
    for length in lengths.split():
        leap = length.startswith("+")
        number += not leap
        found[number, leap] = Month(first, int(length))
        first += int(length)
    return found


@cache
def _years() -> dict[int, tuple[str, str]]:
    return {int(year): (new_year, lengths) for year, new_year, lengths in table("lunar_years.tsv")}
