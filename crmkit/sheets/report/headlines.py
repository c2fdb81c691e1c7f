"""The figures at the head of a cover: each beside that of the period before, red or green by the bounds set."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import NamedTuple

from crmkit.core.figures import Figure, Period, figure_of
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records.rows import Headline
from crmkit.sheets.report.totals import TOTALS
from crmkit.sheets.write.cells import Kind

MOST = 5
KINDS: Mapping[str, Kind] = {"count": "count", "share": "share", "yuan": "money"}
SHORT = {  # words for a headline where those of the cover's line are too long
    "in-time": N_("Screened in time"),
    "on-time": N_("Callbacks on time"),
    "false": N_("False numbers"),
    "valid": N_("Numbers confirmed"),
    "reached": N_("Calls that reached"),
    "balances": N_("Owed by customers, yuan"),
    "brought": N_("Revenue from these files, yuan"),
}


class HeadlineFigure(NamedTuple):
    """A headline figure as it is shown."""

    words: str
    kind: Kind
    value: int | float | None
    beside: str  # the last period's
    change: str  # how far it is from that: in points of a share, else in per cent
    verdict: str  # red, green, "" = neither


def before(kind: str, period: Period) -> Period:
    """The day, week or month before `period`; of one that is not over yet, as many days of that as have gone by."""
    last = period.first - timedelta(days=1)
    first = last.replace(day=1) if kind == "month" else last - (period.last - period.first)
    today = period.day(period.now)
    if today in period and today != period.last:
        last = min(last, first + (today - period.first))
    return Period(first, last, period.now)


def cards(
    chosen: Sequence[Headline], kind: str, past: Period, now: Mapping[str, Figure], then: Mapping[str, Figure]
) -> list[HeadlineFigure]:
    """The first MOST of the `chosen` headlines; `now` and `then` are the figures of the period and of `past`.

    Raises InvalidError for a measure that the cover does not have.
    """
    words: dict[str, str] = {}
    for total in chain(*TOTALS.values()):
        words.setdefault(total.measure, total.words)
    found = []
    for one in [headline for headline in chosen if not headline.off][:MOST]:
        if one.name not in words:
            raise InvalidError(
                _("archive.toml: report.headlines: there is no figure {name}").format(name=one.name),
                _("one of: {choices}").format(choices=", ".join(words)),
            )
        value, last = (_value(one, figure_of(table, one.name)) for table in (now, then))
        found.append(
            HeadlineFigure(
                _(SHORT.get(one.name, words[one.name])),
                KINDS[one.show],
                value,
                _("{period}: {figure}").format(period=_span(kind, past), figure=_shown(one, last)),
                _change(one, value, last),
                verdict(one, value, last),
            )
        )
    return found


def verdict(headline: Headline, value: float | None, last: float | None) -> str:
    """red, green, or "" where the figure lies between the bounds or cannot be judged."""
    if headline.show != "share":
        value = value / last if value is not None and last else None
    if value is None:
        return ""
    sign = 1 if headline.red <= headline.green else -1
    if sign * value >= sign * headline.green:
        return "green"
    return "red" if sign * value < sign * headline.red else ""


def _value(headline: Headline, figure: Figure) -> int | float | None:
    if headline.show == "share":
        return figure.share
    return figure.amount if headline.show == "yuan" else figure.count


def _shown(headline: Headline, value: float | None) -> str:
    if value is None:
        return _("none")
    if headline.show == "share":
        return f"{value:.1%}"
    return f"{value / 100:,.0f}" if headline.show == "yuan" else f"{value:,}"


def _change(headline: Headline, value: float | None, last: float | None) -> str:
    if value is None or not last:
        return ""
    if headline.show == "share":
        return _("{change} points").format(change=f"{(value - last) * 100:+.1f}")
    return f"{value / last - 1:+.0%}"


def _span(kind: str, past: Period) -> str:
    if kind == "day":
        return _("day before")
    whole = (past.first + timedelta(days=32)).replace(day=1) if kind == "month" else past.first + timedelta(days=7)
    if past.last + timedelta(days=1) < whole:
        return f"{past.first:%m-%d} – {past.last:%m-%d}"
    return _("month before") if kind == "month" else _("week before")
