"""What is given back of a prepaid card, line by line, so that a person can check it with a pencil (docs.md: Plans).

Amounts are whole fen. The basis is frozen when the card is sold; what is given back is never below nothing and never
more than was paid.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from crmkit.core.fields import one_of_them
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _

OURS, CUSTOMER, SEVEN_DAYS = CAUSES = ("ours", "customer", "seven-days")
UNUSED_DAYS = 7  # within which a card that was never used is taken back whole (SPC interpretation [2025] 4, article 14)


class Prepaid(NamedTuple):
    """What was sold: visits, money, or days; and what of it was used."""

    paid: int  # principal, in fen
    paid_on: date
    units: int  # paid for: visits, fen of a money card, days of a time card
    bonus: int = 0  # given on top, in the same units
    used: int = 0  # in the same units
    list_price: int = 0  # of one unit, in fen; 1 for a money card, 0 = none agreed


class RefundLine(NamedTuple):
    """One line of the calculation: what (a code), and its amount."""

    what: str
    amount: int


WORDS = {
    "paid": N_("paid"),
    "unused": N_("used (never, within the seven days: all of it comes back)"),
    "used-share": N_("used, at its share of what was paid"),
    "used-list": N_("used, at the list price"),
    "nothing-claimed": N_("beyond what was paid: nothing is claimed"),
    "refund": N_("to be paid back"),
}


def share_used(card: Prepaid) -> int:
    """The part of what was paid that was used: principal and bonus count alike; a part of a fen is the customer's."""
    return card.paid * card.used // (card.units + card.bonus)


def list_used(card: Prepaid) -> int:
    """What was used at the list price; at the price of a unit paid for where no list price was agreed."""
    return card.list_price * card.used if card.list_price else card.paid * card.used // card.units


def refund(card: Prepaid, cause: str, on: date) -> list[RefundLine]:
    """The calculation of what is given back of one payment: `refund_of`, at the list price for the customer's cause."""
    return refund_of([card], cause, on)


def refund_of(lots: Sequence[Prepaid], cause: str, on: date, *, basis: str = "list") -> list[RefundLine]:
    """The calculation of what is given back of `lots`, payments in the order of time, of each what was used of it.

    The lines add up to the last one, `refund`. Our cause: paid, less the share that was used. The customer's cause:
    the same where the `basis` is share, else paid, less what was used at the list price. Within seven days of the
    payment and unused: all of it. Raises InvalidError where seven days do not apply.
    """
    paid, used_any = sum(lot.paid for lot in lots), any(lot.used for lot in lots)
    if cause == SEVEN_DAYS:
        _refuse_seven_days(lots[-1]._replace(used=int(used_any)), on)
    if cause not in CAUSES:
        raise InvalidError(_("{value} is no cause").format(value=cause), one_of_them(CAUSES))
    if cause != OURS and not used_any and on <= _seven_days_end(lots[-1]):  # whichever of the two causes was said
        return [RefundLine("paid", paid), RefundLine("unused", 0), RefundLine("refund", paid)]
    if cause == OURS or basis == "share":
        used = RefundLine("used-share", -sum(map(share_used, lots)))
    else:
        used = RefundLine("used-list", -sum(map(list_used, lots)))
    lines = [RefundLine("paid", paid), used]
    left = sum(line.amount for line in lines)
    if left < 0:
        lines.append(RefundLine("nothing-claimed", -left))
    return [*lines, RefundLine("refund", max(0, left))]


def _refuse_seven_days(card: Prepaid, on: date) -> None:
    last = _seven_days_end(card)
    if card.used:
        raise InvalidError(_("the card was used, so that the seven days do not apply"), _("--cause ours or customer"))
    if on > last:
        raise InvalidError(
            _("the seven days ended on {day}").format(day=last.isoformat()), _("--cause ours or customer")
        )


def _seven_days_end(card: Prepaid) -> date:
    return card.paid_on + timedelta(days=UNUSED_DAYS)
