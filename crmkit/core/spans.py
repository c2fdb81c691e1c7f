"""Spans of time as settings and people write them: `+3h`, `+2d`, `-1w`, `+1m`."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from crmkit.errors import InvalidError
from crmkit.i18n import _

_SPAN = re.compile(r"([+-][0-9]{1,4})(min|h|d|w|m)")


class Span(NamedTuple):
    """A signed number of minutes (`min`), hours (`h`), days (`d`), weeks (`w`) or calendar months (`m`)."""

    number: int
    unit: str

    @property
    def of_days(self) -> bool:
        """Whether it moves a day; minutes and hours move a moment only."""
        return self.unit in ("d", "w", "m")


def parse_span(text: str) -> Span:
    """Read `+2d`, `-30d`, `+1m`, `+3h`, `+45min`; the sign is part of it. Raises InvalidError for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise InvalidError(
            _("'{text}' is not a span of time").format(text=text[:40]), _("write for example +3h, +2d, -1w or +1m")
        )
    return Span(int(match[1]), match[2])


def day_after(day: date, span: Span) -> date:
    """The day `span` (days, weeks or months) after `day`; 31 January and one month is the last day of February."""
    from dateutil.relativedelta import relativedelta

    if not span.of_days:
        raise InvalidError(_("{number:+}{unit} is not a number of days").format(number=span.number, unit=span.unit))
    days = {"d": 1, "w": 7, "m": 0}[span.unit] * span.number
    later: date = day + relativedelta(days=days, months=span.number if span.unit == "m" else 0)
    return later


def moment_after(moment: datetime, span: Span) -> datetime:
    """The moment `span` after `moment`: hours count on the clock of the world, days keep the time of day."""
    if span.of_days:
        return datetime.combine(day_after(moment.date(), span), moment.timetz())
    length = timedelta(minutes=span.number * (60 if span.unit == "h" else 1))
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
