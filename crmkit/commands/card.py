"""`crmkit card`: service cards (售后服务卡). Issuing is in `card_issue`, printing in `card_print`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.options import (
    CardNumber,
    InstalledBy,
    InstalledOn,
    OfCustomer,
    ProductName,
    Reason,
    Serial,
    Since,
    Until,
    closed,
)  # fmt: skip
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core.calendar.clocks import deadlines
from crmkit.core.cards import cards
from crmkit.core.numbers import card_numbers
from crmkit.i18n import N_, _
from crmkit.queries.cards import find_card, find_card_of, sale_of, same_serial, series_of, shown
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.ledgers import with_stage
from crmkit.queries.tickets import replaced
from crmkit.queries.work import with_callbacks, worktime_of
from crmkit.records import Card
from crmkit.records.card import STATES, state_on
from crmkit.records.change import Change
from crmkit.result import Row

COLUMNS = ("id", "number", "state", "customer", "name", "product", "serial", "bought_on", "warranty_until")


@listing(_("List cards. Example: crmkit card list --state active --since 2026-11-01"), COLUMNS)
def list_(
    ctx: Context,
    product: ProductName = "",
    state: Annotated[str, typer.Option("--state", help=closed(STATES))] = "",
    customer: OfCustomer = "",
    serial: Serial = "",
    since: Since = "",
    until: Until = "",
) -> Iterable[Row]:
    """List cards in the order of their numbers."""
    state = one_of(state, STATES, _("there is no state {value}"), field="state")
    archive, run = ctx.archive, ctx.run
    code = find_product(archive, product).code if product else ""
    first, last = ctx.session.days(since, until, run.now)
    found = [
        shown(archive, run, card)
        for card in _chosen(archive, customer, serial)
        if code in ("", card.product)
        and state in ("", state_on(card, run.now.date()))
        and first <= (card.created_at or run.now).date() <= last
    ]
    return sorted(found, key=lambda one: str(one["number"]))


@showing(_("Everything about one card. Example: crmkit card show BJLN-26110042-8"))
def show(ctx: Context, number: CardNumber) -> Row:
    """Show one card."""
    card = find_card_of(ctx.archive, number)
    due = deadlines(card.promises, ctx.run.now, worktime_of(ctx.archive))
    reported_now = {name: at.isoformat() for name, at in due.items()}
    return {**shown(ctx.archive, ctx.run, card), N_("if_reported_now"): reported_now}


@showing(_("Is this number right, and whose? Example: crmkit card verify BJLN-26110042-8"))
def verify(ctx: Context, number: CardNumber) -> Row:
    """Check the number's form and check character, then look the card up."""
    card = shown(ctx.archive, ctx.run, find_card(ctx.archive, str(card_numbers.parse(number))))
    fields = ("number", "id", "state", "customer", "name", "product", "serial", "warranty_until", "replaced_by")
    return {N_("valid"): True, **{field: card[field] for field in fields}}


@writer(
    _('Make a card void. Example: crmkit card void BJLN-26110042-8 --reason "unit returned"'),
    many="number",
    counted="void",
    shared=("reason",),
    then=with_callbacks,
)
def void(ctx: Context, number: CardNumber, reason: Reason = "") -> Change:
    """Make a card void; its number is not given out again."""
    card = find_card_of(ctx.archive, number)
    return with_stage(ctx.archive, card.customer, cards.void(ctx.run, card, reason))


@writer(
    _("A new card for an old one. Example: crmkit card replace BJLN-26110042-8 --serial SN-2"),
    many="number",
    counted="issued",
    then=with_callbacks,
)
def replace(
    ctx: Context,
    number: CardNumber,
    serial: Serial = "",
    installed_on: InstalledOn = "",
    installed_by: InstalledBy = "",
    reason: Reason = "",
) -> Change:
    """Put a new card in the place of an old one; without --serial only the card is new, not the unit."""
    archive, run = ctx.archive, ctx.run
    old = find_card_of(archive, number)
    sale = sale_of(run, {"serial": serial, "installed_on": installed_on, "installed_by": installed_by})
    operator, last = series_of(archive, run)
    change = cards.replace(
        run, old, find_product(archive, old.product), sale, operator=operator, last_number=last,
        same_serial=same_serial(archive, sale.serial), reason=reason,
    )  # fmt: skip
    return replaced(archive, run, old, change)


def _chosen(archive: Archive, customer: str, serial: str) -> list[Card]:
    if customer:
        found = archive.of(Card, find_customer(archive, customer).id)
        wanted = cards.tidy_serial(serial).casefold()
        return [card for card in found if wanted in ("", card.serial.casefold())]
    return same_serial(archive, serial) if serial else list(archive.all(Card))
