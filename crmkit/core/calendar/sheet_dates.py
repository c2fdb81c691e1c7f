"""Dates and birth dates as they stand in sheets: 2026.11.3, 11月3日, 农历八月十五, 3 Nov 2026, with or without a time.

More forms than for typed dates (`dates`), since a sheet cannot be asked again. What may mean two days is refused
here too.
"""

import re
from calendar import isleap
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from crmkit.core.calendar.lunar import months
from crmkit.core.values import han_number, plain
from crmkit.errors import InvalidError
from crmkit.i18n import _

FIRST_YEAR, LAST_YEAR = 1880, 2199
CACHED_DAYS = 1 << 14  # a sheet has the same few days of collection, and birthdays within a lifetime

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?P<name>{'|'.join(_MONTH_NAMES)})[a-z]*\.?"
_DAY_FORMS = [
    re.compile(form)
    for form in (
        r"(?P<y>[0-9]{4})\s*[-./年]\s*(?P<m>[0-9]{1,2})\s*[-./月]\s*(?P<d>[0-9]{1,2})\s*[日号]?",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        r"(?P<yy>[0-9]{2})\s*年\s*(?P<m>[0-9]{1,2})\s*月\s*(?P<d>[0-9]{1,2})\s*[日号]?",
        r"(?P<m>[0-9]{1,2})\s*[-./月]\s*(?P<d>[0-9]{1,2})\s*[日号]?",
        r"(?P<first>[0-9]{1,2})[-./](?P<second>[0-9]{1,2})[-./](?P<y>[0-9]{4})",
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+{_NAME}[\s,-]+(?P<y>[0-9]{{4}})",
        rf"{_NAME}\s+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<y>[0-9]{{4}})",
    )
]
_TIME = re.compile(
    r"(?:(?P<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)\s*)?"
    r"(?:(?P<h>[0-9]{1,2})\s*(?:[:点时]\s*(?:(?P<min>[0-9]{1,2})(?::[0-9]{2}(?:\.[0-9]+)?)?\s*分?)?(?P<half>半)?|(?=\s*[ap]m))"
    r"\s*(?P<ap>[ap])?m?(?:\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-][0-9]{1,2}(?::?[0-9]{2})?))?)?"
)
_WEEKDAY = re.compile(r"[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?")
_AFTERNOON = ("下午", "傍晚", "晚上")
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_LUNAR_WORDS = "农历|阴历|旧历|夏历|老历|lunar"
_SOLAR_WORDS = "阳历|公历|新历|西历|国历|公元|solar"
_CALENDAR = re.compile(  # people say it before the date, behind it, or in brackets
    rf"\(?(?:(?P<lunar>{_LUNAR_WORDS})|{_SOLAR_WORDS})[\s:]*\)?"
    r"|(?:^|\()(?:(?P<yin>[阴农])|阳)(?:[\s:]|\)|(?=[0-9正一二三四五六七八九十冬腊闰]))|\s*(?:(?P<yin2>[阴农])|阳)$"
)
_FIGURES = "零〇○一二三四五六七八九"
_IN_WORDS = re.compile(
    rf"(?P<y>[{_FIGURES}]{{4}}|[{_FIGURES}]{{2}})年|(?P<n>[一二三四五六七八九十廿卅]{{1,3}})(?P<of>[月日号])"
)
_DAY_IN_WORDS = re.compile(
    rf"(?:[{_FIGURES}0-9]{{2,4}}年)?\s*[{_FIGURES}十0-9]{{1,2}}月\s*[{_FIGURES}十廿卅0-9]{{1,3}}[日号].*"
)
_LUNAR = re.compile(
    r"(?:(?P<y>[0-9]{4})\s*[年.\-/]|(?P<yy>[0-9]{2})\s*年)?\s*(?P<leap>闰)?(?P<m>[正冬腊]|[0-9]{1,2}|[一二三四五六七八九十]{1,2})\s*[月.\-/]\s*"
    r"(?:初(?P<early>[一二三四五六七八九十])|(?P<d>[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3}))\s*[日号]?"
)
_STORED = re.compile(r"lunar:(?P<y>[0-9]{4}|-)-(?P<m>[0-9]{2})-(?P<leap>l)?(?P<d>[0-9]{2})")


