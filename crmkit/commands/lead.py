"""`crmkit lead`: customer files, listed, shown and edited. Adding is in `lead_add`, importing in `lead_import`."""

from typing import Annotated, Any

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands import lead_add, lead_import
from crmkit.commands.common import DryRun, Format, Session, get_session, written
from crmkit.commands.finding import find_customer, staff_code
from crmkit.commands.reference import Set, Unset, named
from crmkit.i18n import _
from crmkit.records import Customer, Site, Touch
from crmkit.result import Row, row

COLUMNS = ("id", "name", "phones", "source", "site", "owner", "stage", "collected_at")

app = typer.Typer(help=_("Collect, import, list and edit customer files."), no_args_is_help=True)
lead_add.register(app)
lead_import.register(app)


@app.command("list", help=_("List files. Example: crmkit lead list --site 时间公园 --since 2026-11-01 -f csv"))
def list_(
    ctx: typer.Context,
    source: Annotated[str, typer.Option("--source", help=_("outreach, shop, referral, media-radio ..."))] = "",
    site: Annotated[str, typer.Option("--site", help=_("Outreach point."))] = "",
    collector: Annotated[str, typer.Option("--collector", metavar="STAFF")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="STAFF")] = "",
    stage: Annotated[str, typer.Option("--stage", help=_("new, screened, buyer, lost"))] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=_("Collected on that day or later."))] = "",
    text: Annotated[str, typer.Option("--text", help=_("In name, address, employer, notes or number."))] = "",
    tag: Annotated[str, typer.Option("--tag")] = "",
    suspect: Annotated[bool | None, typer.Option("--suspect/--no-suspect", help=_("Suspected false files."))] = None,
    shared: Annotated[
        bool | None, typer.Option("--shared/--no-shared", help=_("A number is also another person's, undecided."))
    ] = None,
    phone: Annotated[bool | None, typer.Option("--phone/--no-phone", help=_("With or without a number."))] = None,
    fmt: Format = "",
) -> None:
    """List customer files in the order in which they were collected."""
    from crmkit.core.fields import choice
    from crmkit.core.leads import STAGES, Filter, need_source

    session = get_session(ctx)
    with session.reading() as archive:
        wanted = Filter(
            source=need_source(source),
            site=_site_name(archive, site) if site else "",
            collector=staff_code(archive, collector, "--collector") if collector else "",
            owner=staff_code(archive, owner, "--owner") if owner else "",
            stage=choice(*STAGES)(stage),
            since=_day(session, archive, since) if since else None,
            text=text,
            tag=tag,
            suspect=suspect,
            shared=shared,
            with_phone=phone,
        )
        found = [row(customer) for customer in archive.all(Customer) if wanted.fits(customer)]
    render.rows(sorted(found, key=lambda one: (one["collected_at"] or "", one["id"])), COLUMNS, fmt)


@app.command("show", help=_("Show files by id, prefix of an id, or phone. Example: crmkit lead show 13900541731"))
def show(
    ctx: typer.Context,
    customers: Annotated[list[str], typer.Argument(metavar="CUSTOMER...", help=_("Id, prefix of an id, or phone."))],
    fmt: Format = "",
) -> None:
    """Show customer files with their contacts."""
    with get_session(ctx).reading() as archive:
        items = [_with_touches(archive, find_customer(archive, text)) for text in customers]
    if len(items) == 1:
        render.one(items[0], fmt)
    else:
        render.rows(items, COLUMNS, fmt)


@app.command("edit", help=_("Change fields. Example: crmkit lead edit 13900541731 --set note=回电"))
def edit(
    ctx: typer.Context, customer: Annotated[str, typer.Argument(metavar="CUSTOMER")],
    sets: Set = None, unsets: Unset = None, dry_run: DryRun = False, fmt: Format = "",
) -> None:  # fmt: skip
    """Change fields of a customer's file; `note=` and `phone=` add one."""
    from crmkit.core.leads import Names
    from crmkit.core.leads import edit as edited

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        typed = Names(
            staff=lambda text: staff_code(archive, text, "--set"),
            site=lambda text: _site_name(archive, text),
            customer=lambda text: find_customer(archive, text).id,
            moment=lambda text: lead_add.moment(run, text),
            holders=lambda number: archive.find(Customer, f"phone:{number}"),
        )
        change = edited(run, find_customer(archive, customer), sets or (), unsets or (), typed)
        done = session.commit(archive, run, change, "lead edit")
    written(session, done, fmt)


def _with_touches(archive: Archive, customer: Customer) -> Row:
    shown = ("at", "outcome", "source", "site", "collector", "name_given")
    touches: list[dict[str, Any]] = [row(touch) for touch in archive.of(Touch, customer.id)]
    return row(customer, touches=[{name: touch[name] for name in shown} for touch in touches])


def _site_name(archive: Archive, text: str) -> str:
    site = named(archive, "site", Site, text)
    return site.name if isinstance(site, Site) else ""


def _day(session: Session, archive: Archive, text: str) -> Any:
    from crmkit.dates import parse_day

    return parse_day(text, session.now(archive.settings.archive.tz))
