"""The call sheet: what an operator needs to know before dialling, their past and what is open (docs.md: Calls)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from crmkit.core import wording
from crmkit.core.accounts import Ledger, runs_out, unit_of, units_kept
from crmkit.core.callbacks import Work
from crmkit.core.calling import talking_points
from crmkit.core.events import events
from crmkit.core.fields import in_yuan
from crmkit.core.people import names
from crmkit.core.people.reach import dial, number_or_why, warning
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.core.visits import visits
from crmkit.i18n import N_, _
from crmkit.records import (
    Call,
    Callback,
    Card,
    Customer,
    Event,
    Invitation,
    Product,
    Touch,
    Visit,
)
from crmkit.records.card import state_on
from crmkit.records.customer import age_on
from crmkit.records.typed import DialString

CONTACTS = 3  # as many as are told
AHEAD = 5
Label = Callable[[str], str]  # puts a code into words
Products = Mapping[str, Product]  # by code


def contacts(snapshot: Snapshot, label: Label) -> list[str]:
    """The latest contacts, calls, visits and others, the newest first."""
    made = [(call.at, f"{label(call.outcome)} {call.note}") for call in snapshot[Call]]
    made += [(touch.at, f"{label(touch.source)} {touch.site} {touch.note}") for touch in snapshot[Touch]]
    made += [
        (visit.started_at or visit.begins_at, f"{label(visit.purpose)} {visit.outcome}")
        for visit in snapshot[Visit]
        if visit.state == "done"
    ]
    newest = sorted(made, key=lambda contact: contact[0], reverse=True)[:CONTACTS]
    return [" ".join(f"{_when(at)} {text}".split()) for at, text in newest]


def promises(snapshot: Snapshot) -> Iterator[str]:
    """What we promised and what was agreed when the person was last spoken with, and since."""
    since = max((call.at for call in snapshot[Call] if call.outcome == "reached"), default=None)
    for call in sorted(snapshot[Call], key=lambda call: call.at):
        if since is None or call.at >= since:
            if call.promise:
                yield f"{call.at:%Y-%m-%d} " + _("promised: {text}").format(text=call.promise)
            if call.next:
                yield f"{call.at:%Y-%m-%d} {call.next}"


def planned(run: Run, callback: Callback, customer: Customer, snapshot: Snapshot, label: Label) -> list[str]:
    """What is planned next with the person besides: calls, visits, events they are invited to, in order of time."""
    ahead = [
        (other.due_at, Work(other, customer).why(label))
        for other in snapshot[Callback]
        if not other.state and other.id != callback.id
    ]
    ahead += [
        (visit.begins_at, _("visit: {purpose}").format(purpose=label(visit.purpose)))
        for visit in snapshot[Visit]
        if visits.state_of(visit) == "open"
    ]
    held = {event.id: event for event in snapshot[Event]}
    for guest in snapshot[Invitation]:
        event = held[guest.event_id]
        if events.state_on(event, run.now) == "coming" and events.expected(guest):
            words = (event.name or event.code, event.place, guest.number, label(events.state_of(guest, event, run.now)))
            ahead.append((event.starts_at, " · ".join(word for word in words if word)))
    return [f"{at.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M} {text}" for at, text in sorted(ahead)[:AHEAD]]


def bought(run: Run, snapshot: Snapshot, products: Products, label: Label) -> list[str]:
    """Orders with what is left of them and what is still owed, then cards."""
    lines = [line for ledger in snapshot.ledgers.values() for line in _ordered(run, ledger, products, label)]
    return [*lines, *_cards(snapshot, products, run.now.date(), label)]


def _ordered(run: Run, ledger: Ledger, products: Products, label: Label) -> Iterator[str]:
    order, account = ledger.order, ledger.account
    kept = units_kept(order, ledger.returns)
    for item in order.items:
        product = products.get(item.product)
        name = item.name or (product.name if product else item.product)
        line = _("{day} {name}, {quantity} pieces").format(day=order.ordered_on, name=name, quantity=item.quantity)
        until = runs_out(order, kept[unit_of(item)], product)
        yield line + (_(", runs out {day}").format(day=until) if until and order.cancelled_at is None else "")
    marks = [label(account.state)] if account.state in ("cancelled", "part-returned", "returned") else []
    if account.balance:
        marks.append(_("still to pay: {amount}").format(amount=in_yuan(account.balance)))
        if order.collect_at:
            collected = order.collect_at.astimezone(run.now.tzinfo)
            marks.append(_("collected {when:%Y-%m-%d %H:%M}").format(when=collected))
    if account.refund_owed:
        marks.append(_("we still owe: {amount}").format(amount=in_yuan(account.refund_owed)))
    if order.sent_on and not order.delivered_on:
        marks.append(_("sent {day}").format(day=order.sent_on))
        marks += [_("expected {day}").format(day=order.expected_on)] if order.expected_on else []
    if marks:
        yield f"  {order.id}: " + ", ".join(marks)


def _cards(snapshot: Snapshot, products: Products, today: date, label: Label) -> Iterator[str]:
    for card in snapshot[Card]:
        product = products.get(card.product)
        name = product.name if product and product.name else card.product
        until = _(", warranty until {day}").format(day=card.warranty_until) if card.warranty_until else ""
        yield (
            _("card {number}: {name}, {state}").format(
                number=card.number, name=name, state=label(state_on(card, today))
            )
            + until
        )


def _when(at: datetime) -> str:
    """A moment; only the day where a sheet gave no time of day."""
    return f"{at:%Y-%m-%d %H:%M}" if at.time() != time() else f"{at:%Y-%m-%d}"


# The titles by which elders are addressed in Chinese, and from which age on (years).
_TITLES = {"female": ("女士", "阿姨", 50), "male": ("先生", "叔叔", 60)}
_SPEAK_AS = {
    "media-radio": N_("the programme desk"),
    "media-tv": N_("the programme desk"),
    "media-press": N_("the programme desk"),
    "shop": N_("after-sales service"),
}
_COMPANY = N_("the company")


def call_sheet(
    run: Run, callback: Callback, customer: Customer, snapshot: Snapshot, products: Products, label: Label,
    referrer: Customer | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The sheet as titles and texts, lists of texts where there are several; `snapshot` is about the customer."""
    today = run.now.date()
    phone = dial(customer)
    minutes = run.settings.calls.screening_minutes
    return {
        "id": callback.id,
        "customer": customer.id,
        "name": customer.name,
        N_("address_as"): addressed(customer, today),
        "phone": DialString(identity(phone)) if phone else "",
        N_("dial"): number_or_why(customer, label),
        N_("refusal"): warning(run, customer),
        N_("other_phones"): [DialString(identity(p)) for p in customer.phones if p != phone],
        N_("age"): age_on(customer, today),
        "address": customer.address,
        N_("speak_as"): _speak_as(customer, referrer),
        "purpose": callback.purpose,
        N_("why"): Work(callback, customer).why(label),
        "due_at": callback.due_at.isoformat(),
        "provisional": callback.provisional,
        N_("until"): callback.until.isoformat() if callback.until else "",
        "owner": callback.owner,
        N_("contacts"): contacts(snapshot, label),
        "promises": list(promises(snapshot)),
        N_("planned"): planned(run, callback, customer, snapshot, label),
        N_("bought"): bought(run, snapshot, products, label),
        N_("steps"): [_(step).format(minutes=minutes) for step in talking_points.steps(callback.purpose)],
        N_("avoid"): [_(line) for line in talking_points.avoid(callback.purpose)],
        "notes": wording.shown(customer),
    }


