"""The figures at the head of the cover: beside which period, in which colour."""

from datetime import date, datetime

import openpyxl
import pytest

from crmkit.core.figures import Figure, Period
from crmkit.errors import InvalidError
from crmkit.records.rows import Headline
from crmkit.sheets.report.headlines import before, cards, verdict
from tests.sheets.samples import ZONE, some_settings

PAST = Period(date(2026, 10, 1), date(2026, 10, 31), datetime(2026, 12, 2, tzinfo=ZONE))


def a_headline(red: float, green: float, show: str = "count") -> Headline:
    return Headline(name="files", show=show, red=red, green=green)


@pytest.mark.parametrize(
    ("kind", "first", "last", "today", "wanted"),
    [
        ("month", "2026-11-01", "2026-11-30", "2026-12-05", "2026-10-01 2026-10-31"),
        ("month", "2026-03-01", "2026-03-31", "2026-05-05", "2026-02-01 2026-02-28"),
        ("month", "2026-11-01", "2026-11-30", "2026-11-21", "2026-10-01 2026-10-21"),
        ("month", "2026-03-01", "2026-03-31", "2026-03-30", "2026-02-01 2026-02-28"),
        ("week", "2026-11-16", "2026-11-22", "2026-11-22", "2026-11-09 2026-11-15"),
        ("week", "2026-11-16", "2026-11-22", "2026-11-18", "2026-11-09 2026-11-11"),
        ("day", "2026-11-01", "2026-11-01", "2026-11-01", "2026-10-31 2026-10-31"),
    ],
)
def test_a_period_stands_beside_as_much_of_the_one_before(kind, first, last, today, wanted):
    now = datetime.fromisoformat(today).replace(hour=20, tzinfo=ZONE)
    past = before(kind, Period(date.fromisoformat(first), date.fromisoformat(last), now))
    assert f"{past.first} {past.last}" == wanted


@pytest.mark.parametrize(
    ("headline", "value", "last", "wanted"),
    [
        (a_headline(0.8, 1.0), 80, 100, ""), (a_headline(0.8, 1.0), 79, 100, "red"),
        (a_headline(0.8, 1.0), 100, 100, "green"), (a_headline(0.8, 1.0), 5, 0, ""),
        (a_headline(1.5, 1.0), 150, 100, ""), (a_headline(1.5, 1.0), 151, 100, "red"),
        (a_headline(1.5, 1.0), 100, 100, "green"), (a_headline(0.8, 0.95, "share"), 0.95, 0.1, "green"),
        (a_headline(0.8, 0.95, "share"), 0.79, None, "red"), (a_headline(0.8, 0.95, "share"), None, 0.9, ""),
        (a_headline(0.1, 0.03, "share"), 0.03, 0.5, "green"), (a_headline(0.1, 0.03, "share"), 0.11, 0.5, "red"),
    ],
)  # fmt: skip
def test_a_headline_is_red_or_green_by_its_bounds(headline, value, last, wanted):
    assert verdict(headline, value, last) == wanted


def test_a_headline_says_the_last_period_and_how_far_it_is_from_that():
    now = {"files": Figure(("C1", "C2", "C3")), "in-time": Figure(("C1",), ("C1", "C2"))}
    then = {"files": Figure(("C4", "C5")), "in-time": Figure(("C4",), ("C4", "C5", "C6", "C7"))}
    files, in_time, on_time, *_money = cards(some_settings().report.headlines, "month", PAST, now, then)
    assert files == ("Files collected", "count", 3, "month before: 2", "+50%", "green")
    assert in_time == ("Screened in time", "share", 0.5, "month before: 25.0%", "+25.0 points", "red")
    assert on_time == ("Callbacks on time", "share", None, "month before: none", "", "")
    half = Period(date(2026, 10, 1), date(2026, 10, 21), PAST.now)
    assert cards(some_settings().report.headlines, "month", half, now, then)[0].beside == "10-01 – 10-21: 2"


def test_five_are_shown_at_most_and_none_that_is_off():
    many = [Headline(name=name, show="count", red=1, green=1) for name in ("files", "calls", "orders")] * 2
    assert [one.words for one in cards(many, "day", PAST, {}, {})] == [
        "Files collected", "Calls", "Orders", "Files collected", "Calls",
    ]  # fmt: skip
    off = [Headline(name="files", show="count", red=1, green=1, off=True)]
    assert cards(off, "day", PAST, {}, {}) == []


def test_a_figure_that_there_is_not_is_refused_by_name():
    with pytest.raises(InvalidError, match=r"report\.headlines: there is no figure filez") as refused:
        cards([Headline(name="filez", show="count", red=1, green=1)], "day", PAST, {}, {})
    assert (refused.value.hint or "").startswith("one of: files, valid, asked")


def test_the_settings_of_an_archive_choose_the_headlines(crm, archive):
    with (archive / "archive.toml").open("a", encoding="utf-8") as file:
        for name, off in (("files", "true"), ("false", "false")):
            line = f'name = "{name}"\nshow = "share"\nred = 0.1\ngreen = 0.03\noff = {off}\n'
            file.write(f"[[report.headlines]]\n{line}")
    crm.ok("report", "month", "2026-11", "-o", "m.xlsx")
    rows = list(openpyxl.load_workbook(crm.home / "m.xlsx")["Cover"].iter_rows(values_only=True))
    assert [word for word in rows[6] if word] == [
        "Screened in time", "Callbacks on time", "Revenue, yuan", "Owed by customers, yuan", "False numbers",
    ]  # fmt: skip
