"""The call sheet: what an operator needs to know before dialling (DOMAIN 4)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from crmkit.core import names, outlines
from crmkit.core.accounts import runs_out
from crmkit.core.callbacks import Work
from crmkit.core.reach import dial
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.records import Call, Callback, Card, Customer, Order, Product, Touch
from crmkit.records.card import state_on
from crmkit.records.customer import age_on

CONTACTS = 3
# The titles by which elders are addressed in Chinese, and from which age on (years).
_TITLES = {"female": ("女士", "阿姨", 50), "male": ("先生", "叔叔", 60)}
_SPEAK_AS = {
    "media-radio": N_("the programme desk"),
    "media-tv": N_("the programme desk"),
    "media-press": N_("the programme desk"),
    "shop": N_("after-sales service"),
}


@dataclass(frozen=True)
class History:
    """What is on file about one customer."""

    calls: tuple[Call, ...] = ()
    touches: tuple[Touch, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    orders: tuple[Order, ...] = ()
    cards: tuple[Card, ...] = ()
    products: Mapping[str, Product] = field(default_factory=dict)  # by code
    referrer: Customer | None = None


def call_sheet(
    run: Run, callback: Callback, customer: Customer, history: History, label: Callable[[str], str]
) -> dict[str, Any]:  # fmt: skip
    """The sheet as titles and texts, lists of texts where there are several; `label` puts a code into words."""
    today = run.now.date()
    phone = dial(customer)
    minutes = run.settings.calls.screening_minutes
    return {
        "id": callback.id,
        "customer": customer.id,
        "name": customer.name,
        N_("address_as"): addressed(customer, today),
        "phone": _number(phone.e164, phone.ext) if phone else "",
        N_("other_phones"): [_number(p.e164, p.ext) for p in customer.phones if p != phone],
        N_("age"): age_on(customer, today),
        "address": customer.address,
        N_("speak_as"): _speak_as(customer, history.referrer),
        "purpose": callback.purpose,
        N_("why"): Work(callback, customer).why(label),
        "due_at": callback.due_at.isoformat(),
        "owner": callback.owner,
        N_("contacts"): _contacts(history, label),
        "promises": [*_promises(history), *_other_callbacks(callback, customer, history, label)],
        N_("bought"): [*_ordered(history), *_cards(history, today, label)],
        N_("steps"): [_(step).format(minutes=minutes) for step in outlines.steps(callback.purpose)],
        N_("avoid"): [_(line) for line in outlines.avoid(callback.purpose)],
        "notes": list(customer.notes),
    }


def addressed(customer: Customer, today: date) -> str:
    """How to address the person: 张阿姨, 李先生; the name as it is where the sex is not known."""
    given = names.courtesy(customer.name)
    who = names.parts(customer.name)
    sex = customer.sex or who.sex
    if not who.surname or not sex or (given and not given.given and len(customer.name) > len(given.surname)):
        return customer.name
    if not names.is_han(customer.name):
        title = _("Ms {surname}") if sex == "female" else _("Mr {surname}")
        return title.format(surname=who.surname.title())
    title, elder_title, elder_age = _TITLES[sex]
    age = age_on(customer, today)
    return customer.name[: len(who.surname)] + (elder_title if age is not None and age >= elder_age else title)


def _speak_as(customer: Customer, referrer: Customer | None) -> str:
    if customer.source == "referral" and referrer is not None:
        return _("the company, on the recommendation of {name}").format(name=referrer.name)
    return _(_SPEAK_AS.get(customer.source, N_("the company")))


def _contacts(history: History, label: Callable[[str], str]) -> list[str]:
    """The latest contacts, calls and others, the newest first."""
    calls = [(call.at, f"{label(call.outcome)} {call.note}") for call in history.calls]
    touches = [(touch.at, f"{label(touch.source)} {touch.site} {touch.note}") for touch in history.touches]
    newest = sorted(calls + touches, key=lambda contact: contact[0], reverse=True)[:CONTACTS]
    return [" ".join(f"{_when(at)} {text}".split()) for at, text in newest]


def _when(at: datetime) -> str:
    """A moment; only the day where a sheet gave no time of day."""
    return f"{at:%Y-%m-%d %H:%M}" if at.time() != time() else f"{at:%Y-%m-%d}"


def _promises(history: History) -> Iterator[str]:
    """What was agreed when the person was last spoken with, and since."""
    since = max((call.at for call in history.calls if call.outcome == "reached"), default=None)
    for call in sorted(history.calls, key=lambda call: call.at):
        if call.next and (since is None or call.at >= since):
            yield f"{call.at:%Y-%m-%d} {call.next}"


def _other_callbacks(
    callback: Callback, customer: Customer, history: History, label: Callable[[str], str]
) -> Iterator[str]:
    for other in sorted(history.callbacks, key=lambda other: other.due_at):
        if not other.state and other.id != callback.id:
            yield f"{other.due_at:%Y-%m-%d %H:%M} {Work(other, customer).why(label)}"


def _ordered(history: History) -> Iterator[str]:
    for order in history.orders:
        for item in order.items:
            product = history.products.get(item.product)
            name = item.name or (product.name if product else item.product)
            bought = _("{day} {name}, {quantity} pieces").format(
                day=order.ordered_on, name=name, quantity=item.quantity
            )
            until = runs_out(order, item.quantity, product)
            yield bought + (_(", runs out {day}").format(day=until) if until else "")


def _cards(history: History, today: date, label: Callable[[str], str]) -> Iterator[str]:
    for card in history.cards:
        product = history.products.get(card.product)
        name = product.name if product and product.name else card.product
        until = _(", warranty until {day}").format(day=card.warranty_until) if card.warranty_until else ""
        yield (
            _("card {number}: {name}, {state}").format(
                number=card.number, name=name, state=label(state_on(card, today))
            )
            + until
        )


def _number(e164: str, ext: str) -> str:
    return f"{e164}-{ext}" if ext else e164
