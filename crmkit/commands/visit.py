"""`crmkit visit`: visits at home (上门). Changes, the day itself, finishing and the route have files of their own."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

import typer

from crmkit.commands.kit.options import (
    Anyway,
    Begins,
    Minutes,
    Note,
    OfCustomer,
    Overlap,
    Since,
    Until,
    VisitDay,
    VisitId,
    Visitor,
    VisitPurpose,
    Where,
    Who,
    Whom,
    WindowEnd,
    closed,
)  # fmt: skip
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core.calendar.dates import parse_day
from crmkit.core.visits import visits
from crmkit.i18n import N_, _
from crmkit.queries.finding import staff_at_work
from crmkit.queries.visits import (
    STATES,
    chosen,
    errand_of,
    find_about,
    find_visit,
    shown,
    stop_of,
    stops_of,
    window_of,
    with_effects,
)  # fmt: skip
from crmkit.queries.work import customer_of, open_visits_on, the_customer
from crmkit.records import Visit
from crmkit.records.change import Change
from crmkit.records.typed import Code
from crmkit.result import Row

COLUMNS = ("id", "begins_at", "ends_at", "customer", "name", "phone", "purpose", "by", "state", "address", "marks")
GIFT_COLUMNS = ("visit", "begins_at", "by", "customer", "name", "what", "became")


@writer(
    _("Agree on a visit. Example: crmkit visit add 13900541731 --purpose delivery --at 'tomorrow 15:00'"),
    many="customer",
    counted="added",
    then=with_effects,
)
def add(
    ctx: Context,
    at: Begins,
    purpose: VisitPurpose,
    customer: Who = "",
    whom: Whom = "",
    until: WindowEnd = "",
    minutes: Minutes = None,
    by: Visitor = "",
    about: Annotated[
        str, typer.Option("--about", metavar="ID", help=_("Order (or whose), card (number) or event (code)."))
    ] = "",
    address: Where = "",
    confirmed: Annotated[bool, typer.Option("--confirmed", help=_("The address was asked again just now."))] = False,
    note: Note = "",
    anyway: Anyway = False,
    overlap: Overlap = False,
) -> Change:
    """Agree on an appointment at the customer's home."""
    archive, run = ctx.archive, ctx.run
    person = the_customer(archive, customer, whom)
    window = window_of(run, at, until, minutes, timedelta(minutes=run.settings.visit.minutes))
    subject = visits.subject(person, find_about(archive, about)) if about else ""
    others = open_visits_on(archive, run, window.begins.date())
    if ctx.batch and visits.same(others, person, window, purpose, subject):  # the sheet was taken before
        return Change(counts={"unchanged": 1})
    if confirmed and not address:
        address = errand_of(archive, person.id, subject).address or person.address
    return visits.agree(
        run, person, window, purpose, by=staff_at_work(archive, by, "--by") if by else "",
        about=subject, address=address, confirmed=confirmed, note=note,
        others=others, anyway=anyway, overlap=overlap, length=minutes or 0,
    )  # fmt: skip


@listing(_("List visits in order of time. Example: crmkit visit list --on tomorrow --by LN"), COLUMNS)
def list_(
    ctx: Context,
    on: VisitDay = "",
    by: Visitor = "",
    state: Annotated[str, typer.Option("--state", help=closed(STATES))] = "",
    purpose: VisitPurpose = "",
    customer: OfCustomer = "",
    broken: Annotated[
        bool, typer.Option("--broken", help=_("Only where a point of conduct was broken; in every state."))
    ] = False,
) -> Iterable[Row]:
    """List visits; open ones only of people who may be visited."""
    archive, run = ctx.archive, ctx.run
    day = parse_day(on, run.now) if on else None
    states = state or ("all" if broken else "open")
    found = chosen(archive, run, on=day, by=by, state=states, purpose=purpose, customer=customer)
    stops, notes = stops_of(archive, run, [visit for visit in found if visit.broken or not broken])
    ctx.tell(*notes)
    return [shown(run, stop) for stop in stops]


@showing(_("Everything about one visit. Example: crmkit visit show V2611-7k3q9xab"))
def show(ctx: Context, visit: VisitId) -> Row:
    """Show one visit."""
    from crmkit.core.visits.outcomes import checklist

    stop = stop_of(ctx.archive, find_visit(ctx.archive, visit))
    # the checklist has the points kept and broken, and those that nobody reported
    item = {name: value for name, value in shown(ctx.run, stop).items() if name not in ("kept", "broken")}
    item[N_("minutes")] = visits.minutes(stop.visit)
    item[N_("conduct")] = checklist(stop.visit) if stop.visit.state == "done" else None
    return item


@listing(_("Gifts that customers wanted to give. Example: crmkit visit gifts --since -30d"), GIFT_COLUMNS)
def gifts(ctx: Context, since: Since = "", until: Until = "") -> Iterable[Row]:
    """List every gift offered, and what became of it."""
    run = ctx.run
    first, last = ctx.session.days(since, until, run.now)
    who = customer_of(ctx.archive)
    return [
        {
            "visit": visit.id, "begins_at": visit.begins_at.isoformat(), "by": visit.by,
            "customer": who(visit.customer).id, "name": who(visit.customer).name, "what": gift.what,
            "became": Code(gift.became, "gift-"),
        }
        for visit in sorted(ctx.archive.all(Visit), key=lambda one: (one.begins_at, one.id))
        if first <= visit.begins_at.astimezone(run.now.tzinfo).date() <= last
        for gift in visit.gifts
    ]  # fmt: skip