class Written(NamedTuple):
    """A day as written, with the time of day where one stands beside it; without a year `year` is None."""

    year: int | None
    month: int
    day: int
    at: time | None = None
    ahead: int | None = None  # minutes by which the clock there is ahead of UTC, where the text says it

    def key(self) -> str:
        """The same text for the same day, however it was spelt; no year is made up."""
        clock = f"T{self.at:%H:%M}" if self.at else ""
        zone = f"{self.ahead:+}" if self.ahead is not None else ""
        return f"{self.year or '-'}-{self.month:02}-{self.day:02}{clock}{zone}"


@lru_cache(maxsize=CACHED_DAYS)
def read_day(text: str) -> Written | None:
    """The day that `text` names; None where it is not written as a day.

    Raises InvalidError for a day that the calendar does not have, and for one that may be read in two ways (3/11/2026).
    """
    text = _in_figures(_WEEKDAY.sub(" ", plain(text)).strip())
    for form in _DAY_FORMS:
        found = form.match(text)
        clock = _TIME.fullmatch(text[found.end() :].strip().removeprefix("t").strip()) if found else None
        if found and clock:
            year, month, day = _year_month_day(found, text)
            _check(year or 2000, month, day, text)
            return Written(year, month, day, _time(clock), _ahead(clock["zone"]) if clock["h"] else None)
    return None


def serial_day(text: str, epoch: date, today: date) -> Written | None:
    """A spreadsheet's serial number (days since `epoch`) as a day, up to a year after `today`; else None.

    46329 and 46329.375; numbers of fewer digits are years, or months with a day.
    """
    if text[5:6] not in ("", ".") or len(text) < 5 or not re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text):
        return None
    minutes = round(float(text) * 1440)
    at = datetime.combine(epoch, time()) + timedelta(minutes=minutes)
    if at.date() > today + timedelta(days=366):
        return None
    return Written(at.year, at.month, at.day, at.time() if at.time() != time() else None)


def _in_figures(text: str) -> str:
    """`text` with a date in Chinese numerals put in digits: 一九五三年六月八日, 六月八日. 六月初八 is left as it is."""
    return _IN_WORDS.sub(_figures, text) if "月" in text and _DAY_IN_WORDS.fullmatch(text) else text


def _figures(found: re.Match[str]) -> str:
    if found["y"]:
        return "".join(str(han_number(figure) or 0) for figure in found["y"]) + "年"
    return f"{han_number(found['n'])}{found['of']}"


def _ahead(zone: str | None) -> int | None:
    """Minutes ahead of UTC that Z, +08:00, +0800 or utc+8 say; None where nothing is said. Raises InvalidError."""
    if zone is None:
        return None
    found = re.fullmatch(r"(?:utc|gmt|z)?(?:([+-])([0-9]{1,2}):?([0-9]{2})?)?", zone)
    if found is None or not found[1]:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > 14 * 60:
        raise InvalidError(_("{value} is not a time zone").format(value=zone))
    return -minutes if found[1] == "-" else minutes


def _year_month_day(found: re.Match[str], text: str) -> tuple[int | None, int, int]:
    parts = found.groupdict()
    if parts.get("yy"):
        return 2000 + int(parts["yy"]), int(parts["m"]), int(parts["d"])
    if parts.get("first"):
        first, second = int(parts["first"]), int(parts["second"])
        if first <= 12 and second <= 12 and first != second:
            raise InvalidError(
                _("{value} can be read as two different days").format(value=text), _("write it as 2026-11-03")
            )
        return int(parts["y"]), min(first, second) if max(first, second) > 12 else first, max(first, second)
    month = _MONTH_NAMES.index(parts["name"]) + 1 if parts.get("name") else int(parts["m"])
    return int(parts["y"]) if parts.get("y") else None, month, int(parts["d"])


def _check(year: int, month: int, day: int, text: str) -> None:
    try:
        date(year, month, day)
        fits = FIRST_YEAR <= year <= LAST_YEAR
    except ValueError:
        fits = False
    if not fits:
        raise InvalidError(_("{value} is not a day of the calendar").format(value=text))


def _time(found: re.Match[str]) -> time | None:
    """The time of day; None where there is none, or where it is the midnight that spreadsheets add to a mere day."""
    if not found["h"]:
        return None
    hour, minute = int(found["h"]), 30 if found["half"] else int(found["min"] or 0)
    if hour < 12 and (found["part"] in _AFTERNOON or found["ap"] == "p"):
        hour += 12
    elif hour == 12 and found["ap"] == "a":
        hour = 0
    if hour > 23 or minute > 59:
        raise InvalidError(_("{value} is not a time of day").format(value=found[0].strip()))
    return time(hour, minute) if hour or minute else None


