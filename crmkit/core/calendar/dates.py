"""Dates and times as people type them: a small closed grammar, in English and Chinese (docs.md: Dates).

A moment is a day, a time of day, or both (`tomorrow 15:00`, `明天下午3点`), or a distance from now (`+3h`, `3小时后`).
Whatever is not in the grammar is refused with the reason, never guessed: `10`, `11.21`, `3点` (which of the two?).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from crmkit.core.calendar.spans import Span, day_after, moment_after, parse_span
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _

NUMBER = (
    "(?:[0-9]{1,4}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"  # pattern of what `number` reads
)

# The hours of the day that a word can mean, first and last: the hour as said, or 12 later, must lie in them.
_DAY_PARTS = {
    "凌晨": (0, 5), "早上": (5, 11), "早晨": (5, 11), "清晨": (5, 11), "上午": (5, 12), "中午": (11, 14),
    "下午": (12, 19), "傍晚": (16, 19), "晚上": (17, 23),
}  # fmt: skip
_DIGITS = "零一二三四五六七八九"
# The patterns are text, compiled as they are asked for: all of them take 2 ms, and `15:00` needs one.
_AM_PM = r"([0-9]{1,2})(?::([0-9]{2}))?\s*([ap])m"
_CLOCK = (
    rf"({'|'.join(_DAY_PARTS)})?\s*({NUMBER})"
    rf"(?::([0-9]{{2}})(?::([0-9]{{2}}))?|[点时](?:(半)|([一三])刻|零?({NUMBER})分|([0-9]{{2}})|[钟整])?)"
)


def time_of_day(text: str) -> time | None:
    """The time that `text` (half-width, lower case) names; None where it names none.

    Raises InvalidError for an hour that could be in the morning or in the afternoon, such as 3点.
    """
    if match := re.fullmatch(_AM_PM, text):
        hour, minute = int(match[1]), int(match[2] or 0)
        return time(hour % 12 + (12 if match[3] == "p" else 0), minute) if 1 <= hour <= 12 and minute < 60 else None
    clock = re.fullmatch(_CLOCK, text)
    if clock is None:
        return None
    part, said, colon_minutes, seconds, half, quarters, minutes, two_digits = clock.groups()
    meant = _hour(part, number(said), exact=colon_minutes is not None)
    minute = 30 if half else 15 * number(quarters) if quarters else int(colon_minutes or two_digits or 0)
    minute = number(minutes) if minutes else minute
    second = int(seconds or 0)
    return time(meant, minute, second) if meant is not None and minute < 60 and second < 60 else None


def number(text: str) -> int:
    """The value of what `NUMBER` matches."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    return (10 * (_DIGITS.index(tens) if tens else 1) if ten else 0) + (_DIGITS.index(ones) if ones else 0)


def _hour(part: str | None, said: int, exact: bool) -> int | None:
    """The hour 0-23 that was meant: 下午3点 is 15, 3:00 is 3 (`exact`), a bare 3点 is refused."""
    if part is not None:
        first, last = _DAY_PARTS[part]
        meant = [hour for hour in (said, said + 12) if first <= hour <= last]
        return meant[0] if len(meant) == 1 else None
    if not exact and 1 <= said <= 11:
        raise InvalidError(
            _("{hour}点 can be in the morning or in the afternoon").format(hour=said),
            _("write 上午{hour}点, 下午{hour}点 or a time such as 15:00").format(hour=said),
            value=f"{said}点",
        )
    return said if said < 24 else None


FIRST_YEAR, LAST_YEAR = 1900, 2199  # a date outside is a slip of the finger
END_OF_DAY = time(23, 59, 59)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_DAY_WORDS = {
    "today": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3,
    "昨天": -1, "昨日": -1, "前天": -2, "大前天": -3,
}  # fmt: skip
_WEEK_WORDS = {"上": -1, "本": 0, "这": 0, "下": 1}
_YEAR_WORDS = {"去": -1, "今": 0, "明": 1}
_UNIT_WORDS = {
    "分钟": "min", "小时": "h", "个小时": "h", "天": "d", "日": "d", "周": "w", "星期": "w", "个星期": "w", "礼拜": "w",
    "个礼拜": "w", "个月": "m",
}  # fmt: skip
_UNITS = {"minute": "min", "hour": "h", "day": "d", "week": "w", "month": "m"}
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_AWAY = r"[+-][0-9]{1,4}(?:min|[hdwm])(?![a-z0-9])"
_AWAY_EN = r"(?:in\s+([0-9]{1,4})\s+([a-z]+)|([0-9]{1,4})\s+([a-z]+)\s+ago)(?![a-z0-9])"
_AWAY_ZH = rf"({NUMBER})({'|'.join(_UNIT_WORDS)})[以之]?([后前])"
_WITH_OFFSET = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:z|[+-][0-9]{2}:?[0-9]{2})"
# What stands between a day and a time; nothing need stand there where a Chinese character marks the border.
_GAP = r"\s+|(?<=[0-9])t(?=[0-9])|(?<=[^\x00-\x7f])|(?=[^\x00-\x7f])"


