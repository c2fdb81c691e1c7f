"""The public holidays of a year, read from a simple list; which year is still missing (docs.md: Calls).

Two forms are read, line by line, and nothing else: a table (`2027-10-01, holiday, 国庆节`; a range with `..`), and the
sentences in which the State Council announces them (`国庆节：10月1日（周五）至7日（周四）放假，9月26日（周日）上班。`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from crmkit.core.calendar.hours import Calendar
from crmkit.errors import InvalidError
from crmkit.i18n import _

OCCASIONS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")  # each year has every one of them
ANNOUNCED = 10  # the month from which next year's calendar is asked for
LONGEST = 20  # days of one holiday
KINDS = {
    "holiday": "holidays", "off": "holidays", "放假": "holidays", "休": "holidays", "休息": "holidays",
    "假日": "holidays", "节假日": "holidays",
    "workday": "workdays", "work": "workdays", "上班": "workdays", "班": "workdays", "调休": "workdays",
    "补班": "workdays", "调休上班": "workdays",
}  # fmt: skip

_ROW = re.compile(
    r"\s*(?P<first>[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})\s*(?:(?:\.\.|~|至|到)\s*(?P<last>[0-9/.-]+))?\s*"
)
_CHINESE_DAY = (
    r"(?:(?P<year>[0-9]{4})年)?(?:(?P<month>[0-9]{1,2})月)?(?P<day>[0-9]{1,2})日(?:[（(](?:[^）)]*、)?(?:星期|周)(?P<weekday>[一二三四五六日天])"
    r"(?:[^）)]*)[）)])?"
)
_VERB = "放假调休|放假|休息|补班|上班"
_NUMBERING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|[0-9]+[、.)）])\s*")
_FILLER = re.compile(r"共[0-9一二三四五六七八九十]+天|与周末连休|调休|照常|正常|[、，,。；;和及\s为]|[（(][^）)]*[）)]")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})年")
_WEEKDAYS = "一二三四五六日"


@dataclass
class Days:
    """The days of one year, each with its occasion, as `calendar/YYYY.json` holds them."""

    year: int
    holidays: dict[date, str] = field(default_factory=dict)
    workdays: dict[date, str] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """As it is stored."""
        texts = {name: {str(d): n for d, n in sorted(getattr(self, name).items())} for name in ("holidays", "workdays")}
        return {"year": self.year, **texts}


def read(text: str, file: str, year: int = 0, weekdays: Iterable[int] = range(5)) -> tuple[Days, tuple[str, ...]]:
    """The days in a list, and notes about it. `year` holds for days without one, 0 = as in the heading.

    Raises InvalidError naming file and line for what cannot be read, for days of two years, a day that is said to be
    both, a weekday that does not fit its date, and a make-up workday on which there is work anyway.
    """
    found: dict[str, dict[date, str]] = {"holidays": {}, "workdays": {}}
    headed = year
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{file}:{number}"
        named = _YEAR.search(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            if _ROW.match(line):
                days = _row(line)
            elif re.search(_CHINESE_DAY, line) and re.search(_VERB, line):
                days = _sentence(line, headed or (int(named[1]) if named else 0))
            elif re.search("[0-9]+日|[0-9]{4}-", line):
                raise InvalidError(_("are these days off? {line}").format(line=line.strip()[:60]))
            else:  # a heading: at most the year is learnt from it
                headed = headed or (int(named[1]) if named else 0)
                continue
        except InvalidError as problem:
            raise InvalidError(
                f"{place}: {problem.message}",
                problem.hint or _("write for example: 2027-10-01..2027-10-07, holiday, 国庆节"),
            ) from None
        for kind, day, name in days:
            found[kind][day] = name or found[kind].get(day, "")
    return _checked(found, file, year, frozenset(weekdays))


def unknown_year(calendar: Calendar, today: date) -> int | None:
    """The year whose public holidays are to be written down by now: this one, from October on the next."""
    if not calendar.knows(today):
        return today.year
    following = date(today.year + 1, 1, 1)
    return following.year if today.month >= ANNOUNCED and not calendar.knows(following) else None


def to_be_written(calendar: Calendar, today: date) -> tuple[str, ...]:
    """What to say where a year is to be written down; nothing where all is known."""
    year = unknown_year(calendar, today)
    if year is None:
        return ()
    sentence = _("the public holidays of {year} are not known, its dates are provisional: crmkit calendar import FILE")
    return (sentence.format(year=year),)


def _row(line: str) -> Iterator[tuple[str, date, str]]:
    cells = [cell.strip().strip('"') for cell in re.split("[,;\t，；]", line)]
    days = _ROW.fullmatch(cells[0])
    kind = KINDS.get(cells[1].casefold()) if len(cells) > 1 else None
    if days is None or kind is None or len(cells) > 3:
        raise InvalidError(_("{line} is not DATE, holiday or workday, NAME").format(line=line.strip()[:60]))
    first = _date(days["first"])
    name = cells[2] if len(cells) > 2 else ""
    return ((kind, day, name) for day in _between(first, _date(days["last"]) if days["last"] else first))


def _sentence(line: str, year: int) -> Iterator[tuple[str, date, str]]:
    """The days of one announcement; those before a verb are what it says of them."""
    body = _NUMBERING.sub("", line)
    name, colon, rest = body.replace(":", "：").partition("：")
    name, rest = (name.strip(), rest) if colon and not re.search(_CHINESE_DAY, name) else ("", body)
    waiting: list[date] = []
    position, month = 0, 0
    taken: list[tuple[str, date, str]] = []
    for token in re.finditer(f"{_CHINESE_DAY}|(?P<verb>{_VERB})", rest):
        between = rest[position : token.start()]
        position = token.end()
        ranged = between.strip() in ("至", "到", "—", "-", "~", "－")
        if not ranged and _FILLER.sub("", between):
            raise InvalidError(_("{text} cannot be read").format(text=_FILLER.sub("", between)[:40]))
        if token["verb"]:
            if not waiting:
                raise InvalidError(_("{text}: which days?").format(text=token["verb"]))
            kind = "workdays" if token["verb"] in ("上班", "补班") else "holidays"
            taken += [(kind, day, name) for day in waiting]
            waiting = []
            continue
        month = int(token["month"] or month)
        year = int(token["year"] or year)
        if not year or not month:
            raise InvalidError(_("{text}: of which year and month?").format(text=token[0]), _("say it: --year 2027"))
        day = _date(f"{year}-{month}-{token['day']}")
        if token["weekday"] and _WEEKDAYS.index(token["weekday"].replace("天", "日")) != day.weekday():
            raise InvalidError(_("{text}: the weekday does not fit the date").format(text=token[0]))
        if ranged and not waiting:
            raise InvalidError(_("{text}: from when on?").format(text=token[0]))
        waiting += list(_between(waiting[-1], day))[1:] if ranged else [day]
    if waiting or _FILLER.sub("", rest[position:]):
        raise InvalidError(_("{text} cannot be read").format(text=rest[position:].strip()[:40] or str(waiting[0])))
    return iter(taken)


def _date(text: str) -> date:
    try:
        return date(*(int(part) for part in re.split("[-/.]", text)))
    except (ValueError, TypeError):
        raise InvalidError(_("{text} is no date").format(text=text)) from None


def _between(first: date, last: date) -> Iterator[date]:
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidError(_("{first} to {last} is no holiday").format(first=first, last=last))
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _checked(
    found: Mapping[str, dict[date, str]], file: str, year: int, weekdays: frozenset[int]
) -> tuple[Days, tuple[str, ...]]:
    days = sorted({*found["holidays"], *found["workdays"]})
    if not found["holidays"]:
        raise InvalidError(_("{file}: no day off in it").format(file=file), _("a line each: DATE, holiday, NAME"))
    years = sorted({day.year for day in days})
    if len(years) > 1 or year not in (0, years[0]):
        named = ", ".join(map(str, sorted({*years, *([year] if year else [])})))
        raise InvalidError(_("{file}: days of {years}").format(file=file, years=named), _("a calendar is of one year"))
    for day in sorted(found["holidays"].keys() & found["workdays"].keys()):
        raise InvalidError(_("{file}: {day} is both a holiday and a workday").format(file=file, day=day))
    for day in sorted(found["workdays"]):
        if day.weekday() in weekdays:
            raise InvalidError(
                _("{file}: {day} is a working day anyway").format(file=file, day=day),
                _("only days that are made up for are workdays"),
            )
    names = "".join({*found["holidays"].values()})
    missing = [name for name in OCCASIONS if name not in names]
    notes = (_("no days for {occasions}").format(occasions=", ".join(missing)),) if missing and names else ()
    return Days(years[0], found["holidays"], found["workdays"]), notes
