"""`crmkit order confirm`, `collect`, `send`, `deliver`, `cancel`: an order on its way to the customer."""

from typing import Annotated

import typer

from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.notices import say_appointments
from crmkit.commands.kit.options import Anyway, Day, OrderId, Overlap
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_day
from crmkit.i18n import _
from crmkit.queries.finding import find_record, holder_of, staff_at_work
from crmkit.queries.ledgers import with_stage
from crmkit.queries.orders import find_order
from crmkit.queries.work import moment_of, open_visits_on, timetable_of, with_callbacks
from crmkit.records import Order, Visit

Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))]


@verb(
    _(
        "Phone and address asked again. "
        "Example: crmkit order confirm O2611-7k3q9xab --phone 13900541731 --address 青年路11号"
    )
)
def confirm(
    ctx: typer.Context,
    order: OrderId,
    phone: Annotated[str, typer.Option("--phone", metavar="NUMBER", help=_("The number as the person said it."))],
    address: Annotated[str, typer.Option("--address", help=_("The address as the person said it."))],
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Compare phone and address with what is on file."""
    from crmkit.core.selling.collection import confirm as confirmed

    with changing(ctx, "order confirm", dry_run, fmt) as (archive, run, decide):
        found: Order = find_record(archive, Order, order)
        holder = holder_of(archive, found.customer)
        change = confirmed(run, holder, found, phone, address)
        decide(with_callbacks(archive, run, change))


@verb(_("Appointment to collect the balance. Example: crmkit order collect O2611-7k3q9xab --at 'fri 15:00'"))
def collect(
    ctx: typer.Context,
    order: OrderId,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=_("For example 'fri 15:00', 明天下午3点."))],
    visitor: Annotated[
        str, typer.Option("--visitor", metavar="STAFF", help=_("Who goes; else who has the file."))
    ] = "",
    anyway: Anyway = False,
    overlap: Overlap = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Agree on a visit to collect the balance."""
    from crmkit.core.selling.collection import collect as agreed

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        ledger = find_order(archive, order)
        holder = holder_of(archive, ledger.order.customer)
        begins = moment_of(run, timetable_of(archive), at)
        change = agreed(
            run, ledger, holder, begins, staff_at_work(archive, visitor, "--visitor") if visitor else "",
            planned=archive.of(Visit, ledger.order.id), others=open_visits_on(archive, run, begins.date()),
            anyway=anyway, overlap=overlap,
        )  # fmt: skip
        done = session.commit(archive, run, with_callbacks(archive, run, change), "order collect")
    say_appointments(session, run, change)
    written(session, done, fmt)


@verb(_("Goods sent. Example: crmkit order send O2611-7k3q9xab --expected +3d"))
def send(
    ctx: typer.Context,
    order: OrderId,
    on: Day = "",
    expected: Annotated[str, typer.Option("--expected", metavar="DATE", help=_("When they should arrive."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """The goods are on their way."""
    from crmkit.core.selling.orders import send as sent

    with changing(ctx, "order send", dry_run, fmt) as (archive, run, decide):
        day = parse_day(on or "today", run.now)
        arrives = parse_day(expected, run.now) if expected else None
        change = sent(run, find_record(archive, Order, order), day, arrives)
        decide(with_callbacks(archive, run, change))


@verb(_("Goods delivered. Example: crmkit order deliver O2611-7k3q9xab --on today"))
def deliver(ctx: typer.Context, order: OrderId, on: Day = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """The customer has the goods."""
    from crmkit.core.selling.orders import deliver as delivered

    with changing(ctx, "order deliver", dry_run, fmt) as (archive, run, decide):
        change = delivered(run, find_record(archive, Order, order), parse_day(on or "today", run.now))
        decide(with_callbacks(archive, run, change))


@verb(_('Given up. Example: crmkit order cancel O2611-7k3q9xab --reason "changed her mind"'))
def cancel(ctx: typer.Context, order: OrderId, reason: Reason = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """Give an order up before anything was delivered."""
    from crmkit.core.selling.orders import cancel as cancelled

    with changing(ctx, "order cancel", dry_run, fmt) as (archive, run, decide):
        ledger = find_order(archive, order)
        change = cancelled(run, ledger, reason, archive.of(Visit, ledger.order.id))
        decide(with_callbacks(archive, run, with_stage(archive, ledger.order.customer, change)))
