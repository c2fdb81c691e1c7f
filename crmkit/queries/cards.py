"""What the card commands share: finding cards, showing them, the next number."""

import re
from collections.abc import Mapping
from datetime import date

from crmkit.archive.archive import Archive
from crmkit.archive.repository.operator import operator_of
from crmkit.core import fields
from crmkit.core.calendar.dates import parse_day
from crmkit.core.cards import cards
from crmkit.core.cards.cards import Sale
from crmkit.core.numbers import card_numbers
from crmkit.core.run import Run
from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.queries.finding import find_record, holder_of, is_customer
from crmkit.queries.open_records import find_open
from crmkit.records import Card, Customer, type_of
from crmkit.records.base import typed_id
from crmkit.records.card import state_on
from crmkit.result import Row, row

ID = re.compile(r"K[0-9]{2,4}(-|$)", re.IGNORECASE)


def find_card(archive: Archive, text: str) -> Card:
    """The card with this number, in any spelling, or id, or the one that stands of the unit with this serial number.

    Raises InvalidError, NotFoundError, AmbiguousError.
    """
    try:
        number = card_numbers.parse(text)
    except InvalidError:
        standing = [card for card in same_serial(archive, text) if not card.state]
        if len(standing) == 1:
            return standing[0]
        if not ID.match(text.strip()):
            raise
        card: Card = find_record(archive, Card, text)
        return card
    found = archive.find(Card, f"number:{number}")
    if not found:
        raise NotFoundError(
            _("{number} is a sound number, but no card in this archive has it").format(number=number),
            _("was it issued by another branch? a number begins with the codes of branch and operator"),
        )
    return found[0]


def find_card_of(archive: Archive, text: str) -> Card:
    """The card by number or id, or the one alone of a customer that stands. Raises as `find_card` and `find_open`.

    What has letters and digits was meant as a number, and is never taken for somebody's name or telephone.
    """
    try:
        return find_card(archive, text)
    except InvalidError:
        both = any(map(str.isdigit, text)) and any(one.isascii() and one.isalpha() for one in text)
        if (both and type_of(typed_id(text)) is not Customer) or not is_customer(archive, text):
            raise
    return find_open(archive, Card, text)


def same_serial(archive: Archive, serial: str) -> list[Card]:
    """The cards, standing or not, of the unit with this serial number; none for an empty one."""
    tidy = cards.tidy_serial(serial).casefold()
    return archive.find(Card, f"serial:{tidy}") if tidy else []


def cards_until(archive: Archive, card: str) -> list[str]:
    """That card and those whose place it took, one after the other; ids, the last one first."""
    found = [card]
    for one in found:
        found += [before.id for before in archive.of(Card, one) if before.id not in found]
    return found


def series_of(archive: Archive, run: Run) -> tuple[str, str]:
    """The operator code of this clone, and the last number that it issued this month ("" for none).

    Raises InvalidError where a code is not set.
    """
    operator = operator_of(archive.root)
    series = card_numbers.series(archive.settings.archive.branch, operator, run.now)
    issued = archive.last(Card, f"number:{series}", f"number:{series}~")
    return operator, issued.number if issued else ""


def shown(archive: Archive, run: Run, card: Card) -> Row:
    """A card as its row: with the state it is in today, and the customer's present id and name."""
    holder = holder_of(archive, card.customer)
    return row(card, state=state_on(card, run.now.date()), customer=holder.id, name=holder.name)


def sale_of(run: Run, typed: Mapping[str, str]) -> Sale:
    """What was typed of a unit; InvalidError names the field that cannot be read."""

    def day(text: str) -> date | None:
        return parse_day(text, run.now) if text.strip() else None

    readers: dict[str, fields.Reader] = {
        "serial": fields.text, "bought_on": day, "bought_at": fields.text, "installed_on": day,
        "installed_by": fields.text,
    }  # fmt: skip
    return Sale(**{name: fields.read(name, typed[name], readers) for name in readers if name in typed})


def without_telephone(archive: "Archive") -> tuple[str, ...]:
    """What is to be said where service cards would be printed without a telephone; nothing where none is on file."""
    if archive.settings.card.hotline or not archive.index.counts().get(Card.kind):
        return ()
    return (_("the cards carry no telephone: crmkit config --set card.hotline=NUMBER"),)
