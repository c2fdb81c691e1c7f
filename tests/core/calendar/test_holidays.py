"""A year's public holidays out of a list, and the year that is still to be written down."""

import json
from datetime import date

import pytest

from crmkit.core.calendar.holidays import read, to_be_written, unknown_year
from crmkit.core.calendar.hours import Calendar
from crmkit.errors import InvalidError
from tests.core.desk import HOLIDAYS

ANNOUNCED = """
国务院办公厅关于2026年部分节假日安排的通知

一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def test_what_is_announced_is_read_as_the_shipped_calendar_has_it():
    days, notes = read(ANNOUNCED, "a.txt")
    shipped = json.loads((HOLIDAYS / "2026.json").read_text("utf-8"))
    assert (days.year, notes) == (2026, ())
    assert [str(day) for day in sorted(days.holidays)] == sorted(shipped["holidays"])
    assert [str(day) for day in sorted(days.workdays)] == sorted(shipped["workdays"])
    assert days.holidays[date(2026, 10, 7)] == "国庆节"
    assert Calendar.from_json({"2026.json": days.document()}).is_workday(date(2026, 10, 10))


@pytest.mark.parametrize("mark", [",", "\t", ";", "，"])
def test_a_table_is_read_with_any_separator_and_ranges(mark):
    lines = [
        "# 假的日历", "", mark.join(("date", "kind", "name")),
        mark.join(("2031-10-01..2031-10-03", "holiday", "国庆节")),
        mark.join(("2031/10/4", "休", "国庆节")), mark.join(("2031-10-11", "上班", "")),
    ]  # fmt: skip
    days, notes = read("\r\n".join(lines), "b.csv")
    assert {day.day: name for day, name in days.holidays.items()} == dict.fromkeys((1, 2, 3, 4), "国庆节")
    assert days.workdays == {date(2031, 10, 11): ""}
    assert notes == ("no days for 元旦, 春节, 清明, 劳动, 端午, 中秋",)


@pytest.mark.parametrize(
    ("line", "year", "holidays", "workdays"),
    [
        ("10月1日至7日放假，9月27日上班", 2031, 7, 0),
        ("9月29日至10月3日放假，9月27日、9月28日上班", 2031, 5, 2),
        ("2031年1月1日放假", 0, 1, 0),
        ("1. 元旦：2031年1月1日（星期三）放假。", 0, 1, 0),
    ],
)
def test_a_line_as_people_write_it(line, year, holidays, workdays):
    text = line.replace("9月27日上班", "9月27日上班" if workdays else "").rstrip("，")
    days, _notes = read(text, "c.txt", year)
    assert (days.year, len(days.holidays), len(days.workdays)) == (2031, holidays, workdays)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10月1日至7日放假", "c.txt:1: 10月1日: of which year and month?"),
        ("2031-10-01,holiday,国庆\n2031-10-01,workday,", "2031-10-01 is both a holiday and a workday"),
        ("2031-10-01,holiday,国庆\n2031-10-08,workday,", "2031-10-08 is a working day anyway"),
        ("2031-10-01,holiday,国庆\n2032-01-01,holiday,元旦", "days of 2031, 2032"),
        ("2031年10月1日（周四）放假", "10月1日（周四）: the weekday does not fit the date"),
        ("2031-10-01,maybe,国庆", "is not DATE, holiday or workday, NAME"),
        ("2031-02-30,holiday,x", "2031-02-30 is no date"),
        ("2031-10-07..2031-10-01,holiday,x", "2031-10-07 to 2031-10-01 is no holiday"),
        ("2031-10-01..2031-12-01,holiday,x", "is no holiday"),
        ("2031年10月1日大概放假", "大概 cannot be read"),
        ("2031年10月1日放假到底", "到底 cannot be read"),
        ("2031年10月1日放假，10月8日", "cannot be read"),
        ("2031年10月1日开会", "are these days off?"),
        ("放假", "no day off in it"),
    ],
)  # fmt: skip
def test_what_is_not_said_is_refused_and_never_guessed(text, why):
    with pytest.raises(InvalidError) as error:
        read(text, "c.txt")
    assert why in error.value.message


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 9, 30), None),
        (date(2026, 10, 1), 2027),
        (date(2026, 12, 31), 2027),
        (date(2027, 3, 1), 2027),
        (date(2025, 11, 1), None),
    ],
)
def test_from_october_on_next_year_is_asked_for(today, year):
    documents = {path.name: json.loads(path.read_text("utf-8")) for path in HOLIDAYS.glob("202[56].json")}
    calendar = Calendar.from_json(documents)
    assert unknown_year(calendar, today) == year
    assert [str(year) in note for note in to_be_written(calendar, today)] == [True] * (year is not None)
