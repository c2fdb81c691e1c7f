"""Service cards (售后服务卡): issue, replace, void, print (docs.md: Cards)."""

import unicodedata
from collections.abc import Sequence
from datetime import date

import msgspec

from crmkit.core.numbers.card_numbers import next_number
from crmkit.core.run import Run
from crmkit.errors import InvalidError, RepeatError
from crmkit.i18n import _
from crmkit.records.card import Card, Promises
from crmkit.records.change import Change
from crmkit.records.customer import Customer
from crmkit.records.reference import Product
from crmkit.records.settings import CardSettings


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the unit that a card is for; "" or None = unknown."""

    serial: str = ""
    bought_on: date | None = None
    bought_at: str = ""  # shop or dealer
    installed_on: date | None = None
    installed_by: str = ""


def issue(
    run: Run, customer: Customer, product: Product, sale: Sale, *, operator: str, last_number: str,
    same_serial: Sequence[Card] = (), replace: bool = False, reason: str = "",
) -> Change:  # fmt: skip
    """A card for one unit sold; its number follows `last_number`, and the customer becomes a buyer.

    `same_serial` holds the cards on file with this serial number. One that still stands is a RepeatError, unless
    `replace` says that the new card takes its place. Raises InvalidError for dates that cannot be.
    """
    sale = msgspec.structs.replace(sale, serial=tidy_serial(sale.serial))
    check_sale(run, sale, same_serial, replace=replace)
    standing = [card for card in same_serial if not card.state]
    card = _card(run, customer.id, product, sale, operator, last_number)
    retired = tuple(_retired(old, card, reason) for old in standing)
    if retired:
        card = msgspec.structs.replace(card, replaces=retired[-1].id)
    puts: tuple[Card | Customer, ...] = (card, *retired)
    if customer.stage != "buyer":
        puts += (msgspec.structs.replace(customer, stage="buyer"),)
    return Change(puts=puts, ids=(card.id,), counts={"issued": 1, "replaced": len(retired)})


def replace(
    run: Run, card: Card, product: Product, sale: Sale, *, operator: str, last_number: str,
    same_serial: Sequence[Card] = (), reason: str = "",
) -> Change:  # fmt: skip
    """A new card in place of `card`. What `sale` leaves open is taken over from the old card.

    With another serial number the unit itself was exchanged: its warranty begins anew on the day of the exchange
    (`sale.installed_on`, by default today), as Article 18 of the regulations on consumer rights has it. With the same
    serial number only the paper is new, and every date stays as it was.
    """
    _must_stand(card)
    serial = tidy_serial(sale.serial) or card.serial
    exchanged = serial.casefold() != card.serial.casefold()
    merged = Sale(
        serial=serial,
        bought_on=sale.bought_on or card.bought_on,
        bought_at=sale.bought_at or card.bought_at,
        installed_on=sale.installed_on or (run.now.date() if exchanged else card.installed_on),
        installed_by=sale.installed_by or ("" if exchanged else card.installed_by),
    )
    check_dates(merged, run.now.date())
    if exchanged:
        _check_exchanged(serial, same_serial)
    for other in same_serial:
        if exchanged and not other.state:
            raise RepeatError(
                _("serial number {serial} has card {number} already").format(serial=serial, number=other.number),
                _("is this the right unit? a unit has one card at a time"),
            )
    new = _card(run, card.customer, product, merged, operator, last_number)
    if not exchanged:
        new = msgspec.structs.replace(new, warranty_until=card.warranty_until)
    new = msgspec.structs.replace(new, replaces=card.id)
    return Change(puts=(new, _retired(card, new, reason)), ids=(new.id,), counts={"issued": 1, "replaced": 1})


def void(run: Run, card: Card, reason: str) -> Change:
    """`card` made void; its number is never given out again. InvalidError without a reason."""
    _must_stand(card)
    if not reason.strip():
        raise InvalidError(_("a card is made void only with a reason"), _('say why: --reason "unit returned"'))
    gone = msgspec.structs.replace(card, state="void", reason=reason.strip())
    return Change(puts=(gone,), ids=(card.id,), counts={"void": 1})


def printed(run: Run, cards: Sequence[Card]) -> Change:
    """Count one more print of each of `cards`. InvalidError for a card that no longer stands."""
    for card in cards:
        _must_stand(card)
    return Change(
        puts=tuple(msgspec.structs.replace(card, prints=card.prints + 1) for card in cards),
        ids=tuple(card.id for card in cards),
        counts={"printed": len(cards), "copies": sum(card.prints > 0 for card in cards)},
    )


def warranty_until(product: Product, sale: Sale) -> date | None:
    """The last day covered; None where the product's months or both dates are unknown.

    The term runs from the completed installation, else from the purchase (regulations on consumer rights, Article
    18). Its first day does not count and it ends with the day of the same number, or with the month's last day (Civil
    Code, Articles 201 and 202): 12 months from 2026-11-21 cover 2027-11-21.
    """
    from dateutil.relativedelta import relativedelta

    start = sale.installed_on or sale.bought_on
    if start is None or not product.warranty_months:
        return None
    last: date = start + relativedelta(months=product.warranty_months)
    return last


def promises(settings: CardSettings) -> Promises:
    """The promises of the archive as they stand now, to be frozen onto a card."""
    return Promises(
        reply=settings.reply,
        solution=settings.solution,
        solved=settings.solved,
        follow_up=settings.follow_up,
        working=settings.working,
    )


def tidy_serial(serial: str) -> str:
    """`serial` in half-width characters without spaces around it; its letters stay as they are."""
    return unicodedata.normalize("NFKC", serial).strip()


def check_sale(run: Run, sale: Sale, same_serial: Sequence[Card], *, replace: bool = False) -> None:
    """What `issue` refuses: InvalidError for dates that cannot be, RepeatError for a serial number that has a card.

    A void card is no obstacle: the unit came back unused, or the card was a mistake.
    """
    check_dates(sale, run.now.date())
    _check_exchanged(sale.serial, same_serial)
    standing = [card for card in same_serial if not card.state]
    if standing and not replace:
        raise RepeatError(
            _("serial number {serial} has card {number} already").format(serial=sale.serial, number=standing[0].number),
            _("print that one again, or let the new card take its place with --replace"),
        )


def _check_exchanged(serial: str, same_serial: Sequence[Card]) -> None:
    # a card whose successor has another serial number: the unit itself was taken back, and the new one stands for it
    known = {card.id for card in same_serial}
    for card in same_serial:
        if card.state == "replaced" and card.replaced_by not in known:
            raise RepeatError(
                _("the unit {serial} was exchanged for another: card {number} was replaced").format(
                    serial=serial, number=card.number
                ),
                _("its successor: crmkit card show {id}").format(id=card.replaced_by),
            )


def check_dates(sale: Sale, today: date) -> None:
    """InvalidError where the unit was bought or installed after `today`, or installed before it was bought."""
    for day, sentence in (
        (sale.bought_on, _("bought on {day}, which is after today, {today}")),
        (sale.installed_on, _("installed on {day}, which is after today, {today}")),
    ):
        if day is not None and day > today:
            raise InvalidError(sentence.format(day=day, today=today), _("a card is issued once the unit is there"))
    if sale.bought_on is not None and sale.installed_on is not None and sale.installed_on < sale.bought_on:
        raise InvalidError(
            _("installed on {installed}, before it was bought on {bought}").format(
                installed=sale.installed_on, bought=sale.bought_on
            ),
            _("one of the two dates is wrong"),
        )


def _card(run: Run, customer: str, product: Product, sale: Sale, operator: str, last_number: str) -> Card:
    return Card(
        id=run.id_for(Card),
        number=str(next_number(run.settings.archive.branch, operator, run.now, last_number)),
        customer=customer,
        product=product.code,
        promises=promises(run.settings.card),
        serial=sale.serial,
        bought_on=sale.bought_on,
        bought_at=sale.bought_at,
        installed_on=sale.installed_on,
        installed_by=sale.installed_by,
        warranty_until=warranty_until(product, sale),
        issued_by=run.by,
    )


def _retired(old: Card, new: Card, reason: str) -> Card:
    return msgspec.structs.replace(old, state="replaced", replaced_by=new.id, reason=reason)


def _must_stand(card: Card) -> None:
    if card.state == "void":
        raise InvalidError(_("card {number} is void: {reason}").format(number=card.number, reason=card.reason))
    if card.state == "replaced":
        raise InvalidError(
            _("card {number} was replaced").format(number=card.number),
            _("its successor: crmkit card show {id}").format(id=card.replaced_by),
        )
