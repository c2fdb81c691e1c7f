"""Customer files as a list to search, and as fields to edit."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

import msgspec

from crmkit.core import fields, values
from crmkit.core.assigning import assignment
from crmkit.core.collecting import recheck
from crmkit.core.collecting.draft import need_birthday, need_sex, need_source
from crmkit.core.collecting.intake import held_note
from crmkit.core.people import deepfile, names
from crmkit.core.people.referring import refuse_circle
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.core.wording import searched
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Customer
from crmkit.records.change import Change
from crmkit.records.customer import GRADES, Phone

STAGES = ("new", "screened", "buyer", "lost")  # a new file's stage is stored as ""
SHORTEST_NUMBER = 4  # digits from which on a search text is looked for in phone numbers


class LeadFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which files a list shows; what is None or "" does not matter."""

    source: str = ""
    site: str = ""
    collector: str = ""  # staff code
    owner: str | None = None  # staff code; "" = files that nobody looks after
    stage: str = ""  # one of STAGES
    grade: str = ""  # one of GRADES
    district: str = ""
    since: date | None = None  # collected on this day or later
    until: date | None = None  # collected on this day or before
    text: str = ""  # in name, address, employer, notes, or the digits of a number
    tag: str = ""
    suspect: bool | None = None
    shared: bool | None = None
    with_phone: bool | None = None
    deceased: bool | None = None

    def fits(self, customer: Customer) -> bool:
        """Whether the list shows this file; never the alias of a merged one."""
        stage = customer.stage or "new"
        return (
            not customer.merged_into
            and self.source in ("", customer.source)
            and self.site.casefold() in ("", customer.site.casefold())
            and self.collector in ("", customer.collector)
            and self.owner in (None, customer.owner)
            and self.stage in ("", stage)
            and self.grade in ("", customer.grade)
            and self.district.casefold() in ("", customer.district.casefold())
            and _collected_within(customer, self.since, self.until)
            and (not self.tag or self.tag.casefold() in {tag.casefold() for tag in customer.tags})
            and self.suspect in (None, customer.suspect)
            and self.shared in (None, customer.shared)
            and self.deceased in (None, customer.deceased)
            and self.with_phone in (None, bool(customer.phones))
            and (not self.text or _mentions(customer, self.text))
        )


