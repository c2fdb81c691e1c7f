"""`crmkit due`: everything to do today, of every kind, as a day; `--week` as a small calendar."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core import due
from crmkit.core.run import Run
from crmkit.i18n import N_, _, titled
from crmkit.queries.due import items_on
from crmkit.queries.work import calendar_of
from crmkit.records.typed import Code, late
from crmkit.result import Row

COLUMNS = ("kind", "id", "customer", "name", "phone", "due_at", "owner", "what")
DAY_COLUMNS = (N_("when"), "id", "customer", "kind", "name", "phone", "owner", "what")
WEEK_COLUMNS = (
    N_("day"), N_("weekday"), N_("holiday"), N_("callbacks"), N_("visits"), N_("events"), N_("further"), N_("timed"),
)  # fmt: skip
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
SPARED = 2  # it is not worth to leave out so few
SHOWN = {"overdue": 8, "today": 8, "recheck": 3, "decision": 4}  # of a group at most, on a terminal


@verb(_("Everything to do today; with --by one person's. Example: crmkit due --by LN"))
def due_(
    ctx: typer.Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Everything to do by the end of that day."))] = "",
    week: Annotated[bool, typer.Option("--week", help=_("Seven days from that day on, a line each."))] = False,
    fmt: Listed = "",
) -> None:
    """List everything to do by the end of a day: what has a time first, then group by group."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        day = _day(run, on) if on else run.now.date()
        items = due.placed(run, items_on(archive, run, day + timedelta(days=6) if week else day))
        holidays = calendar_of(archive).holidays if week else {}
    mine = session.given.get("by")
    unassigned = sum(not item.owner for item in items)
    own = [item for item in items if not mine or item.owner == run.by]
    if week:
        days = [_week_row(one, fmt) for one in due.week(run, own, holidays, day)]
        render.rows(days, WEEK_COLUMNS, fmt, counted=_beside_week(own))
    elif fmt == "table":
        _show_day(run, due.as_a_day(own), day)
    else:
        render.rows([_row(item) for item in own], COLUMNS, fmt)
    if mine and unassigned:
        session.say(_("{n} more have no owner").format(n=unassigned))


def _day(run: Run, text: str) -> date:
    from crmkit.core.calendar.periods import last_day

    return last_day(text, run.now)


def _show_day(run: Run, items: list[due.Item], day: date) -> None:
    """The day as people read it: a heading for each group; on a terminal the first few of those that are long."""
    counts = Counter(item.group for item in items)
    headings: dict[int, str] = {}
    rows: list[Row] = []
    for group, title in due.GROUPS.items():
        of_group = [item for item in items if item.group == group]
        most = SHOWN.get(group, len(items)) if render.shortens() else len(items)
        most = most if len(of_group) > most + SPARED else len(of_group)
        if of_group:
            text = _("{group}: {n}") if len(of_group) <= most else _("{group}: {most} of {n}")
            headings[len(rows)] = text.format(group=_(title), n=len(of_group), most=most)
            rows += [_day_row(run, item, day) for item in of_group[:most]]
    told = [f"{_(title)} {counts[group]}" for group, title in due.GROUPS.items() if counts[group]]
    summary = _("to do: {n} ({groups})").format(n=len(items), groups=", ".join(told))
    if len(rows) < len(items):
        summary = _("{said}; -w shows all").format(said=summary)
    render.rows(rows, DAY_COLUMNS, "table", headings=headings, counted=summary)


def _row(item: due.Item) -> Row:
    at = late(item.due_at.isoformat() if item.due_at else "", is_late=item.late)
    return {**item._asdict(), "kind": Code(item.kind, "kind-"), "due_at": at}


def _day_row(run: Run, item: due.Item, day: date) -> Row:
    """An item with when it is due, as short as it can be told on that day."""
    at = item.due_at.astimezone(run.now.tzinfo) if item.due_at else None
    told = ""
    if at and item.group == "timed" and at.date() == day:
        told = f"{at:%H:%M}"
    elif at and (item.group == "timed" or item.kind in ("event", "invitation")):
        told = f"{at:%m-%d %H:%M}"
    elif at and at.date() != day:
        told = f"{at:%m-%d}" if at.year == day.year else f"{at:%Y-%m-%d}"
    passed = item.group == "timed" and at is not None and at < run.now
    return {**_row(item), "when": late(told, is_late=item.late or passed)}


def _beside_week(items: list[due.Item]) -> str:
    """What stands on no day of the week."""
    overdue, open_ones = sum(item.late for item in items), sum(item.group == "decision" for item in items)
    return _("besides: {overdue} overdue, {decisions} to decide").format(overdue=overdue, decisions=open_ones)


def _week_row(one: due.DayAhead, fmt: str) -> Row:
    told = {name: value or None if fmt == "table" else value for name, value in one._asdict().items()}
    return {**told, "day": one.day.isoformat(), "weekday": titled(WEEKDAYS[one.day.weekday()])}
