"""`crmkit recheck`: the number asked a second time (重复确认), and what came of it."""

from collections.abc import Callable
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core.collecting import recheck
from crmkit.core.fields import choice
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, staff_code
from crmkit.records import Customer, PhoneCheck, Site
from crmkit.result import Row, row

COLUMNS = ("id", "name", "phone", "made_up", "due_at", "collected_at", "site", "collector")
GROUPS = ("site", "method", "collector")
COUNTS = ("files", "asked", "match", "mismatch", "refused", "gone", "tested", "false")


Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help=_("Id, prefix of an id, or phone number."))]


@verb(_("Whom to ask again now. Example: crmkit recheck list --site 时间公园"))
def list_(
    ctx: typer.Context,
    site: Annotated[str, typer.Option("--site", help=_("Outreach point."))] = "",
    collector: Annotated[str, typer.Option("--collector", metavar="STAFF")] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=_("Collected on that day or later."))] = "",
    fmt: Format = "",
) -> None:
    """List the files whose number is to be asked again, numbers that look made up first, then the longest waiting."""
    from crmkit.core.calendar.dates import parse_day

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        first = parse_day(since, run.now) if since else None
        code = staff_code(archive, collector, "--collector") if collector else ""
        asked = {check.customer for check in archive.all(PhoneCheck)}
        items = [
            item
            for item in recheck.due(run, archive.all(Customer), asked)
            if site in ("", item.customer.site) and code in ("", item.customer.collector)
            if first is None or item.collected_at.astimezone(run.now.tzinfo).date() >= first
        ]
    items.sort(key=lambda item: (not item.made_up, item.due_at, item.customer.id))
    render.rows([_listed(item) for item in items], COLUMNS, fmt)


@verb(_("What the person said. Example: crmkit recheck answer C2611-7k3q9xab 13900541731"))
def answer(
    ctx: typer.Context,
    customer: Who,
    phone: Annotated[str, typer.Argument(metavar="NUMBER", help=_("The number as the person said it."))],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Compare a second answer with the number on file."""
    with changing(ctx, "recheck answer", dry_run, fmt) as (archive, run, decide):
        decide(recheck.answer(run, find_customer(archive, customer), phone))


@verb(_("The person did not answer. Example: crmkit recheck set C2611-7k3q9xab gone"))
def set_(
    ctx: typer.Context,
    customer: Who,
    result: Annotated[str, typer.Argument(metavar="refused|gone")],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Record that the person refused to say it again, or had left."""
    with changing(ctx, "recheck set", dry_run, fmt) as (archive, run, decide):
        decide(recheck.set_result(run, find_customer(archive, customer), result))


@verb(_("False files by site, method or collector. Example: crmkit recheck stats --by collector"))
def stats(
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", metavar="|".join(GROUPS))] = "site",
    fmt: Format = "",
) -> None:
    """Count answers and false files by group."""
    group = choice(*GROUPS)(by)
    with get_session(ctx).reading() as archive:
        tallies = recheck.statistics(archive.all(Customer), archive.all(PhoneCheck), _grouping(archive, group))
    rows = [{group: tally.group, **_counted(tally)} for tally in tallies]
    render.rows(rows, (group, *COUNTS, "false_share"), fmt)


def _grouping(archive: Archive, group: str) -> Callable[[Customer], str]:
    if group == "method":
        return recheck.method_of(archive.all(Site))
    return lambda customer: customer.site if group == "site" else customer.collector


def _counted(tally: recheck.Tally) -> Row:
    counts: Row = {name: getattr(tally, name) for name in COUNTS}
    share = tally.false_share
    return {**counts, "false_share": None if share is None else round(share, 4)}


def _listed(item: recheck.Recheck) -> Row:
    phone = dial(item.customer)
    return row(
        item.customer, phone=identity(phone) if phone else "", due_at=item.due_at.isoformat(), made_up=item.made_up
    )
