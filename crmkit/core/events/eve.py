"""The evening before an event: when its guests are called, and what they are told (DOMAIN 4 and 5)."""

from datetime import datetime, time, timedelta

from crmkit.core.calendar.clock import time_of_day
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Event


def eve_window(run: Run, event: Event) -> tuple[datetime, datetime]:
    """From when until when guests are reminded: `event.eve_from` and `event.eve_until` on the day before.

    Raises InvalidError for a setting that is no time of day.
    """
    day = event.starts_at.astimezone(run.now.tzinfo).date() - timedelta(days=1)
    first, last = (
        datetime.combine(day, _time(key, getattr(run.settings.event, key)), run.now.tzinfo)
        for key in ("eve_from", "eve_until")
    )
    return first, last


def announcement(run: Run, event: Event) -> tuple[str, ...]:
    """What every guest is told: what and when, where, how to get there, the weather; in the operator's language."""
    begins = event.starts_at.astimezone(run.now.tzinfo)
    lines = [_("{name}, {when:%Y-%m-%d %H:%M}").format(name=event.name or event.code, when=begins)]
    for text, value in (
        (_("place: {value}"), event.place),
        (_("route: {value}"), event.route),
        (_("weather: {value}"), event.weather),
    ):
        if value:
            lines.append(text.format(value=value))
    return tuple(lines)


def _time(key: str, text: str) -> time:
    read = time_of_day(text)
    if read is None:
        raise InvalidError(
            _("event.{key} is '{value}', which is no time of day").format(key=key, value=text),
            _("write for example 18:00"),
        )
    return read
