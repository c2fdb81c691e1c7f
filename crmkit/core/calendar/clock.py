"""Times of day as people type them, and the numbers in them: `15:00`, `3pm`, `下午3点半`, `晚上七点一刻`."""

import re
from datetime import time

from crmkit.errors import InvalidError
from crmkit.i18n import _

NUMBER = (
    "(?:[0-9]{1,4}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"  # pattern of what `number` reads
)

# The hours of the day that a word can mean, first and last: the hour as said, or 12 later, must lie in them.
_DAY_PARTS = {
    "凌晨": (0, 5), "早上": (5, 11), "早晨": (5, 11), "清晨": (5, 11), "上午": (5, 12), "中午": (11, 14),
    "下午": (12, 19), "傍晚": (16, 19), "晚上": (17, 23),
}  # fmt: skip
_DIGITS = "零一二三四五六七八九"
# patterns are texts where they are seldom needed: compiled when first used
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
        )
    return said if said < 24 else None