def parse_day(text: str, now: datetime) -> date:
    """The day that `text` names, seen from `now`. Raises InvalidError, also where `text` holds a time of day.

    A weekday is the coming one, 1 to 7 days ahead; 本周三 and 下周三 count in weeks that begin on Monday. A month and
    day without a year is the nearest to today.
    """
    day, rest = _read(text, plain(text), now.date())
    if rest and time_of_day(rest):
        said = _("'{text}' names a time of day where only a date is wanted").format(text=text[:40])
        raise InvalidError(said, value=text)
    if day is None or rest:
        raise _unread(text)
    return day


def parse_moment(text: str, now: datetime, default_time: time | None = None) -> datetime:
    """The moment that `text` names: aware, in the zone of `now`, whole seconds. Raises InvalidError.

    A time alone is today's. A day alone gets `default_time`; without one it is refused.
    """
    typed = plain(text)
    if typed in ("now", "现在"):
        return now.replace(microsecond=0)
    if re.fullmatch(_WITH_OFFSET, typed):
        return _with_offset(text, typed, now)
    span = _span(typed)
    if span and not span.of_days:
        moment = moment_after(now.replace(microsecond=0), span)
        check_year(text, moment.year)
        return moment
    day, rest = _read(text, typed, now.date())
    clock = time_of_day(rest) if rest else default_time
    if clock is None and day is not None and not rest:
        hint = _("add one, for example 'tomorrow 15:00'")
        raise InvalidError(_("'{text}' has no time of day").format(text=text[:40]), hint, value=text)
    if clock is None or not (day or rest):
        raise _unread(text)
    moment = datetime.combine(day or now.date(), clock, now.tzinfo)
    if moment.astimezone(UTC).astimezone(now.tzinfo) != moment:  # the hour that summer time leaves out
        raise missing(text)
    return moment


def spoken(moment: datetime, now: datetime) -> str:
    """How a moment is echoed: `2026-11-22 Sun 15:00 (tomorrow)`, in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    far = _("in {days} days") if days > 0 else _("{days} days ago")
    weekday = _(_SHORT_WEEKDAYS[local.weekday()])
    return f"{local:%Y-%m-%d} {weekday} {local:%H:%M} ({near.get(days) or far.format(days=abs(days))})"


def plain(text: str) -> str:
    """`text` as it is read: in half-width lower case, with 今晚 and 明早 written out."""
    return re.sub("^([今明昨])(早|晚)上?", r"\1天\2上", text.translate(_FULL_WIDTH).strip().lower())


def _read(text: str, plain: str, today: date) -> tuple[date | None, str]:
    """The day at the start of `plain`, and what is left for the time of day; (None, plain) where no day is there."""
    for pattern, day_of in _DAY_FORMS:
        match = re.match(pattern, plain)
        gap = re.compile(_GAP).match(plain, match.end()) if match else None
        if match is None or (gap is None and match.end() < len(plain)):
            continue
        try:
            day = day_of(match, today)
        except ValueError:
            raise missing(text) from None
        if day is None:
            continue
        check_year(text, day.year)
        return day, plain[gap.end() :] if gap else ""
    return None, plain


def _span(plain: str) -> Span | None:
    """The span that `plain` is as a whole: `+3h`, `3小时后`."""
    if re.fullmatch(_AWAY, plain):
        return parse_span(plain)
    if match := re.fullmatch(_AWAY_EN, plain):
        return _span_en(match)
    match = re.fullmatch(_AWAY_ZH, plain)
    return _span_zh(match) if match else None


def _span_en(match: re.Match[str]) -> Span | None:
    """`in 3 days`, `3 days ago`; None where it counts something else."""
    count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
    known = _UNITS.get(unit.removesuffix("s"))
    return Span(int(count) * (1 if match[1] else -1), known) if known else None


def _span_zh(match: re.Match[str]) -> Span:
    return Span(number(match[1]) * (1 if match[3] == "后" else -1), _UNIT_WORDS[match[2]])


def _with_offset(text: str, plain: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(plain.upper()).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        raise missing(text) from None
    check_year(text, moment.year)
    return moment


def _nearest(month: int, day: int, today: date) -> date:
    """The nearest such day: 1月5日 said in December is ahead. Raises ValueError where none is within half a year."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):
            found.append(date(year, month, day))
    nearest = min(found, key=lambda candidate: abs(candidate - today), default=date.min)
    if abs(nearest - today) > timedelta(days=184):
        raise ValueError
    return nearest


