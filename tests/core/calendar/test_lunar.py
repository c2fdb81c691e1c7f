"""The table of lunar years, against a library that reckons them."""

from datetime import date

import pytest
from lunar_python import LunarYear

from crmkit.core.calendar.lunar import Month, months
from crmkit.errors import InvalidError

JULIAN_DAY_OF_ORDINAL_0 = 1721424.5


def test_every_year_of_the_table_is_as_lunar_python_reckons_it():
    for year in range(1879, 2202):
        reckoned = LunarYear.fromYear(year).getMonthsInYear()
        assert months(year) == {
            (abs(month.getMonth()), month.isLeap()): Month(
                int(month.getFirstJulianDay() - JULIAN_DAY_OF_ORDINAL_0), month.getDayCount()
            )
            for month in reckoned
        }


def test_a_year_begins_on_the_day_of_the_public_holiday():
    assert months(2026)[1, False].day(1) == date(2026, 2, 17)


def test_a_year_outside_the_table_is_refused():
    with pytest.raises(InvalidError, match="1878 is not known"):
        months(1878)
