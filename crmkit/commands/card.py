"""`crmkit card`: service cards (售后服务卡). Issuing is in `card_issue`, printing in `card_print`."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.clocks import deadlines
from crmkit.core.cards import cards
from crmkit.core.numbers import card_numbers
from crmkit.i18n import N_, _
from crmkit.queries.cards import find_card, sale_of, same_serial, series_of, shown
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.ledgers import with_stage
from crmkit.queries.work import with_callbacks, worktime_of
from crmkit.records import Card
from crmkit.records.card import STATES, state_on

COLUMNS = ("id", "number", "state", "customer", "name", "product", "serial", "bought_on", "warranty_until")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help=_("Card number in any spelling, or id."))]


@verb(_("List cards. Example: crmkit card list --state active --since 2026-11-01"))
def list_(
    ctx: typer.Context,
    product: Annotated[str, typer.Option("--product", metavar="PRODUCT")] = "",
    state: Annotated[str, typer.Option("--state", help=_("active, expired, replaced or void"))] = "",
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    serial: Annotated[str, typer.Option("--serial", help=_("Serial number of the unit."))] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=_("Issued on that day or later."))] = "",
    fmt: Listed = "",
) -> None:
    """List cards in the order of their numbers."""
    one_of(state, STATES, _("there is no state {value}"))
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        code = find_product(archive, product).code if product else ""
        first = session.first_day(since, run.now) if since else None
        found = [
            shown(archive, run, card)
            for card in _chosen(archive, customer, serial)
            if code in ("", card.product)
            and state in ("", state_on(card, run.now.date()))
            and (first is None or (card.created_at or run.now).date() >= first)
        ]
    render.rows(sorted(found, key=lambda one: str(one["number"])), COLUMNS, fmt)


@verb(_("Everything about one card. Example: crmkit card show BJLN-26110042-8"))
def show(ctx: typer.Context, number: Number, fmt: Format = "") -> None:
    """Show one card."""
    session = get_session(ctx)
    with session.reading() as archive:
        run, card = session.run(archive), find_card(archive, number)
        due = deadlines(card.promises, run.now, worktime_of(archive))
        item = {**shown(archive, run, card), N_("if_reported_now"): {name: at.isoformat() for name, at in due.items()}}
    render.one(item, fmt)


@verb(_("Is this number right, and whose? Example: crmkit card verify BJLN-26110042-8"))
def verify(ctx: typer.Context, number: Number, fmt: Format = "") -> None:
    """Check the number's form and check character, then look the card up."""
    session = get_session(ctx)
    parsed = card_numbers.parse(number)
    with session.reading() as archive:
        card = shown(archive, session.run(archive), find_card(archive, str(parsed)))
    fields = ("number", "id", "state", "customer", "name", "product", "serial", "warranty_until", "replaced_by")
    render.one({N_("valid"): True, **{field: card[field] for field in fields}}, fmt)


@verb(_('Make a card void. Example: crmkit card void BJLN-26110042-8 --reason "unit returned"'))
def void(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Make a card void; its number is not given out again."""
    with changing(ctx, "card void", dry_run, fmt) as (archive, run, decide):
        card = find_card(archive, number)
        change = with_stage(archive, card.customer, cards.void(run, card, reason))
        decide(with_callbacks(archive, run, change))


@verb(_("A new card for an old one. Example: crmkit card replace BJLN-26110042-8 --serial SN-2"))
def replace(
    ctx: typer.Context,
    number: Number,
    serial: Annotated[str, typer.Option("--serial", help=_("Of the new unit; without it only the card is new."))] = "",
    installed_on: Annotated[str, typer.Option("--installed-on", metavar="DATE")] = "",
    installed_by: Annotated[str, typer.Option("--installed-by", metavar="WHO")] = "",
    reason: Annotated[str, typer.Option("--reason", help=_("Why; it is kept on the old card."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Put a new card in the place of an old one."""
    with changing(ctx, "card replace", dry_run, fmt) as (archive, run, decide):
        old = find_card(archive, number)
        product = find_product(archive, old.product)
        sale = sale_of(run, {"serial": serial, "installed_on": installed_on, "installed_by": installed_by})
        operator, last = series_of(archive, run)
        change = cards.replace(
            run, old, product, sale, operator=operator, last_number=last,
            same_serial=same_serial(archive, sale.serial), reason=reason,
        )  # fmt: skip
        change = with_callbacks(archive, run, change)
        decide(change)


def _chosen(archive: Archive, customer: str, serial: str) -> list[Card]:
    if customer:
        found = archive.of(Card, find_customer(archive, customer).id)
        wanted = cards.tidy_serial(serial).casefold()
        return [card for card in found if wanted in ("", card.serial.casefold())]
    return same_serial(archive, serial) if serial else list(archive.all(Card))
