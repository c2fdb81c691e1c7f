"""Taking contacts in, rows of a file or one by hand: where each belongs (docs.md: Repeats).

Each row is exactly one of added, repeat, shared, unchanged, rejected; the same row again, in this or another file,
changes nothing. A contact added by hand with a known number is refused with the holders' names, until the operator
decides.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from crmkit.core.collecting.contacts import Contacts
from crmkit.core.collecting.draft import Draft, Outcome
from crmkit.core.collecting.known import Known
from crmkit.core.people import names
from crmkit.core.people.merge import decided
from crmkit.core.people.reach import refusal_of, refusing_on, warning
from crmkit.core.people.referring import refuse_circle
from crmkit.core.phones import phones
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.core.values import plain
from crmkit.core.wording import shown
from crmkit.errors import AmbiguousError, InvalidError, RepeatError
from crmkit.i18n import _, in_language
from crmkit.labels import word
from crmkit.records import Customer, Intake, Order, Record
from crmkit.records.change import Change
from crmkit.records.customer import BY_NUMBER, Phone
from crmkit.records.typed import Code

PRODUCTS_TOLD = 8
# fields of a file that no contact has: in a list exported by crmkit they repeat what is known here
STATE = (
    "owner", "pinned", "stage", "grade", "suspect", "household", "shared", "do_not_contact", "released", "deceased",
    "deceased_on", "consents", "ticks", "noted", "merged_into",
)  # fmt: skip
A_YEAR = timedelta(days=366)
TAKEN = ("added", "repeat", "shared")
OUTCOMES = ("added", "repeat", "shared", "unchanged", "rejected")


class ImportBatch:
    """Takes in the rows of one file; every row sees those before it."""

    def __init__(
        self, run: Run, known: Known, *, allow_no_phone: bool = False,
        orders: Callable[[str], Iterable[Order]] = lambda identifier: (),
    ) -> None:  # fmt: skip
        """`allow_no_phone` takes rows that have a name and an address or birth date instead of a number.

        `orders` gives the orders that the archive holds of a customer, by id.
        """
        self.run = run
        self.known = known
        self.allow_no_phone = allow_no_phone
        self.contacts = Contacts(run, known, orders)
        self.doubtful = 0  # rows taken in of which something was kept as a note only, or read with a doubt
        self.year_ago = run.now - A_YEAR
        self.old = 0  # rows collected more than a year ago
        self.counts = Counter({"rows": 0, **dict.fromkeys(OUTCOMES, 0)})

    def has_taken(self, key: str) -> bool:
        """Whether the row with this `Draft.key` was taken in before."""
        return bool(self.known.from_row(key))

    def take(self, draft: Draft) -> Outcome:
        """Decide what one row is, and collect its changes."""
        outcome, customer, reason = self._judge(draft)
        self.counts["rows"] += 1
        self.counts[outcome] += 1
        if outcome in TAKEN:
            self.doubtful += bool(draft.said)
            late = ""
            if draft.at is not None and draft.at < self.year_ago:
                self.old += 1
                late = _("collected more than a year ago: {day:%Y-%m-%d}").format(day=draft.at)
            if draft.said or late:
                reason = "; ".join(filter(None, (reason, *draft.said, late)))
        return Outcome(draft.sheet, draft.row, draft.external_id, outcome, customer, reason)

    def change(self, sha256: str, others: Iterable[Record] = ()) -> Change:
        """All of it as one change with its counts, `others` among it; `sha256` names the file.

        It is empty where no row was new and there is nothing else.
        """
        puts = self.contacts.puts()
        counts = dict(self.counts)
        if puts:
            identifier = self.run.id_for(Intake)
            puts.put(Intake(id=identifier, at=self.run.now, sha256=sha256, by=self.run.by, counts=counts))
        for record in others:
            puts.put(record)
        ids = tuple(dict.fromkeys(self.contacts.ids))
        return Change(
            puts=puts or (),
            ids=ids,
            counts=counts,
            notes=(*self.contacts.notes, *self._unknown_products(), *self._filed_before(), *self._wills()),
        )

    def _wills(self) -> Iterator[str]:
        """Notes about those who want no contact and the deceased: what was planned with them is cancelled."""
        wills = self.contacts.wills
        if wills["refused"]:
            yield _(
                "rows that say that the person refuses: {n}; kept in the file, and nothing goes out against it"
            ).format(n=wills["refused"])
        if wills["deceased"]:
            yield _("rows that say that the person has died: {n}; nothing goes out any more").format(
                n=wills["deceased"]
            )

    def _filed_before(self) -> Iterator[str]:
        """The note about purchases that were filed before."""
        orders = self.contacts.filed_before
        if orders:
            told = ", ".join(orders[:PRODUCTS_TOLD]) + (" ..." if len(orders) > PRODUCTS_TOLD else "")
            yield _("purchases on file already, not filed again: {n} ({orders})").format(n=len(orders), orders=told)

    def _unknown_products(self) -> Iterator[str]:
        """The note about products on no price list: each with its number of rows, the most frequent first."""
        unknown = self.contacts.unknown_products
        told = ", ".join(f"{name} ({n})" for name, n in unknown.most_common(PRODUCTS_TOLD))
        if len(unknown) > PRODUCTS_TOLD:
            told += " ..."
        if unknown:
            yield _("not in `crmkit product list`, with the rows: {products}").format(products=told)

    def _judge(self, draft: Draft) -> tuple[str, str, str]:
        """Outcome, customer id and reason."""
        if draft.error:
            return "rejected", "", draft.error
        seen = self.known.from_row(draft.key) if draft.key else ""
        if seen:
            self.contacts.rows_again.add(draft.key)
            return "unchanged", seen, ""
        if not draft.phones and not (self.allow_no_phone and known_without_phone(draft)):
            return "rejected", "", draft.unread or _("no phone number")
        if draft.external_id:
            own = self.known.customer(draft.external_id)
            if own is not None and _agree(own, draft):
                return self._update(own, _of_own_file(own, draft))
            earlier = next((c for c in self.known.external(draft.external_id) if _agree(c, draft)), None)
            if earlier is not None:
                return self._update(earlier, draft)
        numbers = draft.numbers
        holders: list[Customer] = []
        unwilling: list[Customer] = []
        if self.known.has(numbers):  # else nobody has refused anything there either
            holders = self.known.holders(numbers)
            same = same_person(draft, holders) if holders else None
            if same is not None:
                self.contacts.repeat(same, draft)
                return "repeat", same.id, refusal_of(refusing_on(self.run, same.id, numbers))
            unwilling = refusing_on(self.run, "", numbers)
        alike = self.known.behind_the_same(draft.phones, draft.name)
        reasons = []
        if others := [c.id for c in holders if c.id not in {one.id for one in unwilling}]:
            reasons.append(_("the number is also that of {id}").format(id=", ".join(others)))
        elif alike and not holders:
            reasons.append(
                _("of the same name behind another extension of the number: {id}").format(
                    id=", ".join(c.id for c in alike)
                )
            )
        if unwilling:
            reasons += filter(None, (refusal_of(unwilling),))
        outcome = "shared" if holders or alike else "added"
        return outcome, self.contacts.open_file(draft, outcome=outcome).id, "; ".join(reasons)

    def _update(self, customer: Customer, draft: Draft) -> tuple[str, str, str]:
        fields = self.contacts.update(customer, draft)
        if not fields and not draft.product:
            return "unchanged", customer.id, ""
        return "repeat", customer.id, _("updated: {fields}").format(fields=", ".join(_(f) for f in fields))


def is_old(collected: datetime, now: datetime) -> bool:
    """Whether a file was collected more than a year ago; perhaps a birthday in the wrong column (docs.md: Files)."""
    return now - collected > A_YEAR


def _of_own_file(customer: Customer, draft: Draft) -> Draft:
    """What a row of an exported list adds to the file it was exported from."""
    told = shown(customer)
    written = ("; ".join(told), "; ".join(map(in_language, told)))
    notes = (note for note in draft.notes if note not in written and note.partition(":")[0] not in STATE)
    beyond: Draft = msgspec.structs.replace(draft, external_id="", notes=tuple(notes))
    return beyond


def known_without_phone(draft: Draft) -> bool:
    """Whether `draft` says who it is about without a number: a name with an address or a birth date."""
    return bool(names.normal(draft.name)) and bool(draft.address or draft.birthday)


def same_person(draft: Draft, holders: Iterable[Customer]) -> Customer | None:
    """The holder of the number whom `draft` is about, by name (docs.md: Repeats); the best where several fit."""
    fitting = [c for c in holders if _same_name(c, draft)]
    return max(fitting, key=lambda c: _closeness(c, draft), default=None)


def _same_name(customer: Customer, draft: Draft) -> bool:
    if bool(names.normal(customer.name)) != bool(names.normal(draft.name)):
        return False  # whose number it is may be anybody of the household
    if not names.compatible(customer.name, draft.name):
        return False
    sexes = {customer.sex or names.parts(customer.name).sex, draft.sex or names.parts(draft.name).sex} - {""}
    return len(sexes) < 2 or names.normal(customer.name) == names.normal(draft.name)


def _closeness(customer: Customer, draft: Draft) -> tuple[bool, int]:
    shared = set(map(identity, customer.phones)) & set(draft.numbers)
    return names.normal(customer.name) == names.normal(draft.name), len(shared)


def _agree(customer: Customer, draft: Draft) -> bool:
    """Whether the same external id means the same person: something else must agree too.

    Many sheets number their rows from 1, so that 7 is somebody else in the next one.
    """
    if set(map(identity, customer.phones)) & set(draft.numbers):
        return True
    same = (
        (names.normal(customer.name), names.normal(draft.name)),
        (customer.birthday, draft.birthday),
        (plain(customer.address), plain(draft.address)),
    )
    return any(before and before == now for before, now in same)


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
        told = {c.id: held_by(c, draft.phones, (last_contact or {}).get(c.id)) for c in holders}
        raise RepeatError(
            "; ".join(told.values()),
            _("--touch adds this contact to that file, --household ID or --new opens a file of its own"),
            told,
        )
    contacts = Contacts(run, known)
    contacts.notes += draft.said
    if draft.at is not None and is_old(draft.at, run.now):
        contacts.notes.append(_("collected more than a year ago: {day:%Y-%m-%d}").format(day=draft.at))
    if holders and decision == "touch":
        target = same_person(draft, holders) or _only(holders)
        refuse_circle(target.id, draft.referrer if not target.referrer else "", known.customer)
        contacts.repeat(target, draft)
        return _added(contacts, {"added": 0, "repeat": 1})
    customer = contacts.open_file(draft, outcome="added")
    if household is not None:
        _join(run, contacts, customer, household)
    for holder in holders:
        if household is None or holder.id != household.id:
            contacts.put(decided(run, customer, holder, "distinct"))
    contacts.notes += filter(None, (held_note(run, customer),))
    return _added(contacts, {"added": 1, "repeat": 0})


def held_by(customer: Customer, numbers: Iterable[Phone], last_contact: datetime | None) -> str:
    """A sentence on who holds one of `numbers`, or an extension of it: source, owner, last contact, stage."""
    lines = {phone.e164 for phone in numbers}
    said = _(
        "{phone} is held by {id} {name}: source {source}, owner {owner}, last contact {last}, stage {stage}"
    ).format(
        phone=", ".join(phones.national(phone) for phone in customer.phones if phone.e164 in lines),
        id=customer.id,
        name=customer.name or "-",
        source=word(Code(customer.source)) or "-",
        owner=customer.owner or "-",
        last=f"{last_contact or customer.collected_at:%Y-%m-%d}" if last_contact or customer.collected_at else "-",
        stage=word(Code(customer.stage or "new")),
    )
    unwilling = any(map(customer.refused, BY_NUMBER))
    return said + (_(", who wants no contact") if unwilling else "")


def held_note(run: Run, customer: Customer) -> str:
    """The note for a file on whose number somebody else refused; "" for any other."""
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


def _added(contacts: Contacts, counts: Mapping[str, int]) -> Change:
    ids: Iterable[str] = dict.fromkeys(contacts.ids)
    return Change(puts=tuple(contacts.puts()), ids=tuple(ids), counts=dict(counts), notes=tuple(contacts.notes))
