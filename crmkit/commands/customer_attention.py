"""`crmkit customer risk`, `cadence`, `birthdays`: whom to turn to."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import typer

from crmkit.commands.kit.options import Owner
from crmkit.commands.kit.walk import Context, listing
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import staff_code
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Customer, Message, Visit
from crmkit.result import Row

RISK_COLUMNS = ("id", "name", "phone", "owner", "grade", "last_on", "last_contact", "interval", "days", "times")
CADENCE_COLUMNS = ("id", "name", "grade", "what", "due_on", "last_on", "owner", "district", "address")
BIRTHDAY_COLUMNS = ("id", "name", "phone", "occasion", "on", "age", "calendar", "written", "grade", "owner")


@listing(_("Who has been silent for longer than usual. Example: crmkit customer risk --owner LN"), RISK_COLUMNS)
def risk(
    ctx: Context,
    everybody: Annotated[bool, typer.Option("--all", help=_("Also who has not bought."))] = False,
    owner: Owner = "",
) -> Iterable[Row]:
    """List customers at risk, the longest over their usual interval first."""
    from crmkit.core.care import attention

    code = staff_code(ctx.archive, owner, "--owner") if owner else ""
    snapshot = snapshot_of(ctx.archive)
    had = attention.contacts(ctx.run, snapshot)
    found = attention.at_risk(ctx.run, snapshot[Customer], had, everybody=everybody)
    return [one.row() for one in found if code in ("", one.customer.owner)]


@listing(_("Who is due for a letter or a visit. Example: crmkit customer cadence --what visit"), CADENCE_COLUMNS)
def cadence(
    ctx: Context,
    what: Annotated[str, typer.Option("--what", help=_("letter or visit"))] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Due by that day; by default today."))] = "today",
    owner: Owner = "",
) -> Iterable[Row]:
    """List the letters and visits that are due by grade, the longest overdue first."""
    from crmkit.core.care import cadence

    what = one_of(what, cadence.WAYS, _("there is no way {value}"), field="what")
    archive, run = ctx.archive, ctx.run
    code = staff_code(archive, owner, "--owner") if owner else ""
    had = cadence.care(run, archive.all(Visit), archive.all(Message))
    found = cadence.due(run, archive.all(Customer), had, ctx.session.last_day(on, run.now))
    return [one.row() for one in found if code in ("", one.customer.owner) and what in ("", one.what)]


@listing(
    _("Birthdays and wedding days, by both calendars. Example: crmkit customer birthdays --within 7d"),
    BIRTHDAY_COLUMNS,
)
def birthdays(
    ctx: Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("From that day; by default today."))] = "today",
    within: Annotated[str, typer.Option("--within", metavar="SPAN", help=_("For so long, for example 7d or 1m."))] = "",
    owner: Owner = "",
) -> Iterable[Row]:
    """List birthdays and wedding days, and say which festivals there are."""
    from crmkit.core.calendar.occasions import festivals
    from crmkit.core.care.celebrations import celebrations
    from crmkit.labels import label

    run = ctx.run
    code = staff_code(ctx.archive, owner, "--owner") if owner else ""
    first = ctx.session.first_day(on, run.now)
    last = _last(first, within)
    for festival in festivals(run.settings.occasion.festivals, first, last):
        ctx.tell(_("{day}: {festival}").format(day=festival.day, festival=label(festival.name.partition(":")[2])))
    rows = celebrations(run, ctx.archive.all(Customer), first, last)
    return [row for row in rows if code in ("", row["owner"])]


def _last(first: date, within: str) -> date:
    """The last day of a span that begins with `first`; "" is that day alone. Raises InvalidError."""
    from crmkit.core.calendar.spans import day_after, parse_span

    return day_after(first, parse_span(f"+{within.removeprefix('+')}")) if within else first
