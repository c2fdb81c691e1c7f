"""What each field says of a pair of files."""

from collections.abc import Callable

from crmkit.core.dedupe import birthdays, namesakes
from crmkit.core.dedupe.census import Census
from crmkit.core.dedupe.people import Person
from crmkit.core.dedupe.weights import Evidence, evidence
from crmkit.core.people import addresses

REASSIGNED = 0.02  # chance that somebody else of the list had the same number before: numbers are given out again


def compare(a: Person, b: Person, census: Census) -> dict[str, Evidence]:
    """The evidence for and against the pair, field by field; a missing field says nothing."""
    told = {field: said for field, says in FIELDS.items() if (said := says(a, b, census)) is not None}
    if "birthday" in told and told["birthday"].how == "same" and "name" in told and told["name"].how == "other":
        # of one household only twins are born on one day, and they have their surname in common
        told["birthday"] = told["birthday"]._replace(kin=told["birthday"].points)
    return told


def _phones(a: Person, b: Person, census: Census) -> Evidence | None:
    if not a.phones or not b.phones:
        return None
    shared = a.phones & b.phones
    own = [phone for phone in shared if not census.is_crowd(phone)]
    if own:
        return evidence("phone", "same", REASSIGNED / census.size)
    if shared:
        return evidence("phone", "crowd")
    if a.noted & b.phones or b.noted & a.phones:
        return evidence("phone", "same in notes", 0.5 / census.size)
    if any(birthdays.slipped(x, y) for x in a.phones for y in b.phones):
        return evidence("phone", "one slip")
    return evidence("phone", "other") if _mobile(a) and _mobile(b) else None


def _mobile(person: Person) -> bool:
    return any(phone.startswith("+861") and len(phone) == 14 for phone in person.phones)


def _birthdays(a: Person, b: Person, census: Census) -> Evidence | None:
    how = birthdays.compare(a.birth, b.birth, lunar=a.han or b.han)
    if not how:
        return None
    return evidence("birthday", how, census.date_chance(a.birth.written) if how == "same" else 1.0)


def _addresses(a: Person, b: Person, census: Census) -> Evidence | None:
    if a.address is None or b.address is None:
        return None
    how = addresses.compare(a.address, b.address)
    if not how:
        return None
    if how == "home":
        chance = max(census.chance("home", a.address.key), census.chance("home", b.address.key))
        return evidence("address", "home of many" if census.is_hostel(a.address) else how, chance)
    return evidence("address", how)


def _sexes(a: Person, b: Person, _census: Census) -> Evidence | None:
    if not a.sex or not b.sex:
        return None
    return evidence("sex", "same" if a.sex == b.sex else "other")


def _emails(a: Person, b: Person, census: Census) -> Evidence | None:
    return _accounts("email", a.email, b.email, census)


def _wechats(a: Person, b: Person, census: Census) -> Evidence | None:
    return _accounts("wechat", a.wechat, b.wechat, census)


def _accounts(field: str, one: str, two: str, census: Census) -> Evidence | None:
    if not one or not two:
        return None
    return evidence(field, "same", census.chance(field, one)) if one == two else evidence(field, "other")


def _employers(a: Person, b: Person, census: Census) -> Evidence | None:
    if not a.employers or not b.employers:
        return None
    common = a.employers & b.employers
    if not common:
        return evidence("employer", "other")
    return evidence("employer", "same", min(census.chance("employer", name) for name in common))


FIELDS: dict[str, Callable[[Person, Person, Census], Evidence | None]] = {
    "name": namesakes.compare,
    "phone": _phones,
    "birthday": _birthdays,
    "address": _addresses,
    "sex": _sexes,
    "email": _emails,
    "wechat": _wechats,
    "employer": _employers,
}
