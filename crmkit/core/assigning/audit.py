"""What a customer's file still lacks: one list of required fields for buyers, one for those who are not.

See docs.md: Files.
"""

from collections.abc import Iterable
from typing import NamedTuple

from crmkit.core.accounts import CLOSED, ledgers
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Card, Customer, Order, Return

BUYER, PROSPECT = "A", "B"
LISTS = (BUYER, PROSPECT)
PURCHASE = (N_("bought_on"), N_("bought_at"), N_("quantity"))  # told by orders and cards, not by the file


class Audit(NamedTuple):
    """One file against its list."""

    customer: Customer
    list: str  # one of LISTS
    required: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """How much of what is required is there, 0 to 1."""
        return 1 - len(self.missing) / len(self.required) if self.required else 1.0


def audit(
    run: Run, customer: Customer, orders: Iterable[Order], cards: Iterable[Card], returns: Iterable[Return] = ()
) -> Audit:
    """What the file lacks of `audit.a`, where the person has bought, else of `audit.b`; with their orders and cards.

    An order that was cancelled or came back whole counts for nothing. Raises InvalidError where the settings name a
    field that there is not.
    """
    bought = [one.order for one in ledgers(orders, (), returns) if one.account.state not in CLOSED]
    units = [card for card in cards if card.state != "void"]
    wanted = BUYER if customer.stage == "buyer" or bought else PROSPECT
    required = _required(run, wanted)
    told = {
        "bought_on": bool(bought) or any(card.bought_on for card in units),
        "bought_at": any(order.channel for order in bought) or any(card.bought_at for card in units),
        "quantity": any(order.items for order in bought) or bool(units),
    }
    missing = tuple(name for name in required if not told.get(name, _is_told(customer, name)))
    return Audit(customer, wanted, required, missing)


def _required(run: Run, wanted: str) -> tuple[str, ...]:
    lists = {BUYER: run.settings.audit.a, PROSPECT: run.settings.audit.b}
    known = (*Customer.__struct_fields__, *PURCHASE)
    for name in lists[wanted]:
        if name not in known:
            raise InvalidError(
                _("audit.{list}: there is no field {name}").format(list=wanted.lower(), name=name),
                _("one of: {choices}").format(choices=", ".join(known)),
            )
    return lists[wanted]


def _is_told(customer: Customer, name: str) -> bool:
    return getattr(customer, name, None) not in (None, "", ())
