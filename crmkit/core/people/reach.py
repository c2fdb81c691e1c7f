"""Whether a person may be contacted, in what way, and on which number (docs.md: Refusals, Calls).

Every list, sheet, message and export of people to contact asks `barred`. A refusal follows the number: another file
with that number is held until a person releases it.
"""

from collections.abc import Callable, Iterable

import msgspec

from crmkit.core.fields import text
from crmkit.core.phones.phones import identity, national
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Customer
from crmkit.records.change import Change
from crmkit.records.customer import BY_NUMBER, NOT_THEIRS, Phone

# Services the person asked for go on in spite of a refusal (docs.md: Calls): what they ordered and what they reported,
# by phone and by visit.
SERVICES = frozenset(
    {
        "arrival", "balance", "service", "follow-up", "complaint", "plan-visit",
        "delivery", "collection", "installation", "repair", "maintenance",
    }
)  # fmt: skip
# After a declined call nothing more is asked of the person: these are cancelled. What follows from a purchase, and what
# the person asked for or accepted, goes on.
ASKING = frozenset(
    {"screening", "warm-up", "invite", "invitation-card", "after-event", "reorder", "renewal", "greeting", "cadence"}
)
REASONS = {
    "merged": N_("the file was merged into another"),
    "deceased": N_("the person has died"),
    "no-phone": N_("the file has no number that can be dialled"),
    "suspect": N_("the file is suspect: no number is confirmed"),
    "do-not-contact": N_("the person does not want to be contacted"),
    "on-hold": N_("a number of the file is another person's, who wants no contact"),
}


def dial(customer: Customer, channel: str = "call") -> Phone | None:
    """The number to dial: the first confirmed one, else the first that was not found false; None if there is none.

    A text message (`sms`) goes to mobile numbers only, and never to an extension behind one.
    """
    usable = [
        phone
        for phone in customer.phones
        if phone.state in ("", "confirmed") and (channel != "sms" or (phone.kind == "mobile" and not phone.ext))
    ]
    return min(usable, key=lambda phone: phone.state != "confirmed", default=None)


def number_or_why(customer: Customer, label: Callable[[str], str]) -> str:
    """The number to dial, as people dial it; else the reason there is none, to print in its place.

    `label` puts a code into words.
    """
    phone = dial(customer)
    if phone is not None:
        return national(phone)
    if not customer.phones:
        return _("no number on file")
    return _("none to dial: {numbers}").format(
        numbers=", ".join(f"{national(one)} {label(one.state)}" for one in customer.phones)
    )


def barred(run: Run, customer: Customer, purpose: str, channel: str = "call") -> str:
    """Why this person may not be contacted for `purpose` by `channel`: a key of REASONS; "" = may be contacted.

    `purpose` is one of a callback or a visit, or any other word; `channel` one of `customer.NO_CONTACT` but "all".
    """
    if customer.merged_into:
        return "merged"
    if customer.deceased:
        return "deceased"
    if customer.suspect and (channel in BY_NUMBER or purpose not in SERVICES):
        return "suspect"
    if channel in BY_NUMBER and dial(customer, channel) is None:
        return "no-phone"
    if unwanted(customer, purpose, channel):
        return "do-not-contact"
    if purpose not in SERVICES and any(_follows(one, channel) for one in holding(run, customer)):
        return "on-hold"
    return ""


def must_reach(run: Run, customer: Customer, purpose: str, channel: str = "call") -> None:
    """Raises InvalidError that says why this person is not contacted, where `barred` gives a reason."""
    why = barred(run, customer, purpose, channel)
    if why:
        raise unreachable(run, customer, why)


def unreachable(run: Run, customer: Customer, why: str) -> InvalidError:
    """The error that says why this person is not contacted; `why` is a key of REASONS."""
    hint = _("whoever looked into it: crmkit customer release {id}").format(id=customer.id) if why == "on-hold" else ""
    return InvalidError(_("{id}: {reason}").format(id=customer.id, reason=reason(run, customer, why)), hint)


def reason(run: Run, customer: Customer, why: str) -> str:
    """A key of REASONS as a sentence; of a file that is held, with whose refusal it is."""
    return (warning(run, customer) if why == "on-hold" else "") or _(REASONS[why])


def warning(run: Run, customer: Customer) -> str:
    """A sentence on who else refused on a number of this file; "" for nobody.

    It is shown with the number everywhere, also for a released file: that person may answer the phone.
    """
    return refusal_of(refusing(run, customer))


def refusal_of(others: Iterable[Customer]) -> str:
    """The sentence that says that a number is also that of `others`, who refused; "" for nobody."""
    named = ", ".join(f"{one.id} {one.name}".strip() for one in others)
    return _("the number is also that of {others}, who wants no contact").format(others=named) if named else ""


def refusing(run: Run, customer: Customer) -> list[Customer]:
    """The other files of a number of `customer` whose person refused to be rung or written to on it."""
    return refusing_on(
        run, customer.id, (identity(phone) for phone in customer.phones if phone.state not in NOT_THEIRS)
    )


def refusing_on(run: Run, identifier: str, numbers: Iterable[str]) -> list[Customer]:
    """The files other than `identifier` who refused to be rung or written to on one of `numbers` (identities)."""
    found = {one.id: one for number in numbers for one in run.refusers(number) if one.id != identifier}
    return [one for one in found.values() if any(map(one.refused, BY_NUMBER))]


def holding(run: Run, customer: Customer) -> list[Customer]:
    """Those of `refusing` from whose refusal the file is not released: they hold it."""
    return [one for one in refusing(run, customer) if one.id not in customer.released]


def release(run: Run, customer: Customer, others: Iterable[Customer], why: str = "") -> Change:
    """A person looked, and decided that the refusal of `others` on their common number does not hold for `customer`.

    The reason is kept as a note of the file. Raises InvalidError for somebody whose refusal does not hold the file.
    """
    held = {one.id for one in holding(run, customer)}
    chosen = [one.id for one in others]
    for identifier in chosen:
        if identifier not in held and identifier not in customer.released:
            raise InvalidError(_("{id} is not held by a refusal of {other}").format(id=customer.id, other=identifier))
    return _released(run, customer, (*customer.released, *(i for i in chosen if i not in customer.released)), why)


def hold_again(run: Run, customer: Customer, others: Iterable[Customer], why: str = "") -> Change:
    """The opposite of `release`: the refusal of `others` holds for `customer` again; without any, every refusal."""
    gone = {one.id for one in others} or set(customer.released)
    return _released(run, customer, tuple(i for i in customer.released if i not in gone), why)


def _released(run: Run, customer: Customer, released: tuple[str, ...], why: str) -> Change:
    name = "released" if len(released) > len(customer.released) else "on-hold"
    if released == customer.released:
        return Change(ids=(customer.id,), counts={"unchanged": 1})
    notes = (*customer.notes, f"{run.now.date()} {text(why)}") if text(why) else customer.notes
    after = msgspec.structs.replace(customer, released=released, notes=notes)
    return Change(puts=(after,), ids=(customer.id,), counts={name: 1})


def _follows(refuser: Customer, channel: str) -> bool:
    """Whether what `refuser` refused bars others of the same number from `channel`.

    Refused calls and texts hold for everybody on the number. Refused visits and letters do not: others may live
    elsewhere. A refusal of everything bars them from every channel.
    """
    return refuser.refused(channel if channel in BY_NUMBER else "all")


def unwanted(customer: Customer, purpose: str, channel: str = "call") -> bool:
    """Whether the person refused `channel`, and did not ask for what `purpose` says themselves."""
    return purpose not in SERVICES and customer.refused(channel)
