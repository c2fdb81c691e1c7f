"""Whether a person may be contacted, in what way, and on which number (DOMAIN 2, 4 and 12).

`barred` is the one gate that every list, sheet, message and export of people to contact passes.
"""

from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Customer
from crmkit.records.customer import Consent, Phone

# What the person asked for themselves goes on although they do not want to be contacted otherwise (DOMAIN 4):
# what they ordered and what they reported, by telephone and at the door.
SERVICES = frozenset(
    {
        "arrival", "balance", "service", "follow-up", "complaint", "plan-visit",
        "delivery", "collection", "installation", "repair", "maintenance",
    }
)  # fmt: skip
BY_NUMBER = ("call", "sms")
NEEDED = ("contact", "marketing")  # the consents whose refusal stops everything but SERVICES
REASONS = {
    "merged": N_("the file was merged into another"),
    "no-phone": N_("the file has no number that can be dialled"),
    "suspect": N_("the file is suspect: no number is confirmed"),
    "do-not-contact": N_("the person does not want to be contacted"),
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


def barred(customer: Customer, purpose: str, channel: str = "call") -> str:
    """Why this person is not contacted for `purpose` by `channel`: a key of REASONS, "" where nothing is in the way.

    `purpose` is one of a callback or a visit, or any other word; `channel` one of `customer.NO_CONTACT` but "all".
    """
    if customer.merged_into:
        return "merged"
    if customer.suspect and (channel in BY_NUMBER or purpose not in SERVICES):
        return "suspect"
    if channel in BY_NUMBER and dial(customer, channel) is None:
        return "no-phone"
    if unwanted(customer, purpose, channel):
        return "do-not-contact"
    return ""


def must_reach(customer: Customer, purpose: str, channel: str = "call") -> None:
    """Raises InvalidError that says why this person is not contacted, where `barred` gives a reason."""
    why = barred(customer, purpose, channel)
    if why:
        raise InvalidError(_("{id}: {reason}").format(id=customer.id, reason=_(REASONS[why])))


def unwanted(customer: Customer, purpose: str, channel: str = "call") -> bool:
    """Whether the person refused `channel`, and did not ask for what `purpose` says themselves."""
    return purpose not in SERVICES and refused(customer, channel)


def refused(customer: Customer, channel: str) -> bool:
    """Whether the person refused `channel` or all of them, or a consent without which nobody is contacted."""
    return bool({"all", channel} & set(customer.do_not_contact)) or any(
        consent.purpose in NEEDED and not given(consent) and consent.withdrawn_at is not None
        for consent in customer.consents
    )


def given(consent: Consent) -> bool:
    """Whether a consent holds: it was given, and not withdrawn since; at the same moment the refusal counts."""
    return consent.given_at is not None and (consent.withdrawn_at is None or consent.given_at > consent.withdrawn_at)
