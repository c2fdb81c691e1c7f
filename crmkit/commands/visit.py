"""`crmkit visit`: visits at home (上门). Changes, the day itself, finishing and the route have files of their own."""

from datetime import timedelta
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.notices import say_appointments
from crmkit.commands.kit.options import Anyway, Minutes, Overlap, VisitDay, VisitId, Visitor, Who, Whom, WindowEnd
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_day
from crmkit.core.visits import visits
from crmkit.i18n import N_, _
from crmkit.queries.appointments import open_on
from crmkit.queries.finding import staff_at_work
from crmkit.queries.visits import (
    chosen,
    errand_of,
    find_about,
    find_visit,
    shown,
    stop_of,
    stops_of,
    window_of,
    with_effects,
)
from crmkit.queries.work import customer_of, the_customer
from crmkit.records import Visit

COLUMNS = ("id", "begins_at", "ends_at", "customer", "name", "phone", "purpose", "by", "state", "address", "marks")
GIFT_COLUMNS = ("visit", "begins_at", "by", "customer", "name", "what", "became")


@verb(_("Agree on a visit. Example: crmkit visit add 13900541731 --purpose delivery --at 'tomorrow 15:00'"))
def add(
    ctx: typer.Context,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=_("Beginning of the window, as agreed."))],
    purpose: Annotated[
        str,
        typer.Option(
            "--purpose",
            metavar="PURPOSE",
            help=_("invitation, delivery, collection, installation, repair, maintenance or courtesy"),
        ),
    ],
    customer: Who = "",
    whom: Whom = "",
    until: WindowEnd = "",
    minutes: Minutes = None,
    by: Visitor = "",
    about: Annotated[
        str, typer.Option("--about", metavar="ID", help=_("Order, card (number) or event (code) that it is about."))
    ] = "",
    address: Annotated[str, typer.Option("--address", help=_("Where, if not the address on file."))] = "",
    confirmed: Annotated[bool, typer.Option("--confirmed", help=_("The address was asked again just now."))] = False,
    note: Annotated[str, typer.Option("--note")] = "",
    anyway: Anyway = False,
    overlap: Overlap = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Agree on an appointment at the customer's home."""
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        person = the_customer(archive, customer, whom)
        window = window_of(run, at, until, minutes, timedelta(minutes=run.settings.visit.minutes))
        subject = visits.subject(person, find_about(archive, about)) if about else ""
        if confirmed and not address:
            address = errand_of(archive, person.id, subject).address or person.address
        change = visits.agree(
            run, person, window, purpose, by=staff_at_work(archive, by, "--by") if by else "",
            about=subject, address=address, confirmed=confirmed, note=note,
            others=open_on(archive, run, window.begins.date()), anyway=anyway, overlap=overlap, length=minutes or 0,
        )  # fmt: skip
        done = session.commit(archive, run, with_effects(archive, run, change), "visit add")
    say_appointments(session, run, change)
    written(session, done, fmt)


@verb(_("List visits in order of time. Example: crmkit visit list --on tomorrow --by LN"))
def list_(
    ctx: typer.Context,
    on: VisitDay = "",
    by: Visitor = "",
    state: Annotated[str, typer.Option("--state", help=_("open (default), done, cancelled, missed or all"))] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="PURPOSE")] = "",
    broken: Annotated[
        bool, typer.Option("--broken", help=_("Only where a point of conduct was broken; in every state."))
    ] = False,
    fmt: Format = "",
) -> None:
    """List visits; open ones only of people who may be visited."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        day = parse_day(on, run.now) if on else None
        found = chosen(archive, run, on=day, by=by, state=state or ("all" if broken else "open"), purpose=purpose)
        stops, notes = stops_of(archive, run, [visit for visit in found if visit.broken or not broken])
        rows = [shown(run, stop) for stop in stops]
    session.say(*notes)
    render.rows(rows, COLUMNS, fmt)


@verb(_("Everything about one visit. Example: crmkit visit show V2611-7k3q9xab"))
def show(ctx: typer.Context, visit: VisitId, fmt: Format = "") -> None:
    """Show one visit."""
    from crmkit.core.visits.visiting import checklist

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        stop = stop_of(archive, find_visit(archive, visit))
        # the checklist says what was kept and what was broken, and what nobody reported as well
        item = {name: value for name, value in shown(run, stop).items() if name not in ("kept", "broken")}
        item[N_("minutes")] = visits.minutes(stop.visit)
        item[N_("conduct")] = checklist(stop.visit) if stop.visit.state == "done" else None
    render.one(item, fmt)


@verb(_("Gifts that customers wanted to give. Example: crmkit visit gifts --since -30d"))
def gifts(
    ctx: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="DATE")] = "",
    fmt: Format = "",
) -> None:
    """List every gift offered, and what became of it."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        first = parse_day(since, run.now) if since else None
        who = customer_of(archive)
        rows = [
            {
                "visit": visit.id, "begins_at": visit.begins_at.isoformat(), "by": visit.by,
                "customer": who(visit.customer).id, "name": who(visit.customer).name, "what": gift.what,
                "became": gift.became,
            }
            for visit in sorted(archive.all(Visit), key=lambda one: (one.begins_at, one.id))
            if first is None or visit.begins_at.astimezone(run.now.tzinfo).date() >= first
            for gift in visit.gifts
        ]  # fmt: skip
    render.rows(rows, GIFT_COLUMNS, fmt)
