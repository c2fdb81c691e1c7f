"""`crmkit lead list`: files by any of their marks; those that nobody has screened yet, the latest first."""

from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import site_name, staff_code
from crmkit.queries.work import LEAD_COLUMNS, timetable_of
from crmkit.records import Customer
from crmkit.result import Row, row

if TYPE_CHECKING:
    from crmkit.core.leads import LeadFilter

UNSCREENED_COLUMNS = ("id", "name", "phones", "source", "collected_at", "screen_by", "days_late")


@listing(_("List files. Example: crmkit lead list --site 时间公园 --since 2026-11-01 -f csv"))
def list_(
    ctx: Context,
    source: options.Source = "",
    site: options.SiteName = "",
    collector: options.Collector = "",
    owner: options.Owner = "",
    unassigned: Annotated[bool, typer.Option("--unassigned", help=_("Files that nobody looks after."))] = False,
    stage: Annotated[str, typer.Option("--stage", help=_("new, screened, buyer, lost"))] = "",
    unscreened: Annotated[
        bool, typer.Option("--unscreened", help=_("Files to be screened, with the last day for it; overdue first."))
    ] = False,
    grade: options.Grade = "",
    district: options.District = "",
    since: options.Since = "",
    until: options.Until = "",
    text: Annotated[str, typer.Option("--text", help=_("In name, address, employer, notes or number."))] = "",
    tag: options.Tag = "",
    suspect: Annotated[bool | None, typer.Option("--suspect/--no-suspect", help=_("Suspected false files."))] = None,
    shared: Annotated[
        bool | None, typer.Option("--shared/--no-shared", help=_("A number is also another person's, undecided."))
    ] = None,
    deceased: Annotated[bool | None, typer.Option("--deceased/--no-deceased", help=_("People who have died."))] = None,
    phone: Annotated[bool | None, typer.Option("--phone/--no-phone", help=_("With or without a number."))] = None,
) -> Listing:
    """List customer files in the order in which they were collected; with --unscreened as they are to be screened."""
    from crmkit.core.collecting.draft import need_source
    from crmkit.core.fields import choice
    from crmkit.core.leads import STAGES, LeadFilter
    from crmkit.records.customer import GRADES

    if owner and unassigned:
        raise UsageError(_("--owner and --unassigned exclude each other"))
    archive, run = ctx.archive, ctx.run
    first, last = ctx.session.days(since, until, run.now)
    wanted = LeadFilter(
        source=need_source(source),
        site=site_name(archive, site) if site else "",
        collector=staff_code(archive, collector, "--collector") if collector else "",
        owner="" if unassigned else staff_code(archive, owner, "--owner") if owner else None,
        stage=choice(*STAGES)(stage),
        grade=choice(*GRADES)(grade),
        district=district,
        since=first if since else None,
        until=last if until else None,
        text=text,
        tag=tag,
        suspect=suspect,
        shared=shared,
        with_phone=phone,
        deceased=deceased,
    )
    if unscreened:
        return Listing(_unscreened(archive, run, wanted), UNSCREENED_COLUMNS)
    return Listing(_collected(archive, wanted), LEAD_COLUMNS)


def _collected(archive: Archive, wanted: "LeadFilter") -> list[Customer]:
    found = filter(wanted.fits, archive.all(Customer))
    return sorted(found, key=lambda one: (one.collected_at is not None, one.collected_at, one.id))


def _unscreened(archive: Archive, run: Run, wanted: "LeadFilter") -> list[Row]:
    from crmkit.core.assigning import screening

    new = [customer for customer in archive.between(Customer, "new:", "new;") if wanted.fits(customer)]
    return [
        row(one.customer, screen_by=one.last_day.isoformat(), days_late=one.days_late)
        for one in screening.unscreened(run, timetable_of(archive), new)
    ]
