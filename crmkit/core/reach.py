"""Whether a person may be called, and on which number (DOMAIN 2, 4 and 12)."""

from crmkit.i18n import N_
from crmkit.records import Customer
from crmkit.records.customer import Phone

# What the person asked for themselves goes on although they do not want to be contacted otherwise (DOMAIN 4).
SERVICES = frozenset({"service", "follow-up", "complaint", "plan-visit"})
REASONS = {
    "merged": N_("the file was merged into another"),
    "no-phone": N_("the file has no number that can be dialled"),
    "suspect": N_("the file is suspect: no number is confirmed"),
    "do-not-contact": N_("the person does not want to be called"),
}


def dial(customer: Customer) -> Phone | None:
    """The number to dial: the first confirmed one, else the first that was not found false; None if there is none."""
    usable = [phone for phone in customer.phones if phone.state in ("", "confirmed")]
    return min(usable, key=lambda phone: phone.state != "confirmed", default=None)


def barred(customer: Customer, purpose: str) -> str:
    """Why this person is not called for `purpose`: a key of REASONS, "" where nothing is in the way."""
    if customer.merged_into:
        return "merged"
    if customer.suspect:
        return "suspect"
    if dial(customer) is None:
        return "no-phone"
    if purpose not in SERVICES and _refused(customer):
        return "do-not-contact"
    return ""


def _refused(customer: Customer) -> bool:
    return bool({"all", "call"} & set(customer.do_not_contact)) or any(
        consent.withdrawn_at is not None for consent in customer.consents if consent.purpose in ("contact", "marketing")
    )