def _collected_within(customer: Customer, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return True
    at = customer.collected_at
    return at is not None and (since or date.min) <= at.date() <= (until or date.max)


def _mentions(customer: Customer, text: str) -> bool:
    wanted = names.simplified(values.plain(text))
    told = " \n".join((customer.name, customer.address, customer.employer, *searched(customer)))
    if wanted in names.simplified(values.plain(told)):
        return True
    digits = "".join(character for character in wanted if character.isdigit())
    return len(digits) >= SHORTEST_NUMBER and any(digits in phone.e164 for phone in customer.phones)


class LeadNames(msgspec.Struct, frozen=True):
    """Look-ups that turn what an operator types into what a file holds; each raises an error naming the value."""

    staff: Callable[[str], str]  # code or name → staff code
    site: Callable[[str], str]  # name, present or former → name
    customer: Callable[[str], str]  # id, prefix or phone → customer id
    moment: Callable[[str], datetime]  # a typed date or time
    holders: Callable[[str], list[Customer]]  # E.164 → customers who have it, or an extension of it
    file: Callable[[str], Customer]  # customer id → the living file
    callbacks: Callable[[str], list[Callback]]  # customer id → the callbacks planned for that file


def edit(run: Run, customer: Customer, sets: Iterable[str], unsets: Iterable[str], typed: LeadNames) -> Change:
    """`customer` with fields changed; `note=` and `phone=` add one, every other field is set. Raises InvalidError.

    A number that another person has too marks both files as shared, as an import does. A new owner is recorded as a
    move, and takes over the open callbacks.
    """
    readers_of, unsets = readers(run, customer, typed), tuple(unsets)
    added = [pair.partition("=") for pair in sets if pair.partition("=")[0].strip() in ("note", "phone")]
    changed = fields.assign(customer, [s for s in sets if s.partition("=") not in added], unsets, readers_of)
    if customer.notes != changed.notes or "notes" in unsets:
        changed = msgspec.structs.replace(changed, noted=())  # they are shown as one
    for name, _equals, value in added:
        if name.strip() == "note":
            note = fields.read("note", value, readers_of)
            changed = msgspec.structs.replace(changed, notes=tuple(dict.fromkeys((*changed.notes, note))))
        else:
            more = fields.read("phone", value, readers_of)
            known = set(map(phones.identity, changed.phones))
            changed = msgspec.structs.replace(
                changed, phones=(*changed.phones, *(p for p in more if phones.identity(p) not in known))
            )
    return finished(run, customer, changed, typed)


def finished(run: Run, customer: Customer, changed: Customer, typed: LeadNames) -> Change:
    """What it means that the fields of `customer` are now those of `changed`. Raises InvalidError."""
    deepfile.refuse_without_consent(customer, changed)
    if changed.referrer != customer.referrer:
        refuse_circle(customer.id, changed.referrer, typed.file, "referrer")
    change = _with_shared_numbers(run, customer, changed, typed)
    if changed.owner == customer.owner:
        return change
    moved = assignment.moved(run, customer, changed.owner, typed.callbacks(customer.id), how="hand")
    return msgspec.structs.replace(change, puts=(*change.puts, *moved.records))


def _with_shared_numbers(run: Run, before: Customer, after: Customer, typed: LeadNames) -> Change:
    had = set(map(phones.identity, before.phones))
    added = {phones.identity(phone): phone.e164 for phone in after.phones if phones.identity(phone) not in had}
    others = {
        holder.id: holder
        for number, e164 in added.items()
        for holder in typed.holders(e164)
        if holder.id != after.id and number in map(phones.identity, holder.phones)
    }
    if others:
        after = msgspec.structs.replace(after, shared=True)
    for number in added:
        after = recheck.as_learnt(after, number, others.values())
    marked = (msgspec.structs.replace(other, shared=True) for other in others.values())
    notes = tuple(
        _("the number is also that of {id} {name}: see `crmkit dedupe household`").format(id=other.id, name=other.name)
        for other in others.values()
    )
    if others:
        notes += tuple(filter(None, (held_note(run, after),)))
    return Change(puts=(after, *marked), ids=(after.id,), counts={"updated": int(after != before)}, notes=notes)


def readers(run: Run, customer: Customer, typed: LeadNames) -> dict[str, fields.Reader]:
    """A reader for each field of a file that can be set, and for `phone` and `note`, which add one."""

    def numbers(value: str) -> tuple[Phone, ...]:
        reading = phones.of_file(value, run.settings)
        if reading.reason or not reading.numbers:
            raise InvalidError(reading.reason or _("there is no number in it"))
        kept = {phones.identity(phone): phone for phone in customer.phones}
        return tuple(kept.get(phones.identity(phone), phone) for phone in phones.to_phones(reading))

    def past(value: str) -> datetime:
        at = typed.moment(value)
        if at > run.now:
            raise InvalidError(_("{value} is still to come").format(value=values.spelt_moment(at)))
        return at

    def birthday(value: str) -> str:
        return need_birthday(value, run.now.date())

    return {
        "name": fields.text,
        "sex": need_sex,
        "phones": numbers,
        "phone": numbers,
        "birthday": birthday,
        "age_about": lambda value: fields.whole(value) or None,
        "address": fields.text,
        "email": fields.text,
        "wechat": fields.text,
        "employer": fields.text,
        "source": need_source,
        "site": lambda value: typed.site(value) if value.strip() else "",
        "collector": lambda value: typed.staff(value) if value.strip() else "",
        "collected_at": past,
        "referrer": lambda value: typed.customer(value) if value.strip() else "",
        "owner": lambda value: typed.staff(value) if value.strip() else "",
        "stage": lambda value: fields.choice(*STAGES)(value).replace("new", ""),
        "grade": fields.choice(*GRADES),
        "suspect": fields.flag,
        "deceased": fields.flag,
        "deceased_on": fields.day,
        "external_id": fields.text,
        "tags": fields.words,
        "notes": lambda value: tuple(line for line in (fields.text(value),) if line),
        "note": fields.required,
        **deepfile.readers(birthday),
    }
