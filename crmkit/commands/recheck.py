"""`crmkit recheck`: the number asked a second time (重复确认), and what came of it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import book_title
from crmkit.commands.kit.options import Collector, Since, SiteName, Until, Who, closed
from crmkit.commands.kit.walk import Context, Listing, listing, writer
from crmkit.core.collecting import recheck
from crmkit.core.fields import choice
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import rechecks
from crmkit.records import Customer, PhoneCheck, Site
from crmkit.records.change import Change
from crmkit.records.typed import Code, Late, as_share
from crmkit.result import Row, Told

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook

COLUMNS = ("id", "name", "phone", "made_up", "due_at", "collected_at", "site", "collector")
GROUPS = ("site", "method", "collector")
COUNTS = ("files", "asked", "match", "mismatch", "refused", "gone", "tested", "false")


@listing(_("Whom to ask again now. Example: crmkit recheck list --site 时间公园 -o list.xlsx"))
def list_(
    ctx: Context,
    site: SiteName = "",
    collector: Collector = "",
    since: Since = "",
    until: Until = "",
) -> Listing:
    """List the files whose number is to be asked again, numbers that look made up first, then the longest waiting."""
    archive, run = ctx.archive, ctx.run
    first, last = ctx.session.days(since, until, run.now)
    code = staff_code(archive, collector, "--collector") if collector else ""
    items = [
        item
        for item in rechecks(archive, run)
        if site in ("", item.customer.site) and code in ("", item.customer.collector)
        if first <= item.collected_at.astimezone(run.now.tzinfo).date() <= last
    ]
    items.sort(key=lambda item: (not item.made_up, item.due_at, item.customer.id))
    return Listing([_listed(item) for item in items], COLUMNS, book=lambda: _to_fill_in(ctx, items))


@writer(_("What the person said. Example: crmkit recheck answer C2611-7k3q9xab 13900541731"), many="customer", form="R")
def answer(
    ctx: Context,
    customer: Who,
    phone: Annotated[str, typer.Argument(metavar="NUMBER", help=_("As the person said it; else refused, gone."))],
) -> Change:
    """Compare a second answer with the number on file."""
    person = find_customer(ctx.archive, customer)
    if ctx.batch and recheck.is_known(ctx.archive.of(PhoneCheck, person.id), phone):
        return Change(counts={"unchanged": 1})
    return recheck.answer(ctx.run, person, phone)


@writer(
    _("The person did not answer. Example: crmkit recheck set C2611-7k3q9xab gone"),
    many="customer",
    shared=("result",),
)
def set_(
    ctx: Context,
    customer: Who,
    result: Annotated[str, typer.Argument(metavar="RESULT", help=closed(recheck.WITHOUT_ANSWER))],
) -> Change:
    """Record that the person refused to say it again, or had left."""
    return recheck.set_result(ctx.run, find_customer(ctx.archive, customer), result)


@listing(_("False files by site, method or collector. Example: crmkit recheck stats --by collector"))
def stats(ctx: Context, by: Annotated[str, typer.Option("--by", metavar="|".join(GROUPS))] = "site") -> Listing:
    """Count answers and false files by group."""
    archive, group = ctx.archive, choice(*GROUPS)(by)
    tallies = recheck.statistics(archive.all(Customer), archive.all(PhoneCheck), _grouping(archive, group))
    named = Code if group == "method" else str
    rows = [{group: named(tally.group), **_counted(tally)} for tally in tallies]
    return Listing(rows, (group, *COUNTS, "false_share"))


def _grouping(archive: Archive, group: str) -> Callable[[Customer], str]:
    if group == "method":
        return recheck.method_of(archive.all(Site))
    return lambda customer: customer.site if group == "site" else customer.collector


def _counted(tally: recheck.Tally) -> Row:
    counts: Row = {name: getattr(tally, name) for name in COUNTS}
    return {**counts, "false_share": as_share(tally.false_share)}


def _to_fill_in(ctx: Context, items: Sequence[recheck.Recheck]) -> "Workbook":
    """The list for whoever asks: a table to fill in, and the same on paper."""
    from crmkit.core.people.reach import number_or_why
    from crmkit.labels import label, yes
    from crmkit.sheets.read.staff_sheets import RECHECKS
    from crmkit.sheets.write.staff_sheets import staff_book

    settings, now = ctx.run.settings, ctx.run.now
    rows = [
        {
            "name": one.customer.name, "dial": number_or_why(one.customer, label), "made_up": yes(one.made_up),
            "collected_at": f"{one.collected_at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", "site": one.customer.site,
            "collector": one.customer.collector, "id": one.customer.id,
        }
        for one in items
    ]  # fmt: skip
    title = book_title(settings, now)
    return staff_book(RECHECKS, rows, title, settings, now)


def _listed(item: recheck.Recheck) -> Told:
    return Told(item.customer, {"due_at": Late(item.due_at.isoformat()), "made_up": item.made_up})
