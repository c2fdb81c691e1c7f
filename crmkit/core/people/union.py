"""One file out of two of the same person: nothing is dropped, no blank wins, the latest word on a consent counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from crmkit.core.notes import noted
from crmkit.core.people import deepfile, names
from crmkit.core.phones.phones import identity
from crmkit.core.values import plain
from crmkit.i18n import N_
from crmkit.records import Customer
from crmkit.records.customer import Consent, Noted, Phone, Tick

FACTS = (
    N_("sex"), N_("address"), N_("email"), N_("wechat"), N_("employer"), N_("external_id"), *deepfile.TEXTS,
)  # fmt: skip
ORIGIN = (N_("source"), N_("site"), N_("collector"))
NOTED = (N_("name"), N_("birthday"), N_("owner"), *FACTS, *ORIGIN)
STAGES = ("", "lost", "screened", "buyer")  # the later one tells more
PHONE_STATES = ("", "mismatch", "invalid", "wrong", "confirmed")  # the later one wins
AGE_SLACK = 1  # years by which two statements of age may differ before it is worth a note
HEALTH_SEAM = " / "  # between what the two files note about the person's health


def choose(files: Iterable[Customer]) -> list[Customer]:
    """The file that should survive, then the others: the fuller first, of two equally full ones the older."""
    return sorted(files, key=lambda c: (-_completeness(c), _collected(c), c.id))


def _completeness(customer: Customer) -> int:
    fields = (*FACTS, "birthday", "owner", "stage", "grade", "hobbies")
    known = len(deepfile.FIT) - deepfile.fit(customer).unknown + bool(names.parts(customer.name).given)
    confirmed = sum(phone.state == "confirmed" for phone in customer.phones)
    return sum(bool(getattr(customer, field)) for field in fields) + known + len(customer.phones) + confirmed


def _collected(customer: Customer) -> float:
    moment = customer.collected_at or customer.created_at
    return moment.timestamp() if moment else float("inf")


def united(survivor: Customer, loser: Customer) -> Customer:
    """`survivor` with everything that `loser` knows; a value that had to give way is noted with its file's id.

    The first contact of the two gives source, site, collector and its time. The staff member whom the person chose
    keeps the file; notes about health stay in their own field, to which the consent applies.
    """
    first, later = sorted((survivor, loser), key=_collected)
    values: dict[str, Any] = {field: getattr(survivor, field) or getattr(loser, field) for field in FACTS}
    values |= {field: getattr(first, field) or getattr(later, field) for field in ORIGIN}
    values |= {field: _known(getattr(survivor, field), getattr(loser, field)) for field in deepfile.FIT}
    kept = loser if loser.pinned and not survivor.pinned else survivor
    values |= {
        "name": names.fuller(survivor.name, loser.name),
        "birthday": _fuller_birthday(survivor.birthday, loser.birthday),
        "collected_at": first.collected_at or later.collected_at,
        "age_about": _age(survivor, first.collected_at) or _age(loser, first.collected_at),
        "owner": kept.owner or survivor.owner or loser.owner,
        "pinned": survivor.pinned or loser.pinned,
    }
    phones = _phones(survivor.phones, loser.phones)
    known = {survivor.id, loser.id}
    grown: Customer = msgspec.structs.replace(
        survivor,
        **values,
        phones=phones,
        referrer=next((r for r in (survivor.referrer, loser.referrer) if r and r not in known), ""),
        stage=max(survivor.stage, loser.stage, key=STAGES.index),
        grade=min(filter(None, (survivor.grade, loser.grade)), default=""),
        suspect=(survivor.suspect or loser.suspect) and all(p.state != "confirmed" for p in phones),
        household=survivor.household or loser.household,
        shared=survivor.shared or loser.shared,
        deceased=survivor.deceased or loser.deceased,
        deceased_on=survivor.deceased_on or loser.deceased_on,
        released=tuple(i for i in _joined(survivor.released, loser.released) if i not in known),
        do_not_contact=_joined(survivor.do_not_contact, loser.do_not_contact),
        consents=_consents(survivor.consents, loser.consents),
        tags=_joined(survivor.tags, loser.tags),
        hobbies=_joined(survivor.hobbies, loser.hobbies),
        health_notes=HEALTH_SEAM.join(_joined(filter(None, (survivor.health_notes, loser.health_notes)))),
        ticks=_ticks(survivor.ticks, loser.ticks),
    )
    gone = (one for file in (survivor, loser) for one in _given_way(file, grown))
    return msgspec.structs.replace(
        grown,
        notes=_joined(survivor.notes, loser.notes),
        noted=tuple(dict.fromkeys((*survivor.noted, *loser.noted, *gone))),
    )


def _given_way(file: Customer, grown: Customer) -> Iterable[Noted]:
    for field in NOTED:
        value = getattr(file, field)
        if value and plain(value) != plain(getattr(grown, field)):
            yield noted(field, value, file.id)
    for field in deepfile.FIT:
        answer = getattr(file, field)
        if answer is not None and answer != getattr(grown, field):
            yield noted(field, answer, file.id)
    age = _age(file, grown.collected_at)
    if age is not None and grown.age_about is not None and abs(age - grown.age_about) > AGE_SLACK:
        yield noted("age", file.age_about, file.id)


def _known(one: bool | None, other: bool | None) -> bool | None:
    return other if one is None else one


def _joined(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _fuller_birthday(one: str, other: str) -> str:
    """`one`, unless it lacks the year or is missing and the other has it."""
    return other if other and "--" not in other and (not one or "--" in one) else one or other


def _age(customer: Customer, at: datetime | None) -> int | None:
    """The approximate age as of the year of `at`, from which `age_about` counts."""
    if customer.age_about is None or customer.collected_at is None or at is None:
        return customer.age_about
    return customer.age_about - (customer.collected_at.year - at.year)


def _phones(kept: tuple[Phone, ...], added: tuple[Phone, ...]) -> tuple[Phone, ...]:
    found: dict[str, Phone] = {}
    for phone in (*kept, *added):
        present = found.setdefault(identity(phone), phone)
        state = max(present.state, phone.state, key=PHONE_STATES.index)
        found[identity(phone)] = msgspec.structs.replace(present, state=state)
    return tuple(found.values())


def _consents(kept: tuple[Consent, ...], added: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """By purpose the latest consent and the latest withdrawal; which of the two is later decides (`reach.given`)."""
    found: dict[str, Consent] = {}
    for consent in (*kept, *added):
        both = (found.get(consent.purpose, consent), consent)
        last = max(both, key=lambda c: (_time(c.withdrawn_at), c.withdrawn_how))
        found[consent.purpose] = msgspec.structs.replace(
            max(both, key=lambda c: (_time(c.given_at), c.how)),
            withdrawn_at=last.withdrawn_at,
            withdrawn_how=last.withdrawn_how,
        )
    return tuple(found.values())


def _ticks(kept: tuple[Tick, ...], added: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """By name the tick that was set first."""
    found: dict[str, Tick] = {}
    for tick in (*kept, *added):
        found[tick.name] = min(found.get(tick.name, tick), tick, key=lambda one: (_time(one.at), one.by, one.note))
    return tuple(found.values())


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else float("-inf")
