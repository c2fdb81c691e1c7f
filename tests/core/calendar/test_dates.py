"""The grammar of dates (core/docs.md, "Dates"). Everything is seen from Saturday 2026-11-21 10:30:15 in Shanghai."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkit.core.calendar.dates import FIRST_YEAR, LAST_YEAR, parse_day, parse_moment, spoken
from crmkit.errors import InvalidError

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 10, 30, 15, 999, tzinfo=ZONE)
MORNING = time(8)

DAYS = {
    "2026-11-21": date(2026, 11, 21),
    "2026-1-5": date(2026, 1, 5),
    "20261121": date(2026, 11, 21),
    "2026.11.3": date(2026, 11, 3),
    "2026/11/3": date(2026, 11, 3),
    "2026年11月21日": date(2026, 11, 21),
    "2026年 11月 21号": date(2026, 11, 21),
    "2024-02-29": date(2024, 2, 29),
    "1900-01-01": date(1900, 1, 1),
    "2199-12-31": date(2199, 12, 31),
    "today": date(2026, 11, 21),
    " Today ": date(2026, 11, 21),
    "TOMORROW": date(2026, 11, 22),
    "yesterday": date(2026, 11, 20),
    "今天": date(2026, 11, 21),
    "今日": date(2026, 11, 21),
    "明天": date(2026, 11, 22),
    "后天": date(2026, 11, 23),
    "大后天": date(2026, 11, 24),
    "昨天": date(2026, 11, 20),
    "前天": date(2026, 11, 19),
    "大前天": date(2026, 11, 18),
    "+0d": date(2026, 11, 21),
    "+3d": date(2026, 11, 24),
    "-2w": date(2026, 11, 7),
    "+1m": date(2026, 12, 21),
    "-9m": date(2026, 2, 21),
    "3天后": date(2026, 11, 24),
    "三天后": date(2026, 11, 24),
    "两天前": date(2026, 11, 19),
    "10日后": date(2026, 12, 1),
    "十五天以后": date(2026, 12, 6),
    "2周后": date(2026, 12, 5),
    "两个星期后": date(2026, 12, 5),
    "1个礼拜前": date(2026, 11, 14),
    "1个月后": date(2026, 12, 21),
    "三个月前": date(2026, 8, 21),
    "mon": date(2026, 11, 23),
    "Friday": date(2026, 11, 27),
    "sun": date(2026, 11, 22),
    "周三": date(2026, 11, 25),
    "星期日": date(2026, 11, 22),
    "星期天": date(2026, 11, 22),
    "礼拜五": date(2026, 11, 27),
    "本周五": date(2026, 11, 20),
    "这个星期五": date(2026, 11, 20),
    "下周一": date(2026, 11, 23),
    "下周日": date(2026, 11, 29),
    "上周六": date(2026, 11, 14),
    "11月21日": date(2026, 11, 21),
    "11月3号": date(2026, 11, 3),
    "十一月二十一日": date(2026, 11, 21),
    "1月5日": date(2027, 1, 5),
    "6月1日": date(2026, 6, 1),
    "１１月２１日": date(2026, 11, 21),
    "２０２６－１１－２１": date(2026, 11, 21),
    "11/21": date(2026, 11, 21),
    "1/5": date(2027, 1, 5),
    "06/01": date(2026, 6, 1),
    "3 days ago": date(2026, 11, 18),
    "1 day ago": date(2026, 11, 20),
    "2 weeks ago": date(2026, 11, 7),
    "9 Months ago": date(2026, 2, 21),
    "in 3 days": date(2026, 11, 24),
    "in 1 week": date(2026, 11, 28),
    "月初": date(2026, 11, 1),
    "本月初": date(2026, 11, 1),
    "月底": date(2026, 11, 30),
    "上月初": date(2026, 10, 1),
    "上个月末": date(2026, 10, 31),
    "下月底": date(2026, 12, 31),
    "年初": date(2026, 1, 1),
    "今年底": date(2026, 12, 31),
    "去年末": date(2025, 12, 31),
    "明年初": date(2027, 1, 1),
    "上月5号": date(2026, 10, 5),
    "下个月十五日": date(2026, 12, 15),
    "本月30日": date(2026, 11, 30),
}

MOMENTS = {
    "now": "2026-11-21T10:30:15",
    "现在": "2026-11-21T10:30:15",
    "2026-11-21 15:00": "2026-11-21T15:00:00",
    "2026-11-21T15:00": "2026-11-21T15:00:00",
    "2026-11-21T15:00:09": "2026-11-21T15:00:09",
    "2026-11-21T15:00:09+08:00": "2026-11-21T15:00:09",
    "2026-11-21T15:00:09+0900": "2026-11-21T14:00:09",
    "2026-11-21T15:00Z": "2026-11-21T23:00:00",
    "20261121 15:00": "2026-11-21T15:00:00",
    "2026.11.3 8:05": "2026-11-03T08:05:00",
    "2026/11/3 下午3点": "2026-11-03T15:00:00",
    "2026年11月21日 15:00": "2026-11-21T15:00:00",
    "2026年11月21日15:00": "2026-11-21T15:00:00",
    "2026-11-21下午3点": "2026-11-21T15:00:00",
    "today 15:00": "2026-11-21T15:00:00",
    "tomorrow 15:00": "2026-11-22T15:00:00",
    "tomorrow  3pm": "2026-11-22T15:00:00",
    "mon 9:00": "2026-11-23T09:00:00",
    "+3d 15:00": "2026-11-24T15:00:00",
    "15:00": "2026-11-21T15:00:00",
    "下午3点": "2026-11-21T15:00:00",
    "晚上7点": "2026-11-21T19:00:00",
    "今天 15:00": "2026-11-21T15:00:00",
    "明天15:00": "2026-11-22T15:00:00",
    "明天下午3点": "2026-11-22T15:00:00",
    "明天 下午三点半": "2026-11-22T15:30:00",
    "后天上午10点半": "2026-11-23T10:30:00",
    "周三15:00": "2026-11-25T15:00:00",
    "下周一上午九点": "2026-11-23T09:00:00",
    "三天后下午三点": "2026-11-24T15:00:00",
    "11月25日晚上7点": "2026-11-25T19:00:00",
    "今晚7点": "2026-11-21T19:00:00",
    "明早9点": "2026-11-22T09:00:00",
    "昨晚8点": "2026-11-20T20:00:00",
    "明天１５：００": "2026-11-22T15:00:00",
    "+3h": "2026-11-21T13:30:15",
    "-24h": "2026-11-20T10:30:15",
    "+45min": "2026-11-21T11:15:15",
    "3小时后": "2026-11-21T13:30:15",
    "两个小时前": "2026-11-21T08:30:15",
    "30分钟后": "2026-11-21T11:00:15",
    "2 hours ago": "2026-11-21T08:30:15",
    "in 45 minutes": "2026-11-21T11:15:15",
    "11/25 15:00": "2026-11-25T15:00:00",
    "3 days ago 9:00": "2026-11-18T09:00:00",
    "月底下午3点": "2026-11-30T15:00:00",
}

UNREAD = (
    "", " ", "10", "11", "2026", "2018-10", "11.21", "11-21", "11/21/2026", "21/11/2026", "11/21/", "/11/21", "1/2/3",
    "11 / 21", "3.11.2026", "26-11-21", "26.11.3",
    "2026-11/21", "2026-11-2115:00", "2026-11-211", "202611211", "2026.11", "11月", "21日", "21号", "next week",
    "monda", "montag", "mon15:00", "next mon", "soon", "todayx", "today today", "今天今天", "明", "后", "天后",
    "三五天后", "二三十天后", "3十天后", "十十天后", "一百天后", "3月后", "3d", "+d", "+3", "+3x", "+3y", "+12345d",
    "++3d", "+ 3d", "-", "周", "周八", "周1", "下下周一", "下个月", "上周", "本周", "上月", "去年", "last week",
    "this month", "3 days", "days ago", "3 day",
    "ago", "in days", "3 years ago", "three days ago", "3days ago!", "月中", "上上月初", "11月初", "周初",
    "nan", "None", "1e5", "٣ ايام", "2026-11-21\x00",
    "13900541731", "2026-11-21 25:00", "2026-11-21 9:60", "tomorrow 10", "tomorrow noon", "today +3h", "=1+1",
    "2026-11-21T", "2026-11-21 15:00 16:00", "明天下午", "明天25点", "晚上12点", "2026-11-21;2026-11-22",
    "2026-11-21T15:00:09.5",
)  # fmt: skip

MISSING = (
    "2024-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-00", "2026年11月31日", "2月30日", "13月1日",
    "2026.4.31", "20260231", "0000-01-01", "2月29日", "2/30", "13/1", "21/11", "0/1", "上月32日", "本月31日",
)  # fmt: skip


@pytest.mark.parametrize("text", DAYS)
def test_reads_the_day(text):
    assert parse_day(text, NOW) == DAYS[text]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_becomes_a_moment_with_the_time_that_is_given_for_it(text):
    assert parse_moment(text, NOW, MORNING) == datetime.combine(DAYS[text], MORNING, ZONE)


@pytest.mark.parametrize("text", MOMENTS)
def test_reads_the_moment(text):
    moment = parse_moment(text, NOW)
    assert moment.replace(tzinfo=None).isoformat() == MOMENTS[text]
    assert moment.tzinfo is ZONE


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not_in_the_grammar_is_refused(text):
    for read in (parse_day, lambda text, now: parse_moment(text, now, MORNING)):
        with pytest.raises(InvalidError):
            read(text, NOW)


@pytest.mark.parametrize("text", MISSING)
def test_a_date_that_does_not_exist_is_named_as_such(text):
    with pytest.raises(InvalidError, match="does not exist"):
        parse_day(text, NOW)
    with pytest.raises(InvalidError, match="does not exist"):
        parse_moment(text, NOW, MORNING)


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-01", "+9999w", "-9999w", "9999-12-31", "+9999m"])
def test_a_year_far_away_is_a_slip_of_the_finger(text):
    with pytest.raises(InvalidError, match="outside the years 1900 to 2199"):
        parse_day(text, NOW)


def test_offsets_cannot_lead_out_of_the_years():
    for text in ("9999-12-31T23:00-10:00", "0001-01-01T00:00+10:00"):
        with pytest.raises(InvalidError):
            parse_moment(text, NOW)


def test_a_day_is_not_taken_from_a_text_with_a_time():
    for text in ("tomorrow 15:00", "明天下午3点", "15:00"):
        with pytest.raises(InvalidError, match="names a time of day where only a date is wanted"):
            parse_day(text, NOW)
    with pytest.raises(InvalidError, match=r"\+3h is not a number of days"):
        parse_day("3小时后", NOW)


def test_a_day_without_a_time_is_not_given_one_silently():
    for text in ("tomorrow", "+3d", "2026-11-21", "周三"):
        with pytest.raises(InvalidError, match="has no time of day"):
            parse_moment(text, NOW)


def test_a_bare_hour_is_refused_with_both_readings():
    with pytest.raises(InvalidError) as caught:
        parse_moment("明天8点", NOW)
    assert "上午8点" in caught.value.hint
    assert "下午8点" in caught.value.hint


def test_a_weekday_is_the_coming_one_and_never_today():
    for offset in range(7):
        now = NOW + timedelta(days=offset)
        for index, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")):
            day = parse_day(name, now)
            assert day.weekday() == index
            assert 1 <= (day - now.date()).days <= 7
            assert parse_day("周" + "一二三四五六日"[index], now) == day


def test_weeks_named_in_chinese_begin_on_monday():
    sunday = NOW + timedelta(days=1)
    assert parse_day("本周一", sunday) == date(2026, 11, 16)
    assert parse_day("本周日", sunday) == sunday.date()
    assert parse_day("下周一", sunday) == date(2026, 11, 23)


def test_a_date_without_a_year_is_the_nearest():
    december, january = datetime(2026, 12, 20, tzinfo=ZONE), datetime(2027, 1, 10, tzinfo=ZONE)
    assert parse_day("1月5日", december) == date(2027, 1, 5)
    assert parse_day("12月28日", january) == date(2026, 12, 28)
    assert parse_day("2月29日", datetime(2028, 1, 1, tzinfo=ZONE)) == date(2028, 2, 29)


def test_month_ends_are_kept():
    assert parse_day("+1m", datetime(2026, 1, 31, tzinfo=ZONE)) == date(2026, 2, 28)
    assert parse_day("+1m", datetime(2028, 1, 31, tzinfo=ZONE)) == date(2028, 2, 29)


def test_hours_away_are_counted_on_the_clock_of_the_world_and_days_on_the_calendar():
    berlin = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # summer time begins in the night
    assert parse_moment("+24h", berlin).hour == 13
    assert parse_moment("+1d 12:00", berlin).hour == 12


def test_the_hour_that_summer_time_leaves_out_does_not_exist():
    berlin = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    with pytest.raises(InvalidError, match="does not exist"):
        parse_moment("2026-03-29 02:30", berlin)


def test_spoken_is_absolute_and_says_how_far():
    def said(text):
        return spoken(parse_moment(text, NOW, MORNING), NOW)

    assert said("tomorrow 15:00") == "2026-11-22 Sun 15:00 (tomorrow)"
    assert said("15:00") == "2026-11-21 Sat 15:00 (today)"
    assert said("昨晚8点") == "2026-11-20 Fri 20:00 (yesterday)"
    assert said("+3d") == "2026-11-24 Tue 08:00 (in 3 days)"
    assert said("-1w") == "2026-11-14 Sat 08:00 (7 days ago)"


def test_spoken_tells_the_time_of_the_listener():
    elsewhere = datetime(2026, 11, 21, 23, 0, tzinfo=ZoneInfo("UTC"))
    assert spoken(elsewhere, NOW) == "2026-11-22 Sun 07:00 (tomorrow)"


def test_errors_repeat_only_the_beginning_of_what_was_typed():
    with pytest.raises(InvalidError) as caught:
        parse_day("9" * 1_000_000, NOW)
    assert len(caught.value.message) < 100


dates = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
GRAMMAR = [
    "今", "明", "天", "后", "前", "上", "下", "周", "三", "十", "日", "月", "年", "午", "点", "半", "3",
    "11", "2026", "-", ":", ".", "/", " ", "+", "d", "h", "m", "mon", "day", "today",
    "t", "z", "小时", "个", "晚上", "本", "pm", "00",
]  # fmt: skip


@given(dates)
def test_every_day_can_be_written_in_every_absolute_form(day):
    for text in (
        f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}", f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):  # fmt: skip
        assert parse_day(text, NOW) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["Asia/Shanghai", "UTC", "+05:45"]))
def test_every_moment_survives_being_written_and_read(naive, zone):
    offset = {"Asia/Shanghai": ZONE, "UTC": ZoneInfo("UTC"), "+05:45": ZoneInfo("Asia/Kathmandu")}[zone]
    moment = naive.replace(microsecond=0, tzinfo=offset)
    assert parse_moment(moment.isoformat(), NOW) == moment


@given(st.integers(-2000, 2000), dates.filter(lambda day: 1910 < day.year < 2190))
def test_days_away_are_exact(count, today):
    now = datetime.combine(today, time(12), ZONE)
    assert parse_day(f"{count:+}d", now) == today + timedelta(days=count)


@settings(max_examples=300)
@given(st.text(max_size=30) | st.lists(st.sampled_from(GRAMMAR), max_size=8).map("".join))
@example("0000-00-00")
@example("9999-99-99T99:99+99:99")
def test_any_text_is_read_or_refused_and_never_crashes(text):
    for read in (parse_day, parse_moment, lambda text, now: parse_moment(text, now, MORNING)):
        try:
            value = read(text, NOW)
        except InvalidError:
            continue
        assert FIRST_YEAR <= value.year <= LAST_YEAR
        if isinstance(value, datetime):
            assert value.tzinfo is not None
            assert value.microsecond == 0


@given(st.text("0123456789./- ", max_size=12))
def test_a_number_is_a_date_only_with_a_year_of_four_digits_in_front_or_as_month_and_day(text):
    try:
        day = parse_day(text, NOW)
    except InvalidError:
        return
    assert text.strip().startswith(f"{day.year:04}") or text.strip().split("/") in (
        [f"{month}", f"{of_month}"]
        for month in (day.month, f"{day.month:02}")
        for of_month in (day.day, f"{day.day:02}")
    )
