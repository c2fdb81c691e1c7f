"""`crmkit customer risk`, `cadence`, `birthdays`: whom to turn to."""

from datetime import date
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import staff_code
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Customer, Message, Visit

RISK_COLUMNS = ("id", "name", "phone", "owner", "grade", "last_on", "last_contact", "interval", "days", "times")
CADENCE_COLUMNS = ("id", "name", "grade", "what", "due_on", "last_on", "owner", "district", "address")
BIRTHDAY_COLUMNS = ("id", "name", "phone", "occasion", "on", "age", "calendar", "written", "grade", "owner")

Owner = Annotated[str, typer.Option("--owner", metavar="STAFF")]


@verb(_("Who has been silent for longer than usual. Example: crmkit customer risk --owner LN"))
def risk(
    ctx: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help=_("Also who has not bought."))] = False,
    owner: Owner = "",
    fmt: Listed = "",
) -> None:
    """List customers at risk, the longest over their usual interval first."""
    from crmkit.core.care.attention import at_risk, contacts

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        code = staff_code(archive, owner, "--owner") if owner else ""
        snapshot = snapshot_of(archive)
        had = contacts(run, snapshot)
        found = at_risk(run, snapshot[Customer], had, everybody=everybody)
    render.rows([one.row() for one in found if code in ("", one.customer.owner)], RISK_COLUMNS, fmt)


@verb(_("Who is due for a letter or a visit. Example: crmkit customer cadence --what visit"))
def cadence(
    ctx: typer.Context,
    what: Annotated[str, typer.Option("--what", help=_("letter or visit"))] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Due by that day; by default today."))] = "today",
    owner: Owner = "",
    fmt: Listed = "",
) -> None:
    """List the letters and visits that are due by grade, the longest overdue first."""
    from crmkit.core.care.cadence import WAYS, care, due

    one_of(what, WAYS, _("there is no way {value}"))
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        code = staff_code(archive, owner, "--owner") if owner else ""
        had = care(run, archive.all(Visit), archive.all(Message))
        found = due(run, archive.all(Customer), had, session.last_day(on, run.now))
    rows = [one.row() for one in found if code in ("", one.customer.owner) and what in ("", one.what)]
    render.rows(rows, CADENCE_COLUMNS, fmt)


@verb(_("Birthdays and wedding days, by both calendars. Example: crmkit customer birthdays --within 7d"))
def birthdays(
    ctx: typer.Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("From that day; by default today."))] = "today",
    within: Annotated[str, typer.Option("--within", metavar="SPAN", help=_("For so long, for example 7d or 1m."))] = "",
    owner: Owner = "",
    fmt: Listed = "",
) -> None:
    """List birthdays and wedding days, and say which festivals there are."""
    from crmkit.core.calendar.occasions import festivals
    from crmkit.core.care.celebrations import celebrations
    from crmkit.labels import label

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        code = staff_code(archive, owner, "--owner") if owner else ""
        first = session.first_day(on, run.now)
        last = _last(first, within)
        rows = celebrations(run, archive.all(Customer), first, last)
    for festival in festivals(run.settings.occasion.festivals, first, last):
        session.say(_("{day}: {festival}").format(day=festival.day, festival=label(festival.name.partition(":")[2])))
    render.rows([row for row in rows if code in ("", row["owner"])], BIRTHDAY_COLUMNS, fmt)


def _last(first: date, within: str) -> date:
    """The last day of a span that begins with `first`; "" is that day alone. Raises InvalidError."""
    from crmkit.core.calendar.spans import day_after, parse_span

    return day_after(first, parse_span(f"+{within.removeprefix('+')}")) if within else first
