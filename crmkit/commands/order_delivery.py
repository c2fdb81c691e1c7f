"""`crmkit order confirm`, `collect`, `send`, `deliver`, `cancel`: an order on its way to the customer."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import Anyway, Begins, Day, Expected, OrderId, Overlap, Reason
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.calendar.dates import parse_day
from crmkit.core.selling import collection, orders
from crmkit.i18n import _
from crmkit.queries.finding import holder_of, staff_at_work
from crmkit.queries.ledgers import with_stage
from crmkit.queries.orders import the_order, to_confirm, to_deliver, to_pay, to_send
from crmkit.queries.work import moment_of, open_visits_on, timetable_of, with_callbacks
from crmkit.records import Visit
from crmkit.records.change import Change


@writer(
    _(
        "Phone and address asked again. "
        "Example: crmkit order confirm O2611-7k3q9xab --phone 13900541731 --address 青年路11号"
    ),
    many="order",
    counted="",
    then=with_callbacks,
)
def confirm(
    ctx: Context,
    order: OrderId,
    phone: Annotated[str, typer.Option("--phone", metavar="NUMBER", help=_("The number as the person said it."))],
    address: Annotated[str, typer.Option("--address", help=_("The address as the person said it."))],
) -> Change:
    """Compare phone and address with what is on file."""
    found = the_order(ctx.archive, order, to_confirm).order
    return collection.confirm(ctx.run, holder_of(ctx.archive, found.customer), found, phone, address)


@writer(
    _("Appointment to collect the balance. Example: crmkit order collect O2611-7k3q9xab --at 'fri 15:00'"),
    many="order",
    counted="collections",
    shared=("visitor",),
    then=with_callbacks,
)
def collect(
    ctx: Context,
    order: OrderId,
    at: Begins,
    visitor: Annotated[
        str, typer.Option("--visitor", metavar="STAFF", help=_("Who goes; else who has the file."))
    ] = "",
    anyway: Anyway = False,
    overlap: Overlap = False,
) -> Change:
    """Agree on a visit to collect the balance."""
    archive, run = ctx.archive, ctx.run
    ledger = the_order(archive, order, to_pay)
    begins = moment_of(run, timetable_of(archive), at)
    return collection.collect(
        run, ledger, holder_of(archive, ledger.order.customer), begins,
        staff_at_work(archive, visitor, "--visitor") if visitor else "",
        planned=archive.of(Visit, ledger.order.id), others=open_visits_on(archive, run, begins.date()), anyway=anyway,
        overlap=overlap,
    )  # fmt: skip


@writer(
    _("Goods sent. Example: crmkit order send O2611-7k3q9xab --expected +3d"),
    many="order",
    counted="sent",
    shared=("on", "expected"),
    then=with_callbacks,
)
def send(ctx: Context, order: OrderId, on: Day = "", expected: Expected = "") -> Change:
    """The goods are on their way."""
    found, now = the_order(ctx.archive, order, to_send).order, ctx.run.now
    arrives = parse_day(expected, now) if expected else None
    return orders.send(ctx.run, found, parse_day(on or "today", now), arrives)


@writer(
    _("Goods delivered. Example: crmkit order deliver O2611-7k3q9xab --on today"),
    many="order",
    counted="delivered",
    shared=("on",),
    then=with_callbacks,
)
def deliver(ctx: Context, order: OrderId, on: Day = "") -> Change:
    """The customer has the goods."""
    found = the_order(ctx.archive, order, to_deliver).order
    return orders.deliver(ctx.run, found, parse_day(on or "today", ctx.run.now))


@writer(
    _('Given up. Example: crmkit order cancel O2611-7k3q9xab --reason "changed her mind"'),
    many="order",
    counted="cancelled",
    shared=("reason",),
    then=with_callbacks,
)
def cancel(ctx: Context, order: OrderId, reason: Reason = "") -> Change:
    """Give an order up before anything was delivered."""
    archive = ctx.archive
    ledger = the_order(archive, order, to_deliver)
    change = orders.cancel(ctx.run, ledger, reason, archive.of(Visit, ledger.order.id))
    return with_stage(archive, ledger.order.customer, change)
