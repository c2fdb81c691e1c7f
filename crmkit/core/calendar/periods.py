"""Weeks, months and years as people type them: 上周, `last month`, `2026-W47`, 2026年11月 (docs.md: Dates).

Where a list begins or ends (`--since`, `--until`, `--due`) such a word stands for its first or its last day.
"""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Literal

from crmkit.core.calendar.dates import END_OF_DAY, check_year, missing, parse_day, parse_moment, plain
from crmkit.core.calendar.spans import Span, day_after
from crmkit.errors import InvalidError
from crmkit.i18n import _

Kind = Literal["day", "week", "month"]
_AWAY = {"last": -1, "上": -1, "this": 0, "本": 0, "这": 0, "next": 1, "下": 1, "去": -1, "今": 0, "明": 1}
_WEEK = re.compile("(last|this|next) week|([上本这下])(?:一?个)?(?:周|星期|礼拜)")
_MONTH = re.compile("(last|this|next) month|([上本这下])(?:一?个)?月")
_YEAR = re.compile("(last|this|next) year|([去今明])年")
_WEEK_NUMBER = re.compile("([0-9]{4})-?w([0-9]{2})")
_MONTH_NUMBER = re.compile("([0-9]{4})(?:[-./]([0-9]{1,2})|年([0-9]{1,2})月)")


def parse_period(kind: Kind, text: str, now: datetime) -> tuple[date, date]:
    """The first and the last day of the period that `text` names; both belong to it. Raises InvalidError.

    Day: any day. Week: `2026-W47`, `this`, `last`, 上周, or any day in it. Month: `2026-11`, 2026年11月, `this`, 上月.
    """
    typed = plain(text)
    if kind != "day" and typed in ("this", "last"):
        typed = f"{typed} {kind}"
    found = {"week": _week, "month": _month, "day": _nothing}[kind](text, typed, now.date())
    if found is not None:
        return found
    if kind == "month":
        raise InvalidError(
            _("'{text}' is not a month").format(text=text[:40]), _("write for example 2026-11, this, last or 上月"),
            value=text,
        )  # fmt: skip
    day = parse_day(text, now)
    return _week_of(day) if kind == "week" else (day, day)


def first_day(text: str, now: datetime) -> date:
    """The day on which `text` begins: a day, or the first one of a week, month or year. Raises InvalidError."""
    period = _named(text, now)
    return period[0] if period else parse_day(text, now)


def last_day(text: str, now: datetime) -> date:
    """The day with which `text` ends: a day, or the last one of a week, month or year. Raises InvalidError."""
    period = _named(text, now)
    return period[1] if period else parse_day(text, now)


def is_period(text: str, now: datetime) -> bool:
    """Whether `text` names a week, a month or a year. Raises InvalidError for one that does not exist."""
    return _named(text, now) is not None


def last_moment(text: str, now: datetime) -> datetime | None:
    """The moment that `text` names, of a day or a period its last second; None where it is no date."""
    with suppress(InvalidError):
        period = _named(text, now)
        return datetime.combine(period[1], END_OF_DAY, now.tzinfo) if period else parse_moment(text, now, END_OF_DAY)
    return None


def _named(text: str, now: datetime) -> tuple[date, date] | None:
    typed = plain(text)
    return next((found for read in (_week, _month, _year) if (found := read(text, typed, now.date()))), None)


def _nothing(text: str, typed: str, today: date) -> None:
    return None


def _week(text: str, typed: str, today: date) -> tuple[date, date] | None:
    if match := _WEEK.fullmatch(typed):
        return _week_of(today + timedelta(days=7 * _away(match)))
    match = _WEEK_NUMBER.fullmatch(typed)
    if match is None:
        return None
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise missing(text) from None
    check_year(text, monday.year)
    return _week_of(monday)


def _week_of(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(text: str, typed: str, today: date) -> tuple[date, date] | None:
    if match := _MONTH.fullmatch(typed):
        return _months_from(day_after(today.replace(day=1), Span(_away(match), "m")), 1)
    match = _MONTH_NUMBER.fullmatch(typed)
    if match is None:
        return None
    try:
        first = date(int(match[1]), int(match[2] or match[3]), 1)
    except ValueError:
        raise missing(text) from None
    check_year(text, first.year)
    return _months_from(first, 1)


def _year(text: str, typed: str, today: date) -> tuple[date, date] | None:
    if match := _YEAR.fullmatch(typed):
        year = today.year + _away(match)
    elif match := re.fullmatch("([0-9]{4})年", typed):
        year = int(match[1])
    else:
        return None
    check_year(text, year)
    return _months_from(date(year, 1, 1), 12)


def _months_from(first: date, months: int) -> tuple[date, date]:
    return first, day_after(first, Span(months, "m")) - timedelta(days=1)


def _away(match: re.Match[str]) -> int:
    return _AWAY[next(filter(None, match.groups()))]
