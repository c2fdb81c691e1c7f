"""The deep file (docs.md: Files): what is learnt of a person over time, and how well they fit (四有)."""

from typing import NamedTuple

from crmkit.core import fields
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Customer
from crmkit.records.customer import CHARACTERS

TEXTS = (
    N_("district"), N_("ethnicity"), N_("former_employer"), N_("family"), N_("housing"), N_("wedding_day"),
    N_("character"), N_("buying_habits"), N_("needs"), N_("service_style"), N_("promotions"), N_("employment"),
    N_("colours"), N_("habits"), N_("values"), N_("resting_hours"), N_("best_time"), N_("looks"), N_("met"),
    N_("not_bought"),
)  # fmt: skip
FIT = (N_("education"), N_("means"), N_("awareness"), N_("matching_need"))
HEALTH = "health"  # the consent without which nothing is noted about a person's health (docs.md: Refusals)


class Fit(NamedTuple):
    """How many of the four a person has; what nobody knows yet is counted apart."""

    score: int  # 0-4
    unknown: int  # 0-4


def readers(dates: fields.Reader) -> dict[str, fields.Reader]:
    """A reader for each field of the deep file; `dates` reads a birth date or wedding day."""
    return {
        **dict.fromkeys(TEXTS, fields.text),
        "wedding_day": dates,
        "character": fields.choice(*CHARACTERS, family="character-"),
        "hobbies": fields.words,
        "health_notes": fields.text,
        **dict.fromkeys(FIT, known_flag),
    }


def known_flag(value: str) -> bool | None:
    """yes or no in either language; nothing, or `unknown`, where nobody knows. Raises InvalidError."""
    return None if value.strip().casefold() in ("", "unknown", "未知") else fields.flag(value)


def fit(customer: Customer) -> Fit:
    """How well the person fits: education, means or standing, health awareness, a matching need."""
    answers = [getattr(customer, name) for name in FIT]
    return Fit(answers.count(True), answers.count(None))


def consented(customer: Customer) -> bool:
    """Whether notes about the person's health may be kept."""
    return any(consent.purpose == HEALTH and consent.given for consent in customer.consents)


def with_health(customer: Customer, told: str) -> str:
    """The notes about health with what was `told`, once; as they were without the person's consent."""
    if not told or told in customer.health_notes or not consented(customer):
        return customer.health_notes
    return f"{customer.health_notes}; {told}" if customer.health_notes else told


def refuse_without_consent(before: Customer, after: Customer) -> None:
    """Raises InvalidError where `after` tells more about the person's health than `before`, without their consent."""
    if after.health_notes in ("", before.health_notes):
        return
    if not consented(after):
        raise InvalidError(
            _("{id} has given no consent to notes about health").format(id=after.id),
            _('record it first: crmkit customer consent {id} health --how "..."').format(id=after.id),
            field="health_notes",
        )
