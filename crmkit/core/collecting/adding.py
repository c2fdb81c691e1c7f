"""Adding one contact by hand: a number that is known answers who holds it, and waits for a decision (DOMAIN 2.1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from crmkit.core.collecting.contacts import Contacts
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.intake import is_old, known_without_phone, same_person
from crmkit.core.collecting.known import Known
from crmkit.core.people.decisions import decided
from crmkit.core.people.reach import refused, warning
from crmkit.core.people.referring import refuse_circle
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.errors import AmbiguousError, InvalidError, RepeatError
from crmkit.i18n import _
from crmkit.records import Customer
from crmkit.records.change import Change
from crmkit.records.customer import Phone

DECISIONS = ("", "touch", "household", "new")


def add(
    run: Run,
    draft: Draft,
    known: Known,
    *,
    decision: str = "",
    household: Customer | None = None,
    last_contact: Mapping[str, datetime] | None = None,
) -> Change:
    """One contact. `decision` (DECISIONS) says what to do about a known number; `household` is whom it is shared with.

    Raises RepeatError, naming the holders with their last contact, where a number is known and nothing was decided;
    AmbiguousError where `touch` fits several; InvalidError where the contact says too little.
    """
    if not draft.phones and not known_without_phone(draft):
        raise InvalidError(
            draft.unread or _("no phone number"),
            _("without a number a file needs a name and an address or a birth date"),
        )
    holders = known.holders(draft.numbers)
    holders += [c for c in known.behind_the_same(draft.phones, draft.name) if c not in holders]
    if holders and not decision:
        raise RepeatError(
            "; ".join(held_by(c, draft.phones, (last_contact or {}).get(c.id)) for c in holders),
            _("--touch adds this contact to that file, --household ID or --new opens a file of its own"),
        )
    contacts = Contacts(run, known)
    contacts.notes += draft.said
    if draft.at is not None and is_old(draft.at, run.now):
        contacts.notes.append(_("collected more than a year ago: {day:%Y-%m-%d}").format(day=draft.at))
    if holders and decision == "touch":
        target = same_person(draft, holders) or _only(holders)
        refuse_circle(target.id, draft.referrer if not target.referrer else "", known.customer)
        contacts.repeat(target, draft)
        return _change(contacts, {"added": 0, "repeat": 1})
    customer = contacts.open_file(draft, outcome="added")
    if household is not None:
        _join(run, contacts, customer, household)
    for holder in holders:
        if household is None or holder.id != household.id:
            contacts.put(decided(run, customer, holder, "distinct"))
    contacts.notes += filter(None, (held_note(run, customer),))
    return _change(contacts, {"added": 1, "repeat": 0})


def held_by(customer: Customer, numbers: Iterable[Phone], last_contact: datetime | None) -> str:
    """One sentence about who holds one of `numbers`, or an extension of it: source, owner, last contact, stage."""
    lines = {phone.e164 for phone in numbers}
    said = _(
        "{phone} is held by {id} {name}: source {source}, owner {owner}, last contact {last}, stage {stage}"
    ).format(
        phone=", ".join(phones.national(phone) for phone in customer.phones if phone.e164 in lines),
        id=customer.id,
        name=customer.name or "-",
        source=customer.source or "-",
        owner=customer.owner or "-",
        last=f"{last_contact or customer.collected_at:%Y-%m-%d}" if last_contact or customer.collected_at else "-",
        stage=_(customer.stage or "new"),
    )
    unwilling = any(refused(customer, channel) for channel in ("call", "sms"))
    return said + (_(", who wants no contact") if unwilling else "")


def held_note(run: Run, customer: Customer) -> str:
    """What to say of a file of which another's refusal on one of its numbers is known; "" for any other."""
    refusal = warning(run, customer)
    if not refusal:
        return ""
    return _("{refusal}: {id} is held until somebody decides, crmkit customer release {id}").format(
        refusal=refusal, id=customer.id
    )


def _only(holders: list[Customer]) -> Customer:
    if len(holders) > 1:
        raise AmbiguousError(
            _("the number is held by several: {ids}").format(ids=", ".join(f"{c.id} {c.name}" for c in holders)),
            _("use --household ID or --new, or `crmkit lead edit ID`"),
        )
    return holders[0]


def _join(run: Run, contacts: Contacts, customer: Customer, member: Customer) -> None:
    household = member.household or min(customer.id, member.id)
    contacts.put(msgspec.structs.replace(customer, household=household))
    contacts.put(msgspec.structs.replace(member, household=household, shared=False))
    contacts.put(decided(run, customer, member, "household"))


def _change(contacts: Contacts, counts: Mapping[str, int]) -> Change:
    ids: Iterable[str] = dict.fromkeys(contacts.ids)
    return Change(puts=contacts.puts(), ids=tuple(ids), counts=dict(counts), notes=tuple(contacts.notes))
