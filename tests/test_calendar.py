"""The shipped public-holiday tables, against the package they were made from."""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from crmkit.core.calendar.hours import Calendar
from tests.make_calendar import FOLDER, table

DOCUMENTS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]


def test_the_years_around_the_release_are_shipped():
    assert [document["year"] for document in DOCUMENTS] == [2024, 2025, 2026]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["year"])
def test_a_table_is_what_its_source_says(document):
    assert document == table(document["year"])


def test_every_day_is_a_workday_exactly_where_the_source_says_so():
    calendar = Calendar.from_json({str(one["year"]): one for one in DOCUMENTS})
    day = date(2024, 1, 1)
    while day.year < 2027:
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