def moment(written: Written, near: date, now: datetime) -> datetime:
    """The moment of `written` in the zone of `now`, midnight where no time stands beside it.

    A missing year is the one that brings the day nearest to `near`, the day of the sheet, without passing `now`.
    Raises InvalidError where the sheet's own day lies so far ahead that no such year is near.
    """
    at = written.at or time()
    if written.year is not None:
        day = date(written.year, written.month, written.day)
        if written.ahead is None:
            return datetime.combine(day, at, now.tzinfo)
        return datetime.combine(day, at, timezone(timedelta(minutes=written.ahead))).astimezone(now.tzinfo)
    years = (y for y in range(near.year - 8, near.year + 2) if (written.month, written.day) != (2, 29) or isleap(y))
    past = [day for day in (date(y, written.month, written.day) for y in years) if day <= now.date()]
    if not past:
        raise InvalidError(_("{value} lacks its year").format(value=written.key()), _("write it as 2026-11-03"))
    return datetime.combine(min(past, key=lambda day: abs(day - near)), at, now.tzinfo)


@lru_cache(maxsize=CACHED_DAYS)
def birthday(text: str, today: date, *, lunar: bool = False) -> str | None:
    """A birth date in the form of `Customer.birthday`; None where `text` is not written as a date.

    Solar (1953-01-02, 53年1月2日, 1月2日, 公历一九五三年一月二日) or lunar (农历八月十五, 1953-06-08（阴历）,
    1953年腊月初八); `lunar` says which of the two it is where the text does not. Raises InvalidError for a day that the
    calendar does not have or that is still to come. Eight digits that are no day are left unread: they are as likely
    another number.
    """
    text = plain(text).removeprefix("--")
    stored = _STORED.fullmatch(text)
    if stored:
        return _lunar(stored["y"].strip("-"), int(stored["m"]), int(stored["d"]), bool(stored["leap"]), text)
    said = {any(found.group("lunar", "yin", "yin2")) for found in _CALENDAR.finditer(text)}
    bare = _CALENDAR.sub(" ", text).strip()
    if len(said) > 1:
        return None  # both calendars are named
    if True in said or (not said and (lunar or re.search("[正冬腊闰初廿卅]", text))):
        return _read_lunar(bare, text, today)
    bare = _in_figures(bare)
    try:
        written = read_day(bare)
    except InvalidError:
        if re.fullmatch("[0-9]{8}", bare):
            return None
        raise
    if written is None:
        return None
    if written.year is None:
        return f"--{written.month:02}-{written.day:02}"
    year = written.year
    if re.match("[0-9]{2}年", bare):
        if year <= today.year:
            return None  # 26年: a hundred years old, or born this year?
        year -= 100
        _check(year, written.month, written.day, text)
    if date(year, written.month, written.day) > today:
        raise InvalidError(_("{value} is still to come").format(value=text))
    return f"{year}-{written.month:02}-{written.day:02}"


def _read_lunar(bare: str, text: str, today: date) -> str | None:
    found = _LUNAR.fullmatch(_year_in_figures(bare))
    if not found:
        return None
    year = int(found["y"] or (f"20{found['yy']}" if found["yy"] else 0))
    if found["yy"]:
        if year <= today.year:
            return None
        year -= 100
    if year > today.year:
        raise InvalidError(_("{value} is still to come").format(value=text))
    month = _LUNAR_MONTHS.get(found["m"]) or _number(found["m"])
    day = _number(found["early"] or found["d"])
    return _lunar(str(year or ""), month, day, bool(found["leap"]), text)


def _year_in_figures(text: str) -> str:
    """`text` with a year in Chinese figures at its beginning in figures."""
    found = _IN_WORDS.match(text)
    return _figures(found) + text[found.end() :] if found and found["y"] else text


def _number(text: str) -> int:
    return int(text) if text.isdigit() else han_number(text) or 0


def _lunar(year: str, month: int, day: int, leap: bool, text: str) -> str:
    longest = 30 if 1 <= month <= 12 else 0
    if year:
        found = months(int(year)).get((month, leap))
        longest = found.length if found else 0
    if not 1 <= day <= longest:
        raise InvalidError(_("{value} is not a day of the lunar calendar").format(value=text))
    return f"lunar:{year or '-'}-{month:02}-{'L' if leap else ''}{day:02}"