def one_per_customer(sheets: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """`sheets`, those of one person joined at the place of the first: nobody is called twice a day.

    A joined sheet has the reasons and talking points of all, and what else is planned; `also` has the other ids.
    """
    people: dict[str, Mapping[str, Any]] = {}
    for sheet in sheets:
        first = people.setdefault(sheet["customer"], sheet)
        if first is not sheet:
            people[sheet["customer"]] = {
                **first,
                "why": f"{first['why']}; {sheet['why']}",
                "steps": list(dict.fromkeys((*first["steps"], *sheet["steps"]))),
                "avoid": list(dict.fromkeys((*first["avoid"], *sheet["avoid"]))),
                "also": [*first.get("also", ()), sheet["id"]],
                "planned": [line for line in first["planned"] if line in sheet["planned"]],
            }
    return list(people.values())


def addressed(customer: Customer, today: date) -> str:
    """How to address the person: 张阿姨, 李先生; the name as it is where the sex is not known."""
    given = names.courtesy(customer.name)
    who = names.parts(customer.name)
    sex = customer.sex or who.sex
    if not who.surname or sex not in _TITLES or (given and not given.given and len(customer.name) > len(given.surname)):
        return customer.name
    if not names.is_han(customer.name):
        title = _("Ms {surname}") if sex == "female" else _("Mr {surname}")
        return title.format(surname=who.surname.title())
    title, elder_title, elder_age = _TITLES[sex]
    age = age_on(customer, today)
    return customer.name[: len(who.surname)] + (elder_title if age is not None and age >= elder_age else title)


def unknown_sex(customer: Customer) -> bool:
    """Whether the sex of somebody with a full Chinese name is unknown; a title in the name (张老师) is enough."""
    return not customer.sex and names.is_han(customer.name) and names.courtesy(customer.name) is None


def _speak_as(customer: Customer, referrer: Customer | None) -> str:
    if customer.source == "referral" and referrer is not None:
        return _("the company, on the recommendation of {name}").format(name=referrer.name)
    return _(_SPEAK_AS.get(customer.source, _COMPANY))