def _edge(today: date, away: int, edge: str, months: int = 1) -> date:
    """The first day (初) or the last one (底, 末) of so many months, `away` months from the one of `today`."""
    first = day_after(today.replace(day=1), Span(away, "m"))
    return first if edge == "初" else day_after(first, Span(months, "m")) - timedelta(days=1)


def _weekday(prefix: str | None, weekday: int, today: date) -> date:
    """Day 0-6 of the week before, this one or the next (上, 本, 下); without a prefix the coming one, not today."""
    if prefix is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=weekday - today.weekday() + 7 * _WEEK_WORDS[prefix])


def check_year(text: str, year: int) -> None:
    """Raise InvalidError for a year that can only be a slip of the finger."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidError(
            _("'{text}' lies outside the years {first} to {last}").format(
                text=text[:40], first=FIRST_YEAR, last=LAST_YEAR
            ),
            value=text,
        )


def missing(text: str) -> InvalidError:
    """What is said of a date that does not exist."""
    return InvalidError(_("'{text}' does not exist").format(text=text[:40]), value=text)


def _unread(text: str) -> InvalidError:
    hint = _("write for example 2026-11-21, 11/21, today, tomorrow 15:00, +3d, mon, 明天下午3点, 下周一 or 月初")
    return InvalidError(_("'{text}' is not a date").format(text=text[:40]), hint, value=text)


_DAY_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], date | None]], ...] = (
    (
        r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})",
        lambda m, today: date(int(m[1]), int(m[3]), int(m[4])),
    ),
    ("([0-9]{4})([0-9]{2})([0-9]{2})", lambda m, today: date(int(m[1]), int(m[2]), int(m[3]))),
    (
        rf"([0-9]{{4}})年\s*({NUMBER})月\s*({NUMBER})[日号]",
        lambda m, today: date(int(m[1]), number(m[2]), number(m[3])),
    ),
    (rf"({NUMBER})月\s*({NUMBER})[日号]", lambda m, today: _nearest(number(m[1]), number(m[2]), today)),
    (r"([0-9]{1,2})/([0-9]{1,2})(?![/0-9])", lambda m, today: _nearest(int(m[1]), int(m[2]), today)),
    (
        rf"([上本这下])(?:一?个)?月\s*({NUMBER})[日号]",
        lambda m, today: day_after(today.replace(day=1), Span(_WEEK_WORDS[m[1]], "m")).replace(day=number(m[2])),
    ),
    ("(?:([上本这下])(?:一?个)?)?月([初底末])", lambda m, today: _edge(today, _WEEK_WORDS.get(m[1], 0), m[2])),
    (
        "([去今明])?年([初底末])",
        lambda m, today: _edge(today.replace(month=1), 12 * _YEAR_WORDS.get(m[1], 0), m[2], 12),
    ),
    ("|".join(_DAY_WORDS), lambda m, today: today + timedelta(days=_DAY_WORDS[m[0]])),
    (
        "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _WEEKDAYS),
        lambda m, today: _weekday(None, _SHORT_WEEKDAYS.index(m[0][:3].title()), today),
    ),
    (
        "(?:([上本这下])个?)?(?:周|星期|礼拜)(?:([一二三四五六])|[日天])",
        lambda m, today: _weekday(m[1], number(m[2]) - 1 if m[2] else 6, today),
    ),
    (_AWAY, lambda m, today: day_after(today, parse_span(m[0]))),
    (_AWAY_EN, lambda m, today: day_after(today, span) if (span := _span_en(m)) else None),
    (_AWAY_ZH, lambda m, today: day_after(today, _span_zh(m))),
)
